//! From nothing to live: probe, create, open, join.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, Method};

use crate::rig::Rig;

#[test]
fn the_way_to_live_is_probe_create_open_join() {
    let mut rig = Rig::new();
    rig.expect(Connection::Idle);
    rig.start();
    rig.expect(Connection::Starting);
    rig.reply("/api/v1/health", 200, r#"{"status":"healthy"}"#);
    let (_, create) = rig.calls.first().unwrap();
    assert_eq!(
        (create.method, create.url.as_str()),
        (Method::Post, "http://localhost:8000/api/v1/chat")
    );
    rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
    rig.expect(Connection::Connecting);
    assert_eq!(
        rig.sockets[0].2,
        "ws://localhost:8000/api/v1/ws/chat?tenant_id=miptech-company&chat_id=c1"
    );
    rig.open();
    rig.expect(Connection::Joining);
    rig.server(r#"{"type":"connection_established","data":{"client_id":"k1"}}"#);
    assert!(
        rig.frames.is_empty(),
        "nothing leaves before the platform is ready or a second has passed"
    );
    rig.server(r#"{"type":"connection_ready"}"#);
    assert_eq!(rig.frame_types(rig.socket.unwrap()), ["join_chat"]);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1","success":true}}"#);
    rig.expect(Connection::Live);
}

#[test]
fn starting_twice_changes_nothing() {
    let mut rig = Rig::new();
    rig.start();
    rig.start();
    assert_eq!(rig.call_log.len(), 1);
    rig.go_live("");
    rig.start();
    assert_eq!(rig.sockets.len(), 1);
}

#[test]
fn a_warming_platform_is_asked_five_times_and_then_not_waited_for() {
    let mut rig = Rig::new();
    rig.start();
    for _ in 0..5 {
        rig.reply(
            "/health",
            200,
            r#"{"status":"healthy","ai_services_ready":false}"#,
        );
        rig.advance(Duration::from_millis(1700));
    }
    let times: Vec<(u64, bool)> = rig
        .call_log
        .iter()
        .map(|(at, call)| (*at, call.url.ends_with("/chat")))
        .collect();
    assert_eq!(
        times,
        [
            (0, false),
            (1700, false),
            (3400, false),
            (5100, false),
            (6800, false),
            (6800, true)
        ]
    );
}

#[test]
fn each_try_walks_the_three_addresses_until_one_answers() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/api/v1/health", 500, "");
    rig.reply("/healthz", 200, r#"{"status":"starting"}"#);
    rig.advance(Duration::from_millis(1700));
    rig.reply("/healthz", 200, r#"{"status":"healthy"}"#);
    let paths: Vec<_> = rig
        .call_log
        .iter()
        .map(|(_, call)| call.url.trim_start_matches("http://localhost:8000"))
        .collect();
    assert_eq!(paths, ["/api/v1/health", "/healthz", "/healthz", "/api/v1/chat"]);
}

#[test]
fn a_probe_that_hangs_or_fails_never_blocks_the_chat() {
    let mut hanging = Rig::new();
    hanging.start();
    hanging.advance(Duration::from_millis(8500));
    assert!(
        hanging.calls.iter().any(|(_, call)| call.url.ends_with("/chat")),
        "{:?}",
        hanging.calls
    );

    let mut failing = Rig::new();
    failing.start();
    for _ in 0..5 {
        for path in ["/health", "/healthz", "/readyz"] {
            failing.fail(path);
        }
        failing.advance(Duration::from_millis(1700));
    }
    assert_eq!(failing.notice_code(), Some(ErrorCode::NetworkUnreachableOrCors));
    failing.go_live("");
    assert_eq!(failing.notice, None);
}

#[test]
fn creation_is_repeated_with_the_same_body() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 500, r#"{"detail":"relation \"chats\" does not exist"}"#);
    rig.advance(Duration::from_secs(8));
    rig.reply("/chat", 503, r#"{"code":"db_not_ready","message":"Starting"}"#);
    rig.advance(Duration::from_secs(8));
    let bodies: Vec<_> = rig
        .call_log
        .iter()
        .filter_map(|(_, call)| call.body.clone())
        .collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(rig.notice_code(), Some(ErrorCode::PlatformStarting));
    assert_eq!(rig.session.phase().tries, 2);
    rig.go_live("");
    assert_eq!(rig.session.phase().tries, 0);
}

#[test]
fn the_other_slash_form_is_tried_once_and_remembered() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.fail("/chat");
    rig.reply("/chat/", 500, "");
    rig.advance(Duration::from_secs(8));
    rig.reply("/chat/", 200, r#"{"chat_id":"c1"}"#);
    let creations: Vec<_> = rig
        .call_log
        .iter()
        .filter(|(_, call)| call.body.is_some())
        .map(|(_, call)| call.url.as_str())
        .collect();
    let base = "http://localhost:8000/api/v1/chat";
    assert_eq!(
        creations,
        [base.to_owned(), format!("{base}/"), format!("{base}/")]
    );
}

#[test]
fn the_join_goes_after_a_second_where_the_platform_says_nothing() {
    let mut rig = Rig::created();
    rig.open();
    rig.advance(Duration::from_millis(999));
    assert!(rig.frames.is_empty());
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.frame_types(rig.socket.unwrap()), ["join_chat"]);
    rig.server(r#"{"type":"connection_ready"}"#);
    assert_eq!(rig.frames.len(), 1, "one join per socket");
    rig.advance(Duration::from_millis(4999));
    rig.expect(Connection::Joining);
    rig.advance(Duration::from_millis(1));
    rig.expect(Connection::Live);
}

#[test]
fn a_ping_before_the_join_is_answered_after_it() {
    let mut rig = Rig::created();
    rig.open();
    rig.server(r#"{"type":"ping","data":{"ts":5}}"#);
    assert_eq!(rig.frame_types(rig.socket.unwrap()), ["join_chat", "pong"]);
    assert_eq!(rig.frames[1].1["data"]["ts"], 5);
}

#[test]
fn a_join_without_an_answer_ends_the_attempt() {
    let mut rig = Rig::created();
    rig.open();
    let first = rig.socket.unwrap();
    rig.advance(Duration::from_secs(10));
    assert_eq!(rig.closes, [(first, 4900)]);
    assert_eq!(rig.notice_code(), Some(ErrorCode::SocketJoinTimeout));
    rig.advance_to_next_socket();
    rig.join("");
    assert_eq!(rig.notice, None);
}

#[test]
fn ending_leaves_nothing_behind() {
    let mut rig = Rig::live("\"history\"");
    let socket = rig.socket.unwrap();
    let now = rig.now();
    rig.session.end(now);
    rig.drain();
    assert_eq!(rig.closes, [(socket, 1000)]);
    assert!(rig.calls.is_empty());
    assert_eq!(rig.session.deadline(), None);
    rig.socket_event_of(
        socket,
        miptech_chat_session::SocketEvent::Text(r#"{"type":"ping"}"#),
    );
    assert!(rig.say("late").is_err());
}

#[test]
fn ending_while_history_is_to_be_read_again_leaves_no_timer() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c1","capabilities":["history"]}"#);
    rig.fail("/messages");
    let now = rig.now();
    rig.session.end(now);
    rig.drain();
    assert_eq!(rig.session.deadline(), None);
}

#[test]
fn a_chat_bound_by_the_platform_itself_is_joined_all_the_same() {
    let mut rig = Rig::new();
    rig.say("hello").unwrap();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
    rig.open();
    rig.server(r#"{"type":"chat_created","chat_id":"c1"}"#);
    rig.expect(Connection::Live);
    assert_eq!(
        rig.frame_types(rig.socket.unwrap()),
        ["join_chat", "chat_message"]
    );
}

#[test]
fn nothing_comes_through_a_socket_that_is_not_open_and_it_opens_once() {
    let mut rig = Rig::created();
    rig.server(r#"{"type":"ping","data":{"ts":5}}"#);
    assert!(rig.frames.is_empty());
    rig.join("");
    rig.open();
    rig.expect(Connection::Live);
    assert_eq!(rig.frame_types(rig.socket.unwrap()), ["join_chat"]);
}
