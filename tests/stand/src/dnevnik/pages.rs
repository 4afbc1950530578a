//! Pages for people: the front page and an organisation's profile.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::app::Shared;
use super::error::ApiError;
use super::model::{Organization, Role, Status};
use super::read::Ids;
use super::view::View;
use crate::serving::answer::{self, escape};

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/", get(front)).route("/organizations/{organization}", get(profile))
}

/// The frame of every page.
pub(crate) fn layout(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"ru\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} — стенд «Дневник.ру»</title></head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n\
         <footer><p><small>Это испытательный стенд, а не Дневник.ру; люди и школы вымышлены.</small></p></footer>\n\
         </body>\n</html>\n"
    )
}

fn link(organization: &Organization) -> String {
    format!("<li><a href=\"/organizations/{}\">{}</a></li>\n", organization.id, escape(&organization.name))
}

async fn front(State(app): State<Shared>) -> Response {
    let organizations: String = app.read(|view| view.all(&view.world.organizations).map(link).collect());
    let html = format!(
        "<h2>Организации</h2>\n<ul>\n{organizations}</ul>\n<h2>Управление стендом</h2>\n<ul>\n\
         <li><a href=\"/_stand/state\">состояние</a></li>\n<li><a href=\"/_stand/requests\">журнал запросов</a></li>\n\
         <li><a href=\"/_stand/settings\">настройки</a></li>\n<li><a href=\"/_stand/faults\">сбои</a></li>\n</ul>"
    );
    answer::page(StatusCode::OK, layout("Стенд", &html))
}

async fn profile(State(app): State<Shared>, Ids([organization]): Ids<1>) -> Result<Response, ApiError> {
    app.read(|view| {
        let organization = view.school(organization).ok_or_else(ApiError::absent)?;
        Ok(answer::page(StatusCode::OK, layout(&escape(&organization.name), &facts(view, organization))))
    })
}

fn facts(view: View<'_>, organization: &Organization) -> String {
    let active = |group: &&super::model::EduGroup| group.status == Status::Active;
    let groups = view.of(&view.world.groups, organization.id).filter(active).count();
    let of_role = |role: Role| {
        let members = view.of(&view.world.memberships, organization.id);
        let members = members.filter(|m| m.school == organization.id && m.role == role);
        members.filter(|m| m.status == Status::Active).count()
    };
    format!(
        "<dl>\n<dt>Полное название</dt><dd>{}</dd>\n<dt>Населённый пункт</dt><dd>{}</dd>\n<dt>Номер</dt><dd>{}</dd>\n\
         <dt>Классов</dt><dd>{groups}</dd>\n<dt>Учеников</dt><dd>{}</dd>\n<dt>Администраторов</dt><dd>{}</dd>\n</dl>",
        escape(if organization.full_name.is_empty() { &organization.name } else { &organization.full_name }),
        escape(&organization.city),
        organization.id,
        of_role(Role::EduStudent),
        of_role(Role::EduSchoolAdministrator),
    )
}
