//! A file as rows of which every cell knows its field.

use std::path::Path;

use crate::model::fields::FieldSpec;
use crate::model::records::RecordType;
use crate::model::setup::ImportProfile;
use crate::records::headings::{Column, Columns, kind_of_file, recognise};
use crate::records::problem::{Code, Fault};
use crate::records::rows::{self, MAX_COLUMNS, Row, Rows};
use crate::records::text::Meter;

/// Rows above the headings: titles, dates of printing.
const ABOVE: usize = 20;

/// A file being read.
pub(super) struct Table {
    rows: Box<dyn Rows>,
    profile: ImportProfile,
    /// What the profile or the file's name says a row is.
    hint: Option<RecordType>,
    columns: Option<Columns>,
    remarks: Vec<Fault>,
    failed: bool,
}

/// A row with the columns it is read by.
pub(super) struct NamedRow<'a> {
    row: Row,
    columns: &'a Columns,
    profile: &'a ImportProfile,
    /// Every record names its own fields: a missing one has no column.
    pub(super) named: bool,
}

impl NamedRow<'_> {
    /// As a person counts it.
    pub(super) fn number(&self) -> u64 {
        self.row.number
    }

    /// How the file is read.
    pub(super) fn profile(&self) -> &ImportProfile {
        self.profile
    }

    /// What it is.
    pub(super) fn kind(&self) -> RecordType {
        self.columns.kind
    }

    /// Its cells: the field and the heading where the column has one, and the text.
    pub(super) fn cells(&self) -> impl Iterator<Item = (Option<&Column>, &str)> {
        let fields = &self.columns.fields;
        self.row.cells().map(|(column, text)| (fields.get(column).and_then(Option::as_ref), text))
    }

    /// Is there a cell past the last heading?
    pub(super) fn too_wide(&self) -> bool {
        !self.named && self.row.cells().any(|(column, _)| column >= self.columns.fields.len())
    }

    /// The heading of a field, if the file has a column for it.
    pub(super) fn heading(&self, field: &FieldSpec) -> Option<&str> {
        let fields = self.columns.fields.iter().flatten();
        fields.into_iter().find(|(spec, _)| spec.name == field.name).map(|(_, heading)| &**heading)
    }
}

impl Table {
    /// Opens a file.
    pub(super) fn open(path: &Path, profile: &ImportProfile, meter: &Meter) -> Result<Self, Fault> {
        Ok(Self {
            rows: rows::open(path, profile, meter)?,
            profile: profile.clone(),
            hint: profile.record.or_else(|| kind_of_file(path)),
            columns: None,
            remarks: Vec::new(),
            failed: false,
        })
    }

    /// Does every record name its own fields, so that only reading all of them tells which types there are?
    pub(super) fn is_named(&self) -> bool {
        self.rows.names().is_some()
    }

    /// What is worth telling about the file's columns since the last call.
    pub(super) fn take_remarks(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.remarks)
    }

    /// The next row that is not empty. After a fault there is none.
    pub(super) fn next_row(&mut self) -> Option<Result<NamedRow<'_>, Fault>> {
        if self.failed {
            return None;
        }
        let row = self.read();
        self.failed = row.is_err();
        let named = self.is_named();
        match (row, &self.columns) {
            (Ok(Some(row)), Some(columns)) => {
                Some(Ok(NamedRow { row, columns, profile: &self.profile, named }))
            }
            (Err(fault), _) => Some(Err(fault)),
            (Ok(_), _) => None,
        }
    }

    fn read(&mut self) -> Result<Option<Row>, Fault> {
        if self.is_named() {
            return self.read_named();
        }
        if self.columns.is_none() {
            self.find_headings()?;
        }
        self.next_filled()
    }

    fn next_filled(&mut self) -> Result<Option<Row>, Fault> {
        loop {
            match self.rows.next_row().transpose()? {
                Some(row) if row.is_empty() => {}
                row => return Ok(row),
            }
        }
    }

    fn find_headings(&mut self) -> Result<(), Fault> {
        for _ in 0..ABOVE {
            let Some(row) = self.next_filled()? else { break };
            let headings = row.headings();
            limited(headings.iter().map(|(column, _)| column + 1).max().unwrap_or_default())?;
            if let Some(columns) = recognise(&headings, self.hint, &self.profile)? {
                if let Some(fault) = columns.fault() {
                    return Err(fault);
                }
                let strange = row.cells().filter(|(column, _)| columns.fields[*column].is_none());
                self.remarks.extend(strange.map(|(column, _)| unknown_column(column + 1)));
                self.columns = Some(columns);
                return Ok(());
            }
        }
        Err(Fault::new(Code::NoHeadings))
    }

    /// A record that names its fields. Columns are matched anew when a type or a name comes up for the first time.
    fn read_named(&mut self) -> Result<Option<Row>, Fault> {
        let Some(row) = self.next_filled()? else { return Ok(None) };
        let width = self.rows.names().map_or(0, <[String]>::len);
        limited(width)?;
        let kind = match row.kind.or(self.hint) {
            Some(kind) => kind,
            None => self.kind_by_names(&row)?,
        };
        let before = match &self.columns {
            Some(columns) if columns.kind == kind && columns.fields.len() == width => return Ok(Some(row)),
            Some(columns) if columns.kind == kind => columns.fields.len(),
            _ => 0,
        };
        let names: Vec<Option<String>> =
            self.rows.names().unwrap_or_default().iter().map(|name| Some(name.clone())).collect();
        let columns = Columns::new(kind, &names, &self.profile);
        let strange =
            row.cells().filter(|(column, _)| *column >= before && columns.fields[*column].is_none());
        self.remarks.extend(strange.map(|(column, _)| unknown_column(column + 1)));
        self.columns = Some(columns);
        Ok(Some(row))
    }

    /// Told from the first record, and kept.
    fn kind_by_names(&mut self, row: &Row) -> Result<RecordType, Fault> {
        let names = self.rows.names().unwrap_or_default();
        let named = |(column, _): (usize, &str)| Some((column, names.get(column)?.clone()));
        let headings: Vec<(usize, String)> = row.cells().filter_map(named).collect();
        let columns = recognise(&headings, None, &self.profile)?.ok_or(Fault::new(Code::UnknownType))?;
        self.hint = Some(columns.kind);
        Ok(columns.kind)
    }
}

/// # Errors
/// So many columns are not read.
fn limited(width: usize) -> Result<(), Fault> {
    let fault = || Fault::new(Code::TooManyColumns).with("most", MAX_COLUMNS);
    if width > MAX_COLUMNS { Err(fault()) } else { Ok(()) }
}

/// By number: what stands there may be somebody's name, where a file has no headings.
fn unknown_column(number: usize) -> Fault {
    Fault::new(Code::ColumnUnknown).with("column", number)
}
