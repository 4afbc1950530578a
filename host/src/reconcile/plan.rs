//! What a run is about to do, as people read it and approve it.

use std::sync::Arc;

use crate::error::Result;
use crate::model::contract::{Difference, LeftOut, Observation};
use crate::model::setup::Changes;
use crate::model::{
    Action, Connector, FieldHash, Intent, ItemRef, Message, Outcome, Plan, PlanCounts, Planned, Waiting,
};

use super::extent::later;
use super::halt::Step;
use super::hash::{PlanHash, PlanLine, settings};
use super::hold::{self, Circumstances, Size};
use super::look::bare;
use super::preview::emptied;
use super::run::Run;
use super::state::{Departure, Leaving, Next, Wanted, Work};

/// What thresholds look back on.
const DAY: i64 = 24 * 3_600_000;

impl<C: Connector> Run<'_, C> {
    /// Makes the plan out of what was judged.
    pub(super) fn make_plan(&mut self) -> Step<()> {
        let mut plan = Plan { left_out: self.left_out(), ..Plan::default() };
        plan.counts.left_out = plan.left_out.len() as u64 + self.world.rest.1;
        plan.counts.unchanged = self.world.ledger.as_they_were() as u64;
        // Who reads a plan asks for it without a run.
        let shown = self.fence.is_none();
        let mut hash = self.hasher.plan();
        for id in self.in_levels().iter().flatten() {
            let Some(work) = self.world.items.work(id).filter(|work| !self.stays(work, &mut plan.counts))
            else {
                continue;
            };
            let wanted = self.wanted(id);
            self.count(&mut plan.counts, &wanted, work);
            let Some(line) = self.line(&wanted, work) else { continue };
            weigh(&mut hash, &line, &wanted.hashes);
            plan.lines.extend(Some(line).filter(|_| shown));
        }
        for departure in self.leaving_order() {
            let waits = self.leaves_later(departure);
            count_departure(&mut plan.counts, departure, waits);
            let Some(line) = departure_line(departure, waits) else { continue };
            weigh(&mut hash, &line, &[]);
            plan.lines.extend(Some(line).filter(|_| shown));
        }
        plan.hash = hash.end();
        plan.hold = self.needs_person(&plan.counts)?;
        self.plan = Some(plan);
        Ok(())
    }

    /// Does the item stay as it is? Then it is counted.
    fn stays(&self, work: &Work, counts: &mut PlanCounts) -> bool {
        let stays = matches!(work.next, Next::Same | Next::Found(_) | Next::Believed(_));
        counts.unchanged += u64::from(stays);
        stays
    }

    fn left_out(&self) -> Vec<LeftOut> {
        let all =
            self.world.asked.iter().flat_map(|asked| asked.left_out.iter().map(move |l| (asked.whole, l)));
        let chosen = |whole: bool, l: &LeftOut| whole || self.chosen.item(l.group.as_deref(), Some(&l.about));
        all.filter(|(whole, left)| chosen(*whole, left)).map(|(_, left)| left.clone()).collect()
    }

    /// The plan of a run that nothing can have changed.
    pub(super) fn quiet_plan(&self) -> Result<Plan> {
        let counts = PlanCounts {
            unchanged: self.unchanged(),
            left_out: self.left_out_count()?,
            ..PlanCounts::default()
        };
        Ok(Plan { counts, hash: self.hasher.plan().end(), ..Plan::default() })
    }

    fn line(&self, wanted: &Wanted, work: &Work) -> Option<Planned> {
        let intent = match &work.next {
            Next::Apply { action, .. } if self.is_for_later(&wanted.item.id.kind, *action) => {
                Intent::Wait(later())
            }
            next => intent(next)?,
        };
        let handle = self.world.ledger.handle(&wanted.item.id).map(str::to_owned);
        Some(Planned {
            item: Arc::clone(&wanted.item),
            scope: wanted.scope.clone(),
            intent,
            handle,
            differing: differing(wanted, work),
            content: self.content(wanted, work),
            remarks: remarks(work),
        })
    }

    fn count(&self, counts: &mut PlanCounts, wanted: &Wanted, work: &Work) {
        let counter = match &work.next {
            Next::Same | Next::Found(_) | Next::Believed(_) => return,
            Next::Adopt(presence) => {
                let puts_right = self.env.task.changes == Changes::Update
                    && !self.is_for_later(&wanted.item.id.kind, Action::Update);
                counts.update += u64::from(puts_right && !wanted.owned(&presence.differing).is_empty());
                &mut counts.adopt
            }
            Next::Apply { action, .. } if self.is_for_later(&wanted.item.id.kind, *action) => {
                &mut counts.waiting
            }
            Next::Apply { action: Action::Create, .. } => &mut counts.create,
            Next::Apply { action: Action::Update, .. } => &mut counts.update,
            Next::Apply { .. } => &mut counts.remove,
            Next::Tell { .. } | Next::Lost | Next::LeftAlone => &mut counts.told,
            Next::Decide(..) => &mut counts.decide,
            Next::Wait(_) | Next::NotYet(_) => &mut counts.waiting,
            Next::InDoubt | Next::Blocked(_) | Next::Expired | Next::Unknown(_) => &mut counts.unsettled,
        };
        *counter += 1;
    }

    fn leaves_later(&self, departure: &Departure) -> bool {
        match departure.what {
            Leaving::Apply(action) => self.is_for_later(&departure.entry.item.kind, action),
            _ => false,
        }
    }

    /// Departures, what refers before what is referred to.
    pub(super) fn leaving_order(&self) -> Vec<&Departure> {
        let refs = self.world.departures.iter().map(|d| (&d.entry.item, d.entry.refs.iter().collect()));
        // A circle among what is only remembered: any order will do.
        let levels = super::order::levels(refs).unwrap_or_default();
        let mut order: Vec<&Departure> = self.world.departures.iter().collect();
        order.sort_by_key(|d| std::cmp::Reverse(levels.get(&d.entry.item).copied().unwrap_or_default()));
        order
    }

    fn needs_person(&mut self, counts: &PlanCounts) -> Result<Option<crate::model::Hold>> {
        let task = &self.env.task.id;
        let before = self.env.school.task_memory(task)?;
        let (records, study_year) = self.size_of_school()?;
        let now = Circumstances {
            before: before.as_ref(),
            records,
            study_year,
            version: &self.env.connector.manifest().version,
            settings: settings(&self.env.task),
        };
        let known = self.world.ledger.heads().filter(|(_, entry)| entry.state.is_there());
        let size = Size {
            ledger: known.count() as u64,
            wanted: self.world.wanted(),
            newly_gone: self.newly_gone(),
            passing: self.passing(),
        };
        // What lies ahead was counted before the clock was set back; beyond a day, by a clock that was wrong.
        let (since, until) = (self.time.now() - DAY, self.time.now() + DAY);
        let tally = self.env.school.tally(task, since, until)?;
        let hold = self.restored_hold(counts);
        let hold = hold.or_else(|| hold::hold(&self.env.task.holds, counts, size, tally, &now));
        let wanted = before.as_ref().map_or(0, |before| before.wanted);
        self.growth = if wanted > 0 { hold::growth(counts, size, wanted) } else { 0 };
        Ok(hold)
    }

    /// Departures that are told for the first time.
    pub(super) fn newly_gone(&self) -> u64 {
        let new = |d: &&Departure| {
            d.what == Leaving::Tell && d.entry.gone_since.is_none() && !self.passes(&d.entry.item)
        };
        self.world.departures.iter().filter(new).count() as u64
    }

    /// Removals of what comes and goes with time.
    fn passing(&self) -> u64 {
        let passing = |d: &&Departure| matches!(d.what, Leaving::Apply(_)) && self.passes(&d.entry.item);
        self.world.departures.iter().filter(passing).count() as u64
    }

    /// Is it of a kind whose items come and go with time?
    pub(super) fn passes(&self, item: &ItemRef) -> bool {
        self.env.connector.manifest().kind(&item.kind).is_some_and(|kind| kind.passing)
    }

    /// Does the run wait for a person? Then why.
    pub(super) fn waits(&mut self, approved: Option<&str>) -> Result<Option<Message>> {
        let Some(plan) = &self.plan else { return Ok(None) };
        if let Some(approved) = approved {
            self.approved = approved == plan.hash;
            let changed =
                Message::new("host-plan-changed").with("approved", approved).with("plan", &plan.hash);
            return Ok(if self.approved { None } else { Some(changed) });
        }
        let Some(hold) = &plan.hold else { return Ok(None) };
        self.approved = self.env.school.approval(&self.env.task.id, &plan.hash)?.is_some();
        Ok(if self.approved { None } else { Some(hold.reason.clone()) })
    }

    /// Items that stay as they are.
    pub(super) fn unchanged(&self) -> u64 {
        if self.quiet {
            let told = self.world.outcomes.all().map(|(_, outcome, _)| outcome);
            // Of what else a quiet run tells the ledger has nothing.
            let known = told.filter(|outcome| matches!(outcome, Outcome::Differs(_) | Outcome::Gone)).count();
            return self.world.known.saturating_sub(known as u64);
        }
        let same = |(id, work): &(&ItemRef, &Work)| {
            matches!(work.next, Next::Same | Next::Found(_)) && !self.world.outcomes.contains(id)
        };
        let same = self.world.items.works().filter(same).count() + self.world.ledger.as_they_were();
        same as u64 + self.world.rest.0
    }

    /// Who is left out, as far as this run knows.
    pub(super) fn left_out_count(&self) -> Result<u64> {
        if self.quiet {
            return Ok(self.env.school.left_out(&self.env.task.id)?.len() as u64);
        }
        Ok(self.left_out().len() as u64 + self.world.rest.1)
    }
}

