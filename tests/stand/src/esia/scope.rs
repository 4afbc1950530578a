//! Words of `scope`: which are known, whose they are, how a token carries them.

use super::error::{Code, Refusal};
use super::model::{Client, Oid};

/// About persons and their children.
const PERSON: &[&str] = &[
    "openid",
    "fullname",
    "birthdate",
    "birthplace",
    "gender",
    "citizenship",
    "snils",
    "inn",
    "id_doc",
    "foreign_passport_doc",
    "drivers_licence_doc",
    "birth_cert_doc",
    "medical_doc",
    "military_doc",
    "residence_doc",
    "temporary_residence_doc",
    "vehicles",
    "email",
    "mobile",
    "contacts",
    "addresses",
    "usr_org",
    "usr_avt",
    "self_employed",
    "kid_fullname",
    "kid_birthdate",
    "kid_gender",
    "kid_snils",
    "kid_inn",
    "kid_birth_cert_doc",
    "kid_medical_doc",
    "kid_mobile",
    "kid_email",
    "kid_school_data",
    "link",
    "prm_chg",
];

/// About organisations.
const ORGANIZATION: &[&str] = &[
    "org_shortname",
    "org_fullname",
    "org_type",
    "org_ogrn",
    "org_inn",
    "org_kpp",
    "org_leg",
    "org_agencytype",
    "org_agencyterrange",
    "org_oktmo",
    "org_ctts",
    "org_addrs",
    "org_vhls",
    "org_grps",
    "org_emps",
    "org_brhs",
    "org_rcs",
    "org_stms",
    "org_invts",
    "org_ra",
];

/// Older clients write organisation scopes as addresses.
const OLD_PREFIX: &str = "http://esia.gosuslugi.ru/";

/// The words asked for.
pub(crate) fn words(scope: &str) -> Vec<String> {
    scope.split(' ').filter(|word| !word.is_empty()).map(String::from).collect()
}

/// `org_ogrn` of `http://esia.gosuslugi.ru/org_ogrn?org_oid=1`.
pub(crate) fn base(word: &str) -> &str {
    let word = word.strip_prefix(OLD_PREFIX).unwrap_or(word);
    word.split('?').next().unwrap_or(word)
}

/// The organisation a word is about.
pub(crate) fn organization(word: &str) -> Option<Oid> {
    word.split_once("?org_oid=").and_then(|(_, oid)| oid.parse().ok())
}

/// Refuses a word that is unknown, or that this system may not ask for.
pub(crate) fn check(client: &Client, words: &[String]) -> Result<(), Refusal> {
    for word in words {
        let base = base(word);
        let of_organization = ORGANIZATION.contains(&base);
        if !PERSON.contains(&base) && !of_organization {
            return Err(Refusal::about(Code::UnknownScope, word));
        }
        if of_organization && organization(word).is_none() {
            return Err(Refusal::about(Code::UnknownScope, word));
        }
        if !client.scopes.is_empty() && !client.scopes.iter().any(|own| own == base) {
            return Err(Refusal::about(Code::NotGranted, word));
        }
    }
    Ok(())
}

/// As an access token carries them: with the number of the person they are about.
pub(crate) fn granted(words: &[String], oid: Oid) -> String {
    let with_oid = words.iter().map(|word| match word.as_str() {
        "openid" => word.clone(),
        word if word.contains('?') => word.to_owned(),
        word => format!("{word}?oid={oid}"),
    });
    with_oid.collect::<Vec<_>>().join(" ")
}

/// What a person reads on the consent page.
pub(crate) fn russian(word: &str) -> String {
    let text = match base(word) {
        "openid" => "вход",
        "fullname" => "фамилия, имя, отчество",
        "birthdate" => "дата рождения",
        "birthplace" => "место рождения",
        "gender" => "пол",
        "citizenship" => "гражданство",
        "snils" => "СНИЛС",
        "inn" => "ИНН",
        "id_doc" => "документ, удостоверяющий личность",
        "birth_cert_doc" => "свидетельство о рождении",
        "email" => "адрес электронной почты",
        "mobile" => "номер мобильного телефона",
        "contacts" => "контакты",
        "addresses" => "адреса",
        "usr_org" => "организации пользователя",
        "kid_fullname" => "фамилии, имена, отчества детей",
        "kid_birthdate" => "даты рождения детей",
        "kid_gender" => "пол детей",
        "kid_snils" => "СНИЛС детей",
        "kid_birth_cert_doc" => "свидетельства о рождении детей",
        "kid_school_data" => "данные об учёбе детей",
        "link" => "связь учётной записи с внешней системой",
        other => return other.to_owned(),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_the_person_except_for_openid() {
        let words = words("openid  snils org_ogrn?org_oid=7");
        assert_eq!(granted(&words, 5), "openid snils?oid=5 org_ogrn?org_oid=7");
    }

    #[test]
    fn old_words_of_organisations_are_understood() {
        let word = "http://esia.gosuslugi.ru/org_ogrn?org_oid=7";
        assert_eq!((base(word), organization(word)), ("org_ogrn", Some(7)));
    }
}
