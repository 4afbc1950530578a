//! Addresses by the pattern that answers them.

use std::collections::BTreeSet;

/// What the face has besides the cabinet: dialogues, and what pages are made of.
const OTHERS: [&str; 6] = [
    "/{school}/{task}/{dialogue}",
    "/{school}/{task}/{dialogue}/step",
    "/~bind/{school}/{task}/{token}",
    "/callback",
    "/style.css",
    "/live.js",
];

/// The pattern of an address; that of the fewest places where several fit.
pub(super) fn route_of(target: &str) -> &'static str {
    let path: Vec<&str> = path_of(target).split('/').collect();
    let fits = |route: &&str| {
        let parts: Vec<&str> = route.split('/').collect();
        parts.len() == path.len() && parts.iter().zip(&path).all(|(part, is)| is_place(part) || part == is)
    };
    all().filter(fits).min_by_key(|route| route.matches('{').count()).unwrap_or("none of ours")
}

fn all() -> impl Iterator<Item = &'static str> {
    exchange::web::cabinet_paths().chain(OTHERS)
}

pub(super) fn is_place(part: &str) -> bool {
    part.starts_with('{')
}

pub(super) fn path_of(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or_default()
}

/// The names in a query, each once.
pub(super) fn names_of(target: &str) -> BTreeSet<String> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// Pages of the cabinet that nobody visited.
pub(super) fn unvisited(visited: &BTreeSet<&'static str>, except: &[(&str, &str)]) -> Vec<&'static str> {
    let known = |route: &&str| except.iter().any(|(own, _)| own == route);
    exchange::web::cabinet_paths().filter(|route| !visited.contains(route) && !known(route)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_pattern() {
        let table = [
            ("/~school/s/t/~plan?page=2", "/~school/{school}/{task}/~plan"),
            ("/~school/s/t/7", "/~school/{school}/{task}/{run}"),
            ("/~school/s/~people", "/~school/{school}/~people"),
            ("/s/t/link/step?new", "/{school}/{task}/{dialogue}/step"),
            ("/", "/"),
            ("/a/b", "none of ours"),
        ];
        for (target, route) in table {
            assert_eq!(route_of(target), route, "{target}");
        }
    }
}
