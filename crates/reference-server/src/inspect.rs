//! `/_inspect/log`: everything a client said and heard, in order, for tests and curious people.
//!
//! It exists only under `--inspect`, and shows what was sent as it was sent, passwords and tokens
//! included. Static files, pages and its own calls are not in it.
//!
//! | entry | fields |
//! |---|---|
//! | `http` | `method`, `path_and_query`, `headers`, `tenant_id`, `authorization`, `origin`, `body`, `status` (null while unanswered, or if no answer left) |
//! | `socket` | `socket`, `event`: `open` with `query`, `frame_in` and `frame_out` with `text`, `close` with `code`, `sent` and `received` |

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    config::Config,
    error::ApiError,
    fault::Lost,
    hub::SocketId,
    platform::Platform,
    socket::{self, Closing},
};

/// Where the log is read (`GET`) and cleared (`DELETE`).
pub(crate) const PATH: &str = "/_inspect/log";

/// The log, or nothing when it is switched off.
#[derive(Debug)]
pub(crate) struct Inspector {
    entries: Option<Mutex<Entries>>,
}

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    kept: VecDeque<(u64, Value)>,
}

/// The place of an entry whose status is not known yet.
#[derive(Clone, Copy, Debug)]
struct EntryId(u64);

impl Inspector {
    /// A log that keeps what it is told if the configuration asks for one.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            entries: config.inspect.then(Mutex::default),
        }
    }

    /// Notes that a socket opened; tokens in the query are blacked out.
    pub(crate) fn socket_opened(&self, socket: SocketId, query: &str) {
        self.push(
            || json!({"kind": "socket", "socket": socket.0, "event": "open", "query": without_token(query)}),
        );
    }

    /// Notes a text frame the client sent.
    pub(crate) fn frame_in(&self, socket: SocketId, text: &str) {
        self.push(|| frame(socket, "frame_in", text));
    }

    /// Notes a text frame the client was sent.
    pub(crate) fn frame_out(&self, socket: SocketId, text: &str) {
        self.push(|| frame(socket, "frame_out", text));
    }

    /// Notes that a socket closed.
    pub(crate) fn socket_closed(&self, socket: SocketId, closing: Closing) {
        self.push(|| {
            json!({
                "kind": "socket",
                "socket": socket.0,
                "event": "close",
                "code": closing.code,
                "sent": closing.sent,
                "received": closing.received,
            })
        });
    }

    fn is_enabled(&self) -> bool {
        self.entries.is_some()
    }

    fn push(&self, entry: impl FnOnce() -> Value) -> Option<EntryId> {
        let mut entries = self.entries()?;
        entries.last += 1;
        let id = entries.last;
        entries.kept.push_back((id, entry()));
        if entries.kept.len() > ENTRIES_LIMIT {
            entries.kept.pop_front();
        }
        Some(EntryId(id))
    }

    fn set_status(&self, entry: EntryId, status: StatusCode) {
        let Some(mut entries) = self.entries() else {
            return;
        };
        if let Some((_, value)) = entries.kept.iter_mut().rev().find(|(id, _)| *id == entry.0) {
            value["status"] = json!(status.as_u16());
        }
    }

    fn forget(&self, entry: EntryId) {
        if let Some(mut entries) = self.entries() {
            entries.kept.retain(|(id, _)| *id != entry.0);
        }
    }

    fn entries(&self) -> Option<MutexGuard<'_, Entries>> {
        self.entries
            .as_ref()
            .map(|entries| entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Notes every REST call and probe when it arrives, and its status when it is answered.
pub(crate) async fn record(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let concerned = path.starts_with("/api/") || matches!(path, "/health" | "/healthz" | "/readyz");
    if !platform.inspector.is_enabled() || !concerned {
        return next.run(request).await;
    }
    let upgrade = path == socket::PATH;
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BUFFER_LIMIT_BYTES).await else {
        return ApiError::BodyTooLarge.into_response();
    };
    let path = parts.uri.path();
    let path_and_query = match parts.uri.query() {
        Some(query) => format!("{path}?{}", without_token(query)),
        None => path.to_owned(),
    };
    let entry = platform.inspector.push(|| {
        json!({
            "kind": "http",
            "method": parts.method.as_str(),
            "path_and_query": path_and_query,
            "headers": headers(&parts.headers),
            "tenant_id": text_of(&parts.headers, "x-tenant-id"),
            "authorization": text_of(&parts.headers, header::AUTHORIZATION.as_str()),
            "origin": text_of(&parts.headers, header::ORIGIN.as_str()),
            "body": shortened(&String::from_utf8_lossy(&body), BODY_LIMIT_BYTES),
            "status": null,
        })
    });
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if let Some(entry) = entry {
        // An upgrade that succeeds appears as a socket, one that is refused as a call.
        if upgrade && response.status() == StatusCode::SWITCHING_PROTOCOLS {
            platform.inspector.forget(entry);
        } else if response.extensions().get::<Lost>().is_none() {
            platform.inspector.set_status(entry, response.status());
        }
    }
    response
}

/// Answers `GET` with the log, `DELETE` by clearing it, and preflights from anywhere.
pub(crate) async fn endpoint(State(platform): State<Arc<Platform>>, method: Method) -> Response {
    let Some(mut entries) = platform.inspector.entries() else {
        return ApiError::PathNotFound.into_response();
    };
    let mut response = if method == Method::GET {
        let kept: Vec<&Value> = entries.kept.iter().map(|(_, value)| value).collect();
        Json(json!(kept)).into_response()
    } else if method == Method::DELETE {
        entries.kept.clear();
        StatusCode::NO_CONTENT.into_response()
    } else if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        ApiError::MethodNotAllowed.into_response()
    };
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn frame(socket: SocketId, event: &str, text: &str) -> Value {
    json!({"kind": "socket", "socket": socket.0, "event": event, "text": shortened(text, FRAME_LIMIT_BYTES)})
}

fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let shown = |name: &HeaderName, value: &HeaderValue| {
        if name == header::AUTHORIZATION {
            "redacted".to_owned()
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        }
    };
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), shown(name, value)))
        .collect()
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn without_token(query: &str) -> String {
    let parts: Vec<&str> = query
        .split('&')
        .map(|pair| {
            if pair.starts_with("token=") {
                "token=redacted"
            } else {
                pair
            }
        })
        .collect();
    parts.join("&")
}

fn shortened(text: &str, limit_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(limit_bytes))
        .unwrap_or_default()
}

/// How much of a request body is kept.
const BODY_LIMIT_BYTES: usize = 4 * 1024;

/// How much of a frame is kept: all of an ordinary one.
const FRAME_LIMIT_BYTES: usize = 64 * 1024;

/// The largest body that is read at all; above every limit of the routes.
const BUFFER_LIMIT_BYTES: usize = 1024 * 1024;

/// How many entries are kept; a guess that holds a long test with some hundred answers.
const ENTRIES_LIMIT: usize = 50_000;
