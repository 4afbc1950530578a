//! What a run asks people: cards with both sides beside each other, and the answers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::deed::Deed;
use super::pager::Pager;
use super::school::{AtSchool, path_of, up_to};
use super::shell::{Notice, Shell, shown};
use super::signed::{fault, value};
use crate::daemon::answers::{self, Answered, Given};
use crate::daemon::cabinet::{Person, School, TaskLine};
use crate::daemon::page::{Anchor, Mark};
use crate::daemon::sides::{Side, Sides};
use crate::daemon::told::local_time;
use crate::error::Result;
use crate::model::manifest::Manifest;
use crate::model::records::RecordType;
use crate::model::{Message, Millis, Param, TaskId, visible};
use crate::report::Catalogue;
use crate::store::{Answer, Decision, DecisionStore, Question, SchoolDb};
use crate::web::language::Spoken;
use crate::web::{Face, params, see, strays};

/// Questions on a page.
const CARDS: usize = 10;

/// Answers that wait for the next run, of which the latest are told.
const ANSWERED: usize = 20;

/// A question, with both sides of it.
struct Card {
    number: u64,
    /// What is asked.
    asked: &'static str,
    kind: String,
    mark: String,
    arrived: bool,
    ours: Side,
    theirs: Vec<There>,
}

/// What it might be.
struct There {
    handle: String,
    /// As it is read.
    name: String,
    evidence: Vec<String>,
    link: Option<String>,
}

/// An answer that the next run takes up.
struct Replied {
    number: u64,
    name: String,
    answer: &'static str,
    said: String,
}

#[derive(Template)]
#[template(path = "cabinet/questions.html")]
struct Questions {
    shell: Shell,
    person: Person,
    acts: bool,
    up: Anchor,
    here: String,
    notice: Option<Notice>,
    cards: Vec<Card>,
    pager: Pager,
    answered: Vec<Replied>,
}

/// What is read of a task's questions.
struct Read {
    line: TaskLine,
    open: usize,
    cards: Vec<Card>,
    pager: Pager,
    answered: Vec<Replied>,
    told: Option<(&'static str, u64, String)>,
}

/// `GET /~school/SCHOOL/TASK/~questions`: what is asked, a page at a time.
pub(super) async fn list(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (now, task, language, of) =
        (face.cabinet.now(), TaskId::from(task), spoken.language(), Arc::clone(&face));
    let here = format!("{}/~questions", path_of(&school, &task));
    let (query, at) = (params(query.unwrap_or_default().as_bytes()), here.clone());
    let read = school.read(move |school, store| {
        let Some(line) = school.task(store, &task, now)? else { return Ok(None) };
        let texts = of.texts.of(line.package.as_deref(), language);
        read(school, store, line, &texts, (&at, &query)).map(Some)
    });
    let read = match read.await {
        Ok(Some(read)) => read,
        Ok(None) => return strays::nowhere(&face, &spoken).into_response(),
        Err(error) => return fault(&face, &spoken, &error),
    };
    let shell = Shell::new(&face, &spoken, Some(&person), "questions");
    shown(StatusCode::OK, &page(shell, person, &school, here, read))
}

fn page(shell: Shell, person: Person, school: &School, here: String, read: Read) -> Questions {
    let Read { line, open, cards, pager, answered, told } = read;
    let notice = told.map(|(code, number, said)| notice(&shell, code, number, &said));
    let heading = shell.text(Message::new("questions-of").with("n", open));
    Questions {
        acts: person.account.acts(&school.config.id),
        up: up_to(&shell, school, &line),
        shell: shell.called(&heading),
        person,
        here,
        notice,
        cards,
        pager,
        answered,
    }
}

fn read(
    school: &School,
    store: &SchoolDb,
    line: TaskLine,
    texts: &Catalogue,
    (here, query): (&str, &[Param]),
) -> Result<Read> {
    let all = store.decisions(Some(&line.task.id), false)?;
    let told = told(&all, query, texts, school);
    let (open, mut answered): (Vec<Decision>, Vec<Decision>) =
        all.into_iter().partition(|decision| decision.answer.is_none());
    let pager = Pager::of(here, query, CARDS, open.len());
    answered.sort_by_key(|decision| std::cmp::Reverse(decision.answered.as_ref().map(|(at, _)| *at)));
    answered.truncate(ANSWERED);
    let reader = Reader { school, line: &line, texts, sides: Sides::new(store, &school.config, texts) };
    let count = open.len();
    let cards = pager.cut(open).iter().map(|decision| reader.card(decision)).collect::<Result<_>>()?;
    let answered = answered.iter().map(|decision| reader.given(decision)).collect::<Result<_>>()?;
    Ok(Read { open: count, cards, pager, answered, told, line })
}

/// Makes cards of questions.
struct Reader<'a> {
    school: &'a School,
    line: &'a TaskLine,
    texts: &'a Catalogue,
    sides: Sides<'a>,
}

