//! Somebody in front of a browser, who is let in again when what was sent has shut them out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hostile::MARK;
use super::markup::Document;
use super::wire::{Answer, Ask};
use crate::browser::Browser;
use crate::cabinet::{PASSWORD, origin, set_up};
use crate::process::Ended;

/// Runs the program in the folder that is served.
pub(super) type Run<'a> = &'a dyn Fn(&[&str]) -> Ended;

/// A role of an account, and its school where it has one.
pub(super) type Role = (&'static str, Option<&'static str>);

/// Somebody.
pub(super) struct Visitor<'a> {
    run: Run<'a>,
    /// What they are called here, and their logins begin with.
    pub(super) name: &'static str,
    /// None: not signed in.
    role: Option<Role>,
    pub(super) origin: String,
    cookies: BTreeMap<String, String>,
    /// Keeps no cookies: each time they come for the first time.
    forgets: bool,
    accounts: usize,
    requests: usize,
}

impl<'a> Visitor<'a> {
    /// Somebody with an account, signed in.
    pub(super) fn signed_in(run: Run<'a>, name: &'static str, role: Role) -> Self {
        let mut visitor = Self { name, role: Some(role), forgets: false, ..Self::newcomer(run, "") };
        visitor.renew();
        visitor
    }

    /// Somebody whom nobody knows.
    pub(super) fn stranger(run: Run<'a>, origin: &str) -> Self {
        Self { forgets: false, ..Self::newcomer(run, origin) }
    }

    /// Somebody whom nobody knows, not even from the page before.
    pub(super) fn newcomer(run: Run<'a>, origin: &str) -> Self {
        let (name, origin, cookies) = ("nobody", origin.to_owned(), BTreeMap::new());
        Self { run, name, role: None, origin, cookies, forgets: true, accounts: 0, requests: 0 }
    }

    /// Shut out: they come with another account of the same role.
    pub(super) fn renew(&mut self) {
        let Some(role) = self.role else { return };
        self.accounts += 1;
        let login = format!("{}{}", self.name, self.accounts);
        let address = invite(self.run, &login, role);
        let (mut telephone, _) = set_up(&mut Browser::default(), &address);
        self.origin = origin(&address);
        self.cookies = self.sign_in(&login, &telephone.code()).cookies;
    }

    /// Once more, so that there is a session to end; and not led to where the address says.
    fn sign_in(&self, login: &str, code: &str) -> Browser {
        let mut browser = Browser::default();
        let page = browser.open(&format!("{}/~sign-in?to=%2F%2F{MARK}.example%2F", self.origin));
        let page = browser.send(&page, &[("login", login), ("password", PASSWORD), ("code", code)]);
        assert!(page.answer.status == 200 && page.url.as_str().starts_with(&self.origin), "{}", page.text());
        browser
    }

    pub(super) fn is_known(&self) -> bool {
        self.role.is_some()
    }

    pub(super) fn authority(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// A request; each from an address of its own, so that no pause hides what is behind it.
    pub(super) fn ask(&mut self, ask: &Ask) -> Answer {
        self.requests += 1;
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let n = self.requests;
        let from = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
        let headers = [("Cookie", cookies.join("; ")), ("X-Forwarded-For", from)];
        let answer = ask.send(self.authority(), &headers);
        if !self.forgets {
            self.keep(&answer);
        }
        answer
    }

    /// The language stays as it was.
    fn keep(&mut self, answer: &Answer) {
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
        let pairs = pairs.filter(|(name, _)| *name != "exchange-language");
        self.cookies.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    /// What shows that a form is of this session.
    pub(super) fn step(&mut self) -> String {
        let page = Document::parse(&self.ask(&Ask::get("/~me")).text());
        let step = page.tags().find(|tag| tag.get("name") == Some("step")).and_then(|tag| tag.get("value"));
        step.unwrap_or_default().to_owned()
    }
}

/// A one-time address.
pub(super) fn invite(run: Run<'_>, login: &str, (role, school): Role) -> String {
    let mut words = vec!["user", "invite", login, "--role", role, "--json"];
    words.extend(school.into_iter().flat_map(|school| ["--school", school]));
    let told: Value = run(&words).with(0).json();
    told["address"].as_str().expect("an address").to_owned()
}
