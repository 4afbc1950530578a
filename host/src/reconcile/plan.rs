//! What a run is about to do, as people read it and approve it.

use std::sync::Arc;

use crate::error::Result;
use crate::model::contract::{Difference, LeftOut, Observation};
use crate::model::setup::Changes;
use crate::model::{
    Action, Connector, FieldHash, Intent, ItemRef, Message, Outcome, Plan, PlanCounts, Planned,
};

use super::extent::later;
use super::halt::Step;
use super::hash::{PlanLine, settings};
use super::hold::{self, Circumstances, Size};
use super::look::bare;
use super::run::Run;
use super::state::{Departure, Leaving, Next, Wanted, Work, is_there};

/// What thresholds look back on.
const DAY: i64 = 24 * 3_600_000;

impl<C: Connector> Run<'_, C> {
    /// Makes the plan out of what was judged.
    pub(super) fn make_plan(&mut self) -> Step<()> {
        let mut plan = Plan { left_out: self.left_out(), ..Plan::default() };
        plan.counts.left_out = plan.left_out.len() as u64 + self.world.rest.1;
        for id in self.in_levels().concat() {
            let (wanted, work) = (&self.world.wanted[&id], &self.world.works[&id]);
            self.count(&mut plan.counts, wanted, work);
            plan.lines.extend(self.line(wanted, work));
        }
        for departure in self.leaving_order() {
            let waits = self.leaves_later(departure);
            count_departure(&mut plan.counts, departure, waits);
            plan.lines.extend(departure_line(departure, waits));
        }
        plan.hash = self.plan_hash(&plan);
        plan.hold = self.needs_person(&plan.counts)?;
        self.plan = Some(plan);
        Ok(())
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
        let mut plan = Plan { counts, ..Plan::default() };
        plan.hash = self.plan_hash(&plan);
        Ok(plan)
    }

    fn line(&self, wanted: &Wanted, work: &Work) -> Option<Planned> {
        let intent = match &work.next {
            Next::Apply { action, .. } if self.is_for_later(&wanted.item.id.kind, *action) => {
                Intent::Wait(later())
            }
            next => intent(next)?,
        };
        let handle = self.world.ledger.get(&wanted.item.id).and_then(|entry| entry.handle.clone());
        Some(Planned {
            item: Arc::clone(&wanted.item),
            scope: wanted.scope.clone(),
            intent,
            handle,
            differing: differing(wanted, work),
            remarks: remarks(work),
        })
    }

    fn count(&self, counts: &mut PlanCounts, wanted: &Wanted, work: &Work) {
        let counter = match &work.next {
            Next::Same | Next::Found(_) | Next::Believed(_) => &mut counts.unchanged,
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
            Next::Tell { .. } | Next::Lost => &mut counts.told,
            Next::Decide(..) => &mut counts.decide,
            Next::Wait(_) => &mut counts.waiting,
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

    /// Names exactly this set of changes, questions and departures.
    fn plan_hash(&self, plan: &Plan) -> String {
        let weighty = plan.lines.iter().filter_map(|line| {
            let intent = weight(&line.intent)?;
            let content = self.content(&line.item.id);
            let handle = line.handle.as_deref().unwrap_or_default();
            Some(PlanLine { item: &line.item.id, intent, handle, content })
        });
        self.hasher.plan(weighty)
    }

    fn content(&self, id: &ItemRef) -> &[FieldHash] {
        self.world.wanted.get(id).map_or(&[], |wanted| wanted.hashes.as_slice())
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
        let known = self.world.ledger.values().filter(|entry| is_there(entry.state));
        let size = Size {
            ledger: known.count() as u64,
            wanted: self.world.wanted.len() as u64,
            newly_gone: self.newly_gone(),
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
        let new = |d: &&Departure| d.what == Leaving::Tell && d.entry.gone_since.is_none();
        self.world.departures.iter().filter(new).count() as u64
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
            return self.world.known.saturating_sub(self.world.outcomes.len() as u64);
        }
        let same = |(id, work): &(&ItemRef, &Work)| {
            matches!(work.next, Next::Same | Next::Found(_)) && !self.world.outcomes.contains_key(*id)
        };
        self.world.works.iter().filter(same).count() as u64 + self.world.rest.0
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
        Next::Tell { .. } | Next::Lost => Intent::ReportChange,
        Next::Decide(_, candidates) => Intent::Decide(candidates.clone()),
        Next::Wait(waiting) => Intent::Wait(waiting.clone()),
        Next::InDoubt => Intent::InDoubt,
        Next::Blocked(target) => Intent::Blocked(target.clone()),
        Next::Expired => Intent::Expired,
        Next::Unknown(reason) => Intent::Unknown(reason.clone()),
    })
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
    if let Some(Observation::Present(presence)) = &work.observation {
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
    match &work.observation {
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
        remarks: Vec::new(),
    })
}

/// Is this outcome one that a scope repeats at every run while nothing changes?
pub(super) fn is_told(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Differs(_) | Outcome::Gone | Outcome::Decision(_) | Outcome::Expired | Outcome::Blocked(_)
    )
}

/// Does this outcome leave nothing to do?
pub(super) fn is_done(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Applied | Outcome::Accepted | Outcome::Adopted | Outcome::Removed | Outcome::Unchanged
    )
}
