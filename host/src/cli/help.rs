//! Puts the help into the reader's language: every command and argument takes its text from the catalogue, under
//! `help-COMMAND` and `help-COMMAND-ARGUMENT` (global ones: `help-ARGUMENT`). A test finds what has no text.

use clap::Command;

use crate::report::Catalogue;

/// The command with its texts.
pub(super) fn localise(command: Command, catalogue: &Catalogue) -> Command {
    let examples = catalogue.word("help-examples");
    texts(command, "help", catalogue).after_help(examples)
}

fn texts(command: Command, prefix: &str, catalogue: &Catalogue) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let template = template(catalogue, !names.is_empty());
    let mut command = command.about(catalogue.word(prefix)).help_template(template).disable_help_flag(true);
    command = command.arg(
        clap::Arg::new("help")
            .short('h')
            .long("help")
            .action(clap::ArgAction::Help)
            .help(catalogue.word("help-help")),
    );
    if prefix == "help" {
        command = command.disable_version_flag(true).arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(catalogue.word("help-version")),
        );
    }
    let prefix_of_args = prefix.to_owned();
    command = command.mut_args(|arg| argument(arg, &prefix_of_args, catalogue));
    for name in names {
        command = command.mut_subcommand(&name, |sub| texts(sub, &format!("{prefix}-{name}"), catalogue));
    }
    command
}

fn argument(arg: clap::Arg, prefix: &str, catalogue: &Catalogue) -> clap::Arg {
    let name = arg.get_id().as_str().to_owned();
    if ["help", "version"].contains(&name.as_str()) {
        return arg;
    }
    let code = format!("{prefix}-{name}");
    arg.help(catalogue.word(&code))
}

fn template(catalogue: &Catalogue, commands: bool) -> String {
    let (usage, list) = (catalogue.word("help-usage"), catalogue.word("help-commands"));
    let options = catalogue.word("help-options");
    let lists = if commands {
        format!("\n{list}:\n{{subcommands}}\n\n{options}:\n{{options}}")
    } else {
        format!("\n{options}:\n{{positionals}}\n{{options}}")
    };
    format!("{{about-with-newline}}\n{usage}: {{usage}}\n{lists}{{after-help}}\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::Cli;
    use super::*;
    use crate::report::Language;

    fn codes(command: &Command, prefix: &str, out: &mut Vec<String>) {
        out.push(prefix.to_owned());
        for arg in command.get_arguments() {
            out.push(format!("{prefix}-{}", arg.get_id()));
        }
        for sub in command.get_subcommands() {
            codes(sub, &format!("{prefix}-{}", sub.get_name()), out);
        }
    }

    #[test]
    fn every_command_and_argument_has_a_text() {
        let mut wanted = Vec::new();
        codes(&Cli::command(), "help", &mut wanted);
        for language in [Language::Ru, Language::En] {
            let catalogue = Catalogue::new(language);
            let missing: Vec<&String> = wanted.iter().filter(|code| !catalogue.has(code)).collect();
            assert!(missing.is_empty(), "{language:?}: {missing:?}");
        }
    }

    #[test]
    fn the_command_stays_sound() {
        localise(Cli::command(), &Catalogue::new(Language::Ru)).debug_assert();
    }
}
