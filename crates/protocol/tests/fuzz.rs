//! Fuzz targets: the decoder, the readers of bodies, and the URL builder, on bytes of any kind.
//!
//! As part of `cargo test` each runs random inputs for a second. A longer run needs no other toolchain:
//! `BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test -p miptech-chat-protocol --release --test fuzz`.
//! With `cargo-bolero` and a nightly toolchain the same targets run under a coverage-guided engine:
//! `cargo +nightly bolero test -p miptech-chat-protocol --test fuzz decoding_is_total`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/readers.rs"]
mod readers;
#[path = "support/urls.rs"]
mod urls;

use bolero::check;
use miptech_chat_protocol::endpoint::Endpoints;

#[test]
fn decoding_is_total() {
    check!().for_each(|bytes| readers::frame(&String::from_utf8_lossy(bytes)));
}

#[test]
fn decoding_of_a_known_type_is_total() {
    check!().for_each(|bytes: &[u8]| {
        let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let kind = TYPES[usize::from(*first) % TYPES.len()];
        let rest = String::from_utf8_lossy(rest);
        readers::frame(&format!(r#"{{"type":"{kind}","data":{rest}}}"#));
        readers::frame(&format!(
            r#"{{"type":"{kind}","data":{{"message_id":"a1","content":"{rest}"}}}}"#
        ));
    });
}

#[test]
fn reading_bodies_is_total() {
    check!().for_each(|bytes: &[u8]| {
        let status = 100 + u16::from(bytes.first().copied().unwrap_or(0)) * 2;
        let text = String::from_utf8_lossy(bytes);
        readers::all(&text, status);
        readers::all(&format!(r#"{{"data":{text}}}"#), status);
        readers::all(&format!(r#"{{"detail":"{text}"}}"#), status);
        readers::fault(&text, status, Some(&text), Some(&text));
    });
}

#[test]
fn building_urls_is_total() {
    check!().for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        for base in [
            text.to_string(),
            format!("https://{text}"),
            format!("wss://a.example/{text}"),
        ] {
            if let Ok(endpoints) = Endpoints::new(Some(&base), None) {
                urls::check(&endpoints, &base);
            }
        }
    });
}

const TYPES: [&str; 12] = [
    "chat_created",
    "chat_joined",
    "chat_message",
    "chat_response",
    "connection_ready",
    "error",
    "message_received",
    "ping",
    "processing",
    "rate_limit_exceeded",
    "response_chunk",
    "response_complete",
];
