//! A school's people and classes, in lists.
//!
//! Names are looked for by a form that is sent in a request's body: in an address they would stay in the browser's
//! history and in the logs of whatever lies between. Looking changes nothing, so its answer is the page itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::pager::Pager;
use super::school::{AtSchool, home, up};
use super::shell::{Shell, shown};
use super::signed::{fault, own_form, refused, value};
use crate::daemon::cabinet::{ClassLine, Listed, Person, PersonLine, School, Sought};
use crate::daemon::page::Anchor;
use crate::daemon::persons::PEOPLE;
use crate::error::Result;
use crate::model::records::{RecordRef, RecordType};
use crate::model::{Message, Param, visible};
use crate::report::run_report::role;
use crate::web::language::Spoken;
use crate::web::{Face, params, see};

/// People on a page, and found by a name at most.
const PERSONS: usize = 50;

/// Characters of a name that are looked for.
const NAME: usize = 200;

/// Something to choose from.
struct Choice {
    id: String,
    words: String,
    chosen: bool,
}

/// Somebody in the list.
struct Line {
    address: String,
    name: String,
    role: String,
    classes: String,
}

#[derive(Template)]
#[template(path = "cabinet/people.html")]
struct People<'a> {
    shell: Shell,
    person: &'a Person,
    up: Anchor,
    here: String,
    name: String,
    kinds: Vec<Choice>,
    classes: Vec<Choice>,
    found: Message,
    /// So many are not shown.
    more: Option<Message>,
    people: Vec<Line>,
    pager: Pager,
}

/// Where somebody's card is.
pub(super) fn card_of(school: &School, who: &RecordRef) -> String {
    let id: String = byte_serialize(who.id.as_bytes()).collect();
    format!("{}/~people/{}:{id}", home(school), who.record_type)
}

fn sought(values: &[Param]) -> Sought {
    let kind = RecordType::by_name(value(values, "kind")).filter(|kind| PEOPLE.contains(kind));
    let class = Some(value(values, "class").to_owned()).filter(|class| !class.is_empty());
    Sought { name: value(values, "name").trim().chars().take(NAME).collect(), kind, class }
}

/// The list of these people, without anybody's name.
fn address(school: &School, sought: &Sought) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(sought.kind.map(|kind| ("kind", kind.name())));
    query.extend_pairs(sought.class.as_ref().map(|class| ("class", class)));
    let (path, query) = (format!("{}/~people", home(school)), query.finish());
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// `GET /~school/SCHOOL/~people`: people by kind and class.
pub(super) async fn list(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = params(query.unwrap_or_default().as_bytes());
    let sought = Sought { name: String::new(), ..sought(&query) };
    match find(&school, &sought).await {
        Ok(listed) => shown(StatusCode::OK, &page(&face, &spoken, &person, &school, &sought, &query, listed)),
        Err(error) => fault(&face, &spoken, &error),
    }
}

async fn find(school: &School, sought: &Sought) -> Result<Listed> {
    let sought = sought.clone();
    school.read(move |school, store| school.people(store, &sought)).await
}

/// `POST /~school/SCHOOL/~people`: the same by name.
pub(super) async fn search(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
    form: RawForm,
) -> Response {
    let Some(values) = own_form(&person, &form) else { return refused(&face, &spoken) };
    let sought = sought(&values);
    if sought.name.is_empty() {
        return see(&address(&school, &sought));
    }
    let found = find(&school, &sought).await.and_then(|listed| {
        face.cabinet.note_search(&person, &school, listed.people.len())?;
        Ok(listed)
    });
    match found {
        Ok(listed) => shown(StatusCode::OK, &page(&face, &spoken, &person, &school, &sought, &[], listed)),
        Err(error) => fault(&face, &spoken, &error),
    }
}

fn page<'a>(
    face: &Face,
    spoken: &Spoken,
    person: &'a Person,
    school: &School,
    sought: &Sought,
    query: &[Param],
    Listed { people, classes }: Listed,
) -> People<'a> {
    let shell = Shell::new(face, spoken, Some(person), "cabinet-people");
    let all = people.len();
    let by_name = !sought.name.is_empty();
    // Further pages of a search would have the name in their addresses.
    let pager =
        Pager::of(&address(school, sought), query, PERSONS, if by_name { all.min(PERSONS) } else { all });
    let more = all.saturating_sub(PERSONS);
    let line = |line: &PersonLine| Line {
        address: card_of(school, &line.who),
        name: visible(&line.name).into_owned(),
        role: shell.word(role(line.who.record_type)),
        classes: line.classes.join(", "),
    };
    People {
        person,
        up: up(school),
        here: format!("{}/~people", home(school)),
        name: sought.name.clone(),
        kinds: kinds(&shell, sought),
        classes: classes.iter().map(|class| choice(class, sought)).collect(),
        found: Message::new("cabinet-people-found").with("n", all),
        more: (by_name && more > 0).then(|| Message::new("cabinet-people-more").with("n", more)),
        people: pager.cut(people).iter().map(line).collect(),
        pager,
        shell,
    }
}

fn kinds(shell: &Shell, sought: &Sought) -> Vec<Choice> {
    let kind = |kind: RecordType| Choice {
        id: kind.name().to_owned(),
        words: shell.word(&format!("record-{kind}")),
        chosen: sought.kind == Some(kind),
    };
    PEOPLE.into_iter().map(kind).collect()
}

fn choice(class: &ClassLine, sought: &Sought) -> Choice {
    let chosen = sought.class.as_ref() == Some(&class.id);
    Choice { id: class.id.clone(), words: format!("{} ({})", class.title, years(class)), chosen }
}

/// «2026/2027»
fn years(class: &ClassLine) -> String {
    format!("{}/{}", class.year, u32::from(class.year) + 1)
}

/// A class in the list.
struct Class {
    title: String,
    year: String,
    people: String,
    pupils: usize,
    teacher: Option<Anchor>,
}

#[derive(Template)]
#[template(path = "cabinet/classes.html")]
struct Classes {
    shell: Shell,
    up: Anchor,
    classes: Vec<Class>,
}

/// `GET /~school/SCHOOL/~classes`: classes with their pupils counted.
pub(super) async fn classes(
    State(face): State<Arc<Face>>,
    AtSchool { person, school }: AtSchool,
    spoken: Spoken,
) -> Response {
    let classes = match school.read(|school, store| school.classes(store)).await {
        Ok(classes) => classes,
        Err(error) => return fault(&face, &spoken, &error),
    };
    let of_class = |class: &ClassLine| {
        let sought =
            Sought { kind: Some(RecordType::Pupil), class: Some(class.id.clone()), ..Sought::default() };
        let teacher = |(who, name): &(RecordRef, String)| Anchor {
            address: card_of(&school, who),
            words: visible(name).into_owned(),
        };
        Class {
            title: class.title.clone(),
            year: years(class),
            people: address(&school, &sought),
            pupils: class.pupils,
            teacher: class.teacher.as_ref().map(teacher),
        }
    };
    let classes = classes.iter().map(of_class).collect();
    let shell = Shell::new(&face, &spoken, Some(&person), "cabinet-classes");
    shown(StatusCode::OK, &Classes { shell, up: up(&school), classes })
}
