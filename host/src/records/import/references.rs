//! Ids of an import and of the school: what exists twice, what leads nowhere, which class `5-А` is.

use std::collections::HashMap;

use serde_json::Value;

use super::draft::Draft;
use super::{Input, Known};
use crate::model::fields::{Content, FieldSpec};
use crate::model::records::{Date, RecordType, SchoolClass};
use crate::records::problem::{Code, Fault};
use crate::records::values::class;

/// File and row.
type Place = (usize, u64);

/// A class as it is named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ClassName {
    year: u16,
    grade: u8,
    letter: Option<String>,
}

/// A class that a name may mean.
struct Class {
    name: ClassName,
    id: String,
    /// In the files of this import, which go before what the school knew.
    imported: bool,
}

/// What an import holds.
pub(super) struct Index {
    ids: HashMap<RecordType, HashMap<String, Place>>,
    classes: Vec<Class>,
    /// What texts meant so far, by study year: thousands of pupils sit in a few classes. Forgotten with every class that
    /// is learnt.
    meant: HashMap<Option<u16>, HashMap<String, Meant>>,
}

/// What a text in a column of classes means.
#[derive(Clone)]
enum Meant {
    /// An id that leads somewhere.
    Id,
    /// By its name the class with this id.
    Class(String),
    /// Neither an id nor a name.
    Nothing,
    /// The name of no class …
    Unknown,
    /// … or of several.
    Ambiguous,
}

impl Index {
    /// Knows the school's classes.
    pub(super) fn new(classes: &[SchoolClass]) -> Self {
        let named = |class: &SchoolClass| {
            let letter = class.letter.clone();
            let name = ClassName { year: class.study_year, grade: class.grade, letter };
            Class { name, id: class.id.clone(), imported: false }
        };
        Self { ids: HashMap::new(), classes: classes.iter().map(named).collect(), meant: HashMap::new() }
    }

    /// Remembers a sound row of the first pass.
    pub(super) fn learn(&mut self, draft: &Draft, place: Place) {
        let Some(id) = draft.text("id") else { return };
        let ids = self.ids.entry(draft.kind).or_default();
        if !ids.contains_key(id) {
            ids.insert(id.to_owned(), place);
            self.learn_class(draft, id);
        }
    }

    fn learn_class(&mut self, draft: &Draft, id: &str) {
        if let (RecordType::SchoolClass, Some(name)) = (draft.kind, class_name(draft)) {
            self.meant.clear();
            // What the import says of a class holds, not what the school knew of it.
            self.classes.retain(|known| known.id != id);
            self.classes.push(Class { name, id: id.to_owned(), imported: true });
        }
    }

    /// Judges ids and references of a row that is given out.
    pub(super) fn judge(&mut self, draft: &mut Draft, place: Place, known: &Known<'_>, inputs: &[Input]) {
        if !draft.is_sound() {
            return;
        }
        if known.was_erased(draft) {
            draft.faults.push((Fault::new(Code::Erased), Some("id".into())));
        }
        self.judge_id(draft, place, inputs);
        for spec in draft.kind.fields() {
            match spec.content {
                Content::Ref(RecordType::SchoolClass) => self.judge_class(draft, spec, known),
                Content::Ref(kind) => self.judge_one(draft, spec, kind, known),
                Content::Refs(kind) => self.judge_many(draft, spec, kind, known),
                Content::AnyRef => {
                    let kind =
                        draft.text(&spec.name.replace(".id", ".record-type")).and_then(RecordType::by_name);
                    if let Some(kind) = kind {
                        self.judge_one(draft, spec, kind, known);
                    }
                }
                _ => {}
            }
        }
        self.settle(draft, place);
    }

    fn judge_id(&self, draft: &mut Draft, place: Place, inputs: &[Input]) {
        let first = draft.text("id").and_then(|id| self.ids.get(&draft.kind)?.get(id)).copied();
        if let Some((file, row)) = first.filter(|first| *first != place) {
            let name = inputs.get(file).map(Input::name).unwrap_or_default();
            draft
                .faults
                .push((Fault::new(Code::DuplicateId).with("file", name).with("row", row), Some("id".into())));
        }
    }

    /// What is left out by now is nothing to refer to, and no twin of what comes later; what goes in is.
    fn settle(&mut self, draft: &Draft, place: Place) {
        let Some(id) = draft.text("id") else { return };
        let ids = self.ids.entry(draft.kind).or_default();
        match (draft.is_sound(), ids.get(id)) {
            (true, None) => {
                ids.insert(id.to_owned(), place);
                self.learn_class(draft, id);
            }
            (false, Some(first)) if *first == place => {
                ids.remove(id);
                self.meant.clear();
            }
            _ => {}
        }
    }

