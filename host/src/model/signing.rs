//! Keys that sign, and what tokens of others are verified against, as `exchange.toml` has them.

use std::path::PathBuf;

/// Milliseconds a program that signs or verifies may take.
pub const PROGRAM_TIMEOUT_MS: u64 = 10_000;

/// A key that signs. Its files are read for each signature: whoever replaces them has replaced the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// What signs.
    pub by: SignedBy,
    /// Its certificate, PEM or DER.
    pub certificate: Option<PathBuf>,
}

/// What signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// An RSA key in a PEM file that only its owner reads, with SHA-256, in this process.
    Rsa(PathBuf),
    /// A program.
    Program {
        /// How it is called.
        program: Program,
        /// It answers a bare signature's bytes back to front (CryptoPro).
        reversed: bool,
    },
}

/// A program that gets the bytes on its standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments; no shell.
    pub command: Vec<String>,
    /// Milliseconds it may take.
    pub timeout_ms: u64,
}

/// What the tokens of one issuer are verified against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// Certificates that are trusted themselves, whoever issued them: the present one and the next. Read for each token.
    pub certificates: Vec<PathBuf>,
    /// The only algorithm that counts.
    pub by: VerifiedBy,
}

/// How a token's signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifiedBy {
    /// RS256, in this process.
    Rsa,
    /// GOST R 34.10-2012 with 256 bits, by a program: its arguments may name `{signature}`, `{key}` and `{certificate}`.
    Gost(Program),
}

impl VerifiedBy {
    /// Names of the algorithms, as tokens have them.
    pub const ALGORITHMS: [&'static str; 2] = ["RS256", "GOST3410_2012_256"];

    /// The name of this one.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa => Self::ALGORITHMS[0],
            Self::Gost(_) => Self::ALGORITHMS[1],
        }
    }
}
