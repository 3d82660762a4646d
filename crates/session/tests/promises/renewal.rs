//! One renewal for all who need one, and no false sign-out (`faults.md` rows T1 to T18).

use std::time::Duration;

use miptech_chat_session::{AuthState, Connection, ErrorCode, StoreKey};

use crate::{
    browser::{Locks, credentials, signed_in_storage},
    rig::Rig,
};

const EXPIRED: &str = r#"{"code":"invalid_token","message":"Expired"}"#;
const GRANT: &str = r#"{"detail":"invalid_grant"}"#;

fn restored() -> Rig {
    Rig::with(7, signed_in_storage(), |_| {})
}

fn live() -> Rig {
    let mut rig = restored();
    rig.start();
    rig.go_live("");
    rig
}

/// Live, and the platform has just refused the token.
fn refused() -> Rig {
    let mut rig = live();
    rig.close(4401, "");
    rig
}

fn creating() -> Rig {
    let mut rig = restored();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig
}

fn refreshes(rig: &Rig) -> usize {
    rig.count("/auth/refresh")
}

/// How many seconds pass until a refresh is open.
fn to_next_refresh(rig: &mut Rig) -> u64 {
    let from = rig.clock_ms;
    while !rig
        .calls
        .iter()
        .any(|(_, call)| call.url.ends_with("/auth/refresh"))
    {
        rig.advance(Duration::from_secs(1));
        assert!(rig.clock_ms - from < 3_600_000, "the pair is never renewed again");
    }
    (rig.clock_ms - from) / 1000
}

