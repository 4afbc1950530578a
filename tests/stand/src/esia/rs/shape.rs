//! The outside of every answer: fingerprint, schema, links, lists with or without their elements.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::esia::gost;
use crate::serving::answer::json_with;
use crate::serving::hex;

/// Where the request came to, and which form of answer it wants.
pub(super) struct Asked {
    /// E.g. `http://127.0.0.1:4000/rs`.
    pub(super) base: String,
    /// The address a schema was named by: `…/rs/model/prn/Person-3`.
    schema: Option<String>,
    /// Words inside of `embed=(…)`, without the numbers of their versions.
    embed: Vec<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).unwrap_or("localhost");
        let schema = text(header::ACCEPT).and_then(|accept| accept.split("schema=\"").nth(1));
        let schema = schema.and_then(|rest| rest.split('"').next()).map(String::from);
        let query = parts.uri.query().unwrap_or_default();
        let embed = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "embed");
        let embed = embed.map(|(_, value)| words(&value)).unwrap_or_default();
        Ok(Asked { base: format!("http://{host}/rs"), schema, embed })
    }
}

/// `contacts.elements` and `addresses.elements` of `(contacts.elements-1,addresses.elements)`.
fn words(value: &str) -> Vec<String> {
    let inside = value.trim_start_matches('(').trim_end_matches(')').split(',');
    let plain = |word: &str| word.rsplit_once('-').map_or(word, |(word, _)| word).trim().to_owned();
    inside.map(plain).filter(|word| !word.is_empty()).collect()
}

impl Asked {
    pub(super) fn embeds(&self, word: &str) -> bool {
        self.embed.iter().any(|own| own == word)
    }

    /// An object with its fingerprint in the body and in the head.
    pub(super) fn answer(&self, mut object: Value, location: &str, links: &[(&str, String)]) -> Response {
        let tag = tag(&object);
        object["eTag"] = tag.clone().into();
        let mut response = json_with(StatusCode::OK, &object);
        let headers = response.headers_mut();
        let kind = match &self.schema {
            Some(schema) => format!("application/json; schema=\"{schema}\""),
            None => "application/json;charset=UTF-8".to_owned(),
        };
        let mut set = |name, text: &str| HeaderValue::from_str(text).map(|value| headers.insert(name, value));
        // Only a schema can hold what a header cannot, and it came in one.
        let _ = set(header::CONTENT_TYPE, &kind);
        let _ = set(header::ETAG, &format!("\"{tag}\""));
        let _ = set(header::LOCATION, location);
        let _ = set(header::CACHE_CONTROL, "no-store");
        for (rel, to) in links {
            if let Ok(value) = HeaderValue::from_str(&format!("<{to}>;rel=\"{rel}\"")) {
                headers.append(header::LINK, value);
            }
        }
        response
    }
}

/// 40 hexadecimal digits in upper case, as the system's look.
pub(super) fn tag(object: &Value) -> String {
    hex(&gost::hash(object.to_string().as_bytes())[..20]).to_uppercase()
}

/// A list: with its elements, or with the addresses of its elements.
pub(super) fn list(elements: Vec<(String, Value)>, embedded: bool) -> Value {
    let size = elements.len();
    let shown = |(address, value): (String, Value)| if embedded { tagged(value) } else { address.into() };
    let elements: Vec<Value> = elements.into_iter().map(shown).collect();
    let mut list = json!({"stateFacts": ["hasSize"], "size": size, "elements": elements});
    list["eTag"] = tag(&list).into();
    list
}

fn tagged(mut value: Value) -> Value {
    value["eTag"] = tag(&value).into();
    value
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn embeds_lose_their_versions() {
        assert_eq!(words("(contacts.elements-1,addresses.elements)"), ["contacts.elements", "addresses.elements"]);
        assert_eq!(words("(elements)"), ["elements"]);
        assert!(words("").is_empty());
    }
}
