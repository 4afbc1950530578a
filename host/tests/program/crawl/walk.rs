//! From page to page: every link is followed and every button pressed as it is, until nothing new turns up. Of pages that
//! one pattern answers a few are looked at.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::forms::{Form, Key};
use super::judge::Judge;
use super::markup::Document;
use super::press::{Held, Source};
use super::reading::forms;
use super::routes::{names_of, path_of, route_of};
use super::visitor::Visitor;
use super::wire::{Answer, Ask};
use crate::served::until;

/// Pages of one pattern that one visitor looks at.
const OF_A_KIND: usize = 3;

/// More redirects than any way has.
const MOST_STEPS: usize = 10;

/// What is filled in where a page leaves it to its reader.
pub(super) type Fill = (&'static str, String);

/// A page that an answer led to.
pub(super) struct Came {
    pub(super) at: String,
    pub(super) answer: Answer,
}

impl Came {
    pub(super) fn document(&self) -> Document {
        if self.answer.is_page() { Document::parse(&self.answer.text()) } else { Document::default() }
    }

    /// Does it reload itself?
    fn goes_on(&self) -> bool {
        self.answer.is_page() && self.answer.text().contains("http-equiv=\"refresh\" content=\"3\"")
    }
}

/// How much was tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) pages: usize,
    pub(super) forms: usize,
    pub(super) fields: usize,
    pub(super) requests: usize,
}

