//! The three profiles as configured: which calls, which query, which first frame, and when text may go.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, Notice, Profile, Status, StoreKey, TokenTransport};
use serde_json::json;

use crate::{
    browser::{Storage, signed_in_storage},
    rig::Rig,
};

const SOCKET: &str = "ws://localhost:8000/api/v1/ws/chat?tenant_id=miptech-company";

fn of(profile: Profile) -> Rig {
    Rig::configured(|config| config.profile = Some(profile))
}

fn realtime() -> Rig {
    of(Profile::Realtime)
}

/// A realtime session whose chat `c1` was made on an earlier page, its socket open.
fn returning() -> Rig {
    let storage = Storage::default();
    let mut earlier = Rig::with(7, storage.clone(), |config| {
        config.profile = Some(Profile::Realtime)
    });
    earlier.say("before").unwrap();
    earlier.open();
    earlier.server(r#"{"type":"chat_created","chat_id":"c1"}"#);
    let mut rig = Rig::with(8, storage, |config| config.profile = Some(Profile::Realtime));
    rig.start();
    rig.open();
    rig
}

fn texts(rig: &Rig) -> Vec<&serde_json::Value> {
    let is_text = |frame: &&serde_json::Value| frame["type"] != "join_chat" && frame["type"] != "pong";
    rig.frames
        .iter()
        .map(|(_, frame)| frame)
        .filter(is_text)
        .collect()
}

#[test]
fn two_step_creates_over_rest_and_writes_chat_messages() {
    let mut rig = of(Profile::TwoStep);
    rig.say("hi").unwrap();
    rig.go_live("");
    assert_eq!(rig.paths(), ["/health", "/chat"]);
    assert_eq!(rig.sockets[0].2, format!("{SOCKET}&chat_id=c1"));
    assert_eq!(
        *rig.last_join(),
        json!({"chat_id": "c1", "tenant_id": "miptech-company"})
    );
    let data = json!({"message": "hi", "stream": true, "tenant_id": "miptech-company", "chat_id": "c1"});
    assert_eq!(
        (&texts(&rig)[0]["type"], &texts(&rig)[0]["data"]),
        (&json!("chat_message"), &data)
    );
}

#[test]
fn join_token_joins_with_the_token_and_writes_user_messages() {
    let mut rig = Rig::with(7, signed_in_storage(), |config| {
        config.profile = Some(Profile::JoinToken)
    });
    rig.say("hi").unwrap();
    rig.go_live("");
    assert_eq!(rig.bearers("/chat"), [Some("A1".to_owned())]);
    assert_eq!(rig.sockets[0].2, format!("{SOCKET}&chat_id=c1"));
    assert_eq!(
        *rig.last_join(),
        json!({"chat_id": "c1", "tenant_id": "miptech-company", "token": "A1"})
    );
    assert_eq!(
        (&texts(&rig)[0]["type"], &texts(&rig)[0]["data"]),
        (&json!("user_message"), &json!({"text": "hi", "chat_id": "c1"}))
    );
}

#[test]
fn realtime_asks_the_socket_for_everything() {
    let mut rig = realtime();
    rig.say("hi").unwrap();
    rig.open();
    assert_eq!(
        *rig.last_join(),
        json!({"channel": "website", "create": true}),
        "the join goes at open"
    );
    assert!(texts(&rig).is_empty());
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.expect(Connection::Live);
    assert_eq!(
        rig.frame_types(rig.socket.unwrap()),
        ["join_chat", "chat_message"]
    );
    assert_eq!(
        texts(&rig)[0]["data"],
        json!({"message": "hi", "stream": true}),
        "without any chat id"
    );
    assert!(rig.call_log.is_empty(), "no probe, no creation");
    assert_eq!(rig.sockets[0].2, SOCKET);
}

#[test]
fn realtime_adopts_the_id_wherever_it_first_stands() {
    let frames = [
        r#"{"type":"chat_created","chat_id":"c9"}"#,
        r#"{"type":"chat_joined","data":{"chat_id":"c9"}}"#,
        r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c9"}}"#,
    ];
    for frame in frames {
        let mut rig = realtime();
        rig.say("one").unwrap();
        rig.open();
        rig.server(r#"{"type":"connection_ready"}"#);
        rig.server(frame);
        assert_eq!(rig.session.chat().unwrap().as_str(), "c9", "{frame}");
        assert_eq!(rig.kept(StoreKey::ChatId).as_deref(), Some("c9"), "{frame}");
        rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
        rig.say("two").unwrap();
        assert_eq!(texts(&rig).last().unwrap()["data"]["chat_id"], "c9", "{frame}");
        rig.server(r#"{"type":"chat_created","chat_id":"c10"}"#);
        assert_eq!(rig.session.chat().unwrap().as_str(), "c9", "the first id stays");
    }
}

#[test]
fn an_answer_names_no_chat_for_realtime() {
    let mut rig = realtime();
    rig.start();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","chat_id":"c9","content":"x"}}"#);
    assert_eq!(rig.session.chat(), None);
}

#[test]
fn text_waits_for_the_acknowledgement_or_five_silent_seconds_of_a_ready_platform() {
    for profile in [Profile::TwoStep, Profile::JoinToken] {
        let mut rig = of(profile);
        rig.say("hi").unwrap();
        rig.reply("/health", 200, r#"{"status":"healthy"}"#);
        rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
        rig.open();
        rig.server(r#"{"type":"connection_ready"}"#);
        rig.advance(Duration::from_millis(4999));
        assert!(texts(&rig).is_empty());
        rig.advance(Duration::from_millis(1));
        assert_eq!(texts(&rig).len(), 1);
    }
}

#[test]
fn silence_after_an_error_is_no_consent() {
    for profile in Profile::ALL {
        let mut rig = of(profile);
        rig.say("hi").unwrap();
        if profile != Profile::Realtime {
            rig.reply("/health", 200, r#"{"status":"healthy"}"#);
            rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
        }
        rig.open();
        rig.server(r#"{"type":"error","data":{"type":"ai_processing_error","message":"No model"}}"#);
        rig.server(r#"{"type":"connection_ready"}"#);
        rig.advance(Duration::from_millis(9_999));
        rig.expect(Connection::Joining);
        assert!(texts(&rig).is_empty(), "{profile:?}");
        rig.advance(Duration::from_millis(1));
        assert_eq!(rig.closes.len(), 1, "{profile:?}");
    }
}

#[test]
fn a_realtime_socket_that_says_nothing_at_all_is_replaced() {
    let mut rig = realtime();
    rig.say("hi").unwrap();
    rig.open();
    rig.advance(Duration::from_secs(10));
    assert_eq!(rig.closes.len(), 1);
    assert!(texts(&rig).is_empty());
    rig.expect_lines(&[("hi", Status::Queued)]);
}

#[test]
fn a_message_in_doubt_keeps_nothing_waiting_where_the_chat_has_no_name_yet() {
    let mut rig = realtime();
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    let ready = r#"{"type":"connection_ready","data":{"capabilities":["history"]}}"#;
    rig.open();
    rig.server(ready);
    assert_eq!(rig.sent_texts(), ["one"]);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(ready);
    rig.expect_lines(&[("one", Status::Unconfirmed), ("two", Status::Sending)]);
    assert_eq!(rig.sent_texts(), ["one", "two"]);
}

#[test]
fn a_known_chat_is_resumed_after_a_drop_in_every_profile() {
    for profile in Profile::ALL {
        let mut rig = of(profile);
        rig.start();
        rig.go_live("");
        rig.drop_link();
        rig.advance_to_next_socket();
        rig.join("");
        let expected = match profile {
            Profile::Realtime => json!({"channel": "website", "chat_id": "c1"}),
            Profile::JoinToken | Profile::TwoStep => json!({"chat_id": "c1", "tenant_id": "miptech-company"}),
        };
        assert_eq!(*rig.last_join(), expected, "{profile:?}");
        assert!(rig.breaks.is_empty(), "{profile:?}");
    }
}

#[test]
fn realtime_finds_its_chat_again_after_a_reload() {
    let mut rig = returning();
    assert_eq!(*rig.last_join(), json!({"channel": "website", "chat_id": "c1"}));
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.expect(Connection::Joining);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.expect(Connection::Live);
    assert!(rig.breaks.is_empty());
}

#[test]
fn two_step_finds_its_chat_again_by_the_session_id_alone() {
    let storage = Storage::default();
    let mut rig = Rig::with(7, storage.clone(), |config| {
        config.profile = Some(Profile::TwoStep)
    });
    rig.say("hi").unwrap();
    rig.go_live("");
    assert_eq!(rig.kept(StoreKey::ChatId), None);
    let mut again = Rig::with(7, storage, |config| config.profile = Some(Profile::TwoStep));
    again.start();
    again.go_live("");
    let body = |rig: &Rig| {
        rig.call_log
            .iter()
            .find_map(|(_, call)| call.body.clone())
            .unwrap()
    };
    assert_eq!(body(&rig), body(&again));
}

#[test]
fn a_known_realtime_chat_nobody_answers_for_is_replaced_after_five_seconds() {
    let mut rig = returning();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.say("new").unwrap();
    rig.advance(Duration::from_millis(4999));
    assert!(rig.breaks.is_empty() && texts(&rig).is_empty());
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.breaks, [Some("c1".to_owned())]);
    assert_eq!(rig.kept(StoreKey::ChatId), None);
    rig.open();
    assert_eq!(*rig.last_join(), json!({"channel": "website", "create": true}));
    rig.server(r#"{"type":"chat_created","chat_id":"c2"}"#);
    rig.expect(Connection::Live);
    assert!(texts(&rig).is_empty(), "text never crosses the break by itself");
    assert!(matches!(rig.notice, Some(Notice::Ended(_))));
}

#[test]
fn a_known_realtime_chat_answered_by_an_error_is_replaced_at_once() {
    for error in [
        r#"{"type":"error","data":{"code":"chat_not_found","message":"No"}}"#,
        r#"{"type":"error","data":{"message":"Cannot resume"}}"#,
        r#"{"type":"chat_joined","data":{"chat_id":"c1","success":false}}"#,
    ] {
        let mut rig = returning();
        rig.server(error);
        assert_eq!(rig.breaks, [Some("c1".to_owned())], "{error}");
        rig.open();
        assert_eq!(*rig.last_join(), json!({"channel": "website", "create": true}));
    }
}

#[test]
fn a_rate_limit_costs_no_realtime_chat() {
    let mut rig = returning();
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":20}}"#);
    rig.advance(Duration::from_secs(9));
    assert!(rig.breaks.is_empty());
}

#[test]
fn a_configured_profile_never_changes_by_itself() {
    let mut rig = of(Profile::TwoStep);
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 404, r#"{"detail":"Not Found"}"#);
    rig.reply("/chat/", 404, r#"{"detail":"Not Found"}"#);
    rig.expect(Connection::Blocked);
    assert_eq!(
        (rig.session.profile(), rig.notice_code(), rig.sockets.len()),
        (Profile::TwoStep, Some(ErrorCode::ChatCreateFailed), 0)
    );

    let mut rig = of(Profile::TwoStep);
    rig.start();
    rig.go_live("");
    rig.say("hi").unwrap();
    rig.server(r#"{"type":"error","data":{"type":"message_validation_error","message":"Unknown type"}}"#);
    rig.expect_lines(&[("hi", Status::Failed)]);
    assert_eq!((rig.session.profile(), texts(&rig).len()), (Profile::TwoStep, 1));

    let mut rig = realtime();
    rig.start();
    rig.open();
    rig.close(4401, "");
    rig.expect(Connection::SignedOut);
    rig.sign_in_as("p1", "A1", "R1");
    assert_eq!(rig.session.profile(), Profile::Realtime);
}

#[test]
fn a_token_stands_in_a_socket_url_only_where_the_host_page_asked_for_it() {
    for (profile, transport, is_there) in [
        (Profile::TwoStep, TokenTransport::Frame, false),
        (Profile::TwoStep, TokenTransport::Query, true),
        (Profile::JoinToken, TokenTransport::Query, true),
        (Profile::Realtime, TokenTransport::Query, false),
    ] {
        let mut rig = Rig::with(7, signed_in_storage(), |config| {
            config.profile = Some(profile);
            config.token_transport = transport;
        });
        rig.start();
        rig.go_live("");
        let url = &rig.sockets[0].2;
        assert_eq!(url.contains("&token=A1"), is_there, "{url}");
        assert_eq!(url.contains("&user_id=p1"), is_there, "{url}");
        assert!(rig.call_log.iter().all(|(_, call)| !call.url.contains("A1")));
    }
}

#[test]
fn without_a_token_the_query_transport_says_neither() {
    let mut rig = Rig::configured(|config| config.token_transport = TokenTransport::Query);
    rig.start();
    rig.go_live("");
    assert_eq!(rig.sockets[0].2, format!("{SOCKET}&chat_id=c1"));
}
