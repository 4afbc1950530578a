//! `exchange-stand`: the stand-ins as a program. The work is in the library.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use exchange_stand::dnevnik;

/// Stand-ins of remote systems for tests and demonstrations.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    system: System,
}

#[derive(Subcommand)]
enum System {
    /// Дневник.ру: OAuth pages, read API, and our own write half.
    Dnevnik {
        /// Address to listen on; port 0 takes a free one. The address taken is printed.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Folder the state is kept in, so that a restart goes on; without it the state is lost at the end.
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let System::Dnevnik { listen, data } = Cli::parse().system;
    match run(dnevnik::Options { listen, data }).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("exchange-stand: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: dnevnik::Options) -> std::io::Result<()> {
    let server = dnevnik::Server::bind(&options).await?;
    println!("listening on http://{}", server.addr());
    server
        .run_until(async {
            // Without a signal handler there is nothing to wait for: stop at once rather than hang.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await;
    Ok(())
}
