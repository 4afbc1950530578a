//! Settings that are tables, in the form of a task's settings: entries under names, each with its fields, and one that is
//! empty at the end.

use serde_json::{Map, Value};

use super::settings_form::{At, Entry, Input, PREFIX, Shown, Texts};
use super::settings_rows::{Row, id_of, inside};
use crate::config::{Field, FieldKind};
use crate::daemon::cabinet::Fault;
use crate::model::visible;

impl Texts<'_> {
    /// A table with these rows in it. `before`: what the file says; `faults`: of this setting; `more`: with an empty entry.
    pub(super) fn table(
        &self,
        field: &Field<'_>,
        rows: &[Row],
        before: Option<&Value>,
        faults: &[&Fault],
        more: bool,
    ) -> Shown {
        let (fields, has_entries) = inside(field).unwrap_or((&[], false));
        let is_of = |row: &Row, fault: &Fault| !has_entries || fault.within.first() == Some(&row.key);
        let elsewhere: Vec<&Fault> = faults
            .iter()
            .copied()
            .filter(|fault| fault.within.is_empty() || !rows.iter().any(|row| is_of(row, fault)))
            .collect();
        let empty = Row::default();
        let rows: Vec<&Row> = rows.iter().chain(Some(&empty).filter(|_| more && has_entries)).collect();
        let entry = |(at, row): (usize, &&Row)| {
            let first = !rows[..at].iter().any(|other| other.key == row.key);
            let stands = has_entries && first && before.is_some_and(|before| before.get(&row.key).is_some());
            let own: Vec<&Fault> = faults.iter().copied().filter(|fault| is_of(row, fault)).collect();
            let before = if has_entries { before.and_then(|before| before.get(&row.key)) } else { before };
            let place = Place { field, fields, id: id_of(field.name, at), before, has_entries, stands };
            self.entry(&place, row, &own)
        };
        let entries = rows.iter().enumerate().map(entry).collect();
        let shown = self.shown(At::own(field), format!("{PREFIX}{}", field.name), None, &elsewhere);
        Shown { input: Input::Table(entries), ..shown }
    }

    fn entry(&self, place: &Place<'_>, row: &Row, faults: &[&Fault]) -> Entry {
        let inner = |fault: &Fault| fault.within.get(usize::from(place.has_entries)).cloned();
        let of = |field: &Field<'_>, faults: &[&Fault]| {
            let own: Vec<&Fault> =
                faults.iter().copied().filter(|fault| inner(fault).as_deref() == Some(field.name)).collect();
            let read = row.values.get(field.name).filter(|value| !value.is_null());
            let fixed = place.before.filter(|_| field.kind == FieldKind::Other);
            let value = read.or_else(|| fixed?.get(field.name));
            let at = At { table: Some(place.field), field };
            self.shown(at, format!("{}.{}", place.id, field.name), value.or(field.default), &own)
        };
        let known =
            |fault: &Fault| place.fields.iter().any(|field| inner(fault).as_deref() == Some(field.name));
        let whole = faults.iter().copied().filter(|fault| !fault.within.is_empty() && !known(fault));
        Entry {
            id: place.id.clone(),
            legend: self.legend(place, row),
            key: row.key.clone(),
            stands: place.stands,
            gone: row.gone,
            fields: place.fields.iter().map(|field| of(field, faults)).collect(),
            faults: row.fault.iter().chain(whole).map(|fault| self.told(fault)).collect(),
        }
    }

    fn legend(&self, place: &Place<'_>, row: &Row) -> String {
        match (place.has_entries, place.stands) {
            (false, _) => String::new(),
            (true, true) => visible(&row.key).into_owned(),
            (true, false) => self.shell.word("cabinet-entry-new"),
        }
    }

    /// What a table says, member by member.
    pub(super) fn members(&self, field: &Field<'_>, members: &Map<String, Value>) -> String {
        let fields = inside(field).map_or(&[][..], |(fields, _)| fields);
        let told = |(name, value): (&String, &Value)| match fields.iter().find(|field| field.name == name) {
            Some(inner) => {
                let at = At { table: Some(field), field: inner };
                format!("{}: {}", self.label(at), self.value(at, Some(value)))
            }
            None => format!("{name}: {value}"),
        };
        members.iter().map(told).collect::<Vec<_>>().join("; ")
    }

    /// What is called by these names, from the outside in, and the field that it is; nothing where the form does not have it.
    pub(super) fn place<'f>(&self, fields: &'f [Field<'f>], place: &[String]) -> Option<(String, At<'f>)> {
        let (name, rest) = place.split_first()?;
        let table = fields.iter().find(|field| field.name == name)?;
        let label = self.label(At::own(table));
        let Some((inner, has_entries)) = inside(table) else { return Some((label, At::own(table))) };
        let (entry, rest) = if has_entries { (rest.first(), rest.get(1..)) } else { (None, Some(rest)) };
        let field = rest.and_then(<[String]>::first);
        let field = field.and_then(|name| inner.iter().find(|field| field.name == name));
        let at = field.map_or_else(|| At::own(table), |field| At { table: Some(table), field });
        let field = field.map(|_| self.label(at));
        let names = [Some(label), entry.map(|entry| visible(entry).into_owned()), field];
        Some((names.into_iter().flatten().collect::<Vec<_>>().join(" · "), at))
    }
}

