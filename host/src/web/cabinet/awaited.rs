//! Who is waited for, and what each has to do (S3, E9): as the last run for the whole school has it, without those who have
//! done it since. Any connector has this page whose items somebody else brings about.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::pager::Pager;
use super::reading::{Of, of_task};
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Shell, shown};
use super::signed::value;
use crate::daemon::by_class;
use crate::daemon::page::Anchor;
use crate::daemon::told::name_of;
use crate::error::Result;
use crate::model::records::RecordType;
use crate::model::{Message, Outcome, OutcomeRow, Param, TaskId, Waiting};
use crate::report::run_report::{self, natural};
use crate::web::language::Spoken;
use crate::web::{Face, params};

/// People on a page.
const PEOPLE: usize = 100;

/// Who can be asked for by themselves, and the word of each in addresses.
const ROLES: [(&str, RecordType); 3] =
    [("staff", RecordType::Staff), ("pupil", RecordType::Pupil), ("guardian", RecordType::Guardian)];

/// Somebody who is waited for.
struct One {
    name: String,
    class: String,
    kind: String,
    /// What they have to do, where it is not what everybody here has to do.
    steps: Vec<String>,
}

/// Those for whom the reason is the same.
struct Group {
    whom: String,
    count: usize,
    /// What all of them have to do.
    steps: Vec<String>,
    people: Vec<One>,
}

/// A way to see only some of them.
struct Filter {
    anchor: Anchor,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "cabinet/awaited.html")]
struct Awaited {
    shell: Shell,
    up: Anchor,
    told: String,
    filters: Vec<Filter>,
    groups: Vec<Group>,
    pager: Pager,
}

/// What is read of them.
struct Read {
    told: String,
    /// How many of each role.
    counts: Vec<(&'static str, usize)>,
    groups: Vec<Group>,
    pager: Pager,
}

/// `GET /~school/SCHOOL/TASK/~awaited?who=staff`
pub(super) async fn page(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (task, query) = (TaskId::from(task), params(query.unwrap_or_default().as_bytes()));
    let here = format!("{}/~awaited", path_of(&school, &task));
    let role = ROLES.into_iter().find(|(word, _)| *word == value(&query, "who"));
    let at = here.clone();
    let read = of_task(&face, &school, &spoken, &task, move |of| read(of, &at, role, &query)).await;
    let (line, read) = match read {
        Ok(read) => read,
        Err(page) => return page,
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "awaited");
    let up = up_to(&shell, &school, &line);
    let filters = filters(&shell, &here, &read.counts, role.map(|(word, _)| word));
    let Read { told, groups, pager, .. } = read;
    shown(StatusCode::OK, &Awaited { shell, up, told, filters, groups, pager })
}

fn filters(shell: &Shell, here: &str, counts: &[(&'static str, usize)], chosen: Option<&str>) -> Vec<Filter> {
    let all: usize = counts.iter().map(|(_, n)| n).sum();
    let word = |code: &str, n: usize| shell.text(Message::new(code).with("n", n));
    let everybody = Filter {
        anchor: Anchor { address: here.to_owned(), words: word("awaited-all", all) },
        is_this: chosen.is_none(),
    };
    let some = counts.iter().filter(|(_, n)| *n > 0).map(|(who, n)| Filter {
        anchor: Anchor { address: format!("{here}?who={who}"), words: word(&format!("awaited-{who}"), *n) },
        is_this: chosen == Some(who),
    });
    std::iter::once(everybody).chain(some).collect()
}

type Role = Option<(&'static str, RecordType)>;

fn read(of: &Of<'_>, here: &str, role: Role, query: &[Param]) -> Result<Read> {
    let path = role.map_or_else(|| here.to_owned(), |(word, _)| format!("{here}?who={word}"));
    let Some(picture) = by_class::picture(of.store, &of.line.task.id, &[])? else {
        let pager = Pager::of(&path, query, PEOPLE, 0);
        return Ok(Read {
            told: of.texts.word("classes-none"),
            counts: Vec::new(),
            groups: Vec::new(),
            pager,
        });
    };
    let all: Vec<&OutcomeRow> = picture
        .classes
        .classes()
        .flat_map(|(_, class)| &class.rows)
        .filter(|row| waits(row).is_some())
        .collect();
    let is = |row: &OutcomeRow, wanted: RecordType| {
        row.about.as_ref().is_some_and(|about| about.record_type == wanted)
    };
    let counts =
        ROLES.map(|(word, wanted)| (word, all.iter().filter(|row| is(row, wanted)).count())).to_vec();
    let mut rows: Vec<&OutcomeRow> =
        all.into_iter().filter(|row| role.is_none_or(|(_, wanted)| is(row, wanted))).collect();
    let whom = |row: &OutcomeRow| waits(row).map(|waiting| text(of, &waiting.whom)).unwrap_or_default();
    // Staff first: there are few of them, and many wait for each.
    rows.sort_by_cached_key(|row| {
        let class = natural(row.group.as_deref().unwrap_or_default());
        (!is(row, RecordType::Staff), whom(row), class, row.item.key.clone())
    });
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *counted.entry(whom(row)).or_default() += 1);
    let pager = Pager::of(&path, query, PEOPLE, rows.len());
    let groups = groups(of, &pager.cut(rows), &counted);
    let told = by_class::title(of.texts, &of.school.config, &picture.run);
    Ok(Read { told, counts, groups, pager })
}

fn waits(row: &OutcomeRow) -> Option<&Waiting> {
    if let Outcome::Waiting(waiting) = &row.outcome { Some(waiting) } else { None }
}

fn text(of: &Of<'_>, message: &Message) -> String {
    of.texts.of(&of.package.manifest.id, message)
}

/// Neighbours for whom the reason is the same stand together; what all of them have to do is said once.
fn groups(of: &Of<'_>, rows: &[&OutcomeRow], counted: &BTreeMap<String, usize>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let Some(waiting) = waits(row) else { continue };
        let (whom, one) = (text(of, &waiting.whom), one(of, row, waiting));
        match groups.last_mut().filter(|group| group.whom == whom) {
            Some(group) => group.people.push(one),
            None => {
                let count = counted.get(&whom).copied().unwrap_or_default();
                groups.push(Group { whom, count, steps: Vec::new(), people: vec![one] });
            }
        }
    }
    groups.iter_mut().for_each(once);
    groups
}

fn one(of: &Of<'_>, row: &OutcomeRow, waiting: &Waiting) -> One {
    let name = row.about.as_ref().and_then(|about| name_of(of.store, about));
    One {
        name: name.unwrap_or_else(|| row.item.key.to_string()),
        class: row.group.clone().unwrap_or_default(),
        kind: run_report::kind_title(&of.package.manifest, &row.item.kind, of.texts),
        steps: waiting.steps.iter().map(|step| text(of, step)).collect(),
    }
}

fn once(group: &mut Group) {
    let first = group.people.first().map(|one| one.steps.clone()).unwrap_or_default();
    if group.people.iter().all(|one| one.steps == first) {
        group.people.iter_mut().for_each(|one| one.steps.clear());
        group.steps = first;
    }
}

impl Group {
    fn heading(&self) -> Message {
        Message::new("awaited-count").with("n", self.count)
    }
}
