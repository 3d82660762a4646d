//! Storage that is blocked, full or cleared: nothing is lost while the page lives, and the visitor is told what would be
//! (`faults.md` rows Q1 to Q5 and O20).

use std::{cell::Cell, rc::Rc, time::Duration};

use miptech_chat_session::{
    AuthState, ClientMessageId, Connection, ErrorCode, Shelf, Status, StoreKey, StoreRefusal,
};

use crate::{
    browser::{name, signed_in_storage},
    rig::Rig,
};

const DEDUP: &str = "\"client_message_id\"";

const fn is_message(key: &StoreKey) -> bool {
    matches!(key, StoreKey::Message(_))
}

fn told(rig: &Rig, code: ErrorCode) -> usize {
    rig.errors.iter().filter(|error| error.code == code).count()
}

/// Asks, is answered, asks again; the link drops in between.
fn converse(rig: &mut Rig) {
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join(DEDUP);
    rig.acknowledge("u1");
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#);
    rig.advance(Duration::from_secs(2));
    rig.acknowledge("u2");
    rig.advance(Duration::from_secs(2));
    assert_eq!(rig.sent_texts(), ["one", "one", "two"]);
    rig.expect_lines(&[
        ("one", Status::Sent),
        ("two", Status::Sent),
        ("Ciao", Status::Complete),
    ]);
    rig.expect(Connection::Live);
}

#[test]
fn a_page_without_storage_works_and_says_so_once() {
    let mut rig = Rig::live(DEDUP);
    rig.refuse(StoreRefusal::Blocked, |_| true);
    converse(&mut rig);
    assert_eq!(told(&rig, ErrorCode::StorageBlocked), 1);
    assert_eq!(rig.notice_code(), Some(ErrorCode::StorageBlocked));
    rig.act(|session, now| session.dismiss_notice(now));
    rig.say("three").unwrap();
    assert_eq!(
        (rig.notice.clone(), told(&rig, ErrorCode::StorageBlocked)),
        (None, 1)
    );
    assert!(rig.storage.borrow().is_empty());
}

#[test]
fn words_about_storage_stay_when_the_next_message_is_typed() {
    for (refusal, code) in [
        (StoreRefusal::Blocked, ErrorCode::StorageBlocked),
        (StoreRefusal::Full, ErrorCode::StorageQuota),
    ] {
        let mut rig = Rig::live(DEDUP);
        rig.refuse(refusal, |_| true);
        rig.say("one").unwrap();
        assert_eq!(rig.notice_code(), Some(code));
        rig.say("two").unwrap();
        assert_eq!(rig.notice_code(), Some(code));
    }
}

#[test]
fn the_transcript_makes_room_for_a_message_before_anybody_is_told() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    assert!(rig.kept(StoreKey::Transcript).is_some());
    let storage = rig.storage.clone();
    rig.refuse(StoreRefusal::Full, move |key| {
        is_message(key) && storage.borrow().contains_key(&name(&StoreKey::Transcript))
    });
    rig.say("two").unwrap();
    assert_eq!(rig.kept(StoreKey::Transcript), None);
    assert!(
        rig.kept(StoreKey::Message(ClientMessageId::parse("m-2").unwrap()))
            .is_some()
    );
    assert_eq!(
        (told(&rig, ErrorCode::StorageQuota), rig.notice.clone()),
        (0, None)
    );
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
}

#[test]
fn the_transcript_makes_room_for_tokens_too() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    let storage = rig.storage.clone();
    rig.refuse(StoreRefusal::Full, move |key| {
        matches!(key, StoreKey::AccessToken) && storage.borrow().contains_key(&name(&StoreKey::Transcript))
    });
    rig.sign_in_as("p1", "A1", "R1");
    assert_eq!(rig.account()[..2], [Some("A1".to_owned()), Some("R1".to_owned())]);
}

#[test]
fn a_message_storage_has_no_room_for_is_sent_all_the_same_and_the_visitor_told() {
    let mut rig = Rig::new();
    rig.refuse(StoreRefusal::Full, is_message);
    rig.say("one").unwrap();
    rig.expect_lines(&[("one", Status::Queued)]);
    assert_eq!(rig.notice_code(), Some(ErrorCode::StorageQuota));
    rig.go_live(DEDUP);
    rig.acknowledge("u1");
    rig.expect_lines(&[("one", Status::Sent)]);
    assert_eq!(told(&rig, ErrorCode::StorageQuota), 1);
}

#[test]
fn what_storage_had_no_room_for_is_stored_as_soon_as_it_has() {
    let mut rig = Rig::new();
    rig.refuse(StoreRefusal::Full, is_message);
    rig.say("one").unwrap();
    rig.refusing = None;
    rig.go_live("");
    rig.expect_lines(&[("one", Status::Sending)]);
    rig.reload(Duration::from_secs(1))
        .expect_lines(&[("one", Status::Sending)]);
}

#[test]
fn what_can_be_read_again_is_left_out_in_silence() {
    let mut rig = Rig::live(DEDUP);
    rig.refuse(StoreRefusal::Full, |key| !is_message(key));
    rig.act(|session, now| session.set_draft("next", now));
    converse(&mut rig);
    rig.act(|session, now| session.mark_read(now));
    assert!(
        rig.errors
            .iter()
            .all(|error| error.code != ErrorCode::StorageQuota)
    );
    assert!(!matches!(rig.notice_code(), Some(ErrorCode::StorageQuota)));
}

#[test]
fn a_refusal_at_any_one_write_loses_nothing() {
    for refusal in [StoreRefusal::Full, StoreRefusal::Blocked] {
        for refused in 0..30 {
            let mut rig = Rig::live(DEDUP);
            let written = Rc::new(Cell::new(0));
            rig.refuse(refusal, move |_| written.replace(written.get() + 1) == refused);
            converse(&mut rig);
        }
    }
}

