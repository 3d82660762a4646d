//! What a page cannot know: what became of a message that is gone from storage, whose word the socket's is, who signed in
//! elsewhere. It is never taken for known (`faults.md` rows O5, O13, O15 and Q5).

use std::time::Duration;

use miptech_chat_session::{AuthState, ErrorCode, PageSignal, Shelf, Status, StoreKey};

use crate::{
    browser::{Storage, name, signed_in_storage},
    rig::Rig,
};

const DEDUP: &str = "\"client_message_id\"";
const HISTORY: &str = "\"history\"";

/// Live once, and not any more; a message waits, and another tab took it out of storage.
fn robbed(capabilities: &str) -> Rig {
    let mut rig = Rig::live(capabilities);
    rig.say("before").unwrap();
    rig.acknowledge("u1");
    rig.drop_link();
    let id = rig.say("one").unwrap();
    rig.storage.borrow_mut().remove(&name(&StoreKey::Message(id)));
    rig
}

#[test]
fn a_message_gone_from_storage_that_only_our_own_transcript_tells_nothing_of_is_in_doubt() {
    let mut rig = robbed(DEDUP);
    assert!(rig.kept(StoreKey::Transcript).is_some(), "written here");
    rig.news(Shelf::Messages);
    rig.advance_to_next_socket();
    rig.join(DEDUP);
    rig.expect_lines(&[("before", Status::Sent), ("one", Status::Unconfirmed)]);
    assert_eq!(rig.sent_texts(), ["before"]);
}

#[test]
fn a_message_gone_from_storage_is_in_doubt_where_no_transcript_can_be_read() {
    for transcript in [None, Some("{")] {
        let mut rig = robbed("");
        rig.storage.borrow_mut().remove(&name(&StoreKey::Transcript));
        transcript.into_iter().for_each(|text| {
            let key = name(&StoreKey::Transcript);
            rig.storage.borrow_mut().insert(key, text.to_owned());
        });
        rig.news(Shelf::Messages);
        rig.advance_to_next_socket();
        rig.join("");
        rig.expect_lines(&[("before", Status::Sent), ("one", Status::Unconfirmed)]);
        assert_eq!(rig.sent_texts(), ["before"]);
    }
}

#[test]
fn what_a_hidden_page_that_may_have_been_frozen_knew_before_storage_was_cleared_is_in_doubt() {
    for (pause, status) in [
        (Duration::from_secs(1), Status::Sending),
        (Duration::from_secs(60), Status::Unconfirmed),
    ] {
        let mut rig = Rig::new();
        rig.page(PageSignal::Hidden);
        rig.say("one").unwrap();
        rig.advance(pause);
        rig.storage.borrow_mut().clear();
        rig.news(Shelf::Session);
        assert!(rig.kept(StoreKey::SessionId).is_some(), "written again");
        rig.page(PageSignal::Visible);
        rig.advance(Duration::from_secs(1));
        rig.go_live(DEDUP);
        rig.expect_lines(&[("one", status)]);
    }
}

#[test]
fn the_same_words_from_elsewhere_are_not_the_message_that_still_waits_here() {
    let mut rig = Rig::live("");
    rig.say("one").unwrap();
    rig.say("yes").unwrap();
    rig.server(r#"{"type":"chat_message","message":{"id":"u8","content":"yes","role":"user"}}"#);
    rig.expect_lines(&[
        ("one", Status::Sending),
        ("yes", Status::Queued),
        ("yes", Status::Sent),
    ]);
    rig.acknowledge("u9");
    assert_eq!(rig.sent_texts(), ["one", "yes"]);
}

/// A message is on its way, and history told of it before the socket did; the next one is on its way too.
fn told_by_history() -> Rig {
    let mut rig = Rig::live(HISTORY);
    rig.drop_link();
    rig.say("one").unwrap();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.say("two").unwrap();
    assert_eq!(rig.sent_texts(), ["one"]);
    rig.reply(
        "/messages",
        200,
        r#"{"items":[{"id":"u1","role":"user","content":"one","sequence_number":1}]}"#,
    );
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
    rig
}

#[test]
fn a_refusal_that_names_nothing_is_of_the_message_whose_word_the_socket_still_owes() {
    let mut rig = told_by_history();
    let refusal = r#"{"type":"error","data":{"type":"message_validation_error","message":"No"}}"#;
    // Two, for the first that is its own lets it leave once more in the other spelling (section 16.5).
    for _ in 0..2 {
        rig.server(refusal);
        rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
    }
    rig.server(refusal);
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Failed)]);
}

