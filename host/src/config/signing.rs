//! `[signing]` and `[verification]` of `exchange.toml`: what may be combined, and are the files there?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::host::{name_fits, only_one, positive};
use super::report::Problem;
use super::view::View;
use crate::model::signing::{PROGRAM_TIMEOUT_MS, Program, SignedBy, SigningKey, TokenKey, VerifiedBy};

/// `[signing.NAME]`, each.
pub(super) fn signing(
    view: View<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, SigningKey> {
    let mut keys = BTreeMap::new();
    for (name, view) in view.each("signing") {
        name_fits("key", &name, problems);
        if let Some(by) = signed_by(view, folder, problems) {
            let certificate = view.path("certificate", folder);
            keys.insert(name.text, SigningKey { by, certificate });
        }
    }
    keys
}

fn signed_by(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> Option<SignedBy> {
    if only_one(view, &["file", "command"], problems)? == "command" {
        let reversed = view.flag("reversed").unwrap_or_default();
        return Some(SignedBy::Program { program: program(view, problems)?, reversed });
    }
    for key in ["reversed", "timeout"].into_iter().filter(|key| view.has(key)) {
        let problem = Problem::at(view.key_span(key), format!("`{key}` goes with `command` only"));
        problems.push(problem.hint("take it out"));
    }
    view.path("file", folder).map(SignedBy::Rsa)
}

/// `[verification.NAME]`, each.
pub(super) fn verification(
    view: View<'_>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, TokenKey> {
    let mut keys = BTreeMap::new();
    for (name, view) in view.each("verification") {
        name_fits("key", &name, problems);
        let certificates = certificates(view, folder, problems);
        if let Some(by) = verified_by(view, problems) {
            keys.insert(name.text, TokenKey { certificates, by });
        }
    }
    keys
}

fn certificates(view: View<'_>, folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let files = view.texts("certificates").unwrap_or_default();
    if files.is_empty() && view.has("certificates") {
        let problem =
            Problem::at(view.value_span("certificates"), "nothing can be verified without a certificate");
        problems.push(problem.hint("name the file with the issuer's certificate"));
    }
    files.iter().map(|file| folder.join(file)).collect()
}

fn verified_by(view: View<'_>, problems: &mut Vec<Problem>) -> Option<VerifiedBy> {
    let [rsa, gost] = VerifiedBy::ALGORITHMS;
    let algorithm = view.text("algorithm")?;
    if algorithm == rsa {
        for key in ["command", "timeout"].into_iter().filter(|key| view.has(key)) {
            let problem = Problem::at(view.key_span(key), format!("`{key}` goes with `{gost}` only"));
            problems.push(problem.hint(format!("take it out: {rsa} is verified without a program")));
        }
        return Some(VerifiedBy::Rsa);
    }
    // Any other word was told already.
    if algorithm == gost && !view.has("command") {
        let problem = Problem::at(view.value_span("algorithm"), format!("`{gost}` is verified by a program"));
        problems.push(problem.hint(
            "add `command = [\"openssl\", …, \"-verify\", \"{key}\", \"-signature\", \"{signature}\"]`",
        ));
    }
    program(view, problems).map(VerifiedBy::Gost)
}

fn program(view: View<'_>, problems: &mut Vec<Problem>) -> Option<Program> {
    let command = view.texts("command")?;
    if command.is_empty() {
        let problem = Problem::at(view.value_span("command"), "the command names no program");
        problems.push(problem.hint("such as `[\"/opt/sign/esia\", \"--key\", \"1\"]`"));
    }
    Some(Program { command, timeout_ms: positive(view, "timeout", problems).unwrap_or(PROGRAM_TIMEOUT_MS) })
}
