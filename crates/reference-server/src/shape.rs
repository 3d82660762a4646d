//! The dress of REST successes: `--shape wrapped` puts them below `data`, as one generation of the
//! platform does, and `--spelling camel` respells them.

use std::sync::Arc;

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    clock,
    config::{Shape, Spelling},
    error::ApiError,
    platform::Platform,
    spelling,
};

/// The id of a request; it is in the log, in the answer's header and, if wrapped, in its body.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Dresses successful JSON bodies as the configuration says.
pub(crate) async fn dress(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let config = &platform.config;
    let naked = config.shape == Shape::Bare && config.spelling != Spelling::Camel;
    if naked || !response.status().is_success() || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let read = to_bytes(body, usize::MAX).await.ok();
    let Some(body) = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
        return ApiError::Internal.into_response();
    };
    let body = match config.shape {
        Shape::Bare => body,
        Shape::Wrapped => wrapped(body, id),
    };
    let body = spelling::body(body, config.spelling);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    (parts.status, parts.headers, Json(body)).into_response()
}

fn wrapped(data: Value, id: Option<RequestId>) -> Value {
    json!({
        "success": true,
        "data": data,
        "message": "ok",
        "meta": {
            "timestamp": clock::milliseconds(),
            "request_id": id.map(|RequestId(id)| id),
        },
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}
