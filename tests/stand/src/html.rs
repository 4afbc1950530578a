//! The little that has to be understood of a page to play a person before it: its forms, its title, its words.
//!
//! Reads the pages of this crate and of the host's callback: quoted attributes, no scripts, no nested forms.

/// A page's source.
pub(crate) struct Html<'a>(pub(crate) &'a str);

/// A form as a person meets it.
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// What it sends without being asked.
    pub(crate) hidden: Vec<(String, String)>,
    /// Names of what a person enters or presses.
    pub(crate) asks: Vec<String>,
}

impl Form {
    /// Does a person enter or press something of this name?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.asks.iter().any(|own| own == name)
    }

    fn parse(source: &str) -> Form {
        let (open, inside) = source.split_once('>').unwrap_or((source, ""));
        let mut form = Form {
            action: attribute(open, "action").unwrap_or_default(),
            hidden: Vec::new(),
            asks: Vec::new(),
        };
        let fields = tags(inside).filter(|tag| tag.starts_with("input") || tag.starts_with("button"));
        for field in fields {
            let Some(name) = attribute(field, "name") else { continue };
            match attribute(field, "type").as_deref() {
                Some("hidden") => form.hidden.push((name, attribute(field, "value").unwrap_or_default())),
                _ => form.asks.push(name),
            }
        }
        form
    }
}

impl Html<'_> {
    /// All forms, in order.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let starts = self.0.split("<form").skip(1);
        starts.map(|rest| Form::parse(rest.split("</form>").next().unwrap_or(rest))).collect()
    }

    /// What `<title>` says.
    pub(crate) fn title(&self) -> String {
        between(self.0, "<title>", "</title>").map(words).unwrap_or_default()
    }

    /// The text of the body, a block a line.
    pub(crate) fn text(&self) -> String {
        let body = self.0.split_once("<body").map_or(self.0, |(_, rest)| rest);
        let body = body.split_once('>').map_or(body, |(_, rest)| rest);
        let blocks = body.split('\n').map(words).filter(|line| !line.is_empty());
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// What the page warns of.
    pub(crate) fn alert(&self) -> Option<String> {
        let rest = self.0.split_once("role=\"alert\"")?.1;
        between(rest, ">", "</p>").map(words)
    }
}

/// What stands between these, at their first place.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

fn tags(source: &str) -> impl Iterator<Item = &str> {
    source.split('<').skip(1).filter_map(|rest| rest.split('>').next())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    between(tag, &format!(" {name}=\""), "\"").map(unescape)
}

/// The words of a piece of source, without tags and with single spaces.
pub fn words(source: &str) -> String {
    let mut pieces = source.split('<');
    // What stands before the first tag; every other piece begins inside one.
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or(piece, |(_, rest)| rest));
    }
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with what was written for `<`, `>`, `"`, `'` and `&`, by name or by number, put back.
pub fn unescape(text: &str) -> String {
    let by_name = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];
    let by_number = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#38;", "&"), ("&amp;", "&")];
    let entities = [&by_name[..], &by_number[..]].concat();
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Вход &amp; выход</title></head>\n<body class=\"x\">\n\
        <h1>Вход</h1>\n<p role=\"alert\"><strong>Неверный &lt;пароль&gt;</strong></p>\n\
        <form method=\"post\" action=\"/login/?a=1&amp;b=2\">\n<p><label>Логин <input name=\"login\" required></label></p>\n\
        <input name=\"password\" type=\"password\">\n<input type=\"hidden\" name=\"state\" value=\"&quot;1&quot;\">\n\
        <button>Войти</button></form></body></html>";

    #[test]
    fn a_form_says_what_it_sends_and_what_it_asks_for() {
        let forms = Html(PAGE).forms();
        assert_eq!(forms.len(), 1);
        assert_eq!(forms[0].action, "/login/?a=1&b=2");
        assert_eq!(forms[0].hidden, [("state".to_owned(), "\"1\"".to_owned())]);
        assert_eq!(forms[0].asks, ["login", "password"]);
    }

    #[test]
    fn words_without_tags() {
        let page = Html(PAGE);
        assert_eq!(page.title(), "Вход & выход");
        assert_eq!(page.alert().as_deref(), Some("Неверный <пароль>"));
        assert_eq!(page.text().lines().take(3).collect::<Vec<_>>(), ["Вход", "Неверный <пароль>", "Логин"]);
    }
}
