//! Who is signed in, in several tabs at once: what leaves with them, and what stays (`faults.md` rows T5, T10, O13).

use std::time::Duration;

use miptech_chat_session::{AuthState, Connection, Shelf, Status, StoreKey};

use crate::{family::Family, tabs::WithLocks};

const DEDUP: &str = "\"client_message_id\"";

#[test]
fn who_signs_in_or_out_in_one_tab_does_in_all() {
    let mut family = Family::live(3, WithLocks::Yes, DEDUP);
    family.rigs[0].sign_in_as("p1", "A1", "R1");
    family.settle();
    assert!(family.rigs.iter().all(|rig| rig.auth == AuthState::SignedIn));
    family.rigs[2].act(|session, now| session.sign_out(now));
    family.settle();
    for rig in &family.rigs {
        assert_eq!(
            (rig.auth, rig.account()),
            (AuthState::Anonymous, [None, None, None])
        );
        assert_eq!(rig.breaks.len(), 1, "one conversation ended, and one began");
    }
    family.advance(Duration::from_secs(30));
    for rig in &family.rigs {
        assert_eq!(rig.account(), [None, None, None]);
    }
}

#[test]
fn what_one_user_wrote_leaves_every_screen_with_them() {
    let mut family = Family::new(2, WithLocks::Yes);
    family.rigs[0].sign_in_as("p1", "A1", "R1");
    family.settle();
    family.say(0, "private");
    family.rigs[1].expect_lines(&[("private", Status::Queued)]);
    family.rigs[1].act(|session, now| session.sign_out(now));
    family.settle();
    for rig in &family.rigs {
        rig.expect_lines(&[]);
    }
    let mut next = family.rigs[0].reload(Duration::from_secs(1));
    next.expect_lines(&[]);
    next.start();
    next.go_live(DEDUP);
    assert!(next.sent_texts().is_empty(), "nobody sends what somebody wrote");
    next.sign_in_as("p1", "A2", "R2");
    assert!(
        next.transcript.iter().any(|line| line.text == "private"),
        "it waited for its writer"
    );
}

#[test]
fn a_sign_in_the_platform_ended_is_over_in_all_tabs_and_what_they_hold_stays() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.rigs[0].sign_in_as("p1", "A1", "R1");
    family.settle();
    for rig in &mut family.rigs {
        rig.drop_link();
        rig.advance_to_next_socket();
        rig.join(DEDUP);
    }
    family.rigs[0].close(4401, "");
    family.rigs[0].reply("/auth/refresh", 401, r#"{"detail":"invalid_grant"}"#);
    family.advance(Duration::from_secs(3));
    family.say(0, "waits");
    for rig in &family.rigs {
        rig.expect(Connection::SignedOut);
        assert_eq!((rig.auth, rig.breaks.len()), (AuthState::Required, 0));
        assert_eq!(rig.account(), [None, None, None]);
        assert_eq!(rig.transcript.last().unwrap().text, "waits");
    }
    let opened = family.rigs[1].sockets.len();
    family.advance(Duration::from_secs(30));
    assert_eq!(family.rigs[1].sockets.len(), opened);
    family.rigs[1].sign_in_as("p1", "A2", "R2");
    family.settle();
    for rig in &mut family.rigs {
        assert_eq!(rig.auth, AuthState::SignedIn);
        rig.join(DEDUP);
    }
    family.settle();
    assert_eq!(family.sent().concat(), ["waits"]);
}

#[test]
fn a_sign_out_whose_news_come_one_by_one_is_one_all_the_same() {
    let mut family = Family::new(1, WithLocks::Yes);
    let rig = &mut family.rigs[0];
    rig.sign_in_as("p1", "A1", "R1");
    rig.say("private").unwrap();
    for key in ["miptech_access_token", "miptech_refresh_token", "miptech_user"] {
        rig.storage.borrow_mut().remove(key);
    }
    rig.news(Shelf::Account);
    rig.expect(Connection::SignedOut);
    let session = crate::browser::name(&StoreKey::SessionId);
    rig.storage
        .borrow_mut()
        .insert(session, "another_session_9".to_owned());
    rig.news(Shelf::Session);
    assert_eq!((rig.auth, rig.breaks.len()), (AuthState::Anonymous, 1));
    rig.expect_lines(&[]);
}

#[test]
fn the_conversation_of_somebody_signed_in_is_shown_to_nobody_else() {
    let mut family = Family::new(1, WithLocks::Yes);
    family.rigs[0].sign_in_as("p1", "A1", "R1");
    family.say(0, "q");
    family.rigs[0].go_live(DEDUP);
    family.settle();
    family.rigs[0].acknowledge("u1");
    family.settle();
    assert!(family.rigs[0].kept(StoreKey::Transcript).unwrap().contains("p1"));
    for key in ["miptech_access_token", "miptech_refresh_token", "miptech_user"] {
        family.rigs[0].storage.borrow_mut().remove(key);
    }
    family.rigs[0].reload(Duration::from_secs(1)).expect_lines(&[]);
}
