//! Which pages may call: the platform's allow-list, the same for fetches and for sockets.

use std::{collections::BTreeMap, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::tenant;

/// The origins that are allowed.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    allowed: Vec<String>,
    /// The only origins of the tenants that have some.
    tenants: BTreeMap<String, Vec<String>>,
}

impl Origins {
    /// The platform's development list and more, and the lists of single tenants.
    pub(crate) fn new(more: &[String], tenants: &BTreeMap<String, Vec<String>>) -> Self {
        let mut allowed = Vec::new();
        for host in ["localhost", "127.0.0.1"] {
            for port in [3000, 8000, 8080] {
                allowed.push(format!("http://{host}:{port}"));
            }
        }
        allowed.extend(more.iter().map(|origin| canonical(origin)));
        let tenants = tenants
            .iter()
            .map(|(id, origins)| {
                (
                    tenant::canonical(id),
                    origins.iter().map(|origin| canonical(origin)).collect(),
                )
            })
            .collect();
        Self { allowed, tenants }
    }

    /// Whether a page of `origin` may speak for a tenant, as far as the tenant's own list goes.
    pub(crate) fn admit(&self, tenant: &str, origin: &HeaderValue) -> bool {
        match (self.tenants.get(tenant), origin.to_str()) {
            (None, _) => true,
            (Some(only), Ok(origin)) => only.iter().any(|own| own.eq_ignore_ascii_case(origin)),
            (Some(_), Err(_)) => false,
        }
    }

    /// Whether a tenant has a list of its own, and the origin is on it.
    fn lists(&self, tenant: &str, origin: &HeaderValue) -> bool {
        self.tenants.contains_key(tenant) && self.admit(tenant, origin)
    }

    /// Whether an answer may be read by the page that asked.
    ///
    /// A preflight does not say which tenant it is for, so there a place on any tenant's list will do.
    fn may_read(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let listed = match headers.get("x-tenant-id").map(HeaderValue::to_str) {
            Some(Ok(tenant)) => self.lists(&tenant::canonical(tenant), origin),
            Some(Err(_)) => false,
            None => self.tenants.keys().any(|tenant| self.lists(tenant, origin)),
        };
        listed || self.allow(origin, headers.get(header::HOST))
    }

    /// Whether a page of `origin` may open a socket for a tenant.
    pub(crate) fn allow_socket(
        &self,
        tenant: &str,
        origin: &HeaderValue,
        host: Option<&HeaderValue>,
    ) -> bool {
        self.lists(tenant, origin) || self.allow(origin, host)
    }

    /// Lets the page that asked read an answer that never went through the layer.
    pub(crate) fn permit(&self, asked: &HeaderMap, answer: &mut HeaderMap) {
        let Some(origin) = asked.get(header::ORIGIN) else {
            return;
        };
        if self.may_read(origin, asked) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            if let Ok(names) = HeaderValue::from_str(&EXPOSED.map(|name| name.to_string()).join(",")) {
                answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
            }
            answer.insert(header::VARY, HeaderValue::from_static("origin"));
        }
    }

    /// Whether a page of `origin` may call the server that it addressed as `host`.
    ///
    /// Pages this server delivers itself always may, whatever name and port it is reached by.
    fn allow(&self, origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
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
        origins.may_read(origin, &request.headers)
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
        .expose_headers(EXPOSED)
        .max_age(Duration::from_secs(600))
}

fn canonical(origin: &str) -> String {
    origin.trim_end_matches('/').to_lowercase()
}

/// What a page may read of an answer's headers.
const EXPOSED: [HeaderName; 6] = [
    header::RETRY_AFTER,
    header::DATE,
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
    HeaderName::from_static("x-request-id"),
];
