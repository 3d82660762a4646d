//! The frames this server sends, one function for each.
//!
//! Only data frames are built here; who hears them is decided elsewhere.

use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{clock, store::Message};

pub(crate) fn connection_established(client_id: &str, tenant: &str) -> Utf8Bytes {
    frame(
        "connection_established",
        json!({"client_id": client_id, "tenant_id": tenant, "connected_at": clock::seconds()}),
    )
}

pub(crate) fn initialization_progress(phase: &str, message: &str) -> Utf8Bytes {
    frame(
        "initialization_progress",
        json!({"phase": phase, "message": message, "timestamp": clock::milliseconds()}),
    )
}

pub(crate) fn connection_ready(client_id: &str, tenant: &str, capabilities: &[&str]) -> Utf8Bytes {
    frame(
        "connection_ready",
        json!({
            "client_id": client_id,
            "tenant_id": tenant,
            "ready_at": clock::seconds(),
            "capabilities": capabilities,
        }),
    )
}

pub(crate) fn chat_created(chat_id: &str, tenant: &str) -> Utf8Bytes {
    seat_changed("chat_created", chat_id, tenant)
}

pub(crate) fn chat_joined(chat_id: &str, tenant: &str) -> Utf8Bytes {
    seat_changed("chat_joined", chat_id, tenant)
}

pub(crate) fn chat_left(chat_id: &str, tenant: &str) -> Utf8Bytes {
    seat_changed("chat_left", chat_id, tenant)
}

fn seat_changed(kind: &str, chat_id: &str, tenant: &str) -> Utf8Bytes {
    let value = json!({
        "type": kind,
        // Unique for each frame; it names the frame, never a message.
        "message_id": Uuid::new_v4().to_string(),
        "chat_id": chat_id,
        "tenant_id": tenant,
        "event_ts": clock::milliseconds(),
        "data": {"chat_id": chat_id, "success": true},
    });
    value.to_string().into()
}

pub(crate) fn message_received(
    message_id: &str,
    chat_id: &str,
    client_message_id: Option<&str>,
) -> Utf8Bytes {
    let mut body = json!({"message_id": message_id, "chat_id": chat_id, "timestamp": clock::milliseconds()});
    if let Some(id) = client_message_id {
        body["client_message_id"] = json!(id);
    }
    frame("message_received", body)
}

pub(crate) fn processing(answer_id: &str, chat_id: &str) -> Utf8Bytes {
    frame(
        "processing",
        json!({"message_id": answer_id, "chat_id": chat_id, "timestamp": clock::milliseconds()}),
    )
}

pub(crate) fn response_start(answer_id: &str, chat_id: &str, author_kind: Option<&str>) -> Utf8Bytes {
    let mut body = json!({"message_id": answer_id, "chat_id": chat_id});
    if let Some(kind) = author_kind {
        body["author_kind"] = json!(kind);
    }
    frame("response_start", body)
}

/// A delta; `index` counts the deltas of its answer from 0, where a client may rely on it.
pub(crate) fn response_chunk(answer_id: &str, index: Option<usize>, content: &str) -> Utf8Bytes {
    let mut body = json!({"message_id": answer_id, "content": content});
    if let Some(index) = index {
        body["index"] = json!(index);
    }
    frame("response_chunk", body)
}

/// Everything a finished answer tells about itself.
#[derive(Clone, Debug)]
pub(crate) struct Completion<'a> {
    pub(crate) answer_id: &'a str,
    pub(crate) chat_id: &'a str,
    pub(crate) content: &'a str,
    pub(crate) llm_model: &'a str,
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
    pub(crate) response_time_ms: u64,
    pub(crate) created_at: f64,
    pub(crate) sources: &'a Value,
    /// `None` when the capability is switched off.
    pub(crate) suggestions: Option<&'a [String]>,
    /// `None` when the capability is switched off.
    pub(crate) author_kind: Option<&'a str>,
    pub(crate) ending: Ending,
}

/// How an answer came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// It says all it had to say.
    Finished,
    /// The visitor ended it early.
    Stopped,
}

pub(crate) fn response_complete(completion: &Completion<'_>) -> Utf8Bytes {
    let mut body = json!({
        "message_id": completion.answer_id,
        "chat_id": completion.chat_id,
        "content": completion.content,
        "role": "assistant",
        "llm_model": completion.llm_model,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
        "total_tokens": completion.prompt_tokens + completion.completion_tokens,
        "response_time_ms": completion.response_time_ms,
        "created_at": completion.created_at,
        "sources": completion.sources,
    });
    if let Some(suggestions) = completion.suggestions {
        body["suggestions"] = json!(suggestions);
    }
    if let Some(kind) = completion.author_kind {
        body["author_kind"] = json!(kind);
    }
    if completion.ending == Ending::Stopped {
        body["stopped"] = json!(true);
    }
    frame("response_complete", body)
}

/// A stored answer told again, with what is still known of it.
pub(crate) fn response_retold(chat_id: &str, answer: &Message, author_kind: Option<&str>) -> Utf8Bytes {
    let mut body = json!({
        "message_id": answer.id,
        "chat_id": chat_id,
        "content": answer.content,
        "role": answer.role,
        "created_at": answer.created_at,
    });
    if let Some(sources) = &answer.sources {
        body["sources"] = sources.clone();
    }
    if let Some(kind) = author_kind {
        body["author_kind"] = json!(kind);
    }
    if answer.stopped {
        body["stopped"] = json!(true);
    }
    frame("response_complete", body)
}

pub(crate) fn rate_limit_exceeded(retry_after: u64) -> Utf8Bytes {
    frame(
        "rate_limit_exceeded",
        json!({"message": "Too many messages", "retry_after": retry_after}),
    )
}

/// The answer to a `ping`, with everything the ping carried.
pub(crate) fn pong(ping: Option<&Value>) -> Utf8Bytes {
    frame("pong", ping.cloned().unwrap_or_else(|| json!({})))
}

/// A refused join, or another refusal that has a code.
pub(crate) fn error_code(code: &str, message: &str) -> Utf8Bytes {
    frame(
        "error",
        json!({"code": code, "message": message, "timestamp": clock::milliseconds()}),
    )
}

/// A refused frame of the client; `client_message_id` says which message, if it was one.
pub(crate) fn validation_error(message: &str, client_message_id: Option<&str>) -> Utf8Bytes {
    let mut body = json!({
        "type": "message_validation_error",
        "message": message,
        "details": {},
        "timestamp": clock::milliseconds(),
    });
    if let Some(id) = client_message_id {
        body["messageId"] = json!(id);
        body["client_message_id"] = json!(id);
    }
    frame("error", body)
}

/// An answer that failed; `message_id` is the question's.
pub(crate) fn ai_processing_error(message_id: &str) -> Utf8Bytes {
    frame(
        "error",
        json!({
            "type": "ai_processing_error",
            "message": "The answer could not be generated",
            "details": {},
            "messageId": message_id,
            "timestamp": clock::milliseconds(),
        }),
    )
}

fn frame(kind: &str, body: Value) -> Utf8Bytes {
    json!({"type": kind, "data": body}).to_string().into()
}
