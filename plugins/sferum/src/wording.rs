//! What is written at the messenger: titles of chats and calls, messages. In Russian, as everything that schools write;
//! no names of people.

use exchange_sdk::records::Lesson;

use crate::journal::Facts;
use crate::mark::BETWEEN;
use crate::zone::Wall;

/// Longest subject in a title, in letters.
const SUBJECT: usize = 80;

/// «Алгебра · 5-А · 2026/27 · K7QD2M».
pub fn chat_title(facts: &Facts, mark: &str) -> String {
    let year = facts.journal.study_year;
    let year = format!("{year}/{:02}", (year + 1) % 100);
    let parts = [Some(subject(facts)), facts.class_name(), Some(year), Some(mark.to_owned())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(BETWEEN)
}

/// «Алгебра · 5-А · 7QZW3N»: the mark is the lesson's.
pub fn call_title(facts: &Facts, mark: &str) -> String {
    let parts = [Some(subject(facts)), facts.class_name(), Some(mark.to_owned())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(BETWEEN)
}

/// «Алгебра · 5-А».
pub fn label(facts: &Facts) -> String {
    let parts = [Some(subject(facts)), facts.class_name()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(BETWEEN)
}

fn subject(facts: &Facts) -> String {
    let words = facts.journal.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SUBJECT).collect()
}

/// «вторник, 1 декабря, 10:00–10:45».
pub fn when(lesson: &Lesson, wall: Wall) -> String {
    format!("{}–{}", wall.day_and_time(lesson.starts), wall.time(lesson.ends))
}

/// A lesson by video is to come. A lesson that was moved is announced anew, so each announcement says what holds.
pub fn announcement(facts: &Facts, lesson: &Lesson, wall: Wall) -> String {
    let what = what(facts);
    let when = when(lesson, wall);
    format!("{what}: урок по видеосвязи — {when}. Если об этом уроке здесь уже писали, верно это сообщение.")
}

/// A lesson by video does not take place.
pub fn cancellation(facts: &Facts, lesson: &Lesson, wall: Wall) -> String {
    format!("{}: урок по видеосвязи отменён. Он был назначен так: {}.", what(facts), when(lesson, wall))
}

fn what(facts: &Facts) -> String {
    match facts.class_name() {
        Some(class) => format!("{}, {class}", subject(facts)),
        None => subject(facts),
    }
}

/// A message with the link that became known meanwhile.
pub fn with_link(text: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{text}\nСсылка на звонок: {link}"),
        None => text.to_owned(),
    }
}

/// An invitation into a chat.
pub fn invitation(facts: &Facts) -> String {
    format!("{}: в VK открыт чат этого предмета. Войти в него можно по ссылке ниже.", what(facts))
}

/// An invitation with its link.
pub fn with_invite(text: &str, link: &str) -> String {
    format!("{text}\n{link}")
}

/// A title as people may have written it: letters and digits alone, ё as е.
pub fn plain(title: &str) -> String {
    let letters = title.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.map(|letter| if letter == 'ё' { 'е' } else { letter }).collect()
}

/// Would people call the chat with this title (without a mark) as they call the other?
pub fn is_alike(there: &str, ours: &str) -> bool {
    let (there, whole) = (plain(there), plain(ours));
    let without_year = ours.rsplit_once(BETWEEN).map(|(words, _)| plain(words));
    !there.is_empty() && (there == whole || Some(there) == without_year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, facts, lesson};

    const MOSCOW: &str = "Europe/Moscow";

    #[test]
    fn s4_the_title_names_subject_class_year_and_mark() {
        let mut facts = facts();
        assert_eq!(chat_title(&facts, "K7QD2M"), "Алгебра · 5-А · 2026/27 · K7QD2M");
        facts.class = None;
        facts.journal.study_year = 2099;
        assert_eq!(chat_title(&facts, "K7QD2M"), "Алгебра · 2099/00 · K7QD2M");
        facts.journal.subject = format!("  {}\n", "а".repeat(300));
        assert_eq!(chat_title(&facts, "K7QD2M").chars().count(), 80 + 3 + 7 + 3 + 6);
    }

    #[test]
    fn s5_messages_name_subject_class_day_time_and_link() {
        let (facts, wall) = (facts(), Wall::of(MOSCOW));
        let lesson = lesson("l1", NOW);
        let text = with_link(&announcement(&facts, &lesson, wall), Some("https://vk.com/call/join/x"));
        assert_eq!(
            text,
            "Алгебра, 5-А: урок по видеосвязи — вторник, 1 декабря, 10:00–10:45. \
             Если об этом уроке здесь уже писали, верно это сообщение.\n\
             Ссылка на звонок: https://vk.com/call/join/x"
        );
        assert_eq!(
            cancellation(&facts, &lesson, wall),
            "Алгебра, 5-А: урок по видеосвязи отменён. Он был назначен так: вторник, 1 декабря, 10:00–10:45."
        );
    }

    #[test]
    fn d12_titles_of_people_are_alike_whatever_the_signs() {
        let ours = "Алгебра · 5-А · 2026/27";
        for there in ["Алгебра 5А", "АЛГЕБРА, 5-а", "Алгебра · 5-А · 2026/27", "Алгебра 5А 2026/27"]
        {
            assert!(is_alike(there, ours), "{there}");
        }
        for there in ["Алгебра 5-Б", "Алгебра", "Геометрия 5-А", "", "Алгебра 5А родители"]
        {
            assert!(!is_alike(there, ours), "{there}");
        }
    }
}
