//! The three probes a client may walk before it creates a chat.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{clock, platform::Platform};

/// `GET /api/v1/health`: alive, and whether the AI services are ready.
pub(crate) async fn health(State(platform): State<Arc<Platform>>) -> Json<Value> {
    Json(json!({
        "status": "healthy",
        "ai_services_ready": platform.is_warm(),
        "timestamp": clock::seconds(),
        "version": VERSION,
    }))
}

/// `GET /healthz`: alive.
pub(crate) async fn healthz() -> Json<Value> {
    Json(json!({"status": "healthy", "version": VERSION}))
}

/// `GET /readyz`: always 200, because clients read only the status and it must not hold them up.
pub(crate) async fn readyz() -> StatusCode {
    StatusCode::OK
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
