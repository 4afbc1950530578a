//! What the operating system asks of the server.

use crate::error::{Context, Kind, Result};

/// A wish of whoever runs the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End: Ctrl-C, or SIGTERM.
    Stop,
    /// Read the settings anew: SIGHUP.
    Reload,
}

const WHAT: &str = "cannot listen to signals";

#[cfg(unix)]
mod system {
    use tokio::signal::unix::{self, SignalKind};

    use super::{Context, Kind, Result, Signal, WHAT};

    /// Hears signals from when it is made.
    #[derive(Debug)]
    pub struct Signals {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hangup: unix::Signal,
    }

    impl Signals {
        /// Listens.
        pub fn listen() -> Result<Self> {
            let hear = |kind| unix::signal(kind).context(Kind::Failed, WHAT);
            Ok(Self {
                interrupt: hear(SignalKind::interrupt())?,
                terminate: hear(SignalKind::terminate())?,
                hangup: hear(SignalKind::hangup())?,
            })
        }

        /// The next one. Nothing is lost when this is dropped before it answers.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Stop,
                _ = self.terminate.recv() => Signal::Stop,
                _ = self.hangup.recv() => Signal::Reload,
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{Context, Kind, Result, Signal, WHAT};

    /// Hears Ctrl-C.
    #[derive(Debug)]
    pub struct Signals(tokio::signal::windows::CtrlC);

    impl Signals {
        /// Listens.
        pub fn listen() -> Result<Self> {
            tokio::signal::windows::ctrl_c().map(Self).context(Kind::Failed, WHAT)
        }

        /// The next one. Nothing is lost when this is dropped before it answers.
        pub async fn next(&mut self) -> Signal {
            self.0.recv().await;
            Signal::Stop
        }
    }
}

pub use system::Signals;
