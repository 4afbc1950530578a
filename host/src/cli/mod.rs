//! The command line: one of the two faces. Each command is a file; here they are told apart.

mod app;
pub mod args;
mod audit;
mod backup;
mod bind;
mod bundle;
mod by_class;
mod check;
mod class_list;
mod connectors;
mod debug;
mod decide;
mod doctor;
mod erase;
mod every;
mod help;
mod import;
mod init;
mod keep;
mod key;
mod keys;
mod links;
mod log;
mod man;
mod migrate;
pub mod names;
mod next;
mod notifications;
mod notify;
mod output;
mod people;
mod person;
mod plan;
mod problems;
mod progress;
mod ready;
mod remove;
mod report;
mod requests;
mod secrets;
mod serve;
mod show;
mod status;
mod stores;
mod tasks;
mod terminal;
mod undo;
mod upstreams;
mod users;
mod watch;

use clap::{CommandFactory, FromArgMatches};

use self::app::App;
use self::args::{AuditCommand, Cli, Command, Connector, Global, Key, Notify, Secret};
use self::log::Log;
use self::names::Place;
use self::output::Output;
use crate::daemon::runtime::{block_on, block_on_for};
use crate::daemon::serve::Face;
use crate::error::Result;
use crate::model::SchoolId;
use crate::report::{Catalogue, Language};
use crate::store::Answer;

/// Runs the program with these words; answers the exit code. `face` is what browsers see of `serve`.
pub fn main(words: impl IntoIterator<Item = std::ffi::OsString>, face: Face) -> u8 {
    let words: Vec<_> = words.into_iter().collect();
    let catalogue = Catalogue::new(language(&words));
    let command = help::localise(Cli::command(), &catalogue);
    let cli = match command.try_get_matches_from(&words).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return print_usage(&error),
    };
    match dispatch(cli, catalogue, face) {
        Ok(code) => code,
        Err(failed) => {
            let (error, catalogue) = *failed;
            output::print_error(&error, &catalogue);
            error.exit_code()
        }
    }
}

/// `--lang` counts before the command line is understood, because its help is in that language too.
fn language(words: &[std::ffi::OsString]) -> Language {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let asked = words.iter().enumerate().find_map(|(n, word)| match *word {
        "--lang" => words.get(n + 1).copied(),
        word => word.strip_prefix("--lang="),
    });
    match asked {
        Some(locale) => Language::of_locale(locale),
        None => Language::of_environment(|name| std::env::var(name).ok()),
    }
}

/// Prints help or a usage error. Wrong usage is exit code 2.
fn print_usage(error: &clap::Error) -> u8 {
    // Nothing can be done when the terminal is gone.
    drop(error.print());
    if error.use_stderr() { 2 } else { 0 }
}

type Failed = (crate::error::Error, Catalogue);

fn dispatch(cli: Cli, catalogue: Catalogue, face: Face) -> std::result::Result<u8, Box<Failed>> {
    let output = Output::new(cli.global.json, cli.global.quiet);
    match cli.command {
        Command::Init { dir } => {
            init::init(&dir, output, &catalogue).map_err(|error| Box::new((error, catalogue)))
        }
        Command::Completions { shell } => {
            completions(shell);
            Ok(0)
        }
        Command::Man { dir } => {
            man::write(&dir, &catalogue).map(|()| 0).map_err(|error| Box::new((error, catalogue)))
        }
        Command::Migrate { known: true, .. } => {
            migrate::known(output).map_err(|error| Box::new((error, catalogue)))
        }
        Command::Serve => {
            let language = catalogue.language();
            App::load(&cli.global, catalogue)
                .and_then(|app| serving(app, cli.global, face))
                .map_err(|error| Box::new((error, Catalogue::new(language))))
        }
        command => {
            let language = catalogue.language();
            App::load(&cli.global, catalogue)
                .and_then(|app| run(&app, command))
                .map_err(|error| Box::new((error, Catalogue::new(language))))
        }
    }
}

fn serving(app: App, global: Global, face: Face) -> Result<u8> {
    let at_once = usize::try_from(app.host.serve.runs_at_once).unwrap_or(usize::MAX);
    block_on_for(at_once, serve::serve(app, global, face))
}

fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "exchange", &mut std::io::stdout());
}

