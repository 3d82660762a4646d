//! After a drop: live again, joined again, nothing lost, nobody stampeding.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, SocketEvent, Status};

use crate::rig::Rig;

#[test]
fn a_dropped_socket_is_replaced_and_joined_again_in_the_same_chat() {
    let mut rig = Rig::live("");
    for _ in 0..3 {
        rig.drop_link();
        rig.expect(Connection::Reconnecting);
        rig.advance_to_next_socket();
        rig.join("");
        rig.advance(Duration::from_secs(11));
        rig.server(r#"{"type":"pong"}"#);
    }
    assert_eq!(rig.sockets.len(), 4);
    for (attempt, _, url) in &rig.sockets {
        assert!(url.ends_with("chat_id=c1"), "{url}");
        let frames = rig.frame_types(*attempt);
        assert_eq!(frames.iter().filter(|kind| **kind == "join_chat").count(), 1);
        assert_eq!(frames[0], "join_chat");
    }
    assert_eq!(
        rig.call_log
            .iter()
            .filter(|(_, call)| call.url.ends_with("/chat"))
            .count(),
        1
    );
}

#[test]
fn a_short_disturbance_is_not_spoken_of() {
    let mut rig = Rig::live("");
    rig.drop_link();
    assert_eq!(rig.notice, None);
    rig.advance(Duration::from_millis(1999));
    assert_eq!(rig.notice, None);
    rig.advance(Duration::from_secs(5));
    assert_eq!(rig.notice_code(), Some(ErrorCode::SocketDropped));
}

#[test]
fn a_platform_that_accepts_and_closes_is_asked_ever_more_slowly() {
    let mut rig = Rig::live("");
    let mut gaps = Vec::new();
    rig.close(1011, "");
    for _ in 0..8 {
        let from = rig.clock_ms;
        rig.advance_to_next_socket();
        gaps.push(rig.clock_ms - from);
        rig.open();
        rig.close(1011, "");
    }
    assert!(gaps[0] >= 4000, "{gaps:?}");
    assert!(gaps[7] >= 15_000, "{gaps:?}");
    rig.expect(Connection::Waiting);
}

#[test]
fn the_counter_starts_anew_only_after_ten_joined_seconds_and_a_frame() {
    let mut rig = Rig::live("");
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("");
    assert_eq!(rig.session.phase().tries, 1);
    rig.advance(Duration::from_secs(11));
    assert_eq!(rig.session.phase().tries, 1);
    rig.server(r#"{"type":"pong"}"#);
    assert_eq!(rig.session.phase().tries, 0);
}

#[test]
fn late_events_of_an_old_socket_change_nothing() {
    let mut rig = Rig::live("");
    let old = rig.socket.unwrap();
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("");
    rig.socket_event_of(
        old,
        SocketEvent::Closed {
            code: 1006,
            reason: "",
        },
    );
    rig.socket_event_of(
        old,
        SocketEvent::Text(r#"{"type":"response_chunk","data":{"content":"ghost"}}"#),
    );
    rig.expect(Connection::Live);
    assert!(rig.transcript.is_empty());
}

#[test]
fn an_answer_cut_off_on_a_platform_without_history_is_marked() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half an"}}"#);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("");
    rig.expect_lines(&[("Half an", Status::Interrupted)]);
}

#[test]
fn an_answer_that_goes_on_after_a_rejoin_has_no_seam() {
    let mut rig = Rig::live("\"history\"");
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half an"}}"#);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("\"history\"");
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"of it"}}"#);
    rig.expect_lines(&[("Half an", Status::Streaming)]);
    rig.server(
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Half an answer, all of it"}}"#,
    );
    rig.expect_lines(&[("Half an answer, all of it", Status::Complete)]);
}

#[test]
fn an_answer_the_platform_lost_is_marked_soon_after_the_rejoin() {
    let mut rig = Rig::live("\"history\"");
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.close(1001, "restart");
    rig.advance_to_next_socket();
    rig.join("\"history\"");
    rig.expect_lines(&[("", Status::Thinking)]);
    rig.advance(Duration::from_secs(10));
    rig.expect_lines(&[("", Status::Interrupted)]);
}

