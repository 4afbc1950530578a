use exchange_sdk::RecordRef;

use super::*;

/// «Фамилия Имя Отчество».
fn name(text: &str) -> [String; 3] {
    let mut parts = text.split(' ').map(str::to_owned);
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

fn person(id: &str, text: &str) -> Person {
    Person { id: id.into(), name: name(text) }
}

fn teacher(id: u64, text: &str) -> Teacher {
    let [last, first, middle] = name(text);
    Teacher { id, name: FullName::new(&last, &first, &middle) }
}

fn identifier(id: &str, staff: &str, system: &str, value: &str) -> Identifier {
    let about = RecordRef::new(RecordType::Staff, staff);
    Identifier { id: id.into(), about, system: system.into(), value: value.into() }
}

/// One case: employees, teachers at the portal, identifiers, and what is found for each employee in turn.
#[track_caller]
fn case(what: &str, staff: &[&str], there: &[&str], told: &[Identifier], expected: &[Found]) {
    let numbered = |n: usize| format!("s{}", n + 1);
    let staff: Vec<Person> = staff.iter().enumerate().map(|(n, name)| person(&numbered(n), name)).collect();
    let there: Vec<Teacher> = (1..).zip(there).map(|(id, name)| teacher(id, name)).collect();
    let found = match_all(&staff, &Told::of(told.to_vec()), &there);
    let found: Vec<Found> = staff.iter().map(|person| found[&person.id]).collect();
    assert_eq!(found, expected, "{what}");
}

#[test]
fn s3_who_is_who_as_a_table() {
    use Found::{Almost, Nameless, NamesakesHere, NamesakesThere, NoSuchNumber, Nobody, Teacher};
    let none: &[Identifier] = &[];
    case("one and one", &["Лисова Анна Петровна"], &["Лисова Анна Петровна"], none, &[Teacher(1)]);
    case("case and ё", &["Семёнова Алёна Петровна"], &["СЕМЕНОВА АЛЕНА ПЕТРОВНА"], none, &[Teacher(1)]);
    case("no patronymic on both sides", &["Ким Анна"], &["Ким Анна"], none, &[Teacher(1)]);
    case("nobody there", &["Лисова Анна Петровна"], &["Волков Пётр Ильич"], none, &[Nobody]);
    case("an empty portal", &["Лисова Анна Петровна"], &[], none, &[Nobody]);
    case("no name", &[""], &["Лисова Анна Петровна"], none, &[Nameless]);
    let almost = |here: &str, there: &str, likeness| {
        case("almost", &[here], &[there], none, &[Almost(likeness)]);
    };
    almost("Сомов Олег Ильич", "Cомов Олег Ильич", Likeness::LookAlike);
    almost("Сомов Олег Ильич", "Сомов Олег", Likeness::Patronymic);
    almost("Салтыков-Щедрин Олег Ильич", "СалтыковЩедрин Олег Ильич", Likeness::Hyphens);
    case(
        "almost, but that one is somebody else's",
        &["Сомов Олег", "Сомов Олег Ильич"],
        &["Сомов Олег Ильич"],
        none,
        &[Nobody, Teacher(1)],
    );

    let two = ["Тёзкина Анна Ивановна", "Тезкина Анна Ивановна"];
    case("namesakes here", &two, &two[..1], none, &[NamesakesHere; 2]);
    case("namesakes there", &two[..1], &two, none, &[NamesakesThere]);
    case("namesakes on both sides", &two, &two, none, &[NamesakesHere; 2]);
    case("namesakes nobody of whom is there", &two, &[], none, &[Nobody; 2]);

    let said = |staff: &str, value: &str| identifier("i1", staff, SYSTEM, value);
    let before = |staff: &str, value: &str| identifier(&key(staff), staff, SYSTEM, value);
    case("a person says who, of several there", &two[..1], &two, &[said("s1", "2")], &[Teacher(2)]);
    case("one of two is told, the other remains", &two, &two, &[said("s1", "2")], &[Teacher(2), Teacher(1)]);
    case(
        "a person's word against the name",
        &two[..1],
        &["Иная Ева Львовна"],
        &[said("s1", "1")],
        &[Teacher(1)],
    );
    case("a number that is nobody's", &two[..1], &two[..1], &[said("s1", "77")], &[NoSuchNumber]);
    case("of another system", &two[..1], &two, &[identifier("i1", "s1", "vk", "2")], &[NamesakesThere]);

    case(
        "known from before, a namesake came here",
        &two,
        &two[..1],
        &[before("s1", "1")],
        &[Teacher(1), Nobody],
    );
    case("known from before, a namesake came there", &two[..1], &two, &[before("s1", "2")], &[Teacher(2)]);
    case(
        "known from before, one came on both sides",
        &two,
        &two,
        &[before("s1", "2")],
        &[Teacher(2), Teacher(1)],
    );
    case(
        "what we found does not outlive the name",
        &two[..1],
        &["Иная Ева Львовна"],
        &[before("s1", "1")],
        &[Nobody],
    );
    case(
        "a person's word counts more",
        &two[..1],
        &two,
        &[before("s1", "1"), said("s1", "2")],
        &[Teacher(2)],
    );
    case(
        "two found earlier for one",
        &two,
        &two[..1],
        &[before("s1", "1"), before("s2", "1")],
        &[Teacher(1), Nobody],
    );
}

#[test]
fn two_spaces_between_words_are_one() {
    let staff = [Person {
        id: "s1".into(), name: ["Ким", "Анна  Мария", " Львовна"].map(str::to_owned)
    }];
    let there = [Teacher { id: 1, name: FullName::new("КИМ", "Анна Мария", "Львовна") }];
    assert_eq!(match_all(&staff, &Told::default(), &there)["s1"], Found::Teacher(1));
}
