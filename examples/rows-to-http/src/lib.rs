//! Pupils as rows in batches to an ordinary JSON service: the example for integrators. `README.md` walks through it.
//!
//! The service has two calls. `POST /rows` takes an array of rows and keeps each under its `student_id`; a row that
//! it does not like makes it answer 422 with the list of bad rows, and then it keeps none of the array.
//! `POST /rows/lookup` takes `{"student_ids": […]}` and answers the array of rows it has of them.

use std::collections::BTreeMap;

use exchange_sdk::failure::{Written, of_read, of_write, refused};
use exchange_sdk::http::{Host, Http, HttpError, Request, Response};
use exchange_sdk::records::{self, Filter, Page, Pupil, SchoolClass};
use exchange_sdk::{
    Basis, Change, Connector, DesiredPage, Effect, Failure, Item, LeftOut, Message, Observation, Presence,
    Probe, RecordRef, RecordType, context,
};
use serde::{Deserialize, Serialize};

/// `[task.settings]`; the defaults are in `connector.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Send dates of birth as well.
    pub with_birth_dates: bool,
}

/// A row as the service has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The key.
    pub student_id: String,
    /// «Лисов Пётр Иванович».
    pub name: String,
    /// «5-А».
    pub class: String,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
}

/// A page of the school: pupils in classes become items, those without a class are left out with the reason.
pub fn desired(pupils: Page<Pupil>, classes: &[SchoolClass], settings: &Settings) -> DesiredPage {
    let Page { items: pupils, next } = pupils;
    let titles: BTreeMap<&str, String> =
        classes.iter().map(|class| (class.id.as_str(), title(class))).collect();
    let mut page = DesiredPage { complete: next.is_none(), next, ..DesiredPage::whole(Vec::new()) };
    for pupil in &pupils {
        match pupil.class_id.as_deref().and_then(|id| titles.get(id)) {
            Some(class) => page.items.push(item(pupil, class, settings)),
            None => page.left_out.push(LeftOut::new(
                RecordRef::new(RecordType::Pupil, &pupil.id),
                full_name(pupil),
                Message::new("no-class"),
            )),
        }
    }
    page
}

fn title(class: &SchoolClass) -> String {
    class
        .letter
        .as_ref()
        .map_or_else(|| class.grade.to_string(), |letter| format!("{}-{letter}", class.grade))
}

fn full_name(pupil: &Pupil) -> String {
    let parts = [&pupil.last_name, &pupil.first_name, &pupil.middle_name];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn item(pupil: &Pupil, class: &str, settings: &Settings) -> Item {
    let name = full_name(pupil);
    let item = Item::new("row", &pupil.id)
        .label(format!("{name}, {class}"))
        .group(class)
        .about(RecordType::Pupil, &pupil.id)
        .field("name", name)
        .field("class", class);
    match &pupil.birth_date {
        Some(day) if settings.with_birth_dates => item.field("birth-date", day.as_str()),
        _ => item,
    }
}

/// The rows the service has of these probes.
///
/// # Errors
/// When it gives no readable answer.
pub fn observe<H: Http>(http: &H, probes: &[Probe]) -> Result<Vec<Observation>, Failure> {
    let ids: Vec<&str> = probes.iter().map(|probe| probe.item.key.as_str()).collect();
    let request = Request::to("look-up").json(&serde_json::json!({ "student_ids": ids }));
    let rows: Vec<Row> = of_read(http.send(request))?.json()?;
    let rows: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.student_id.as_str(), row)).collect();
    Ok(probes.iter().map(|probe| observed(&probe.item, rows.get(probe.item.key.as_str()))).collect())
}

fn observed(item: &Item, row: Option<&&Row>) -> Observation {
    let Some(row) = row else { return Observation::Absent(Basis::Lookup) };
    let there =
        [("name", Some(&row.name)), ("class", Some(&row.class)), ("birth-date", row.birth_date.as_ref())];
    let differing = there.into_iter().filter(|(field, there)| {
        item.text(field).is_some_and(|wanted| Some(wanted) != there.map(String::as_str))
    });
    let presence = Presence::new(&row.student_id);
    Observation::Present(
        differing.fold(presence, |presence, (field, there)| presence.differs(field, there.cloned())),
    )
}

fn row(item: &Item) -> Row {
    let text = |field| item.text(field).unwrap_or_default().to_owned();
    Row {
        student_id: item.key.clone(),
        name: text("name"),
        class: text("class"),
        birth_date: item.text("birth-date").map(str::to_owned),
    }
}