#[test]
fn the_visitor_may_hasten_the_next_try_but_not_hammer() {
    let mut rig = Rig::live("");
    rig.close(1013, "");
    for _ in 0..4 {
        rig.advance_to_next_socket();
        rig.close(1013, "");
    }
    rig.expect(Connection::Waiting);
    let opened = rig.sockets.len();
    let now = rig.now();
    rig.session.retry_now(now);
    rig.drain();
    rig.advance(Duration::from_millis(750));
    assert_eq!(rig.sockets.len(), opened + 1);
    rig.close(1013, "");
    let now = rig.now();
    rig.session.retry_now(now);
    rig.drain();
    rig.advance(Duration::from_millis(750));
    assert_eq!(rig.sockets.len(), opened + 1);
}

#[test]
fn a_normal_close_rests_until_the_visitor_acts() {
    let mut rig = Rig::live("");
    rig.close(1000, "");
    rig.expect(Connection::Idle);
    rig.advance(Duration::from_secs(600));
    assert_eq!(rig.sockets.len(), 1);
    rig.say("hello").unwrap();
    rig.join("");
    assert_eq!(rig.sent_texts(), ["hello"]);
}

#[test]
fn an_answer_the_platform_left_in_the_middle_does_not_stream_for_ever() {
    for close in [1000, 4403, 4005] {
        let mut rig = Rig::live("");
        rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Half an"}}"#);
        rig.close(close, "");
        rig.expect_lines(&[("Half an", Status::Interrupted)]);
    }
}

#[test]
fn words_about_the_connection_do_not_wait_for_an_older_mishap_to_be_read() {
    let mut rig = Rig::live("");
    rig.server("{");
    assert_eq!(rig.notice_code(), Some(ErrorCode::PlatformError));
    rig.close(4777, "");
    rig.advance_to_next_socket();
    rig.open();
    rig.close(4777, "");
    rig.advance(Duration::from_secs(2));
    assert_eq!(rig.notice_code(), Some(ErrorCode::SocketRejected));
}

/// A live session that loses its link and then three sockets, none of which opens.
fn blind(storage: crate::browser::Storage) -> Rig {
    let mut rig = Rig::with(7, storage, |_| {});
    rig.start();
    rig.go_live("");
    rig.drop_link();
    for failed in 0..3 {
        assert_eq!(rig.count("/chat/c1"), 0, "{failed}");
        rig.advance_to_next_socket();
        rig.close(1006, "");
    }
    assert_eq!(rig.count("/chat/c1"), 1);
    rig
}

#[test]
fn three_sockets_that_never_open_ask_over_rest_what_is_wrong() {
    let mut gone = blind(crate::browser::Storage::default());
    gone.reply("/chat/c1", 404, r#"{"detail":"Not Found"}"#);
    assert_eq!(gone.breaks, [Some("c1".to_owned())]);

    let mut refused = blind(crate::browser::signed_in_storage());
    refused.reply("/chat/c1", 401, r#"{"code":"invalid_token","message":"Expired"}"#);
    refused.refreshed("A2", "R2");
    refused.join("");
    assert_eq!(refused.last_join()["token"], "A2");

    for (status, body) in [
        (200, r#"{"id":"c1"}"#),
        (404, "<html>"),
        (401, "<html>"),
        (500, ""),
    ] {
        let mut other = blind(crate::browser::signed_in_storage());
        other.reply("/chat/c1", status, body);
        assert!(
            other.breaks.is_empty() && other.count("/auth/refresh") == 0,
            "{status}"
        );
        if status == 200 {
            // Calls get through and sockets do not: a try a minute (row N15).
            other.advance(Duration::from_secs(59));
        }
        other.advance_to_next_socket();
        other.join("");
    }
}

#[test]
fn three_joins_nobody_acknowledges_ask_over_rest_what_is_wrong() {
    let mut rig = Rig::created();
    for asked in [0, 0, 1] {
        if rig.socket.is_none() {
            rig.advance_to_next_socket();
        }
        rig.open();
        rig.advance(Duration::from_secs(10));
        assert_eq!(rig.count("/chat/c1"), asked);
    }
    rig.reply("/chat/c1", 410, r#"{"detail":"Gone"}"#);
    assert_eq!(rig.breaks, [Some("c1".to_owned())]);
}
