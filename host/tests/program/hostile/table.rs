//! The table of behaviours, and the page that shows it.

use serde::Deserialize;
use toml::Table;

use super::HOSTILE;

const FILE: &str = include_str!("behaviours.toml");

/// The command that the connector is reached by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    Check,
    Bind,
    Plan,
    #[default]
    Run,
}

/// What becomes of a connector that is not stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Refused,
    Harmless,
    Fails,
    Misconfigured,
    Told,
    Doubted,
    Asked,
    Held,
}

/// One thing that a hostile connector does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Behaviour {
    pub(crate) what: String,
    r#do: Table,
    /// A core module that misbehaves before any function is called.
    pub(crate) start: Option<String>,
    #[serde(default)]
    pub(crate) by: By,
    /// The sandbox's verdict, where it stops the connector; otherwise there is an `end`.
    pub(crate) verdict: Option<String>,
    pub(crate) end: Option<End>,
    pub(crate) told: String,
    #[serde(default)]
    pub(crate) writes: usize,
}

/// Behaviours that belong together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chapter {
    pub(crate) title: String,
    behaviours: Vec<Behaviour>,
}

#[derive(Deserialize)]
struct File {
    chapter: Vec<Chapter>,
}

/// All chapters; each behaviour has either a verdict or an end.
pub(crate) fn chapters() -> Vec<Chapter> {
    let file: File = toml::from_str(FILE).unwrap_or_else(|error| panic!("behaviours.toml: {error}"));
    for behaviour in file.chapter.iter().flat_map(|chapter| &chapter.behaviours) {
        assert_ne!(behaviour.verdict.is_some(), behaviour.end.is_some(), "{}", behaviour.what);
    }
    file.chapter
}

/// The behaviours of a chapter.
#[track_caller]
pub(crate) fn chapter(title: &str) -> Vec<Behaviour> {
    let found = chapters().into_iter().find(|chapter| chapter.title == title);
    found.unwrap_or_else(|| panic!("there is no chapter {title:?}")).behaviours
}

impl Behaviour {
    /// As lines of `[task.settings]`.
    pub(crate) fn settings(&self) -> String {
        self.r#do.to_string()
    }

    /// The words of the command that reaches it.
    pub(crate) fn command(&self) -> &'static [&'static str] {
        match self.by {
            By::Check => &["check", HOSTILE],
            By::Bind => &["bind", HOSTILE, "--wait", "2s"],
            By::Plan => &["plan", HOSTILE, "--all"],
            By::Run => &["run", HOSTILE],
        }
    }

    /// The exit code of that command.
    pub(crate) fn code(&self) -> i32 {
        match (self.end, self.by) {
            (None | Some(End::Fails), _) => 1,
            (Some(End::Misconfigured), _) => 2,
            (Some(End::Refused | End::Told | End::Doubted), By::Run) => 3,
            (Some(End::Held | End::Asked), _) => 4,
            _ => 0,
        }
    }

    /// Does it bring texts of its own?
    pub(crate) fn has_texts(&self) -> bool {
        self.r#do.contains_key("texts")
    }

    fn outcome(&self) -> String {
        match (&self.verdict, self.end) {
            (Some(verdict), _) => format!("stopped: `{verdict}`"),
            (None, Some(End::Refused)) => "the request is refused; the connector goes on".into(),
            (None, Some(End::Harmless)) => "harmless".into(),
            (None, Some(End::Fails)) => "the command fails".into(),
            (None, Some(End::Misconfigured)) => "refused, with the lines that would grant it".into(),
            (None, Some(End::Told)) => "not sent, and said so".into(),
            (None, Some(End::Doubted)) => "not believed: the next run looks again".into(),
            (None, Some(End::Asked)) => "a person is asked".into(),
            (None, Some(End::Held)) => "held: one approval, not a thousand questions".into(),
            (None, None) => unreachable!("checked when it was read"),
        }
    }
}

const HEAD: &str = "# Hostile connectors\n\n\
    What a connector that means harm, or is broken, may try, and what becomes of it. Written by the test that plays \
    every line with the real program, the real sandbox and a second school whose run goes on beside it and notices \
    nothing; do not edit by hand. What each verdict means stands with `Verdict` in `host/src/model/contract.rs`.\n";

/// The page.
pub(crate) fn markdown() -> String {
    let row = |behaviour: &Behaviour| {
        let cell = |text: &str| text.replace('|', "\\|");
        let by = format!("{:?}", behaviour.by).to_lowercase();
        let (what, told) = (cell(&behaviour.what), cell(&behaviour.told));
        format!("| {what} | `{by}` | {} | {told} |\n", behaviour.outcome())
    };
    let chapter = |chapter: &Chapter| {
        let rows: String = chapter.behaviours.iter().map(row).collect();
        let head = "| a connector that … | command | what becomes of it | what the person reads |\n|---|---|---|---|";
        format!("\n## {}\n\n{head}\n{rows}", chapter.title)
    };
    HEAD.to_owned() + &chapters().iter().map(chapter).collect::<String>()
}
