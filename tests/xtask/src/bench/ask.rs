//! A question over HTTP to a program on this computer.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::failure::{Context, Failure, Outcome};

/// Asks, with JSON if there is a body, and gives the body of a good answer.
///
/// # Errors
/// When it does not answer, or not with 200.
pub(super) fn ask(method: &str, base: &str, path: &str, body: &str) -> Outcome<String> {
    let address = base.trim_start_matches("http://");
    let context = || format!("{address} does not answer");
    let mut stream = TcpStream::connect(address).context(context)?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).context(context)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context(context)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(Failure::new(format!("{address}{path}: {}", head.lines().next().unwrap_or_default()))),
    }
}
