//! The frame of every page, and the pages that only say something.

use axum::http::StatusCode;
use axum::response::Response;

use crate::serving::answer::{escape, page, with_type};

/// A page for people.
pub(crate) fn show(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"ru\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} — стенд «Госуслуги»</title></head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n\
         <footer><p><small>Это испытательный стенд, а не Госуслуги; люди вымышлены.</small></p></footer>\n\
         </body>\n</html>\n"
    );
    page(status, html)
}

/// A page with a sentence that something went wrong.
pub(crate) fn refusal(status: StatusCode, text: &str) -> Response {
    show(status, "Ошибка", &format!("<p role=\"alert\">{}</p>", escape(text)))
}

/// What stands before the system says when the system is down.
pub(crate) fn gateway(status: StatusCode) -> Response {
    let html = "<html>\n<head><title>Service Temporarily Unavailable</title></head>\n\
        <body>\n<h1>Service Temporarily Unavailable</h1>\n</body>\n</html>\n";
    with_type(status, "text/html", html)
}

/// A hidden field of a form.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value))
}

/// The front page.
pub(crate) async fn front() -> Response {
    let links = [
        ("/_stand/state", "состояние"),
        ("/_stand/requests", "журнал запросов"),
        ("/_stand/settings", "настройки"),
        ("/_stand/faults", "сбои"),
        ("/_stand/certificates", "сертификаты для проверки подписи"),
    ];
    let links: String =
        links.iter().map(|(to, text)| format!("<li><a href=\"{to}\">{text}</a></li>\n")).collect();
    show(StatusCode::OK, "Стенд", &format!("<h2>Управление стендом</h2>\n<ul>\n{links}</ul>"))
}