/// All that is known of the pages.
pub(super) struct Walk<'a> {
    pub(super) judge: Judge,
    pub(super) visitors: Vec<Visitor<'a>>,
    pub(super) fills: Vec<Fill>,
    pub(super) counts: Counts,
    pub(super) visited: BTreeSet<&'static str>,
    /// An address of each pattern, and who was there.
    pub(super) samples: BTreeMap<&'static str, (usize, String)>,
    pub(super) held: Vec<Held>,
    /// What was wrong, with how often and a request after which it was.
    pub(super) wrong: BTreeMap<String, (usize, String)>,
    queue: VecDeque<(usize, String)>,
    /// What is on them is known.
    taken: HashSet<Vec<u8>>,
    known: BTreeSet<Key>,
    seen: BTreeMap<(usize, &'static str, Vec<String>), BTreeSet<String>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(judge: Judge, visitors: Vec<Visitor<'a>>, fills: Vec<Fill>) -> Self {
        Self {
            judge,
            visitors,
            fills,
            counts: Counts::default(),
            visited: BTreeSet::new(),
            samples: BTreeMap::new(),
            held: Vec::new(),
            wrong: BTreeMap::new(),
            queue: VecDeque::new(),
            taken: HashSet::new(),
            known: BTreeSet::new(),
            seen: BTreeMap::new(),
        }
    }

    /// Begins here, and goes on until nothing new turns up.
    pub(super) fn from(&mut self, who: usize, starts: &[String]) {
        starts.iter().for_each(|start| self.find(who, start));
        let mut pressed = self.held.len();
        loop {
            self.follow_up();
            let Some(held) = self.held.get(pressed).cloned() else { return };
            pressed += 1;
            if !matches!(held.source, Source::Link) {
                self.press(held);
            }
        }
    }

    /// Visits what was found.
    pub(super) fn follow_up(&mut self) {
        while let Some((who, target)) = self.queue.pop_front() {
            self.visit(who, &target);
        }
    }

    /// A page; whoever was shut out is let in again first.
    pub(super) fn see(&mut self, who: usize, target: &str, about: &str) -> Answer {
        let answer = self.ask(who, &Ask::get(target), about);
        if self.is_shut_out(who, &answer) { self.ask(who, &Ask::get(target), about) } else { answer }
    }

    /// Pages of the cabinet that take a form which nobody came across.
    pub(super) fn without_form(&mut self, who: usize) -> Vec<&'static str> {
        let posted: BTreeSet<&str> =
            self.held.iter().filter(|held| held.form.posts).map(|held| held.form.route()).collect();
        let others = exchange::web::cabinet_paths().filter(|route| !posted.contains(route));
        let takes = |route: &&'static str| {
            let target = self.samples.get(route).map_or(*route, |(_, target)| path_of(target));
            let ask = Ask::post(target, "application/x-www-form-urlencoded", Vec::new());
            self.visitors[who].ask(&ask).status != 405
        };
        others.filter(takes).collect()
    }

    /// Was somebody shut out? They are signed in again.
    pub(super) fn is_shut_out(&mut self, who: usize, answer: &Answer) -> bool {
        let shut_out = answer.asks_to_sign_in() && self.visitors[who].is_known();
        if shut_out {
            self.visitors[who].renew();
        }
        shut_out
    }

    /// A request with its answer judged; `about` says what was tried.
    pub(super) fn ask(&mut self, who: usize, ask: &Ask, about: &str) -> Answer {
        self.counts.requests += 1;
        let answer = self.visitors[who].ask(ask);
        let wrong = self.judge.wrong(&answer, ask.target.len() + 500);
        let route = route_of(&ask.target);
        for wrong in wrong {
            let key = format!("{} {route} {wrong}", ask.method);
            let example = format!("{} {} {about}: {}", ask.method, short(&ask.target), answer.status);
            self.wrong.entry(key).or_insert((0, example)).0 += 1;
        }
        if ask.method == "GET" && (answer.status == 200 || answer.is_redirect()) && !answer.asks_to_sign_in()
        {
            self.visited.insert(route);
            self.samples.entry(route).or_insert_with(|| (who, ask.target.clone()));
        }
        answer
    }

    /// Goes where an answer leads.
    pub(super) fn follow(&mut self, who: usize, at: &str, answer: Answer, about: &str) -> Came {
        let mut came = Came { at: at.to_owned(), answer };
        for _ in 0..MOST_STEPS {
            let to = came.answer.header("location").filter(|_| came.answer.is_redirect());
            let Some(to) = to.filter(|to| to.starts_with('/')).map(str::to_owned) else { return came };
            self.link(who, &to);
            let answer = self.see(who, &to, about);
            came = Came { at: to, answer };
        }
        panic!("no end: {}", came.at)
    }

    /// Looks at a page and at all that is on it, until it goes on no more.
    fn visit(&mut self, who: usize, target: &str) {
        let answer = self.see(who, target, "");
        let came = self.follow(who, target, answer, "");
        self.counts.pages += 1;
        let source = Source::Page(came.at.clone());
        self.take(who, &came, &source);
        let came = self.settle(who, came);
        self.take(who, &came, &source);
    }

    /// A page that reloads itself, once it does not any more.
    pub(super) fn settle(&mut self, who: usize, came: Came) -> Came {
        if !came.goes_on() {
            return came;
        }
        let at = came.at.clone();
        let mut last = came;
        until("it ends", || {
            let answer = self.see(who, &at, "");
            last = self.follow(who, &at, answer, "");
            !last.goes_on()
        });
        last
    }

    /// What is on a page: ways on, and forms.
    pub(super) fn take(&mut self, who: usize, came: &Came, source: &Source) {
        if !self.taken.insert(came.answer.body.clone()) {
            return;
        }
        let document = came.document();
        for link in document.links() {
            let Ok(url) = self.judge.origin.join(&came.at).and_then(|at| at.join(&link)) else { continue };
            if url.origin() == self.judge.origin.origin() {
                let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
                self.link(who, target);
                self.find(who, target);
            }
        }
        for form in forms(&document, &came.at) {
            // Whoever reloads what a form was answered with comes there.
            self.find(who, &form.action.clone());
            self.hold(who, form, source.clone());
        }
    }

    fn link(&mut self, who: usize, target: &str) {
        if let Some(form) = Form::of_link(target) {
            self.hold(who, form, Source::Link);
        }
    }

    fn hold(&mut self, who: usize, form: Form, source: Source) {
        let form = self.filled(form);
        if self.known.insert(form.key()) {
            self.counts.forms += 1;
            self.held.push(Held { who, source, form });
        }
    }

    fn find(&mut self, who: usize, target: &str) {
        let key = (who, route_of(target), names_of(target).into_iter().collect());
        let seen = self.seen.entry(key).or_default();
        if seen.len() < OF_A_KIND && seen.insert(target.to_owned()) {
            self.queue.push_back((who, target.to_owned()));
        }
    }

    /// Fills in what its reader has to.
    pub(super) fn filled(&self, mut form: Form) -> Form {
        for (name, value) in &self.fills {
            let empty =
                |form: &Form| form.pairs.iter().any(|pair| pair.name == *name && pair.value.is_empty());
            if empty(&form) {
                form.set(name, value);
            }
        }
        form.pairs
            .iter_mut()
            .filter_map(|pair| pair.file.as_mut())
            .for_each(|file| *file = "pupils.csv".to_owned());
        form
    }
}

/// As much of it as is read.
pub(super) fn short(text: &str) -> String {
    let cut: String = text.chars().take(160).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

/// The path of an address, for whoever puts something else in.
pub(super) fn parts_of(target: &str) -> Vec<String> {
    path_of(target).split('/').map(str::to_owned).collect()
}
