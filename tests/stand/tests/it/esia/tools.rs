//! OpenSSL as a program: keys and certificates of clients, and the other opinion on every signature.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python::run;

/// A folder with files for OpenSSL.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Files {
        Files(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).expect("it is written");
        self.path(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("it is there")
    }

    pub(crate) fn read_text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("text")
    }

    /// Runs OpenSSL in this folder; words are separated by spaces.
    #[track_caller]
    pub(crate) fn openssl(&self, line: &str) -> String {
        run(Command::new("openssl").args(line.split(' ')).current_dir(self.0.path()))
    }

    /// Does OpenSSL, run like this, say yes?
    pub(crate) fn agrees(&self, line: &str) -> bool {
        let output = Command::new("openssl").args(line.split(' ')).current_dir(self.0.path()).output();
        output.expect("openssl is there").status.success()
    }

    /// `key.pem` and `cert.pem` of an RSA client.
    pub(crate) fn rsa_client(&self) {
        let subject = "/CN=EXCHANGE_TEST";
        self.openssl(&format!(
            "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj {subject} -days 30"
        ));
    }

    /// The same for a GOST client, made by the engine.
    pub(crate) fn gost_client(&self, curve: &str) {
        let subject = "/CN=EXCHANGE_TEST";
        self.openssl(&format!(
            "req -engine gost -x509 -newkey gost2012_256 -pkeyopt paramset:{curve} -nodes -keyout key.pem \
             -out cert.pem -subj {subject} -days 30"
        ));
        self.openssl("x509 -in cert.pem -outform DER -out cert.der");
    }

    /// `public.pem` of a certificate in PEM.
    pub(crate) fn public_key(&self, certificate: &Path) {
        let certificate = certificate.display();
        let with_engine = if has_gost_engine() { "-engine gost " } else { "" };
        self.openssl(&format!("x509 {with_engine}-in {certificate} -noout -pubkey -out public.pem"));
    }
}

/// Is OpenSSL's GOST engine there? `cargo xtask test` installs it where it may.
pub(crate) fn has_gost_engine() -> bool {
    let output = Command::new("openssl").args(["engine", "gost"]).output();
    output.is_ok_and(|output| output.status.success())
}

/// The engine, or the loud word that this test looks at nothing without it.
pub(crate) fn gost_engine_or_word() -> bool {
    let is_there = has_gost_engine();
    if !is_there {
        eprintln!("OpenSSL's GOST engine is not installed: LEFT OUT (apt install libengine-gost-openssl)");
    }
    is_there
}
