//! The command line's shape. Texts of the help live in the catalogue (`help-…`), see `help`.
#![allow(missing_docs, reason = "every argument is documented in the catalogue, in two languages")]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::names::{Place, TaskName};
use crate::model::RunId;
use crate::model::account::Role;
use crate::report::Format;

#[derive(Parser, Debug)]
#[command(name = "exchange", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Clone, Debug)]
pub struct Global {
    #[arg(long, global = true, env = "EXCHANGE_CONFIG", default_value = "exchange.toml")]
    pub config: PathBuf,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_parser = ["ru", "en"])]
    pub lang: Option<String>,
    #[arg(long, short, global = true)]
    pub quiet: bool,
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub on_behalf: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    Init {
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    Check {
        place: Option<Place>,
    },
    Import(Import),
    Bind(Bind),
    Links {
        place: Option<Place>,
    },
    Unbind {
        task: TaskName,
        #[arg(long)]
        reason: String,
        #[arg(long)]
        confirm: Option<String>,
    },
    Plan(Plan),
    Run(Run),
    Status {
        place: Option<Place>,
        #[arg(long)]
        watch: bool,
        #[arg(long, requires = "watch", default_value = "1s")]
        every: String,
    },
    Runs {
        place: Option<Place>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    Show {
        run: RunId,
        #[arg(long)]
        log: bool,
        #[arg(long)]
        requests: bool,
        #[arg(long)]
        bodies: bool,
        #[arg(long)]
        outcome: Option<String>,
    },
    Report {
        run: RunId,
        #[arg(long, value_enum)]
        format: Option<Format>,
        #[arg(short, long)]
        output: PathBuf,
    },
    ByClass(ByClass),
    Person {
        school: String,
        #[arg(value_name = "ID|NAME")]
        person: String,
    },
    Remove(Remove),
    Undo(Undo),
    ClassList(ClassList),
    Decide(Decide),
    Approve {
        task: TaskName,
        hash: String,
    },
    Next(Next),
    Upstreams {
        name: Option<String>,
    },
    Serve,
    Keep {
        place: Option<Place>,
        #[arg(long)]
        dry_run: bool,
    },
    Backup {
        to: PathBuf,
        #[arg(long)]
        school: Option<Place>,
    },
    Restore(Restore),
    Doctor {
        #[arg(long)]
        offline: bool,
    },
    SupportBundle(SupportBundle),
    Notifications(Notifications),
    Notify {
        #[command(subcommand)]
        command: Notify,
    },
    Enable {
        task: TaskName,
    },
    Disable {
        task: TaskName,
    },
    Secret {
        #[command(subcommand)]
        command: Secret,
    },
    User {
        #[command(subcommand)]
        command: User,
    },
    Connector {
        #[command(subcommand)]
        command: Connector,
    },
    Audit(Audit),
    Erase(Erase),
    Key {
        #[command(subcommand)]
        command: Key,
    },
    Debug {
        #[command(subcommand)]
        command: Debug,
    },
    Migrate {
        #[arg(long, group = "instead")]
        check: bool,
        #[arg(long, group = "instead")]
        known: bool,
        #[arg(long, group = "instead")]
        fits: Option<String>,
    },
    Man {
        dir: PathBuf,
    },
    Completions {
        shell: Shell,
    },
}

#[derive(Args, Debug)]
pub struct Restore {
    #[arg(required_unless_present = "end")]
    pub from: Option<PathBuf>,
    #[arg(long)]
    pub school: Option<Place>,
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_name = "SCHOOL", conflicts_with_all = ["from", "school", "yes"])]
    pub end: Option<Place>,
}

#[derive(Args, Debug)]
pub struct SupportBundle {
    #[arg(required_unless_present = "show")]
    pub file: Option<PathBuf>,
    #[arg(long)]
    pub school: Option<Place>,
    #[arg(long)]
    pub run: Option<RunId>,
    #[arg(long)]
    pub show: bool,
    #[arg(long)]
    pub school_names: bool,
}

#[derive(Args, Debug)]
pub struct Import {
    pub school: String,
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long)]
    pub add: bool,
    #[arg(long)]
    pub force: bool,
    #[arg(long)]
    pub profile: Option<String>,
    #[arg(long)]
    pub report: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Bind {
    pub task: TaskName,
    #[arg(long, conflicts_with_all = ["port", "wait"])]
    pub browser: bool,
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    #[arg(long, default_value = "10m")]
    pub wait: String,
}

#[derive(Args, Debug)]
pub struct Plan {
    pub task: TaskName,
    #[arg(long, value_delimiter = ',')]
    pub classes: Vec<String>,
    #[arg(long, value_delimiter = ',')]
    pub persons: Vec<String>,
    #[arg(long)]
    pub all: bool,
    #[arg(long)]
    pub additions_only: bool,
}

#[derive(Args, Debug)]
pub struct Run {
    #[arg(required_unless_present = "all")]
    pub task: Option<TaskName>,
    #[arg(long, conflicts_with_all = ["task", "plan", "classes", "persons"])]
    pub all: bool,
    #[arg(long, requires = "all", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub jobs: u16,
    #[arg(long)]
    pub plan: Option<String>,
    #[arg(long, value_delimiter = ',')]
    pub classes: Vec<String>,
    #[arg(long, value_delimiter = ',')]
    pub persons: Vec<String>,
    #[arg(long)]
    pub additions_only: bool,
}

#[derive(Args, Debug)]
pub struct Next {
    pub place: Option<Place>,
    #[arg(long)]
    pub task: Option<String>,
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub count: u16,
}

