//! Files of a school: formats, golden reports, references, hostile files, speed.

mod formats;
mod hostile;
mod reports;
mod texts;

use std::path::PathBuf;

use exchange::model::records::{Record, RecordType, SchoolClass};
use exchange::records::{Input, Known, Problem, import};

/// A folder of files to import.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> Input {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Input { path, profile: Default::default() }
    }
}

/// Imports into a school that knows these ids and classes, on 1 October 2026.
pub(crate) fn read_known(
    inputs: Vec<Input>,
    has: &dyn Fn(RecordType, &str) -> bool,
    classes: &[SchoolClass],
) -> Vec<Result<Record, Problem>> {
    let known = Known {
        erased: &|_, _| false,
        has,
        classes,
        today: jiff::civil::date(2026, 10, 1),
        zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(3)),
    };
    import(inputs, known, |_| {}).collect()
}

/// Imports into an empty school.
pub(crate) fn read(inputs: Vec<Input>) -> Vec<Result<Record, Problem>> {
    read_known(inputs, &|_, _| false, &[])
}

/// One line per answer: a record's stored form, or a problem with place and arguments.
pub(crate) fn shown(answers: &[Result<Record, Problem>]) -> String {
    let lines = answers.iter().map(|answer| match answer {
        Ok(record) => format!("{} {}", record.record_type(), record.to_json().unwrap()),
        Err(problem) => line(problem),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn line(problem: &Problem) -> String {
    let args: Vec<String> =
        problem.message.args.iter().map(|arg| format!(" {}={}", arg.name, arg.value)).collect();
    let column = problem.column.as_deref().unwrap_or("-");
    let (file, row, code) = (&problem.file, problem.row, &problem.message.code);
    format!("! {file}:{row}:{column} {:?} {code}{}", problem.severity, args.concat())
}
