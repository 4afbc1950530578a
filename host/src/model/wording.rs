//! Links inside a connector's texts: `[words](upstream:/path)`.
//!
//! A text names an upstream and a path, never an address: whoever shows it knows where the upstream is. What is not of
//! this form stays as it is written.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Plain.
    Words(&'a str),
    /// Leads to a page of an upstream.
    Link {
        /// What is shown.
        words: &'a str,
        /// Name of the upstream in the manifest.
        upstream: &'a str,
        /// Begins with `/`.
        path: &'a str,
    },
}

/// A text in its pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, link, after)) = next_link(rest) {
        pieces.extend(Some(Piece::Words(before)).filter(|_| !before.is_empty()));
        pieces.push(link);
        rest = after;
    }
    pieces.extend(Some(Piece::Words(rest)).filter(|_| !rest.is_empty()));
    pieces
}

fn next_link(text: &str) -> Option<(&str, Piece<'_>, &str)> {
    let mut from = 0;
    while let Some(start) = text[from..].find('[').map(|at| from + at) {
        if let Some((link, after)) = link(&text[start..]) {
            return Some((&text[..start], link, after));
        }
        from = start + 1;
    }
    None
}

/// The link that a text begins with, and what follows it.
fn link(text: &str) -> Option<(Piece<'_>, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    let (upstream, path) = target.split_once(':')?;
    let named =
        !upstream.is_empty() && upstream.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let whole = named && path.starts_with('/') && !path.contains(char::is_whitespace) && !words.contains('[');
    whole.then_some((Piece::Link { words, upstream, path }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_everything_else_stays() {
        let link = Piece::Link { words: "Восстановите", upstream: "login", path: "/recovery" };
        let text = "Забыли? [Восстановите](login:/recovery).";
        assert_eq!(pieces(text), [Piece::Words("Забыли? "), link, Piece::Words(".")]);
        assert_eq!(pieces("[Восстановите](login:/recovery)"), [link]);
        assert_eq!(pieces(""), []);
        for plain in ["[a]", "[a](b)", "[a](b:c)", "[a](b:/c d)", "a ] ( b"] {
            assert_eq!(pieces(plain), [Piece::Words(plain)]);
        }
        // `https:` is a name, but no upstream that anybody grants, and no path leads to another host.
        let elsewhere = Piece::Link { words: "a", upstream: "https", path: "//evil.example/" };
        assert_eq!(pieces("[a](https://evil.example/)"), [elsewhere]);
        assert_eq!(pieces("[x] [Восстановите](login:/recovery)"), [Piece::Words("[x] "), link]);
    }
}
