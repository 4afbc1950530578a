//! ЕСИА's side of a sign-in, second and third generation of its endpoints: the way there, the code, the token, the person.
//!
//! What comes back is believed only through the host's verification of the id token; the rest of the person is read with
//! the access token of the same answer, which the host keeps. A profile lives for one dialogue.

mod claims;
mod time;

use exchange_sdk::dialogue::param;
use exchange_sdk::http::{Http, Request, Response};
use exchange_sdk::signing::Signature;
use exchange_sdk::{Link, Message, Param, Step};
use serde::Deserialize;
use serde_json::Value;

pub use self::claims::Claims;
pub use self::time::timestamp;
use crate::age::Day;
use crate::level::Shown;
use crate::matching::Profile;
use crate::snils::Snils;
use exchange_sdk::names::FullName;

/// What is asked for: the name and СНИЛС to look up by, the birth date and the document that tell the level.
pub const SCOPE: &str = "openid fullname birthdate snils id_doc";

/// A person as ЕСИА shows them, and their number there.
#[derive(Clone)]
pub struct Seen {
    /// The number; kept nowhere but for its keyed hash.
    pub oid: String,
    /// Everything else.
    pub profile: Profile,
}

/// Who asks, and how.
pub struct Client<'a> {
    /// The system's mnemonic.
    pub id: &'a str,
    /// Where the browser comes back.
    pub callback: &'a str,
    /// `2026.11.22 08:00:00 +0000`.
    pub timestamp: String,
}

impl Client<'_> {
    /// The fields of a signature.
    pub fn fields(&self, state: &str, code: Option<&str>) -> Vec<Param> {
        let fields = [
            ("client", self.id),
            ("scope", SCOPE),
            ("scope-org", ""),
            ("timestamp", &self.timestamp),
            ("state", state),
            ("redirect", self.callback),
        ];
        fields
            .into_iter()
            .chain(code.map(|code| ("code", code)))
            .map(|(name, value)| Param::new(name, value))
            .collect()
    }

    /// The page where the person signs in and consents.
    pub fn sign_in(&self, state: &str, signature: &Signature) -> Link {
        Link::to("esia", "/aas/oauth2/v2/ac")
            .query("client_id", self.id)
            .query("client_secret", &signature.value)
            .query("client_certificate_hash", signature.certificate_hash.as_deref().unwrap_or_default())
            .query("redirect_uri", self.callback)
            .query("scope", SCOPE)
            .query("response_type", "code")
            .query("state", state)
            .query("timestamp", &self.timestamp)
            .query("access_type", "online")
    }

    /// Exchanges the code. Of the tokens only handles come to us; the id token's is answered.
    ///
    /// # Errors
    /// The end that says what is in the way.
    pub fn redeem<H: Http>(
        &self,
        http: &H,
        state: &str,
        code: &str,
        signature: &Signature,
    ) -> Result<String, Step> {
        let request = Request::to("redeem-code")
            .form("client_id", self.id)
            .form("client_secret", &signature.value)
            .form("client_certificate_hash", signature.certificate_hash.as_deref().unwrap_or_default())
            .form("code", code)
            .form("grant_type", "authorization_code")
            .form("redirect_uri", self.callback)
            .form("scope", SCOPE)
            .form("state", state)
            .form("timestamp", &self.timestamp)
            .form("token_type", "Bearer");
        let answer = http.send(request).map_err(|_| silent())?;
        if matches!(answer.status, 400 | 401 | 403) {
            return Err(refused(&answer));
        }
        let tokens: Tokens = read(&answer)?;
        match tokens.state.as_deref() == Some(state) {
            true => tokens.id_token.ok_or_else(untrusted),
            false => Err(untrusted()),
        }
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    state: Option<String>,
}

/// A success with the JSON that is expected.
fn read<T: serde::de::DeserializeOwned>(answer: &Response) -> Result<T, Step> {
    if !answer.is_success() {
        return Err(silent());
    }
    serde_json::from_slice(&answer.body).map_err(|_| silent())
}

