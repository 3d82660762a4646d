//! Everything the REST surface can refuse, with one status and one body for each.
//!
//! Bodies follow the families of the platform contract: a list of fields, a `detail` string, the
//! envelope with `error_code`, or the tenant middleware's bare `error`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::identity::Refusal;

/// Why the server stopped or could not start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The database's folder could not be made, or the listener failed.
    #[error("input or output failed")]
    Io(#[from] std::io::Error),
    /// The knowledge folder could not be read.
    #[error("knowledge folder could not be read: {path}")]
    Knowledge {
        /// The file or folder concerned.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("database migration failed")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The system has no randomness to make keys from.
    #[error("no randomness for keys")]
    Randomness,
    /// The database refused.
    #[error("database failed")]
    Storage(#[from] sqlx::Error),
    /// The upstream's HTTP client could not be built.
    #[error("upstream could not be prepared")]
    Upstream(#[source] reqwest::Error),
}

/// A refusal on the REST surface.
#[derive(Debug, Error)]
pub(crate) enum ApiError {
    #[error("body is larger than the limit")]
    BodyTooLarge,
    #[error("chat not found")]
    ChatNotFound { chat_id: String },
    #[error("e-mail address is taken")]
    EmailTaken,
    #[error("internal failure")]
    Internal,
    #[error("wrong e-mail address or password")]
    InvalidCredentials,
    #[error("refresh token refused")]
    InvalidGrant,
    #[error("message not found")]
    MessageNotFound { message_id: String },
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("socket refused from this origin")]
    OriginRefused,
    #[error("path not found")]
    PathNotFound,
    #[error("caller refused: {0:?}")]
    Refused(Refusal),
    #[error("storage failed")]
    Storage(#[from] sqlx::Error),
    #[error("tenant may not be used from this origin")]
    TenantDenied,
    #[error("tenant differs between header and body")]
    TenantMismatch,
    #[error("tenant missing")]
    TenantMissing,
    #[error("tenant not found")]
    TenantNotFound { tenant_id: String },
    #[error("socket refused for this tenant")]
    TenantRefused,
    #[error("not a socket upgrade")]
    UpgradeRequired,
    #[error("request is not valid")]
    Validation(Vec<FieldError>),
}

impl ApiError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ChatNotFound { .. }
            | Self::MessageNotFound { .. }
            | Self::PathNotFound
            | Self::TenantNotFound { .. } => StatusCode::NOT_FOUND,
            Self::EmailTaken => StatusCode::CONFLICT,
            Self::InvalidCredentials
            | Self::InvalidGrant
            | Self::Refused(Refusal::AuthRequired | Refusal::InvalidToken) => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::OriginRefused
            | Self::Refused(Refusal::InsufficientScope | Refusal::TenantMismatch)
            | Self::TenantDenied
            | Self::TenantMismatch
            | Self::TenantRefused => StatusCode::FORBIDDEN,
            Self::Internal | Self::Storage(_) | Self::TenantMissing => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UpgradeRequired => StatusCode::UPGRADE_REQUIRED,
            Self::Validation(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::BodyTooLarge => json!({"detail": "Request body too large"}),
            Self::ChatNotFound { chat_id } => {
                envelope("CHAT_NOT_FOUND", "Chat not found", &json!({"chat_id": chat_id}))
            }
            Self::EmailTaken => coded("email_taken", "This e-mail address is already registered"),
            Self::InvalidCredentials => coded("invalid_credentials", "Wrong e-mail address or password"),
            Self::InvalidGrant => coded("invalid_grant", "The refresh token is invalid or has expired"),
            Self::MessageNotFound { message_id } => envelope(
                "MESSAGE_NOT_FOUND",
                "Message not found",
                &json!({"message_id": message_id}),
            ),
            Self::MethodNotAllowed => json!({"detail": "Method Not Allowed"}),
            Self::OriginRefused => envelope("origin_not_allowed", "Origin not allowed", &json!({})),
            Self::PathNotFound => json!({"detail": "Not Found"}),
            Self::Refused(refusal) => coded(refusal.code(), refusal.message()),
            Self::Internal | Self::Storage(_) => json!({"detail": "Internal Server Error"}),
            Self::TenantDenied => envelope("tenant_denied", "Tenant access denied", &json!({})),
            Self::TenantMismatch => envelope(
                "tenant_mismatch",
                "Tenant in the body differs from the X-Tenant-ID header",
                &json!({}),
            ),
            Self::TenantMissing => json!({"error": "Tenant ID not found in request"}),
            Self::TenantNotFound { tenant_id } => envelope(
                "TENANT_NOT_FOUND",
                "Tenant not found",
                &json!({"tenant_id": tenant_id}),
            ),
            Self::TenantRefused => envelope("tenant_access_denied", "Tenant access denied", &json!({})),
            Self::UpgradeRequired => json!({"detail": "Upgrade Required"}),
            Self::Validation(fields) => json!({"detail": fields}),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Storage(error) = &self {
            tracing::error!(%error, "storage failed");
        }
        (self.status(), Json(self.body())).into_response()
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// One field that is missing or wrong, as the platform's validator spells it.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct FieldError {
    loc: Vec<&'static str>,
    msg: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl FieldError {
    /// A body that is no JSON object at all.
    pub(crate) fn malformed_body() -> Self {
        Self {
            loc: vec!["body"],
            msg: "body is not a JSON object".to_owned(),
            kind: "value_error.jsondecode",
        }
    }

    /// A body field that is not there.
    pub(crate) fn missing(field: &'static str) -> Self {
        Self::in_body(field, "field required", "value_error.missing")
    }

    /// A body field that is there and wrong.
    pub(crate) fn in_body(field: &'static str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self {
            loc: vec!["body", field],
            msg: msg.into(),
            kind,
        }
    }

    /// Something wrong in a rule for `/__faults`, as its reader says it.
    pub(crate) fn in_rule(msg: String) -> Self {
        Self {
            loc: vec!["body"],
            msg,
            kind: "value_error",
        }
    }

    /// A query parameter that is no number.
    pub(crate) fn not_a_number(parameter: &'static str) -> Self {
        Self {
            loc: vec!["query", parameter],
            msg: "value is not a valid integer".to_owned(),
            kind: "type_error.integer",
        }
    }
}

fn coded(code: &str, message: &str) -> Value {
    json!({"code": code, "message": message})
}

pub(crate) fn envelope(error_code: &str, message: &str, details: &Value) -> Value {
    json!({
        "success": false,
        "message": message,
        "errors": [],
        "error_code": error_code,
        "details": details,
    })
}
