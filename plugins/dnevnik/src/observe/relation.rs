//! Whose parent is whose: from the parent's list of children, which is there for people who never signed in too.
//! What kind of parent only the child's own account tells.

use exchange_sdk::http::Http;
use exchange_sdk::{Basis, Failure, Observation, Presence, Probe};

use super::unknown;
use crate::apply::link_handle;
use crate::remote::{Person, Relative, Remote, Told};

pub(super) fn observe<H: Http>(
    remote: &Remote<'_, H>,
    probes: &[Probe],
) -> Result<Vec<Observation>, Failure> {
    let relatives: Vec<&str> = probes.iter().filter_map(|probe| probe.handle_of("relative")).collect();
    let mut told = remote.children(&relatives).into_iter();
    let mut links = Vec::with_capacity(probes.len());
    for probe in probes {
        let told = probe.handle_of("relative").and_then(|_| told.next());
        links.push(link(probe, told));
    }
    let users: Vec<&str> = links.iter().filter_map(|link| link.as_ref().ok()?.user()).collect();
    let mut types = remote.relatives(&users).into_iter();
    let seen = probes.iter().zip(links).map(|(probe, link)| match link {
        Ok(Link::Missing) => Ok(Observation::Absent(Basis::Lookup)),
        Ok(link) => {
            let told = link.user().and_then(|_| types.next());
            Ok(present(probe, &link, told))
        }
        Err(failure) => unknown(failure),
    });
    seen.collect()
}

/// What the parent's list says of one child.
enum Link {
    Missing,
    There { child: String, relative: String, user: Option<String> },
}

impl Link {
    /// The child's account, where there is one.
    fn user(&self) -> Option<&str> {
        match self {
            Self::There { user, .. } => user.as_deref(),
            Self::Missing => None,
        }
    }
}

fn link(probe: &Probe, told: Option<Told<Vec<Person>>>) -> Result<Link, Failure> {
    let (Some(child), Some(relative)) = (probe.handle_of("child"), probe.handle_of("relative")) else {
        return Ok(Link::Missing);
    };
    let children = told.unwrap_or(Ok(None))?.unwrap_or_default();
    let Some(found) = children.into_iter().find(|one| one.id == child) else { return Ok(Link::Missing) };
    Ok(Link::There { child: found.id, relative: relative.to_owned(), user: found.user })
}

fn present(probe: &Probe, link: &Link, told: Option<Told<Vec<Relative>>>) -> Observation {
    let Link::There { child, relative, .. } = link else { return Observation::Absent(Basis::Lookup) };
    let presence = Presence::new(link_handle(child, relative));
    let parents = told.and_then(Result::ok).flatten().unwrap_or_default();
    let known = parents.iter().find(|parent| parent.person.id == *relative);
    Observation::Present(match known {
        Some(known) if probe.item.text("type") == Some(&known.kind) => presence,
        Some(known) => presence.differs("type", Some(known.kind.clone())),
        None => presence.unseen("type"),
    })
}