#[test]
fn a_refused_creation_is_repeated_once_with_the_new_token() {
    let mut rig = creating();
    rig.reply("/chat", 401, EXPIRED);
    let (_, refresh) = rig.calls.last().unwrap();
    assert_eq!(refresh.body.as_deref(), Some(r#"{"refresh_token":"R1"}"#));
    assert_eq!(rig.bearers("/auth/refresh"), [None], "without the old token");
    rig.refreshed("A2", "R2");
    assert_eq!(
        rig.bearers("/chat"),
        [Some("A1".to_owned()), Some("A2".to_owned())]
    );
    assert_eq!(rig.account()[..2], [Some("A2".to_owned()), Some("R2".to_owned())]);
    assert_eq!(
        rig.kept(StoreKey::User).as_deref(),
        Some(r#"{"id":"p1"}"#),
        "the user stays"
    );
    rig.reply("/chat", 401, EXPIRED);
    rig.expect(Connection::SignedOut);
    assert_eq!(
        (rig.notice_code(), refreshes(&rig)),
        (Some(ErrorCode::AuthExpired), 1)
    );
    assert_eq!(rig.account(), [None, None, None]);
}

#[test]
fn a_refusal_under_a_200_is_one_too() {
    let mut rig = creating();
    rig.reply(
        "/chat",
        200,
        r#"{"success":false,"message":"Login","error_code":"AUTH_REQUIRED"}"#,
    );
    assert_eq!(refreshes(&rig), 1);
}

#[test]
fn a_refused_profile_read_is_repeated_once() {
    let mut rig = live();
    rig.act(|session, now| session.read_profile(now));
    rig.reply("/auth/me", 401, EXPIRED);
    rig.refreshed("A2", "R2");
    assert_eq!(
        rig.bearers("/auth/me"),
        [Some("A1".to_owned()), Some("A2".to_owned())]
    );
    rig.reply("/auth/me", 401, EXPIRED);
    assert_eq!((rig.count("/auth/me"), refreshes(&rig)), (2, 1));
    assert_eq!(rig.profiles, [None]);
    rig.expect(Connection::SignedOut);
}

#[test]
fn a_refused_history_read_is_repeated_once() {
    let mut rig = creating();
    rig.reply("/chat", 200, r#"{"chat_id":"c1","capabilities":["history"]}"#);
    rig.reply("/messages", 401, EXPIRED);
    rig.refreshed("A2", "R2");
    assert_eq!(
        rig.bearers("/chat/c1/messages"),
        [Some("A1".to_owned()), Some("A2".to_owned())]
    );
    rig.reply("/messages", 401, EXPIRED);
    rig.expect(Connection::SignedOut);
    assert_eq!(refreshes(&rig), 1);
}

#[test]
fn a_refused_join_is_repeated_at_once_with_the_new_token() {
    let mut rig = refused();
    rig.refreshed("A2", "R2");
    assert_eq!(
        (rig.sockets.len(), rig.sockets[1].1),
        (2, rig.clock_ms),
        "no delay"
    );
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A2");
    assert_eq!(rig.notice, None);
}

#[test]
fn a_fresh_token_refused_within_a_minute_signs_out_and_keeps_everything_else() {
    let mut rig = refused();
    rig.say("kept").unwrap();
    rig.refreshed("A2", "R2");
    rig.open();
    rig.close(4401, "");
    rig.expect(Connection::SignedOut);
    assert_eq!(
        (rig.notice_code(), refreshes(&rig)),
        (Some(ErrorCode::AuthExpired), 1)
    );
    assert_eq!((rig.transcript.len(), rig.breaks.len()), (1, 0));
    rig.advance(Duration::from_secs(3600));
    assert_eq!(
        (refreshes(&rig), rig.sockets.len()),
        (1, 2),
        "nothing more by itself"
    );
}

#[test]
fn a_token_that_grew_old_while_the_machine_slept_is_renewed() {
    let mut rig = refused();
    rig.refreshed("A2", "R2");
    rig.join("");
    rig.advance(Duration::from_secs(31));
    // The monotonic clock stood still meanwhile.
    rig.wall_shift_ms = 8 * 3_600_000;
    rig.close(4401, "");
    assert_eq!(refreshes(&rig), 2);
    rig.refreshed("A3", "R3");
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A3");
}

#[test]
fn what_may_pass_never_signs_out_and_is_tried_ever_more_slowly() {
    let mut rig = live();
    rig.server(r#"{"type":"token_expired"}"#);
    let mut gaps = Vec::new();
    for (status, body) in [
        (500, ""),
        (429, GRANT),
        (200, "<html>"),
        (401, "<html>"),
        (403, r#"{"portal":1}"#),
    ] {
        rig.reply("/auth/refresh", status, body);
        gaps.push(to_next_refresh(&mut rig));
        assert_eq!(rig.account()[1].as_deref(), Some("R1"), "{status}");
    }
    // From the third on, three in ten minutes is what holds it back.
    assert_eq!(gaps[..2], [30, 60]);
    assert!(gaps[2] >= 120, "{gaps:?}");
    rig.expect(Connection::Live);
}

#[test]
fn a_refreshes_own_wait_hint_is_a_floor() {
    let mut rig = live();
    rig.server(r#"{"type":"token_expired"}"#);
    rig.reply("/auth/refresh", 429, r#"{"detail":"Slow","retry_after":100}"#);
    rig.advance(Duration::from_secs(99));
    assert_eq!(refreshes(&rig), 1);
    rig.advance(Duration::from_secs(22));
    assert_eq!(refreshes(&rig), 2);
}

#[test]
fn the_pause_after_failures_never_strands_the_pair_and_begins_anew_after_a_success() {
    let mut rig = live();
    rig.server(r#"{"type":"token_expired"}"#);
    for failures in 0..8 {
        rig.fail("/auth/refresh");
        let seconds = to_next_refresh(&mut rig);
        assert!(seconds <= 600, "{failures}: {seconds}");
    }
    rig.refreshed("A2", "R2");
    rig.advance(Duration::from_secs(601));
    rig.server(r#"{"type":"token_expired"}"#);
    rig.fail("/auth/refresh");
    assert_eq!(to_next_refresh(&mut rig), 30);
}

#[test]
fn a_join_whose_refresh_fails_waits_and_comes_back() {
    let mut rig = refused();
    rig.fail("/auth/refresh");
    rig.expect(Connection::Waiting);
    assert!(rig.session.is_signed_in());
    rig.advance(Duration::from_secs(30));
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A1");
}

#[test]
fn a_refusal_nobody_has_an_answer_to_signs_out() {
    for status in [400, 401, 403] {
        let mut rig = refused();
        rig.say("kept").unwrap();
        rig.reply("/auth/refresh", status, GRANT);
        rig.advance(Duration::from_millis(1999));
        assert!(rig.session.is_signed_in());
        rig.advance(Duration::from_millis(1));
        rig.expect(Connection::SignedOut);
        assert_eq!(
            (rig.account(), rig.auth),
            ([None, None, None], AuthState::Required)
        );
        assert_eq!((rig.transcript.len(), rig.breaks.len()), (1, 0));
    }
}

#[test]
fn a_lost_answer_is_asked_for_once_more_and_its_refusal_is_the_end() {
    let mut rig = live();
    rig.server(r#"{"type":"token_expired"}"#);
    rig.advance(Duration::from_secs(10));
    assert!(
        rig.session.is_signed_in(),
        "an answer that never came proves nothing"
    );
    rig.advance(Duration::from_secs(30));
    assert_eq!(refreshes(&rig), 2);
    rig.reply("/auth/refresh", 401, GRANT);
    rig.advance(Duration::from_secs(2));
    rig.expect(Connection::SignedOut);
}

#[test]
fn a_sign_in_during_a_refresh_leaves_no_renewal_stuck() {
    let mut rig = live();
    rig.server(r#"{"type":"token_expired"}"#);
    rig.sign_in_as("p1", "B1", "S1");
    rig.advance(Duration::from_secs(61));
    rig.close(4401, "");
    rig.join("");
    assert_eq!(
        rig.last_join()["token"],
        "B1",
        "the join that was refused had the former one"
    );
    rig.close(4401, "");
    let (_, refresh) = rig.calls.last().unwrap();
    assert_eq!(refresh.body.as_deref(), Some(r#"{"refresh_token":"S1"}"#));
}

#[test]
fn a_lifetime_told_in_nonsense_makes_no_loop() {
    for told in ["0", "-5", "null", "\"3600\"", "1e12"] {
        let mut rig = Rig::new();
        rig.act(|session, now| session.sign_in(&credentials(), now))
            .unwrap();
        rig.reply(
            "/auth/login",
            200,
            &format!(
                r#"{{"access_token":"A1","refresh_token":"R1","expires_in":{told},"user":{{"id":"p1"}}}}"#
            ),
        );
        rig.start();
        rig.go_live("");
        let mut pair = 1;
        for _ in 0..1200 {
            rig.advance(Duration::from_secs(1));
            if rig
                .calls
                .iter()
                .any(|(_, call)| call.url.ends_with("/auth/refresh"))
            {
                pair += 1;
                let body =
                    format!(r#"{{"access_token":"A{pair}","refresh_token":"R{pair}","expires_in":{told}}}"#);
                rig.reply("/auth/refresh", 200, &body);
            }
        }
        let times: Vec<u64> = rig
            .call_log
            .iter()
            .filter(|(_, call)| call.url.ends_with("/auth/refresh"))
            .map(|(at, _)| *at)
            .collect();
        assert!(
            times.windows(2).all(|pair| pair[1] - pair[0] >= 30_000),
            "{told}: {times:?}"
        );
        assert!(
            times.windows(4).all(|four| four[3] - four[0] >= 600_000),
            "{told}: {times:?}"
        );
        let is_short = matches!(told, "0" | "-5");
        assert_eq!(times.len() > 2, is_short, "{told}: {times:?}");
        rig.expect(Connection::Live);
    }
}

#[test]
fn a_pair_is_renewed_before_it_runs_out_while_it_is_in_use() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
    rig.reply(
        "/auth/login",
        200,
        r#"{"access_token":"A1","refresh_token":"R1","expires_in":600,"user":{"id":"p1"}}"#,
    );
    rig.advance(Duration::from_secs(700));
    assert_eq!(refreshes(&rig), 0, "not while nothing is connected");
    rig.sign_in_as("p1", "A2", "R2");
    rig.act(|session, now| session.sign_in(&credentials(), now))
        .unwrap();
    rig.reply(
        "/auth/login",
        200,
        r#"{"access_token":"A3","refresh_token":"R3","expires_in":600,"user":{"id":"p1"}}"#,
    );
    rig.start();
    rig.go_live("");
    rig.advance(Duration::from_secs(539));
    assert_eq!(refreshes(&rig), 0);
    rig.advance(Duration::from_secs(11));
    assert_eq!(refreshes(&rig), 1);
    rig.refreshed("A4", "R4");
    rig.expect(Connection::Live);
    assert_eq!(rig.sockets.len(), 1, "no extra reconnect");
}

#[test]
fn a_token_of_another_tenant_is_removed_and_one_with_too_few_rights_kept() {
    let mut mismatch = live();
    mismatch.close(4403, "");
    mismatch.expect(Connection::Blocked);
    assert_eq!(mismatch.account(), [None, None, None]);

    {
        let mut scope = live();
        scope.server(r#"{"type":"error","data":{"code":"insufficient_scope","message":"No"}}"#);
        scope.expect(Connection::Blocked);
        assert_eq!(
            (scope.notice_code(), refreshes(&scope)),
            (Some(ErrorCode::AuthForbidden), 0)
        );
        assert_eq!(scope.account()[0].as_deref(), Some("A1"));
    }
    let mut create = creating();
    create.reply("/chat", 403, r#"{"code":"insufficient_scope","message":"No"}"#);
    create.expect(Connection::Blocked);
    assert_eq!(
        (refreshes(&create), create.account()[0].as_deref()),
        (0, Some("A1"))
    );
}

#[test]
fn a_middleboxs_401_signs_nobody_out_and_refreshes_nothing() {
    let mut rig = creating();
    rig.reply("/chat", 401, "<html>Sign in to the hotel</html>");
    assert_eq!((refreshes(&rig), rig.session.is_signed_in()), (0, true));
    rig.advance(Duration::from_secs(36));
    rig.go_live("");
    rig.act(|session, now| session.read_profile(now));
    rig.reply("/auth/me", 401, "<html>");
    assert_eq!((refreshes(&rig), rig.profiles.as_slice()), (0, &[None][..]));
    assert!(rig.session.is_signed_in());
}

#[test]
fn a_call_sent_with_the_former_token_is_repeated_without_another_refresh() {
    let mut rig = live();
    rig.act(|session, now| session.read_profile(now));
    rig.server(r#"{"type":"token_expired"}"#);
    rig.refreshed("A2", "R2");
    rig.reply("/auth/me", 401, EXPIRED);
    assert_eq!(
        rig.bearers("/auth/me"),
        [Some("A1".to_owned()), Some("A2".to_owned())]
    );
    rig.close(4401, "");
    rig.join("");
    assert_eq!(
        (rig.last_join()["token"].as_str(), refreshes(&rig)),
        (Some("A2"), 1),
        "the join was older too"
    );
    assert!(rig.session.is_signed_in());
}

#[test]
fn one_renewal_answers_for_everybody() {
    let mut rig = live();
    rig.act(|session, now| session.read_profile(now));
    rig.server(r#"{"type":"token_expired"}"#);
    rig.reply("/auth/me", 401, EXPIRED);
    rig.close(4401, "");
    assert_eq!(refreshes(&rig), 1);
    rig.refreshed("A2", "R2");
    assert_eq!(rig.count("/auth/me"), 2);
    rig.join("");
}

#[test]
fn every_frame_about_the_token_has_its_consequence() {
    for frame in [
        r#"{"type":"token_expired"}"#,
        r#"{"type":"error","data":{"code":"invalid_token","message":"Expired"}}"#,
    ] {
        let mut rig = live();
        rig.server(frame);
        assert_eq!((refreshes(&rig), rig.closes.len()), (1, 0), "{frame}");
    }
    for frame in [
        r#"{"type":"authentication_required","data":{}}"#,
        r#"{"type":"error","data":{"code":"auth_required","message":"Login"}}"#,
    ] {
        let mut rig = live();
        rig.server(frame);
        assert_eq!((refreshes(&rig), rig.closes.len()), (1, 1), "{frame}");
        rig.refreshed("A2", "R2");
        rig.join("");
        assert_eq!(rig.last_join()["token"], "A2");
    }
    for frame in [
        r#"{"type":"authentication_required"}"#,
        r#"{"type":"token_expired"}"#,
        r#"{"type":"error","data":{"code":"invalid_token"}}"#,
    ] {
        let mut rig = creating();
        rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
        rig.open();
        rig.server(r#"{"type":"connection_ready"}"#);
        rig.server(frame);
        assert_eq!(refreshes(&rig), 1, "{frame}: before the join is acknowledged");
        rig.refreshed("A2", "R2");
        rig.join("");
        assert_eq!(rig.last_join()["token"], "A2");
    }
    let mut rig = live();
    rig.server(r#"{"type":"unauthorized"}"#);
    rig.expect(Connection::SignedOut);
    assert_eq!((refreshes(&rig), rig.account()), (0, [None, None, None]));
}

#[test]
fn an_account_without_a_refresh_token_ends_with_its_token() {
    let storage = signed_in_storage();
    storage.borrow_mut().remove("miptech_refresh_token");
    let mut rig = Rig::with(7, storage, |_| {});
    rig.start();
    rig.go_live("");
    rig.close(4401, "");
    rig.expect(Connection::SignedOut);
    assert_eq!(
        (rig.notice_code(), rig.account()),
        (Some(ErrorCode::AuthExpired), [None, None, None])
    );
}

#[test]
fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    for body in [
        r#"{"access_token":"A2"}"#,
        r#"{"data":{"access_token":"A2","refresh_token":"undefined"}}"#,
    ] {
        let mut rig = refused();
        rig.reply("/auth/refresh", 200, body);
        assert_eq!(rig.account()[..2], [Some("A2".to_owned()), Some("R1".to_owned())]);
    }
}

#[test]
fn going_on_without_signing_in_again_is_another_conversation() {
    let mut rig = refused();
    rig.say("for p1's chat").unwrap();
    rig.reply("/auth/refresh", 401, GRANT);
    rig.advance(Duration::from_secs(2));
    rig.act(|session, now| session.retry_now(now));
    assert_eq!(rig.breaks, [Some("c1".to_owned())]);
    rig.go_live("");
    assert!(rig.sent_texts().is_empty());
}

#[test]
fn an_end_leaves_no_lock_no_timer_and_takes_no_late_word() {
    let mut rig = refused();
    assert_eq!(rig.locks, Locks::Held);
    rig.act(|session, now| session.end(now));
    assert_eq!((&rig.locks, rig.session.deadline()), (&Locks::Free, None));
    let (calls, written) = (rig.call_log.len(), rig.stored.len());
    rig.storage_changed();
    rig.act(|session, now| session.set_token(miptech_chat_session::Token::parse("H1"), now));
    rig.act(|session, now| session.read_profile(now));
    rig.act(|session, now| session.sign_out(now));
    rig.act(|session, now| session.new_conversation(now));
    assert_eq!((rig.call_log.len(), rig.stored.len()), (calls, written));
}

#[test]
fn a_token_refused_right_after_the_sign_in_is_renewed_once_before_that_ends_it() {
    let mut rig = Rig::new();
    rig.sign_in_as("p1", "A1", "R1");
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 401, r#"{"code":"invalid_token","message":"No"}"#);
    assert_eq!(refreshes(&rig), 1);
    rig.refreshed("A2", "R2");
    rig.reply("/chat", 401, r#"{"code":"invalid_token","message":"No"}"#);
    assert_eq!(
        (refreshes(&rig), rig.notice_code()),
        (1, Some(ErrorCode::AuthExpired))
    );
}

#[test]
fn the_access_token_is_written_first_for_other_tabs_may_hear_of_one_before_the_other() {
    let mut rig = Rig::live("");
    rig.sign_in_as("ann", "access", "refresh");
    let tokens: Vec<StoreKey> = rig
        .stored
        .iter()
        .filter(|(key, value)| {
            value.is_some() && matches!(key, StoreKey::AccessToken | StoreKey::RefreshToken)
        })
        .map(|(key, _)| key.clone())
        .collect();
    assert_eq!(tokens, [StoreKey::AccessToken, StoreKey::RefreshToken]);
}
