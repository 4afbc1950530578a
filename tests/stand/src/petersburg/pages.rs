//! The pages of the portal that a program meets instead of an answer, and the front page.

use axum::http::StatusCode;
use axum::response::Response;

use crate::serving::answer::{page, with_type};

fn show(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"ru\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n\
         <footer><p><small>Это испытательный стенд, а не портал; люди вымышлены.</small></p></footer>\n\
         </body>\n</html>\n"
    );
    page(status, html)
}

/// What somebody who is not signed in is shown, with 200.
pub(crate) fn sign_in() -> Response {
    show(StatusCode::OK, "Вход", "<p>Войдите на портал, чтобы продолжить.</p>")
}

/// What stands before the portal says when the portal is down.
pub(crate) fn gateway(status: StatusCode) -> Response {
    let html = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<h1>Bad Gateway</h1>\n</body>\n</html>\n";
    with_type(status, "text/html", html)
}

/// The front page.
pub(crate) async fn front() -> Response {
    let links = ["state", "requests", "settings", "faults"];
    let links: String =
        links.iter().map(|name| format!("<li><a href=\"/_stand/{name}\">{name}</a></li>\n")).collect();
    show(StatusCode::OK, "Стенд портала", &format!("<h2>Управление стендом</h2>\n<ul>\n{links}</ul>"))
}