fn intent(next: &Next) -> Option<Intent> {
    Some(match next {
        Next::Same | Next::Found(_) | Next::Believed(_) => return None,
        Next::Adopt(presence) => Intent::Adopt(presence.handle.clone()),
        Next::Apply { action, .. } => Intent::Apply(*action),
        Next::Tell { .. } | Next::Lost | Next::LeftAlone => Intent::ReportChange,
        Next::Decide(_, candidates) => Intent::Decide(candidates.clone()),
        Next::Wait(waiting) => Intent::Wait(Waiting::clone(waiting)),
        Next::NotYet(_) => Intent::Wait(Waiting::of(Message::new("host-not-yet"))),
        Next::InDoubt => Intent::InDoubt,
        Next::Blocked(target) => Intent::Blocked(target.clone()),
        Next::Expired => Intent::Expired,
        Next::Unknown(reason) => Intent::Unknown(reason.clone()),
    })
}

/// A plan's hash names exactly this set of changes, questions and departures.
fn weigh(hash: &mut PlanHash, line: &Planned, content: &[FieldHash]) {
    if let Some(intent) = weight(&line.intent) {
        let handle = line.handle.as_deref().unwrap_or_default();
        hash.add(&PlanLine { item: &line.item.id, intent, handle, content });
    }
}

