//! The router with its layers, and the life of a server from binding to the last closed socket.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{HeaderName, HeaderValue, Method},
    middleware::{self, Next},
    response::{Redirect, Response},
    routing::{MethodRouter, any, delete, get, post},
};
use tokio::{net::TcpListener, time::Instant};
use uuid::Uuid;

use crate::{
    account, chat,
    config::{Accounts, Config, Profile, Slash},
    cors,
    error::{ApiError, ServerError},
    fault, health, history, identity, inspect, openapi, pages,
    platform::Platform,
    rate,
    shape::{self, RequestId},
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
    let service = router(&platform).into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(async move { stopping.closed().await });
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

/// The REST surface, and what it consists of.
#[derive(Default)]
struct Surface {
    router: Router<Arc<Platform>>,
    routed: Vec<Route>,
}

/// One method of one path.
type Route = (Method, &'static str);

impl Surface {
    fn get<H: Handler<T, Arc<Platform>>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.with(Method::GET, path, get(handler))
    }

    fn post<H: Handler<T, Arc<Platform>>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.with(Method::POST, path, post(handler))
    }

    fn delete<H: Handler<T, Arc<Platform>>, T: 'static>(self, path: &'static str, handler: H) -> Self {
        self.with(Method::DELETE, path, delete(handler))
    }

    fn with(mut self, method: Method, path: &'static str, route: MethodRouter<Arc<Platform>>) -> Self {
        self.routed.push((method, path));
        self.router = self.router.route(path, route);
        self
    }
}

/// The calls that name a tenant.
fn api(config: &Config) -> Surface {
    let (creation, _) = creation_paths(config.slash);
    let surface = Surface::default()
        .get("/api/v1/health", health::health)
        .post(creation, chat::create)
        .get("/api/v1/chat/config", chat::config)
        .get("/api/v1/chat/{id}", chat::read)
        .delete("/api/v1/chat/{id}", chat::erase)
        .get("/api/v1/chat/{id}/messages", history::read)
        .post("/api/v1/chat/{id}/messages/{message_id}/feedback", chat::feedback);
    match config.accounts {
        Accounts::Off => surface,
        Accounts::On => surface
            .post("/api/v1/auth/register", account::register)
            .post("/api/v1/auth/login", account::login)
            .post("/api/v1/auth/refresh", account::refresh)
            .post("/api/v1/auth/logout", account::logout)
            .get("/api/v1/auth/me", account::me),
    }
}

/// The calls that need no tenant.
fn probes() -> Surface {
    Surface::default()
        .get("/healthz", health::healthz)
        .get("/readyz", health::readyz)
}

/// What describes the rest.
fn description() -> Surface {
    Surface::default().get("/openapi.json", openapi::read)
}

/// The path chats are created at, and the one that redirects to it.
pub(crate) fn creation_paths(slash: Slash) -> (&'static str, &'static str) {
    match slash {
        Slash::Bare => ("/api/v1/chat", "/api/v1/chat/"),
        Slash::Trailing => ("/api/v1/chat/", "/api/v1/chat"),
    }
}

fn router(platform: &Arc<Platform>) -> Router {
    let config = &platform.config;
    let with_platform = Arc::clone(platform);
    let (creation, other) = creation_paths(config.slash);
    let redirect = match config.profile {
        Profile::Any | Profile::JoinToken | Profile::TwoStep => {
            any(move || async move { Redirect::temporary(creation) })
        }
        Profile::Realtime => any(|| async { ApiError::PathNotFound }),
    };
    let mut calls = api(config)
        .router
        .route(other, redirect)
        .route("/api/{*rest}", any(|| async { ApiError::PathNotFound }))
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(platform), shape::dress));
    if let Some(limiter) = rate::layer(config.rest_limit) {
        calls = calls.layer(limiter).layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            rate::tell_reset,
        ));
    }
    let calls = calls.layer(middleware::from_fn_with_state(
        Arc::clone(platform),
        identity::read,
    ));
    let sockets = Router::new().route(socket::PATH, any(socket::upgrade));
    let probes = probes()
        .router
        .route("/health", any(|| async { ApiError::PathNotFound }))
        .layer(middleware::from_fn_with_state(Arc::clone(platform), shape::dress));
    let tools = Router::new()
        .route(inspect::PATH, any(inspect::endpoint))
        .route(fault::RULES_PATH, any(fault::rules_endpoint));

    // Layers wrap from the inside out: the last one added is the first one a request meets. A
    // missing tenant is refused outside CORS, because the platform refuses it there too.
    Router::new()
        .merge(calls)
        .merge(sockets)
        .merge(probes)
        .merge(description().router)
        .merge(pages::router(config))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            tenant::require_known,
        ))
        .layer(cors::layer(platform.origins.clone()))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            tenant::require_named,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            fault::hotspot,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            fault::meddle,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(platform),
            inspect::record,
        ))
        .merge(tools)
        .layer(middleware::from_fn(stamp))
        .with_state(with_platform)
}

/// Gives every response its id and every request a line in the log, without query or body.
async fn stamp(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_routed_call_is_in_the_document_and_nothing_else() {
        for (slash, accounts) in [(Slash::Bare, Accounts::On), (Slash::Trailing, Accounts::Off)] {
            let config = Config {
                slash,
                accounts,
                ..Config::default()
            };
            let routed: BTreeSet<(String, String)> = [api(&config), probes(), description()]
                .into_iter()
                .flat_map(|surface| surface.routed)
                .map(|(method, path)| (method.as_str().to_lowercase(), path.to_owned()))
                .collect();

            let document = openapi::document(&config);
            let mut described = BTreeSet::new();
            for (path, methods) in document["paths"].as_object().unwrap() {
                for method in methods.as_object().unwrap().keys() {
                    described.insert((method.clone(), path.clone()));
                }
            }
            assert_eq!(routed, described);
        }
    }
}
