//! What a sender to an Ed-Fi API asks for before it delivers: addresses, the order of resources, a token. Deliveries
//! themselves are the service's own; only a refused row is told in that API's words.

use axum::http::Method;
use serde_json::{Value, json};

/// Where such an API takes records.
const DATA: &str = "/data/v3/";

/// The answer to a call that prepares deliveries, from a service that is reached under this host and port.
pub(super) fn prepares(method: &Method, path: &str, host: &str) -> Option<Value> {
    Some(match (method, path) {
        (&Method::GET, "/") => json!({"urls": {
            "oauth": format!("http://{host}/oauth/token"),
            "dependencies": format!("http://{host}/dependencies"),
            "openApiMetadata": format!("http://{host}/openapi"),
        }}),
        (&Method::GET, "/dependencies") => {
            json!([{"resource": "/ed-fi/students", "order": 1, "operations": ["Create", "Update"]}])
        }
        (&Method::POST, "/oauth/token") => {
            json!({"access_token": "token", "expires_in": 3600, "token_type": "bearer"})
        }
        _ => return None,
    })
}

/// The refusal of a bad row, if this is a delivery in the manner of Ed-Fi.
pub(super) fn refusal(path: &str) -> Option<Value> {
    path.starts_with(DATA).then(|| json!({"validationErrors": {"$.birth_date": ["not a day"]}}))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::http;
    use crate::rows::{Options, Service};

    #[test]
    fn a_sender_finds_its_way_and_is_refused_in_its_own_words() {
        let fault = "bad-row/p1".parse().unwrap();
        let service = Service::spawn(Options { fault, ..Options::default() }).unwrap();
        let send = |method: &str, path: &str| {
            let url = Url::parse(&format!("http://{}{path}", service.addr())).unwrap();
            http::send(method, &url, &[], r#"{"student_id":"p1"}"#).unwrap()
        };
        let base: Value = serde_json::from_str(&send("GET", "/").accepted().unwrap()).unwrap();
        assert_eq!(base["urls"]["oauth"], format!("http://{}/oauth/token", service.addr()));
        send("POST", "/oauth/token").accepted().unwrap();
        assert_eq!(service.tally().posts, 0, "what prepares deliveries is none");
        let refused = send("POST", "/data/v3/ed-fi/students");
        assert_eq!((refused.status, refused.body.contains("validationErrors")), (400, true));
        assert_eq!(send("POST", "/rows").status, 422);
        assert_eq!((service.tally().posts, service.tally().rows), (2, 0));
    }
}
