//! Earlier messages: read once, in order, never twice.

use miptech_chat_session::Status;

use crate::rig::Rig;

const HISTORY: &str = "\"history\",\"client_message_id\"";

fn item(id: &str, role: &str, text: &str, sequence: u32) -> String {
    format!(r#"{{"id":"{id}","role":"{role}","content":"{text}","sequence_number":{sequence}}}"#)
}

/// A session whose chat exists on the platform already, its history still unread.
fn returning() -> Rig {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply(
        "/chat",
        200,
        &format!(r#"{{"chat_id":"c1","capabilities":[{HISTORY}]}}"#),
    );
    rig
}

#[test]
fn the_conversation_comes_back_page_by_page() {
    let mut rig = returning();
    let first = format!(
        r#"{{"items":[{},{}],"next":2}}"#,
        item("u1", "user", "q1", 1),
        item("a1", "assistant", "r1", 2)
    );
    rig.reply("/messages", 200, &first);
    assert!(rig.calls.iter().any(|(_, call)| call.url.contains("after=2")));
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("u2", "user", "q2", 3)),
    );
    rig.expect_lines(&[
        ("q1", Status::Sent),
        ("r1", Status::Complete),
        ("q2", Status::Sent),
    ]);
    rig.join(HISTORY);
    assert_eq!(rig.transcript.len(), 3);
}

#[test]
fn what_is_typed_meanwhile_stays_below() {
    let mut rig = returning();
    rig.say("new").unwrap();
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("u1", "user", "old", 1)),
    );
    rig.expect_lines(&[("old", Status::Sent), ("new", Status::Queued)]);
}

#[test]
fn a_read_after_a_rejoin_fills_in_what_was_missed_at_its_place() {
    let mut rig = returning();
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("u1", "user", "q1", 1)),
    );
    rig.join(HISTORY);
    rig.drop_link();
    rig.say("q3").unwrap();
    rig.advance_to_next_socket();
    rig.rejoin();
    let missed = format!(
        r#"{{"items":[{},{}]}}"#,
        item("a1", "assistant", "r1", 2),
        item("u2", "user", "q2", 3)
    );
    rig.reply("/messages", 200, &missed);
    rig.expect_lines(&[
        ("q1", Status::Sent),
        ("r1", Status::Complete),
        ("q2", Status::Sent),
        ("q3", Status::Sending),
    ]);
}

#[test]
fn what_was_said_last_stands_last_though_a_late_answer_stands_with_its_question() {
    let mut rig = returning();
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    rig.join(HISTORY);
    rig.say("q1").unwrap();
    rig.acknowledge("u1");
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"r"}}"#);
    rig.say("q2").unwrap();
    rig.acknowledge("u2");
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.rejoin();
    let items = [
        item("u1", "user", "q1", 1),
        item("u2", "user", "q2", 2),
        item("a1", "assistant", "r1", 3),
        item("u3", "user", "from another device", 4),
    ];
    rig.reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    rig.expect_lines(&[
        ("q1", Status::Sent),
        ("r1", Status::Complete),
        ("q2", Status::Sent),
        ("from another device", Status::Sent),
    ]);
}

#[test]
fn an_answer_finished_while_away_heals_the_half_that_stands() {
    let mut rig = returning();
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    rig.join(HISTORY);
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half"}}"#);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.rejoin();
    rig.reply(
        "/messages",
        200,
        &format!(
            r#"{{"items":[{}]}}"#,
            item("a1", "assistant", "Half and whole", 1)
        ),
    );
    rig.expect_lines(&[("Half and whole", Status::Complete)]);
}

#[test]
fn a_join_during_the_read_makes_it_read_again() {
    let mut rig = returning();
    rig.rejoin();
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("u1", "user", "q1", 1)),
    );
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("a1", "assistant", "r1", 2)),
    );
    rig.expect_lines(&[("q1", Status::Sent), ("r1", Status::Complete)]);
}

#[test]
fn a_failed_read_is_repeated() {
    let mut rig = returning();
    rig.fail("/messages");
    rig.advance(std::time::Duration::from_secs(1));
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, item("u1", "user", "q1", 1)),
    );
    rig.expect_lines(&[("q1", Status::Sent)]);
}

#[test]
fn a_platform_that_takes_history_back_is_not_asked_for_ever() {
    let mut rig = returning();
    rig.fail("/messages");
    rig.open();
    rig.server(r#"{"type":"connection_ready","data":{"capabilities":[]}}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    let asked = rig.count("/chat/c1/messages");
    rig.advance(std::time::Duration::from_secs(600));
    assert_eq!(rig.count("/chat/c1/messages"), asked);
}

#[test]
fn a_message_acknowledged_without_an_id_of_the_platform_stands_once() {
    let mut rig = returning();
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    rig.join(HISTORY);
    rig.say("q").unwrap();
    rig.server(r#"{"type":"message_received","data":{"client_message_id":"m-1"}}"#);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.rejoin();
    let item = r#"{"items":[{"id":"u1","role":"user","content":"q","sequence_number":1,"client_message_id":"m-1"}]}"#;
    rig.reply("/messages", 200, item);
    rig.expect_lines(&[("q", Status::Sent)]);
    assert_eq!(rig.transcript[0].message.as_deref(), Some("u1"));
}

#[test]
fn an_earlier_answer_longer_than_any_is_kept_is_shown_up_to_there_and_said_to_be_cut() {
    let mut rig = returning();
    let long = "\u{fc}".repeat(64 * 1024 + 1);
    let page = format!(r#"{{"items":[{}]}}"#, item("a1", "assistant", &long, 1));
    rig.reply("/messages", 200, &page);
    let kept = "\u{fc}".repeat(64 * 1024);
    rig.expect_lines(&[(&kept, Status::Truncated)]);
}
