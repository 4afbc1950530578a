//! The lists: schools of who is signed in, teachers of a school, and (ours) their VK ids.
//!
//! That `p_institutions[]` narrows the list of teachers, and the members of a school, are assumptions: the filter is
//! known of other lists, the list of schools by its name only.

use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::app::{App, Shared};
use super::envelope::{self, Page, Refusal};
use super::faults::Sum;
use super::model::{Account, Teacher};
use super::session::{caller, reissued};
use super::world::World;
use crate::serving::clock::Millis;

type Answered = Result<Response, Refusal>;

/// Paging and filter of a list.
struct Asked {
    page: u64,
    limit: u64,
    institutions: Vec<u64>,
}

impl Asked {
    fn of(query: Option<String>, most: u64) -> Result<Asked, Refusal> {
        let mut asked = Asked { page: 1, limit: most, institutions: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let number = value.parse::<u64>().map_err(|_| Refusal::Invalid("Ожидается число"));
            match &*name {
                "p_page" => asked.page = number?.max(1),
                "p_limit" => asked.limit = number?.clamp(1, most),
                "p_institutions[]" => asked.institutions.push(number?),
                _ => {}
            }
        }
        Ok(asked)
    }
}

/// `GET /api/journal/institution/related-institution-list`
pub(crate) async fn institutions(
    State(app): State<Shared>,
    Extension(sum): Extension<Sum>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answered {
    let account = caller(&app, &headers)?;
    let of = |world: &World| {
        let own = account.institutions.iter().filter_map(|id| world.institutions.get(id));
        let shown = own.map(|one| {
            json!({"identity": {"id": one.id}, "name": one.name, "jurisdiction_id": one.jurisdiction_id,
                "jurisdiction_name": one.jurisdiction_name})
        });
        shown.collect::<Vec<Value>>()
    };
    page(&app, &account, &sum, query, |world, _| Ok(of(world)))
}

/// `GET /api/journal/teacher/list`
pub(crate) async fn teachers(
    State(app): State<Shared>,
    Extension(sum): Extension<Sum>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answered {
    let account = caller(&app, &headers)?;
    page(&app, &account, &sum, query, |world, asked| {
        Ok(found(world, &account, asked)?.map(shown).collect::<Vec<_>>())
    })
}

fn shown(teacher: &Teacher) -> Value {
    let subjects: Vec<Value> = teacher.subjects.iter().map(|name| json!({"subject_name": name})).collect();
    json!({"identity": {"id": teacher.id}, "surname": teacher.surname, "firstname": teacher.firstname,
        "middlename": teacher.middlename, "position_name": teacher.position, "subjects": subjects})
}

/// `GET /api/exchange/teacher/vk-list`: **ours**. Who works at a school sees which of its teachers linked a VK ID.
pub(crate) async fn vk_ids(
    State(app): State<Shared>,
    Extension(sum): Extension<Sum>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Answered {
    if !app.read(|world, _| world.settings.vk_list) {
        return Err(nowhere().await);
    }
    let account = caller(&app, &headers)?;
    if !account.staff {
        return Err(Refusal::Refused(StatusCode::FORBIDDEN, "Доступно сотрудникам организации"));
    }
    page(&app, &account, &sum, query, |world, asked| {
        let linked = found(world, &account, asked)?.filter_map(|teacher| {
            let vk = teacher.vk.as_ref()?;
            Some(json!({"identity": {"id": teacher.id}, "vk_id": vk.id, "linked_at": moscow(vk.linked_at)}))
        });
        Ok(linked.collect::<Vec<_>>())
    })
}

/// The teachers of the schools asked for, or of all that the account is related to.
fn found<'w>(
    world: &'w World,
    account: &Account,
    asked: &Asked,
) -> Result<impl Iterator<Item = &'w Teacher> + use<'w>, Refusal> {
    if asked.institutions.iter().any(|id| !account.institutions.contains(id)) {
        return Err(Refusal::Refused(StatusCode::FORBIDDEN, "Нет доступа к организации"));
    }
    let all = asked.institutions.is_empty();
    let of = if all { account.institutions.clone() } else { asked.institutions.clone() };
    Ok(world.teachers.values().filter(move |teacher| of.contains(&teacher.institution)))
}

fn page<T: Serialize>(
    app: &App,
    account: &Account,
    sum: &Sum,
    query: Option<String>,
    list: impl FnOnce(&World, &Asked) -> Result<Vec<T>, Refusal>,
) -> Answered {
    let page = app.read(|world, _| {
        let asked = Asked::of(query, world.settings.page_limit.max(1))?;
        let all = list(world, &asked)?;
        Ok(Page::cut(all, asked.page, asked.limit, usize::from(sum.shifted)))
    })?;
    Ok(reissued(app, account, envelope::good(page)))
}

/// `dd.mm.yyyy HH:MM:SS`, Moscow time.
fn moscow(at: Millis) -> String {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::MAX);
    time.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(3))).strftime("%d.%m.%Y %H:%M:%S").to_string()
}

/// Everything else under `/api`.
pub(crate) async fn nowhere() -> Refusal {
    Refusal::Refused(StatusCode::NOT_FOUND, "Страница не найдена")
}
