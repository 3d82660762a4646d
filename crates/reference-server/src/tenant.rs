//! The tenant middleware: every REST call names a tenant, and the tenant exists.
//!
//! Sockets are not its business; a browser cannot set headers there, so they name theirs in the query.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{error::ApiError, platform::Platform, socket};

/// The tenant of a request, lower-cased and known to exist.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tenant(pub(crate) String);

/// Refuses REST calls without `X-Tenant-ID`.
pub(crate) async fn require_named(request: Request, next: Next) -> Response {
    if concerns(&request) && named(request.headers()).is_none() {
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
        let Some(tenant_id) = named(request.headers()) else {
            return ApiError::TenantMissing.into_response();
        };
        match platform.store.has_tenant(&tenant_id).await {
            Ok(true) => {}
            Ok(false) => return ApiError::TenantNotFound { tenant_id }.into_response(),
            Err(error) => return ApiError::from(error).into_response(),
        }
        request.extensions_mut().insert(Tenant(tenant_id));
    }
    next.run(request).await
}

/// A tenant as the platform compares it.
pub(crate) fn canonical(tenant: &str) -> String {
    tenant.trim().to_lowercase()
}

fn named(headers: &HeaderMap) -> Option<String> {
    let tenant = headers.get("x-tenant-id")?.to_str().ok().map(canonical)?;
    (!tenant.is_empty()).then_some(tenant)
}

fn concerns(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/api/v1/") && path != socket::PATH && request.method() != Method::OPTIONS
}
