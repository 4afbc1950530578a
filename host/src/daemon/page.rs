//! A page for a person who comes back from a consent: plain HTML, no scripts, nothing from elsewhere.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// What the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Heading.
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// Where to go on: address and words.
    pub link: Option<(String, String)>,
    /// Did it go well?
    pub good: bool,
}

impl Page {
    fn html(&self) -> String {
        let text: String = self.text.iter().map(|text| format!("<p>{}</p>\n", escape(text))).collect();
        let link = self.link.as_ref().map_or_else(String::new, |(address, words)| {
            format!("<p><a href=\"{}\" rel=\"noreferrer\">{}</a></p>\n", escape(address), escape(words))
        });
        let title = escape(&self.title);
        let mark = if self.good { "✓" } else { "!" };
        format!(
            "<!doctype html>\n<html lang=\"ru\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:18px/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1rem}}</style>\
             </head><body>\n<h1>{mark} {title}</h1>\n{text}{link}</body></html>\n"
        )
    }

    fn headers() -> HeaderMap {
        let headers: [(HeaderName, &str); 5] = [
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ),
        ];
        headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let status = if self.good { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        (status, Self::headers(), Html(self.html())).into_response()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_system_says_stays_text() {
        let page = Page {
            title: "<i>".into(),
            text: vec!["<script>alert('x')</script>".into()],
            link: Some(("https://x/?a=1&b=\"".into(), "дальше".into())),
            good: false,
        };
        let html = page.html();
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(html.contains("href=\"https://x/?a=1&amp;b=&quot;\""));
    }
}