/// How a line enters the plan's hash; lines that change nothing do not.
fn weight(intent: &Intent) -> Option<&'static str> {
    match intent {
        Intent::Apply(Action::Create) => Some("create"),
        Intent::Apply(Action::Update) => Some("update"),
        Intent::Apply(Action::Close) => Some("close"),
        Intent::Apply(Action::Remove) => Some("remove"),
        Intent::Adopt(_) => Some("adopt"),
        Intent::ReportGone => Some("gone"),
        Intent::Forget => Some("forget"),
        Intent::Decide(_) => Some("decide"),
        _ => None,
    }
}

/// For the preview: what was seen to differ, or at least which fields will be put right.
fn differing(wanted: &Wanted, work: &Work) -> Vec<Difference> {
    if let Some(Observation::Present(presence)) = work.observation() {
        return presence.differing.iter().filter(|d| wanted.owns(&d.field)).cloned().collect();
    }
    match &work.next {
        Next::Apply { fields, .. } | Next::Tell { fields, .. } => {
            fields.iter().map(|field| Difference { field: field.clone(), there: None }).collect()
        }
        _ => Vec::new(),
    }
}

/// What the observation has to tell beside.
pub(super) fn remarks(work: &Work) -> Vec<Message> {
    match work.observation() {
        _ if matches!(work.next, Next::LeftAlone) => vec![Message::new("host-undone")],
        Some(Observation::Present(presence)) => presence.remarks.clone(),
        _ => Vec::new(),
    }
}

fn count_departure(counts: &mut PlanCounts, departure: &Departure, waits: bool) {
    match departure.what {
        Leaving::Apply(_) if waits => counts.waiting += 1,
        Leaving::Tell => counts.told += 1,
        Leaving::Apply(_) => counts.remove += 1,
        Leaving::InDoubt => counts.unsettled += 1,
        Leaving::Forget | Leaving::HandOver | Leaving::Keep => {}
    }
}

fn departure_line(departure: &Departure, waits: bool) -> Option<Planned> {
    let intent = match departure.what {
        Leaving::Keep => return None,
        Leaving::Tell => Intent::ReportGone,
        Leaving::Forget | Leaving::HandOver => Intent::Forget,
        Leaving::Apply(_) if waits => Intent::Wait(later()),
        Leaving::Apply(action) => Intent::Apply(action),
        Leaving::InDoubt => Intent::InDoubt,
    };
    Some(Planned {
        item: Arc::new(bare(&departure.entry)),
        scope: departure.entry.scope.clone(),
        intent,
        handle: departure.entry.handle.clone(),
        differing: Vec::new(),
        content: emptied(&departure.there),
        remarks: Vec::new(),
    })
}

/// Is this outcome one that a scope repeats at every run while nothing changes?
pub(super) fn is_told(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Differs(_)
            | Outcome::Gone
            | Outcome::Decision(_)
            | Outcome::Expired
            | Outcome::NotYet(_)
            | Outcome::Blocked(_)
    )
}

/// Does this outcome leave nothing to do?
pub(super) fn is_done(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Applied | Outcome::Accepted | Outcome::Adopted | Outcome::Removed | Outcome::Unchanged
    )
}
