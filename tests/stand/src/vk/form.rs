//! Bodies of calls: forms in either encoding. Bodies of other types are not read, as the API does not.

use axum::http::{HeaderMap, header};
use url::form_urlencoded;

/// The fields of a body, in the order they came.
pub(crate) fn fields(headers: &HeaderMap, body: &[u8]) -> Vec<(String, String)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = kind.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
    match boundary {
        Some(boundary) if kind.starts_with("multipart/form-data") => {
            multipart(&String::from_utf8_lossy(body), boundary.trim_matches('"'))
        }
        _ if kind.starts_with("application/x-www-form-urlencoded") => {
            form_urlencoded::parse(body).into_owned().collect()
        }
        _ => Vec::new(),
    }
}

/// Fields of text; nobody sends files to these methods.
fn multipart(body: &str, boundary: &str) -> Vec<(String, String)> {
    body.split(&format!("--{boundary}")).filter_map(field).collect()
}

/// One part: headers, an empty line, the value, and the line's end that belongs to the next boundary.
fn field(part: &str) -> Option<(String, String)> {
    let (head, value) = part.split_once("\r\n\r\n")?;
    let name = head.split_once("name=\"")?.1.split('"').next()?;
    Some((name.to_owned(), value.strip_suffix("\r\n")?.to_owned()))
}
