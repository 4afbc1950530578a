//! What messages will say and what becomes of the school's own records, word for word: a person reads it before it is
//! sent. It is shown and nowhere kept.

use serde::Serialize;

use super::super::app::App;
use super::super::ready::Ready;
use crate::error::Result;
use crate::model::{After, Planned, Shown, visible};
use crate::report::plan_words::{field, name};
use crate::report::run_report;

#[derive(Serialize)]
pub(in crate::cli) struct ContentJson<'a> {
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    after: Option<&'a str>,
    /// Known after what it comes from was sent.
    later: bool,
}

/// Fields for programs.
pub(in crate::cli) fn as_json(content: &[Shown]) -> Vec<ContentJson<'_>> {
    let mut fields = Vec::new();
    for shown in content {
        fields.push(ContentJson {
            field: &shown.field,
            before: shown.before.as_deref(),
            after: if let After::Text(text) = &shown.after { Some(text) } else { None },
            later: shown.after == After::Later,
        });
    }
    fields
}

/// Shows the content of those of these lines that have some.
pub(super) fn show(app: &App, ready: &Ready, lines: &[Planned]) -> Result<()> {
    let mut lines = lines.iter().filter(|line| !line.content.is_empty()).peekable();
    if lines.peek().is_none() {
        return Ok(());
    }
    app.output.line("")?;
    app.output.line(app.word("plan-content"))?;
    for line in lines {
        let kind = run_report::kind_title(ready.manifest(), &line.item.id.kind, &app.catalogue);
        app.output.line(format!("  {kind}: {}", visible(name(line))))?;
        show_fields(app, &line.content)?;
    }
    Ok(())
}

/// Shows fields under the line whose they are.
pub(in crate::cli) fn show_fields(app: &App, content: &[Shown]) -> Result<()> {
    for text in content
        .iter()
        .flat_map(|shown| field(&app.catalogue, shown).lines().map(str::to_owned).collect::<Vec<_>>())
    {
        app.output.line(format!("    {}", visible(&text)))?;
    }
    Ok(())
}
