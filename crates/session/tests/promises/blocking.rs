//! Terminal answers end the tries, say why, and leave the visitor a way back.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, Notice, Status};

use crate::rig::Rig;

#[test]
fn an_unknown_tenant_blocks_at_once_and_keeps_the_text() {
    let mut rig = Rig::new();
    rig.say("hello").unwrap();
    let body = r#"{"success":false,"message":"Tenant not found","error_code":"TENANT_NOT_FOUND","details":{"tenant_id":"x"}}"#;
    rig.reply("/api/v1/health", 404, body);
    rig.reply("/healthz", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 404, body);
    rig.expect(Connection::Blocked);
    let Some(Notice::Blocked(error)) = &rig.notice else {
        panic!("{:?}", rig.notice)
    };
    assert_eq!(
        (error.code, error.status, error.retryable),
        (ErrorCode::TenantNotFound, Some(404), false)
    );
    rig.expect_lines(&[("hello", Status::Queued)]);
    let calls = rig.call_log.len();
    rig.advance(Duration::from_secs(3600));
    assert_eq!(rig.call_log.len(), calls);

    let now = rig.now();
    rig.session.retry_now(now);
    rig.drain();
    rig.go_live("");
    assert_eq!(rig.sent_texts(), ["hello"]);
    assert_eq!(rig.notice, None);
}

#[test]
fn an_unreachable_platform_is_named_and_asked_again() {
    let mut rig = Rig::new();
    rig.say("hello").unwrap();
    for _ in 0..5 {
        for path in ["/health", "/healthz", "/readyz"] {
            rig.fail(path);
        }
        rig.advance(Duration::from_millis(1700));
    }
    rig.fail("/chat");
    rig.fail("/chat/");
    assert_eq!(rig.notice_code(), Some(ErrorCode::NetworkUnreachableOrCors));
    rig.expect_lines(&[("hello", Status::Queued)]);
    let raised = rig.errors.len();
    assert_eq!(raised, 1, "one word per change, not per try");
    rig.advance(Duration::from_secs(30));
    assert!(!rig.calls.is_empty(), "it goes on by itself");
}

#[test]
fn html_in_the_platforms_place_is_called_a_portal() {
    let mut rig = Rig::new();
    rig.start();
    for path in ["/api/v1/health", "/healthz", "/readyz", "/chat"] {
        rig.reply(path, 200, "<html>Welcome to Hotel WiFi</html>");
    }
    rig.advance(Duration::from_secs(3));
    assert_eq!(rig.notice_code(), Some(ErrorCode::NetworkCaptivePortal));
    rig.advance(Duration::from_secs(30));
    rig.go_live("");
}

#[test]
fn codes_that_forbid_another_try_are_obeyed() {
    let cases = [
        (4403, ErrorCode::TenantDenied),
        (4004, ErrorCode::TenantDenied),
        (1008, ErrorCode::SocketRejected),
    ];
    for (close, code) in cases {
        let mut rig = Rig::live("");
        rig.close(close, "");
        rig.expect(Connection::Blocked);
        assert_eq!(rig.notice_code(), Some(code), "{close}");
        rig.advance(Duration::from_secs(3600));
        assert_eq!(rig.sockets.len(), 1, "{close}");
    }
}

#[test]
fn a_late_join_is_retried_once_with_the_join_first() {
    for close in [4400, 4408] {
        let mut rig = Rig::live("");
        rig.close(close, "");
        rig.advance_to_next_socket();
        rig.open();
        assert_eq!(
            rig.frame_types(rig.socket.unwrap()),
            ["join_chat"],
            "{close}: at open"
        );
        rig.close(close, "");
        rig.expect(Connection::Blocked);
    }
}

#[test]
fn an_unknown_private_code_is_tried_once_and_then_left_to_the_visitor() {
    let mut rig = Rig::live("");
    rig.close(4777, "");
    rig.advance_to_next_socket();
    rig.open();
    rig.close(4777, "");
    rig.expect(Connection::Waiting);
    rig.advance(Duration::from_secs(3600));
    assert_eq!(rig.sockets.len(), 2);
    assert_eq!(rig.errors.last().unwrap().close_code, Some(4777));
    let now = rig.now();
    rig.session.retry_now(now);
    rig.drain();
    rig.advance_to_next_socket();
}

#[test]
fn protocol_trouble_is_borne_five_times() {
    let mut rig = Rig::live("");
    for _ in 0..5 {
        rig.close(1002, "");
        rig.advance_to_next_socket();
        rig.open();
    }
    rig.close(1002, "");
    rig.expect(Connection::Blocked);
}

#[test]
fn a_join_that_names_another_tenant_is_not_ours() {
    let mut rig = Rig::created();
    rig.open();
    rig.server(r#"{"type":"chat_joined","tenant_id":"other-company","data":{"chat_id":"c1"}}"#);
    rig.expect(Connection::Blocked);
    assert_eq!(rig.notice_code(), Some(ErrorCode::TenantDenied));
}
