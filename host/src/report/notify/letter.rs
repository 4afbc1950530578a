//! The texts of letters and short messages.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::notify::{Event, Topic};
use crate::model::{Message, Millis};
use crate::report::catalogue::{Catalogue, Language};
use crate::report::words;

/// Most events that a letter tells one by one.
const TOLD: usize = 100;

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// A letter that tells these events, of which there is one at least. `link`: where this host's pages are.
pub fn letter(catalogue: &Catalogue, events: &[&Event], link: Option<&str>) -> Letter {
    let subject = match events {
        [event] => subject(catalogue, event),
        events => catalogue.text(&Message::new("notify-subject-many").with("n", events.len())),
    };
    let told = events.iter().take(TOLD).map(|event| paragraph(catalogue, event, link));
    let mut parts: Vec<String> = told.collect();
    if events.len() > TOLD {
        parts.push(catalogue.text(&Message::new("notify-more").with("n", events.len() - TOLD)));
    }
    parts.push(catalogue.word("notify-footer"));
    Letter { subject, body: parts.join("\n\n") + "\n" }
}

/// A short message that tells these events, of which there is one at least.
pub fn short(catalogue: &Catalogue, events: &[&Event]) -> String {
    match events {
        [event] => {
            let run = event.run.as_ref().map(|run| format!(" ({run})")).unwrap_or_default();
            subject(catalogue, event) + &run
        }
        events => {
            let last = events.last().map(|event| subject(catalogue, event)).unwrap_or_default();
            let many = Message::new("notify-short-many").with("n", events.len()).with("last", last);
            catalogue.text(&many)
        }
    }
}

/// One line for lists: what happened to what.
pub fn line(catalogue: &Catalogue, event: &Event) -> String {
    let before = event.before.map(|before| topic_word(catalogue, before));
    let text = topic_word(catalogue, event.topic);
    match before {
        Some(before) => {
            catalogue.text(&Message::new("notify-change").with("what", text).with("before", before))
        }
        None => text,
    }
}

/// A topic in a word.
pub fn topic_word(catalogue: &Catalogue, topic: Topic) -> String {
    catalogue.word(&format!("notify-topic-{topic}"))
}

fn subject(catalogue: &Catalogue, event: &Event) -> String {
    let message = match &event.task {
        Some(task) => Message::new("notify-subject-task").with("task", task),
        None => Message::new("notify-subject"),
    };
    let what = topic_word(catalogue, event.topic);
    catalogue.text(&message.with("school", &event.school_name).with("what", what))
}

