//! The router with its layers, and the life of a server from binding to the last closed socket.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue},
    middleware::{self, Next},
    response::{Redirect, Response},
    routing::{any, get, post},
};
use tokio::{net::TcpListener, time::Instant};
use uuid::Uuid;

use crate::{
    chat,
    config::Config,
    cors,
    error::{ApiError, ServerError},
    fault, health, history, inspect, pages,
    platform::Platform,
    socket, tenant,
};

/// Serves on a bound listener until `shutdown` resolves.
///
/// Then every socket is closed with 1001, running answers are finished and stored, and at most two
/// seconds later the function returns.
///
/// # Errors
///
/// Each variant of [`ServerError`] says what could not be opened, read or served; nothing is retried.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let platform = Platform::start(config).await?;
    let closer = Arc::clone(&platform);
    tokio::spawn(async move {
        shutdown.await;
        tracing::info!("shutting down");
        closer.close();
    });

    let stopping = Arc::clone(&platform);
    let serving = axum::serve(listener, router(&platform))
        .with_graceful_shutdown(async move { stopping.closed().await });
    let served = async {
        let result = serving.await;
        platform.finished().await;
        result
    };
    let deadline = async {
        platform.closed().await;
        tokio::time::sleep(SHUTDOWN_LIMIT).await;
    };
    let result = tokio::select! {
        result = served => result,
        () = deadline => Ok(()),
    };
    platform.store.close().await;
    Ok(result?)
}

fn router(platform: &Arc<Platform>) -> Router {
    let api = Router::new()
        .route("/api/v1/health", get(health::health))
        .route("/api/v1/chat", post(chat::create))
        .route(
            "/api/v1/chat/",
            any(|| async { Redirect::temporary("/api/v1/chat") }),
        )
        .route("/api/v1/chat/{id}", get(chat::read))
        .route("/api/v1/chat/{id}/messages", get(history::read))
        .route(socket::PATH, any(socket::upgrade))
        .route("/api/{*rest}", any(|| async { ApiError::PathNotFound }))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES));
    let probes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/health", any(|| async { ApiError::PathNotFound }));
    let inspector = Router::new().route(inspect::PATH, any(inspect::endpoint));

    // Layers wrap from the inside out: the last one added is the first one a request meets. A
    // missing tenant is refused outside CORS, because the platform refuses it there too.
    Router::new()
        .merge(api)
        .merge(probes)
        .merge(pages::router(&platform.config))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            tenant::require_known,
        ))
        .layer(cors::layer(platform.origins.clone()))
        .layer(middleware::from_fn(tenant::require_named))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            fault::hotspot,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            inspect::record,
        ))
        .merge(inspector)
        .layer(middleware::from_fn(stamp))
        .with_state(Arc::clone(platform))
}

/// Gives every response its id and every request a line in the log, without query or body.
async fn stamp(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let elapsed_ms = started.elapsed().as_millis();
    if path.starts_with("/api/") {
        tracing::info!(%method, path, status, elapsed_ms, request_id = id, "request");
    } else {
        tracing::debug!(%method, path, status, elapsed_ms, request_id = id, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// The largest body a REST call may carry; our choice, far above any contract body.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// How long a shutdown may take; longer than a close handshake, shorter than patience.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);