impl Reader<'_> {
    fn manifest(&self) -> Option<&Manifest> {
        self.line.package.as_deref().map(|package| &*package.manifest)
    }

    fn card(&self, decision: &Decision) -> Result<Card> {
        let links = self.school.links(&self.line.task);
        let connector = self.manifest().map_or("", |manifest| &manifest.id);
        let theirs = decision.ask.candidates.iter().map(|one| There {
            name: visible(&one.handle).into_owned(),
            handle: one.handle.clone(),
            evidence: one.evidence.iter().map(|text| self.texts.of(connector, text)).collect(),
            link: one.link.as_ref().and_then(|link| links.address(link)),
        });
        Ok(Card {
            number: decision.number,
            asked: asked(decision),
            kind: self.kind(decision),
            mark: answers::mark(decision)?,
            arrived: decision.ask.question == Question::Arrived,
            ours: self.ours(decision)?,
            theirs: theirs.collect(),
        })
    }

    fn kind(&self, decision: &Decision) -> String {
        let kind = &decision.ask.item.kind;
        match self.manifest() {
            Some(manifest) => crate::report::run_report::kind_title(manifest, kind, self.texts),
            None => kind.to_string(),
        }
    }

    /// The school's own record; of one that is there no more its key.
    fn ours(&self, decision: &Decision) -> Result<Side> {
        let side = match &decision.ask.about {
            Some(about) => self.sides.of(about)?,
            None => None,
        };
        let mut side =
            side.unwrap_or_else(|| Side { name: decision.ask.item.key.to_string(), ..Side::default() });
        let heading = self.texts.word("column-class");
        let class = decision.ask.group.clone().filter(|class| *class != side.name);
        if let Some(class) = class.filter(|_| side.facts.iter().all(|(known, _)| *known != heading)) {
            side.facts.push((heading, class));
        }
        Ok(side)
    }

    fn given(&self, decision: &Decision) -> Result<Replied> {
        Ok(Replied {
            number: decision.number,
            name: self.ours(decision)?.name,
            answer: word(decision),
            said: by_whom(decision, self.texts, self.school),
        })
    }
}

/// What is asked, by whom it is about.
fn asked(decision: &Decision) -> &'static str {
    let about = decision.ask.about.as_ref().map(|about| about.record_type);
    match (decision.ask.question, about) {
        (Question::Arrived, _) => "questions-arrived",
        (Question::Shared, _) => "questions-shared",
        (Question::Which, Some(RecordType::Pupil)) => "questions-pupil",
        (Question::Which, Some(RecordType::Guardian)) => "questions-guardian",
        (Question::Which, Some(RecordType::Staff)) => "questions-staff",
        (Question::Which, Some(RecordType::SchoolClass)) => "questions-class",
        (Question::Which, _) => "questions-which",
    }
}

