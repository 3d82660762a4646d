//! Creating, reading, rating and erasing chats.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    answer,
    config::{Capability, Config, Profile, Scope, Surface},
    error::ApiError,
    fields::{Fields, Presence},
    identity::Presented,
    platform::Platform,
    store::{Chat, NewChat},
    tenant::{self, Tenant},
};

/// `POST /api/v1/chat`: creates the chat of a `session_id`, or answers with the one that exists.
pub(crate) async fn create(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    match platform.config.profile {
        Profile::Realtime => return Err(ApiError::PathNotFound),
        Profile::Any | Profile::JoinToken | Profile::TwoStep => {}
    }
    let user = presented.admit(&platform, &tenant_id, Surface::Rest, &[Scope::ChatCreate])?;
    let mut new = parse(Fields::read(body)?)?;
    if new.tenant != tenant_id {
        return Err(ApiError::TenantMismatch);
    }
    new.user = user;
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
    Extension(presented): Extension<Presented>,
    Path(chat_id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let chat = find(&platform, presented, &tenant_id, chat_id).await?;
    Ok(Json(chat_object(&chat, &platform.config)))
}

/// `DELETE /api/v1/chat/{id}`: the capability `erase`.
pub(crate) async fn erase(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
    Path(chat_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !platform.config.offers(Capability::Erase) {
        return Err(ApiError::MethodNotAllowed);
    }
    let chat = find(&platform, presented, &tenant_id, chat_id).await?;
    platform.store.erase_chat(&chat.id).await?;
    answer::forget(&platform, &chat.id);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/chat/{id}/messages/{message_id}/feedback`: the capability `feedback`.
pub(crate) async fn feedback(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
    Path((chat_id, message_id)): Path<(String, String)>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, ApiError> {
    if !platform.config.offers(Capability::Feedback) {
        return Err(ApiError::PathNotFound);
    }
    let chat = find(&platform, presented, &tenant_id, chat_id).await?;
    let mut fields = Fields::read(body)?;
    let value = fields.text("value", Presence::Required);
    if value
        .as_ref()
        .is_some_and(|value| !FEEDBACK.contains(&value.as_str()))
    {
        let msg = "value is not a valid enumeration member; permitted: 'up', 'down'";
        fields.complain("value", msg, "type_error.enum");
    }
    let reason = fields.text("reason", Presence::Optional);
    let value = fields.finish(value)?;
    if platform.store.answer(&chat.id, &message_id).await?.is_none() {
        return Err(ApiError::MessageNotFound { message_id });
    }
    platform
        .store
        .record_feedback(&message_id, &value, reason.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/chat/config`: what the tenant's widget may show and send.
pub(crate) async fn config(
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
) -> Result<Json<Value>, ApiError> {
    // Anybody may read it, but a token that is presented must be good.
    presented.identity(&tenant_id)?;
    let (messages_per_minute, max_message_length, concurrent_connections) =
        if tenant_id == Config::DEFAULT_TENANT {
            (60, 4000, 10)
        } else {
            (20, 2000, 5)
        };
    Ok(Json(json!({
        "tenant_id": tenant_id,
        "features": {
            "file_upload": false,
            "voice_input": false,
            "rag_enabled": true,
            "analytics": false,
        },
        "ui": {
            "theme": "auto",
            "primary_color": "#2563eb",
            "title": "Chat",
            "subtitle": "",
            "show_branding": false,
        },
        "limits": {
            "messages_per_minute": messages_per_minute,
            "max_message_length": max_message_length,
            "concurrent_connections": concurrent_connections,
        },
    })))
}

/// The chat of a path, if the caller may know of it.
async fn find(
    platform: &Platform,
    presented: Presented,
    tenant_id: &str,
    chat_id: String,
) -> Result<Chat, ApiError> {
    let user = presented.admit(platform, tenant_id, Surface::Rest, &[])?;
    platform
        .store
        .chat(tenant_id, &chat_id, user.as_deref())
        .await?
        .ok_or(ApiError::ChatNotFound { chat_id })
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

fn parse(mut fields: Fields) -> Result<NewChat, ApiError> {
    let session_id = identifier(&mut fields, "session_id", 8);
    let visitor_id = identifier(&mut fields, "visitor_id", 1);
    let tenant = fields.text("tenant_id", Presence::Required);
    let title = fields.text("title", Presence::Optional);
    if title
        .as_ref()
        .is_some_and(|title| title.chars().count() > TITLE_LIMIT)
    {
        let msg = format!("ensure this value has at most {TITLE_LIMIT} characters");
        fields.complain("title", msg, "value_error.any_str.max_length");
    }
    let context = match fields.get("context") {
        None | Some(Value::Null) => None,
        Some(Value::Object(context)) => Some(Value::Object(context.clone()).to_string()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            fields.complain("context", "value is not a valid dict", "type_error.dict");
            None
        }
    };
    let ((session_id, visitor_id), tenant) = fields.finish(session_id.zip(visitor_id).zip(tenant))?;
    Ok(NewChat {
        tenant: tenant::canonical(&tenant),
        session_id,
        visitor_id,
        title,
        context,
        user: None,
    })
}

/// A required text of letters, digits, `_` and `-`.
fn identifier(fields: &mut Fields, name: &'static str, at_least: usize) -> Option<String> {
    let value = fields.text(name, Presence::Required)?;
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
    fields.complain(name, msg, kind);
    None
}

const IDENTIFIER_LIMIT: usize = 100;
const TITLE_LIMIT: usize = 255;
const FEEDBACK: [&str; 2] = ["up", "down"];
