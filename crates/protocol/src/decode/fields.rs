//! Where each field of a frame may stand, in the contract's order (`platform.md` section 12).

use super::{AnswerId, Author, Completion, Source};
use crate::{
    ids::{ChatId, ClientMessageId, MessageId},
    json::{self, Value, number_of, text_at, text_of},
};

/// The message id. The one at the top of the frame is last, since it may be unique per frame.
pub(super) fn message(frame: &Value) -> Option<AnswerId> {
    let inside = [
        &["data", "message_id"][..],
        &["data", "messageId"],
        &["data", "message", "id"],
        &["data", "message", "message_id"],
        &["data", "message", "messageId"],
        &["data", "id"],
        &["message", "id"],
    ];
    let found = inside
        .iter()
        .find_map(|path| MessageId::parse(text_at(frame, path)?));
    match found {
        Some(id) => Some(AnswerId { id, in_payload: true }),
        None => Some(AnswerId {
            id: MessageId::parse(text_of(frame, &["message_id", "messageId"])?)?,
            in_payload: false,
        }),
    }
}

/// The chat id.
pub(super) fn chat(frame: &Value) -> Option<ChatId> {
    let paths = [
        &["data", "chat_id"][..],
        &["data", "chatId"],
        &["data", "message", "chat_id"],
        &["data", "message", "chatId"],
        &["chat_id"],
        &["chatId"],
    ];
    paths.iter().find_map(|path| ChatId::parse(text_at(frame, path)?))
}

/// The id of a chat just created, which also stands under keys that mean messages elsewhere.
pub(super) fn created_chat(frame: &Value) -> Option<ChatId> {
    let more = [&["data", "id"][..], &["data", "chat", "id"]];
    chat(frame).or_else(|| more.iter().find_map(|path| ChatId::parse(text_at(frame, path)?)))
}

/// Our own id of a message, where the platform echoes it.
pub(super) fn client_message(payload: &Value) -> Option<ClientMessageId> {
    ClientMessageId::parse(text_of(payload, &["client_message_id", "clientMessageId"])?)
}

/// The text of an answer frame: the first of these that is a string, the empty one included.
pub(super) fn text(frame: &Value) -> Option<&str> {
    let choice = || {
        json::at(frame, &["data", "choices"])?
            .as_list()?
            .first()?
            .get("delta")
    };
    let paths = [
        &["data", "content"][..],
        &["data", "chunk"],
        &["data", "text"],
        &["data", "delta"],
        &["data", "delta", "content"],
        &["data", "delta", "text"],
    ];
    let rest = [
        &["data", "message"][..],
        &["data", "message", "content"],
        &["content"],
        &["text"],
        &["delta"],
        &["message", "content"],
    ];
    paths
        .iter()
        .find_map(|path| text_at(frame, path))
        .or_else(|| text_of(choice()?, &["content", "text"]))
        .or_else(|| rest.iter().find_map(|path| text_at(frame, path)))
}

/// The role a `chat_message` frame names.
pub(super) fn role(frame: &Value) -> Option<&str> {
    [
        &["message", "role"][..],
        &["data", "message", "role"],
        &["data", "role"],
    ]
    .iter()
    .find_map(|path| text_at(frame, path))
}

/// Everything an ending frame says.
pub(super) fn completion(frame: &Value) -> Completion {
    let payload = frame.get("data").unwrap_or(&Value::Null);
    let nested = payload.get("message").unwrap_or(&Value::Null);
    let suggestions = payload.get("suggestions").and_then(Value::as_list);
    Completion {
        text: text(frame).map(str::to_owned),
        sources: read_sources(payload),
        stopped: payload.get("stopped").and_then(Value::as_bool).unwrap_or(false),
        suggestions: suggestions
            .map(|list| list.iter().filter_map(|s| Some(s.as_str()?.to_owned())).collect())
            .unwrap_or_default(),
        total_chunks: number_of(payload, &["total_chunks", "totalChunks"]),
        sequence: [nested, payload]
            .iter()
            .find_map(|level| number_of(level, &["sequence_number", "sequenceNumber"])),
    }
}

/// The value a pong must echo.
pub(super) fn ping_value(frame: &Value) -> Option<i64> {
    let paths = [
        &["data", "ts"][..],
        &["data", "timestamp"],
        &["ts"],
        &["timestamp"],
    ];
    paths.iter().find_map(|path| json::at(frame, path)?.as_i64())
}

/// The sources of an answer; one without a title is called by its address.
pub(crate) fn read_sources(object: &Value) -> Vec<Source> {
    let Some(list) = object.get("sources").and_then(Value::as_list) else {
        return Vec::new();
    };
    let read = |item: &Value| {
        let url = text_of(item, &["url", "href"]).map(str::to_owned);
        let title = text_of(item, &["title", "name"])
            .map(str::to_owned)
            .or_else(|| url.clone())?;
        Some(Source {
            title,
            url,
            snippet: text_of(item, &["snippet", "text"]).map(str::to_owned),
        })
    };
    list.iter().filter_map(read).collect()
}

/// Who answers; a platform that does not say so means its model.
pub(crate) fn read_author(object: &Value) -> Author {
    match text_of(object, &["author_kind", "authorKind"]) {
        Some("human") => Author::Human,
        Some("system") => Author::System,
        _ => Author::Ai,
    }
}
