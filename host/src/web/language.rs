//! In which language somebody is answered: the one they asked for, now or in the cabinet before, else the one their
//! browser likes better, else Russian.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::report::Language;

/// The cookie with the language that was asked for.
const COOKIE: &str = "exchange-language";

/// The language of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Asked for by a link.
    pub(super) asked: Option<Language>,
    liked: Language,
}

impl Spoken {
    /// Unless another one was asked for before.
    pub(super) fn or(self, before: Option<Language>) -> Self {
        Self { asked: self.asked.or(before), ..self }
    }

    /// The language to answer in.
    pub(super) fn language(&self) -> Language {
        self.asked.unwrap_or(self.liked)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Spoken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let liked = kept(&parts.headers).unwrap_or_else(|| liked(&parts.headers));
        Ok(Self { asked: asked(parts.uri.query()), liked })
    }
}

fn asked(query: Option<&str>) -> Option<Language> {
    of_tag(query?.split('&').find_map(|pair| pair.strip_prefix("lang="))?)
}

fn of_tag(tag: &str) -> Option<Language> {
    [Language::Ru, Language::En].into_iter().find(|language| language.tag() == tag)
}

/// What was asked for in the cabinet once.
fn kept(headers: &HeaderMap) -> Option<Language> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).and_then(|(_, tag)| of_tag(tag))
}

/// A browser keeps the language that was asked for: one word that tells nobody from another.
pub(super) async fn keep(spoken: Spoken, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(language) = spoken.asked {
        let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000", language.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Of `Accept-Language`; where it names neither, Russian.
fn liked(headers: &HeaderMap) -> Language {
    let line = headers.get(header::ACCEPT_LANGUAGE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let weight = |tag: &str| {
        let ranges = line.split(',').filter_map(|range| {
            let mut parts = range.trim().split(';');
            let name = parts.next()?.trim().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            let fits = name == tag || name.starts_with(&format!("{tag}-"));
            fits.then(|| weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0)))
        });
        ranges.fold(0.0, f32::max)
    };
    if weight("en") > weight("ru") { Language::En } else { Language::Ru }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_liked_language_and_russian_where_neither_is() {
        let of = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, line.parse().unwrap());
            liked(&headers)
        };
        for ru in
            ["ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "", "de", "*", "en;q=0", "en;q=0.5,ru;q=0.5", "ru;q=x"]
        {
            assert_eq!(of(ru), Language::Ru, "{ru}");
        }
        for en in ["en-US,en;q=0.9", "en,ru;q=0.9", "de,en;q=0.3"] {
            assert_eq!(of(en), Language::En, "{en}");
        }
        let cookies = |line: &str| [(header::COOKIE, line.parse().unwrap())].into_iter().collect();
        assert_eq!(kept(&cookies("a=b; exchange-language=en")), Some(Language::En));
        assert_eq!(kept(&cookies("exchange-language=//evil")), None);
        assert_eq!(asked(Some("new&lang=en")), Some(Language::En));
        assert_eq!(asked(Some("lang=//evil")), None);
    }
}