/// The code that the browser brought back.
///
/// # Errors
/// The end that says what came instead: a refused consent, an account that may not, a fault there.
pub fn code(params: &[Param]) -> Result<&str, Step> {
    if let Some(error) = param(params, "error") {
        let said = esia_code(param(params, "error_description").unwrap_or_default());
        return Err(match (error, said.as_deref()) {
            (_, Some("007055")) => level_too_low(),
            ("access_denied", Some("007004") | None) => consent_refused(),
            ("temporarily_unavailable", _) | (_, Some("007007" | "007008")) => silent(),
            (_, said) => not_let_in(said),
        });
    }
    param(params, "code").filter(|code| !code.is_empty()).ok_or_else(interrupted)
}

/// The six digits of `ESIA-007004: …`; nothing else of a text from outside is shown.
fn esia_code(description: &str) -> Option<String> {
    let digits = description.trim().strip_prefix("ESIA-")?.get(..6)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.to_owned())
}

fn refused(answer: &Response) -> Step {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(default)]
        error_description: String,
    }
    let said = serde_json::from_slice(&answer.body).ok();
    let said = said.and_then(|refusal: Refusal| esia_code(&refusal.error_description));
    match said.as_deref() {
        // A code serves once and for minutes: a long break, the back button.
        Some("007011") => interrupted(),
        said => not_let_in(said),
    }
}

/// «Отказать»: why sign-in this way is impossible (E2).
fn consent_refused() -> Step {
    Step::fail(Message::new("consent-refused"), vec![Message::new("advice-consent")], true)
}

fn level_too_low() -> Step {
    Step::fail(
        Message::new("level-too-low"),
        vec![Message::new("advice-level"), Message::new("advice-child-account")],
        true,
    )
}

fn not_let_in(code: Option<&str>) -> Step {
    let reason = Message::new("esia-refused").arg("code", code.unwrap_or("—"));
    Step::fail(reason, vec![Message::new("advice-tell-school")], true)
}

/// Госуслуги give no answer, or none that can be understood.
pub fn silent() -> Step {
    Step::fail(Message::new("esia-no-answer"), vec![Message::new("advice-later")], true)
}

/// «…дальше работа не идёт».
pub fn interrupted() -> Step {
    Step::fail(Message::new("interrupted"), vec![Message::new("advice-one-tab")], true)
}

/// What came is not certainly ЕСИА's word.
pub fn untrusted() -> Step {
    Step::fail(Message::new("token-not-trusted"), vec![Message::new("advice-tell-school")], true)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonIn {
    last_name: String,
    first_name: String,
    #[serde(default)]
    middle_name: Option<String>,
    #[serde(default)]
    birth_date: Option<String>,
    #[serde(default)]
    snils: Option<String>,
    #[serde(default)]
    trusted: bool,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    documents: Documents,
}

#[derive(Default, Deserialize)]
struct Documents {
    #[serde(default)]
    elements: Vec<Value>,
}

/// Asks who it is.
///
/// # Errors
/// The end that says what is in the way.
pub fn person<H: Http>(http: &H, claims: Claims) -> Result<Seen, Step> {
    let request = Request::to("read-person").path("oid", &claims.oid).query("embed", "(documents.elements)");
    let answer = http.send(request).map_err(|_| silent())?;
    // The token opens another person than it names.
    if matches!(answer.status, 401 | 403 | 404) {
        return Err(untrusted());
    }
    let person: PersonIn = read(&answer)?;
    if person.status.as_deref().is_some_and(|status| status != "REGISTERED") {
        return Err(Step::fail(
            Message::new("account-not-usable"),
            vec![Message::new("advice-portal")],
            true,
        ));
    }
    Ok(seen(person, claims))
}

fn seen(person: PersonIn, claims: Claims) -> Seen {
    let snils = Snils::of(person.snils.as_deref());
    let shown = Shown {
        trusted: person.trusted || claims.trusted,
        child: claims.child,
        snils: matches!(snils, Snils::Digits(_)),
        document: person.documents.elements.iter().any(|document| document["vrfStu"] == "VERIFIED"),
    };
    let middle = person.middle_name.unwrap_or_default();
    let profile = Profile {
        name: FullName::new(&person.last_name, &person.first_name, &middle),
        born: person.birth_date.as_deref().and_then(Day::of),
        snils,
        shown,
    };
    Seen { oid: claims.oid, profile }
}
