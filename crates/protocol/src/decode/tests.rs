//! One check per spelling: a frame and the value it decodes to.

use super::*;
use crate::{capability::Capability, error::ErrorCode};

fn ok(text: &str) -> ServerFrame {
    decode(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn as_answer(text: &str) -> AnswerFrame {
    let ServerFrame::Answer(frame) = ok(text) else {
        panic!("no answer: {text}")
    };
    *frame
}

fn id(frame: &AnswerFrame) -> Option<(&str, bool)> {
    frame
        .id
        .as_ref()
        .map(|found| (found.id.as_str(), found.in_payload))
}

#[test]
fn the_handshake_is_read_in_every_spelling() {
    assert_eq!(
        ok(r#"{"type":"connection_established","data":{"client_id":"k1"}}"#),
        ServerFrame::Established {
            client: Some("k1".to_owned())
        }
    );
    for kind in [
        "platform_initializing",
        "platform_ready",
        "ai_services_loading",
        "ai_services_ready",
    ] {
        assert_eq!(
            ok(&format!(r#"{{"type":"{kind}"}}"#)),
            ServerFrame::Progress { phase: None },
            "{kind} is not connection_ready"
        );
    }
    assert_eq!(
        ok(r#"{"type":"connection_ready"}"#),
        ServerFrame::Ready { capabilities: None }
    );
    let ready =
        ok(r#"{"type":"connection_ready","data":{"capabilities":["client_message_id","history","x"]}}"#);
    let both = Capabilities::default()
        .with(Capability::ClientMessageId)
        .with(Capability::History);
    assert_eq!(
        ready,
        ServerFrame::Ready {
            capabilities: Some(both)
        }
    );
    let created = [
        r#"{"type":"chat_created","chat_id":"c1"}"#,
        r#"{"type":"chat_created","data":{"chat_id":"c1"}}"#,
        r#"{"type":"chat_created","data":{"id":"c1"}}"#,
        r#"{"type":"chat_created","data":{"chat":{"id":"c1"}}}"#,
    ];
    for text in created {
        assert_eq!(
            ok(text),
            ServerFrame::ChatCreated(ChatId::parse("c1").unwrap()),
            "{text}"
        );
    }
    let chat = ChatId::parse("c1");
    let joined = r#"{"type":"chat_joined","message_id":"f1","chat_id":"c1","tenant_id":"miptech-company","event_ts":1754060400123,"data":{"chat_id":"c1","success":true}}"#;
    assert_eq!(
        ok(joined),
        ServerFrame::Joined {
            chat: chat.clone(),
            tenant: Some("miptech-company".to_owned())
        }
    );
    for text in [
        r#"{"event_type":"chat_joined","data":{"chat_id":"c1"}}"#,
        r#"{"eventType":"chat_joined","data":{"chatId":"c1"}}"#,
    ] {
        assert_eq!(
            ok(text),
            ServerFrame::Joined {
                chat: chat.clone(),
                tenant: None
            }
        );
    }
    assert_eq!(
        ok(r#"{"type":"chat_joined","data":{"chat_id":"c1","success":false}}"#),
        ServerFrame::JoinRefused
    );
    assert_eq!(
        ok(r#"{"type":"ping","data":{"ts":1754060400123}}"#),
        ServerFrame::Ping {
            echo: Some(1_754_060_400_123)
        }
    );
}

#[test]
fn a_delta_is_found_under_every_key() {
    let bodies = [
        r#""data":{"message_id":"a1","content":"Ci"}"#,
        r#""data":{"message_id":"a1","chunk":"Ci"}"#,
        r#""data":{"message_id":"a1","text":"Ci"}"#,
        r#""data":{"message_id":"a1","delta":"Ci"}"#,
        r#""data":{"message_id":"a1","delta":{"content":"Ci"}}"#,
        r#""data":{"message_id":"a1","delta":{"text":"Ci"}}"#,
        r#""data":{"message_id":"a1","choices":[{"delta":{"content":"Ci"}}]}"#,
        r#""data":{"message_id":"a1","choices":[{"delta":{"text":"Ci"}}]}"#,
        r#""data":{"message_id":"a1","message":"Ci"}"#,
        r#""data":{"message":{"id":"a1","content":"Ci"}}"#,
        r#""data":{"message":{"message_id":"a1","content":"Ci"}}"#,
        r#""data":{"id":"a1","content":"Ci"}"#,
        r#""message":{"id":"a1","content":"Ci"}"#,
    ];
    for kind in ["response_chunk", "chat_response_streaming"] {
        for body in bodies {
            let frame = as_answer(&format!(r#"{{"type":"{kind}",{body}}}"#));
            assert_eq!(
                frame.part,
                AnswerPart::Chunk {
                    delta: Delta::from("Ci"),
                    index: None
                },
                "{body}"
            );
            assert_eq!(id(&frame), Some(("a1", true)), "{body}");
        }
    }
    for body in [
        r#""message_id":"a1","content":"Ci""#,
        r#""messageId":"a1","text":"Ci""#,
        r#""message_id":"a1","delta":"Ci""#,
    ] {
        let frame = as_answer(&format!(r#"{{"type":"response_chunk",{body}}}"#));
        assert_eq!(
            (id(&frame), &frame.part),
            (
                Some(("a1", false)),
                &AnswerPart::Chunk {
                    delta: Delta::from("Ci"),
                    index: None
                }
            )
        );
    }
}

#[test]
fn an_empty_delta_is_a_delta_and_a_frame_id_is_no_answer() {
    let empty = as_answer(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"","text":"no"}}"#);
    assert_eq!(
        empty.part,
        AnswerPart::Chunk {
            delta: Delta::default(),
            index: None
        }
    );
    let framed = as_answer(
        r#"{"type":"response_chunk","message_id":"f1","event_ts":1,"data":{"message_id":"a1","index":0,"content":"ha"}}"#,
    );
    assert_eq!(
        (id(&framed), framed.part.clone()),
        (
            Some(("a1", true)),
            AnswerPart::Chunk {
                delta: Delta::from("ha"),
                index: Some(0)
            }
        )
    );
    let anonymous = as_answer(r#"{"type":"response_chunk","data":{"content":"Ci"}}"#);
    assert_eq!(anonymous.id, None);
}

#[test]
fn every_ending_is_read() {
    let text_of_end = |text: &str| {
        let AnswerPart::Complete(end) = as_answer(text).part else {
            panic!("no end: {text}")
        };
        end
    };
    let whole = [
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao","role":"assistant","total_tokens":7}}"#,
        r#"{"type":"response_complete","data":{"chat_id":"c1","message":{"id":"a1","content":"Ciao","sequence_number":2}}}"#,
        r#"{"type":"response_complete","data":{"message_id":"a1","message":"Ciao"}}"#,
        r#"{"type":"ai_response_complete","data":{"message_id":"a1","content":"Ciao"}}"#,
        r#"{"type":"chat_response","data":{"message":"Ciao","message_id":"a1","chat_id":"c1"}}"#,
        r#"{"type":"chat_response","message":{"id":"a1","content":"Ciao"}}"#,
        r#"{"type":"assistant_message","data":{"message_id":"a1","content":"Ciao"}}"#,
        r#"{"type":"assistant_message","data":{"text":"Ciao"}}"#,
        r#"{"type":"chat_message","message":{"id":"a1","content":"Ciao","role":"assistant"}}"#,
    ];
    for text in whole {
        assert_eq!(text_of_end(text).text.as_deref(), Some("Ciao"), "{text}");
    }
    assert_eq!(text_of_end(whole[1]).sequence, Some(2));
    let metadata = text_of_end(
        r#"{"type":"response_complete","data":{"message_id":"a1","sources":[{"title":"T","url":"https://e.x/","snippet":"s"}],"total_chunks":2}}"#,
    );
    assert_eq!(
        (
            metadata.text,
            metadata.total_chunks,
            metadata.sources[0].title.as_str()
        ),
        (None, Some(2), "T")
    );
    let stopped = text_of_end(
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ci","stopped":true,"suggestions":["Prezzi?"]}}"#,
    );
    assert!(stopped.stopped && stopped.suggestions == ["Prezzi?"]);
    let human = as_answer(
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"x","author_kind":"human"}}"#,
    );
    assert_eq!(human.author, Author::Human);
}

#[test]
fn words_of_processing_are_not_answer_text() {
    let frame = as_answer(r#"{"type":"processing","data":{"message":"Looking it up"}}"#);
    assert_eq!((frame.id, frame.part), (None, AnswerPart::Processing));
    let hinted = as_answer(r#"{"type":"ai_processing_started","data":{"message_id":"a1","chat_id":"c1"}}"#);
    assert_eq!(
        (id(&hinted), hinted.chat.as_ref().map(ChatId::as_str)),
        (Some(("a1", true)), Some("c1"))
    );
}

#[test]
fn acks_are_read() {
    let spellings = [
        r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c1"}}"#,
        r#"{"type":"message_received","chat_id":"c1","data":{"message_id":"u1"}}"#,
        r#"{"type":"message_received","data":{"messageId":"u1","chatId":"c1"}}"#,
    ];
    for text in spellings {
        let expected = ServerFrame::Received {
            message: MessageId::parse("u1"),
            chat: ChatId::parse("c1"),
            client_message: None,
        };
        assert_eq!(ok(text), expected, "{text}");
    }
    let echoed = ok(r#"{"type":"message_received","data":{"message_id":"u1","client_message_id":"m-7"}}"#);
    let ServerFrame::Received { client_message, .. } = echoed else {
        panic!("no ack")
    };
    assert_eq!(client_message, ClientMessageId::parse("m-7"));
}

#[test]
fn every_error_frame_has_a_code() {
    let cases = [
        (
            r#"{"type":"error","data":{"message":"Slow down","code":"RATE_LIMIT_EXCEEDED","retry_after":30}}"#,
            ErrorCode::RateLimited,
            Some(30),
        ),
        (
            r#"{"type":"error","data":{"message":"No","error_code":"AUTH_REQUIRED"}}"#,
            ErrorCode::AuthRequired,
            None,
        ),
        (
            r#"{"type":"error","data":{"type":"ai_processing_error","message":"Model failed","messageId":"u1"}}"#,
            ErrorCode::PlatformError,
            None,
        ),
        (
            r#"{"type":"error","data":{"type":"message_validation_error","message":"Unknown type"}}"#,
            ErrorCode::MessageRejected,
            None,
        ),
        (
            r#"{"type":"error","data":{"type":"rate_limit_error","message":"Slow down"}}"#,
            ErrorCode::RateLimited,
            Some(60),
        ),
        (
            r#"{"type":"error","data":{"code":"invalid_token"}}"#,
            ErrorCode::AuthExpired,
            None,
        ),
        (
            r#"{"type":"error","data":{"code":"tenant_mismatch"}}"#,
            ErrorCode::TenantDenied,
            None,
        ),
        (
            r#"{"type":"error","data":{"code":"insufficient_scope"}}"#,
            ErrorCode::AuthForbidden,
            None,
        ),
        (
            r#"{"type":"authentication_required","data":{}}"#,
            ErrorCode::AuthRequired,
            None,
        ),
        (r#"{"type":"token_expired"}"#, ErrorCode::AuthExpired, None),
        (
            r#"{"type":"rate_limit_exceeded","data":{"message":"Slow down","retry_after":12}}"#,
            ErrorCode::RateLimited,
            Some(12),
        ),
    ];
    for (text, code, wait) in cases {
        let ServerFrame::Fault { fault, .. } = ok(text) else {
            panic!("no fault: {text}")
        };
        assert_eq!(
            (fault.code, fault.wait.map(|w| w.as_secs())),
            (code, wait),
            "{text}"
        );
    }
}

#[test]
fn nothing_but_a_sign_in_helps_where_the_platform_says_unauthorized() {
    let ServerFrame::Unauthorized(fault) = ok(r#"{"type":"unauthorized","data":{"message":"Signed out"}}"#)
    else {
        panic!("another frame")
    };
    assert_eq!(
        (fault.code, fault.text.as_str(), fault.retryable),
        (ErrorCode::AuthRequired, "Signed out", false)
    );
}

#[test]
fn what_is_no_frame_is_told_apart() {
    assert_eq!(
        decode(r#"{"type":"response_chunk","#),
        Err(DecodeError::Malformed)
    );
    assert_eq!(decode(r#"{"type":"a"}{"type":"b"}"#), Err(DecodeError::Malformed));
    for text in ["[1,2]", "null", "7", r#""text""#, "{}", r#"{"type":7}"#] {
        assert_eq!(decode(text), Err(DecodeError::NotAFrame), "{text}");
    }
    assert_eq!(decode(&"[".repeat(100_000)), Err(DecodeError::TooDeep));
    assert_eq!(ok(r#"{"type":"brand_new","data":{}}"#), ServerFrame::Unknown);
    assert_eq!(
        ok(r#"{"type":"response_start"}"#),
        ok(r#"{"type":"response_start","data":null}"#)
    );
}
