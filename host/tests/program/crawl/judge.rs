//! What an answer has to be, whatever was asked.

use std::collections::HashSet;

use url::Url;

use super::hostile::MARK;
use super::markup::{Document, Tag};
use super::wire::Answer;

/// Bytes of a page.
const HEAVIEST: usize = 150 << 10;

/// Bytes of a request's head that are read at all.
pub(super) const HEAD: usize = 16 << 10;

/// Of every answer.
const HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
];

const POLICIES: [&str; 2] = [
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
];

/// What pages are made of. Whoever gives a page something new adds it here.
const ELEMENTS: &str = "a body br button code dd details div dl dt fieldset figcaption figure footer form g h1 h2 h3 head \
    header html input label legend li link main meta nav noscript ol option p path pre progress rect script section \
    select span strong summary svg table tbody td text textarea th thead title tr ul";

const ATTRIBUTES: &str = "action aria-current aria-describedby aria-hidden aria-invalid aria-label aria-labelledby \
    autocapitalize autocomplete charset checked class content d data-after data-events data-label data-live defer \
    disabled enctype fill formaction height href hreflang http-equiv id inputmode lang max maxlength method minlength \
    multiple name novalidate rel required role rows scope selected spellcheck src tabindex text-anchor type value \
    viewbox viewBox width x y for open";

/// What is no fault of a page: a field holds what was typed into it, letter for letter. Of what people read it is one.
const TYPED: [&str; 3] =
    ["control-character-in-input-stream", "noncharacter-in-input-stream", "unexpected-null-character"];

/// Cookies that are ours.
const COOKIES: [&str; 3] = ["exchange=", "exchange-session=", "exchange-language="];

/// Where pages may lead besides here: systems that the folder names.
pub(super) struct Judge {
    pub(super) origin: Url,
    systems: Vec<String>,
    elements: HashSet<&'static str>,
    attributes: HashSet<&'static str>,
    /// Pages in which nothing was wrong: most come many times.
    good: HashSet<Vec<u8>>,
}

impl Judge {
    pub(super) fn of(origin: &str, systems: &[String]) -> Self {
        Self {
            origin: origin.parse().expect("an address"),
            systems: systems.to_vec(),
            elements: ELEMENTS.split_whitespace().collect(),
            attributes: ATTRIBUTES.split_whitespace().collect(),
            good: HashSet::new(),
        }
    }

    /// What is wrong with an answer; to a request whose head was too long less is asked.
    pub(super) fn wrong(&mut self, answer: &Answer, head: usize) -> Vec<String> {
        if head > HEAD && [400, 414, 431].contains(&answer.status) {
            return Vec::new();
        }
        let mut wrong = of_heads(answer);
        wrong.extend(self.of_redirect(answer));
        wrong.extend(self.of_body(answer));
        wrong
    }

    fn of_redirect(&self, answer: &Answer) -> Option<String> {
        let to = answer.header("location");
        let ours = |to: &str| {
            let leads = self.origin.join(to).is_ok_and(|url| url.origin() == self.origin.origin());
            let plain = to.bytes().all(|byte| byte.is_ascii_graphic());
            to.starts_with('/') && leads && plain
        };
        match (answer.is_redirect(), to) {
            (true, None) => Some("it leads nowhere".to_owned()),
            (_, Some(to)) if !ours(to) => Some(format!("it leads to {to:?}")),
            _ => None,
        }
    }

    fn of_body(&mut self, answer: &Answer) -> Vec<String> {
        match (answer.is_redirect(), answer.is_page()) {
            (true, _) => Vec::new(),
            (_, true) if self.good.contains(&answer.body) => Vec::new(),
            (_, true) => {
                let wrong = self.of_page(answer);
                if wrong.is_empty() {
                    self.good.insert(answer.body.clone());
                }
                wrong
            }
            (_, false) if answer.status != 200 => vec!["no page says what is wrong".to_owned()],
            _ => answer.body.is_empty().then(|| "nothing at all".to_owned()).into_iter().collect(),
        }
    }

    fn of_page(&self, answer: &Answer) -> Vec<String> {
        let page = Document::parse(&answer.text());
        let faults = page.faults.iter().filter(|fault| !TYPED.contains(&fault.as_str()));
        let mut wrong: Vec<String> = faults.map(|fault| format!("HTML: {fault}")).collect();
        wrong.extend(page.tags().flat_map(|tag| self.of_tag(tag)));
        wrong.extend(
            page.texts().filter(|text| text.chars().any(turns)).map(|text| format!("a text turns: {text:?}")),
        );
        if page.words_of("h1").is_empty() || page.words_of("title").is_empty() {
            wrong.push("no heading".to_owned());
        }
        if answer.body.len() > HEAVIEST {
            wrong.push(format!("{} bytes", answer.body.len()));
        }
        wrong
    }

