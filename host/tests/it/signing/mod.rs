//! Signatures by template and tokens of others: RSA in process, GOST by OpenSSL's engine, and ЕСИА's stand-in as the judge
//! of both.

mod esia;
mod keys;
mod tokens;
mod world;
