//! Keys made by OpenSSL in a folder, settings that name them, and a task that may use them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use exchange::capability::Secret;
use exchange::capability::sign::{Keys, Signatures};
use exchange::model::Param;
use exchange::model::manifest::Manifest;
use exchange::model::setup::{Grants, HostConfig};
use exchange::model::signing::{Program, SignedBy, SigningKey, TokenKey, VerifiedBy};
use exchange::sandbox::SystemClock;
use exchange::sandbox::ports::{Clock, Signature, Signer};

/// Templates of both generations of ЕСИА, and one that makes tokens.
const MANIFEST: &str = r#"
id = "signs"
version = "1.0.0"
contract = "0.1"
title = { ru = "Подписи", en = "Signatures" }
verify = ["issuer"]
[sign.first]
fields = ["scope", "timestamp", "client", "state"]
form = "cms"
[sign.ask]
fields = ["client", "scope", "scope-org", "timestamp", "state", "redirect"]
form = "raw"
certificate-hash = true
[sign.redeem]
fields = ["client", "scope", "scope-org", "timestamp", "state", "redirect", "code"]
form = "raw"
certificate-hash = true
[sign.token]
fields = ["header", "claims"]
separator = "."
form = "raw"
"#;

/// The handle of a token that a dialogue captured.
pub(super) const HANDLE: &str = "secret:1";

pub(super) struct World {
    folder: tempfile::TempDir,
    pub(super) host: HostConfig,
    pub(super) grants: Grants,
    pub(super) captured: Option<String>,
    pub(super) clock: Arc<dyn Clock>,
}

impl World {
    /// Every template is granted the key `key`, the issuer the key `issuer`.
    pub(super) fn new() -> Self {
        let templates = ["first", "ask", "redeem", "token"];
        let grants = Grants {
            signatures: templates.map(|template| (template.to_owned(), "key".to_owned())).into(),
            verify: [("issuer".to_owned(), "issuer".to_owned())].into(),
            ..Grants::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let (host, clock) = (HostConfig::default(), Arc::new(SystemClock));
        Self { folder, host, grants, captured: None, clock }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// Runs OpenSSL in the folder; words are separated by blanks. Does it agree?
    pub(super) fn openssl(&self, line: &str) -> bool {
        let output = Command::new("openssl").args(line.split(' ')).current_dir(self.folder.path()).output();
        output.expect("openssl is there").status.success()
    }

    /// `NAME.key` and `NAME.crt` for RSA.
    pub(super) fn rsa(&self, name: &str) {
        assert!(self.openssl(&format!(
            "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.crt -subj /CN={name} -days 30"
        )));
    }

    /// The same for GOST; `None` where OpenSSL's engine is missing.
    pub(super) fn gost(&self, name: &str) -> Option<()> {
        let made = self.openssl(&format!(
            "req -engine gost -x509 -newkey gost2012_256 -pkeyopt paramset:A -nodes -keyout {name}.key \
             -out {name}.crt -subj /CN={name} -days 30"
        ));
        if !made {
            eprintln!(
                "OpenSSL's GOST engine is not installed: LEFT OUT (apt install libengine-gost-openssl)"
            );
        }
        made.then_some(())
    }

    /// `key` signs with `NAME.key`, in process.
    pub(super) fn sign_with_rsa(&mut self, name: &str) {
        let (key, certificate) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.crt")));
        self.host
            .signing
            .insert("key".into(), SigningKey { by: SignedBy::Rsa(key), certificate: Some(certificate) });
    }

    /// `key` signs by this command; words are separated by blanks.
    pub(super) fn sign_by(&mut self, line: &str, certificate: Option<&str>) {
        let by = SignedBy::Program { program: program(line), reversed: false };
        let certificate = certificate.map(|name| self.path(name));
        self.host.signing.insert("key".into(), SigningKey { by, certificate });
    }

    /// `key` signs with `NAME.key`, bare, by OpenSSL's engine.
    pub(super) fn sign_with_gost(&mut self, name: &str) {
        let key = self.path(&format!("{name}.key"));
        let line = format!("openssl dgst -engine gost -md_gost12_256 -sign {}", key.display());
        self.sign_by(&line, Some(&format!("{name}.crt")));
    }

    /// `issuer` is trusted by these certificates.
    pub(super) fn trust(&mut self, certificates: &[&str]) {
        self.trust_by(certificates, VerifiedBy::Rsa);
    }

    /// The same, by OpenSSL's engine.
    pub(super) fn trust_gost(&mut self, certificates: &[&str]) {
        let line = "openssl dgst -engine gost -md_gost12_256 -verify {key} -signature {signature}";
        self.trust_by(certificates, VerifiedBy::Gost(program(line)));
    }

    fn trust_by(&mut self, certificates: &[&str], by: VerifiedBy) {
        let certificates = certificates.iter().map(|name| self.path(name)).collect();
        self.host.verification.insert("issuer".into(), TokenKey { certificates, by });
    }

    fn signer(&self) -> Arc<Signatures> {
        let manifest: Manifest = toml::from_str(MANIFEST).unwrap();
        let (captured, keys) = (self.captured.clone(), Arc::new(Keys::new(&self.host)));
        let handles =
            Arc::new(move |handle: &str| captured.clone().filter(|_| handle == HANDLE).map(Secret::new));
        Arc::new(Signatures::new(
            Arc::new(manifest),
            self.grants.clone(),
            keys,
            handles,
            Arc::clone(&self.clock),
        ))
    }

    pub(super) async fn sign(&self, template: &str, fields: &[(&str, &str)]) -> Result<Signature, String> {
        let fields = fields.iter().map(|(name, value)| Param::new(*name, *value)).collect();
        self.signer().sign(template.to_owned(), fields).await
    }

    pub(super) async fn verify(&self, token: &str) -> Result<String, String> {
        self.signer().verify_token("issuer".into(), token.to_owned()).await
    }

    pub(super) async fn verify_as(&self, issuer: &str, token: &str) -> Result<String, String> {
        self.signer().verify_token(issuer.to_owned(), token.to_owned()).await
    }
}

pub(super) fn program(line: &str) -> Program {
    Program { command: line.split(' ').map(str::to_owned).collect(), timeout_ms: 10_000 }
}
