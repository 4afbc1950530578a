//! Where a task's page leads: questions, classes, people that are waited for, lessons of the week, and binding. Which of
//! them there are follows from what the connector says of itself, not from its name.

use super::binding::{self, Binding};
use super::school::path_of;
use super::shell::Shell;
use crate::daemon::cabinet::{Person, School, TaskLine};
use crate::daemon::page::Anchor;
use crate::error::Result;
use crate::model::Message;
use crate::model::manifest::{Manifest, Nature};
use crate::model::records::RecordType;
use crate::store::SchoolDb;

/// What is read for it.
pub(super) struct Read {
    binding: Option<Binding>,
}

/// Reads what a task's page leads to.
///
/// # Errors
/// Our own store fails.
pub(super) fn read(store: &SchoolDb, line: &TaskLine) -> Result<Read> {
    Ok(Read { binding: binding::read(store, line)? })
}

/// The ways on.
pub(super) struct Ways {
    /// Pages about this task.
    pub(super) links: Vec<Anchor>,
    /// How its binding stands.
    pub(super) bound: Option<Bound>,
}

/// How a binding stands, and the button that begins one.
pub(super) struct Bound {
    /// In a sentence.
    pub(super) told: String,
    /// Page about it.
    pub(super) page: String,
    /// The button, for whoever may press it: what it says, and what has to come with the form.
    pub(super) button: Option<(String, String)>,
}

/// The ways on from a task's page.
pub(super) fn of(shell: &Shell, person: &Person, school: &School, line: &TaskLine, read: &Read) -> Ways {
    let here = path_of(school, &line.task.id);
    let anchor = |page: &str, words: String| Anchor { address: format!("{here}/{page}"), words };
    let asked = line.standing.open_decisions;
    let questions = Message::new("questions-of").with("n", asked);
    let mut links: Vec<Anchor> =
        (asked > 0).then(|| anchor("~questions", shell.text(questions))).into_iter().collect();
    if let Some(package) = &line.package {
        let pages = pages(&package.manifest);
        links.extend(pages.into_iter().map(|(page, code)| anchor(page, shell.word(code))));
    }
    let bound = read.binding.as_ref().map(|binding| bound(shell, person, school, &here, binding));
    Ways { links, bound }
}

fn bound(shell: &Shell, person: &Person, school: &School, here: &str, binding: &Binding) -> Bound {
    // A bound school is bound anew from the page about it: that is seldom, and has more to be read.
    let begins = person.account.acts(&school.config.id) && !binding.is_bound();
    Bound {
        told: binding.told(shell),
        page: format!("{here}/~bind"),
        button: begins.then(|| (shell.word(binding.button()), person.step.clone())),
    }
}

/// The pages that make sense for a connector.
fn pages(manifest: &Manifest) -> Vec<(&'static str, &'static str)> {
    let reads = |record: RecordType| manifest.records.contains_key(&record);
    let people = [RecordType::Pupil, RecordType::Guardian, RecordType::Staff].into_iter().any(reads);
    let awaits = manifest.kinds.iter().any(|kind| kind.nature == Nature::Awaited);
    let pages = [
        (people, ("~classes", "classes")),
        (awaits, ("~awaited", "awaited")),
        (reads(RecordType::Lesson), ("~week", "week")),
    ];
    pages.into_iter().filter(|(is, _)| *is).map(|(_, page)| page).collect()
}