    fn exists(&self, kind: RecordType, id: &str, known: &Known<'_>) -> bool {
        self.ids.get(&kind).is_some_and(|ids| ids.contains_key(id)) || (known.has)(kind, id)
    }

    fn judge_one(&self, draft: &mut Draft, spec: &'static FieldSpec, kind: RecordType, known: &Known<'_>) {
        let lost = draft.text(spec.name).is_some_and(|id| !self.exists(kind, id, known));
        if !lost {
            return;
        }
        if spec.required {
            draft.fault(spec, Fault::new(Code::ReferenceUnknown).with("type", kind));
        } else {
            draft.drop_value(spec);
            draft.fault(spec, Fault::new(Code::ReferenceDropped).with("type", kind).with("count", 1));
        }
    }

    fn judge_many(&self, draft: &mut Draft, spec: &'static FieldSpec, kind: RecordType, known: &Known<'_>) {
        let Some(Value::Array(ids)) = draft.value(spec.name) else { return };
        let exists = |id: &&Value| id.as_str().is_some_and(|id| self.exists(kind, id, known));
        let found: Vec<Value> = ids.iter().filter(exists).cloned().collect();
        let lost = ids.len() - found.len();
        if lost > 0 {
            draft.set(spec, Value::Array(found));
            draft.fault(spec, Fault::new(Code::ReferenceDropped).with("type", kind).with("count", lost));
        }
    }

    fn judge_class(&mut self, draft: &mut Draft, spec: &'static FieldSpec, known: &Known<'_>) {
        let Some(text) = draft.text(spec.name) else { return };
        let year =
            draft.value("study-year").and_then(Value::as_u64).and_then(|year| u16::try_from(year).ok());
        let meant = match self.meant.get(&year).and_then(|meant| meant.get(text)) {
            Some(meant) => meant.clone(),
            None => self.mean(text.to_owned(), year, known),
        };
        match meant {
            Meant::Id => {}
            Meant::Class(id) => draft.set(spec, id.into()),
            Meant::Nothing => self.judge_one(draft, spec, RecordType::SchoolClass, known),
            Meant::Unknown => draft.fault(spec, Fault::new(Code::ClassUnknown)),
            Meant::Ambiguous => draft.fault(spec, Fault::new(Code::ClassAmbiguous)),
        }
    }

    /// Finds out what a text means, and remembers it.
    fn mean(&mut self, text: String, year: Option<u16>, known: &Known<'_>) -> Meant {
        let meant = match class::parse(&text) {
            _ if self.exists(RecordType::SchoolClass, &text, known) => Meant::Id,
            Some((grade, letter)) => self.class(grade, letter, year, known.today),
            None => Meant::Nothing,
        };
        self.meant.entry(year).or_default().insert(text, meant.clone());
        meant
    }

    /// The class of this name: of the given study year, else of the one that runs, else the only one.
    fn class(&self, grade: u8, letter: Option<String>, year: Option<u16>, today: Date) -> Meant {
        let matching = |class: &&Class| class.name.grade == grade && class.name.letter == letter;
        let named: Vec<&Class> = self.classes.iter().filter(matching).collect();
        let of = |year: u16| {
            named.iter().copied().filter(move |class| class.name.year == year).collect::<Vec<_>>()
        };
        let fitting = match year {
            Some(year) => of(year),
            None => Some(of(running_year(today))).filter(|now| !now.is_empty()).unwrap_or(named.clone()),
        };
        let imported: Vec<&Class> = fitting.iter().copied().filter(|class| class.imported).collect();
        match if imported.is_empty() { fitting } else { imported }.as_slice() {
            [] => Meant::Unknown,
            [class] => Meant::Class(class.id.clone()),
            _ => Meant::Ambiguous,
        }
    }
}

/// First year of the study year that runs on this day.
fn running_year(today: Date) -> u16 {
    let year = if today.month() >= 9 { today.year() } else { today.year() - 1 };
    u16::try_from(year).unwrap_or_default()
}

fn class_name(draft: &Draft) -> Option<ClassName> {
    let year = u16::try_from(draft.value("study-year")?.as_u64()?).ok()?;
    let grade = u8::try_from(draft.value("grade")?.as_u64()?).ok()?;
    Some(ClassName { year, grade, letter: draft.text("letter").map(str::to_owned) })
}
