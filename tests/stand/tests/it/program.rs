//! The stand-in as a program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::client::Call;

/// Ends the program whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("it can be ended");
        self.0.wait().expect("it ends");
    }
}

#[test]
fn it_prints_the_address_it_took() {
    for name in ["dnevnik", "esia", "vk"] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_exchange-stand"));
        command.args([name, "--listen", "127.0.0.1:0", "--data"]).arg(folder.path()).stdout(Stdio::piped());
        let mut running = Running(command.spawn().expect("it starts"));
        let mut line = String::new();
        BufReader::new(running.0.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("listening on http://").expect("the announced form");
        let address = address.parse().expect("an address");
        assert_eq!(Call::new(address, "GET", "/_stand").send().status, 200, "{name}");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let output =
        Command::new(env!("CARGO_BIN_EXE_exchange-stand")).args(["dnevnik", "--listen", &address]).output();
    let output = output.expect("it runs");
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with(&format!("exchange-stand: cannot listen on {address}: ")), "{told}");
    assert!(told.ends_with("\nhint: port 0 takes a free port\n"), "{told}");
}
