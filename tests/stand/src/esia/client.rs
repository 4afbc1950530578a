//! Who a system is: its registration, the time of its request, its signature.
//!
//! What is signed is a plain concatenation in UTF-8. First generation: scope, timestamp, client_id, state, as a CMS.
//! Current generation: client_id, scope, scope_org, timestamp, state, redirect_uri (and the code), as a bare signature.

use jiff::Timestamp;
use jiff::fmt::strtime;

use super::app::App;
use super::certificate::{Certificate, Key, fingerprint, pem};
use super::encoding;
use super::error::{Code, Refusal};
use super::model::{Client, Generation};
use super::openssl;
use super::params::Params;
use super::settings::{RedirectMatch, Settings};
use crate::serving::redirect::is_registered;

/// `2026.11.22 08:00:00 +0300`.
const TIME: &str = "%Y.%m.%d %H:%M:%S %z";
const TIME_LENGTH: usize = 25;

impl Generation {
    /// What a signature that does not fit is answered with.
    fn bad_signature(self) -> Refusal {
        match self {
            Generation::First => Code::Unauthorized.into(),
            Generation::Current => Code::WrongSecret.into(),
        }
    }
}

/// The system of this mnemonic, where its generation is served at all.
pub(crate) fn find(app: &App, generation: Generation, id: &str) -> Result<Client, Refusal> {
    app.read(|world, _| {
        if generation == Generation::First && !world.settings.v1 {
            return Err(Code::Unauthorized.into());
        }
        world.clients.get(id).cloned().ok_or_else(|| generation.bad_signature())
    })
}

/// May answers for this system be sent to `uri`?
pub(crate) fn may_return_to(client: &Client, uri: &str, settings: &Settings) -> bool {
    let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(String::from));
    match settings.redirect_match {
        RedirectMatch::Exact => is_registered(&client.redirect_uris, uri),
        RedirectMatch::Host => {
            let asked = host(uri);
            asked.is_some() && client.redirect_uris.iter().any(|own| host(own) == asked)
        }
    }
}

/// Checks form and distance of the request's time.
pub(crate) fn check_time(app: &App, params: &Params) -> Result<(), Refusal> {
    let text = params.must("timestamp")?;
    let time = parse_time(text).ok_or_else(|| Refusal::about(Code::Missing, "timestamp"))?;
    let (now, window) = app.read(|world, now| (now, world.settings.timestamp_window_s * 1000));
    match (now - time.as_millisecond()).abs() <= window {
        true => Ok(()),
        false => Err(Code::Time.into()),
    }
}

fn parse_time(text: &str) -> Option<Timestamp> {
    if text.len() != TIME_LENGTH {
        return None;
    }
    strtime::parse(TIME, text).ok()?.to_timestamp().ok()
}

/// What the first generation signs.
pub(crate) fn first_message(params: &Params) -> Result<String, Refusal> {
    joined(params, &["scope", "timestamp", "client_id", "state"])
}

/// What the current generation signs; a token request puts the code behind it.
pub(crate) fn current_message(params: &Params) -> Result<String, Refusal> {
    joined(params, &["client_id", "scope", "scope_org", "timestamp", "state", "redirect_uri"])
}

/// The parameters one behind the other.
pub(crate) fn joined(params: &Params, names: &[&str]) -> Result<String, Refusal> {
    names.iter().map(|name| params.or_empty(name)).collect()
}

/// A request as it claims to be signed.
pub(crate) struct Claim<'a> {
    pub(crate) client: &'a Client,
    pub(crate) generation: Generation,
    /// What may have been signed; one of them has to fit.
    pub(crate) messages: Vec<String>,
    /// The hash of the certificate may be left out.
    pub(crate) without_hash: bool,
}

impl Claim<'_> {
    /// Verifies `client_secret`.
    pub(crate) fn check(&self, app: &App, params: &Params) -> Result<(), Refusal> {
        let secret = params.must("client_secret")?;
        if self.client.certificates.is_empty() {
            return Err(Code::NoCertificate.into());
        }
        let signature = encoding::decode(secret).ok_or_else(|| self.generation.bad_signature())?;
        let now = app.now();
        let certificates = self.client.certificates.iter();
        // What is registered has been read once, when it was registered.
        let certificates = certificates.filter_map(|text| Certificate::parse(text).ok());
        let certificates: Vec<Certificate> =
            certificates.filter(|certificate| certificate.is_valid_at(now)).collect();
        let fits = match self.generation {
            Generation::First => {
                let rsa = app.read(|world, _| world.settings.legacy_rsa);
                self.fits_first(&certificates, &signature, rsa)
            }
            Generation::Current => self.fits_current(certificates, &signature, params)?,
        };
        match fits {
            true => Ok(()),
            false => Err(self.generation.bad_signature()),
        }
    }

    fn fits_current(
        &self,
        mut certificates: Vec<Certificate>,
        signature: &[u8],
        params: &Params,
    ) -> Result<bool, Refusal> {
        match params.maybe("client_certificate_hash")? {
            Some(hash) => certificates.retain(|own| fingerprint(&own.der).eq_ignore_ascii_case(hash)),
            None if self.without_hash => {}
            None => return Err(Refusal::about(Code::Missing, "client_certificate_hash")),
        }
        Ok(certificates.iter().any(|certificate| match &certificate.key {
            Key::Gost(key) => {
                self.messages.iter().any(|message| key.verifies(message.as_bytes(), signature))
            }
            Key::Rsa | Key::Other => false,
        }))
    }

    /// RSA and GOST apart: the GOST engine of OpenSSL need not be there for the former.
    fn fits_first(&self, certificates: &[Certificate], cms: &[u8], rsa: bool) -> bool {
        let of_kind = |wanted: fn(&Key) -> bool| {
            let own = certificates.iter().filter(|own| wanted(&own.key));
            own.map(|own| pem(&own.der)).collect::<String>()
        };
        let with_rsa = of_kind(|key| matches!(key, Key::Rsa));
        let with_gost = of_kind(|key| matches!(key, Key::Gost(_)));
        let verified = |certificates: &str, with_gost: bool| {
            !certificates.is_empty()
                && self.messages.iter().any(|message| {
                    let verify = || openssl::verify_cms(cms, message.as_bytes(), certificates, with_gost);
                    tokio::task::block_in_place(verify).is_ok()
                })
        };
        (rsa && verified(&with_rsa, false)) || verified(&with_gost, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_form() {
        let good = parse_time("2026.11.22 08:00:00 +0300").expect("the form of the system");
        assert_eq!(good.to_string(), "2026-11-22T05:00:00Z");
        for bad in [
            "2026.11.22 08:00:00  0300",
            "2026.11.22 08:00:00 +03:00",
            "2026-11-22 08:00:00 +0300",
            "2026.11.22 25:00:00 +0300",
            "2026.11.22 08:00:00",
            "",
        ] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
