//! What holds for every input, checked on generated ones: readers and the URL builder are total.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/readers.rs"]
mod readers;
#[path = "support/urls.rs"]
mod urls;

use std::{fs, path::Path};

use miptech_chat_protocol::{
    endpoint::Endpoints,
    frame::ClientFrame,
    ids::{ChatId, ClientMessageId, SessionId, TenantId, VisitorId},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

proptest! {
    #[test]
    fn any_bytes_are_a_frame_or_a_typed_error(bytes in vec(any::<u8>(), 0..200)) {
        readers::frame(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_of_the_alphabet_of_json_is_a_frame_or_a_typed_error(
        text in r#"[\[\]{}:,"\\0-9eE+.\-a-fu trnls]{0,60}"#,
    ) {
        readers::frame(&text);
    }

    #[test]
    fn a_fixture_with_another_value_anywhere_is_read_or_refused(
        fixture in select(fixtures()),
        place in any::<prop::sample::Index>(),
        value in select(odd_values()),
        status in 100_u16..600,
    ) {
        if let Ok(mut whole) = serde_json::from_str::<Value>(&fixture) {
            let places = places(&whole);
            if let Some(found) = whole.pointer_mut(&places[place.index(places.len())]) {
                *found = value;
            }
            readers::all(&whole.to_string(), status);
        }
    }

    #[test]
    fn a_fixture_with_other_text_anywhere_is_read_or_refused(
        fixture in select(fixtures()),
        from in any::<prop::sample::Index>(),
        length in 0_usize..6,
        inserted in r#"([\[\]{}:,"\\0-9eE+.\-]|\\u[dD][89a-fA-F]{3}|\PC){0,4}"#,
        status in 100_u16..600,
    ) {
        let chars: Vec<char> = fixture.chars().collect();
        let from = from.index(chars.len().max(1));
        let until = (from + length).min(chars.len());
        let mut text: String = chars[..from].iter().collect();
        text.push_str(&inserted);
        text.extend(&chars[until..]);
        readers::all(&text, status);
    }

    #[test]
    fn any_answer_is_a_fault_fit_to_be_shown(
        status in 100_u16..600,
        body in vec(any::<u8>(), 0..400),
        retry_after in prop::option::of(r"[0-9]{0,25}|-?[0-9.eE+-]{0,9}|\PC{0,20}|Sun, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,12} [0-9:]{0,9} GMT"),
        date in prop::option::of(r"\PC{0,20}|Sun, [0-9]{1,2} (Jan|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"),
    ) {
        let body = String::from_utf8_lossy(&body);
        readers::fault(&body, status, retry_after.as_deref(), date.as_deref());
    }

    #[test]
    fn any_words_of_the_platform_are_a_fault_fit_to_be_shown(
        key in select(vec!["message", "detail", "error", "errors", "code", "error_code", "type", "retry_after", "meta"]),
        text in r"(\PC|\p{Cc}){0,700}",
        number in any::<f64>(),
        status in 100_u16..600,
    ) {
        for value in [json!(text), json!([text]), json!({ "message": text, "code": text }), json!(number)] {
            readers::fault(&json!({ key: value }).to_string(), status, None, None);
        }
    }

    #[test]
    fn every_accepted_base_gives_one_prefix(
        scheme in select(vec!["http", "https", "ws", "wss", "HTTP", "Wss"]),
        host in r"[a-zA-Z0-9]([a-zA-Z0-9_-]{0,20}\.){0,3}[a-zA-Z0-9]{1,10}|\[[0-9a-fA-F:]{2,20}\]",
        port in prop::option::of(1_u16..),
        between in vec("/{0,2}", 0..4),
        is_socket in any::<bool>(),
        slashes in "/{0,4}",
    ) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let mut path: String = between.iter().map(|more| format!("{more}/api/v1")).collect();
        if is_socket && !path.is_empty() {
            path.push_str("/ws/chat");
        }
        let base = format!("{scheme}://{host}{port}{path}{slashes}");
        let Ok(endpoints) = Endpoints::new(Some(&base), None) else {
            panic!("{base}: refused");
        };
        urls::check(&endpoints, &base);
        prop_assert_eq!(Endpoints::new(None, Some(&base)), Ok(endpoints));
    }

    #[test]
    fn any_base_is_refused_or_gives_one_prefix(
        api in prop::option::of(base()),
        ws in prop::option::of(base()),
    ) {
        if let Ok(endpoints) = Endpoints::new(api.as_deref(), ws.as_deref()) {
            urls::check(&endpoints, &format!("{api:?} {ws:?}"));
        }
    }

    #[test]
    fn generated_ids_hold_their_patterns(bits in any::<u128>()) {
        let hex = format!("{bits:032x}");
        let id = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        prop_assert!(SessionId::parse(&id).is_some_and(|session| session.as_str() == id));
        prop_assert!(VisitorId::parse(&id).is_some_and(|visitor| visitor.as_str() == id));
        prop_assert!(ClientMessageId::parse(&id).is_some_and(|message| message.as_str() == id));
    }

    #[test]
    fn any_text_leaves_exactly_as_typed(
        text in r"(\PC|\p{Cc}|\u{2028}|\u{feff}|</?script>){0,60}",
        wall_ms in 0_u64..9_007_199_254_740_992,
    ) {
        let (Some(chat), Some(tenant)) = (ChatId::parse(&format!("c{text}")), TenantId::parse("abc")) else {
            panic!("both are ids")
        };
        let frames = [
            ClientFrame::ChatMessage {
                text: &text,
                tenant: Some(&tenant),
                chat: Some(&chat),
                client_message: None,
            },
            ClientFrame::UserMessage {
                text: &text,
                chat: &chat,
                client_message: None,
            },
        ];
        for (frame, key) in frames.into_iter().zip(["message", "text"]) {
            let sent: Value = serde_json::from_str(&frame.encode(wall_ms)).unwrap_or_default();
            prop_assert_eq!(sent["data"][key].as_str(), Some(text.as_str()));
            prop_assert_eq!(sent["data"]["chat_id"].as_str(), Some(chat.as_str()));
            prop_assert_eq!(sent["timestamp"].as_u64(), Some(wall_ms));
        }
    }

    #[test]
    fn what_is_an_id_for_the_key_types_needs_no_encoding(text in r"\PC{0,110}") {
        if let Some(session) = SessionId::parse(&text) {
            prop_assert!(session.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)));
            prop_assert!((8..=100).contains(&session.as_str().len()));
        }
        if let Some(chat) = ChatId::parse(&text) {
            prop_assert!(!matches!(chat.as_str(), "" | "null" | "undefined"));
        }
    }
}

