//! Characters cut in two, answers that go on after a re-join, answers the visitor stopped, and what is only counted.

use std::time::Duration;

use miptech_chat_session::{SocketEvent, Status};
use serde_json::json;

use crate::rig::Rig;

const RESUME: &str = "\"resume\"";
const STOP: &str = "\"stop\"";

fn chunk(text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","content":"{text}"}}}}"#)
}

fn counted(id: &str, index: u32, text: &str) -> String {
    format!(
        r#"{{"type":"response_chunk","data":{{"message_id":"{id}","index":{index},"content":"{text}"}}}}"#
    )
}

fn stops(rig: &Rig) -> Vec<&serde_json::Value> {
    let stops = rig
        .frames
        .iter()
        .filter(|(_, frame)| frame["type"] == "stop_response");
    stops.map(|(_, frame)| &frame["data"]).collect()
}

fn stop(rig: &mut Rig) {
    rig.act(|session, now| session.stop_answer(now));
}

#[test]
fn a_character_cut_in_two_is_whole_again() {
    let mut rig = Rig::live("");
    for text in ["Hi \\ud83d", "\\ude00 and \\ud83d", "\\ude01"] {
        rig.server(&chunk(text));
    }
    rig.expect_lines(&[("Hi \u{1f600} and \u{1f601}", Status::Streaming)]);
}

#[test]
fn a_half_without_its_other_is_marked_at_the_end_and_not_before() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"response_start","data":{"message_id":"a1"}}"#);
    rig.server(&chunk("Hi \\ud83d"));
    rig.expect_lines(&[("Hi ", Status::Streaming)]);
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[("Hi \u{fffd}", Status::Complete)]);
}

#[test]
fn a_half_that_meets_no_half_is_marked_where_it_stands() {
    let mut rig = Rig::live("");
    for text in ["a\\ud83d", "b", "\\ude00c"] {
        rig.server(&chunk(text));
    }
    rig.expect_lines(&[("a\u{fffd}b\u{fffd}c", Status::Streaming)]);
}

#[test]
fn the_final_text_needs_no_half() {
    let mut rig = Rig::live("");
    rig.server(&chunk("Hi \\ud83d"));
    rig.server(
        "{\"type\":\"response_complete\",\"data\":{\"message_id\":\"a1\",\"content\":\"Hi \u{1f600}\"}}",
    );
    rig.expect_lines(&[("Hi \u{1f600}", Status::Complete)]);
}

#[test]
fn a_rejoin_asks_for_the_rest_of_the_one_answer_that_is_open() {
    let mut rig = Rig::live(RESUME);
    for (index, text) in [(0, "one "), (1, "two ")] {
        rig.server(&counted("a1", index, text));
    }
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    assert_eq!(
        rig.last_join()["resume"],
        json!({"message_id": "a1", "next_index": 2})
    );
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.expect_lines(&[("one two ", Status::Streaming)]);
    for (index, text) in [(1, "two "), (2, "three "), (3, "four")] {
        rig.server(&counted("a1", index, text));
    }
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[("one two three four", Status::Complete)]);
}

#[test]
fn a_resumed_answer_the_platform_says_nothing_about_is_marked() {
    let mut rig = Rig::live(RESUME);
    rig.server(&counted("a1", 0, "one "));
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join(RESUME);
    rig.advance(Duration::from_secs(10));
    rig.expect_lines(&[("one ", Status::Interrupted)]);
}

