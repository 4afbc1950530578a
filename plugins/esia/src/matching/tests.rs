//! The table of cases: who came, for whose account, by which rules, and what is said.

use super::*;

const TODAY: &str = "2026-11-29";
const CHILD: &str = "2014-05-12";
const TEENAGER: &str = "2011-01-25";
const PARENT: &str = "1987-09-14";
/// Fourteen today.
const BIRTHDAY: &str = "2012-11-29";

const ONE: &str = "112-233-445 95";
const TWO: &str = "000-600-005 05";

fn rules() -> Rules {
    Rules {
        through_esia: true,
        transition: false,
        yo_is_e: true,
        under_14: Level::Simplified,
        from_14: Level::Standard,
    }
}

fn name(text: &str) -> FullName {
    let parts: Vec<&str> = text.split(' ').collect();
    FullName::new(parts[0], parts[1], parts.get(2).copied().unwrap_or_default())
}

fn account(role: Role, who: &str, born: &str, snils: &str) -> Account {
    Account { role, name: name(who), born: Day::of(born), snils: Snils::of(Some(snils)) }
}

/// Of the standard level.
fn profile(who: &str, born: &str, snils: &str) -> Profile {
    let snils = Snils::of(Some(snils));
    let shown = Shown { snils: snils != Snils::None, document: true, ..Shown::default() };
    Profile { name: name(who), born: Day::of(born), snils, shown }
}

fn said(profile: &Profile, account: &Account, rules: &Rules) -> Result<(), Obstacle> {
    fits(profile, account, rules, Day::of(TODAY).unwrap())
}

#[test]
fn e5_equal_names_and_equal_snils_where_both_have_one() {
    let teenager = account(Role::Pupil, "Вымыслов Артём Петрович", TEENAGER, ONE);
    let without = account(Role::Pupil, "Вымыслов Артём Петрович", TEENAGER, "");
    let mistyped = account(Role::Pupil, "Вымыслов Артём Петрович", TEENAGER, "112-233-445 96");
    for (who, snils, account, expected) in [
        ("Вымыслов Артём Петрович", ONE, &teenager, Ok(())),
        ("ВЫМЫСЛОВ АРТЕМ ПЕТРОВИЧ", ONE, &teenager, Ok(())),
        ("Вымыслов Артём Петрович", "", &teenager, Err(Obstacle::Level { needed: Level::Standard })),
        ("Вымыслов Артём Петрович", ONE, &without, Ok(())),
        ("Вымыслов Артём Петрович", TWO, &teenager, Err(Obstacle::SnilsDiffers)),
        ("Вымыслов Артём Петрович", ONE, &mistyped, Err(Obstacle::SnilsWrong)),
        ("Вымыслов Артём", ONE, &teenager, Err(Obstacle::Names(Likeness::Patronymic))),
        ("Вымыслoв Артём Петрович", ONE, &teenager, Err(Obstacle::Names(Likeness::LookAlike))),
        ("Лисов Артём Петрович", ONE, &teenager, Err(Obstacle::Names(Likeness::Other))),
    ] {
        assert_eq!(said(&profile(who, TEENAGER, snils), account, &rules()), expected, "{who} {snils}");
    }
    let strict = Rules { through_esia: true, transition: false, yo_is_e: false, ..rules() };
    let came = profile("Вымыслов Артем Петрович", TEENAGER, ONE);
    assert_eq!(said(&came, &teenager, &strict), Err(Obstacle::Names(Likeness::Yo)));
}