/// Arbitrary texts, and arbitrary sequences of what bases are made of.
fn base() -> impl Strategy<Value = String> {
    let pieces = [
        "http",
        "https",
        "ws",
        "wss",
        "ftp",
        "://",
        ":",
        "/",
        "//",
        "/api/v1",
        "/api",
        "/v1",
        "/ws/chat",
        "?",
        "#",
        "@",
        "80",
        "443",
        "65536",
        "a.example",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "..",
        "\\",
        "%2f",
        " ",
        "é",
        "\u{0}",
        "\u{202e}",
        "API/V1",
    ];
    prop_oneof![
        r"\PC{0,40}",
        "(https?|wss?)://.{0,30}",
        vec(select(pieces.to_vec()), 0..9).prop_map(|pieces| pieces.concat()),
        vec(select(pieces.to_vec()), 0..6).prop_map(|pieces| format!("https://a.example{}", pieces.concat())),
    ]
}

/// The texts of all fixtures of what arrives.
fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut texts = Vec::new();
    for name in ["frames", "bodies"] {
        let entries = fs::read_dir(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        for path in entries.flatten().map(|entry| entry.path()) {
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            texts.push(text);
        }
    }
    assert!(texts.len() > 100, "{} fixtures", texts.len());
    texts
}

/// Values a member may hold that nobody expects there.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_993_u64),
        json!(1e300),
        json!(""),
        json!("null"),
        json!("undefined"),
        json!("soon"),
        json!("2025-07-21T99:99:99+9999999999"),
        json!("\u{0}\u{202e}<script>"),
        json!("a".repeat(5000)),
        json!([]),
        json!({}),
        json!([[[null]]]),
        json!({ "id": { "id": {} }, "content": [], "delta": { "text": 7 } }),
        json!([{ "delta": { "content": null } }]),
    ]
}

/// The place of every value in a value, its own first.
fn places(value: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        next += 1;
        match value.pointer(&place) {
            Some(Value::Array(items)) => places.extend((0..items.len()).map(|at| format!("{place}/{at}"))),
            Some(Value::Object(members)) => places.extend(members.keys().map(|key| format!("{place}/{key}"))),
            Some(Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_)) | None => {}
        }
    }
    places
}
