//! Every field of every form, every name of a query and every part of an address, put wrong in every way, one at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::forms::{Form, shape};
use super::hostile::{self, Hostile};
use super::press::Held;
use super::routes::is_place;
use super::walk::{Walk, parts_of};
use super::wire::Ask;

/// Forms that change what others need come last: the run that keeps others waiting, settings, what ends something.
const LATE: [&str; 6] = ["/~send", "/settings", "/~switch", "/~unbind", "/~me/end", "/~sign-out"];

fn turn(form: &Form) -> usize {
    LATE.iter().position(|end| form.route().ends_with(end)).map_or(0, |at| at + 1)
}

/// Buttons by which a field is sent wrongly: one that looks, one that makes another row, and one that does.
const BUTTONS: usize = 3;

/// By which buttons a field was sent: what is tried is not tried again wherever it turns up.
type Struck = BTreeMap<(bool, &'static str, String), BTreeSet<String>>;

/// Every field of every form, and of those that turn up meanwhile.
pub(super) fn forms(walk: &mut Walk<'_>) {
    let all = hostile::all();
    let (mut struck, mut left, mut known) = (Struck::new(), BTreeSet::new(), 0);
    loop {
        let new = walk.held.iter().enumerate().skip(known);
        left.extend(new.map(|(at, held)| (turn(&held.form), at)));
        known = walk.held.len();
        let Some((_, at)) = left.pop_first() else { return };
        form(walk, walk.held[at].clone(), &all, &mut struck);
        walk.follow_up();
    }
}

fn form(walk: &mut Walk<'_>, mut held: Held, all: &[Hostile], struck: &mut Struck) {
    for field in held.form.names.clone() {
        // The language is read in one place for all pages.
        let route = if field == "lang" { "" } else { held.form.route() };
        let buttons = struck.entry((held.form.posts, route, shape(&field))).or_default();
        if buttons.len() < BUTTONS && buttons.insert(held.form.button.clone()) {
            walk.counts.fields += 1;
            walk.refresh(&mut held);
            all.iter().for_each(|hostile| blow(walk, &mut held, &field, hostile));
        }
    }
}

fn blow(walk: &mut Walk<'_>, held: &mut Held, field: &str, hostile: &Hostile) {
    let about = format!("[{field}: {}]", hostile.name);
    let put = hostile.words().map(|text| (field.to_owned(), text.to_owned()));
    walk.send(held, &|form| form.wrong(field, hostile), &about, put);
}

/// Every part of an address that stands for something, as whoever was there, as somebody who is signed in,
/// and as somebody who never was here.
pub(super) fn addresses(walk: &mut Walk<'_>, signed_in: usize, newcomer: usize) {
    let all = hostile::all();
    for (route, (who, target)) in walk.samples.clone() {
        let places = route.split('/').enumerate().filter(|(_, part)| is_place(part));
        for (at, place) in places {
            walk.counts.fields += 1;
            for hostile in &all {
                let Some(text) = hostile.encoded() else { continue };
                let mut parts = parts_of(&target);
                parts[at] = text;
                let (target, about) = (parts.join("/"), format!("[{place}: {}]", hostile.name));
                walk.ask(newcomer, &Ask::get(&target), &about);
                for who in BTreeSet::from([who, signed_in]) {
                    let answer = walk.see(who, &target, &about);
                    walk.follow(who, &target, answer, &about);
                }
            }
        }
    }
}
