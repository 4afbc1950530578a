//! The parts of a support bundle, each a text that has gone through the redaction.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::Redact;
use crate::capability::http::own_metrics;
use crate::cli::app::App;
use crate::cli::{connectors, doctor};
use crate::config;
use crate::error::{Error, Result};
use crate::model::records::RecordType;
use crate::model::setup::SchoolConfig;
use crate::model::{RunId, RunSummary};
use crate::store::backup;
use crate::store::{HostSecretStore, RecordStore, RunStore, SchoolDb, SecretStore};

/// Runs whose summaries go along, for each school.
const RUNS: u32 = 50;

/// Runs whose requests and log lines go along, for each school.
const DETAILED: usize = 5;

/// Records of persons, and about them.
const PERSONAL: [RecordType; 7] = [
    RecordType::Pupil,
    RecordType::Guardian,
    RecordType::Staff,
    RecordType::Application,
    RecordType::Order,
    RecordType::Account,
    RecordType::Identifier,
];

/// A file of the bundle.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) name: String,
    #[serde(skip)]
    pub(super) text: String,
    pub(super) bytes: usize,
}

impl Part {
    fn new(name: impl Into<String>, text: String) -> Self {
        Self { name: name.into(), bytes: text.len(), text }
    }

    fn json(name: impl Into<String>, redact: &Redact, value: &impl Serialize) -> Result<Self> {
        let value = serde_json::to_value(value).map_err(no_json)?;
        let text = serde_json::to_string_pretty(&redact.json(value)).map_err(no_json)?;
        Ok(Self::new(name, text + "\n"))
    }

    fn lines<T: Serialize>(name: impl Into<String>, redact: &Redact, rows: &[(RunId, T)]) -> Result<Self> {
        let mut text = String::new();
        for (run, row) in rows {
            let row = serde_json::to_value(row).map_err(no_json)?;
            let mut line = json!({ "run": run.to_string() });
            if let (Value::Object(line), Value::Object(row)) = (&mut line, redact.json(row)) {
                line.extend(row);
            }
            text += &format!("{line}\n");
        }
        Ok(Self::new(name, text))
    }
}

fn no_json(cause: serde_json::Error) -> Error {
    Error::internal("cannot write JSON").because(cause)
}

/// A school whose data can be read.
pub(super) struct Open {
    pub(super) config: SchoolConfig,
    pub(super) store: std::sync::Arc<SchoolDb>,
}

/// Everything that must not go out, learnt from the stores.
pub(super) fn learn(app: &App, schools: &[Open], school_names: bool) -> Result<Redact> {
    let mut redact = Redact::default();
    if let Some(home) = std::env::var("HOME").ok().filter(|home| home.len() > 1) {
        redact.phrase(&home, "~");
    }
    let host = app.process()?.store()?;
    for (name, _) in host.host_secret_names()? {
        host.host_secret(&name)?.iter().for_each(|value| redact.secret(value));
    }
    let recipients = app.host.notify.recipients.iter();
    for one in recipients.chain(schools.iter().flat_map(|open| &open.config.notify)) {
        redact.recipient(&one.to);
    }
    for Open { config, store } in schools {
        if !school_names {
            redact.phrase(&config.name, "[school]");
        }
        for (name, _) in store.secret_names()? {
            store.secret(&name)?.iter().for_each(|value| redact.secret(value));
        }
        PERSONAL.iter().try_for_each(|record_type| records(&mut redact, store, *record_type))?;
    }
    Ok(redact)
}

fn records(redact: &mut Redact, store: &SchoolDb, record_type: RecordType) -> Result<()> {
    store.each_record(record_type, &Default::default(), &mut |json| {
        redact.record(&serde_json::from_str(json).map_err(no_json)?);
        Ok(())
    })
}

/// All parts, in the order in which they are shown.
pub(super) async fn parts(
    app: &App,
    redact: &Redact,
    schools: &[Open],
    run: Option<&RunId>,
) -> Result<Vec<Part>> {
    let mut parts = vec![about(app, redact)?];
    parts.push(Part::json("doctor.json", redact, &doctor::findings(app, false).await)?);
    parts.extend(settings("settings/exchange.toml", redact, &app.file));
    for (id, file) in config::school_files(&app.host)? {
        if schools.iter().any(|open| open.config.id == id) {
            parts.extend(settings(&format!("settings/schools/{id}.toml"), redact, &file));
        }
    }
    for open in schools {
        parts.extend(of_school(redact, open, run)?);
    }
    parts.extend(metrics(app, redact).await);
    Ok(parts)
}

fn about(app: &App, redact: &Redact) -> Result<Part> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let data = &app.host.data;
    let length = |file: &Path| std::fs::metadata(file).map_or(0, |about| about.len());
    let files: Vec<Value> = backup::schools_in(data)?
        .iter()
        .map(|id| {
            let file = backup::school_file(data, id);
            json!({ "school": id, "bytes": length(&file), "write_ahead": backup::write_ahead(&file) })
        })
        .collect();
    let about = json!({
        "program": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "kernel": read("/proc/sys/kernel/osrelease"),
        "processor": std::env::consts::ARCH,
        "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "written": jiff::Timestamp::now().to_string(),
        "connectors": connectors::rows(app)?,
        "host_bytes": length(&backup::host_file(data)),
        "schools": files,
    });
    Part::json("about.json", redact, &about)
}

/// A settings file without its comments, which may hold anything.
fn settings(name: &str, redact: &Redact, file: &Path) -> Option<Part> {
    let text = std::fs::read_to_string(file).ok()?;
    let table = if config::too_deep(&text).is_some() { None } else { text.parse::<toml::Table>().ok() };
    let text = match table {
        Some(table) => redact.text(&table.to_string()),
        // What is wrong with it is among the doctor's findings; what stands in it nobody can tell apart.
        None => "# it cannot be read: see doctor.json\n".to_owned(),
    };
    Some(Part::new(name, text))
}

fn of_school(redact: &Redact, open: &Open, run: Option<&RunId>) -> Result<Vec<Part>> {
    let (id, store) = (&open.config.id, &open.store);
    let runs: Vec<RunSummary> = match run {
        Some(run) => store.run(run.number)?.into_iter().collect(),
        None => store.runs(None, RUNS)?,
    };
    let (mut requests, mut log) = (Vec::new(), Vec::new());
    for run in runs.iter().take(DETAILED) {
        requests.extend(store.requests(run.id.number)?.into_iter().map(|row| (run.id.clone(), row)));
        log.extend(store.log(run.id.number)?.into_iter().map(|row| (run.id.clone(), row)));
    }
    Ok(vec![
        Part::json(format!("{id}/runs.json"), redact, &runs)?,
        Part::lines(format!("{id}/requests.jsonl"), redact, &requests)?,
        Part::lines(format!("{id}/log.jsonl"), redact, &log)?,
    ])
}

/// Of the server, where one runs and tells.
async fn metrics(app: &App, redact: &Redact) -> Option<Part> {
    let address = app.host.serve.listen?;
    Some(Part::new("metrics.txt", redact.text(&own_metrics(address).await?)))
}
