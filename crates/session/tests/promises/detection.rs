//! `profile: auto`: what the platform shows decides, and what was found out is remembered for a day.

use std::time::Duration;

use miptech_chat_session::{Connection, Endpoints, ErrorCode, Profile, SignInForm, Status, StoreKey};

use crate::{
    browser::{Storage, signed_in_storage},
    rig::Rig,
};

const NOT_FOUND: &str = r#"{"detail":"Not Found"}"#;
const UNKNOWN_TYPE: &str = r#"{"type":"error","data":{"type":"message_validation_error","message":"Unknown type","messageId":"u1"}}"#;

fn creating() -> Rig {
    let mut rig = Rig::new();
    rig.say("hi").unwrap();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig
}

/// A page of a browser that was here before.
fn page(storage: &Storage) -> Rig {
    let mut rig = Rig::with(7, storage.clone(), |_| {});
    rig.start();
    rig
}

/// What a page on a realtime platform leaves behind.
fn realtime_storage() -> Storage {
    let storage = Storage::default();
    let mut rig = Rig::with(7, storage.clone(), |_| {});
    rig.say("hi").unwrap();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 404, NOT_FOUND);
    rig.reply("/chat/", 404, NOT_FOUND);
    rig.open();
    rig.server(r#"{"type":"chat_created","chat_id":"c1"}"#);
    storage
}

fn kinds(rig: &Rig) -> Vec<&str> {
    rig.frames
        .iter()
        .map(|(_, frame)| frame["type"].as_str().unwrap())
        .filter(|kind| *kind != "join_chat")
        .collect()
}

#[test]
fn two_step_comes_first_and_its_join_carries_the_token_held() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.start();
    rig.go_live("");
    assert_eq!(rig.session.profile(), Profile::TwoStep);
    assert_eq!(rig.last_join()["token"], "A1");
}

