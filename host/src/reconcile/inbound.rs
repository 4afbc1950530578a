//! Inbound kinds: the host itself looks at the school's records and changes them, keeping what was before.
//!
//! What a run has written counts as its own as long as nobody else changes it: only that is taken back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Context, Kind, Result};
use crate::model::contract::{Basis, NotKnown, Observation, Presence, Rejection};
use crate::model::item::Target;
use crate::model::records::{Dependency, Filter, Record, RecordType};
use crate::model::{Action, Connector, Item, ItemRef, LedgerState, Message, Outcome, ScopeId};
use crate::store::RecordWrite;

use super::call::Question;
use super::halt::{Step, Stop};
use super::image::{self, Shape};
use super::jobs::Job;
use super::run::Run;
use super::state::{Departure, Leaving};

/// Most ids in one question to the records.
const IDS: usize = 1_000;

impl<C: Connector> Run<'_, C> {
    /// The type of record that items of this kind keep; `None`: the kind is outbound, or not in the manifest any more.
    pub(super) fn inside(&self, id: &ItemRef) -> Option<RecordType> {
        self.env.connector.manifest().kind(&id.kind).and_then(|kind| kind.record)
    }

    /// What the school's records say about inbound items.
    pub(super) fn look_inside(&self, questions: &[Question]) -> Step<Vec<Observation>> {
        questions.iter().map(|question| self.look_inside_for(&question.item, &question.targets)).collect()
    }

    fn look_inside_for(&self, item: &Item, targets: &[Target]) -> Step<Observation> {
        let shape = self.shape(item, targets)?;
        let there = self.stored(&item.id)?;
        let Some(there) = there else {
            return Ok(match shape {
                Shape::Whole(_) => Observation::Absent(Basis::Lookup),
                Shape::Link(_) => Observation::Unknown(NotKnown { reason: no_lesson(), retry_after: None }),
            });
        };
        if shape.is_missing(&there) {
            return Ok(Observation::Absent(Basis::Lookup));
        }
        let (handle, differing) = (there.id().to_owned(), shape.differences(&there));
        Ok(Observation::Present(Presence { handle, differing, ..Presence::default() }))
    }

    /// What the item makes of its record.
    fn shape(&self, item: &Item, targets: &[Target]) -> Step<Shape> {
        let record = self.inside(&item.id);
        let record =
            record.ok_or_else(|| Stop::contract(format!("the kind of {} is not inbound", item.id)))?;
        Ok(image::shape(record, item, targets)?)
    }

    /// The record of an inbound item, as the school has it.
    fn stored(&self, id: &ItemRef) -> Result<Option<Record>> {
        let Some(record_type) = self.inside(id) else { return Ok(None) };
        let json = self.env.school.get(record_type, &id.key)?;
        let read = |json: String| {
            Record::from_json(record_type, &json).context(Kind::Internal, "a stored record has another shape")
        };
        json.map(read).transpose()
    }

    /// Was what the record holds for this item written, or taken out, by a run, and by nobody since?
    fn is_as_written(&self, id: &ItemRef) -> Result<bool> {
        let Some(record_type) = self.inside(id) else { return Ok(false) };
        Ok(self.env.school.written_by(record_type, &id.key)?.is_some())
    }

    /// Changes records; what was written is there at once.
    pub(super) fn apply_inbound(&mut self, jobs: Vec<Job>) -> Step<()> {
        let (Some(fence), Some(run)) = (self.fence.clone(), self.number) else { return Ok(()) };
        let mut writes = Vec::new();
        let mut written = Vec::new();
        for job in jobs {
            match self.write_of(&job)? {
                Some(write) => {
                    writes.push(write);
                    written.push(job);
                }
                None => self.no_record(&job),
            }
        }
        self.env.school.write_records(&fence, run, &writes)?;
        for job in &written {
            if job.action == Action::Remove {
                self.left(job)?;
            } else {
                self.is_inside(job);
            }
        }
        self.flush()
    }

    /// The change of the record; `None`: it is not there.
    fn write_of(&self, job: &Job) -> Step<Option<RecordWrite>> {
        let item = &job.wanted.item;
        if job.action == Action::Remove {
            return Ok(match (self.inside(&item.id), self.stored(&item.id)?) {
                (Some(RecordType::Lesson), Some(lesson)) => Some(image::with_link(lesson, None)),
                (Some(record_type), Some(_)) => {
                    Some(RecordWrite::Remove(record_type, item.id.key.to_string()))
                }
                _ => None,
            });
        }
        Ok(match self.shape(item, &self.world.targets(item))? {
            Shape::Whole(record) => Some(RecordWrite::Put(record)),
            Shape::Link(link) => self.stored(&item.id)?.map(|lesson| image::with_link(lesson, link.known())),
        })
    }

    fn no_record(&mut self, job: &Job) {
        let id = &job.wanted.item.id;
        if job.action == Action::Remove {
            self.forget(id);
            self.tell(id, Outcome::Removed, Some(job.action), Vec::new());
        } else {
            let rejection = Rejection { field: None, reason: no_lesson(), fix: None };
            self.tell(id, Outcome::Rejected(rejection), Some(job.action), Vec::new());
        }
    }

    fn is_inside(&mut self, job: &Job) {
        let mut entry = self.entry(&job.wanted, job.before.as_ref());
        entry.handle = Some(entry.item.key.to_string());
        entry.fields.clone_from(&job.wanted.hashes);
        entry.state = LedgerState::Confirmed;
        entry.doubt = None;
        entry.confirmed = Some(self.time.now());
        self.put(entry);
        self.tell(&job.wanted.item.id, Outcome::Applied, Some(job.action), Vec::new());
    }

    /// What of the records leaves: only what is still as a run has written it.
    pub(super) fn look_at_inbound_departures(&mut self) -> Step<()> {
        let mut departures = std::mem::take(&mut self.world.departures);
        for departure in &mut departures {
            if departure.what == Leaving::Apply(Action::Remove)
                && self.inside(&departure.entry.item).is_some()
            {
                self.look_at_leaving(departure)?;
            }
        }
        self.world.departures = departures;
        Ok(())
    }

    fn look_at_leaving(&self, departure: &mut Departure) -> Step<()> {
        let id = &departure.entry.item;
        let Some(there) = self.stored(id)? else {
            departure.what = Leaving::Forget;
            return Ok(());
        };
        if !self.is_as_written(id)? {
            departure.what = Leaving::Tell;
        }
        departure.there = image::content(&there);
        Ok(())
    }

    /// What scopes depend on beside what their connector has read: the records that their inbound items keep. Somebody
    /// else may change them.
    pub(super) fn kept_records(&self) -> Result<BTreeMap<ScopeId, Vec<Dependency>>> {
        let mut ids: BTreeMap<(ScopeId, RecordType), Vec<String>> = BTreeMap::new();
        for (id, entry) in self.world.ledger.heads() {
            if let Some(record_type) = self.inside(id) {
                let place = (ScopeId(Arc::clone(entry.scope)), record_type);
                ids.entry(place).or_default().push(id.key.to_string());
            }
        }
        let mut kept: BTreeMap<ScopeId, Vec<Dependency>> = BTreeMap::new();
        for ((scope, record_type), mut ids) in ids {
            ids.sort();
            for ids in ids.chunks(IDS) {
                let filter = Filter { ids: Some(ids.to_vec()), ..Filter::default() };
                let digest = self.env.school.digest(record_type, &filter)?;
                kept.entry(scope.clone()).or_default().push(Dependency { record_type, filter, digest });
            }
        }
        Ok(kept)
    }
}

fn no_lesson() -> Message {
    Message::new("host-lesson-unknown")
}