#[test]
fn an_acknowledged_message_whose_transcript_is_refused_is_not_sent_by_the_next_page() {
    let mut rig = Rig::live(DEDUP);
    rig.refuse(StoreRefusal::Full, |key| matches!(key, StoreKey::Transcript));
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    let mut next = rig.reload(Duration::from_secs(1));
    next.start();
    next.go_live(DEDUP);
    next.advance(Duration::from_secs(120));
    assert!(next.sent_texts().is_empty());
}

#[test]
fn a_storage_that_was_cleared_is_written_again_and_the_account_is_gone() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    rig.go_live(DEDUP);
    rig.acknowledge("u1");
    rig.storage.borrow_mut().clear();
    for shelf in Shelf::ALL {
        rig.news(shelf);
    }
    assert_eq!(
        (rig.auth, rig.account()),
        (AuthState::Anonymous, [None, None, None])
    );
    assert!(rig.kept(StoreKey::SessionId).is_some());
}

#[test]
fn what_waits_survives_a_storage_that_was_cleared() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    rig.drop_link();
    rig.say("two").unwrap();
    rig.storage.borrow_mut().clear();
    for shelf in Shelf::ALL {
        rig.news(shelf);
    }
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Queued)]);
    let mut next = rig.reload(Duration::from_secs(1));
    next.expect_lines(&[("one", Status::Sent), ("two", Status::Queued)]);
    next.start();
    next.go_live(DEDUP);
    assert_eq!(next.sent_texts(), ["two"]);
}

#[test]
fn a_clearing_nobody_was_told_of_is_noticed_when_the_next_message_leaves() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    rig.storage.borrow_mut().clear();
    rig.acknowledge("u1");
    assert_eq!(rig.sent_texts(), ["one", "two"]);
    let next = rig.reload(Duration::from_secs(1));
    next.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
}

#[test]
fn a_transcript_of_a_newer_version_is_left_alone() {
    let newer = r#"{"v":2,"lines":{}}"#.to_owned();
    let storage = crate::browser::Storage::default();
    let session = (name(&StoreKey::SessionId), "test_session_123".to_owned());
    storage
        .borrow_mut()
        .extend([session, (name(&StoreKey::Transcript), newer.clone())]);
    let mut rig = Rig::with(7, storage, |_| {});
    rig.start();
    rig.go_live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    rig.advance(Duration::from_secs(5));
    assert_eq!(rig.kept(StoreKey::Transcript), Some(newer));
    rig.expect_lines(&[("one", Status::Sent)]);
}

#[test]
fn a_transcript_no_page_of_ours_could_have_written_is_not_shown() {
    let text = "x".repeat(300 * 1024);
    let item =
        format!(r#"{{"role":"assistant","content":"{text}","status":"complete","created":1,"chunks":1}}"#);
    let foreign = [
        format!(r#"{{"v":1,"session":"test_session_123","written":1754060400000,"items":[{item}]}}"#),
        r#"{"v":1,"session":"test_session_123","items":[]}"#.to_owned(),
        "\u{0}".to_owned(),
    ];
    for value in foreign {
        let storage = crate::browser::Storage::default();
        let session = (name(&StoreKey::SessionId), "test_session_123".to_owned());
        let transcript = (name(&StoreKey::Transcript), value);
        storage.borrow_mut().extend([session, transcript]);
        let mut rig = Rig::with(7, storage, |_| {});
        rig.expect_lines(&[]);
        assert_eq!(rig.kept(StoreKey::Transcript), None);
        rig.start();
        rig.go_live(DEDUP);
    }
}

#[test]
fn a_message_whose_mark_finds_no_room_is_sent_all_the_same_and_the_visitor_told() {
    for capabilities in ["", DEDUP] {
        let mut rig = Rig::new();
        rig.say("one").unwrap();
        rig.refuse(StoreRefusal::Full, is_message);
        rig.go_live(capabilities);
        rig.expect_lines(&[("one", Status::Sending)]);
        assert_eq!(rig.sent_texts(), ["one"]);
        assert_eq!(rig.notice_code(), Some(ErrorCode::StorageQuota));
    }
}

#[test]
fn a_mark_that_finds_room_at_the_second_try_lets_the_message_leave() {
    let mut rig = Rig::new();
    rig.say("one").unwrap();
    let refused = Rc::new(Cell::new(false));
    rig.refuse(StoreRefusal::Full, move |key| {
        is_message(key) && !refused.replace(true)
    });
    rig.go_live("");
    rig.expect_lines(&[("one", Status::Sending)]);
    assert_eq!(rig.sent_texts(), ["one"]);
}

#[test]
fn a_message_there_is_room_for_is_not_written_before_one_there_is_none_for_whenever_storage_is_read() {
    let mut rig = Rig::live("");
    rig.say("on its way").unwrap();
    let longer = ClientMessageId::parse("m-2").unwrap();
    let key = longer.clone();
    rig.refuse(StoreRefusal::Full, move |refused| {
        *refused == StoreKey::Message(key.clone())
    });
    rig.say("longer").unwrap();
    rig.say("short").unwrap();
    let short = StoreKey::Message(ClientMessageId::parse("m-3").unwrap());
    for shelf in [Shelf::Messages, Shelf::Session, Shelf::Transcript] {
        rig.news(shelf);
        assert_eq!(rig.kept(short.clone()), None, "{shelf:?}");
    }
    rig.refuse(StoreRefusal::Full, |_| false);
    for _ in 0..2 {
        rig.news(Shelf::Messages);
    }
    assert!(rig.kept(StoreKey::Message(longer)).is_some());
    assert!(rig.kept(short).is_some());
}
