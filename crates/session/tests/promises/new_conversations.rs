//! From one chat to the next: once, under a new session id, and with nothing crossing the break by itself.

use std::time::Duration;

use miptech_chat_session::{
    Connection, ErrorCode, Method, Notice, Profile, SessionId, SocketEvent, Status, StoreKey,
};

use crate::rig::Rig;

/// Everything that says that the chat is gone, on a live session with history.
fn losses() -> Vec<fn(&mut Rig)> {
    vec![
        |rig| rig.close(4005, ""),
        |rig| rig.server(r#"{"type":"error","data":{"code":"chat_not_found","message":"No"}}"#),
        |rig| history_gone(rig, 404),
        |rig| history_gone(rig, 410),
        |rig| {
            rejoining(rig);
            rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1","success":false}}"#);
        },
        |rig| {
            rejoining(rig);
            rig.server(r#"{"type":"error","data":{"code":"chat_not_found","message":"No"}}"#);
        },
    ]
}

fn rejoining(rig: &mut Rig) {
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
}

fn history_gone(rig: &mut Rig, status: u16) {
    rejoining(rig);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.reply("/messages", status, r#"{"detail":"Chat not found"}"#);
}

/// Creates the chat `c2` and joins it.
fn second_chat(rig: &mut Rig) {
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c2"}"#);
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c2"}}"#);
    rig.expect(Connection::Live);
}

fn asked(rig: &Rig) -> Vec<String> {
    let bodies = rig.call_log.iter().filter_map(|(_, call)| call.body.clone());
    let id = |body: String| {
        serde_json::from_str::<serde_json::Value>(&body).unwrap()["session_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    bodies.map(id).collect()
}

#[test]
fn a_chat_that_is_gone_is_replaced_once_under_a_new_session_id() {
    for (case, lose) in losses().into_iter().enumerate() {
        let mut rig = Rig::live("\"history\"");
        rig.say("before").unwrap();
        rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
        lose(&mut rig);
        assert_eq!(rig.breaks, [Some("c1".to_owned())], "{case}");
        assert_eq!(rig.kept(StoreKey::SessionId).as_deref(), Some("next_session_1"));
        assert_eq!(rig.errors.last().unwrap().code, ErrorCode::ChatGone, "{case}");
        second_chat(&mut rig);
        assert_eq!(asked(&rig), ["test_session_123", "next_session_1"], "{case}");
        assert_eq!(rig.last_join()["chat_id"], "c2");
        rig.expect_lines(&[("before", Status::Sent)]);
        assert_eq!(rig.notice, None, "{case}");
    }
}

#[test]
fn queued_text_waits_for_the_visitors_word_and_keeps_order_and_ids() {
    for (case, lose) in losses().into_iter().enumerate() {
        let mut rig = Rig::live("\"history\",\"client_message_id\"");
        rig.say("head").unwrap();
        rig.say("one").unwrap();
        rig.say("two").unwrap();
        lose(&mut rig);
        second_chat(&mut rig);
        let Some(Notice::Ended(error)) = &rig.notice else {
            panic!("{case}: {:?}", rig.notice)
        };
        assert_eq!(error.code, ErrorCode::ChatGone);
        rig.advance(Duration::from_secs(60));
        let sent = rig
            .frames
            .iter()
            .filter(|(_, frame)| frame["data"]["chat_id"] == "c2" && frame["type"] == "chat_message");
        assert_eq!(sent.count(), 0, "{case}");
        rig.act(|session, now| session.new_conversation(now));
        assert_eq!(
            (rig.breaks.len(), rig.notice.clone()),
            (1, None),
            "the conversation is new already"
        );
        for n in 1..=3 {
            let (_, frame) = rig.frames.last().unwrap();
            assert_eq!(
                (&frame["data"]["chat_id"], &frame["data"]["message"]),
                (&"c2".into(), &["head", "one", "two"][n - 1].into())
            );
            rig.server(&format!(
                r#"{{"type":"message_received","data":{{"message_id":"u{n}"}}}}"#
            ));
        }
        rig.expect_lines(&[
            ("head", Status::Sent),
            ("one", Status::Sent),
            ("two", Status::Sent),
        ]);
    }
}

#[test]
fn held_text_can_be_deleted_instead() {
    let mut rig = Rig::live("");
    rig.close(1006, "");
    let id = rig.say("one").unwrap();
    rig.advance_to_next_socket();
    rig.open();
    rig.close(4005, "");
    assert!(matches!(rig.notice, Some(Notice::Ended(_))));
    rig.act(|session, now| session.discard(&id, now));
    assert!(rig.transcript.is_empty() && !matches!(rig.notice, Some(Notice::Ended(_))));
}

#[test]
fn what_is_typed_after_the_break_belongs_to_the_new_chat() {
    let mut rig = Rig::live("");
    rig.close(4005, "");
    rig.say("new").unwrap();
    second_chat(&mut rig);
    assert_eq!(rig.frames.last().unwrap().1["data"]["chat_id"], "c2");
    assert_eq!(rig.notice, None);
}

#[test]
fn a_platform_that_loses_every_chat_is_not_asked_for_ever() {
    for joins_first in [false, true] {
        let mut rig = Rig::live("");
        rig.say("lost").unwrap();
        rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
        rig.close(4005, "");
        rig.say("kept").unwrap();
        if joins_first {
            second_chat(&mut rig);
        } else {
            rig.reply("/health", 200, r#"{"status":"healthy"}"#);
            rig.reply("/chat", 200, r#"{"chat_id":"c2"}"#);
            rig.open();
        }
        rig.close(4005, "");
        rig.expect(Connection::Blocked);
        assert_eq!(
            (rig.notice_code(), rig.breaks.len()),
            (Some(ErrorCode::ChatGone), 1)
        );
        rig.advance(Duration::from_secs(3600));
        assert_eq!(asked(&rig).len(), 2);
        rig.act(|session, now| session.new_conversation(now));
        assert_eq!(asked(&rig).len(), 2, "the probe comes first");
        second_chat(&mut rig);
        assert_eq!(asked(&rig).len(), 3, "the visitor's word begins anew");
    }
}

#[test]
fn a_word_for_held_text_on_a_blocked_chat_brings_both() {
    let mut rig = Rig::live("");
    rig.close(1006, "");
    rig.say("one").unwrap();
    rig.advance_to_next_socket();
    rig.open();
    rig.close(4005, "");
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c2"}"#);
    rig.open();
    rig.close(4005, "");
    rig.expect(Connection::Blocked);
    rig.act(|session, now| session.new_conversation(now));
    second_chat(&mut rig);
    assert_eq!(rig.sent_texts(), ["one"]);
}

#[test]
fn a_chat_that_lived_counts_no_earlier_loss() {
    let mut rig = Rig::live("");
    for _ in 0..3 {
        rig.close(4005, "");
        second_chat(&mut rig);
        rig.advance(Duration::from_secs(11));
        rig.server(r#"{"type":"pong"}"#);
    }
    assert_eq!(rig.breaks.len(), 3);
}

#[test]
fn the_visitor_begins_a_new_conversation_when_they_like() {
    let mut rig = Rig::live("");
    let old = rig.socket.unwrap();
    rig.say("hi").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half"}}"#);
    rig.act(|session, now| session.new_conversation(now));
    assert_eq!(
        (rig.closes.as_slice(), rig.breaks.as_slice()),
        (&[(old, 4900)][..], &[Some("c1".to_owned())][..])
    );
    rig.expect_lines(&[("hi", Status::Sent), ("Half", Status::Interrupted)]);
    assert!(rig.errors.is_empty(), "nothing is wrong");
    second_chat(&mut rig);
    assert_eq!(asked(&rig), ["test_session_123", "next_session_1"]);
}

#[test]
fn before_anything_was_said_a_conversation_is_new_already() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.new_conversation(now));
    rig.expect(Connection::Idle);
    assert!(rig.breaks.is_empty() && rig.stored.is_empty());
}

#[test]
fn a_second_word_while_the_new_one_is_made_changes_nothing() {
    let mut rig = Rig::live("");
    rig.act(|session, now| {
        session.new_conversation(now);
        session.new_conversation(now);
    });
    assert_eq!(rig.breaks.len(), 1);
    let late = SessionId::parse("late_session_9").unwrap();
    rig.act(|session, now| session.handle_session_id(late, now));
    second_chat(&mut rig);
    assert_eq!(asked(&rig), ["test_session_123", "next_session_1"]);
}

#[test]
fn a_creation_under_way_is_given_up_with_its_conversation() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.act(|session, now| session.new_conversation(now));
    assert!(
        rig.calls.iter().all(|(_, call)| call.body.is_none()),
        "{:?}",
        rig.calls
    );
}

#[test]
fn late_frames_of_the_old_chat_change_nothing() {
    let mut rig = Rig::live("");
    let old = rig.socket.unwrap();
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half"}}"#);
    rig.act(|session, now| session.new_conversation(now));
    second_chat(&mut rig);
    rig.socket_event_of(
        old,
        SocketEvent::Text(r#"{"type":"response_complete","data":{"message_id":"a1","content":"ghost"}}"#),
    );
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","chat_id":"c1","content":"ghost"}}"#);
    rig.expect_lines(&[("Half", Status::Interrupted)]);
    assert_eq!(rig.session.ignored().foreign, 1);
}

#[test]
fn earlier_messages_of_the_old_chat_are_no_longer_wanted() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c1","capabilities":["history"]}"#);
    rig.act(|session, now| session.new_conversation(now));
    assert!(rig.calls.iter().all(|(_, call)| !call.url.contains("/messages")));
}

#[test]
fn a_realtime_chat_is_forgotten_with_its_conversation() {
    let mut rig = Rig::configured(|config| config.profile = Some(Profile::Realtime));
    rig.say("hi").unwrap();
    rig.open();
    rig.server(r#"{"type":"chat_created","chat_id":"c1"}"#);
    assert_eq!(rig.kept(StoreKey::ChatId).as_deref(), Some("c1"));
    rig.act(|session, now| session.new_conversation(now));
    assert_eq!(rig.kept(StoreKey::ChatId), None);
    rig.open();
    assert_eq!(rig.last_join()["create"], true);
}

#[test]
fn a_chat_the_platform_left_at_rest_stays_at_rest_when_it_is_left() {
    let mut rig = Rig::live("");
    rig.close(1000, "");
    rig.act(|session, now| session.new_conversation(now));
    rig.expect(Connection::Idle);
    assert_eq!((rig.breaks.len(), rig.sockets.len()), (1, 1));
    rig.say("hi").unwrap();
    second_chat(&mut rig);
    assert_eq!(rig.sent_texts(), ["hi"]);
}

#[test]
fn held_text_during_a_disturbance_wakes_nobody_in_a_loop() {
    let mut rig = Rig::live("");
    rig.close(1006, "");
    rig.say("one").unwrap();
    rig.advance_to_next_socket();
    rig.open();
    rig.close(4005, "");
    for path in ["/health", "/healthz", "/readyz"] {
        rig.fail(path);
    }
    rig.advance(Duration::from_secs(8));
    assert!(matches!(rig.notice, Some(Notice::Ended(_))));
}

fn erases(rig: &Rig) -> Vec<&str> {
    let calls = rig.call_log.iter().map(|(_, call)| call);
    let deletes = calls.filter(|call| call.method == Method::Delete);
    deletes.map(|call| call.url.as_str()).collect()
}

#[test]
fn an_erased_conversation_is_gone_here_from_storage_and_from_the_platform_and_a_next_one_begins() {
    let mut rig = Rig::live("\"erase\",\"client_message_id\"");
    rig.say("sent").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half"}}"#);
    rig.say("on its way").unwrap();
    rig.say("waits").unwrap();
    rig.advance(Duration::from_secs(2));
    assert!(rig.kept(StoreKey::Transcript).unwrap().contains("sent"));

    rig.act(|session, now| session.erase(now));
    rig.expect_lines(&[]);
    assert_eq!(erases(&rig), ["http://localhost:8000/api/v1/chat/c1"]);
    assert_eq!(rig.kept(StoreKey::Transcript), None);
    assert!(
        rig.storage
            .borrow()
            .values()
            .all(|value| !value.contains("waits"))
    );
    // What the platform answers changes nothing.
    rig.reply("/chat/c1", 500, "");
    second_chat(&mut rig);
    assert_eq!(asked(&rig), ["test_session_123", "next_session_1"]);
    assert_eq!(
        (rig.sent_texts(), rig.notice.clone()),
        (vec!["sent".to_owned(), "on its way".to_owned()], None)
    );
    rig.expect_lines(&[]);
}

#[test]
fn a_platform_that_cannot_erase_is_not_asked_to() {
    let mut rig = Rig::live("");
    rig.say("sent").unwrap();
    rig.act(|session, now| session.erase(now));
    rig.expect_lines(&[]);
    assert!(erases(&rig).is_empty());
}

#[test]
fn erasing_where_nothing_was_said_asks_nobody() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.erase(now));
    rig.expect(Connection::Idle);
    assert!(rig.call_log.is_empty() && rig.breaks.is_empty());
}
