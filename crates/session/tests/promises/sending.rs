//! Messages leave in order, one at a time, and none is lost or doubled.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, Profile, SendError, Status, StoreKey};

use crate::rig::Rig;

const DEDUP: &str = "\"client_message_id\"";

#[test]
fn a_message_before_anything_is_connected_starts_the_chat_and_leaves_after_the_join() {
    let mut rig = Rig::new();
    rig.say("hello").unwrap();
    rig.expect(Connection::Starting);
    rig.expect_lines(&[("hello", Status::Queued)]);
    rig.go_live("");
    rig.expect_lines(&[("hello", Status::Sending)]);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c1"}}"#);
    rig.expect_lines(&[("hello", Status::Sent)]);
    assert_eq!(rig.transcript[0].message.as_deref(), Some("u1"));
}

#[test]
fn only_one_message_is_unacknowledged() {
    let mut rig = Rig::live(DEDUP);
    for text in ["one", "two", "three"] {
        rig.say(text).unwrap();
    }
    for (seen, id) in [(1, "u1"), (2, "u2"), (3, "u3")] {
        assert_eq!(rig.sent_texts().len(), seen);
        rig.server(&format!(
            r#"{{"type":"message_received","data":{{"message_id":"{id}"}}}}"#
        ));
    }
    assert_eq!(rig.sent_texts(), ["one", "two", "three"]);
    rig.expect_lines(&[
        ("one", Status::Sent),
        ("two", Status::Sent),
        ("three", Status::Sent),
    ]);
}

#[test]
fn a_second_acknowledgement_changes_nothing() {
    let mut rig = Rig::live("");
    rig.say("one").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.say("two").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u2","client_message_id":"m-99"}}"#);
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
}

#[test]
fn an_ack_of_another_chat_is_not_ours() {
    let mut rig = Rig::live("");
    rig.say("one").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c2"}}"#);
    rig.expect_lines(&[("one", Status::Sending)]);
}

#[test]
fn text_leaves_exactly_as_typed() {
    let mut rig = Rig::live("");
    rig.say("  a < b && \"<b>\" \u{1f600}\n").unwrap();
    assert_eq!(rig.sent_texts(), ["a < b && \"<b>\" \u{1f600}"]);
    let (_, frame) = rig.frames.last().unwrap();
    assert_eq!(
        (&frame["data"]["stream"], frame["data"].get("client_message_id")),
        (&true.into(), None)
    );
}

#[test]
fn a_lost_attempt_resends_the_head_under_the_same_id() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    rig.drop_link();
    rig.expect_lines(&[("one", Status::Queued), ("two", Status::Queued)]);
    rig.advance_to_next_socket();
    rig.join(DEDUP);
    assert_eq!(rig.sent_texts(), ["one", "one"]);
    let ids: Vec<_> = rig
        .frames
        .iter()
        .filter_map(|(_, frame)| frame["data"].get("client_message_id"))
        .collect();
    assert_eq!(ids, ["m-1", "m-1"]);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1","client_message_id":"m-1"}}"#);
    assert_eq!(rig.sent_texts(), ["one", "one", "two"]);
}

#[test]
fn without_deduplication_an_ambiguous_message_waits_for_the_visitor() {
    let mut rig = Rig::live("");
    let id = rig.say("one").unwrap();
    rig.say("two").unwrap();
    rig.drop_link();
    rig.expect_lines(&[("one", Status::Unconfirmed), ("two", Status::Queued)]);
    rig.advance_to_next_socket();
    rig.join("");
    assert_eq!(rig.sent_texts(), ["one", "two"]);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u2"}}"#);
    let now = rig.now();
    rig.session.retry(&id, now).unwrap();
    rig.drain();
    assert_eq!(rig.sent_texts(), ["one", "two", "one"]);
    assert!(
        rig.session.retry(&id, now).is_err(),
        "what is on its way cannot be sent again"
    );
}

#[test]
fn history_confirms_what_its_lost_acknowledgement_did_not() {
    let both = "\"client_message_id\",\"history\"";
    let mut rig = Rig::live(both);
    rig.say("one").unwrap();
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(&format!(
        r#"{{"type":"connection_ready","data":{{"capabilities":[{both}]}}}}"#
    ));
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    let item = r#"{"items":[{"id":"u1","role":"user","content":"one","sequence_number":1,"client_message_id":"m-1"}]}"#;
    rig.reply("/messages", 200, item);
    rig.expect_lines(&[("one", Status::Sent)]);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1","client_message_id":"m-1"}}"#);
    rig.expect_lines(&[("one", Status::Sent)]);
}

