//! Who is calling: the bearer token, what it proves, and what it is refused for.
//!
//! The same rules hold by REST and on sockets: a token that is presented must be good even where
//! none is needed.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    config::{Scope, Surface},
    error::ApiError,
    platform::Platform,
};

/// What a good access token proves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    pub(crate) tenant: String,
    pub(crate) sign_in_id: String,
    scopes: Vec<String>,
}

/// What a caller presented.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Presented {
    /// A token that is unknown, expired or revoked.
    Bad,
    /// A token that is good, though perhaps not for this.
    Good(Identity),
    /// No token.
    Nothing,
}

/// Why a caller is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// There is no token and there must be one.
    AuthRequired,
    /// The token does not permit this.
    InsufficientScope,
    /// The token is not good.
    InvalidToken,
    /// The token is for another tenant.
    TenantMismatch,
}

impl Refusal {
    /// The code on the wire, by REST and in error frames.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::AuthRequired => "auth_required",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidToken => "invalid_token",
            Self::TenantMismatch => "tenant_mismatch",
        }
    }

    /// What a person is told.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::AuthRequired => "Authentication required",
            Self::InsufficientScope => "The token does not permit this",
            Self::InvalidToken => "The token is invalid or has expired",
            Self::TenantMismatch => "The token belongs to another tenant",
        }
    }
}

impl Presented {
    /// The caller, if one is named, as far as a tenant is concerned.
    pub(crate) fn identity(self, tenant: &str) -> Result<Option<Identity>, Refusal> {
        match self {
            Self::Bad => Err(Refusal::InvalidToken),
            Self::Good(identity) if identity.tenant != tenant => Err(Refusal::TenantMismatch),
            Self::Good(identity) => Ok(Some(identity)),
            Self::Nothing => Ok(None),
        }
    }

    /// The id of the user who may do this here; `None` is somebody without a name.
    pub(crate) fn admit(
        self,
        platform: &Platform,
        tenant: &str,
        surface: Surface,
        scopes: &[Scope],
    ) -> Result<Option<String>, Refusal> {
        let Some(identity) = self.identity(tenant)? else {
            return if platform.config.demands_token(surface) {
                Err(Refusal::AuthRequired)
            } else {
                Ok(None)
            };
        };
        let permits = |scope: &Scope| identity.scopes.iter().any(|name| name == scope.name());
        if scopes.iter().all(permits) {
            Ok(Some(identity.user_id))
        } else {
            Err(Refusal::InsufficientScope)
        }
    }
}

/// Finds out what a token proves.
pub(crate) async fn identify(platform: &Platform, token: Option<&str>) -> Result<Presented, sqlx::Error> {
    let Some(token) = token else {
        return Ok(Presented::Nothing);
    };
    let Some(claims) = platform.keys.read(token) else {
        return Ok(Presented::Bad);
    };
    let sign_in = platform.store.sign_in_of(&claims.jti).await?;
    Ok(
        match sign_in.filter(|sign_in| sign_in.user_id == claims.user_id) {
            Some(sign_in) => Presented::Good(Identity {
                user_id: claims.user_id,
                tenant: claims.tenant_id,
                sign_in_id: sign_in.id,
                scopes: claims.scope,
            }),
            None => Presented::Bad,
        },
    )
}

/// Hands what a REST caller presented to the handlers; they decide whether it will do.
pub(crate) async fn read(
    State(platform): State<Arc<Platform>>,
    mut request: Request,
    next: Next,
) -> Response {
    match identify(&platform, bearer(request.headers())).await {
        Ok(presented) => {
            request.extensions_mut().insert(presented);
            next.run(request).await
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    // What cannot be read is no token of ours, but it is one that was presented.
    let text = value.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token.trim()
    } else {
        ""
    })
}
