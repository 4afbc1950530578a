//! Pages for whoever is not where a dialogue is (D15): what happened, in plain words, and how to go on.

use axum::http::StatusCode;

use super::Face;
use super::language::Spoken;
use super::pages::{base, begin};
use crate::daemon::desk::{Closed, Place};
use crate::daemon::page::Page;

/// Seconds after which it is worth trying again.
const LATER: u32 = 120;

/// Heading and text are `web-CODE` and `web-CODE-text`.
fn bad(face: &Face, spoken: &Spoken, status: StatusCode, code: &str) -> Page {
    let word = |code: &str| face.texts.of(None, spoken.language()).word(code);
    base(face, spoken, word(&format!("web-{code}"))).bad(status).line(word(&format!("web-{code}-text")))
}

/// With the way to where the dialogue is.
fn on(face: &Face, spoken: &Spoken, page: Page, place: &Place) -> Page {
    let word = face.texts.of(None, spoken.language()).word("web-go-on");
    page.link(format!("{}/step", place.path()), word)
}

/// There is nothing, and it is not said whether there could be.
pub(super) fn nowhere(face: &Face, spoken: &Spoken) -> Page {
    bad(face, spoken, StatusCode::NOT_FOUND, "nowhere")
}

/// Nothing can be started.
pub(super) fn closed(face: &Face, spoken: &Spoken, closed: Closed) -> Page {
    let later = |page| Page { retry_after: Some(LATER), ..page };
    match closed {
        Closed::Nowhere => nowhere(face, spoken),
        Closed::Full => {
            face.desk.count("full");
            later(bad(face, spoken, StatusCode::SERVICE_UNAVAILABLE, "full"))
        }
        Closed::Often => {
            face.desk.count("limited");
            later(bad(face, spoken, StatusCode::TOO_MANY_REQUESTS, "often"))
        }
        Closed::Busy => later(bad(face, spoken, StatusCode::SERVICE_UNAVAILABLE, "busy")),
        Closed::Fault => fault(face, spoken, None),
    }
}

/// The browser keeps no cookies.
pub(super) fn no_cookie(face: &Face, spoken: &Spoken, place: &Place) -> Page {
    begin(face, spoken, bad(face, spoken, StatusCode::BAD_REQUEST, "no-cookie"), place)
}

/// The dialogue has run out, or the server was started anew.
pub(super) fn gone(face: &Face, spoken: &Spoken, place: Option<&Place>) -> Page {
    face.desk.count("gone");
    let page = bad(face, spoken, StatusCode::GONE, "gone");
    place.map_or_else(|| page.clone(), |place| begin(face, spoken, page.clone(), place))
}

/// The dialogue is further on than this page.
pub(super) fn late(face: &Face, spoken: &Spoken, place: &Place) -> Page {
    on(face, spoken, bad(face, spoken, StatusCode::CONFLICT, "late"), place)
}

/// What came back belongs to another attempt.
pub(super) fn other(face: &Face, spoken: &Spoken, place: Option<&Place>) -> Page {
    let page = bad(face, spoken, StatusCode::CONFLICT, "other-attempt");
    place.map_or_else(|| page.clone(), |place| on(face, spoken, page.clone(), place))
}

/// This browser is in another dialogue.
pub(super) fn elsewhere(face: &Face, spoken: &Spoken, place: &Place) -> Page {
    on(face, spoken, bad(face, spoken, StatusCode::CONFLICT, "elsewhere"), place)
}

/// Our own fault.
pub(super) fn fault(face: &Face, spoken: &Spoken, place: Option<&Place>) -> Page {
    let page = bad(face, spoken, StatusCode::INTERNAL_SERVER_ERROR, "fault");
    place.map_or_else(|| page.clone(), |place| begin(face, spoken, page.clone(), place))
}

/// A request that is not looked at any further, or an answer that did not come in time.
pub(super) fn refused(face: &Face, spoken: &Spoken, status: StatusCode) -> Page {
    face.desk.count("refused");
    let (code, retry_after) = match status {
        StatusCode::GATEWAY_TIMEOUT => ("slow", None),
        StatusCode::TOO_MANY_REQUESTS => ("often", Some(LATER)),
        _ => ("refused", None),
    };
    Page { retry_after, ..bad(face, spoken, status, code) }
}
