//! Tells the service manager how the server is, by the datagrams of `sd_notify(3)`. Without a manager nothing is told.

use std::ffi::OsString;

/// The service manager.
#[derive(Debug)]
pub struct Supervisor {
    socket: Option<socket::Socket>,
    watchdog: bool,
}

impl Supervisor {
    /// The one that started this process, if one did.
    pub fn of_environment() -> Self {
        let ours = |pid: String| pid == std::process::id().to_string();
        let watchdog = std::env::var_os("WATCHDOG_USEC").is_some()
            && std::env::var("WATCHDOG_PID").ok().is_none_or(ours);
        Self::at(std::env::var_os("NOTIFY_SOCKET"), watchdog)
    }

    /// The one that listens there: a path, or a name after `@`. `watchdog`: it wants signs of life.
    pub fn at(address: Option<OsString>, watchdog: bool) -> Self {
        let socket = address.filter(|address| !address.is_empty()).and_then(|address| {
            socket::connect(&address)
                .inspect_err(|error| tracing::warn!(%error, "the service manager cannot be reached"))
                .ok()
        });
        Self { socket, watchdog }
    }

    /// Due runs begin.
    pub fn ready(&self) {
        self.tell("READY=1\n");
    }

    /// Settings are read anew; `ready` ends it.
    pub fn reloading(&self) {
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={}\n", socket::monotonic_us()));
    }

    /// It ends.
    pub fn stopping(&self) {
        self.tell("STOPPING=1\n");
    }

    /// The loop turns.
    pub fn alive(&self) {
        if self.watchdog {
            self.tell("WATCHDOG=1\n");
        }
    }

    fn tell(&self, text: &str) {
        if let Some(socket) = &self.socket
            && let Err(error) = socket.send(text.as_bytes())
        {
            tracing::warn!(%error, "the service manager does not listen");
        }
    }
}

#[cfg(target_os = "linux")]
mod socket {
    use std::ffi::OsStr;
    use std::io;
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use rustix::time::{ClockId, clock_gettime};

    pub(super) type Socket = UnixDatagram;

    pub(super) fn connect(address: &OsStr) -> io::Result<Socket> {
        let address = match address.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(address)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        // A manager that does not read must not hold the loop.
        socket.set_nonblocking(true)?;
        Ok(socket)
    }

    /// As the service manager wants it: CLOCK_MONOTONIC.
    pub(super) fn monotonic_us() -> i64 {
        let now = clock_gettime(ClockId::Monotonic);
        now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1_000)
    }
}

#[cfg(not(target_os = "linux"))]
mod socket {
    use std::ffi::OsStr;
    use std::io;

    #[derive(Debug)]
    pub(super) struct Socket;

    impl Socket {
        pub(super) fn send(&self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    pub(super) fn connect(_: &OsStr) -> io::Result<Socket> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn monotonic_us() -> i64 {
        0
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    use super::*;

    fn heard(manager: &UnixDatagram) -> String {
        let mut text = [0; 256];
        let count = manager.recv(&mut text).expect("something was told");
        String::from_utf8_lossy(&text[..count]).into_owned()
    }

    #[test]
    fn the_service_manager_hears_of_every_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = folder.path().join("notify");
        let manager = UnixDatagram::bind(&address).expect("a socket");
        manager.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        let supervisor = Supervisor::at(Some(address.into()), true);
        supervisor.ready();
        assert_eq!(heard(&manager), "READY=1\n");
        supervisor.reloading();
        let text = heard(&manager);
        let since = text.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect(&text);
        assert!(since.trim_end().parse::<i64>().expect("a number") > 0, "{text}");
        supervisor.alive();
        assert_eq!(heard(&manager), "WATCHDOG=1\n");
        supervisor.stopping();
        assert_eq!(heard(&manager), "STOPPING=1\n");
    }

    #[test]
    fn signs_of_life_are_told_only_where_they_are_wanted_and_nobody_is_no_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = folder.path().join("notify");
        let manager = UnixDatagram::bind(&address).expect("a socket");
        manager.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
        let supervisor = Supervisor::at(Some(address.into()), false);
        supervisor.alive();
        supervisor.stopping();
        assert_eq!(heard(&manager), "STOPPING=1\n");
        drop(manager);
        supervisor.stopping();
        for nobody in [None, Some(OsString::new()), Some("/nowhere/at/all".into())] {
            Supervisor::at(nobody, true).ready();
        }
    }
}
