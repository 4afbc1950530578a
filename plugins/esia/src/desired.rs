//! What should be: every account at the diary linked with one at ЕСИА. A person makes the link; we say who, and how (E8, E9).
//!
//! A class is a scope of its own; so are the parents, of whom one may have children in several classes, and the employees.
//! Names and СНИЛС are fields, so that a change of them is a reason to look at the link again.

use exchange_sdk::records::SchoolClass;
use exchange_sdk::{DesiredPage, Item, LeftOut, Message, RecordRef, Scope, Waiting};

use crate::age::{Day, OWN_ACCOUNT};
use crate::matching::{Role, Way, way};
use crate::people::{Person, title};
use crate::snils::Snils;

/// The kind of all items.
pub const LINK: &str = "link";

/// The scope of parents.
pub const GUARDIANS: &str = "guardians";

/// The scope of employees.
pub const STAFF: &str = "staff";

/// A class's scope: the id behind this.
const CLASS: &str = "class:";

/// Items on a page; the contract allows as many.
const PAGE: usize = 5_000;

/// The scopes of a school with these classes.
pub fn scopes(classes: &[SchoolClass]) -> Vec<Scope> {
    let class = |class: &SchoolClass| Scope {
        id: format!("{CLASS}{}", class.id),
        title: title(class),
        group: Some(title(class)),
    };
    let other = |id: &str, title: &str| Scope { id: id.to_owned(), title: title.to_owned(), group: None };
    let others = [other(GUARDIANS, "Родители"), other(STAFF, "Сотрудники")];
    classes.iter().map(class).chain(others).collect()
}

/// The class that a scope is about.
pub fn class_of(scope: &str) -> Option<&str> {
    scope.strip_prefix(CLASS)
}

/// A page of a scope with these people. The cursor is the place of its first person.
pub fn page(people: &[Person], today: Day, cursor: Option<&str>) -> DesiredPage {
    let start = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let some = || people.iter().skip(start).take(PAGE);
    let next = (people.len() > start + PAGE).then(|| (start + PAGE).to_string());
    DesiredPage {
        items: some().filter(|person| has_name(person)).map(|person| item(person, today)).collect(),
        left_out: some().filter(|person| !has_name(person)).map(left_out).collect(),
        complete: next.is_none(),
        next,
        valid_until: next_birthday(people, today).and_then(Day::begins_somewhere),
    }
}

/// Nobody is looked up by half a name.
fn has_name(person: &Person) -> bool {
    !person.name[0].is_empty() && !person.name[1].is_empty()
}

/// What should be of this person.
pub fn item(person: &Person, today: Day) -> Item {
    let key = format!("{}:{}", word(person.role), person.id);
    let label = match &person.group {
        Some(group) => format!("{}, {group}", person.shown()),
        None => person.shown(),
    };
    let snils = Snils::of(person.snils.as_deref());
    let born = person.born.as_deref().and_then(Day::of);
    let item = Item::new(LINK, key)
        .label(label)
        .about(person.record_type(), &person.id)
        .waiting(waiting(person.role, way(person.role, born, &snils, today)));
    let item = match &person.group {
        Some(group) => item.group(group),
        None => item,
    };
    let known = match &snils {
        Snils::Digits(digits) => Some(digits.as_str()),
        Snils::None | Snils::Wrong => None,
    };
    let [last, first, middle] = &person.name;
    let fields =
        [("last-name", Some(last.as_str())), ("first-name", Some(first)), ("middle-name", Some(middle))];
    let fields = fields.into_iter().chain([("snils", known)]);
    fields.fold(item, |item, (name, value)| match value.filter(|value| !value.is_empty()) {
        Some(value) => item.field(name, value),
        None => item,
    })
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Pupil => "pupil",
        Role::Guardian => "guardian",
        Role::Staff => "staff",
    }
}

/// Who does what.
fn waiting(role: Role, way: Way) -> Waiting {
    let whom = match (role, way) {
        (Role::Pupil, Way::ByHandChild) => Message::new("waiting-family"),
        (Role::Pupil, _) => Message::new("waiting-pupil"),
        (Role::Guardian, _) => Message::new("waiting-parent"),
        (Role::Staff, _) => Message::new("waiting-staff"),
    };
    let steps = match way {
        Way::ByItself => vec![Message::new("step-first-sign-in")],
        Way::ByHandChild => vec![Message::new("step-child-account"), Message::new("step-link-child")],
        Way::ByHandNoSnils => vec![Message::new("step-give-snils"), Message::new("step-link-by-hand")],
    };
    Waiting { whom, steps }
}

