//! Creating and reading chats.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

use crate::{
    config::Config,
    error::{ApiError, FieldError},
    platform::Platform,
    store::{Chat, NewChat},
    tenant::{self, Tenant},
};

/// `POST /api/v1/chat`: creates the chat of a `session_id`, or answers with the one that exists.
pub(crate) async fn create(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(|_| ApiError::BodyTooLarge)?;
    let new = parse(&body).map_err(ApiError::Validation)?;
    if new.tenant != tenant_id {
        return Err(ApiError::TenantMismatch);
    }
    let (chat, is_new) = platform.store.open_chat(&new).await?;
    let status = if is_new {
        platform.config.created_status.into()
    } else {
        StatusCode::OK
    };
    Ok((status, Json(chat_object(&chat, &platform.config))).into_response())
}

/// `GET /api/v1/chat/{id}`: tells whether a chat still exists.
pub(crate) async fn read(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Path(chat_id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    match platform.store.chat(&tenant_id, &chat_id).await? {
        Some(chat) => Ok(Json(chat_object(&chat, &platform.config))),
        None => Err(ApiError::ChatNotFound { chat_id }),
    }
}

fn chat_object(chat: &Chat, config: &Config) -> Value {
    let mut object = json!({
        "chat_id": chat.id,
        "session_id": chat.session_id,
        "tenant_id": chat.tenant,
        "created_at": chat.created_at,
        "status": "active",
        "capabilities": config.capabilities(),
    });
    if let Some(title) = &chat.title {
        object["title"] = json!(title);
    }
    object
}

/// Reads a create-chat body; unknown fields are ignored, every wrong one is named.
fn parse(body: &[u8]) -> Result<NewChat, Vec<FieldError>> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        return Err(vec![FieldError::malformed_body()]);
    };
    let mut errors = Vec::new();
    let session_id = identifier(&fields, "session_id", 8, &mut errors);
    let visitor_id = identifier(&fields, "visitor_id", 1, &mut errors);
    let tenant = text(&fields, "tenant_id", Presence::Required, &mut errors);
    let title = text(&fields, "title", Presence::Optional, &mut errors);
    if title.is_some_and(|title| title.chars().count() > TITLE_LIMIT) {
        errors.push(FieldError::in_body(
            "title",
            format!("ensure this value has at most {TITLE_LIMIT} characters"),
            "value_error.any_str.max_length",
        ));
    }
    let context = match fields.get("context") {
        None | Some(Value::Null) => None,
        Some(Value::Object(context)) => Some(Value::Object(context.clone()).to_string()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            errors.push(FieldError::in_body(
                "context",
                "value is not a valid dict",
                "type_error.dict",
            ));
            None
        }
    };
    match (session_id, visitor_id, tenant) {
        (Some(session_id), Some(visitor_id), Some(tenant)) if errors.is_empty() => Ok(NewChat {
            tenant: tenant::canonical(tenant),
            session_id: session_id.to_owned(),
            visitor_id: visitor_id.to_owned(),
            title: title.map(str::to_owned),
            context,
        }),
        _ => Err(errors),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Optional,
    Required,
}

fn text<'a>(
    fields: &'a Map<String, Value>,
    name: &'static str,
    presence: Presence,
    errors: &mut Vec<FieldError>,
) -> Option<&'a str> {
    match fields.get(name) {
        None | Some(Value::Null) => {
            if presence == Presence::Required {
                errors.push(FieldError::missing(name));
            }
            None
        }
        Some(Value::String(text)) => Some(text),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            errors.push(FieldError::in_body(name, "str type expected", "type_error.str"));
            None
        }
    }
}

/// A required text of letters, digits, `_` and `-`.
fn identifier<'a>(
    fields: &'a Map<String, Value>,
    name: &'static str,
    at_least: usize,
    errors: &mut Vec<FieldError>,
) -> Option<&'a str> {
    let value = text(fields, name, Presence::Required, errors)?;
    let length = value.chars().count();
    let (msg, kind) = if length < at_least {
        (
            format!("ensure this value has at least {at_least} characters"),
            "value_error.any_str.min_length",
        )
    } else if length > IDENTIFIER_LIMIT {
        (
            format!("ensure this value has at most {IDENTIFIER_LIMIT} characters"),
            "value_error.any_str.max_length",
        )
    } else if !value
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
    {
        (
            "string does not match regex \"^[A-Za-z0-9_-]+$\"".to_owned(),
            "value_error.str.regex",
        )
    } else {
        return Some(value);
    };
    errors.push(FieldError::in_body(name, msg, kind));
    None
}

const IDENTIFIER_LIMIT: usize = 100;
const TITLE_LIMIT: usize = 255;
