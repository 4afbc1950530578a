//! `exchange doctor`: looks at everything that the program rests on; whatever is found comes with a cure.

mod data;
mod files;
mod keys;
mod settings;
mod upstreams;

use serde::Serialize;

use super::app::App;
use super::output::Tone;
use crate::daemon::certificates::Told;
use crate::error::{Error, Result};
use crate::model::{Message, Severity};

/// Something that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// What kind of finding it is: the code of its text.
    code: String,
    /// A file, a school, an address.
    about: String,
    what: String,
    cure: Option<String>,
}

/// All findings, in the order of the places looked at.
pub(super) struct Findings<'a> {
    app: &'a App,
    all: Vec<Finding>,
}

impl Findings<'_> {
    fn good(&mut self, about: impl ToString, what: &str) {
        let text = self.app.word(what);
        self.add(Severity::Good, what, about, text, None);
    }

    fn warn(&mut self, about: impl ToString, what: Message, cure: Message) {
        self.told(Severity::Warning, about, what, cure);
    }

    fn problem(&mut self, about: impl ToString, what: Message, cure: Message) {
        self.told(Severity::Problem, about, what, cure);
    }

    fn told(&mut self, severity: Severity, about: impl ToString, what: Message, cure: Message) {
        let (code, text) = (what.code.clone(), self.app.text(what));
        self.add(severity, &code, about, text, Some(self.app.text(cure)));
    }

    /// What was said of a certificate or its key.
    fn certificate(&mut self, Told { severity, about, what, cure }: Told) {
        match severity {
            Severity::Good => self.good(about, &what.code),
            Severity::Warning | Severity::Problem => self.told(severity, about, what, cure),
        }
    }

    /// An error, with its causes and its own hints or else this cure, which gives the finding its code.
    fn error(&mut self, about: impl ToString, error: &Error, cure: Message) {
        let mut text = self.app.told(error);
        let mut cause = std::error::Error::source(error);
        while let Some(beneath) = cause {
            text = format!("{}: {beneath}", text.trim_end());
            cause = beneath.source();
        }
        let code = cure.code.trim_end_matches("-cure").to_owned();
        let hints = error.hints().join("; ");
        let cure = if hints.is_empty() { self.app.text(cure) } else { hints };
        self.add(Severity::Problem, &code, about, text, Some(cure));
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &str,
        about: impl ToString,
        what: String,
        cure: Option<String>,
    ) {
        let about = about.to_string();
        self.all.push(Finding { severity, code: code.to_owned(), about, what, cure });
    }
}

/// Looks. `offline`: no remote system is asked.
pub(super) async fn findings(app: &App, offline: bool) -> Vec<Finding> {
    let mut findings = Findings { app, all: Vec::new() };
    files::look(&mut findings);
    settings::look(&mut findings);
    data::look(&mut findings);
    keys::look(&mut findings);
    upstreams::look(&mut findings, offline).await;
    findings.all
}

/// Exit code 0 when all is well, 3 with warnings, 1 with problems.
pub(super) async fn doctor(app: &App, offline: bool) -> Result<u8> {
    let findings = findings(app, offline).await;
    if app.output.json {
        app.output.print_json(&findings)?;
    } else {
        findings.iter().try_for_each(|finding| print(app, finding))?;
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let sum = Message::new("doctor-sum")
            .with("problems", count(Severity::Problem))
            .with("warnings", count(Severity::Warning));
        app.output.line(app.text(sum))?;
    }
    Ok(exit_code(&findings))
}

fn exit_code(findings: &[Finding]) -> u8 {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Problem) => 1,
        Some(Severity::Warning) => 3,
        Some(Severity::Good) | None => 0,
    }
}

fn print(app: &App, finding: &Finding) -> Result<()> {
    let (tone, mark) = match finding.severity {
        Severity::Good => (Tone::Good, "✓"),
        Severity::Warning => (Tone::Warn, "!"),
        Severity::Problem => (Tone::Bad, "✗"),
    };
    app.output.line(format!(
        "{} {}: {}",
        app.output.tone(tone, mark),
        finding.about,
        finding.what.trim_end()
    ))?;
    match &finding.cure {
        Some(cure) => app.output.line(format!("    {} {cure}", app.word("cli-next"))),
        None => Ok(()),
    }
}