/// An answer in the words of the button that gives it.
fn word(decision: &Decision) -> &'static str {
    let arrived = decision.ask.question == Question::Arrived;
    match &decision.answer {
        Some(Answer::Adopt(_)) if arrived => "questions-sent",
        Some(Answer::Create) if arrived => "questions-not-sent",
        Some(Answer::Adopt(_)) => "questions-same",
        Some(Answer::Create) => "questions-different",
        Some(Answer::Skip) => "questions-skip",
        None => "questions-open",
    }
}

/// When it was answered, and by whom.
fn by_whom(decision: &Decision, texts: &Catalogue, school: &School) -> String {
    let Some((at, who)) = &decision.answered else { return String::new() };
    let at: Millis = *at;
    texts.text(&Message::new("questions-by").with("at", local_time(at, &school.config)).with("who", who))
}

/// What became of the answer that was given last, as the address says it; an answer that came second is told with the
/// first one.
fn told(
    all: &[Decision],
    query: &[Param],
    texts: &Catalogue,
    school: &School,
) -> Option<(&'static str, u64, String)> {
    let codes = [
        ("done", "questions-told-done"),
        ("before", "questions-told-before"),
        ("changed", "questions-told-changed"),
        ("gone", "questions-told-gone"),
        ("busy", "questions-told-busy"),
    ];
    let (_, code) = codes.into_iter().find(|(word, _)| *word == value(query, "told"))?;
    let number: u64 = value(query, "n").parse().ok()?;
    let decision = all.iter().find(|decision| decision.number == number);
    let said = decision.filter(|decision| decision.answer.is_some());
    let said = said
        .map(|decision| format!("«{}», {}", texts.word(word(decision)), by_whom(decision, texts, school)));
    Some((code, number, said.unwrap_or_default()))
}

fn notice(shell: &Shell, code: &str, number: u64, said: &str) -> Notice {
    let mark = if code == "questions-told-done" { Mark::Good } else { Mark::Bad };
    let text = shell.text(Message::new(format!("{code}-text")).with("said", said));
    Notice { mark, title: shell.text(Message::new(code).with("number", number)), text }
}

/// `POST /~school/SCHOOL/TASK/~questions`: an answer. What became of it is told on the page of questions, so that a reload
/// answers nothing.
pub(super) async fn answer(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    Path((_, task)): Path<(String, String)>,
    acting: Deed,
) -> Response {
    let task = TaskId::from(task);
    let school = &acting.actor.school;
    if school.config.task(&task).is_none() {
        return strays::nowhere(&face, &spoken).into_response();
    }
    let here = format!("{}/~questions", path_of(school, &task));
    let Some(given) = given(&acting) else { return see(&here) };
    let number = given.number;
    let told = match acting.actor.answer(&task, given).await {
        Ok(Some(Answered::Written)) => "done",
        Ok(Some(Answered::Before)) => "before",
        Ok(Some(Answered::Changed | Answered::Unfit(_))) => "changed",
        Ok(Some(Answered::Gone)) => "gone",
        Ok(None) => "busy",
        Err(error) => return fault(&face, &spoken, &error),
    };
    let page: usize = acting.value("page").parse().unwrap_or(1);
    see(&format!("{here}?page={page}&told={told}&n={number}"))
}

/// The answer that a form is; `None`: it is none.
fn given(acting: &Deed) -> Option<Given> {
    let same = acting.values.iter().find(|param| param.name == "same");
    let answer = match (same, acting.value("answer")) {
        (Some(handle), _) => Answer::Adopt(handle.value.clone()),
        (None, "sent") => Answer::Adopt(String::new()),
        (None, "different" | "not-sent") => Answer::Create,
        (None, "skip") => Answer::Skip,
        _ => return None,
    };
    let number = acting.value("number").parse().ok()?;
    Some(Given { number, answer, read: Some(acting.value("mark").to_owned()) })
}
