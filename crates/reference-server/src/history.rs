//! The capability `history`: earlier messages of a chat, page by page.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
};
use serde_json::{Value, json};

use crate::{
    config::{Capability, Config, Surface},
    error::{ApiError, FieldError},
    identity::Presented,
    platform::Platform,
    store::{Message, Role},
    tenant::Tenant,
};

/// `GET /api/v1/chat/{id}/messages?after=&limit=`: messages after a sequence number, ascending.
pub(crate) async fn read(
    State(platform): State<Arc<Platform>>,
    Extension(Tenant(tenant_id)): Extension<Tenant>,
    Extension(presented): Extension<Presented>,
    Path(chat_id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    if !platform.config.offers(Capability::History) {
        return Err(ApiError::PathNotFound);
    }
    let user = presented.admit(&platform, &tenant_id, Surface::Rest, &[])?;
    let after = number(&query, "after", 0)?;
    let limit = number(&query, "limit", PAGE_LIMIT)?.clamp(1, PAGE_LIMIT);
    if platform
        .store
        .chat(&tenant_id, &chat_id, user.as_deref())
        .await?
        .is_none()
    {
        return Err(ApiError::ChatNotFound { chat_id });
    }
    // One row more than asked for tells whether another page follows.
    let mut messages = platform.store.messages_after(&chat_id, after, limit + 1).await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = messages.len() > page;
    messages.truncate(page);

    let items: Vec<Value> = messages
        .iter()
        .map(|message| item(message, &platform.config))
        .collect();
    let mut body = json!({"items": items});
    if let Some(last) = messages.last().filter(|_| has_more) {
        body["next"] = json!(last.sequence_number);
    }
    Ok(Json(body))
}

fn item(message: &Message, config: &Config) -> Value {
    let mut item = json!({
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "created_at": message.created_at,
        "sequence_number": message.sequence_number,
    });
    if let Some(id) = &message.client_message_id {
        item["client_message_id"] = json!(id);
    }
    if let Some(sources) = &message.sources {
        item["sources"] = sources.clone();
    }
    if message.stopped {
        item["stopped"] = json!(true);
    }
    if config.offers(Capability::Author) {
        let by_visitor = message.role == Role::User.name();
        item["author_kind"] = json!(if by_visitor { "human" } else { "ai" });
    }
    item
}

fn number(query: &BTreeMap<String, String>, name: &'static str, default: i64) -> Result<i64, ApiError> {
    match query.get(name).map(|text| text.parse()) {
        None => Ok(default),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(ApiError::Validation(vec![FieldError::not_a_number(name)])),
    }
}

const PAGE_LIMIT: i64 = 50;
