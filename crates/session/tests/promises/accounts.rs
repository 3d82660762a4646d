//! Signing in and out, restored accounts, tokens of the host page, and where a token never stands.

use std::time::Duration;

use miptech_chat_session::{
    Account, AuthState, Connection, Credentials, ErrorCode, SignInError, SignInForm, Status, StoreKey, Token,
    TokenReason, TokenSource,
};
use serde_json::{Value, json};

use crate::{
    browser::{Storage, credentials, signed_in_storage},
    rig::Rig,
};

const NOBODY: [Option<String>; 3] = [None, None, None];

fn restored() -> Rig {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.start();
    rig.go_live("");
    rig
}

fn of_host() -> Rig {
    let mut rig = Rig::configured(|config| config.token_source = TokenSource::Host);
    rig.start();
    rig
}

fn give(rig: &mut Rig, token: Option<&str>) {
    let token = token.and_then(Token::parse);
    rig.act(|session, now| session.handle_token(token, now));
}

fn body(rig: &Rig, path: &str) -> Value {
    let call = rig
        .call_log
        .iter()
        .find(|(_, call)| call.url.ends_with(path))
        .unwrap();
    serde_json::from_str(call.1.body.as_deref().unwrap()).unwrap()
}

#[test]
fn signing_in_keeps_three_values_and_tells_who() {
    let mut rig = Rig::new();
    rig.sign_in_as("p1", "A1", "R1");
    let expected =
        json!({"email": "ann@example.com", "password": "secret-password", "tenant_id": "miptech-company"});
    assert_eq!(body(&rig, "/auth/login"), expected);
    let user = Some(r#"{"id":"p1"}"#.to_owned());
    assert_eq!(
        rig.account(),
        [Some("A1".to_owned()), Some("R1".to_owned()), user]
    );
    assert_eq!(
        (rig.auth, rig.session.is_signed_in()),
        (AuthState::SignedIn, true)
    );
    assert_eq!(rig.sign_ins[0].as_ref().unwrap().id, "p1");
    rig.start();
    rig.go_live("");
    assert_eq!(rig.bearers("/chat"), [Some("A1".to_owned())]);
    assert_eq!(rig.bearers("/health"), [None], "a probe needs no token");
}

#[test]
fn registering_does_the_same_with_a_name() {
    let mut rig = Rig::new();
    let new = Credentials {
        account: Account::New {
            full_name: "Ann".to_owned(),
        },
        ..credentials()
    };
    rig.act(|session, now| session.sign_in(&new, now)).unwrap();
    assert_eq!(body(&rig, "/auth/register")["full_name"], "Ann");
    rig.reply(
        "/auth/register",
        201,
        r#"{"data":{"access_token":"A1","refresh_token":"R1","user":{"id":"p1"}}}"#,
    );
    assert!(rig.account().iter().all(Option::is_some));
}

#[test]
fn a_sign_in_that_fails_keeps_nothing_and_is_told_to_who_asked() {
    let cases = [
        (
            401,
            r#"{"detail":"Invalid credentials"}"#,
            ErrorCode::AuthInvalidCredentials,
        ),
        (503, r#"{"detail":"Busy"}"#, ErrorCode::PlatformStarting),
        (200, "<html>", ErrorCode::NetworkCaptivePortal),
    ];
    for (status, answer, code) in cases {
        let mut rig = Rig::live("");
        rig.act(|session, now| session.sign_in(&credentials(), now))
            .unwrap();
        rig.reply("/auth/login", status, answer);
        assert_eq!(rig.sign_ins[0].as_ref().unwrap_err().code, code);
        assert_eq!(
            (rig.account(), rig.auth, rig.errors.len()),
            (NOBODY, AuthState::Anonymous, 0)
        );
        rig.expect(Connection::Live);
    }
}

#[test]
fn one_sign_in_at_a_time() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
    assert_eq!(
        rig.act(|session, now| session.sign_in(&credentials(), now)),
        Err(SignInError::Busy)
    );
    rig.fail("/auth/login");
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
}

#[test]
fn signing_in_during_a_conversation_goes_on_with_it() {
    let mut rig = Rig::live("");
    rig.sign_in_as("p1", "A1", "R1");
    rig.expect(Connection::Live);
    assert_eq!((rig.sockets.len(), rig.breaks.len()), (1, 0));
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A1");
}

#[test]
fn signing_out_clears_even_where_the_platform_cannot_be_told() {
    let mut rig = restored();
    rig.act(|session, now| session.sign_out(now));
    assert_eq!((rig.account(), rig.auth), (NOBODY, AuthState::Anonymous));
    assert_eq!(rig.bearers("/auth/logout"), [Some("A1".to_owned())]);
    rig.fail("/auth/logout");
    assert_eq!(rig.account(), NOBODY);
    assert!(rig.errors.is_empty());
}

#[test]
fn signing_out_leaves_the_conversation_and_nobody_reads_on() {
    let mut rig = restored();
    rig.act(|session, now| session.sign_out(now));
    assert_eq!(rig.breaks, [Some("c1".to_owned())]);
    assert_eq!(rig.kept(StoreKey::SessionId).as_deref(), Some("next_session_1"));
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    let (_, create) = rig.calls.last().unwrap();
    assert!(create.body.as_deref().unwrap().contains("next_session_1"));
    assert_eq!(rig.bearers("/chat").last(), Some(&None));
}

#[test]
fn signing_out_before_anything_was_said_leaves_the_earlier_pages_conversation_too() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.act(|session, now| session.sign_out(now));
    rig.expect(Connection::Idle);
    assert_eq!(rig.kept(StoreKey::SessionId).as_deref(), Some("next_session_1"));
    assert!(rig.breaks.is_empty() && rig.sockets.is_empty());
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    assert_eq!(body(&rig, "/chat")["session_id"], "next_session_1");
}