    fn of_tag(&self, tag: &Tag) -> Vec<String> {
        let mut wrong = Vec::new();
        if !self.elements.contains(tag.name.as_str())
            || (tag.name == "script" && tag.get("src") != Some("/live.js"))
        {
            wrong.push(format!("an element that is none of ours: {tag:?}"));
        }
        for (name, value) in &tag.attributes {
            let leads =
                ["href", "src", "action", "formaction", "data-events", "data-after"].contains(&name.as_str());
            if !self.attributes.contains(name.as_str())
                || (leads && !self.may_lead(value))
                || steers(tag, name, value)
            {
                wrong.push(format!("an attribute that is none of ours: {name}={value:?}"));
            }
        }
        wrong
    }

    fn may_lead(&self, to: &str) -> bool {
        let Ok(url) = self.origin.join(to) else { return false };
        let known = || self.systems.iter().any(|system| url.as_str().starts_with(system.as_str()));
        let code = to.starts_with("otpauth://totp/");
        url.origin() == self.origin.origin() || ((known() || code) && !to.contains(MARK))
    }
}

/// Does it send the browser somewhere by itself, or hide what people read?
fn steers(tag: &Tag, name: &str, value: &str) -> bool {
    let goes = tag.name == "meta" && name == "content" && value.contains("url=") && value.contains(MARK);
    let hides = name != "value" && value.chars().any(turns);
    goes || hides
}

/// Is no letter for whoever reads, and turns the direction of what is read, or worse.
fn turns(letter: char) -> bool {
    let control = letter.is_control() && !letter.is_whitespace();
    control || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn of_heads(answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    if answer.status == 0 || answer.status >= 500 {
        wrong.push(format!("status {}", answer.status));
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    if !POLICIES.contains(&policy) && answer.status != 0 {
        wrong.push(format!("its policy is {policy:?}"));
    }
    for (name, value) in HEADERS {
        if answer.header(name) != Some(value) && answer.status != 0 {
            wrong.push(format!("its {name} is {:?}", answer.header(name)));
        }
    }
    wrong.extend(answer.headers.iter().filter_map(|(name, value)| of_head(name, value)));
    wrong
}

fn of_head(name: &str, value: &str) -> Option<String> {
    let cookie = name == "set-cookie" && !COOKIES.iter().any(|own| value.starts_with(own));
    // What was asked for may stand in where it leads.
    let marked = name != "location" && (value.contains(MARK) || name.contains(MARK));
    (cookie || marked).then(|| format!("a header that is none of ours: {name}: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let policy = ("content-security-policy", POLICIES[0]);
        let all = HEADERS.iter().chain([&policy, &("content-type", "text/html")]).chain(headers);
        let headers = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_is_wrong_is_told_and_what_is_not_is_not() {
        let mut judge = Judge::of("http://127.0.0.1:1", &["http://127.0.0.1:2/".to_owned()]);
        let page = |inside: &str| format!("<!doctype html><title>x</title><h1>x</h1>{inside}");
        let good = [
            answer(
                200,
                &[],
                &page(
                    "<p>&lt;script&gt;</p><a href=\"http://127.0.0.1:2/x\">x</a><a href=\"?a=javascript:\">x</a>",
                ),
            ),
            answer(303, &[("location", "/~school/x")], ""),
            answer(422, &[("set-cookie", "exchange-session=1")], &page("<input value=\"\u{202e}\">")),
        ];
        for answer in good {
            assert_eq!(judge.wrong(&answer, 0), Vec::<String>::new());
        }
        let bad = [
            answer(500, &[], &page("")),
            answer(404, &[], ""),
            answer(303, &[], ""),
            answer(303, &[("location", "//evil.example")], ""),
            answer(303, &[("location", "/\\evil.example")], ""),
            answer(200, &[("set-cookie", "other=1")], &page("")),
            answer(200, &[("x-zq7xk", "1")], &page("")),
            answer(200, &[], &page("<script>1</script>")),
            answer(200, &[], &page("<p onclick=\"x\">")),
            answer(200, &[], &page("<a href=\"javascript:x\">")),
            answer(200, &[], &page("<a href=\"https://evil.example/\">")),
            answer(200, &[], &page("<p>\u{0}</p>")),
            answer(200, &[], &page("<!-- x -->")),
            answer(200, &[], &page("<p>\u{202e}</p>")),
            answer(200, &[], &page(&"x".repeat(HEAVIEST))),
            answer(200, &[], "<!doctype html><title>x</title>"),
            Answer::default(),
        ];
        for (number, answer) in bad.iter().enumerate() {
            assert_ne!(judge.wrong(answer, 0), Vec::<String>::new(), "{number}");
        }
    }
}
