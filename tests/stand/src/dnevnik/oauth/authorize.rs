//! The consent page, and the redirect that carries its outcome.
//!
//! Who asks and where the answer goes are checked first, with a page as the only answer: an address that is not
//! registered must not be redirected to. Everything after that is told to the client by redirect.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{check_scopes, dashed_guid, login, plain_guid, signed_in};
use crate::serving::answer::{self, escape};
use crate::dnevnik::app::{App, Shared, secret};
use crate::dnevnik::error::ApiError;
use crate::dnevnik::id::Id;
use crate::dnevnik::model::{Client, Code, Flow, Token};
use crate::dnevnik::pages::layout;
use crate::dnevnik::query::Query;
use crate::dnevnik::view::View;
use crate::dnevnik::world::World;
use crate::serving::redirect::{is_registered, with_fragment, with_query};

/// A request whose client and address are known to be right.
struct Asking {
    client: Client,
    /// None: the result page of this host.
    redirect_uri: Option<String>,
    response_type: String,
    scope: String,
    state: String,
}

/// How an authorisation request ends.
enum Outcome {
    /// A page with this explanation.
    Page(String),
    Redirect(String),
}

impl Asking {
    /// The request, or the page that says why it goes nowhere.
    fn parse(view: View<'_>, query: &Query) -> Result<Asking, String> {
        let text = |name| query.get(name).unwrap_or_default().to_owned();
        let client = view.world.clients.get(&plain_guid(&text("client_id"))).cloned();
        let client = client.ok_or("Неизвестное приложение (client_id)")?;
        let redirect_uri = query.get("redirect_uri").map(String::from);
        let allowed = redirect_uri.as_ref().is_none_or(|uri| is_registered(&client.redirect_uris, uri));
        if !allowed {
            return Err("Адрес возврата (redirect_uri) не зарегистрирован за приложением".into());
        }
        let (response_type, scope, state) = (text("response_type"), text("scope"), text("state"));
        if redirect_uri.is_none() && response_type != "token" {
            return Err("Не указан адрес возврата (redirect_uri)".into());
        }
        Ok(Asking { client, redirect_uri, response_type, scope, state })
    }

    fn flow(&self) -> Option<Flow> {
        match self.response_type.as_str() {
            "code" => Some(Flow::Code),
            "token" => Some(Flow::Token),
            _ => None,
        }
    }

    /// The OAuth error of this request, if it has one.
    fn error(&self) -> Option<&'static str> {
        match self.flow() {
            None => Some("unsupported_response_type"),
            Some(flow) if !self.client.flows.contains(&flow) => Some("unauthorized_client"),
            Some(_) if check_scopes(&self.scope).is_err() => Some("invalid_scope"),
            Some(_) => None,
        }
    }

    /// The address of the result page that serves clients without an address of their own.
    fn own_result(&self, granted: bool) -> String {
        let result = if granted { "success" } else { "error" };
        format!(
            "/oauth2/Authorization/Result?response_type=token&client_id={}&scope={}&is_granted=False&result={result}",
            dashed_guid(&self.client.id),
            self.scope,
        )
    }

    fn failed(&self, error: &str) -> String {
        let pairs = [("error", error), ("state", self.state.as_str())];
        match (&self.redirect_uri, self.flow()) {
            (Some(uri), Some(Flow::Token)) => with_fragment(uri, &pairs),
            (Some(uri), _) => with_query(uri, &pairs),
            (None, _) => with_fragment(&self.own_result(false), &pairs),
        }
    }

    fn granted(&self, app: &App, person: Id) -> Result<String, ApiError> {
        let (secret, refresh) = (secret()?, secret()?);
        let client = plain_guid(&self.client.id);
        let scope = self.scope.clone();
        let implicit = self.flow() == Some(Flow::Token);
        app.write(|world: &mut World, now| {
            world.consents.insert((client.clone(), person));
            let settings = &world.settings;
            if implicit {
                let expires = now + settings.token_lifetime_s * 1000;
                let token =
                    Token { access: secret.clone(), refresh, client, person, scope, expires, revoked: false };
                world.tokens.insert(secret.clone(), token);
            } else {
                let expires = now + settings.code_lifetime_s * 1000;
                world.codes.insert(secret.clone(), Code { client, person, scope, expires });
            }
        })?;
        let name = if implicit { "access_token" } else { "code" };
        let pairs = [(name, secret.as_str()), ("state", self.state.as_str())];
        Ok(match &self.redirect_uri {
            Some(uri) if implicit => with_fragment(uri, &pairs),
            Some(uri) => with_query(uri, &pairs),
            None => with_fragment(&self.own_result(true), &pairs),
        })
    }

    fn form(&self, name: &str) -> Response {
        let hidden = [
            ("response_type", self.response_type.as_str()),
            ("client_id", &self.client.id),
            ("scope", &self.scope),
            ("redirect_uri", self.redirect_uri.as_deref().unwrap_or_default()),
            ("state", &self.state),
        ];
        let hidden = hidden.map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value))
        });
        let html = format!(
            "<p>{}, приложение <strong>{}</strong> просит доступ к данным: {}.</p>\n\
             <form method=\"post\" action=\"/oauth2\">\n{}\
             <p><button name=\"is_granted\" value=\"true\">Разрешить</button>\n\
             <button name=\"is_granted\" value=\"false\">Отказать</button></p>\n</form>\n\
             <p><a href=\"/logout\">Войти под другим именем</a></p>",
            escape(name),
            escape(&self.client.name),
            escape(&self.scope),
            hidden.concat(),
        );
        answer::page(StatusCode::OK, layout("Доступ к данным", &html))
    }
}

