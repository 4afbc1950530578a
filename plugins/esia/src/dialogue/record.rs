//! Whose record an account at the diary is.

use crate::age::Day;
use crate::diary::Found;
use crate::people::Person;
use crate::snils::Snils;
use exchange_sdk::names::{FullName, Likeness};

/// The record of an account's person: of the same name, and of the same СНИЛС where both have one. Several are none.
pub(super) fn record_of<'p>(account: &Found, people: &'p [Person], yo_is_e: bool) -> Option<&'p Person> {
    let name = FullName::new(&account.last_name, &account.first_name, &account.middle_name);
    let snils = Snils::of(account.snils.as_deref());
    let named = |person: &&Person| {
        let [last, first, middle] = &person.name;
        FullName::new(last, first, middle).likeness(&name, yo_is_e) == Likeness::Same
    };
    let ours = |person: &Person| Snils::of(person.snils.as_deref());
    let fitting: Vec<&Person> = people
        .iter()
        .filter(named)
        .filter(|person| snils.digits().is_none() || ours(person).digits().is_none() || ours(person) == snils)
        .collect();
    let same: Vec<&Person> =
        fitting.iter().copied().filter(|one| snils.digits().is_some() && ours(one) == snils).collect();
    let born = account.birthday.as_deref().and_then(Day::of);
    let same_day = |person: &&&Person| born.is_some() && person.born.as_deref().and_then(Day::of) == born;
    let by_day: Vec<&Person> = fitting.iter().filter(same_day).copied().collect();
    [same, fitting, by_day].into_iter().find(|some| some.len() == 1)?.pop()
}
