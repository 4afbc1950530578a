//! Asking for what should exist in a scope, page by page, and keeping of it what there is to do something about.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::{MaybeDone, maybe_done};

use crate::model::connector::Traced;
use crate::model::contract::{CallError, DesiredPage, Scope};
use crate::model::{Connector, Item, ItemRef, ScopeId};

use super::contract;
use super::halt::{Step, Stop};
use super::run::Run;
use super::state::{Asked, Situation, Wanted};

/// Most pages of one scope: a million items.
const PAGES: u32 = 1_000_000;

impl<C: Connector> Run<'_, C> {
    /// Works out what should exist in a scope. A page is asked for before the one before it is gone through.
    pub(super) async fn desired(&mut self, scope: &Scope) -> Step<()> {
        let mut asked = Asked {
            scope: scope.clone(),
            dependencies: Vec::new(),
            valid_until: None,
            complete: false,
            left_out: Vec::new(),
            items: 0,
            digest: self.hasher.items(),
            whole: self.chosen.whole(scope),
        };
        let mut cursor: Option<String> = None;
        let mut first = Box::pin(maybe_done(self.ask_page(&scope.id, None)));
        for page in 0.. {
            let coming = taken(first.as_mut());
            let traced = self.call_on(coming, || self.ask_page(&scope.id, cursor.as_deref())).await?;
            let next = traced.answer.next.clone();
            if next.is_some() && (next == cursor || page >= PAGES) {
                return Err(Stop::contract(format!("`desired` of scope `{}` does not end", scope.id)).into());
            }
            if next.is_some() {
                first.set(maybe_done(self.ask_page(&scope.id, next.as_deref())));
                begin(first.as_mut()).await;
            }
            self.take_page(&mut asked, traced)?;
            if next.is_none() {
                break;
            }
            cursor = next;
        }
        self.world.asked.push(asked);
        Ok(())
    }

    fn ask_page(
        &self,
        scope: &ScopeId,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<Traced<DesiredPage>, CallError>> + use<C> {
        let (connector, scope, cursor) = (self.connector(), scope.clone(), cursor.map(str::to_owned));
        async move { connector.desired(&scope, cursor.as_deref()).await }
    }

    fn take_page(&mut self, asked: &mut Asked, traced: Traced<DesiredPage>) -> Step<()> {
        let page = traced.answer;
        contract::page(self.env.connector.manifest(), &page)?;
        for dependency in traced.dependencies {
            if !asked.dependencies.contains(&dependency) {
                asked.dependencies.push(dependency);
            }
        }
        for item in page.items {
            let wanted = self.want(item, &asked.scope.id)?;
            asked.digest.add(&wanted.item.id, &wanted.hashes);
            asked.items += 1;
            if self.is_as_it_was(&wanted)? {
                self.world.ledger.is_as_it_was(&wanted.item.id);
            } else {
                self.world.items.add(&wanted);
            }
        }
        asked.left_out.extend(page.left_out);
        asked.valid_until = [asked.valid_until, page.valid_until].into_iter().flatten().min();
        asked.complete = page.complete && page.next.is_none();
        Ok(())
    }

    /// An item that is desired in this scope, and in no other.
    pub(super) fn want(&mut self, item: Item, scope: &ScopeId) -> Step<Wanted> {
        if let Some(other) = self.desired_elsewhere(&item.id, scope) {
            return Err(Stop::contract(format!(
                "{} is desired in scope `{other}` and in `{scope}`",
                item.id
            ))
            .into());
        }
        let hashes = self.hasher.fields(&item, &mut self.world.names);
        let identity = self.identity_of(&item);
        Ok(Wanted { item: Arc::new(item), scope: scope.clone(), hashes, identity })
    }

    /// The scope in which a key was desired already in this run, or which is known to be unchanged and desires it too.
    fn desired_elsewhere(&self, id: &ItemRef, scope: &ScopeId) -> Option<ScopeId> {
        if let Some(other) = self.world.items.scope(id) {
            return Some(other.clone());
        }
        let entry = self.world.ledger.head(id)?;
        let other = ScopeId(Arc::clone(entry.scope));
        let unchanged = other != *scope && entry.gone_since.is_none() && self.world.fresh.contains(&other);
        (unchanged || self.world.ledger.was_as_it_was(id)).then_some(other)
    }

    /// Is there nothing to be done about the item, whatever becomes of others, and nothing to be written down? Most are
    /// so in most runs, and no more is kept of them.
    fn is_as_it_was(&self, wanted: &Wanted) -> Step<bool> {
        let item = &wanted.item;
        if !self.chosen.is_all()
            || item.refs().next().is_some()
            || self.world.decisions.contains_key(&item.id)
        {
            return Ok(false);
        }
        let Some(known) = self.world.ledger.get(&item.id) else { return Ok(false) };
        let same = self.stands(wanted, Some(&known))? == Situation::Same;
        Ok(same && self.entry(wanted, Some(&known)) == known)
    }
}

/// Begins something, without waiting for it.
async fn begin<F: Future>(mut coming: Pin<&mut MaybeDone<F>>) {
    std::future::poll_fn(|context| {
        let _ = coming.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}

/// What was begun, once it is there.
async fn taken<F: Future>(mut coming: Pin<&mut MaybeDone<F>>) -> F::Output {
    coming.as_mut().await;
    coming.take_output().expect("it is taken once")
}
