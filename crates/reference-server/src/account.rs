//! Accounts: registering, signing in, refreshing, signing out.
//!
//! People belong to one tenant. A sign-in lasts as long as its first refresh token; refreshing
//! replaces both tokens and never extends it.

mod password;
mod token;

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::StatusCode,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use self::token::Keys;
use self::token::{Claims, Pair, RefreshToken};
use crate::{
    clock,
    config::Scope,
    error::ApiError,
    fields::{Fields, Presence},
    identity::{Identity, Presented, Refusal},
    platform::Platform,
    store::{NewTokens, NewUser, Rotated, Rotation, User},
    tenant::{self, Tenant},
};

/// `POST /api/v1/auth/register`: a new user, signed in at once.
pub(crate) async fn register(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let mut fields = Fields::read(body)?;
    let email = email(&mut fields);
    let password = fields.words("password");
    let full_name = fields.words("full_name");
    let named = fields.text("tenant_id", Presence::Required);
    let all = email.zip(password).zip(full_name).zip(named);
    let (((email, password), full_name), named) = fields.finish(all)?;
    require_same_tenant(&named, &tenant_id)?;

    let password_hash = password::hash(password).await?;
    let new = NewUser {
        tenant: &tenant_id,
        email: &email,
        full_name: full_name.trim(),
        password_hash: &password_hash,
    };
    let user = platform.store.add_user(new).await?.ok_or(ApiError::EmailTaken)?;
    let body = signed_in(&platform, &user).await?;
    Ok((StatusCode::CREATED, Json(body)))
}

/// `POST /api/v1/auth/login`: a user with a password.
pub(crate) async fn login(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::read(body)?;
    let email = email(&mut fields);
    let password = fields.words("password");
    let named = fields.text("tenant_id", Presence::Required);
    let ((email, password), named) = fields.finish(email.zip(password).zip(named))?;
    require_same_tenant(&named, &tenant_id)?;

    let user = platform.store.user_by_email(&tenant_id, &email).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let matches = password::matches(password, hash).await?;
    let user = user.filter(|_| matches).ok_or(ApiError::InvalidCredentials)?;
    Ok(Json(signed_in(&platform, &user).await?))
}

/// `POST /api/v1/auth/refresh`: the pair of tokens that follows a refresh token.
pub(crate) async fn refresh(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let mut fields = Fields::read(body)?;
    let presented = fields.words("refresh_token");
    let presented = RefreshToken::presented(&fields.finish(presented)?);
    let following = platform.keys.following(&presented);
    let rotation = Rotation {
        tenant: &tenant_id,
        presented: &presented.hash(),
        successor: new_tokens(&platform, &following),
        grace: platform.config.refresh_grace.as_secs_f64(),
    };
    match platform.store.rotate(&rotation).await? {
        Rotated::Successor { tokens, user_id } => {
            let user = platform
                .store
                .user(&user_id)
                .await?
                .ok_or(ApiError::InvalidGrant)?;
            let pair = pair(&platform, &user, following, tokens)?;
            Ok(Json(pair_object(&pair)))
        }
        Rotated::Refused => Err(ApiError::InvalidGrant),
        Rotated::Reused => {
            tracing::warn!("a used refresh token came back; its sign-in was ended");
            Err(ApiError::InvalidGrant)
        }
    }
}

/// `POST /api/v1/auth/logout`: ends the sign-in, with every token that came from it.
pub(crate) async fn logout(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
) -> Result<StatusCode, ApiError> {
    let identity = signed_in_caller(presented, &tenant_id)?;
    platform.store.revoke(&identity.sign_in_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/auth/me`: the user behind the token.
pub(crate) async fn me(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
) -> Result<Json<Value>, ApiError> {
    let identity = signed_in_caller(presented, &tenant_id)?;
    match platform.store.user(&identity.user_id).await? {
        Some(user) => Ok(Json(user_object(&user))),
        None => Err(ApiError::Refused(Refusal::InvalidToken)),
    }
}

fn require_same_tenant(named: &str, tenant_id: &str) -> Result<(), ApiError> {
    if tenant::canonical(named) == tenant_id {
        Ok(())
    } else {
        Err(ApiError::TenantMismatch)
    }
}

/// The caller of what needs a sign-in in every configuration.
fn signed_in_caller(presented: Presented, tenant_id: &str) -> Result<Identity, ApiError> {
    let identity = presented.identity(tenant_id)?;
    identity.ok_or(ApiError::Refused(Refusal::AuthRequired))
}

/// An e-mail address in the form it is compared in. That it has an `@` is all that is known of it.
fn email(fields: &mut Fields) -> Option<String> {
    let email = fields.words("email")?.trim().to_lowercase();
    if email.contains('@') {
        return Some(email);
    }
    fields.complain("email", "value is not a valid email address", "value_error.email");
    None
}

/// Begins a sign-in and tells about it.
async fn signed_in(platform: &Platform, user: &User) -> Result<Value, ApiError> {
    let refresh = RefreshToken::fresh().map_err(|_| ApiError::Internal)?;
    let tokens = new_tokens(platform, &refresh);
    let expires_at = tokens.issued_at + platform.config.refresh_ttl.as_secs_f64();
    platform.store.sign_in(&user.id, &tokens, expires_at).await?;
    let mut body = pair_object(&pair(platform, user, refresh, tokens)?);
    body["user"] = user_object(user);
    Ok(body)
}

fn new_tokens(platform: &Platform, refresh: &RefreshToken) -> NewTokens {
    let issued_at = clock::seconds();
    NewTokens {
        refresh_hash: refresh.hash(),
        access_id: Uuid::new_v4().to_string(),
        issued_at,
        access_expires_at: issued_at + platform.config.access_ttl.as_secs_f64(),
    }
}

/// The pair of a row; the same row is the same pair.
fn pair(
    platform: &Platform,
    user: &User,
    refresh: RefreshToken,
    tokens: NewTokens,
) -> Result<Pair, ApiError> {
    let scopes = platform.config.token_scopes.iter().copied();
    let claims = Claims {
        tenant_id: user.tenant.clone(),
        user_id: user.id.clone(),
        scope: scopes.map(Scope::name).map(str::to_owned).collect(),
        exp: whole_seconds(tokens.access_expires_at),
        iat: whole_seconds(tokens.issued_at),
        jti: tokens.access_id.clone(),
    };
    let access = platform.keys.sign(&claims).map_err(|error| {
        tracing::error!(%error, "signing failed");
        ApiError::Internal
    })?;
    Ok(Pair {
        access,
        refresh,
        tokens,
    })
}

fn pair_object(pair: &Pair) -> Value {
    let left = pair.tokens.access_expires_at - clock::seconds();
    json!({
        "access_token": pair.access,
        "refresh_token": pair.refresh.as_str(),
        "token_type": "Bearer",
        // Rounded, so that a full lifetime is told as what was configured; never 0, which clients
        // have to take for nonsense.
        "expires_in": whole_seconds(left.round()).max(1),
    })
}

fn user_object(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.full_name,
        "full_name": user.full_name,
        "tenant_id": user.tenant,
        "created_at": user.created_at,
    })
}

fn whole_seconds(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds).map_or(0, |duration| duration.as_secs())
}
