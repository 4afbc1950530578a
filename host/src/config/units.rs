//! Durations (`30s`, `5m`, `250ms`) and sizes (`16MiB`) as people write them.

const DURATIONS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Milliseconds of `10s`, `5m`, `250ms`, `2h`, `1d`.
pub(super) fn duration(text: &str) -> Option<u64> {
    parse(text, &DURATIONS)
}

/// Bytes of `16MiB`, `64KiB`, `1GiB`, `512B`.
pub(super) fn size(text: &str) -> Option<u64> {
    parse(text, &SIZES)
}

/// The shortest way to write so many milliseconds.
pub(super) fn show_duration(ms: u64) -> String {
    show(ms, &DURATIONS, "0s")
}

/// The shortest way to write so many bytes.
pub(super) fn show_size(bytes: u64) -> String {
    show(bytes, &SIZES, "0B")
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit.trim_start())?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn show(amount: u64, units: &[(&str, u64)], none: &str) -> String {
    if amount == 0 {
        return none.to_owned();
    }
    let fitting = units.iter().filter(|(_, factor)| amount.is_multiple_of(*factor));
    match fitting.max_by_key(|(_, factor)| *factor) {
        Some((unit, factor)) => format!("{}{unit}", amount / factor),
        None => amount.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_round_trip() {
        for text in ["250ms", "10s", "5m", "2h", "90d"] {
            assert_eq!(show_duration(duration(text).unwrap()), text);
        }
        for text in ["16MiB", "64KiB", "1GiB", "513B"] {
            assert_eq!(show_size(size(text).unwrap()), text);
        }
    }

    #[test]
    fn a_number_without_unit_or_past_the_end_is_no_duration() {
        for text in
            ["10", "s", "", "-1s", "1.5s", "99999999999999999999s", "18446744073709551615d", "10 parsecs"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
