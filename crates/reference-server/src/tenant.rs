//! The tenant middleware: every REST call names a tenant, and the tenant exists.
//!
//! Sockets are not its business; a browser cannot set headers there, so they name theirs in the query.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Query, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{config::Config, error::ApiError, platform::Platform, socket};

/// The tenant of a request, lower-cased and known to exist.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tenant(pub(crate) String);

/// Refuses REST calls without `X-Tenant-ID`.
pub(crate) async fn require_named(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    if concerns(&request) && named(&request, &platform.config).is_none() {
        tracing::warn!(path = request.uri().path(), "Tenant ID not found in request");
        return ApiError::TenantMissing.into_response();
    }
    next.run(request).await
}

/// Refuses REST calls of tenants nobody knows, and hands the tenant to the handlers.
pub(crate) async fn require_known(
    State(platform): State<Arc<Platform>>,
    mut request: Request,
    next: Next,
) -> Response {
    if concerns(&request) {
        let Some(tenant_id) = named(&request, &platform.config) else {
            return ApiError::TenantMissing.into_response();
        };
        match platform.store.has_tenant(&tenant_id).await {
            Ok(true) => {}
            Ok(false) => return ApiError::TenantNotFound { tenant_id }.into_response(),
            Err(error) => return ApiError::from(error).into_response(),
        }
        let origin = request.headers().get(header::ORIGIN);
        if origin.is_some_and(|origin| !platform.origins.admit(&tenant_id, origin)) {
            tracing::warn!(?origin, tenant_id, "Tenant access denied");
            return ApiError::TenantDenied.into_response();
        }
        request.extensions_mut().insert(Tenant(tenant_id));
    }
    next.run(request).await
}

/// A tenant as the platform compares it.
pub(crate) fn canonical(tenant: &str) -> String {
    tenant.trim().to_lowercase()
}

/// The tenant in the header or, under `DEBUG`, in the query.
fn named(request: &Request, config: &Config) -> Option<String> {
    let header = request.headers().get("x-tenant-id");
    let in_header = header.and_then(|tenant| tenant.to_str().ok()).map(canonical);
    let in_query = || {
        let query: Query<BTreeMap<String, String>> = Query::try_from_uri(request.uri()).ok()?;
        query.get("tenant_id").map(|tenant| canonical(tenant))
    };
    in_header
        .filter(|tenant| !tenant.is_empty())
        .or_else(|| in_query().filter(|tenant| config.debug && !tenant.is_empty()))
}

fn concerns(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/api/v1/") && path != socket::PATH && request.method() != Method::OPTIONS
}
