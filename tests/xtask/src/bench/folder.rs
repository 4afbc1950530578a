//! The folder of a school whose pupils go through `examples/rows-to-http`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::service::Service;
use super::{Ground, students};
use crate::failure::{Context, Outcome};
use crate::{connectors, process};

const SCHOOL: &str = r#"name = "Школа строк"
time-zone = "Europe/Moscow"

[import.profile.students]
record = "pupil"

[import.profile.students.columns]
id = "student_id"
last-name = "last_name"
first-name = "first_name"
middle-name = "middle_name"
birth-date = "birth_date"
sex = "sex"
snils = "snils"
class-id = "class_name"

[[task]]
id = "rows"
connector = "rows-to-http"
enabled = true
changes = "update"

[task.settings]
with-birth-dates = true

[task.grant]
upstreams = { rows = "rows" }
records = { school-class = ["*"], pupil = ["*"] }
secrets = ["token"]
write = true
"#;

/// Whether the connector reads back what it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadBack {
    /// As the example is: rows are looked up before they are created, and again afterwards.
    LookUp,
    /// The same connector with a manifest that says that nothing can be looked up.
    None,
}

/// Empties a folder, or makes it.
///
/// # Errors
/// When that cannot be done.
pub(super) fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))
}

/// Makes a folder that is ready for `exchange import` and `exchange run`, with the example's upstream at this service.
/// `parallel`: requests in flight at once.
///
/// # Errors
/// When something cannot be written, or the program refuses it.
pub(super) fn make(
    ground: &Ground<'_>,
    name: &str,
    service: &Service,
    read_back: ReadBack,
    parallel: u32,
) -> Outcome<PathBuf> {
    let folder = ground.scratch.join(name);
    empty(&folder)?;
    let host = format!(
        "[key]\nfile = \"exchange.key\"\n\n[upstream.rows]\nbase = [\"{}\"]\nprivate = true\nrate = 0\n\
         parallel = {parallel}\ncredential = {{ header = \"Authorization\", prefix = \"Bearer \" }}\n",
        service.url()
    );
    for made in ["schools", "connectors"] {
        fs::create_dir(folder.join(made)).context(|| format!("cannot make {}", folder.display()))?;
    }
    write(&folder.join("exchange.toml"), &host)?;
    write(&folder.join("schools/bench.toml"), SCHOOL)?;
    students::write_classes(&folder.join("classes.csv"), study_year())?;
    connector(ground, &folder, read_back)?;
    exchange(ground, &folder, &["connector", "lock"], "")?;
    exchange(ground, &folder, &["secret", "set", "token", "--school", "bench"], "rows-token")?;
    // The component is compiled once on a host, by whatever command needs it first; that is no part of a run.
    exchange(ground, &folder, &["plan", "bench/rows"], "")?;
    Ok(folder)
}

/// First year of the study year that runs today.
pub(super) fn study_year() -> i16 {
    let today = jiff::Zoned::now().date();
    if today.month() >= 9 { today.year() } else { today.year() - 1 }
}

/// Writes a file.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).context(|| format!("cannot write {}", path.display()))
}

fn connector(ground: &Ground<'_>, folder: &Path, read_back: ReadBack) -> Outcome {
    let to = folder.join("connectors/rows-to-http.wasm");
    let built = connectors::folder(ground.workspace);
    if read_back == ReadBack::LookUp {
        let from = built.join("rows-to-http.wasm");
        return fs::copy(&from, &to).map(drop).context(|| format!("cannot copy {}", from.display()));
    }
    let example = ground.workspace.root.join("examples/rows-to-http/connector.toml");
    let manifest = fs::read_to_string(&example).context(|| format!("cannot read {}", example.display()))?;
    let blind = folder.join("connector.toml");
    write(&blind, &manifest.replace("observe = \"bulk\"", "observe = \"none\""))?;
    let module = connectors::module(ground.workspace, "rows-to-http");
    let (module, blind, to) = (module.display(), blind.display(), to.display());
    let words =
        ["connector", "pack", &module.to_string(), "--manifest", &blind.to_string(), "-o", &to.to_string()];
    exchange(ground, folder, &words, "")
}

/// `exchange` in this folder, in English, whatever the environment says.
pub(super) fn command(ground: &Ground<'_>, folder: &Path) -> Command {
    let mut command = Command::new(ground.programs.join("exchange"));
    command.current_dir(folder).env("EXCHANGE_LANG", "en").env_remove("EXCHANGE_CONFIG");
    command
}

/// Runs `exchange` to a good end, with this on its standard input.
///
/// # Errors
/// It cannot be started, or ends with anything but 0.
pub(super) fn exchange(ground: &Ground<'_>, folder: &Path, words: &[&str], input: &str) -> Outcome {
    feed(command(ground, folder).args(words), input)
}

/// Runs a program to a good end, with this on its standard input; what it says is not shown.
fn feed(command: &mut Command, input: &str) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let said = process::line(command);
    let mut child = command.spawn().context(|| format!("cannot start `{said}`"))?;
    // The pipe is closed at the end of the statement, so that the program sees the end of its input.
    let written = child.stdin.take().map(|mut pipe| pipe.write_all(input.as_bytes()));
    let status = child.wait().context(|| format!("cannot wait for `{said}`"))?;
    if !status.success() {
        return Err(crate::failure::Failure::new(format!("`{said}` ended with {status}")));
    }
    written.transpose().map(drop).context(|| format!("cannot write to `{said}`"))
}