#[test]
fn a_refused_message_holds_nobody_up() {
    let mut rig = Rig::configured(|config| config.profile = Some(Profile::TwoStep));
    rig.start();
    rig.go_live(DEDUP);
    let id = rig.say("bad").unwrap();
    rig.say("good").unwrap();
    rig.server(r#"{"type":"error","data":{"type":"message_validation_error","message":"No"}}"#);
    rig.expect_lines(&[("bad", Status::Failed), ("good", Status::Sending)]);
    assert_eq!(rig.notice_code(), Some(ErrorCode::MessageRejected));
    let now = rig.now();
    rig.session.discard(&id, now);
    rig.drain();
    rig.expect_lines(&[("good", Status::Sending)]);
}

#[test]
fn a_rate_limit_pauses_the_queue_at_the_same_message() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"message":"Slow down","retry_after":12}}"#);
    rig.expect_lines(&[("one", Status::Queued)]);
    rig.advance(Duration::from_millis(11_999));
    assert_eq!(rig.sent_texts().len(), 1);
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.sent_texts(), ["one", "one"]);
}

#[test]
fn a_rate_limit_of_zero_seconds_is_still_a_pause() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    for sent in 1..=3 {
        assert_eq!(rig.sent_texts().len(), sent);
        rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":0}}"#);
        rig.advance(Duration::from_secs(1));
    }
}

#[test]
fn an_id_is_taken_once() {
    let mut rig = Rig::live("");
    let id = rig.say("one").unwrap();
    let now = rig.now();
    assert_eq!(rig.session.send(id, "two", now), Err(SendError::Repeated));
}

#[test]
fn a_normal_close_does_not_strand_a_message() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.close(1000, "");
    rig.advance_to_next_socket();
    rig.join(DEDUP);
    assert_eq!(rig.sent_texts(), ["one", "one"]);
}

#[test]
fn a_missing_acknowledgement_is_asked_for_and_then_the_socket_is_replaced() {
    let mut rig = Rig::live(DEDUP);
    let socket = rig.socket.unwrap();
    rig.say("one").unwrap();
    rig.advance(Duration::from_secs(10));
    assert_eq!(rig.frame_types(socket), ["join_chat", "chat_message", "ping"]);
    rig.advance(Duration::from_secs(5));
    assert_eq!(rig.closes, [(socket, 4900)]);
    rig.expect_lines(&[("one", Status::Queued)]);
}

#[test]
fn what_cannot_be_taken_is_refused_and_kept_by_the_caller() {
    let mut rig = Rig::new();
    for empty in ["", "  \n", "\u{200b}\u{feff}"] {
        assert_eq!(rig.say(empty), Err(SendError::Empty));
    }
    assert_eq!(
        rig.say(&"x".repeat(4001)),
        Err(SendError::TooLong { limit_units: 4000 })
    );
    assert_eq!(
        rig.say(&"\u{1f600}".repeat(2001)),
        Err(SendError::TooLong { limit_units: 4000 })
    );
    for n in 0..20 {
        rig.say(&format!("message {n}")).unwrap();
    }
    assert_eq!(rig.say("one more"), Err(SendError::OutboxFull { limit: 20 }));
    assert_eq!(rig.transcript.len(), 20);
}

#[test]
fn the_ids_are_stored_with_the_first_message_and_not_before() {
    let mut rig = Rig::live("");
    assert!(rig.stored.is_empty());
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    let expected = [
        (StoreKey::SessionId, Some("test_session_123".to_owned())),
        (StoreKey::VisitorId, Some("test_visitor_123".to_owned())),
    ];
    assert_eq!(rig.stored[..2], expected);
    let others = rig.stored[2..].iter().map(|(key, _)| key);
    assert!(
        others.clone().count() == 3 && others.clone().all(|key| matches!(key, StoreKey::Message(_))),
        "both messages, and that the first was handed over"
    );
}

#[test]
fn what_waits_stands_in_the_order_it_was_typed_after_a_reload_and_leaves_in_it() {
    let mut rig = Rig::new();
    let texts: Vec<String> = (0..12).map(|n| format!("message {n}")).collect();
    for text in &texts {
        rig.say(text).unwrap();
    }
    let mut next = Rig::with(8, rig.storage.clone(), |_| {});
    let shown: Vec<(&str, Status)> = texts.iter().map(|text| (text.as_str(), Status::Queued)).collect();
    next.expect_lines(&shown);
    next.start();
    next.go_live("");
    for text in &texts {
        assert_eq!(next.sent_texts().last(), Some(text));
        next.server(r#"{"type":"message_received","data":{"chat_id":"c1"}}"#);
    }
}
