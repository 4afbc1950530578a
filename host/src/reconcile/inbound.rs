//! Inbound kinds: the host itself looks at the school's records and changes them, keeping what was before.

use crate::model::contract::{Basis, Difference, Observation, Presence};
use crate::model::item::Value;
use crate::model::records::{Identifier, Record, RecordType};
use crate::model::{Connector, Item, LedgerState, Outcome};

use super::call::Question;
use super::halt::{Step, Stop};
use super::jobs::Job;
use super::run::Run;

impl<C: Connector> Run<'_, C> {
    /// What the school's records say about inbound items.
    pub(super) fn look_inside(&self, questions: &[Question]) -> Step<Vec<Observation>> {
        questions.iter().map(|question| self.look_inside_for(&question.item)).collect()
    }

    fn look_inside_for(&self, item: &Item) -> Step<Observation> {
        let wanted = record(item)?;
        let Some(json) = self.env.school.get(wanted.record_type(), wanted.id())? else {
            return Ok(Observation::Absent(Basis::Lookup));
        };
        let there = Record::from_json(wanted.record_type(), &json).map_err(|cause| {
            crate::error::Error::internal("a stored record has another shape").because(cause)
        })?;
        let differing = if there == wanted { Vec::new() } else { differences(item, &there) };
        let handle = wanted.id().to_owned();
        Ok(Observation::Present(Presence { handle, differing, ..Presence::default() }))
    }

    /// Puts records; they are there at once.
    pub(super) fn apply_inbound(&mut self, jobs: &[Job]) -> Step<()> {
        let (Some(fence), Some(run)) = (&self.fence, self.number) else { return Ok(()) };
        let records = jobs.iter().map(|job| record(&job.wanted.item)).collect::<Result<Vec<_>, Stop>>()?;
        self.env.school.put_records(fence, run, &records)?;
        for (job, record) in jobs.iter().zip(&records) {
            let mut entry = self.entry(&job.wanted, job.before.as_ref());
            entry.handle = Some(record.id().to_owned());
            entry.fields.clone_from(&job.wanted.hashes);
            entry.state = LedgerState::Confirmed;
            entry.doubt = None;
            entry.confirmed = Some(self.time.now());
            self.put(entry);
            self.tell(&job.wanted.item.id, Outcome::Applied, Some(job.action), Vec::new());
        }
        self.flush()
    }
}

/// The record that an inbound item wants: `identifier` so far, made of its key, `about`, and the fields `system` and
/// `value`.
fn record(item: &Item) -> Result<Record, Stop> {
    let text = |name: &str| match item.field(name).map(|field| &field.value) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(Stop::contract(format!("the inbound item {} has no text `{name}`", item.id))),
    };
    let about = item.about.clone();
    let about =
        about.ok_or_else(|| Stop::contract(format!("the inbound item {} is about nobody", item.id)))?;
    Ok(Record::Identifier(Identifier {
        id: item.id.key.to_string(),
        about,
        system: text("system")?,
        value: text("value")?,
    }))
}

fn differences(item: &Item, there: &Record) -> Vec<Difference> {
    let Record::Identifier(there) = there else { return Vec::new() };
    let pairs = [("system", &there.system), ("value", &there.value)];
    let differs = |(name, value): &(&str, &String)| {
        item.field(name).is_some_and(|field| field.value != Value::Text((*value).clone()))
    };
    pairs
        .into_iter()
        .filter(differs)
        .map(|(name, value)| Difference { field: name.to_owned(), there: Some(value.clone()) })
        .collect()
}

/// The types of records that inbound kinds can change so far.
pub const INBOUND: [RecordType; 1] = [RecordType::Identifier];
