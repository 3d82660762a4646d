//! What a broken or hostile platform sends: rows P1 to P5, P22 and P23 of the fault catalogue, as far as this layer goes.

#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use miptech_chat_protocol::{
    body::HistoryPage,
    decode::{AnswerPart, DecodeError, Delta, ServerFrame, decode},
    error::Stage,
    fault::Fault,
    request::Reply,
};

#[test]
fn what_is_not_one_json_value_is_malformed() {
    let whole = r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Ci"}}"#;
    for end in 0..whole.len() {
        assert_eq!(decode(&whole[..end]), Err(DecodeError::Malformed), "cut at {end}");
    }
    let texts = [
        format!("\u{feff}{whole}"),
        format!("{whole}{whole}"),
        format!("{whole},"),
        "no JSON".to_owned(),
        "<html>".to_owned(),
        "{'type':'pong'}".to_owned(),
        "\0".to_owned(),
    ];
    for text in texts {
        assert_eq!(decode(&text), Err(DecodeError::Malformed), "{text:?}");
    }
}

#[test]
fn a_frame_with_two_types_is_dropped() {
    for text in [
        r#"{"type":"pong","type":"chat_joined"}"#,
        r#"{"type":"pong","data":{},"type":"pong"}"#,
        r#"{"type":7,"type":"pong"}"#,
        r#"{"type":"pong","\u0074ype":"chat_joined"}"#,
    ] {
        assert_eq!(decode(text), Err(DecodeError::Malformed), "{text}");
    }
    let nested = r#"{"type":"pong","data":{"type":"a","type":"b"}}"#;
    assert_eq!(
        decode(nested),
        Ok(ServerFrame::Pong),
        "only the frame's own type counts"
    );
}

#[test]
fn what_is_no_object_is_no_frame() {
    for text in [
        "null",
        "true",
        "7",
        "-0.5e3",
        r#""pong""#,
        "[]",
        "[{\"type\":\"pong\"}]",
        "{}",
    ] {
        assert_eq!(decode(text), Err(DecodeError::NotAFrame), "{text}");
    }
    for text in [
        r#"{"type":null}"#,
        r#"{"type":7}"#,
        r#"{"type":["pong"]}"#,
        r#"{"Type":"pong"}"#,
    ] {
        assert_eq!(decode(text), Err(DecodeError::NotAFrame), "{text}");
    }
    assert_eq!(decode(""), Err(DecodeError::Malformed), "an empty text");
}

#[test]
fn what_nobody_knows_is_unknown() {
    for text in [
        r#"{"type":"brand_new"}"#,
        r#"{"type":""}"#,
        r#"{"type":"Pong"}"#,
        r#"{"type":"chat_created","data":{"chat_id":"null"}}"#,
    ] {
        assert_eq!(decode(text), Ok(ServerFrame::Unknown), "{text}");
    }
}

#[test]
fn depth_is_refused_above_64_however_deep() {
    let nested = |depth: usize| {
        // The frame itself is the first level.
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"type":"pong","data":{open}{close}}}"#)
    };
    assert_eq!(decode(&nested(64)), Ok(ServerFrame::Pong));
    assert_eq!(decode(&nested(65)), Err(DecodeError::TooDeep));
    assert_eq!(decode(&nested(100_000)), Err(DecodeError::TooDeep));
    let objects = r#"{"type":"pong","data":"#.repeat(100_000);
    assert_eq!(decode(&objects), Err(DecodeError::TooDeep));
    let in_a_text = format!(r#"{{"type":"pong","data":"{}"}}"#, "[".repeat(100_000));
    assert_eq!(decode(&in_a_text), Ok(ServerFrame::Pong));
}

