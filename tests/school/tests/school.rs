//! The invented school is what it says: the same for ever, valid, and with the special cases in their numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use invented_school::model::{Kind, Order, Person, Place, Records, Sex, State};
use invented_school::{Expected, Invalid, Params, Reason, School, StandOptions, snils};

fn school() -> School {
    School::generate(Params::default()).expect("parameters are in range")
}

/// The example's files are those written today: run `cargo run -p invented-school -- example --write` if not.
#[test]
fn the_example_is_up_to_date() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/first-school/data"));
    for (path, content) in school().files().unwrap() {
        let there = std::fs::read(folder.join(&path)).unwrap_or_default();
        assert!(there == content, "{path}: run `cargo run -p invented-school -- example --write`");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_does_not() {
    let files = |seed| School::generate(Params { seed, ..Params::default() }).unwrap().files().unwrap();
    assert!(files(7) == files(7));
    assert!(files(7)["records/pupils.csv"] != files(8)["records/pupils.csv"]);
}

#[test]
fn parameters_out_of_range_are_refused() {
    let generate = |pupils, year| School::generate(Params { seed: 1, pupils, year }).map(|_| ());
    assert_eq!(generate(199, 2026), Err(Invalid::Pupils(199)));
    assert_eq!(generate(20_001, 2026), Err(Invalid::Pupils(20_001)));
    assert_eq!(generate(200, 1999), Err(Invalid::Year(1999)));
    assert_eq!(generate(200, 2100), Ok(()));
}

#[test]
fn the_model_school_has_its_special_cases_in_their_numbers() {
    let school = school();
    let counts = &school.expected.counts;
    let expected = [
        ("classes", 40),
        ("pupils", 1_037),
        ("left-out", 63),
        ("left-out: expelled", 14),
        ("left-out: no-order", 8),
        ("left-out: no-order-this-year", 5),
        ("left-out: no-letter", 10),
        ("left-out: application-withdrawn", 7),
        ("left-out: application-not-accepted", 3),
        ("left-out: application-refused", 2),
        ("left-out: no-application", 4),
        ("left-out: class-differs", 6),
        ("left-out: other-year", 4),
        ("special: newcomer", 25),
        ("special: moved", 12),
        ("special: moved-twice", 3),
        ("special: returned", 4),
        ("special: other-order", 15),
        ("special: siblings", 89),
        ("special: twins", 4),
        ("special: namesakes", 4),
        ("special: children-of-namesake-mothers", 6),
        ("special: guardian-twice-by-snils", 8),
        ("special: guardian-twice-by-child", 4),
        ("special: guardian-only-in-application", 5),
        ("special: double-surname", 15),
        ("special: card-without-yo", 8),
        ("special: without-snils", 25),
        ("special: without-patronymic", 8),
        ("special: snils-below-threshold", 3),
    ];
    for (name, number) in expected {
        assert_eq!(counts.get(name), Some(&number), "{name}");
    }
    assert!((1_650..1_750).contains(&school.records.guardians.len()), "{}", school.records.guardians.len());
}

/// In schools of every size and seed each special case occurs, and everything holds together.
#[test]
fn every_school_holds_together() {
    for (seed, pupils) in [(1, 200), (2, 200), (3, 431), (4, 1_100), (5, 2_500)] {
        let school = School::generate(Params { seed, pupils, year: 2027 }).unwrap();
        assert_eq!(school.records.pupils.len(), pupils);
        assert!(school.expected.special.values().all(|cases| !cases.is_empty()));
        assert_eq!(school.expected.special.len(), 31, "seed {seed}");
        check_people(&school.records);
        check_references(&school);
        check_expected(&school.records, &school.expected);
    }
}

fn people(records: &Records) -> impl Iterator<Item = &Person> {
    let children = records.pupils.iter().map(|pupil| &pupil.person);
    children.chain(records.guardians.iter().map(|guardian| &guardian.person))
}

/// СНИЛС are valid and belong to one person each; patronymics agree with the sex; children's ages fit their grades.
fn check_people(records: &Records) {
    let mut whose: BTreeMap<&str, String> = BTreeMap::new();
    for person in people(records) {
        if let Some(digits) = &person.snils {
            assert!(snils::is_valid(digits), "{digits}");
            // One person may stand in two rows, and a card may lack the ё of the application.
            let name = person.full_name();
            assert_eq!(whose.entry(digits).or_insert_with(|| name.clone()), &name);
        }
        let ending = if person.sex == Sex::Male { "ич" } else { "на" };
        assert!(person.middle_name.as_ref().is_none_or(|middle| middle.ends_with(ending)));
    }
    for pupil in &records.pupils {
        if let Some(place) = pupil.place {
            let age = place.year - pupil.person.birth_date.year() - i16::from(place.grade);
            assert!((6..=7).contains(&age), "{}", pupil.id);
        }
    }
}

/// Every id that a row names is there; ids stand once.
fn check_references(school: &School) {
    let records = &school.records;
    let all = |ids: Vec<&str>| {
        let unique: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(unique.len(), ids.len());
        unique
    };
    let mut pupils = all(records.pupils.iter().map(|pupil| pupil.id.as_str()).collect());
    let mut guardians = all(records.guardians.iter().map(|guardian| guardian.id.as_str()).collect());
    let teachers = all(records.teachers.iter().map(|teacher| teacher.id.as_str()).collect());
    let classes: BTreeSet<String> = records.classes.iter().map(|class| class.place.id()).collect();
    assert_eq!(classes.len(), records.classes.len());
    let lines = records.orders.iter().chain(&school.more_records.orders).map(|order| order.id.as_str());
    all(lines.collect());
    assert!(
        records.classes.iter().filter_map(|class| class.teacher.as_ref()).all(|id| teachers.contains(id))
    );
    for batch in [records, &school.more_records] {
        pupils.extend(batch.pupils.iter().map(|pupil| pupil.id.clone()));
        guardians.extend(batch.guardians.iter().map(|guardian| guardian.id.clone()));
        let known = |place: &Option<Place>| place.is_none_or(|place| classes.contains(&place.id()));
        assert!(batch.pupils.iter().all(|pupil| known(&pupil.place)));
        assert!(batch.pupils.iter().flat_map(|pupil| &pupil.guardians).all(|id| guardians.contains(id)));
        assert!(batch.orders.iter().all(|order| known(&order.place) && pupils.contains(&order.pupil)));
        assert!(batch.applications.iter().all(|line| {
            pupils.contains(&line.pupil) && line.guardian_id.as_ref().is_none_or(|id| guardians.contains(id))
        }));
    }
}

/// What has to hold of those who go, seen from the records; who goes is not worked out again.
fn check_expected(records: &Records, expected: &Expected) {
    assert_eq!(expected.pupils.len() + expected.left_out.len(), records.pupils.len());
    assert_eq!(expected.classes.iter().map(|class| class.pupils).sum::<usize>(), expected.pupils.len());
    let orders = by_pupil(&records.orders);
    let cards: BTreeMap<_, _> = records.pupils.iter().map(|pupil| (&pupil.id, pupil)).collect();
    for pupil in &expected.pupils {
        let card = cards[&pupil.id];
        assert_eq!(card.place.map(Place::id).as_ref(), Some(&pupil.class));
        let of_the_year: Vec<_> =
            orders[&pupil.id].iter().filter(|order| order.year == expected.study_year).collect();
        let entries = of_the_year
            .iter()
            .filter(|order| matches!(order.kind, Kind::Enrolment | Kind::Formation | Kind::Promotion));
        let first = entries.map(|order| order.effective).min();
        assert_eq!(first, Some(pupil.class_start), "{}", pupil.id);
        assert_eq!(pupil.school_start, pupil.class_start);
    }
    check_relations(records, expected);
}

fn by_pupil(orders: &[Order]) -> BTreeMap<&String, Vec<&Order>> {
    let mut of: BTreeMap<&String, Vec<&Order>> = BTreeMap::new();
    orders.iter().for_each(|order| of.entry(&order.pupil).or_default().push(order));
    of
}

/// Every guardian has a child who goes; every link is on an accepted application.
fn check_relations(records: &Records, expected: &Expected) {
    let linked: BTreeSet<&String> = expected.relations.iter().map(|relation| &relation.guardian).collect();
    let keys: BTreeSet<&String> = expected.guardians.iter().map(|guardian| &guardian.key).collect();
    assert_eq!(linked, keys);
    let person_of: BTreeMap<_, _> =
        expected.guardians.iter().map(|guardian| (&guardian.key, guardian.person.full_name())).collect();
    let applied: BTreeSet<(&String, String, &str)> = records
        .applications
        .iter()
        .filter(|line| line.state == State::Accepted)
        .map(|line| (&line.pupil, line.guardian.full_name(), line.relation))
        .collect();
    for link in &expected.relations {
        let on_paper = (&link.child, person_of[&link.guardian].clone(), link.relation.as_str());
        assert!(applied.contains(&on_paper), "{} {}", link.child, link.guardian);
    }
}

/// Two rows of one person, and two persons of one name, are what they are called.
#[test]
fn namesakes_and_doubled_guardians_are_what_they_are_called() {
    let school = school();
    let pupils: BTreeMap<_, _> = school.records.pupils.iter().map(|pupil| (&pupil.id, pupil)).collect();
    let guardians: BTreeMap<_, _> =
        school.records.guardians.iter().map(|row| (&row.id, &row.person)).collect();
    let special = &school.expected.special;
    for pair in &special["namesakes"] {
        let [a, b] = [&pupils[&pair[0]].person, &pupils[&pair[1]].person];
        assert_eq!(a.full_name(), b.full_name());
        assert_ne!(a.birth_date, b.birth_date);
    }
    for pair in &special["guardian-twice-by-snils"] {
        assert!(guardians[&pair[0]].snils.is_some() && guardians[&pair[0]] == guardians[&pair[1]]);
    }
    for pair in &special["guardian-twice-by-child"] {
        assert!(guardians[&pair[0]].snils.is_none() && guardians[&pair[0]] == guardians[&pair[1]]);
        assert!(pupils.values().any(|pupil| pair.iter().all(|id| pupil.guardians.contains(id))));
    }
    for pair in &special["children-of-namesake-mothers"] {
        let [a, b] = [&pair[0], &pair[1]].map(|child| guardians[&pupils[child].guardians[0]]);
        assert_eq!(a.full_name(), b.full_name());
        assert_ne!(a.birth_date, b.birth_date);
    }
    for twins in &special["twins"] {
        assert_eq!(pupils[&twins[0]].person.birth_date, pupils[&twins[1]].person.birth_date);
    }
}

/// Besides the namesakes no two children, and besides doubled rows no two guardians, have one full name.
#[test]
fn nobody_else_shares_a_name() {
    let school = school();
    let distinct = |names: BTreeSet<String>| names.len();
    let children = school.expected.pupils.iter().map(|pupil| pupil.person.full_name()).collect();
    assert_eq!(school.expected.pupils.len() - distinct(children), school.expected.special["namesakes"].len());
    let guardians = school.expected.guardians.iter().map(|guardian| guardian.person.full_name()).collect();
    let namesakes = school.expected.special["children-of-namesake-mothers"].len();
    assert_eq!(school.expected.guardians.len() - distinct(guardians), namesakes);
}

#[test]
fn five_more_come_and_one_of_them_is_a_brother() {
    let school = school();
    let (more, before) = (&school.more_expected, &school.expected);
    assert_eq!(more.pupils.len(), 5);
    assert!(more.left_out.is_empty());
    assert!(more.classes.iter().all(|class| before.classes.iter().any(|known| known.id == class.id)));
    let brother = &more.pupils[0];
    let mut his = more.relations.iter().filter(|relation| relation.child == brother.id);
    assert!(his.clone().count() == 2);
    assert!(his.all(|relation| before.guardians.iter().any(|known| known.key == relation.guardian)));
    assert!(!more.guardians.is_empty());
    assert!(more.guardians.iter().all(|new| before.guardians.iter().all(|known| known.key != new.key)));
}

#[test]
fn reasons_stand_beside_the_case() {
    let school = school();
    let reasons: BTreeMap<_, _> =
        school.expected.left_out.iter().map(|child| (&child.id, child.reasons.clone())).collect();
    for (case, first) in [
        ("expelled", Reason::Expelled),
        ("expelled-before", Reason::Expelled),
        ("no-letter", Reason::NoLetter),
        ("withdrawn-with-order", Reason::ApplicationWithdrawn),
        ("class-differs", Reason::ClassDiffers),
        ("next-year", Reason::OtherYear),
    ] {
        for ids in &school.expected.special[case] {
            assert_eq!(reasons[&ids[0]][0], first, "{case}");
        }
    }
    for case in ["newcomer", "moved", "moved-twice", "returned", "other-order"] {
        assert!(school.expected.special[case].iter().all(|ids| !reasons.contains_key(&ids[0])), "{case}");
    }
}

#[test]
fn the_seed_is_json_with_what_was_made_by_hand() {
    let school = school();
    let seed: serde_json::Value =
        serde_json::from_str(&school.seed_json(&StandOptions::default()).unwrap()).unwrap();
    let count = |list: &str| seed[list].as_array().map_or(0, Vec::len);
    assert_eq!(count("organizations"), 2);
    assert_eq!(count("eduGroups"), 5);
    assert_eq!(count("eduGroupMemberships"), 30);
    let how = |how: &str| school.expected.already_there.iter().filter(|known| known.how == how).count();
    let sorts =
        [("snils", 13), ("snils-not-activated", 6), ("name-and-birth-date", 4), ("name-and-class", 2)];
    for (sort, number) in sorts {
        assert_eq!(how(sort), number, "{sort}");
    }
    for (sort, number) in
        [("twins", 1), ("namesake", 1), ("stranger", 3), ("other-school", 1), ("writing", 4)]
    {
        assert_eq!(how(sort), number, "{sort}");
    }
    let ids: BTreeSet<&str> =
        seed["persons"].as_array().unwrap().iter().filter_map(|p| p["id"].as_str()).collect();
    assert!(
        school
            .expected
            .already_there
            .iter()
            .filter(|known| known.what != "class")
            .all(|known| { known.theirs.iter().all(|id| ids.contains(id.as_str())) })
    );
}

#[test]
fn files_are_in_the_manner_of_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let school = School::generate(Params { pupils: 200, ..Params::default() }).unwrap();
    school.write(folder.path()).unwrap();
    let read = |path: &str| std::fs::read(folder.path().join(path)).unwrap();
    for path in ["records/classes.csv", "records/pupils.csv"] {
        assert!(read(path).starts_with(b"\xEF\xBB\xBF"), "{path}");
    }
    for path in ["records/guardians.csv", "records/applications.csv", "records/staff.csv"] {
        assert!(String::from_utf8(read(path)).unwrap().starts_with("Код;"), "{path}");
    }
    let bytes = read("records/orders.csv");
    let (orders, _, broken) = encoding_rs::WINDOWS_1251.decode(&bytes);
    assert!(!broken && orders.contains("О формировании классов"));
    assert!(orders.lines().nth(1).is_some_and(|line| line.starts_with("O-00001;1-к;О зачислении;")));
    assert!(!folder.path().join("five-more/classes.csv").exists());
}

/// The numbers in the table of the example's README are those of the school.
#[test]
fn the_readme_tells_the_numbers() {
    let readme = include_str!("../../../examples/first-school/README.md");
    let school = school();
    let mut told = 0;
    for row in readme.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 4) {
        let cells: Vec<&str> = row.split('|').collect();
        let names: Vec<&str> = cells[1].split('`').skip(1).step_by(2).collect();
        let numbers: Vec<usize> = cells[2]
            .split(',')
            .map(|number| number.trim().trim_end_matches(" pairs").parse().unwrap())
            .collect();
        assert_eq!(names.len(), numbers.len(), "{row}");
        for (name, number) in names.iter().zip(numbers) {
            assert_eq!(school.expected.special[*name].len(), number, "{name}");
            told += 1;
        }
    }
    assert_eq!(told, school.expected.special.len());
    let grouped = |number: usize| format!("{},{:03}", number / 1_000, number % 1_000);
    let [pupils, guardians] = [school.expected.pupils.len(), school.expected.guardians.len()].map(grouped);
    assert!(readme.contains(&format!("{pupils} children go, with {guardians} representatives")));
    assert!(readme.contains(&format!("{} rows of guardians", grouped(school.records.guardians.len()))));
}
