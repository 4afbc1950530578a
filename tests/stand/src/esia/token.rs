//! Tokens: JWTs with the claims that were captured, signed the way the system's registration says.
//!
//! A fault may order a token that a client must not trust; everything else about it is right.

use serde_json::{Map, Value, json};

use super::app::App;
use super::encoding;
use super::error::Refusal;
use super::faults::Wrong;
use super::keys::{Algorithm, SigningKey};
use super::model::{Grant, Level, Persona};
use super::settings::Settings;
use super::world::World;
use super::{certificate, scope};
use crate::serving::clock::Millis;

/// Number of the key that is nobody's: tokens signed with it are forged. Real ones count from 1.
const FOREIGN: u32 = 0;

/// `sbt`: what a token is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Access,
    Id,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Code => "authorization_code",
            Kind::Access => "access",
            Kind::Id => "id",
        }
    }

    fn version(self) -> u8 {
        match self {
            Kind::Code | Kind::Access => 1,
            Kind::Id => 0,
        }
    }
}

/// A token before it is signed.
struct Draft {
    kind: Kind,
    algorithm: Algorithm,
    claims: Map<String, Value>,
}

impl Draft {
    /// With the claims every token has; seconds since 1970.
    fn new(app: &App, kind: Kind, grant: &Grant, lifetime_s: i64) -> Draft {
        let (now, issuer, algorithm) = app.read(|world, now| {
            let client = world.clients.get(&grant.asking.client);
            let algorithm = client.map(|client| client.token_algorithm).unwrap_or_default();
            (now / 1000, world.settings.issuer.clone(), algorithm)
        });
        let mut draft = Draft { kind, algorithm, claims: Map::new() };
        draft.set("iss", issuer);
        draft.set("iat", now);
        draft.set("nbf", now);
        draft.set("exp", now + lifetime_s);
        draft.set("urn:esia:sid", grant.session.sid.clone());
        draft
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.claims.insert(name.to_owned(), value.into());
    }

    fn shift(&mut self, seconds: i64) {
        for name in ["iat", "nbf", "exp"] {
            let old = self.claims.get(name).and_then(Value::as_i64).unwrap_or_default();
            self.set(name, old + seconds);
        }
    }

    /// Makes the content wrong, where it is the content that is to be wrong.
    fn spoil(&mut self, wrong: Wrong) {
        const DAY: i64 = 24 * 60 * 60;
        match wrong {
            Wrong::Expired => self.shift(-DAY),
            Wrong::NotYetValid => self.shift(DAY),
            Wrong::OtherIssuer => self.set("iss", "http://esia.example.org/"),
            Wrong::OtherAudience => {
                self.set(if self.kind == Kind::Id { "aud" } else { "client_id" }, "ANOTHER_SYSTEM");
            }
            Wrong::OtherKind => {
                self.kind = if self.kind == Kind::Id { Kind::Access } else { Kind::Id };
            }
            Wrong::OtherPerson => self.rename(),
            Wrong::OtherAlgorithm => self.algorithm = self.algorithm.other(),
            Wrong::ForeignKey | Wrong::BrokenSignature | Wrong::Unsigned => {}
        }
    }

    /// Another person's number in every place that holds one.
    fn rename(&mut self) {
        const OTHER: u64 = 999_999_999;
        if self.kind == Kind::Access {
            return self.set("urn:esia:sbj_id", OTHER);
        }
        self.set("sub", OTHER);
        if let Some(subject) = self.claims.get_mut("urn:esia:sbj").and_then(Value::as_object_mut) {
            subject.insert("urn:esia:sbj:oid".into(), OTHER.into());
            subject.insert("urn:esia:sbj:nam".into(), format!("OID.{OTHER}").into());
        }
    }

    fn signed(mut self, app: &App, wrong: Option<Wrong>) -> Result<String, Refusal> {
        if let Some(wrong) = wrong {
            self.spoil(wrong);
        }
        let settings = app.read(|world, _| world.settings.clone());
        let key = app.key(self.algorithm, settings.signing_key)?;
        let header = self.header(&key, &settings, wrong);
        let message = format!("{}.{}", part(&header), part(&Value::Object(self.claims)));
        let signature = match wrong {
            Some(Wrong::Unsigned) => Vec::new(),
            Some(Wrong::ForeignKey) => sign(&*app.key(self.algorithm, FOREIGN)?, &message)?,
            Some(Wrong::BrokenSignature) => sign(&key, &format!("{message} "))?,
            _ => sign(&key, &message)?,
        };
        Ok(format!("{message}.{}", encoding::encode(&signature)))
    }