fn run(app: &App, command: Command) -> Result<u8> {
    match command {
        Command::Check { place } => block_on(Log::of(app).telling(None, check::check(app, place.as_ref()))),
        Command::Import(args) => import::import(app, &args),
        Command::Bind(args) => block_on(Log::of(app).telling(None, bind::bind(app, &args))),
        Command::Links { place } => links::links(app, place.as_ref()),
        Command::Unbind { task, reason, confirm } => bind::unbind(app, &task.0, &reason, confirm.as_deref()),
        Command::Plan(args) => block_on(Log::of(app).telling(None, plan::plan(app, &args))),
        Command::Run(args) => send(app, &args),
        Command::Status { place, watch: true, every } => block_on(watch::watch(app, place.as_ref(), &every)),
        Command::Status { place, .. } => status::status(app, place.as_ref()),
        Command::Runs { place, limit } => status::runs(app, place.as_ref(), limit),
        Command::Show { run, log, requests, bodies, outcome } => {
            let requests = requests || bodies;
            show::show(app, &run, &show::ShowOptions { log, requests, bodies, outcome })
        }
        Command::Report { run, format, output } => report::report(app, &run, format, &output),
        Command::Remove(args) => block_on(Log::of(app).telling(None, remove::remove(app, &args))),
        Command::Undo(args) => undo::undo(app, &args),
        Command::ByClass(args) => by_class::by_class(app, &args),
        Command::Person { school, person } => person::person(app, &school.into(), &person),
        Command::ClassList(args) => {
            let wanted =
                class_list::Wanted { classes: &args.classes, year: args.year, heading: args.heading };
            class_list::class_list(app, &args.school, &wanted, args.format, &args.output)
        }
        Command::Decide(args) => decide(app, &args),
        Command::Approve { task, hash } => decide::approve(app, &task.0, &hash),
        Command::Next(args) => next::next(app, &args),
        Command::Keep { place, dry_run } => keep::keep(app, place.as_ref(), dry_run),
        Command::Backup { to, school } => backup::backup(app, &to, school.as_ref().map(Place::school)),
        Command::Restore(args) => backup::restore(app, &args),
        Command::Doctor { offline } => block_on(doctor::doctor(app, offline)),
        Command::SupportBundle(args) => block_on(bundle::bundle(app, &args)),
        Command::Upstreams { name } => upstreams::upstreams(app, name.as_deref()),
        Command::Notifications(args) => notifications::notifications(app, &args),
        Command::Notify { command: Notify::Test { school } } => block_on(notify::test(app, &school.into())),
        Command::Notify { command: Notify::Send } => block_on(notify::send(app)),
        Command::Debug { command } => debug(app, command),
        Command::Migrate { fits: Some(versions), .. } => migrate::fits(app, &versions),
        Command::Migrate { check, .. } => migrate::migrate(app, check),
        Command::Enable { task } => tasks::set_enabled(app, &task.0, true),
        Command::Disable { task } => tasks::set_enabled(app, &task.0, false),
        Command::Secret { command } => secret(app, command),
        Command::User { command } => users::user(app, command),
        Command::Connector { command } => connector(app, command),
        Command::Audit(args) => audit(app, &args),
        Command::Erase(args) => erase::erase(app, &args),
        Command::Key { command: Key::Status } => key::status(app),
        Command::Key { command: Key::Rotate { destroy_old } } => key::rotate(app, destroy_old),
        _ => unreachable!(),
    }
}

fn send(app: &App, args: &args::Run) -> Result<u8> {
    match &args.task {
        Some(task) => block_on(Log::of(app).telling(None, plan::run(app, &task.0, args))),
        None => block_on_for(args.jobs.into(), Log::of(app).telling(None, every::run(app, args.jobs.into()))),
    }
}

fn decide(app: &App, args: &args::Decide) -> Result<u8> {
    let answer = match args {
        args::Decide { same: Some(handle), .. } => Some(Answer::Adopt(handle.clone())),
        args::Decide { sent: true, .. } => Some(Answer::Adopt(String::new())),
        args::Decide { different: true, .. } | args::Decide { not_sent: true, .. } => Some(Answer::Create),
        args::Decide { skip: true, .. } => Some(Answer::Skip),
        _ => None,
    };
    match (args.number, answer) {
        (Some(number), Some(answer)) => decide::answer(app, args.place.as_ref(), number, &answer),
        _ => decide::list(app, args.place.as_ref()),
    }
}

fn secret(app: &App, command: Secret) -> Result<u8> {
    let school = |name: Option<String>| name.map(SchoolId::from);
    match command {
        Secret::Import(args) => secrets::import::import(app, &args),
        Secret::Set { name, school: of } => secrets::set(app, &name, school(of).as_ref()),
        Secret::List { school: of } => secrets::list(app, school(of).as_ref()),
        Secret::Rm { name, school: of } => secrets::remove(app, &name, school(of).as_ref()),
    }
}

fn audit(app: &App, args: &args::Audit) -> Result<u8> {
    match &args.command {
        None => audit::list(app, args.school.as_deref(), args.since.as_deref(), args.limit),
        Some(AuditCommand::Verify { against }) => audit::verify(app, against.as_deref()),
        Some(AuditCommand::Export { file, school }) => audit::export(app, file, school.as_deref()),
    }
}

fn debug(app: &App, command: args::Debug) -> Result<u8> {
    match command {
        args::Debug::Grant { task, time, reason } => debug::grant(app, &task.0, &time, &reason),
        args::Debug::Revoke { task } => debug::revoke(app, &task.0),
        args::Debug::List { place } => debug::list(app, place.as_ref()),
    }
}

fn connector(app: &App, command: Connector) -> Result<u8> {
    match command {
        Connector::List => connectors::list(app),
        Connector::Inspect { connector } => connectors::inspect(app, &connector),
        Connector::Pack { module, manifest, output } => connectors::pack(app, &module, &manifest, &output),
        Connector::Lock { connector, release, place } => {
            connectors::lock(app, connector.as_deref(), release.as_deref(), place.as_ref())
        }
        Connector::Add { file } => connectors::add(app, &file),
        Connector::Compare { task, with, all } => {
            block_on(connectors::compare::compare(app, &task.0, &with, all))
        }
        Connector::Rollback { connector, place } => connectors::rollback(app, &connector, place.as_ref()),
        Connector::Remove { connector, release } => connectors::remove(app, &connector, &release),
    }
}