#[test]
fn a_platform_without_creation_in_either_slash_form_is_asked_by_socket() {
    for status in [404, 405] {
        let mut rig = creating();
        rig.reply("/chat", status, NOT_FOUND);
        assert_eq!(
            rig.session.profile(),
            Profile::TwoStep,
            "the other form comes first"
        );
        rig.reply("/chat/", status, NOT_FOUND);
        assert_eq!(rig.session.profile(), Profile::Realtime);
        rig.open();
        rig.server(r#"{"type":"connection_ready"}"#);
        assert_eq!(rig.sent_texts(), ["hi"]);
    }
}

#[test]
fn a_platform_that_does_not_offer_creation_is_asked_by_socket() {
    for body in [r#"{"detail":"Not Implemented"}"#, "<html>501</html>"] {
        let mut rig = creating();
        rig.reply("/chat", 501, body);
        assert_eq!(rig.session.profile(), Profile::Realtime, "{body}");
    }
}

#[test]
fn creation_refused_for_want_of_a_token_nobody_has_goes_on_by_socket() {
    for (status, body) in [
        (401, r#"{"code":"auth_required","message":"Login"}"#),
        (403, r#"{"detail":"Forbidden"}"#),
    ] {
        let mut rig = creating();
        rig.reply("/chat", status, body);
        assert_eq!(rig.session.profile(), Profile::Realtime, "{status}");
        rig.expect(Connection::Connecting);
    }
}

#[test]
fn creation_refused_with_a_token_held_tries_that_token_first() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 401, r#"{"code":"invalid_token","message":"Expired"}"#);
    assert_eq!(
        (rig.session.profile(), rig.count("/auth/refresh")),
        (Profile::TwoStep, 1)
    );
}

#[test]
fn an_unknown_tenant_is_no_missing_path() {
    let mut rig = creating();
    rig.reply(
        "/chat",
        404,
        r#"{"message":"Tenant not found","error_code":"TENANT_NOT_FOUND"}"#,
    );
    rig.expect(Connection::Blocked);
    assert_eq!(
        (rig.session.profile(), rig.count("/chat/")),
        (Profile::TwoStep, 0)
    );
    assert_eq!(rig.notice_code(), Some(ErrorCode::TenantNotFound));
}

#[test]
fn a_middleboxs_refusal_detects_nothing() {
    let mut rig = creating();
    rig.reply("/chat", 403, "<html>Sign in</html>");
    assert_eq!(rig.session.profile(), Profile::TwoStep);
    rig.expect(Connection::Waiting);
}

#[test]
fn a_socket_that_wants_a_token_gets_one_from_the_visitor_and_creation_is_tried_again() {
    let mut rig = creating();
    rig.reply("/chat", 401, r#"{"code":"auth_required","message":"Login"}"#);
    rig.open();
    rig.server(r#"{"type":"error","data":{"code":"auth_required"}}"#);
    rig.expect(Connection::SignedOut);
    rig.sign_in_as("p1", "A1", "R1");
    rig.go_live("");
    assert_eq!(rig.session.profile(), Profile::TwoStep);
    assert_eq!(rig.bearers("/chat"), [None, Some("A1".to_owned())]);
    assert_eq!(
        (&rig.last_join()["token"], rig.sent_texts()),
        (&"A1".into(), vec!["hi".to_owned()])
    );
    assert_eq!(kinds(&rig), ["chat_message"], "the text stays as it was");
}

#[test]
fn a_remembered_realtime_platform_that_wants_a_token_is_joined_with_the_one_held() {
    let storage = realtime_storage();
    for (key, value) in signed_in_storage().borrow().iter() {
        storage.borrow_mut().insert(key.clone(), value.clone());
    }
    let mut rig = page(&storage);
    rig.open();
    rig.close(4401, "");
    assert_eq!(rig.session.profile(), Profile::TwoStep);
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    assert_eq!(rig.last_join()["token"], "A1");
    assert_eq!(
        rig.count("/auth/refresh"),
        0,
        "it was never shown, so it need not be renewed"
    );
}

#[test]
fn the_other_spelling_is_tried_once_where_the_platform_does_not_know_the_first() {
    let mut rig = Rig::live("");
    rig.say("hi").unwrap();
    rig.server(UNKNOWN_TYPE);
    assert_eq!(kinds(&rig), ["chat_message", "user_message"]);
    rig.expect_lines(&[("hi", Status::Sending)]);
    assert_eq!(rig.notice, None);
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.say("more").unwrap();
    assert_eq!(kinds(&rig).last(), Some(&"user_message"));
    assert_eq!(rig.session.profile(), Profile::JoinToken);
    assert!(rig.kept(StoreKey::Memory).unwrap().starts_with("join-token "));
}

#[test]
fn a_message_the_platform_has_seen_is_not_written_again() {
    for seen in [
        r#"{"type":"processing","data":{}}"#,
        r#"{"type":"response_start","data":{"message_id":"a1"}}"#,
        r#"{"type":"response_chunk","data":{"message_id":"a1","content":"x"}}"#,
    ] {
        let mut rig = Rig::live("");
        rig.say("hi").unwrap();
        rig.server(seen);
        rig.server(UNKNOWN_TYPE);
        assert_eq!(kinds(&rig), ["chat_message"], "{seen}");
        assert_eq!(
            (rig.transcript[0].status, rig.session.profile()),
            (Status::Failed, Profile::TwoStep)
        );
    }
    let mut rig = Rig::live("");
    rig.say("hi").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig.server(UNKNOWN_TYPE);
    assert_eq!(kinds(&rig), ["chat_message"]);
}

#[test]
fn silence_never_changes_the_spelling() {
    let mut rig = Rig::live("\"client_message_id\"");
    rig.say("hi").unwrap();
    rig.advance(Duration::from_secs(16));
    rig.advance_to_next_socket();
    rig.join("\"client_message_id\"");
    assert_eq!(kinds(&rig), ["chat_message", "ping", "chat_message"]);
}

#[test]
fn a_message_refused_in_both_spellings_has_failed_and_the_spelling_stays() {
    let mut rig = Rig::live("");
    rig.say("bad").unwrap();
    rig.say("good").unwrap();
    rig.server(UNKNOWN_TYPE);
    rig.server(UNKNOWN_TYPE);
    rig.expect_lines(&[("bad", Status::Failed), ("good", Status::Sending)]);
    assert_eq!(kinds(&rig), ["chat_message", "user_message", "chat_message"]);
    assert_eq!(rig.session.profile(), Profile::TwoStep);
}

#[test]
fn nothing_is_remembered_before_the_visitor_asks_for_something() {
    let mut rig = Rig::live("");
    assert!(rig.stored.is_empty());
    rig.say("hi").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    assert!(rig.kept(StoreKey::Memory).unwrap().starts_with("two-step bare "));
}

#[test]
fn what_was_found_out_is_tried_first_for_a_day_and_for_one_origin() {
    let storage = realtime_storage();
    assert_eq!(page(&storage).session.profile(), Profile::Realtime);
    assert!(page(&storage).call_log.is_empty(), "no probe, no creation");

    let elsewhere = Rig::with(7, storage.clone(), |config| {
        config.caller.endpoints = Endpoints::new(Some("https://other.example"), None).unwrap();
    });
    assert_eq!(elsewhere.session.profile(), Profile::TwoStep);

    let text = Rig::with(7, storage.clone(), |_| {})
        .kept(StoreKey::Memory)
        .unwrap();
    let until: u64 = text.split(' ').nth(2).unwrap().parse().unwrap();
    let late = text.replace(&until.to_string(), &(until - 24 * 3600 * 1000).to_string());
    let late = Rig::with(7, storage, |config| config.restored.memory = Some(late));
    assert_eq!(late.session.profile(), Profile::TwoStep);
}

#[test]
fn a_configured_profile_asks_no_memory() {
    let rig = Rig::with(7, realtime_storage(), |config| {
        config.profile = Some(Profile::JoinToken)
    });
    assert_eq!(rig.session.profile(), Profile::JoinToken);
}

#[test]
fn a_contradiction_forgets_what_was_remembered_and_starts_over_once() {
    let storage = realtime_storage();
    let mut rig = page(&storage);
    rig.open();
    rig.close(4004, "");
    assert_eq!(
        (rig.session.profile(), rig.kept(StoreKey::Memory)),
        (Profile::TwoStep, None)
    );
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c2"}"#);
    rig.open();
    rig.close(4004, "");
    rig.expect(Connection::Blocked);
    rig.advance(Duration::from_secs(600));
    assert_eq!(rig.sockets.len(), 2);
}

#[test]
fn a_remembered_way_nobody_answers_any_more_is_forgotten_after_three_sockets() {
    let mut rig = page(&realtime_storage());
    for _ in 0..8 {
        if rig.socket.is_none() {
            rig.advance_to_next_socket();
        }
        rig.open();
        rig.advance(Duration::from_secs(10));
        if rig.session.profile() == Profile::TwoStep {
            assert_eq!((rig.paths(), rig.kept(StoreKey::Memory)), (vec!["/health"], None));
            return;
        }
    }
    panic!("still realtime after {} sockets", rig.sockets.len());
}

#[test]
fn the_slash_form_that_worked_is_used_alone_afterwards_and_after_a_reload() {
    let storage = Storage::default();
    let mut rig = Rig::with(7, storage.clone(), |_| {});
    rig.say("hi").unwrap();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 405, r#"{"detail":"Method Not Allowed"}"#);
    rig.reply("/chat/", 200, r#"{"chat_id":"c1"}"#);
    rig.join("");
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    assert_eq!((rig.count("/chat"), rig.count("/chat/")), (1, 1));
    rig.act(|session, now| session.new_conversation(now));
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    assert_eq!((rig.count("/chat"), rig.count("/chat/")), (1, 2));

    let mut again = page(&storage);
    again.reply("/health", 200, r#"{"status":"healthy"}"#);
    assert_eq!((again.count("/chat"), again.count("/chat/")), (0, 1));
}

#[test]
fn a_form_that_is_off_leaves_realtime_to_the_detection_too() {
    let mut rig = Rig::configured(|config| config.sign_in = SignInForm::Off);
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 401, r#"{"code":"auth_required","message":"Login"}"#);
    assert_eq!(rig.session.profile(), Profile::Realtime);
}
