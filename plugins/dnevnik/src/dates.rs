//! Dates as people read them. They are `YYYY-MM-DD` texts, so they compare as they stand.

use exchange_sdk::days::parts;

/// «01.09.2026»; text of another form stays as it is.
pub fn shown(date: &str) -> String {
    match parts(date) {
        Some((year, month, day)) => format!("{day:02}.{month:02}.{year}"),
        None => date.to_owned(),
    }
}

/// The day of a date with or without a time behind it.
pub fn day(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shown_as_they_are_written_here() {
        assert_eq!(shown("2026-09-01"), "01.09.2026");
        assert_eq!(shown("вчера"), "вчера");
        assert_eq!(day("2014-02-03T00:00:00"), "2014-02-03");
    }
}
