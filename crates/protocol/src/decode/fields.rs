//! Where each field of a frame may stand, in the contract's order (`platform.md` section 12).

use super::{AnswerId, Author, Completion, Delta, Source, Usage};
use crate::{
    ids::{ChatId, ClientMessageId, MessageId},
    json::{self, Text, Value, number_of, text_at, text_of},
};

/// What a frame is about: its `data`, or the frame itself where it is flat.
pub(super) fn payload(frame: &Value) -> &Value {
    frame.get("data").filter(|data| data.is_object()).unwrap_or(frame)
}

/// Every level the facts about an answer may stand on, the innermost first.
fn levels(frame: &Value) -> [&Value; 4] {
    let payload = payload(frame);
    let [inner, outer, metadata] = [(payload, "message"), (frame, "message"), (payload, "metadata")]
        .map(|(object, key)| object.get(key).unwrap_or(&Value::Null));
    [inner, outer, payload, metadata]
}

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

/// Our own id of a message that is a whole object, as in history.
pub(super) fn client_message_inside(frame: &Value) -> Option<ClientMessageId> {
    let [inner, outer, ..] = levels(frame);
    client_message(inner).or_else(|| client_message(outer))
}

/// Our own id of a message, where the platform echoes it.
pub(super) fn client_message(payload: &Value) -> Option<ClientMessageId> {
    ClientMessageId::parse(text_of(payload, &["client_message_id", "clientMessageId"])?)
}

/// The text of an answer frame: the first of these that is a string, the empty one included.
pub(super) fn text(frame: &Value) -> Option<&Text> {
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
    let at = |path: &&[&str]| json::at(frame, path)?.as_text();
    paths
        .iter()
        .find_map(at)
        .or_else(|| {
            ["content", "text"]
                .iter()
                .find_map(|key| choice()?.get(key)?.as_text())
        })
        .or_else(|| rest.iter().find_map(at))
}

/// A text as a delta: the halves at its ends are taken out of it.
pub(super) fn delta(text: &Text) -> Delta {
    let half = char::REPLACEMENT_CHARACTER;
    let mut whole = text.text.as_str();
    if text.low.is_some() {
        whole = whole.strip_prefix(half).unwrap_or(whole);
    }
    if text.high.is_some() {
        whole = whole.strip_suffix(half).unwrap_or(whole);
    }
    Delta {
        low: text.low,
        text: whole.to_owned(),
        high: text.high,
    }
}

/// The role a `chat_message` frame names.
pub(super) fn role(frame: &Value) -> Option<&str> {
    [
        &["message", "role"][..],
        &["data", "message", "role"],
        &["data", "role"],
        &["role"],
    ]
    .iter()
    .find_map(|path| text_at(frame, path))
}

/// Everything an ending frame says.
pub(super) fn completion(frame: &Value) -> Completion {
    let levels = levels(frame);
    let number = |keys: &[&str]| levels.iter().find_map(|level| number_of(level, keys));
    let list = |key| levels.iter().find_map(|level| level.get(key)?.as_list());
    let suggestions = list("suggestions").unwrap_or_default().iter();
    // A sum that is not told is made of its parts.
    let parts = || {
        let prompt = number(&["prompt_tokens", "promptTokens"])?;
        Some(prompt.saturating_add(number(&["completion_tokens", "completionTokens"])?))
    };
    Completion {
        text: text(frame).map(|text| text.text.clone()),
        sources: sources(list("sources").unwrap_or_default()),
        stopped: levels
            .iter()
            .find_map(|level| level.get("stopped")?.as_bool())
            .unwrap_or(false),
        suggestions: suggestions.filter_map(|s| Some(s.as_str()?.to_owned())).collect(),
        total_chunks: number(&["total_chunks", "totalChunks"]),
        sequence: number(&["sequence_number", "sequenceNumber"]),
        usage: Usage {
            model: levels
                .iter()
                .find_map(|level| text_of(level, &["llm_model", "llmModel", "model"]))
                .map(str::to_owned),
            response_ms: number(&["response_time_ms", "responseTimeMs"]),
            total_tokens: number(&["total_tokens", "totalTokens", "tokens_used", "tokensUsed"])
                .or_else(parts),
        },
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

/// The sources of a message of the platform.
pub(crate) fn read_sources(object: &Value) -> Vec<Source> {
    sources(object.get("sources").and_then(Value::as_list).unwrap_or_default())
}

/// A source without a title is called by its address.
fn sources(list: &[Value]) -> Vec<Source> {
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

/// Who answers in a frame.
pub(super) fn author(frame: &Value) -> Author {
    author_of(&levels(frame))
}

/// Who wrote a message of history.
pub(crate) fn read_author(object: &Value) -> Author {
    author_of(&[object])
}

/// A platform that does not say who answers means its model.
fn author_of(levels: &[&Value]) -> Author {
    let kind = levels
        .iter()
        .find_map(|level| text_of(level, &["author_kind", "authorKind"]));
    match kind {
        Some("human") => Author::Human,
        Some("system") => Author::System,
        _ => Author::Ai,
    }
}
