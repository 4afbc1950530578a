//! What somebody means harm with: a list of values, each with a name by which it is told.

/// Stands in every value that has room for it: wherever it turns up, it came from here.
pub(super) const MARK: &str = "zq7xk";

/// How a field is sent wrongly.
#[derive(Clone, Debug)]
pub(super) enum How {
    /// With this in it.
    Is(String),
    /// With these bytes in the form's encoding, which need not be one.
    Encoded(&'static str),
    /// Not at all.
    Missing,
    /// As it was, and once more with something else.
    Twice,
}

/// A hostile value.
#[derive(Clone, Debug)]
pub(super) struct Hostile {
    pub(super) name: &'static str,
    pub(super) how: How,
}

/// Texts; `MARK` is put in for `#`.
const TEXTS: [(&str, &str); 32] = [
    ("nothing", ""),
    ("blanks", " \t "),
    ("script", "<script>#()</script>"),
    ("image", "\"><img src=x onerror=#()>"),
    ("attribute", "\" onfocus=\"#()\" autofocus x=\""),
    ("attribute in single quotes", "' onmouseover='#()"),
    ("end of whatever it stands in", "</textarea></select></title></pre></script>--><svg onload=#()>"),
    ("address of a script", "javascript:#()"),
    ("address of data", "data:text/html,<script>#()</script>"),
    ("entities", "&lt;script&gt;#()&#60;/script&#62;&quot;"),
    ("SQL", "#' OR '1'='1' --"),
    ("wildcards", "%#_*"),
    ("template", "{{7*7}}#${7*7}#{7*7}{% raw %}"),
    ("a text of the catalogue", "#{ $school }{ -term }"),
    ("path up", "../../../../../../etc/passwd"),
    ("whole path", "/etc/passwd"),
    ("end of a text", "#\0#"),
    ("control characters", "#\u{1}\u{7}\u{8}\u{1b}[31m\u{7f}\u{85}"),
    ("direction", "#\u{202e}\u{2066}\u{200f}"),
    ("unseen", "#\u{200b}\u{feff}\u{ad}\u{2028}\u{fffe}"),
    ("beyond the plane", "\u{1f469}\u{200d}\u{1f4bb}#\u{10ffff}"),
    ("less than nothing", "-1"),
    ("more than there is", "99999999999999999999"),
    ("no number", "1e999"),
    ("formula", "=1+1"),
    ("command", "=cmd|' /C calc'!A0#"),
    ("line", "#\r\nSet-Cookie: #=1\r\n\r\n<script>#()</script>"),
    ("TOML", "#\"\"\"\n]]\n[[task]]\nid = \"#\"\n"),
    ("a letter's address", "\"<b>#</b>\"@x.example"),
    ("another school", "school58"),
    ("another's task", "school58/dnevnik"),
    ("elsewhere", "//#.example/"),
];

/// The same, encoded by hand.
const ENCODED: [(&str, &str); 6] = [
    ("a lone percent sign", "%"),
    ("no encoding", "%zz%4%u0041"),
    ("bytes that are no text", "%ff%fe%80"),
    ("a slash in two bytes", "%c0%ae%c0%af"),
    ("half a pair", "%ed%a0%80"),
    ("encoded twice", "%253Cscript%253E"),
];

/// Bytes of a value that is too much anywhere.
const HUGE: usize = 100 << 10;
/// Characters of one that a form has room for, and hardly any field.
const LONG: usize = 2_000;

/// All of them.
pub(super) fn all() -> Vec<Hostile> {
    let is = |name, text: &str| Hostile { name, how: How::Is(text.replace('#', MARK)) };
    let texts = TEXTS.iter().map(|(name, text)| is(name, text));
    let encoded = ENCODED.iter().map(|(name, text)| Hostile { name, how: How::Encoded(text) });
    let others = [
        is("elsewhere, by its whole address", "https://#.example/"),
        is("elsewhere, by the other slash", "/\\#.example/"),
        is("long", &format!("#{}", "ы".repeat(LONG))),
        is("huge", &format!("#{}", "A".repeat(HUGE))),
        Hostile { name: "missing", how: How::Missing },
        Hostile { name: "twice", how: How::Twice },
    ];
    texts.chain(encoded).chain(others).collect()
}

impl Hostile {
    /// The value as it stands in a query, a path or a form's body; none where it does not stand there.
    pub(super) fn encoded(&self) -> Option<String> {
        match &self.how {
            How::Is(text) => Some(percent(text)),
            How::Encoded(text) => Some((*text).to_owned()),
            How::Missing | How::Twice => None,
        }
    }

    /// The value in a part of a form with files.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        match &self.how {
            How::Is(text) => Some(text.clone().into_bytes()),
            How::Encoded(text) => Some(decoded(text)),
            How::Missing | How::Twice => None,
        }
    }

    /// The value as the name of a file, as a browser writes it.
    pub(super) fn file_name(&self) -> Option<String> {
        let How::Is(text) = &self.how else { return None };
        Some(text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A"))
    }

    /// What is looked for where it must not be; nothing of what stands there anyway.
    pub(super) fn words(&self) -> Option<&str> {
        match &self.how {
            How::Is(text) if text.contains(MARK) => Some(text),
            _ => None,
        }
    }
}

/// Everything but letters and digits.
pub(super) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(char::from(byte)),
            byte => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

/// What it stands for; what is no encoding is left as it is.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let two = rest.strip_prefix('%').and_then(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok());
        bytes.extend(two.map_or_else(|| first.to_string().into_bytes(), |byte| vec![byte]));
        rest = &rest[if two.is_some() { 3 } else { first.len_utf8() }..];
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_is_written_as_it_is_meant() {
        let all = all();
        let names: std::collections::BTreeSet<&str> = all.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), all.len());
        assert_eq!(decoded("%ff%zz%4"), b"\xff%zz%4");
        assert_eq!(percent("a ы/"), "a%20%D1%8B%2F");
    }
}