#[derive(Args, Debug)]
pub struct ByClass {
    pub task: TaskName,
    #[arg(long, value_delimiter = ',')]
    pub classes: Vec<String>,
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Remove {
    pub task: TaskName,
    #[arg(long, value_name = "ID")]
    pub person: String,
    #[arg(long)]
    pub reason: String,
    #[arg(long)]
    pub confirm: Option<String>,
}

#[derive(Args, Debug)]
pub struct Undo {
    pub run: RunId,
    #[arg(long, required_unless_present = "dry_run")]
    pub reason: Option<String>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, conflicts_with = "dry_run", value_name = "RUN")]
    pub confirm: Option<String>,
}

#[derive(Args, Debug)]
pub struct ClassList {
    pub school: String,
    #[arg(long, value_delimiter = ',')]
    pub classes: Vec<String>,
    #[arg(long)]
    pub year: Option<u16>,
    #[arg(long)]
    pub heading: bool,
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    #[arg(short, long)]
    pub output: PathBuf,
}

#[derive(Args, Debug)]
pub struct Decide {
    pub place: Option<Place>,
    pub number: Option<u64>,
    #[arg(long, group = "answer")]
    pub same: Option<String>,
    #[arg(long, group = "answer")]
    pub different: bool,
    #[arg(long, group = "answer")]
    pub sent: bool,
    #[arg(long, group = "answer")]
    pub not_sent: bool,
    #[arg(long, group = "answer")]
    pub skip: bool,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Audit {
    #[command(subcommand)]
    pub command: Option<AuditCommand>,
    pub school: Option<String>,
    #[arg(long)]
    pub since: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Args, Debug)]
pub struct Notifications {
    pub school: Option<String>,
    #[arg(long)]
    pub unread: bool,
    #[arg(long)]
    pub undelivered: bool,
    #[arg(long)]
    pub read: bool,
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
}

#[derive(Subcommand, Debug)]
pub enum AuditCommand {
    Verify {
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    Export {
        file: PathBuf,
        #[arg(long)]
        school: Option<String>,
    },
}

#[derive(Args, Debug)]
pub struct Erase {
    pub school: String,
    #[arg(long, value_name = "ID")]
    pub person: Option<String>,
    #[arg(long, requires = "person", conflicts_with = "lift")]
    pub with_relatives: bool,
    #[arg(long)]
    pub reason: Option<String>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub confirm: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub act: Option<PathBuf>,
    #[arg(long, conflicts_with = "person")]
    pub with_settings: bool,
    #[arg(long, requires = "person", conflicts_with = "dry_run")]
    pub lift: bool,
}

#[derive(Subcommand, Debug)]
pub enum Key {
    Status,
    Rotate {
        #[arg(long)]
        destroy_old: bool,
    },
}

#[derive(Subcommand, Debug)]
pub enum Notify {
    Test { school: String },
    Send,
}

#[derive(Args, Debug)]
pub struct SecretImport {
    pub file: PathBuf,
    #[arg(long, value_name = "ID", conflicts_with = "connector")]
    pub task: Option<String>,
    #[arg(long, value_name = "ID")]
    pub connector: Option<String>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub partly: bool,
    #[arg(long, default_value = "2m")]
    pub wait: String,
}

#[derive(Subcommand, Debug)]
pub enum Secret {
    Import(SecretImport),
    Set {
        name: String,
        #[arg(long)]
        school: Option<String>,
    },
    List {
        #[arg(long)]
        school: Option<String>,
    },
    Rm {
        name: String,
        #[arg(long)]
        school: Option<String>,
    },
}

#[derive(Subcommand, Debug)]
pub enum User {
    Invite {
        login: String,
        #[arg(long, value_parser = role())]
        role: Role,
        #[arg(long)]
        school: Option<String>,
    },
    List {
        #[arg(long)]
        school: Option<String>,
    },
    Block {
        login: String,
    },
    Unblock {
        login: String,
    },
    Reset {
        login: String,
    },
    Sessions {
        login: String,
    },
    Revoke {
        login: String,
        session: Option<u64>,
    },
}

/// The names of roles, which the help lists.
fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name))
        .map(|name| Role::by_name(&name).unwrap_or(Role::SchoolViewer))
}

#[derive(Subcommand, Debug)]
pub enum Debug {
    Grant {
        task: TaskName,
        #[arg(long = "for")]
        time: String,
        #[arg(long)]
        reason: String,
    },
    Revoke {
        task: TaskName,
    },
    List {
        place: Option<Place>,
    },
}

#[derive(Subcommand, Debug)]
pub enum Connector {
    List,
    Inspect {
        connector: String,
    },
    Pack {
        module: PathBuf,
        #[arg(long)]
        manifest: PathBuf,
        #[arg(short, long)]
        output: PathBuf,
    },
    Lock {
        connector: Option<String>,
        #[arg(long = "version", value_name = "VERSION", requires = "connector")]
        release: Option<String>,
        #[arg(long = "for", value_name = "PLACE", requires = "release")]
        place: Option<Place>,
    },
    Add {
        file: PathBuf,
    },
    Compare {
        task: TaskName,
        #[arg(long)]
        with: String,
        #[arg(long)]
        all: bool,
    },
    Rollback {
        connector: String,
        #[arg(long = "for", value_name = "PLACE")]
        place: Option<Place>,
    },
    Remove {
        connector: String,
        #[arg(value_name = "VERSION")]
        release: String,
    },
}