#[test]
fn an_acknowledgement_pays_the_word_that_was_owed() {
    let mut rig = told_by_history();
    rig.acknowledge("u1");
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sending)]);
    rig.acknowledge("u2");
    rig.expect_lines(&[("one", Status::Sent), ("two", Status::Sent)]);
}

#[test]
fn a_transcript_of_whoever_signed_in_elsewhere_is_not_written_over() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    // No word of it has come to this tab yet.
    let mut other = Rig::with(8, rig.storage.clone(), |_| {});
    other.sign_in_as("ann", "A1", "R1");
    other.start();
    other.go_live(DEDUP);
    other.count_ids_from(50);
    other.say("of ann").unwrap();
    other.acknowledge("u5");
    rig.say("two").unwrap();
    rig.acknowledge("u6");
    assert_eq!(rig.auth, AuthState::SignedIn);
    let transcript = rig.kept(StoreKey::Transcript).unwrap();
    assert!(transcript.contains("of ann"), "{transcript}");
}

#[test]
fn a_conversation_gone_back_to_shows_each_message_once() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#);
    rig.advance(Duration::from_secs(2));
    let session = rig.kept(StoreKey::SessionId).unwrap();
    for next in ["another_session", session.as_str()] {
        rig.storage
            .borrow_mut()
            .insert(name(&StoreKey::SessionId), next.to_owned());
        rig.news(Shelf::Session);
    }
    assert_eq!(rig.breaks.len(), 2);
    rig.expect_lines(&[("one", Status::Sent), ("Ciao", Status::Complete)]);
}

#[test]
fn whoever_is_named_after_somebody_nameless_begins_another_conversation() {
    let nameless = signed_in_storage();
    nameless.borrow_mut().remove(&name(&StoreKey::User));
    for (storage, breaks) in [(nameless, 1), (Storage::default(), 0)] {
        let mut rig = Rig::with(7, storage, |_| {});
        rig.start();
        rig.go_live("");
        rig.say("one").unwrap();
        rig.acknowledge("u1");
        rig.sign_in_as("bob", "A9", "R9");
        assert_eq!(rig.breaks.len(), breaks);
    }
}

#[test]
fn a_renewal_that_finds_storage_cleared_writes_what_waits_again() {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.start();
    rig.go_live(DEDUP);
    rig.drop_link();
    let id = rig.say("one").unwrap();
    rig.storage.borrow_mut().clear();
    rig.advance_to_next_socket();
    rig.close(4401, "");
    assert_eq!(rig.auth, AuthState::Required);
    assert!(rig.kept(StoreKey::Message(id)).is_some());
    rig.expect_lines(&[("one", Status::Queued)]);
    assert_eq!(rig.errors.last().unwrap().code, ErrorCode::AuthExpired);
}

#[test]
fn half_an_account_is_erased_unless_somebody_has_signed_in_since() {
    for is_signed_in in [false, true] {
        let storage = signed_in_storage();
        storage.borrow_mut().remove(&name(&StoreKey::AccessToken));
        let mut rig = Rig::with(7, storage.clone(), |_| {});
        if is_signed_in {
            // No word of it has come to this tab yet.
            *storage.borrow_mut() = signed_in_storage().borrow().clone();
        }
        rig.start();
        assert_eq!(rig.account()[1].is_some(), is_signed_in);
        assert_eq!(rig.auth == AuthState::SignedIn, is_signed_in);
    }
}

#[test]
fn what_is_held_as_somebody_signs_out_waits_for_the_visitors_word() {
    let mut rig = Rig::live(DEDUP);
    rig.drop_link();
    rig.say("one").unwrap();
    rig.sign_in_as("ann", "A1", "R1");
    rig.act(|session, now| session.sign_out(now));
    rig.advance(Duration::from_secs(1));
    rig.go_live(DEDUP);
    assert_eq!(rig.sent_texts(), [""; 0]);
    assert_eq!(rig.notice_code(), Some(ErrorCode::ChatGone), "it is kept");
}

#[test]
fn a_message_that_waits_on_the_page_that_clears_storage_is_sent_as_if_nothing_had_been() {
    let mut rig = Rig::live("");
    rig.say("before").unwrap();
    rig.acknowledge("u1");
    rig.drop_link();
    rig.say("one").unwrap();
    // No event tells a page of what it does to storage itself.
    rig.storage.borrow_mut().clear();
    rig.advance_to_next_socket();
    rig.join("");
    rig.expect_lines(&[("before", Status::Sent), ("one", Status::Sending)]);
    assert_eq!(rig.sent_texts(), ["before", "one"]);
}
