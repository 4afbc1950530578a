//! The demo's cabinet: served until it is stopped, with an account that is ready to sign in.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use serde::Deserialize;

use super::show::Show;
use crate::failure::{Context, Failure, Outcome};

const SCHOOL: &str = "school57";
const LOGIN: &str = "olga";
const PASSWORD: &str = "лошадь скрепка батарея";

#[derive(Deserialize)]
struct Invited {
    address: String,
}

/// Serves the folder's cabinet, sets an account up, says how to sign in, and waits until the server is stopped.
///
/// # Errors
/// When no port is free, the server does not start, or the account cannot be set up.
pub(super) fn open(mut show: Show, folder: &Path) -> Outcome {
    show.heading("The cabinet: what waits for a person is left to you");
    let address = free_address()?;
    let file = folder.join("exchange.toml");
    let host = std::fs::read_to_string(&file).context(|| "cannot read exchange.toml".into())?;
    let web = format!("\n[web]\nlisten = \"{address}\"\naddress = \"http://{address}\"\n");
    std::fs::write(&file, host + &web).context(|| "cannot write exchange.toml".into())?;
    show.start(&["exchange", "serve"], address)?;
    let secret = account(&show)?;
    println!("\nOpen  http://{address}/  and sign in (Ctrl-C here ends it):");
    println!("  login     {LOGIN}");
    println!("  password  {PASSWORD}");
    println!("  code      {}", show.ask(&["exchange-stand", "code", &secret], &[0])?.trim());
    println!(
        "A code is good once, for half a minute or so. The next ones, in another terminal, or an app with this key:"
    );
    println!("  {} code {secret}", show.program("exchange-stand").display());
    show.wait()
}

fn free_address() -> Outcome<SocketAddr> {
    let any = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let listener = TcpListener::bind(any).and_then(|listener| listener.local_addr());
    listener.context(|| "no port is free".into())
}

/// An account of the school's administrator; the secret of its one-time codes.
fn account(show: &Show) -> Outcome<String> {
    let role = ["--role", "school-administrator", "--school", SCHOOL, "--json"];
    let told = show.ask(&[&["exchange", "user", "invite", LOGIN], &role[..]].concat(), &[0])?;
    let invited: Invited = serde_json::from_str(&told)
        .map_err(|error| Failure::new(format!("cannot understand what --json printed: {error}")))?;
    let accept = ["exchange-stand", "accept", &invited.address, "--password", PASSWORD];
    Ok(show.ask(&accept, &[0])?.replace(char::is_whitespace, ""))
}
