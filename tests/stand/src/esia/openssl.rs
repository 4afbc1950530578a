//! OpenSSL as a program: it makes RSA keys and checks the CMS signatures of the first generation.
//!
//! A program and not a library, so that nothing has to be linked; only clients of the first generation and tokens
//! signed with RSA need it.

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs `openssl` with these arguments.
///
/// # Errors
/// It is not installed, or ends with a failure.
fn run(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output();
    let output =
        output.map_err(|error| format!("cannot start `openssl` (apt install openssl): {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// A new RSA key of 2048 bits, as PEM of PKCS #8.
pub(super) fn rsa_key() -> Result<String, String> {
    let key = run(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])?;
    String::from_utf8(key).map_err(|error| error.to_string())
}

/// Is `cms` (DER, with or without the message inside) a signature of `message` by one of these certificates (PEM)?
/// `with_gost`: the GOST engine takes part.
///
/// # Errors
/// Why it is none, in OpenSSL's words.
pub(super) fn verify_cms(
    cms: &[u8],
    message: &[u8],
    certificates: &str,
    with_gost: bool,
) -> Result<(), String> {
    let file = |bytes: &[u8]| {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(bytes)?;
        Ok(file)
    };
    let told = |error: std::io::Error| format!("cannot write a file for openssl: {error}");
    let cms = file(cms).map_err(told)?;
    let message = file(message).map_err(told)?;
    let certificates = file(certificates.as_bytes()).map_err(told)?;
    let path = |file: &tempfile::NamedTempFile| file.path().to_string_lossy().into_owned();
    let (cms, message, certificates) = (path(&cms), path(&message), path(&certificates));
    // The certificates are registered, so nobody has to vouch for them; those inside of the message count for nothing.
    let mut arguments = vec!["cms", "-verify", "-binary", "-inform", "DER", "-noverify", "-nointern"];
    arguments.extend(["-in", &cms, "-content", &message, "-certfile", &certificates, "-out", "/dev/null"]);
    if with_gost {
        arguments.extend(["-engine", "gost"]);
    }
    run(&arguments).map(drop)
}
