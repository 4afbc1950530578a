//! Path templates: a value fills its place and nothing more.

use percent::encode;

/// Fills the `{name}` places of a template. A value can never add a segment, a query or a fragment.
pub(super) fn fill(template: &str, values: &[crate::model::Param]) -> Result<String, String> {
    let mut path = String::with_capacity(template.len());
    let mut used = 0;
    for part in parts(template) {
        match part {
            Part::Literal(text) => path.push_str(text),
            Part::Place(name) => {
                path.push_str(&encode(one(name, values)?));
                used += 1;
            }
        }
    }
    if used != values.len() {
        return Err("a path value has no place in the template, or is given twice".into());
    }
    match path.split('/').find(|segment| matches!(*segment, "." | "..")) {
        Some(_) => Err("a path value makes a segment of dots".into()),
        None => Ok(path),
    }
}

fn one<'a>(name: &str, values: &'a [crate::model::Param]) -> Result<&'a str, String> {
    let value = values.iter().find(|param| param.name == name);
    let value = value.ok_or_else(|| format!("the path value `{name}` is missing"))?.value.as_str();
    if value.is_empty() {
        return Err(format!("the path value `{name}` is empty"));
    }
    // Servers and proxies disagree on what an encoded slash is: none leaves this machine.
    if value.contains(|c: char| matches!(c, '/' | '\\') || c.is_control()) {
        return Err(format!("the path value `{name}` holds a slash or a control character"));
    }
    Ok(value)
}

enum Part<'t> {
    Literal(&'t str),
    Place(&'t str),
}

/// The template in pieces; a brace without its partner stays literal.
fn parts(template: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        parts.extend([Part::Literal(before), Part::Place(name)]);
        rest = tail;
    }
    parts.push(Part::Literal(rest));
    parts
}

/// Whether a path is one that the template can make.
pub(super) fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(template, segment)| segment_matches(template, segment))
}

fn segment_matches(template: &str, segment: &str) -> bool {
    let Some((before, after)) = template.split_once('{') else { return template == segment };
    let after = after.rsplit_once('}').map_or("", |(_, after)| after);
    segment.len() > before.len() + after.len() && segment.starts_with(before) && segment.ends_with(after)
}

mod percent {
    /// Everything but RFC 3986's unreserved characters is encoded.
    pub(super) fn encode(text: &str) -> String {
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Param;

    fn filled(template: &str, values: &[(&str, &str)]) -> Result<String, String> {
        let values: Vec<Param> = values.iter().map(|(name, value)| Param::new(*name, *value)).collect();
        fill(template, &values)
    }

    #[test]
    fn values_are_encoded_to_the_last_character() {
        let path = filled("/a/{id}/b{n}.json", &[("id", "5-А ?#%&;=@:+"), ("n", "~1")]).unwrap();
        assert_eq!(path, "/a/5-%D0%90%20%3F%23%25%26%3B%3D%40%3A%2B/b~1.json");
    }

    #[test]
    fn a_value_cannot_leave_its_segment() {
        for value in ["..", ".", "a/b", "a\\b", "", "a\nb", "\u{0}", "a\u{7f}"] {
            assert!(filled("/a/{id}", &[("id", value)]).is_err(), "{value:?}");
        }
        assert!(filled("/a/{x}{y}", &[("x", "."), ("y", ".")]).is_err());
        assert_eq!(filled("/a/{id}", &[("id", "%2e%2e")]).unwrap(), "/a/%252e%252e");
    }

    #[test]
    fn every_place_is_filled_and_nothing_is_left_over() {
        assert!(filled("/a/{id}", &[]).is_err());
        assert!(filled("/a/{id}", &[("id", "1"), ("more", "2")]).is_err());
        assert!(filled("/a/{id}", &[("id", "1"), ("id", "2")]).is_err());
    }

    #[test]
    fn a_path_is_recognised_by_its_template() {
        assert!(matches("/a/{id}/x", "/a/7/x"));
        assert!(matches("/a/v{n}.json", "/a/v12.json"));
        for path in ["/a/7", "/a/7/y", "/a//x", "/b/7/x", "/a/7/x/z"] {
            assert!(!matches("/a/{id}/x", path), "{path}");
        }
    }
}
