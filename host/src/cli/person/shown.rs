//! How a card is shown.

use crate::cli::app::App;
use crate::cli::output::Tone;
use crate::daemon::persons::{Card, Known, Thing};
use crate::error::Result;
use crate::model::Message;

/// Shows a card.
pub(super) fn show(app: &App, card: &Card) -> Result<()> {
    let out = app.output;
    if out.json {
        return out.print_json(card);
    }
    out.line(out.tone(Tone::Strong, &card.name))?;
    let classes = Some(card.classes.join(", ")).filter(|classes| !classes.is_empty());
    let parts = [Some(card.role.clone()), classes, Some(card.id.clone())];
    out.line(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))?;
    out.line("")?;
    identifiers(app, &card.identifiers)?;
    for task in &card.tasks {
        out.line("")?;
        out.line(out.tone(Tone::Strong, &format!("{} · {}", task.task, task.title)))?;
        task.items.iter().try_for_each(|thing| print(app, thing))?;
    }
    if card.tasks.is_empty() {
        out.line("")?;
        out.line(app.word("person-no-tasks"))?;
    }
    Ok(())
}

fn identifiers(app: &App, known: &[Known]) -> Result<()> {
    if known.is_empty() {
        return app.output.line(app.word("person-no-identifiers"));
    }
    let headings = ["column-system", "column-identifier", "column-from"].map(|code| app.word(code));
    let from = |known: &Known| match &known.task {
        Some(task) => app.text(Message::new("person-from-task").with("task", task)),
        None => app.word("person-from-files"),
    };
    let row = |known: &Known| vec![known.system.clone(), known.value.clone(), from(known)];
    app.output.table(&headings, &known.iter().map(row).collect::<Vec<_>>())
}

fn print(app: &App, thing: &Thing) -> Result<()> {
    let tone = match thing.state {
        "there" | "accepted" => Tone::Good,
        "rejected" | "failed" | "not-confirmed" => Tone::Bad,
        _ => Tone::Warn,
    };
    let what = [Some(&thing.title), thing.class.as_ref(), thing.key.as_ref()];
    let what = what.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ");
    let state = app.output.tone(tone, &app.word(&format!("person-{}", thing.state)));
    let told = match (thing.state, &*thing.reason) {
        (_, "") => state,
        // Who is waited for says that somebody is.
        ("waiting", whom) => app.output.tone(tone, whom),
        (_, reason) => format!("{state}: {reason}"),
    };
    app.output.line(format!("  {what}: {told}"))?;
    thing.steps.iter().try_for_each(|step| app.output.line(format!("    {} {step}", app.word("cli-next"))))
}