/// Where an entry stands.
struct Place<'a> {
    field: &'a Field<'a>,
    fields: &'a [Field<'a>],
    id: String,
    /// What the file says of it.
    before: Option<&'a Value>,
    has_entries: bool,
    stands: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::settings_read::fault;
    use super::super::settings_rows::{stated, with_stated};
    use super::super::shell::Shell;
    use super::*;
    use crate::model::Message;

    fn field<'a>(name: &'a str, kind: FieldKind<'a>) -> Field<'a> {
        Field { name, kind, required: false, default: None, title: None, description: None }
    }

    fn regions() -> Field<'static> {
        field("r", FieldKind::Entries(vec![field("open", FieldKind::Maybe), field("deep", FieldKind::Other)]))
    }

    /// A connector has texts for a table, for a field inside it, and for a setting of its own.
    fn own(code: &str) -> Option<String> {
        let texts = [("setting-r", "Regions"), ("setting-r-open", "Open there"), ("setting-deep", "Deep")];
        texts.into_iter().find(|(known, _)| *known == code).map(|(_, text)| text.to_owned())
    }

    fn with_texts<T>(look: impl FnOnce(&Texts<'_>) -> T) -> T {
        look(&Texts { shell: &Shell::bare(), own: &own, file: "a.toml" })
    }

    fn entries(rows: &[Row], said: &Value, faults: &[Fault], more: bool) -> (Vec<Entry>, usize) {
        let faults: Vec<&Fault> = faults.iter().collect();
        let shown = with_texts(|texts| texts.table(&regions(), rows, Some(said), &faults, more));
        let Input::Table(entries) = shown.input else { panic!("no table") };
        (entries, shown.faults.len())
    }

    #[test]
    fn entries_stand_by_their_names_and_an_empty_one_is_last() {
        let said = json!({"29": {"open": true, "deep": {"x": 1}}});
        let mut rows = vec![Row { key: "77".to_owned(), ..Row::default() }];
        with_stated(&mut rows, stated(&regions(), Some(&said)).unwrap());
        let (all, _) = entries(&rows, &said, &[], true);
        let told: Vec<(&str, &str, bool)> =
            all.iter().map(|entry| (&*entry.id, &*entry.legend, entry.stands)).collect();
        let new = ("s.r[0]", "Новая запись", false);
        assert_eq!(told, [new, ("s.r[1]", "29", true), ("s.r[2]", "Новая запись", false)]);
        let labels: Vec<&str> = all[1].fields.iter().map(|field| &*field.label).collect();
        assert_eq!(
            labels,
            ["Open there", "Deep"],
            "its own text goes before that of the setting of this name"
        );
        let Input::Fixed(deep) = &all[1].fields[1].input else { panic!("it can be changed") };
        assert_eq!(deep, "{\"x\":1}");
        assert_eq!(entries(&rows, &said, &[], false).0.len(), 2, "who only looks adds nothing");
    }

    #[test]
    fn what_is_wrong_stands_where_it_is() {
        let said = json!({"29": {}, "30": {}});
        let rows = stated(&regions(), Some(&said)).unwrap();
        let places: [&[&str]; 4] = [&["29", "open"], &["30"], &["30", "own"], &[]];
        let told = |place: &[&str]| {
            let within = place.iter().map(|name| (*name).to_owned()).collect();
            fault("r", within, Message::new("setting-unfit"), "wrong".to_owned())
        };
        let (all, whole) = entries(&rows, &said, &places.map(told), true);
        let counts: Vec<(usize, usize)> =
            all.iter().map(|entry| (entry.faults.len(), entry.fields[0].faults.len())).collect();
        assert_eq!((counts, whole), (vec![(0, 1), (2, 0), (0, 0)], 1));
    }

    #[test]
    fn a_change_is_told_by_names_from_the_outside_in() {
        let fields = [regions(), field("x", FieldKind::Text)];
        let told = |place: &[&str]| {
            let place: Vec<String> = place.iter().map(|name| (*name).to_owned()).collect();
            with_texts(|texts| texts.place(&fields, &place).map(|(label, _)| label)).unwrap_or_default()
        };
        assert_eq!(told(&["r", "29", "open"]), "Regions · 29 · Open there");
        assert_eq!(
            (told(&["r", "29"]), told(&["x"]), told(&["y"])),
            ("Regions · 29".into(), "x".into(), String::new())
        );
        let said =
            with_texts(|texts| texts.value(At::own(&fields[0]), Some(&json!({"open": true, "own": 1}))));
        assert_eq!(said, "Open there: да; own: 1");
    }
}
