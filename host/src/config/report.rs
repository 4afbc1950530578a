//! What is wrong with a file: every finding with its place, shown as line, column and caret.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::error::Error;
use crate::model::Message;

/// Most problems that are shown: what follows so many is mostly their consequence.
const SHOWN: usize = 50;
/// Most words that a hint lists.
const LISTED: usize = 24;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the text it is about; `None`: the file as a whole.
    pub span: Option<Range<usize>>,
    /// What is wrong: lower case, one phrase.
    pub what: String,
    /// Beside the caret.
    pub label: String,
    /// How to mend it.
    pub hints: Vec<String>,
    /// The same for whoever sees a form and no file; only where it is about a setting of a task.
    pub setting: Option<OfSetting>,
}

/// What is wrong with a setting of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSetting {
    /// The task.
    pub task: String,
    /// The setting; of one inside another the outer one.
    pub name: String,
    /// The way from there to what is wrong: names in tables, positions in lists.
    pub within: Vec<String>,
    /// What is wrong, as a text of the catalogue. What to do is the text of the same code with `-fix`, and has the same
    /// arguments.
    pub message: Message,
}

impl Problem {
    /// A problem at this place.
    pub fn at(span: Range<usize>, what: impl Into<String>) -> Self {
        Self { span: Some(span), what: what.into(), label: String::new(), hints: Vec::new(), setting: None }
    }

    /// A problem of the whole file.
    pub fn whole(what: impl Into<String>) -> Self {
        Self { span: None, what: what.into(), label: String::new(), hints: Vec::new(), setting: None }
    }

    /// Says something beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says of which setting it is, and what is wrong with it in words of the catalogue.
    #[must_use]
    pub(super) fn of_setting(mut self, task: &str, place: &[String], message: Message) -> Self {
        let name = place.first().cloned().unwrap_or_default();
        let within = place.iter().skip(1).cloned().collect();
        self.setting = Some(OfSetting { task: task.to_owned(), name, within, message });
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Names the word that was probably meant, or else all that are possible.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(word, known.iter().copied()) {
            Some(meant) => self.label(format!("did you mean `{meant}`?")),
            None if known.is_empty() => self,
            None if known.len() > LISTED => {
                self.hint(format!("known, among {}: {}", known.len(), quoted(&known[..LISTED])))
            }
            None => self.hint(format!("known: {}", quoted(&known))),
        }
    }
}

/// `a`, `b`, `c`
pub(super) fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The known word that was probably meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(word);
    let likeness = |candidate: &str| match strsim::damerau_levenshtein(&wanted, &plain(candidate)) {
        0 | 1 if wanted.len() > 2 => 1.0,
        _ => strsim::jaro_winkler(&wanted, &plain(candidate)),
    };
    known
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// All that is wrong with one file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    origin: String,
    text: String,
    problems: Vec<Problem>,
}

impl ConfigErrors {
    /// The problems of a text, in its order.
    pub(super) fn new(origin: impl Into<String>, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
        Self { origin: origin.into(), text: text.to_owned(), problems }
    }

    /// A file that cannot be read at all.
    pub(super) fn unreadable(origin: impl Into<String>, problem: Problem) -> Self {
        Self::new(origin, "", vec![problem])
    }

    /// The file, or what else the text came from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What is wrong, in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The line on which a problem of this text begins, from 1; `None`: it is about the whole.
    pub fn line(&self, problem: &Problem) -> Option<usize> {
        let start = problem.span.as_ref()?.start.min(self.text.len());
        Some(1 + self.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count())
    }

    /// For a terminal: each problem with file, line, column, caret and hints.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let shown = self.problems.iter().take(SHOWN).map(|problem| renderer.render(&[self.group(problem)]));
        let further = self.problems.len().saturating_sub(SHOWN);
        let further = (further > 0).then(|| format!("and {further} further problems"));
        shown.chain(further).collect::<Vec<_>>().join("\n\n")
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let title = Level::ERROR.primary_title(&problem.what);
        let group = match &problem.span {
            Some(span) => title.element(self.snippet(problem, span.clone())),
            None => title.element(annotate_snippets::Origin::path(&self.origin)),
        };
        group.elements(problem.hints.iter().map(|hint| Level::HELP.with_name("hint").message(hint)))
    }

    fn snippet<'a>(
        &'a self,
        problem: &'a Problem,
        span: Range<usize>,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let span = first_line(&self.text, span);
        // Its line alone: a file of nothing but faults is not to be gone through once for each of them.
        let start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[span.end..].find('\n').map_or(self.text.len(), |at| span.end + at);
        let number = 1 + self.text[..start].matches('\n').count();
        let mark = AnnotationKind::Primary.span(span.start - start..span.end - start);
        let mark = if problem.label.is_empty() { mark } else { mark.label(&problem.label) };
        let line = Snippet::source(&self.text[start..end]).line_start(number);
        line.path(&self.origin).annotation(mark)
    }
}

/// A caret under many lines says less than one under the first.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    let length = text.get(start..end).and_then(|part| part.lines().next()).map_or(0, str::len);
    start..start + length
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for ConfigErrors {}

impl From<ConfigErrors> for Error {
    fn from(errors: ConfigErrors) -> Self {
        let count = errors.problems.len();
        let noun = if count == 1 { "error" } else { "errors" };
        Error::config(format!("{count} {noun} in {}", errors.origin)).because(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_the_word_meant() {
        assert_eq!(nearest("time_zone", ["time-zone", "name"]), Some("time-zone"));
        assert_eq!(nearest("conector", ["connector", "enabled"]), Some("connector"));
        assert_eq!(nearest("zzz", ["connector", "enabled"]), None);
    }

    #[test]
    fn a_file_of_nothing_but_faults_is_not_shown_whole() {
        let problems = (0..SHOWN + 7).map(|at| Problem::at(at..at + 1, format!("fault {at}"))).collect();
        let shown = ConfigErrors::new("a.toml", &"x".repeat(100), problems).render(false);
        assert!(shown.contains(&format!("fault {}\n", SHOWN - 1)), "{shown}");
        assert!(shown.ends_with("\n\nand 7 further problems"), "{shown}");
    }

    #[test]
    fn a_caret_stays_on_one_line() {
        assert_eq!(first_line("ab\ncd", 1..5), 1..2);
        assert_eq!(first_line("ab", 5..9), 2..2);
    }
}
