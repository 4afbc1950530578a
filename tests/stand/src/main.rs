//! `exchange-stand`: the stand-ins as a program. The work is in the library.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use exchange_stand::consent::{self, Person};
use exchange_stand::crowd::{self, Pace, Visitor};
use exchange_stand::telephone::{self, Telephone};
use exchange_stand::{Server, Service, dnevnik, esia, http, petersburg, rows, vk};

/// Stand-ins of remote systems for tests and demonstrations.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Дневник.ру: OAuth pages, read API, and our own write half.
    Dnevnik(Portal),
    /// ЕСИА (Госуслуги): sign-in of both generations, tokens, persons.
    Esia {
        #[command(flatten)]
        portal: Portal,
        /// Take RSA certificates in the first generation, as until 2020 (the setting `legacyRsa`).
        #[arg(long)]
        legacy_rsa: bool,
    },
    /// VK: chats of communities, messages, video calls.
    Vk(Portal),
    /// Portal «Петербургское образование»: sign-in, teachers, and our own list of their VK ids.
    Petersburg(Portal),
    /// A service that keeps rows by key: the other side of the example connector and of the peers.
    Rows {
        /// Address to listen on; port 0 takes a free one. The address taken is printed.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// How it misbehaves: `503/N`, `429/N`, `bad-row/ID`, `lost/N`, `dropped/N`; every N-th delivery.
        #[arg(long, default_value = "none")]
        fault: rows::Fault,
        /// Milliseconds that every delivery and look-up waits before it is handled.
        #[arg(long, default_value_t = 0)]
        latency: u64,
    },
    /// Fill a running stand-in from a JSON file.
    Seed {
        /// The body of `POST /_stand/seed`.
        file: PathBuf,
        /// Where it listens.
        #[arg(long, value_name = "URL")]
        at: String,
    },
    /// Print everything that a running stand-in holds, as JSON.
    State {
        /// Where it listens.
        #[arg(long, value_name = "URL")]
        at: String,
    },
    /// Play a person's browser: open a consent page, sign in, allow, go on to the last page and print it.
    Consent {
        /// The consent page; on this computer only.
        url: String,
        /// Login at the stand-in.
        #[arg(long)]
        login: String,
        /// Password at the stand-in.
        #[arg(long)]
        password: String,
        /// Press «Отказать» instead of «Разрешить» («Предоставить»).
        #[arg(long)]
        refuse: bool,
    },
    /// Play a person's browser and telephone: open an invitation into the cabinet, choose the password, connect the
    /// telephone, and print the secret of its codes.
    Accept {
        /// The one-time address that `exchange user invite` prints; on this computer only.
        invitation: String,
        /// The password chosen.
        #[arg(long)]
        password: String,
    },
    /// Print the one-time code that a telephone with this secret shows now.
    Code {
        /// The secret, as `accept` prints it.
        #[arg(required = true)]
        secret: Vec<String>,
    },
    /// Play many people's browsers at once, and print where each ended and what each page took, as JSON.
    Crowd {
        /// A JSON list of `{address, login, password, choice, client}`.
        file: PathBuf,
        /// Seconds over which they begin.
        #[arg(long, default_value_t = 0.0)]
        over: f64,
        /// Seconds for which everybody looks at a page before answering it.
        #[arg(long, default_value_t = 0.0)]
        pause: f64,
    },
}

/// How a stand-in of a portal is served.
#[derive(Args)]
struct Portal {
    /// Address to listen on; port 0 takes a free one. The address taken is printed.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder the state is kept in, so that a restart goes on; without it the state is lost at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Milliseconds that every request waits before it is handled.
    #[arg(long, default_value_t = 0)]
    latency: u64,
}

impl Portal {
    fn latency(&self) -> Duration {
        Duration::from_millis(self.latency)
    }
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Dnevnik(portal) => {
            serve(dnevnik::Options { latency: portal.latency(), listen: portal.listen, data: portal.data })
        }
        Command::Esia { portal, legacy_rsa } => {
            let latency = portal.latency();
            serve(esia::Options { latency, listen: portal.listen, data: portal.data, legacy_rsa })
        }
        Command::Vk(portal) => {
            serve(vk::Options { latency: portal.latency(), listen: portal.listen, data: portal.data })
        }
        Command::Petersburg(portal) => {
            serve(petersburg::Options { latency: portal.latency(), listen: portal.listen, data: portal.data })
        }
        Command::Rows { listen, fault, latency } => {
            let latency = Duration::from_millis(latency);
            serve_rows(rows::Options { listen, fault, token: None, latency })
        }
        Command::Seed { file, at } => seed(&file, &at),
        Command::State { at } => state(&at),
        Command::Consent { url, login, password, refuse } => {
            consent(&url, Person { login: &login, password: &password, allows: !refuse })
        }
        Command::Accept { invitation, password } => {
            said(telephone::accept(&invitation, &password).map(|newcomer| newcomer.secret))
        }
        Command::Code { secret } => said(Ok(Telephone::with(&secret.concat()).shown())),
        Command::Crowd { file, over, pause } => walk_all(&file, over, pause),
    };
    done.unwrap_or_else(|error| {
        eprintln!("exchange-stand: {error}");
        ExitCode::FAILURE
    })
}

fn serve(options: impl Service) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(options))?;
    // Requests that are still waiting are left behind, as they are when a server is stopped.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

async fn run(options: impl Service) -> io::Result<()> {
    let server = Server::bind(&options).await?;
    println!("listening on http://{}", server.addr());
    server
        .run_until(async {
            // Without a signal handler there is nothing to wait for: stop at once rather than hang.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await;
    Ok(())
}

/// One thread: beside a program that is measured it shall take one core at most.
fn serve_rows(options: rows::Options) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = rows::Server::bind(options).await?;
        println!("listening on http://{}", server.addr());
        match server.run().await {}
    })
}

fn seed(file: &Path, at: &str) -> io::Result<ExitCode> {
    let body = std::fs::read_to_string(file)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", file.display())))?;
    let url = http::local(at)?.join("/_stand/seed").map_err(io::Error::other)?;
    http::send("POST", &url, &[("Content-Type", "application/json")], &body)?.accepted()?;
    Ok(ExitCode::SUCCESS)
}

fn state(at: &str) -> io::Result<ExitCode> {
    let url = http::local(at)?.join("/_stand/state").map_err(io::Error::other)?;
    println!("{}", http::send("GET", &url, &[], "")?.accepted()?);
    Ok(ExitCode::SUCCESS)
}

fn walk_all(file: &Path, over: f64, pause: f64) -> io::Result<ExitCode> {
    let visitors: Vec<Visitor> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let seconds = |seconds| Duration::try_from_secs_f64(seconds).map_err(io::Error::other);
    let pace = Pace { over: seconds(over)?, pause: seconds(pause)? };
    // One thread: beside a program that is measured it shall take one core at most.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let walks = runtime.block_on(crowd::walk_all(visitors, pace))?;
    println!("{}", serde_json::to_string(&walks)?);
    Ok(ExitCode::SUCCESS)
}

fn said(line: io::Result<String>) -> io::Result<ExitCode> {
    println!("{}", line?);
    Ok(ExitCode::SUCCESS)
}

/// Fails when the last page does: its status says whether the person got where they wanted.
fn consent(url: &str, person: Person<'_>) -> io::Result<ExitCode> {
    let page = consent::play(url, person)?;
    println!("{}\n\n{}", page.title, page.text);
    Ok(if page.status < 400 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
