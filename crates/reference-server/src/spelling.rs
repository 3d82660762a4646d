//! `--spelling`: the same frames and bodies in the ways clients may meet them.
//!
//! Everything is decided in snake case below `data`; this respells it on its way out, and nothing else.

use axum::extract::ws::Utf8Bytes;
use serde_json::{Map, Value, json};

use crate::config::Spelling;

/// Respells a frame; what is no JSON object stays as it is.
pub(crate) fn frame(text: Utf8Bytes, spelling: Spelling) -> Utf8Bytes {
    if spelling == Spelling::Snake {
        return text;
    }
    let Ok(Value::Object(fields)) = serde_json::from_str(&text) else {
        return text;
    };
    let respelled = match spelling {
        Spelling::Snake => Value::Object(fields),
        Spelling::Camel => camel(Value::Object(fields)),
        Spelling::Flat => Value::Object(flat(fields)),
        Spelling::Nested => Value::Object(nested(fields)),
    };
    respelled.to_string().into()
}

/// Respells the body of a REST success.
pub(crate) fn body(body: Value, spelling: Spelling) -> Value {
    match spelling {
        Spelling::Camel => camel(body),
        Spelling::Flat | Spelling::Nested | Spelling::Snake => body,
    }
}

/// Every key in camel case, at every depth.
fn camel(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (camel_key(&key), camel(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(camel).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

fn camel_key(key: &str) -> String {
    let mut parts = key.split('_');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        spelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        spelled.push_str(letters.as_str());
    }
    spelled
}

/// The fields of `data` beside `type`. Data with a `type` of its own, as some errors have, stays below.
fn flat(mut fields: Map<String, Value>) -> Map<String, Value> {
    match fields.remove("data") {
        Some(Value::Object(data)) if !data.contains_key("type") => fields.extend(data),
        Some(other) => {
            fields.insert("data".to_owned(), other);
        }
        None => {}
    }
    fields
}

/// Answers below `data.message`, under `id`.
fn nested(mut fields: Map<String, Value>) -> Map<String, Value> {
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    if !matches!(kind, "response_start" | "response_chunk" | "response_complete") {
        return fields;
    }
    if let Some(Value::Object(mut data)) = fields.remove("data") {
        let mut outside = Map::new();
        for name in BESIDE_MESSAGE {
            if let Some(value) = data.remove(name) {
                outside.insert(name.to_owned(), value);
            }
        }
        if let Some(id) = data.remove("message_id") {
            data.insert("id".to_owned(), id);
        }
        outside.insert("message".to_owned(), Value::Object(data));
        fields.insert("data".to_owned(), json!(outside));
    }
    fields
}

/// What concerns the exchange and not its text.
const BESIDE_MESSAGE: [&str; 6] = [
    "author_kind",
    "chat_id",
    "index",
    "sources",
    "stopped",
    "suggestions",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn respelled(value: &Value, spelling: Spelling) -> Value {
        let text = frame(value.to_string().into(), spelling);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn keys_are_respelled_and_values_are_not() {
        let frame = json!({"type": "response_chunk", "data": {"message_id": "a_1", "x": [{"y_z": 1}]}});
        let expected = json!({"type": "response_chunk", "data": {"messageId": "a_1", "x": [{"yZ": 1}]}});
        assert_eq!(respelled(&frame, Spelling::Camel), expected);
        assert_eq!(respelled(&frame, Spelling::Snake), frame);
    }

    #[test]
    fn flat_data_never_overwrites_the_type() {
        let frame = json!({"type": "response_chunk", "data": {"message_id": "a", "content": "Ci"}});
        let expected = json!({"type": "response_chunk", "message_id": "a", "content": "Ci"});
        assert_eq!(respelled(&frame, Spelling::Flat), expected);
        let error = json!({"type": "error", "data": {"type": "ai_processing_error"}});
        assert_eq!(respelled(&error, Spelling::Flat), error);
    }

    #[test]
    fn nested_answers_lie_below_message() {
        let frame = json!({"type": "response_complete", "data": {"message_id": "a", "chat_id": "c", "content": "Ci"}});
        let expected = json!({
            "type": "response_complete",
            "data": {"chat_id": "c", "message": {"id": "a", "content": "Ci"}},
        });
        assert_eq!(respelled(&frame, Spelling::Nested), expected);
    }

    #[test]
    fn noise_stays_noise() {
        let noise = Utf8Bytes::from_static("{\"type\":");
        assert_eq!(frame(noise.clone(), Spelling::Flat), noise);
    }
}