#[test]
fn nothing_is_resumed_where_it_is_not_advertised_or_not_clear_which() {
    let cases: [(&str, &[&str]); 4] = [
        ("", &["a1"]),
        (RESUME, &["a1", "a2"]),
        (RESUME, &[]),
        ("\"history\"", &["a1"]),
    ];
    for (capabilities, answers) in cases {
        let mut rig = Rig::live(capabilities);
        for id in answers {
            rig.server(&counted(id, 0, "x"));
        }
        rig.drop_link();
        rig.advance_to_next_socket();
        rig.open();
        rig.server(r#"{"type":"connection_ready"}"#);
        assert_eq!(rig.last_join().get("resume"), None, "{capabilities} {answers:?}");
    }
}

#[test]
fn stopping_is_told_to_a_platform_that_can_and_ends_as_it_says() {
    let mut rig = Rig::live(STOP);
    rig.server(&chunk("Half"));
    stop(&mut rig);
    stop(&mut rig);
    assert_eq!(stops(&rig), [&json!({"chat_id": "c1", "message_id": "a1"})]);
    rig.server(&chunk(" late"));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Half","stopped":true}}"#);
    rig.expect_lines(&[("Half", Status::Stopped)]);
}

#[test]
fn stopping_hides_what_comes_late_where_the_platform_cannot() {
    let streams = [
        [
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half"}}"#,
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":" late"}}"#,
            r#"{"type":"response_complete","data":{"message_id":"a1","content":"Half late"}}"#,
        ],
        [
            r#"{"type":"response_chunk","data":{"content":"Half"}}"#,
            r#"{"type":"response_chunk","data":{"content":" late"}}"#,
            r#"{"type":"response_complete","data":{"content":"Half late"}}"#,
        ],
    ];
    for [first, late, end] in streams {
        let mut rig = Rig::live("");
        rig.server(first);
        stop(&mut rig);
        rig.server(late);
        rig.server(end);
        rig.expect_lines(&[("Half", Status::Stopped)]);
        assert!(stops(&rig).is_empty() && !rig.session.is_awaiting_answer());
    }
}

#[test]
fn an_answer_stopped_before_it_began_stays_stopped() {
    for thinking in [
        r#"{"type":"processing","data":{"message_id":"a1"}}"#,
        r#"{"type":"processing","data":{}}"#,
    ] {
        let mut rig = Rig::live("");
        rig.server(thinking);
        stop(&mut rig);
        rig.server(&chunk("late"));
        rig.server(&chunk("later"));
        rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"late later"}}"#);
        rig.expect_lines(&[("", Status::Stopped)]);
    }
}

#[test]
fn the_answer_after_a_stopped_one_is_shown() {
    for ends in [false, true] {
        let mut rig = Rig::live("");
        rig.server(r#"{"type":"response_chunk","data":{"content":"Half"}}"#);
        stop(&mut rig);
        if ends {
            rig.server(r#"{"type":"response_complete","data":{}}"#);
        }
        rig.say("again").unwrap();
        rig.server(r#"{"type":"message_received","data":{"message_id":"u2"}}"#);
        rig.server(r#"{"type":"response_chunk","data":{"content":"Whole"}}"#);
        rig.expect_lines(&[
            ("Half", Status::Stopped),
            ("again", Status::Sent),
            ("Whole", Status::Streaming),
        ]);
    }
}

#[test]
fn a_stop_while_reconnecting_is_told_after_the_join() {
    let mut rig = Rig::live(STOP);
    rig.server(&chunk("Half"));
    rig.drop_link();
    stop(&mut rig);
    rig.expect_lines(&[("Half", Status::Stopped)]);
    assert!(stops(&rig).is_empty());
    rig.advance_to_next_socket();
    rig.join(STOP);
    assert_eq!(stops(&rig), [&json!({"chat_id": "c1", "message_id": "a1"})]);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join(STOP);
    assert_eq!(stops(&rig).len(), 1, "once");
}

#[test]
fn what_changes_nothing_is_counted() {
    let mut rig = Rig::live("");
    for frame in [
        r#"{"type":"brand_new"}"#,
        "[1,2]",
        "null",
        "7",
        r#"{"type":"response_chunk","data":{"chat_id":"c9","content":"x"}}"#,
        r#"{"type":"message_received","data":{"chat_id":"c9"}}"#,
        r#"{"type":"chat_joined","data":{"chat_id":"c9"}}"#,
    ] {
        rig.server(frame);
    }
    rig.socket_event(SocketEvent::Binary);
    let ignored = rig.session.ignored();
    assert_eq!(
        (ignored.unknown_types, ignored.not_frames, ignored.foreign),
        (1, 4, 3)
    );
    assert!(rig.transcript.is_empty());
}

#[test]
fn a_join_acknowledged_for_another_chat_is_none() {
    let mut rig = Rig::created();
    rig.say("hi").unwrap();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c9"}}"#);
    assert!(rig.sent_texts().is_empty());
    assert_eq!(rig.session.ignored().foreign, 1);
}

#[test]
fn the_platforms_name_of_the_socket_is_kept_for_diagnostics() {
    let mut rig = Rig::created();
    rig.open();
    rig.server(r#"{"type":"connection_established","data":{"client_id":"k1"}}"#);
    assert_eq!(rig.session.report().client.as_deref(), Some("k1"));
}