    fn header(&self, key: &SigningKey, settings: &Settings, wrong: Option<Wrong>) -> Value {
        let algorithm = match wrong {
            Some(Wrong::Unsigned) => "none",
            _ => key.algorithm.word(),
        };
        let (kind, version) = (self.kind.word(), self.kind.version());
        let mut header = json!({"typ": "JWT", "alg": algorithm, "sbt": kind, "ver": version});
        if settings.certificate_in_header {
            header["x5t#St256"] = certificate::fingerprint(&key.certificate).into();
        }
        header
    }
}

fn part(value: &Value) -> String {
    encoding::encode(value.to_string().as_bytes())
}

fn sign(key: &SigningKey, message: &str) -> Result<Vec<u8>, Refusal> {
    key.sign(message.as_bytes()).map_err(|trouble| Refusal::fault(&trouble))
}

/// `urn:esia:sbj`: who it is about. `is_tru` is there for the trusted and missing for others, never false.
fn subject(world: &World, persona: &Persona) -> Value {
    let mut subject = json!({
        "urn:esia:sbj:typ": "P",
        "urn:esia:sbj:oid": persona.oid,
        "urn:esia:sbj:nam": format!("OID.{}", persona.oid),
    });
    if is_trusted(&world.settings, persona) {
        subject["urn:esia:sbj:is_tru"] = true.into();
    }
    if world.settings.level_claim {
        subject["urn:esia:sbj:lvl"] = persona.level.claim().into();
    }
    subject
}

/// Is the account confirmed?
pub(crate) fn is_trusted(settings: &Settings, persona: &Persona) -> bool {
    match persona.level {
        Level::Confirmed => true,
        Level::Child => settings.child_trusted,
        Level::Simplified | Level::Standard => false,
    }
}

fn subject_of(app: &App, grant: &Grant) -> Value {
    app.read(|world, _| match world.personas.get(&grant.session.oid) {
        Some(persona) => subject(world, persona),
        None => json!({}),
    })
}

fn method(app: &App, grant: &Grant) -> &'static str {
    app.read(|world, _| {
        world.personas.get(&grant.session.oid).map(|persona| persona.method).unwrap_or_default().word()
    })
}

/// An authorisation code, and how many milliseconds it lives.
pub(crate) fn code(app: &App, grant: &Grant) -> Result<(String, Millis), Refusal> {
    let lifetime = app.read(|world, _| world.settings.code_lifetime_s);
    let mut draft = Draft::new(app, Kind::Code, grant, lifetime);
    draft.set("auth_time", grant.session.since / 1000);
    draft.set("client_id", grant.asking.client.clone());
    draft.set("scope", grant.asking.scope.clone());
    draft.set("params", json!({}));
    draft.set("auth_mthd", method(app, grant));
    draft.set("urn:esia:client:state", grant.asking.state.clone());
    draft.set("urn:esia:sbj", subject_of(app, grant));
    Ok((draft.signed(app, None)?, lifetime * 1000))
}

/// An access token. `words` are what it opens; a system in its own name has no person in it.
pub(crate) fn access(
    app: &App,
    grant: &Grant,
    words: &[String],
    of_person: bool,
    wrong: Option<Wrong>,
) -> Result<String, Refusal> {
    let lifetime = app.read(|world, _| world.settings.access_lifetime_s);
    let mut draft = Draft::new(app, Kind::Access, grant, lifetime);
    draft.set("client_id", grant.asking.client.clone());
    if of_person {
        draft.set("urn:esia:sbj_id", grant.session.oid);
        draft.set("scope", scope::granted(words, grant.session.oid));
    } else {
        draft.set("scope", words.join(" "));
    }
    if let Some(permissions) = &grant.asking.permissions {
        draft.set("permissions", permissions.clone());
    }
    draft.signed(app, wrong)
}

/// Who signed in.
pub(crate) fn id(app: &App, grant: &Grant, wrong: Option<Wrong>) -> Result<String, Refusal> {
    let lifetime = app.read(|world, _| world.settings.id_lifetime_s);
    let mut draft = Draft::new(app, Kind::Id, grant, lifetime);
    let method = method(app, grant);
    draft.set("aud", grant.asking.client.clone());
    draft.set("sub", grant.session.oid);
    draft.set("auth_time", grant.session.since / 1000);
    draft.set("amr", method);
    draft.set("urn:esia:amd", method);
    draft.set("urn:esia:sbj", subject_of(app, grant));
    draft.signed(app, wrong)
}