#[test]
fn a_character_cut_in_two_is_whole_again_when_its_deltas_are_joined() {
    let first = delta(r#""a\ud83d""#);
    let second = delta(r#""\ude00b""#);
    assert_eq!(
        (first.low, first.text.as_str(), first.high),
        (None, "a", Some(0xd83d))
    );
    assert_eq!(
        (second.low, second.text.as_str(), second.high),
        (Some(0xde00), "b", None)
    );
    assert_eq!(Delta::join(first.high, second.low), Some('😀'));
    // A platform that sends one UTF-16 unit at a time.
    let (high, low) = (delta(r#""\ud83d""#), delta(r#""\ude00""#));
    assert_eq!((high.text.as_str(), low.text.as_str()), ("", ""));
    assert_eq!(Delta::join(high.high, low.low), Some('😀'));
}

#[test]
fn an_unmatched_half_is_one_replacement_character() {
    assert_eq!(Delta::join(Some(0xd83d), None), Some('\u{fffd}'));
    assert_eq!(Delta::join(None, Some(0xde00)), Some('\u{fffd}'));
    assert_eq!(Delta::join(None, None), None);
    let inside = delta(r#""a\ud83db""#);
    assert_eq!(inside, Delta::from("a\u{fffd}b"));
    let end = r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao \ud83d"}}"#;
    let Ok(ServerFrame::Answer(frame)) = decode(end) else {
        panic!("no answer: {end}")
    };
    let AnswerPart::Complete(completion) = frame.part else {
        panic!("no end: {end}")
    };
    assert_eq!(completion.text.as_deref(), Some("Ciao \u{fffd}"));
}

#[test]
fn a_replacement_character_of_the_platform_is_text() {
    assert_eq!(delta("\"\u{fffd}a\u{fffd}\""), Delta::from("\u{fffd}a\u{fffd}"));
    assert_eq!(delta(r#""\ufffda\ufffd""#), Delta::from("\u{fffd}a\u{fffd}"));
}

#[test]
fn joining_is_total_over_all_units() {
    for unit in (0..=u16::MAX).step_by(0x3ff) {
        for other in [0, 0x41, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, u16::MAX] {
            let _ = Delta::join(Some(unit), Some(other));
        }
    }
    assert_eq!(Delta::join(Some(0xdbff), Some(0xdfff)), Some('\u{10ffff}'));
    assert_eq!(
        Delta::join(Some(0xde00), Some(0xd83d)),
        Some('\u{fffd}'),
        "the wrong way round"
    );
}

#[test]
fn wild_wait_hints_are_clamped_or_none() {
    let hints = [
        ("-1", Some(0)),
        ("1e999", Some(120)),
        ("-1e999", Some(0)),
        ("\"soon\"", None),
        ("null", None),
        ("1000000000000", Some(120)),
        ("0", Some(0)),
        ("\"-1\"", Some(0)),
        ("\"1000000000000\"", Some(120)),
        ("\"99999999999999999999999\"", Some(120)),
        ("\"5.9\"", Some(5)),
        ("\"5.soon\"", None),
        ("\"\"", None),
        ("\"-\"", None),
        ("[5]", None),
        ("true", None),
    ];
    for (hint, seconds) in hints {
        let frame = format!(r#"{{"type":"error","data":{{"message":"m","retry_after":{hint}}}}}"#);
        let Ok(ServerFrame::Fault { fault, .. }) = decode(&frame) else {
            panic!("no fault: {frame}")
        };
        assert_eq!(fault.wait, seconds.map(Duration::from_secs), "{hint}");
    }
}

#[test]
fn a_wait_until_a_date_is_measured_by_the_platforms_own_clock() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let cases = [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(date), Some(0)),
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some(date), Some(30)),
        (
            "Mon, 07 Nov 1994 00:00:00 GMT",
            Some("Sun, 06 Nov 1994 23:59:50 GMT"),
            Some(10),
        ),
        (
            "Sun, 01 Jan 1995 00:00:05 GMT",
            Some("Sat, 31 Dec 1994 23:59:58 GMT"),
            Some(7),
        ),
        // Never negative, never hours.
        ("Sun, 06 Nov 1994 07:49:37 GMT", Some(date), Some(0)),
        ("Sun, 06 Nov 1994 09:49:37 GMT", Some(date), Some(120)),
        // Without a clock to measure by there is no hint, and the caller's own backoff counts.
        ("Sun, 06 Nov 1994 08:50:07 GMT", None, None),
        ("Sun, 06 Nov 1994 08:50:07 GMT", Some("yesterday"), None),
        ("tomorrow", Some(date), None),
        ("30", Some("yesterday"), Some(30)),
    ];
    for (header, date, seconds) in cases {
        for status in [429, 503] {
            let reply = Reply {
                status,
                body: r#"{"detail":"busy"}"#.to_owned(),
                retry_after: Some(header.to_owned()),
                date: date.map(str::to_owned),
                ..Reply::default()
            };
            let fault = Fault::from_reply(Stage::Create, &reply);
            assert_eq!(
                fault.wait,
                seconds.map(Duration::from_secs),
                "{header} at {date:?}"
            );
            assert!(fault.retryable);
        }
    }
}

#[test]
fn a_date_nobody_can_read_leaves_the_hint_of_the_body() {
    let reply = Reply {
        status: 429,
        body: r#"{"detail":"m","retry_after":17}"#.to_owned(),
        retry_after: Some("Sun, 06 Nov 1994 08:50:07 GMT".to_owned()),
        ..Reply::default()
    };
    assert_eq!(
        Fault::from_reply(Stage::Create, &reply).wait,
        Some(Duration::from_secs(17))
    );
}

#[test]
fn what_is_no_time_of_this_century_is_none() {
    let times = [
        ("0", None),
        ("-5", None),
        ("7", None),
        ("9007199254740992", None),
        ("1e999", None),
        ("\"soon\"", None),
        ("null", None),
        ("\"1969-12-31T23:59:59Z\"", None),
        ("\"9999-12-31T23:59:59Z\"", None),
        ("1754060400.5", Some(1_754_060_400_500)),
        ("1754060400123", Some(1_754_060_400_123)),
        ("\"2025-08-01T15:00:00Z\"", Some(1_754_060_400_000)),
        ("\"2025-08-01T17:00:00.5+02:00\"", Some(1_754_060_400_000)),
        ("\"2035-08-01T15:00:00Z\"", Some(2_069_593_200_000)),
    ];
    for (time, ms) in times {
        let body = format!(r#"{{"items":[{{"id":"u1","role":"user","content":"Hi","created_at":{time}}}]}}"#);
        let reply = Reply {
            status: 200,
            body,
            ..Reply::default()
        };
        let page = HistoryPage::read(&reply).unwrap_or_else(|fault| panic!("{time}: {fault:?}"));
        assert_eq!(page.items[0].created_ms, ms, "{time}");
    }
}

/// The delta of a chunk with this content, which is JSON.
fn delta(content: &str) -> Delta {
    let text = format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","content":{content}}}}}"#);
    let Ok(ServerFrame::Answer(frame)) = decode(&text) else {
        panic!("no answer: {text}")
    };
    let AnswerPart::Chunk { delta, .. } = frame.part else {
        panic!("no chunk: {text}")
    };
    delta
}
