//! The lines of a plan as somebody asked for them: searched, by class, kind and action; or those who are left out.

use std::collections::HashSet;

use super::chosen::Chosen;
use super::pager::Pager;
use super::signed::value;
use super::task::AtTask;
use crate::daemon::preview::Made;
use crate::model::records::RecordType;
use crate::model::{After, LeftOut, Message, Param, Planned, visible};
use crate::report::plan_words::{action_code, field, name, notes};
use crate::report::{Called, Catalogue};

/// Lines of a page.
pub(super) const LINES: usize = 50;

/// Letters that are looked for at most.
const LONGEST: usize = 100;

/// What somebody asked for.
pub(super) struct Asked {
    /// All of it, for the number of the page.
    pub(super) query: Vec<Param>,
    pub(super) chosen: Chosen,
    search: String,
    group: String,
    kind: String,
    action: String,
    left_out: bool,
}

impl Asked {
    pub(super) fn of(query: &[Param]) -> Self {
        let of = |name: &str| value(query, name).chars().take(LONGEST).collect::<String>();
        Self {
            query: query.to_vec(),
            chosen: Chosen::of(query),
            search: of("q"),
            group: of("class"),
            kind: of("kind"),
            action: of("action"),
            left_out: value(query, "list") == "left-out",
        }
    }

    fn fits(&self, group: Option<&str>, texts: &[&str]) -> bool {
        let search = self.search.trim().to_lowercase();
        let has = |text: &&str| text.to_lowercase().contains(&search);
        (self.group.is_empty() || group == Some(&self.group)) && (search.is_empty() || texts.iter().any(has))
    }

    fn wants(&self, line: &Planned) -> bool {
        let is = |asked: &str, there: &str| asked.is_empty() || asked == there;
        // What messages say is looked through as well.
        let said = line.content.iter().filter_map(|shown| match &shown.after {
            After::Text(text) => Some(text.as_str()),
            After::Empty | After::Later => None,
        });
        let texts: Vec<&str> = std::iter::once(name(line)).chain(said).collect();
        is(&self.kind, &line.item.id.kind)
            && is(&self.action, action_code(&line.intent))
            && self.fits(line.item.group.as_deref(), &texts)
    }
}

/// A line, for people.
pub(super) struct Row {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) action: String,
    pub(super) notes: String,
    /// What will be sent or written, word for word.
    pub(super) content: Vec<String>,
    /// The person whom one can tick, and whether they are.
    pub(super) person: Option<(String, bool)>,
}

/// A choice of a filter: what is sent, what is read, whether it is chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) words: String,
    pub(super) chosen: bool,
}

/// What fits, not put into words yet: a plan may have tens of thousands of lines.
pub(super) enum Found<'p> {
    Lines(Vec<&'p Planned>),
    LeftOut(Vec<&'p LeftOut>),
}

impl<'p> Found<'p> {
    /// What of a plan was asked for.
    pub(super) fn of(made: &'p Made, asked: &Asked) -> Self {
        if asked.left_out {
            let fits = |left: &&LeftOut| asked.fits(left.group.as_deref(), &[&left.label]);
            return Self::LeftOut(made.plan.left_out.iter().filter(fits).collect());
        }
        Self::Lines(made.plan.lines.iter().filter(|line| asked.wants(line)).collect())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.len(),
            Self::LeftOut(left_out) => left_out.len(),
        }
    }
}

/// A page of what was asked for.
pub(super) struct List {
    pub(super) rows: Vec<Row>,
    pub(super) search: String,
    pub(super) classes: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) actions: Vec<Choice>,
    pub(super) lists: Vec<Choice>,
    /// Whom one ticked and does not see on this page.
    pub(super) unseen: Vec<String>,
}

/// Puts a page of what was found into words.
pub(super) struct Writer<'a> {
    pub(super) at: &'a AtTask,
    pub(super) texts: &'a Catalogue,
    pub(super) made: &'a Made,
    pub(super) asked: &'a Asked,
    pub(super) called: Called,
}

