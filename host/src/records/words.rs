//! Words of files, Russian and English → values of fields, unless a profile says otherwise.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

/// Word as written → value. Compared by `plain`.
const WORDS: &[(&str, &[&str])] = &[
    ("male", &["м", "муж", "мужской", "мальчик", "m"]),
    ("female", &["ж", "жен", "женский", "девочка", "f"]),
    ("submitted", &["подано", "зарегистрировано", "на рассмотрении", "новое"]),
    ("accepted", &["принято", "одобрено", "удовлетворено", "зачислен", "зачислено"]),
    ("withdrawn", &["отозвано", "отозвано заявителем", "аннулировано"]),
    ("refused", &["отказано", "отказ", "отклонено"]),
    ("enrolment", &["о зачислении", "зачисление", "о приёме", "приём", "enrollment"]),
    ("class-formation", &["о формировании классов", "формирование классов", "о распределении по классам"]),
    ("transfer", &["о переводе в другой класс", "перевод в другой класс", "о переводе из класса в класс"]),
    (
        "promotion",
        &["о переводе в следующий класс", "перевод в следующий класс", "о переводе на следующий год"],
    ),
    ("expulsion", &["об отчислении", "отчисление", "о выбытии", "выбытие"]),
    ("other", &["иной", "прочий", "прочее", "другое"]),
    ("in-class", &["очно", "в классе", "урок"]),
    ("video-call", &["видеозвонок", "вкс", "дистанционно", "онлайн"]),
    ("school-class", &["класс"]),
    ("pupil", &["ученик", "учащийся", "обучающийся"]),
    ("guardian", &["родитель", "представитель", "законный представитель"]),
    ("staff", &["сотрудник", "учитель", "педагог"]),
];

/// Lower case, ё as е, nothing but letters, digits and `№`: how headings and words are compared.
pub fn plain(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.map(|c| if c == 'ё' { 'е' } else { c }).filter(|c| c.is_alphanumeric() || *c == '№').collect()
}

/// The words of [`WORDS`] by their value, as they are compared; the value itself is the first.
static PLAIN: LazyLock<HashMap<&str, Vec<String>>> = LazyLock::new(|| {
    let words = |(value, words): &(&'static str, &[&str])| {
        let all = std::iter::once(value).chain(words.iter());
        (*value, all.map(|word| plain(word)).collect())
    };
    WORDS.iter().map(words).collect()
});

/// The value among `known` that a word stands for.
pub(super) fn value(known: &[&'static str], text: &str) -> Option<&'static str> {
    let word = plain(text);
    let means = |value: &&'static str| match PLAIN.get(value) {
        Some(words) => words.contains(&word),
        None => plain(value) == word,
    };
    known.iter().copied().find(means)
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "да" | "true" | "yes" | "1" | "+" | "истина" => Some(true),
        "нет" | "false" | "no" | "0" | "-" | "ложь" => Some(false),
        _ => None,
    }
}

/// What a text may mean where nothing says what it is: itself, a number, yes or no, a list (`a|b`).
pub fn readings(text: &str) -> Vec<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    let fraction = text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let list = text.split('|').map(|part| Value::from(part.trim())).collect();
    let known = [whole, fraction.map(Value::from), flag(text).map(Value::from), Some(Value::Array(list))];
    std::iter::once(Value::from(text)).chain(known.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::Content;
    use crate::model::records::RecordType;

    #[test]
    fn every_word_of_the_table_is_a_value_of_some_field() {
        let mut known: Vec<&str> = RecordType::NAMES.to_vec();
        for field in RecordType::ALL.iter().flat_map(|kind| kind.fields()) {
            if let Content::Word(words) = field.content {
                known.extend(words);
            }
        }
        for (value, _) in WORDS {
            assert!(known.contains(value), "{value}");
        }
    }

    #[test]
    fn words_ignore_case_spaces_and_yo() {
        assert_eq!(value(&["enrolment", "other"], " О  ПРИЕМЕ "), Some("enrolment"));
        assert_eq!(value(&["enrolment", "other"], "class-formation"), None);
    }
}
