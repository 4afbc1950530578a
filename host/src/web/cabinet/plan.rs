//! «Показать, что изменится»: the plan, searched and filtered, with classes and persons to be ticked; a plan that is held
//! says why and is approved here, where it is read.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::chosen::Chosen;
use super::live::{Kind, Place, Told};
use super::pager::Pager;
use super::plan_list::{Asked, Found, LINES, List, Writer};
use super::shell::{Notice, Shell, said, shown};
use super::signed::{busy, fault, value};
use super::task::{AtTask, TaskDeed};
use crate::daemon::errands::{Begun, Look};
use crate::daemon::page::{self, Anchor, Mark};
use crate::daemon::preview::{Made, Preview};
use crate::daemon::told::local_time;
use crate::model::{Message, Millis};
use crate::report::{Called, Catalogue};
use crate::store::LANE_BUSY;
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// How many of a kind are dealt with how.
struct TotalRow {
    kind: String,
    words: String,
}

/// A plan that waits for a person.
struct Held {
    reason: String,
    cause: String,
    hash: String,
}

/// A plan to look at.
struct Shown {
    totals: Vec<TotalRow>,
    said: Vec<String>,
    held: Option<Held>,
    list: List,
    pager: Pager,
    /// How much is ticked; empty: nothing.
    ticked: String,
    groups: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "cabinet/plan.html")]
struct PlanPage {
    shell: Shell,
    up: Anchor,
    path: String,
    step: Option<String>,
    notice: Option<Notice>,
    place: Option<Place>,
    none: bool,
    plan: Option<Shown>,
}

/// `GET …/~plan`: the plan, or how far it is.
pub(super) async fn look(
    State(face): State<Arc<Face>>,
    at: AtTask,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let (shell, texts) = (at.shell(&face, &spoken, "cabinet-plan-changes"), at.texts(&face, &spoken));
    let mut page = PlanPage {
        up: at.up(spoken.language()),
        path: at.path(),
        step: at.step(),
        notice: None,
        place: None,
        none: false,
        plan: None,
        shell,
    };
    match face.cabinet.planned(&at.name()) {
        Look::Nothing => page.none = true,
        Look::Broken => page.notice = Some(Notice::of(&page.shell, Mark::Bad, "cabinet-broken")),
        Look::UnderWay(progress) => {
            page.place = Some(Place::of(&at, Kind::Plan, Told::errand(&texts, Kind::Plan, progress)));
            return page::scripted(shown(StatusCode::OK, &page));
        }
        Look::Done(preview, when) => match &*preview {
            Preview::Stopped(reason) => {
                page.notice = Some(stopped(&at, &texts, &page.shell, reason.as_ref()))
            }
            Preview::Made(made) => {
                let asked = Asked::of(&params(query.unwrap_or_default().as_bytes()));
                page.plan = Some(plan(&at, &texts, made, when, asked));
            }
        },
    }
    shown(StatusCode::OK, &page)
}

fn stopped(at: &AtTask, texts: &Catalogue, shell: &Shell, reason: Option<&Message>) -> Notice {
    let text = reason.map(|reason| at.text(texts, reason)).unwrap_or_default();
    Notice { mark: Mark::Bad, title: shell.word("cabinet-plan-stopped"), text }
}

fn plan(at: &AtTask, texts: &Catalogue, made: &Made, when: Millis, asked: Asked) -> Shown {
    let found = Found::of(made, &asked);
    let pager = Pager::of("", &asked.query, LINES, found.len());
    let called = Called::in_plan(&made.plan.lines);
    let list = Writer { at, texts, made, asked: &asked, called }.list(found, &pager);
    let groups = made.groups.iter().map(|group| (group.clone(), asked.chosen.has_group(group))).collect();
    Shown {
        totals: totals(at, texts, made),
        said: about(at, texts, made, when),
        held: made.plan.hold.as_ref().map(|hold| Held {
            reason: at.text(texts, &hold.reason),
            cause: at.text(texts, &hold.cause),
            hash: made.plan.hash.clone(),
        }),
        list,
        pager,
        ticked: ticked(texts, &asked.chosen),
        groups,
    }
}

fn ticked(texts: &Catalogue, chosen: &Chosen) -> String {
    if chosen.is_empty() {
        return String::new();
    }
    let (classes, people) = (chosen.groups.len(), chosen.persons.len());
    texts.text(&Message::new("cabinet-ticked").with("classes", classes).with("people", people))
}

/// A row for a kind: «Ученики: создать 162, принять найденное 25».
fn totals(at: &AtTask, texts: &Catalogue, made: &Made) -> Vec<TotalRow> {
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    for total in &made.totals {
        let words = format!("{} {}", texts.word(total.action), total.count);
        match rows.iter_mut().find(|(kind, _)| *kind == &*total.kind) {
            Some((_, all)) => all.push(words),
            None => rows.push((&total.kind, vec![words])),
        }
    }
    let row =
        |(kind, words): (&str, Vec<String>)| TotalRow { kind: at.kind(texts, kind), words: words.join(", ") };
    rows.into_iter().map(row).collect()
}

fn about(at: &AtTask, texts: &Catalogue, made: &Made, when: Millis) -> Vec<String> {
    let when = Message::new("cabinet-plan-at").with("at", local_time(when, &at.school.config));
    let beyond = made.beyond.0 + made.beyond.1;
    let lines = [
        Some(when),
        Some(Message::new("plan-unchanged").with("n", made.plan.counts.unchanged)),
        (beyond > 0).then(|| Message::new("cabinet-plan-beyond").with("n", beyond)),
    ];
    lines.iter().flatten().map(|line| texts.text(line)).collect()
}

/// `POST …/~plan`: makes one; with `approve`, approves the one that is looked at.
pub(super) async fn begin(
    State(face): State<Arc<Face>>,
    spoken: Spoken,
    TaskDeed { at, values }: TaskDeed,
) -> Response {
    let approved = value(&values, "approve");
    if !approved.is_empty() {
        return approve(&face, &at, &spoken, approved).await;
    }
    match face.cabinet.plan(&at.school, &at.task) {
        Begun::Full => busy(&face, &spoken),
        Begun::New | Begun::Before => see(&format!("{}/~plan", at.path())),
    }
}

async fn approve(face: &Face, at: &AtTask, spoken: &Spoken, plan: &str) -> Response {
    let back = format!("{}/~plan", at.path());
    let told =
        |code| said(face, spoken, StatusCode::CONFLICT, code, Some((&back, "cabinet-plan"))).into_response();
    match face.cabinet.approve(&at.person, &at.school, &at.task.id, plan).await {
        Ok(true) => see(&format!("{}/~send?approved", at.path())),
        Ok(false) => told("cabinet-plan-gone"),
        Err(error) if error.is(LANE_BUSY) => told("cabinet-lane"),
        Err(error) => fault(face, spoken, &error),
    }
}
