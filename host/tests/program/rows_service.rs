//! An ordinary JSON service that keeps rows by key: the other side of the example connector.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// What it keeps and how often it was written to.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) rows: BTreeMap<String, Vec<Value>>,
    pub(crate) writes: u32,
    /// The row it does not take.
    pub(crate) refused: Option<String>,
}

/// The service; it ends with the test's process.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) kept: Arc<Mutex<Kept>>,
}

impl Service {
    /// Starts it on a free port.
    pub(crate) fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let router = Router::new()
            .route("/rows", post(put))
            .route("/rows/lookup", post(look_up))
            .with_state(Arc::clone(&kept));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("it serves");
            });
        });
        Self { address, kept }
    }
}

fn key(row: &Value) -> String {
    row["student_id"].as_str().unwrap_or_default().to_owned()
}

async fn put(
    State(kept): State<Arc<Mutex<Kept>>>,
    headers: HeaderMap,
    Json(rows): Json<Vec<Value>>,
) -> Response {
    if headers.get("authorization").is_none_or(|token| token != "Bearer rows-token") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut kept = kept.lock().expect("no panic");
    kept.writes += 1;
    if let Some(bad) = rows.iter().map(key).find(|key| Some(key) == kept.refused.as_ref()) {
        let error = json!({"student_id": bad, "field": "birth_date", "message": "not a day"});
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"errors": [error]}))).into_response();
    }
    for row in rows {
        kept.rows.entry(key(&row)).or_default().push(row);
    }
    Json(json!({})).into_response()
}

async fn look_up(State(kept): State<Arc<Mutex<Kept>>>, Json(wanted): Json<Value>) -> Json<Vec<Value>> {
    let kept = kept.lock().expect("no panic");
    let ids = wanted["student_ids"].as_array().cloned().unwrap_or_default();
    let found = ids.iter().filter_map(|id| kept.rows.get(id.as_str()?)?.last().cloned());
    Json(found.collect())
}