/// Which rows a 422 names.
#[derive(Deserialize)]
struct Complaint {
    errors: Vec<BadRow>,
}

#[derive(Deserialize)]
struct BadRow {
    student_id: String,
    field: Option<String>,
}

/// How often a batch is sent again without the rows that were named.
const ROUNDS: usize = 3;

/// Sends the rows in one request, and once more without those the service does not like. A row that is there already
/// is replaced, so creating and updating are one.
///
/// # Errors
/// When nothing of the batch was stored, and no single row is to blame: the host halves it.
pub fn apply<H: Http>(http: &H, changes: &[Change]) -> Result<Vec<Effect>, Failure> {
    let mut effects: Vec<Option<Effect>> = vec![None; changes.len()];
    for _ in 0..ROUNDS {
        let open: Vec<usize> = (0..changes.len()).filter(|place| effects[*place].is_none()).collect();
        if open.is_empty() {
            break;
        }
        let answer = send(http, changes, &open);
        match complaint(&answer) {
            Some(errors) => blame(&errors, changes, &mut effects)?,
            None => settle(answer, changes, &open, &mut effects)?,
        }
    }
    let settled: Option<Vec<Effect>> = effects.into_iter().collect();
    settled.ok_or_else(|| refused(Message::new("batch-refused")))
}

fn send<H: Http>(http: &H, changes: &[Change], open: &[usize]) -> Result<Response, HttpError> {
    let rows: Vec<Row> = open.iter().map(|place| row(&changes[*place].item)).collect();
    let tokens = open.iter().map(|place| changes[*place].token.as_str());
    http.send(Request::to("put-rows").json(&rows).changes(open.iter().copied()).token(&token(tokens)))
}

/// The rows a 422 names.
fn complaint(answer: &Result<Response, HttpError>) -> Option<Vec<BadRow>> {
    let response = answer.as_ref().ok().filter(|response| response.status == 422)?;
    Some(response.json::<Complaint>().map(|complaint| complaint.errors).unwrap_or_default())
}

/// Nothing was stored, and these rows are to blame. Where none of ours is named, the batch as a whole is.
fn blame(errors: &[BadRow], changes: &[Change], effects: &mut [Option<Effect>]) -> Result<(), Failure> {
    let mut named = false;
    for (change, effect) in changes.iter().zip(effects).filter(|(_, effect)| effect.is_none()) {
        if let Some(bad) = errors.iter().find(|row| row.student_id == change.item.key) {
            (*effect, named) = (Some(rejected(bad)), true);
        }
    }
    if named { Ok(()) } else { Err(refused(Message::new("batch-refused"))) }
}

fn rejected(row: &BadRow) -> Effect {
    let field = row.field.as_ref().map(|field| field.replace('_', "-"));
    Effect::refused(field, Message::new("row-refused"), Some(Message::new("fix-row")))
}

fn settle(
    answer: Result<Response, HttpError>,
    changes: &[Change],
    open: &[usize],
    effects: &mut [Option<Effect>],
) -> Result<(), Failure> {
    let written = of_write(answer);
    if let Written::Nothing(failure) = written {
        return Err(failure);
    }
    for place in open {
        effects[*place] = Some(match &written {
            Written::InDoubt(why) => Effect::InDoubt(why.clone()),
            _ => Effect::made(&changes[*place].item.key),
        });
    }
    Ok(())
}

/// Equal for the same rows in the same order: the batch's token is made of its changes' tokens.
fn token<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    // FNV-1a: short, and stable between builds.
    let bytes = tokens.flat_map(|token| token.bytes().chain([0]));
    let step = |hash: u128, byte| (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    format!("{:032x}", bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, step))
}

/// The connector.
pub struct RowsToHttp;

impl Connector for RowsToHttp {
    fn desired(_scope: &str, cursor: Option<&str>) -> Result<DesiredPage, Failure> {
        let settings: Settings = context::settings()?;
        let classes = records::classes(&Filter::of_year(context::study_year()))?;
        Ok(desired(records::pupils_page(&Filter::all(), cursor)?, &classes, &settings))
    }

    fn observe(probes: Vec<Probe>) -> Result<Vec<Observation>, Failure> {
        observe(&Host, &probes)
    }

    fn apply(changes: Vec<Change>) -> Result<Vec<Effect>, Failure> {
        apply(&Host, &changes)
    }
}

exchange_sdk::export!(RowsToHttp);

#[cfg(test)]
mod tests;
