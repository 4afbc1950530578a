//! Operations of a manifest: known upstreams, path templates, headers, captured members.

use std::collections::HashSet;
use std::ops::Range;

use crate::config::check::is_name;
use crate::config::host::is_token;
use crate::config::report::Problem;
use crate::config::view::{View, Word};

/// Headers through which a connector could carry a credential or reach another host.
const FORBIDDEN: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "access-token",
];

/// Everything wrong with the operations.
pub(super) fn judge(manifest: View<'_>, problems: &mut Vec<Problem>) {
    for (_, operation) in manifest.each("operation") {
        upstream(manifest, operation, problems);
        path(operation, problems);
        headers(operation, problems);
        capture(manifest, operation, problems);
    }
}

fn upstream(manifest: View<'_>, operation: View<'_>, problems: &mut Vec<Problem>) {
    let Some(upstream) = operation.word("upstream") else { return };
    let known: Vec<String> = manifest.each("upstream").into_iter().map(|(name, _)| name.text).collect();
    if !known.contains(&upstream.text) {
        let problem = Problem::at(upstream.span, format!("there is no `[upstream.{}]`", upstream.text));
        let problem = if known.is_empty() { problem.hint("add it") } else { problem };
        problems.push(problem.suggest(&upstream.text, known.iter().map(String::as_str)));
    }
}

fn path(operation: View<'_>, problems: &mut Vec<Problem>) {
    let Some(path) = operation.word("path") else { return };
    if let Some(fault) = wrong_path(&path.text) {
        let hint = "write an absolute path such as `/v2/schools/{school}/classes`";
        problems.push(Problem::at(path.span, fault).hint(hint));
    }
}

/// What is wrong with a path template.
fn wrong_path(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some("a path begins with `/`".to_owned());
    }
    if let Some(letter) = path.chars().find(|c| c.is_whitespace() || c.is_control() || "?#\\%".contains(*c)) {
        return Some(format!("a path template has no `{}`", letter.escape_default()));
    }
    if path.split('/').skip(1).any(|segment| matches!(segment, "." | "..")) || path.contains("//") {
        return Some("a path template has no `.`, `..` or empty segment".to_owned());
    }
    wrong_places(path)
}

fn wrong_places(path: &str) -> Option<String> {
    let mut seen = HashSet::new();
    let mut rest = path;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        let close = after.find(['{', '}']).filter(|_| rest[open..].starts_with('{'));
        let Some(name) = close.filter(|close| after[*close..].starts_with('}')).map(|close| &after[..close])
        else {
            return Some("`{` and `}` do not match".to_owned());
        };
        if !is_name(name) {
            return Some(format!("`{{{name}}}` is no place: a name of letters, digits, `-` and `_`"));
        }
        if !seen.insert(name) {
            return Some(format!("`{{{name}}}` stands there twice"));
        }
        rest = &after[name.len() + 1..];
        if rest.starts_with('{') {
            return Some("two places need something between them".to_owned());
        }
    }
    None
}

fn headers(operation: View<'_>, problems: &mut Vec<Problem>) {
    let names = operation.words("headers").unwrap_or_default();
    for name in names.into_iter().chain(operation.word("token-header")) {
        let lower = name.text.to_ascii_lowercase();
        if !is_token(&name.text) {
            problems.push(Problem::at(name.span, "not the name of a header").hint("such as `x-page`"));
        } else if FORBIDDEN.contains(&lower.as_str()) {
            let problem = Problem::at(name.span, "a connector may not set this header");
            problems.push(problem.hint("credentials are put on requests by the host"));
        }
    }
}

fn capture(manifest: View<'_>, operation: View<'_>, problems: &mut Vec<Problem>) {
    let Some(capture) = operation.table("capture") else { return };
    let known = capture_targets(manifest, operation);
    for member in capture.keys() {
        let Some(target) = capture.word(&member.text) else { continue };
        if !known.contains(&target.text) {
            problems.push(unknown_target(target.span, &target.text, &known));
        }
    }
}

/// The secrets of the manifest, and the credential of the operation's upstream.
fn capture_targets(manifest: View<'_>, operation: View<'_>) -> Vec<String> {
    let upstream: Option<Word> = operation.word("upstream");
    let secrets = manifest.each("secret").into_iter().map(|(name, _)| name.text);
    let upstreams = manifest.each("upstream").into_iter();
    let own = upstreams.filter(|(name, _)| upstream.as_ref().is_some_and(|u| u.text == name.text));
    secrets.chain(own.filter_map(|(_, need)| need.text("credential"))).collect()
}

fn unknown_target(span: Range<usize>, target: &str, known: &[String]) -> Problem {
    let problem = Problem::at(span, format!("nothing here is called `{target}`"));
    let problem = problem.suggest(target, known.iter().map(String::as_str));
    problem.hint("a captured member becomes a `[secret.NAME]` or the upstream's `credential`")
}

#[cfg(test)]
mod tests {
    use super::wrong_path;

    #[test]
    fn path_templates() {
        for good in ["/", "/v2/schools/{school}/classes", "/v1/users/{id}.json", "/a/{x}-{y}"] {
            assert_eq!(wrong_path(good), None, "{good}");
        }
        let bad = [
            "v2", "/a?b", "/a b", "/../x", "/a//b", "/{", "/}", "/{a", "/{}", "/{a b}", "/{a}/{a}",
            "/{a}{b}", "/{{a}}", "/%2e%2e",
        ];
        for path in bad {
            assert!(wrong_path(path).is_some(), "{path}");
        }
    }
}
