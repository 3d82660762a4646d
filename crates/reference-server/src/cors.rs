//! Which pages may call: the platform's allow-list, the same for fetches and for sockets.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The origins that are allowed.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    allowed: Vec<String>,
}

impl Origins {
    /// The platform's development list and more.
    pub(crate) fn new(more: &[String]) -> Self {
        let mut allowed = Vec::new();
        for host in ["localhost", "127.0.0.1"] {
            for port in [3000, 8000, 8080] {
                allowed.push(format!("http://{host}:{port}"));
            }
        }
        allowed.extend(
            more.iter()
                .map(|origin| origin.trim_end_matches('/').to_lowercase()),
        );
        Self { allowed }
    }

    /// Whether a page of `origin` may call the server that it addressed as `host`.
    ///
    /// Pages this server delivers itself always may, whatever name and port it is reached by.
    pub(crate) fn allow(&self, origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let own = host.and_then(|host| host.to_str().ok());
        let same = authority.is_some() && authority == own;
        same || self
            .allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

/// The CORS layer of the whole server.
pub(crate) fn layer(origins: Origins) -> CorsLayer {
    let permitted = AllowOrigin::predicate(move |origin: &HeaderValue, request: &Parts| {
        origins.allow(origin, request.headers.get(header::HOST))
    });
    CorsLayer::new()
        .allow_origin(permitted)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("x-tenant-id"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-user-session"),
        ])
        .allow_credentials(true)
        .expose_headers([
            header::RETRY_AFTER,
            header::DATE,
            HeaderName::from_static("x-ratelimit-limit"),
            HeaderName::from_static("x-ratelimit-remaining"),
            HeaderName::from_static("x-ratelimit-reset"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(Duration::from_secs(600))
}
