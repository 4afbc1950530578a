//! The keys of `[signing]` and `[verification]` in `exchange.toml`.

use super::{Shape, Table, defaulted, duration, optional, required};
use crate::model::signing::{PROGRAM_TIMEOUT_MS, VerifiedBy};

pub(super) static SIGNING: Table = Table {
    title: "[signing.NAME]",
    keys: &[
        optional(
            "file",
            Shape::Path,
            "PEM file with an RSA key, readable by its owner only: RSA with SHA-256.",
        ),
        optional(
            "command",
            Shape::List(&Shape::Text),
            "A program and its arguments: it reads what is to be signed and prints the signature. \
             `EXCHANGE_FORM` tells it `raw` or `cms`.",
        ),
        optional(
            "certificate",
            Shape::Path,
            "The key's certificate, PEM or DER; needed for its hash, and for a CMS with `file`.",
        ),
        defaulted(
            "reversed",
            Shape::Flag,
            || "false".to_owned(),
            "The program prints bare signatures back to front, as CryptoPro does.",
        ),
        timeout(),
    ],
};

pub(super) static VERIFICATION: Table = Table {
    title: "[verification.NAME]",
    keys: &[
        required(
            "algorithm",
            Shape::Word(&VerifiedBy::ALGORITHMS),
            "The only algorithm that counts, whatever a token says.",
        ),
        required(
            "certificates",
            Shape::List(&Shape::Path),
            "Trusted certificates, PEM or DER; while one is being replaced, both.",
        ),
        optional(
            "command",
            Shape::List(&Shape::Text),
            "For GOST: a program and its arguments. It reads what was signed and ends with 0 when the signature is \
             right. `{signature}`, `{key}` and `{certificate}` become files: the signature's bytes, the public key and \
             the certificate in PEM.",
        ),
        timeout(),
    ],
};

const fn timeout() -> super::Key {
    defaulted("timeout", Shape::Duration, || duration(PROGRAM_TIMEOUT_MS), "Time that the program may take.")
}
