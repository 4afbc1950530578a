//! The steps of the demo, in the order in which a person would take them.

use std::net::{Ipv4Addr, SocketAddr};

use super::show::Show;
use crate::failure::Outcome;

/// Where the stand-in listens. The port is fixed so that the folder can be used later by hand.
const STAND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7801);

/// Plays the evening; each step says which exit codes are right.
pub(super) fn play(show: &mut Show) -> Outcome {
    show.heading("The other side: a stand-in of the remote system");
    show.start(&["exchange-stand", "dnevnik", "--listen", &STAND.to_string(), "--data", "stand"], STAND)?;
    show.heading("Is everything ready?");
    show.run(&["exchange", "check"], &[0])?;
    Ok(())
}