#[test]
fn e6_a_parent_for_a_child_and_a_child_for_a_parent() {
    let child = account(Role::Pupil, "Вымыслова Анна Петровна", CHILD, ONE);
    let teacher = account(Role::Staff, "Вымыслова Ольга Ивановна", PARENT, TWO);
    let parent = account(Role::Guardian, "Вымыслова Ольга Ивановна", PARENT, TWO);
    let mother = profile("Вымыслова Ольга Ивановна", PARENT, TWO);
    let daughter = profile("Вымыслова Анна Петровна", CHILD, ONE);
    let stranger = profile("Лисова Мария Петровна", PARENT, TWO);
    let classmate = profile("Лисова Мария Петровна", CHILD, TWO);
    for (came, account, obstacle) in [
        (&mother, &child, Obstacle::ParentForChild),
        (&stranger, &child, Obstacle::ParentForChild),
        (&classmate, &child, Obstacle::Names(Likeness::Other)),
        (&daughter, &parent, Obstacle::ChildForParent),
        (&daughter, &teacher, Obstacle::ChildForParent),
        (&stranger, &parent, Obstacle::Names(Likeness::Other)),
    ] {
        assert_eq!(said(came, account, &rules()), Err(obstacle));
    }
    // Of one name, as father and son may be: only numbers and years tell them apart.
    let son = account(Role::Pupil, "Вымыслов Пётр Ильич", CHILD, ONE);
    let father = profile("Вымыслов Пётр Ильич", PARENT, TWO);
    assert_eq!(said(&father, &son, &rules()), Err(Obstacle::ParentForChild));
    // A pupil of an evening school is of age.
    let grown = account(Role::Pupil, "Вымыслов Пётр Ильич", "2000-01-01", ONE);
    let other = profile("Лисов Пётр Ильич", "2000-01-01", ONE);
    assert_eq!(said(&other, &grown, &rules()), Err(Obstacle::Names(Likeness::Other)));
    // A child's account is one whatever its dates.
    let mut marked = profile("Вымыслова Анна Петровна", "", ONE);
    marked.shown.child = true;
    assert_eq!(said(&marked, &parent, &rules()), Err(Obstacle::ChildForParent));
}

#[test]
fn e6_the_level_by_age_and_by_region() {
    let simplified = Shown::default();
    let standard = Shown { snils: true, document: true, ..simplified };
    let confirmed = Shown { trusted: true, ..standard };
    let childs = Shown { child: true, snils: true, ..simplified };
    let northern = Rules { under_14: Level::Confirmed, from_14: Level::Confirmed, ..rules() };
    let too_low = |needed| Err(Obstacle::Level { needed });
    for (born, shown, rules, expected) in [
        (CHILD, simplified, rules(), Ok(())),
        (CHILD, simplified, northern, too_low(Level::Confirmed)),
        (CHILD, childs, northern, Ok(())),
        ("2012-11-30", simplified, rules(), Ok(())),
        (BIRTHDAY, simplified, rules(), too_low(Level::Standard)),
        (BIRTHDAY, childs, rules(), too_low(Level::Standard)),
        (BIRTHDAY, standard, rules(), Ok(())),
        (TEENAGER, standard, northern, too_low(Level::Confirmed)),
        (TEENAGER, confirmed, northern, Ok(())),
        // Nobody knows when they were born: the stricter rule.
        ("", simplified, rules(), too_low(Level::Standard)),
        ("", standard, rules(), Ok(())),
    ] {
        let pupil = account(Role::Pupil, "Вымыслова Анна Петровна", born, ONE);
        let came = Profile { shown, ..profile("Вымыслова Анна Петровна", born, ONE) };
        assert_eq!(said(&came, &pupil, &rules), expected, "{born} {shown:?}");
    }
}

#[test]
fn e8_under_fourteen_or_without_snils_by_hand() {
    let today = Day::of(TODAY).unwrap();
    for (role, born, snils, expected) in [
        (Role::Pupil, CHILD, ONE, Way::ByHandChild),
        (Role::Pupil, "2012-11-30", ONE, Way::ByHandChild),
        (Role::Pupil, BIRTHDAY, ONE, Way::ByItself),
        (Role::Pupil, TEENAGER, ONE, Way::ByItself),
        (Role::Pupil, TEENAGER, "", Way::ByHandNoSnils),
        (Role::Pupil, TEENAGER, "112-233-445 96", Way::ByHandNoSnils),
        (Role::Pupil, "", ONE, Way::ByHandChild),
        (Role::Guardian, PARENT, TWO, Way::ByItself),
        (Role::Guardian, "", TWO, Way::ByItself),
        (Role::Guardian, "", "", Way::ByHandNoSnils),
        (Role::Staff, "", TWO, Way::ByItself),
    ] {
        assert_eq!(
            way(role, Day::of(born), &Snils::of(Some(snils)), today),
            expected,
            "{role:?} {born} {snils}"
        );
    }
}