#[test]
fn a_sign_in_under_way_does_not_outlive_a_sign_out() {
    let mut rig = restored();
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
    rig.act(|session, now| session.sign_out(now));
    assert!(rig.sign_ins[0].is_err());
    assert!(
        rig.calls
            .iter()
            .all(|(_, call)| !call.url.ends_with("/auth/login"))
    );
}

#[test]
fn an_account_comes_back_after_a_reload() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    assert!(rig.session.is_signed_in());
    rig.start();
    assert_eq!(rig.auth, AuthState::SignedIn);
}

#[test]
fn another_user_does_not_go_on_with_the_first_ones_conversation() {
    let mut rig = restored();
    rig.drop_link();
    rig.say("for p1's chat").unwrap();
    rig.sign_in_as("p2", "B1", "S1");
    assert_eq!(rig.breaks, [Some("c1".to_owned())]);
    rig.go_live("");
    assert!(rig.sent_texts().is_empty());
    assert!(
        rig.transcript.is_empty(),
        "what p1 wrote is none of p2's business"
    );
    assert_eq!(
        rig.storage
            .borrow()
            .keys()
            .filter(|key| key.contains(":message:"))
            .count(),
        1
    );
}

#[test]
fn a_new_account_owes_nothing_to_the_old_refresh_token() {
    let mut rig = restored();
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
    rig.reply("/auth/login", 200, r#"{"access_token":"B1","user":{"id":"p1"}}"#);
    assert_eq!(rig.kept(StoreKey::RefreshToken), None);
}

#[test]
fn the_profile_is_read_once_for_all_who_ask() {
    let mut rig = restored();
    rig.act(|session, now| session.read_profile(now));
    rig.act(|session, now| session.read_profile(now));
    assert_eq!(rig.bearers("/auth/me"), [Some("A1".to_owned())]);
    rig.reply(
        "/auth/me",
        200,
        r#"{"data":{"id":"p1","email":"ann@example.com"}}"#,
    );
    assert_eq!(rig.profiles.len(), 1);
    assert!(rig.kept(StoreKey::User).unwrap().contains("ann@example.com"));
}

#[test]
fn nobody_has_no_profile() {
    let mut rig = Rig::live("");
    rig.act(|session, now| session.read_profile(now));
    assert_eq!((rig.profiles.as_slice(), rig.count("/auth/me")), (&[None][..], 0));
}

#[test]
fn a_profile_that_comes_after_the_sign_out_is_nobodys() {
    let mut rig = restored();
    rig.act(|session, now| session.read_profile(now));
    rig.act(|session, now| session.sign_out(now));
    assert_eq!(rig.profiles, [None]);
    assert!(rig.calls.iter().all(|(_, call)| !call.url.ends_with("/auth/me")));
    assert_eq!(rig.account(), NOBODY);
}

#[test]
fn a_sign_in_that_is_required_comes_before_any_call() {
    let mut rig = Rig::configured(|config| config.sign_in = SignInForm::Required);
    rig.say("hi").unwrap();
    rig.expect(Connection::SignedOut);
    assert_eq!(
        (rig.auth, rig.notice_code()),
        (AuthState::Required, Some(ErrorCode::AuthRequired))
    );
    rig.act(|session, now| session.retry_now(now));
    rig.expect(Connection::SignedOut);
    assert!(rig.call_log.is_empty() && rig.sockets.is_empty());
    rig.sign_in_as("p1", "A1", "R1");
    rig.go_live("");
    assert_eq!(
        (rig.sent_texts(), rig.notice.clone()),
        (vec!["hi".to_owned()], None)
    );
}

#[test]
fn a_form_that_is_off_changes_nothing_before_the_platform_asks() {
    let mut rig = Rig::configured(|config| config.sign_in = SignInForm::Off);
    rig.start();
    rig.go_live("");
    assert_eq!(rig.auth, AuthState::Anonymous);
}

#[test]
fn corrupt_values_are_nobody_and_are_taken_away_together() {
    for bad in ["A\nX-Evil: 1", "", "undefined", "\u{e9}"] {
        let storage = signed_in_storage();
        storage
            .borrow_mut()
            .insert("miptech_access_token".to_owned(), bad.to_owned());
        let mut rig = Rig::with(7, storage, |_| {});
        assert!(!rig.session.is_signed_in());
        rig.start();
        assert_eq!(rig.account(), NOBODY, "{bad:?}");
        rig.go_live("");
        assert_eq!(rig.bearers("/chat"), [None]);
    }
}

#[test]
fn a_corrupt_user_is_dropped_and_the_tokens_stay() {
    let storage = signed_in_storage();
    storage
        .borrow_mut()
        .insert("miptech_user".to_owned(), "{".to_owned());
    let mut rig = Rig::with(7, storage, |_| {});
    rig.start();
    rig.go_live("");
    assert_eq!(rig.bearers("/chat"), [Some("A1".to_owned())]);
}

// The host page owns identity.

#[test]
fn the_host_page_is_asked_before_anything_else_and_nothing_is_stored() {
    let mut rig = of_host();
    assert_eq!(rig.token_wishes, [TokenReason::Initial]);
    assert!(rig.call_log.is_empty());
    give(&mut rig, Some("H1"));
    rig.go_live("");
    assert_eq!(
        (rig.bearers("/chat"), &rig.last_join()["token"]),
        (vec![Some("H1".to_owned())], &json!("H1"))
    );
    rig.say("hi").unwrap();
    assert_eq!(rig.account(), NOBODY);
}

#[test]
fn a_host_page_without_a_token_has_an_anonymous_visitor() {
    let mut none = of_host();
    give(&mut none, None);
    none.go_live("");
    assert_eq!(none.auth, AuthState::Anonymous);

    let mut silent = of_host();
    silent.advance(Duration::from_secs(10));
    silent.go_live("");
    give(&mut silent, Some("late"));
    assert!(
        !silent.session.is_signed_in(),
        "a wish that is over takes no answer"
    );
}

#[test]
fn a_rejected_token_of_the_host_page_is_asked_for_once_more() {
    let mut rig = of_host();
    give(&mut rig, Some("H1"));
    rig.go_live("");
    rig.advance(Duration::from_secs(61));
    rig.close(4401, "");
    assert_eq!(rig.token_wishes, [TokenReason::Initial, TokenReason::Rejected]);
    give(&mut rig, Some("H2"));
    rig.join("");
    assert_eq!(rig.last_join()["token"], "H2");
    rig.close(4401, "");
    rig.expect(Connection::SignedOut);
    assert_eq!(
        rig.token_wishes.len(),
        2,
        "a second refusal within a minute ends it"
    );
    rig.act(|session, now| session.set_token(Token::parse("H3"), now));
    rig.join("");
    assert_eq!(rig.last_join()["token"], "H3");
}

#[test]
fn the_same_token_again_is_none() {
    for answer in [Some("H1"), None] {
        let mut rig = of_host();
        give(&mut rig, Some("H1"));
        rig.go_live("");
        rig.advance(Duration::from_secs(61));
        rig.close(4401, "");
        give(&mut rig, answer);
        rig.expect(Connection::SignedOut);
        assert!(!rig.session.is_signed_in());
    }
}

#[test]
fn a_token_that_says_when_it_ends_is_renewed_before() {
    // {"user_id":"p1","exp":1754061000,"iat":1754060400}: ten minutes.
    let claims = "eyJ1c2VyX2lkIjoicDEiLCJleHAiOjE3NTQwNjEwMDAsImlhdCI6MTc1NDA2MDQwMH0";
    let mut rig = of_host();
    give(&mut rig, Some(&format!("e30.{claims}.one")));
    rig.go_live("");
    rig.advance(Duration::from_secs(539));
    assert_eq!(rig.token_wishes.len(), 1);
    rig.advance(Duration::from_secs(12));
    assert_eq!(rig.token_wishes, [TokenReason::Initial, TokenReason::Expiring]);
    give(&mut rig, Some(&format!("e30.{claims}.two")));
    rig.expect(Connection::Live);
    assert_eq!(rig.sockets.len(), 1, "no extra reconnect");
}

#[test]
fn a_token_replaced_while_joining_is_used_from_the_next_call_on() {
    let mut rig = of_host();
    give(&mut rig, Some("H1"));
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
    rig.open();
    rig.act(|session, now| session.set_token(Token::parse("H2"), now));
    rig.server(r#"{"type":"connection_ready"}"#);
    assert_eq!(rig.last_join()["token"], "H2");
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.act(|session, now| session.set_token(Token::parse("H3"), now));
    rig.expect(Connection::Live);
    assert_eq!(rig.sockets.len(), 1);
}

#[test]
fn a_host_page_that_takes_its_token_away_ends_the_conversation() {
    let mut rig = of_host();
    give(&mut rig, Some("H1"));
    rig.go_live("");
    rig.act(|session, now| session.set_token(None, now));
    assert_eq!((rig.auth, rig.breaks.len()), (AuthState::Anonymous, 1));
}

#[test]
fn a_host_page_that_takes_over_replaces_our_own_account() {
    let mut rig = restored();
    rig.act(|session, now| session.set_token(Token::parse("H1"), now));
    assert_eq!((rig.account(), rig.session.is_signed_in()), (NOBODY, true));
    rig.storage_changed();
    assert!(
        rig.session.is_signed_in(),
        "storage no longer says who is signed in"
    );
}

#[test]
fn a_token_stands_nowhere_but_where_it_belongs() {
    const CANARY: &str = "canary-token-0123456789";
    let mut rig = Rig::new();
    rig.sign_in_as("p1", CANARY, &format!("{CANARY}-refresh"));
    rig.say("hi").unwrap();
    rig.go_live("\"history\"");
    rig.server(r#"{"type":"token_expired"}"#);
    rig.refreshed(&format!("{CANARY}-two"), &format!("{CANARY}-refresh-two"));
    rig.close(4401, "");
    rig.act(|session, now| session.read_profile(now));
    rig.act(|session, now| session.sign_out(now));
    for line in &rig.printed {
        assert!(
            !line.contains("canary") && !line.contains("secret-password"),
            "{line}"
        );
    }
    for (_, call) in &rig.call_log {
        assert!(!call.url.contains("canary"), "{}", call.url);
    }
    for (_, _, url) in &rig.sockets {
        assert!(!url.contains("canary"), "{url}");
    }
    assert!(rig.storage.borrow().keys().all(|key| !key.contains("canary")));
    assert!(!format!("{:?}{:?}", rig.errors, rig.session).contains("canary"));
    for (_, frame) in &rig.frames {
        assert!(
            frame["type"] == "join_chat" || !frame.to_string().contains("canary"),
            "{frame}"
        );
    }
}

#[test]
fn storage_is_asked_for_by_the_configured_names_only() {
    let storage = Storage::default();
    let mut rig = Rig::with(7, storage.clone(), |_| {});
    rig.sign_in_as("p1", "A1", "R1");
    let keys: Vec<String> = storage.borrow().keys().cloned().collect();
    let expected = [
        "miptech_access_token",
        "miptech_chat:miptech-company:visitor_id",
        "miptech_refresh_token",
        "miptech_session_id",
        "miptech_user",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn what_was_typed_while_signed_out_leaves_after_the_sign_in() {
    let mut rig = restored();
    rig.server(r#"{"type":"unauthorized"}"#);
    rig.expect(Connection::SignedOut);
    rig.say("still here").unwrap();
    rig.expect_lines(&[("still here", Status::Queued)]);
    rig.sign_in_as("p1", "A2", "R2");
    rig.join("");
    assert_eq!(rig.sent_texts(), ["still here"]);
}