fn paragraph(catalogue: &Catalogue, event: &Event, link: Option<&str>) -> String {
    let labelled = |code: &str, value: String| {
        let code = format!("notify-label-{code}");
        catalogue.text(&Message::new(code).with("value", value))
    };
    let when = moment(event.at, &event.time_zone);
    let school = format!("{} ({})", event.school_name, event.school);
    let reason = event.reason.as_ref().map(|reason| match catalogue.language() {
        Language::Ru => reason.ru.clone(),
        Language::En => reason.en.clone(),
    });
    let lines = [
        Some(labelled("what", line(catalogue, event))),
        Some(labelled("school", school)),
        event.task.as_ref().map(|task| labelled("task", task.to_string())),
        Some(labelled("when", when)),
        event.run.as_ref().map(|run| labelled("run", run.to_string())),
        event.until.map(|until| labelled("until", moment(until, &event.time_zone))),
        reason.map(|reason| labelled("reason", reason)),
        event.counts.as_ref().map(|counts| labelled("counts", words::counts(catalogue, counts))),
        Some(labelled("advice", advice(catalogue, event))),
        details(event, link).map(|details| labelled("details", details)),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// What to do.
pub(super) fn advice(catalogue: &Catalogue, event: &Event) -> String {
    let task = event.task.as_ref().map(|task| format!("{}/{task}", event.school));
    let message = Message::new(format!("notify-advice-{}", event.topic))
        .with("task", task.unwrap_or_else(|| event.school.to_string()))
        .with("run", event.run.as_ref().map(ToString::to_string).unwrap_or_default());
    catalogue.text(&message)
}

/// Where more can be read: a page, or a command.
pub(super) fn details(event: &Event, link: Option<&str>) -> Option<String> {
    let run = event.run.as_ref()?;
    Some(match link {
        Some(link) => format!("{link}/runs/{run}"),
        None => format!("exchange show {run}"),
    })
}

/// To the minute, on the wall of the school.
fn moment(at: Millis, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let shown = |at: Timestamp| at.to_zoned(zone).strftime("%d.%m.%Y %H:%M").to_string();
    Timestamp::from_millisecond(at).map(shown).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunCounts;
    use crate::model::manifest::Text;

    fn event(topic: Topic) -> Event {
        Event {
            topic,
            before: Some(Topic::Recovered),
            at: 1_795_824_900_000,
            school: "school57".into(),
            school_name: "Школа № 57".into(),
            time_zone: "Asia/Kamchatka".into(),
            task: Some("dnevnik".into()),
            run: Some("school57-12".parse().expect("a run")),
            counts: Some(RunCounts { applied: 12, not_confirmed: 3, ..RunCounts::default() }),
            reason: Some(Text { ru: "портал занят".into(), en: "the portal is busy".into() }),
            until: None,
        }
    }

    #[test]
    fn a_letter_says_what_for_whom_why_and_what_to_do() {
        let told = letter(&Catalogue::new(Language::Ru), &[&event(Topic::NotConfirmed)], None);
        assert_eq!(told.subject, "Школа № 57, dnevnik: не подтверждено");
        insta::assert_snapshot!(told.body, @r"
        Что случилось: не подтверждено (до этого: снова в порядке)
        Школа: Школа № 57 (school57)
        Задача: dnevnik
        Когда: 28.11.2026 12:15
        Отправка: school57-12
        Причина: портал занят
        Итог: отправлено 12, не подтверждено 3
        Что делать: ничего не отправляйте повторно вручную: следующая отправка проверит это сама. Если повторится, покажите список оператору портала (exchange show school57-12).
        Подробнее: exchange show school57-12

        --
        Сообщение отправила программа обмена данными. Имён и документов в нём нет: они остаются в школе.
        Кому и о чём писать, указано в [[notify]] файла школы и в [notify] файла exchange.toml.
        ");
        let link = Some("https://exchange.example.org");
        let told = letter(&Catalogue::new(Language::En), &[&event(Topic::Failed)], link);
        insta::assert_snapshot!(format!("{}\n\n{}", told.subject, told.body), @r"
        Школа № 57, dnevnik: sending failed

        What happened: sending failed (before: all is well again)
        School: Школа № 57 (school57)
        Task: dnevnik
        When: 28.11.2026 12:15
        Run: school57-12
        Reason: the portal is busy
        Result: 12 sent, 3 not confirmed
        What to do: read the reason (exchange show school57-12). What was sent is kept; the next run goes on from there.
        More: https://exchange.example.org/runs/school57-12

        --
        Sent by the data exchange program. It holds no names and no documents: those stay with the school.
        Who is told what stands in [[notify]] of the school's file and in [notify] of exchange.toml.
        ");
    }

    #[test]
    fn several_events_are_one_letter_and_one_short_message() {
        let ru = Catalogue::new(Language::Ru);
        let (failed, recovered) = (event(Topic::Failed), event(Topic::Recovered));
        let events = [&failed, &recovered];
        assert_eq!(letter(&ru, &events, None).subject, "Обмен данными: 2 изменения");
        assert_eq!(short(&ru, &[&failed]), "Школа № 57, dnevnik: отправка не удалась (school57-12)");
        assert_eq!(
            short(&ru, &events),
            "Обмен данными: 2 изменения; последнее — Школа № 57, dnevnik: снова в порядке"
        );
    }

    #[test]
    fn every_topic_has_its_texts() {
        for language in [Language::Ru, Language::En] {
            let catalogue = Catalogue::new(language);
            for topic in Topic::ALL {
                for code in [format!("notify-topic-{topic}"), format!("notify-advice-{topic}")] {
                    assert!(catalogue.has(&code), "{code}");
                }
            }
        }
    }
}