fn refusal_page(text: &str) -> Response {
    answer::page(
        StatusCode::BAD_REQUEST,
        layout("Ошибка", &format!("<p role=\"alert\">{}</p>", escape(text))),
    )
}

/// Common to asking and deciding: the request, and who is signed in.
fn open(app: &App, query: &Query, headers: &HeaderMap) -> Result<(Asking, Option<Id>), Outcome> {
    app.read(|view| {
        let asking = Asking::parse(view, query).map_err(Outcome::Page)?;
        match asking.error() {
            Some(error) => Err(Outcome::Redirect(asking.failed(error))),
            None => Ok((asking, signed_in(view, headers))),
        }
    })
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Outcome::Page(text) => refusal_page(&text),
            Outcome::Redirect(location) => answer::redirect(&location),
        }
    }
}

fn granted(app: &App, asking: &Asking, person: Id) -> Response {
    match asking.granted(app, person) {
        Ok(location) => answer::redirect(&location),
        Err(error) => error.into_response(),
    }
}

/// GET: the login form, the consent form, or (consent remembered) the result at once.
pub(super) async fn ask(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let text = query.unwrap_or_default();
    let (asking, person) = match open(&app, &Query::parse(&text), &headers) {
        Ok(opened) => opened,
        Err(outcome) => return outcome.into_response(),
    };
    let Some(person) = person else { return login::page(&format!("/oauth2?{text}"), None) };
    let known = (plain_guid(&asking.client.id), person);
    let agreed =
        app.read(|view| view.world.settings.remember_consent && view.world.consents.contains(&known));
    if agreed {
        return granted(&app, &asking, person);
    }
    let name =
        app.read(|view| view.person(person).map(|person| person.first_name.clone()).unwrap_or_default());
    asking.form(&name)
}

/// POST: the consent form, `is_granted=true|false`.
pub(super) async fn decide(State(app): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let form = Query::parse(&body);
    let (asking, person) = match open(&app, &form, &headers) {
        Ok(opened) => opened,
        Err(outcome) => return outcome.into_response(),
    };
    let Some(person) = person else { return login::page(&format!("/oauth2?{body}"), None) };
    match form.flag("is_granted") {
        Ok(Some(true)) => granted(&app, &asking, person),
        _ => answer::redirect(&asking.failed("access_denied")),
    }
}

/// Where the implicit flow ends for clients without an address: a page whose address is the answer.
pub(super) async fn result() -> Response {
    answer::page(StatusCode::OK, layout("Готово", "<p>Окно можно закрыть.</p>"))
}
