//! Keeps what belongs to the host and to the connection out of the guest's hands: headers, credential parameters.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::upstream::Remote;
use crate::model::Param;
use crate::model::manifest::Operation;
use crate::model::setup::Placement;

/// Headers every guest may set.
const OPEN_HEADERS: [&str; 4] = ["accept", "content-language", "if-match", "if-none-match"];
/// Headers no guest may set, whatever its manifest lists: they belong to the host or to the connection.
const HOST_HEADERS: [&str; 17] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method-override",
    "x-original-url",
];
/// … and their families.
const HOST_FAMILIES: [&str; 3] = ["proxy-", "x-forwarded-", "sec-"];
/// The parameter that carries a credential wherever nothing else is said.
const ACCESS_TOKEN: &str = "access_token";
type Checked<T> = Result<T, String>;

/// Keeps the host's own headers and parameters out of the guest's hands.
pub(super) struct Guard<'a> {
    operation: &'a Operation,
    pub(super) placement: Option<&'a Placement>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(operation: &'a Operation, remote: &'a Remote) -> Self {
        Self { operation, placement: remote.config.credential.as_ref() }
    }

    pub(super) fn query(&self, query: Vec<Param>) -> Checked<Vec<(String, String)>> {
        let one = |param: Param| self.parameter(&param.name).map(|()| (param.name, param.value));
        query.into_iter().map(one).collect()
    }

    /// Refuses a name that carries a credential, also as `Access_Token`, `access-token[]` and the like.
    pub(super) fn parameter(&self, name: &str) -> Checked<()> {
        let own = match self.placement {
            Some(Placement::Query(own) | Placement::Form(own)) => Some(plain(own)),
            _ => None,
        };
        let name = plain(name);
        if name == plain(ACCESS_TOKEN) || own.is_some_and(|own| own == name) {
            return Err("a request may not carry its own credential: the host puts it on".into());
        }
        Ok(())
    }

    pub(super) fn headers(&self, headers: &[Param]) -> Checked<HeaderMap> {
        let mut checked = HeaderMap::new();
        for header in headers {
            let shown = header.name.escape_debug();
            if !self.header_allowed(&header.name.to_ascii_lowercase()) {
                return Err(format!("the header `{shown}` may not be set by a connector"));
            }
            let name = HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| format!("`{shown}` is no header"))?;
            let value = HeaderValue::from_str(&header.value);
            checked
                .append(name, value.map_err(|_| format!("the header `{shown}` holds control characters"))?);
        }
        Ok(checked)
    }

    fn header_allowed(&self, name: &str) -> bool {
        let same = |listed: &String| listed.eq_ignore_ascii_case(name);
        let credential = match self.placement {
            Some(Placement::Header { name, .. }) => Some(name),
            _ => None,
        };
        let hosts = HOST_HEADERS.contains(&name)
            || HOST_FAMILIES.iter().any(|family| name.starts_with(family))
            || credential.is_some_and(same)
            || self.operation.token_header.as_ref().is_some_and(same);
        !hosts && (OPEN_HEADERS.contains(&name) || self.operation.headers.iter().any(same))
    }

    /// The idempotency token, in the header that the operation names.
    pub(super) fn token(&self, token: Option<&str>, headers: &mut HeaderMap) -> Checked<()> {
        let Some(token) = token else { return Ok(()) };
        let name = self.operation.token_header.as_ref().ok_or("the operation has no header for a token")?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "the token's header is none")?;
        headers.insert(name, HeaderValue::from_str(token).map_err(|_| "the token holds control characters")?);
        Ok(())
    }

    /// JSON has to be JSON, without a credential among its top members.
    pub(super) fn json(&self, text: &[u8]) -> Checked<()> {
        let json: serde_json::Value = serde_json::from_slice(text).map_err(|_| "the body is not JSON")?;
        let members = json.as_object().into_iter().flat_map(serde_json::Map::keys);
        members.into_iter().try_for_each(|name| self.parameter(name))
    }

    /// The same rules whatever the content calls itself.
    pub(super) fn raw(&self, content_type: &str, content: &[u8]) -> Checked<()> {
        let content_type = content_type.to_ascii_lowercase();
        if content_type.contains("json") {
            return self.json(content);
        }
        if content_type.contains("urlencoded") {
            return url::form_urlencoded::parse(content).try_for_each(|(name, _)| self.parameter(&name));
        }
        if content_type.contains("multipart") {
            return self.multipart(content);
        }
        // Some servers read JSON whatever it is called.
        if serde_json::from_slice::<serde::de::IgnoredAny>(content).is_ok() {
            self.json(content)
        } else {
            Ok(())
        }
    }

    /// Names stand in quotes after `name=`; what merely looks like one is refused too.
    fn multipart(&self, content: &[u8]) -> Checked<()> {
        let text = String::from_utf8_lossy(content);
        let names =
            text.split("name=").skip(1).map(|rest| rest.split(['\r', '\n', ';']).next().unwrap_or_default());
        names.into_iter().try_for_each(|name| self.parameter(name.trim_matches(['"', ' '])))
    }
}

/// A parameter's name as lenient servers read it.
fn plain(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default();
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