fn left_out(person: &Person) -> LeftOut {
    LeftOut {
        about: RecordRef::new(person.record_type(), &person.id),
        label: person.shown(),
        group: person.group.clone(),
        reason: Message::new("out-no-name"),
    }
}

/// When the next of them becomes fourteen: from then on the way is another.
fn next_birthday(people: &[Person], today: Day) -> Option<Day> {
    let born = people.iter().filter_map(|person| person.born.as_deref().and_then(Day::of));
    born.map(|born| born.years_later(OWN_ACCOUNT)).filter(|day| *day > today).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, id: &str, name: [&str; 3], born: &str, snils: &str) -> Person {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let group = text(if role == Role::Staff { "" } else { "7-А" });
        Person {
            role,
            id: id.into(),
            name: name.map(str::to_owned),
            born: text(born),
            snils: text(snils),
            group,
        }
    }

    fn page_of(people: &[Person]) -> DesiredPage {
        page(people, Day::of("2026-11-29").unwrap(), None)
    }

    #[test]
    fn e8_each_is_told_their_own_way() {
        let snils = "112-233-445 95";
        let people = [
            person(Role::Pupil, "p1", ["Вымыслова", "Анна", "Петровна"], "2014-05-12", snils),
            person(Role::Pupil, "p2", ["Вымыслов", "Артём", "Петрович"], "2011-01-25", snils),
            person(Role::Pupil, "p3", ["Сказкин", "Глеб", ""], "2011-01-25", ""),
            person(Role::Guardian, "g1", ["Вымыслова", "Ольга", "Ивановна"], "", "1"),
            person(Role::Staff, "s1", ["Директорова", "Мария", "Львовна"], "", snils),
        ];
        let page = page_of(&people);
        let told: Vec<_> = page
            .items
            .iter()
            .map(|item| {
                let waiting = item.waiting.as_ref().unwrap();
                (item.key.as_str(), waiting.whom.code.as_str(), waiting.steps[0].code.as_str())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("pupil:p1", "waiting-family", "step-child-account"),
                ("pupil:p2", "waiting-pupil", "step-first-sign-in"),
                ("pupil:p3", "waiting-pupil", "step-give-snils"),
                ("guardian:g1", "waiting-parent", "step-give-snils"),
                ("staff:s1", "waiting-staff", "step-first-sign-in"),
            ]
        );
        assert!(page.complete && page.next.is_none() && page.left_out.is_empty());
        assert_eq!((page.items[0].text("snils"), page.items[2].text("snils")), (Some("11223344595"), None));
        assert_eq!((page.items[0].group.as_deref(), page.items[4].group.as_deref()), (Some("7-А"), None));
    }

    #[test]
    fn a_birthday_is_when_the_answer_changes() {
        let born = |born: &str| person(Role::Pupil, born, ["А", "Б", ""], born, "");
        let until = |people: &[Person]| page_of(people).valid_until;
        let day = |text: &str| Day::of(text).and_then(Day::begins_somewhere);
        assert_eq!(until(&[born("2014-05-12"), born("2013-02-03"), born("2011-01-25")]), day("2027-02-03"));
        assert_eq!(until(&[born("2012-11-29")]), None, "fourteen today");
    }

    #[test]
    fn nobody_is_looked_up_by_half_a_name() {
        let page = page_of(&[person(Role::Guardian, "g1", ["", "Ольга", ""], "", "")]);
        assert_eq!((page.items.len(), page.left_out[0].reason.code.as_str()), (0, "out-no-name"));
    }

    #[test]
    fn many_people_come_page_by_page() {
        let one = person(Role::Guardian, "g", ["А", "Б", ""], "", "");
        let people = vec![one; PAGE + 1];
        let first = page_of(&people);
        assert_eq!((first.items.len(), first.complete), (PAGE, false));
        let last = page(&people, Day::of("2026-11-29").unwrap(), first.next.as_deref());
        assert_eq!((last.items.len(), last.complete), (1, true));
    }

    #[test]
    fn scopes_are_the_classes_and_two_more() {
        let class = SchoolClass {
            id: "c1".into(),
            study_year: 2026,
            grade: 7,
            letter: Some("А".into()),
            teacher_id: None,
        };
        let ids: Vec<String> = scopes(&[class]).into_iter().map(|scope| scope.id).collect();
        assert_eq!(ids, ["class:c1", "guardians", "staff"]);
        assert_eq!(ids.iter().map(|id| class_of(id)).collect::<Vec<_>>(), [Some("c1"), None, None]);
    }
}