impl Writer<'_> {
    pub(super) fn list(&self, found: Found<'_>, pager: &Pager) -> List {
        let mut rows: Vec<Row> = match found {
            Found::Lines(lines) => pager.cut(lines).into_iter().map(|line| self.line(line)).collect(),
            Found::LeftOut(left_out) => {
                pager.cut(left_out).into_iter().map(|left| self.left_out(left)).collect()
            }
        };
        tick_once(&mut rows);
        let seen =
            |person: &String| rows.iter().any(|row| row.person.as_ref().is_some_and(|(id, _)| id == person));
        let unseen = self.asked.chosen.persons.iter().filter(|person| !seen(person)).cloned().collect();
        List {
            unseen,
            search: self.asked.search.clone(),
            classes: self.classes(),
            kinds: self.kinds(),
            actions: self.actions(),
            lists: self.lists(),
            rows,
        }
    }

    fn line(&self, line: &Planned) -> Row {
        let person = line.item.about.as_ref().filter(|about| is_person(about.record_type));
        Row {
            group: line.item.group.clone().unwrap_or_default(),
            kind: self.at.kind(self.texts, &line.item.id.kind),
            name: visible(name(line)).into_owned(),
            action: self.texts.word(action_code(&line.intent)),
            notes: notes(self.texts, self.at.connector(), line, &self.called).join("; "),
            content: line.content.iter().map(|shown| field(self.texts, shown)).collect(),
            person: person.map(|about| (about.id.clone(), self.asked.chosen.has_person(&about.id))),
        }
    }

    fn left_out(&self, left: &LeftOut) -> Row {
        Row {
            group: left.group.clone().unwrap_or_default(),
            kind: String::new(),
            name: visible(&left.label).into_owned(),
            action: String::new(),
            notes: self.at.text(self.texts, &left.reason),
            content: Vec::new(),
            person: None,
        }
    }

    fn classes(&self) -> Vec<Choice> {
        let groups = self.made.groups.iter().map(|group| (group.clone(), group.clone()));
        choices(&self.texts.word("cabinet-plan-all-classes"), &self.asked.group, groups)
    }

    fn kinds(&self) -> Vec<Choice> {
        let mut seen = HashSet::new();
        let all = self.made.totals.iter().map(|total| &*total.kind);
        let kinds: Vec<&str> = all.filter(|kind| seen.insert(*kind)).collect();
        let kinds = kinds.into_iter().map(|kind| (kind.to_owned(), self.at.kind(self.texts, kind)));
        choices(&self.texts.word("cabinet-plan-all-kinds"), &self.asked.kind, kinds)
    }

    fn actions(&self) -> Vec<Choice> {
        let mut codes: Vec<&'static str> = self.made.totals.iter().map(|total| total.action).collect();
        codes.sort_unstable();
        codes.dedup();
        let actions = codes.into_iter().map(|code| (code.to_owned(), self.texts.word(code)));
        choices(&self.texts.word("cabinet-plan-all-actions"), &self.asked.action, actions)
    }

    /// Nothing to choose between where nobody is left out.
    fn lists(&self) -> Vec<Choice> {
        let n = self.made.plan.counts.left_out;
        if self.made.plan.left_out.is_empty() {
            return Vec::new();
        }
        let left_out = self.texts.text(&Message::new("cabinet-plan-left-out").with("n", n));
        let chosen = if self.asked.left_out { "left-out" } else { "" };
        choices(
            &self.texts.word("cabinet-plan-changes"),
            chosen,
            [("left-out".to_owned(), left_out)].into_iter(),
        )
    }
}

/// Of several lines about a person the first is ticked.
fn tick_once(rows: &mut [Row]) {
    let mut seen = HashSet::new();
    for row in rows {
        row.person = row.person.take().filter(|(id, _)| seen.insert(id.clone()));
    }
}

fn choices(all: &str, chosen: &str, others: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let first = (String::new(), all.to_owned());
    let choice = |(value, words): (String, String)| Choice { chosen: value == chosen, value, words };
    std::iter::once(first).chain(others).map(choice).collect()
}

fn is_person(kind: RecordType) -> bool {
    matches!(kind, RecordType::Pupil | RecordType::Guardian | RecordType::Staff)
}
