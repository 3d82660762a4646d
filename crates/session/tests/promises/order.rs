//! Every tab shows the conversation in one order, whenever it heard of what.

use std::time::Duration;

use miptech_chat_session::{Profile, Session, Shelf, Status, StoreKey};

use crate::{browser::shelf_of, rig::Rig};

/// What another tab wrote is news here.
fn hear(rig: &mut Rig, shelf: Shelf) {
    let stored = shelf_of(&rig.storage, shelf);
    rig.act(|session, now| session.handle_stored(stored, now));
}

fn texts(rig: &Rig) -> Vec<&str> {
    rig.transcript.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn an_answer_that_was_heard_of_before_the_next_question_was_sent_stands_where_the_other_tab_has_it() {
    let mut talking = Rig::live("");
    talking.say("one").unwrap();
    talking.say("two").unwrap();
    let mut mirroring = Rig::with(8, talking.storage.clone(), |_| {});
    mirroring.expect_lines(&[("one", Status::Sending), ("two", Status::Queued)]);

    // The second question is under way, and therefore not in the transcript, when the first answer is.
    talking.server(r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c1"}}"#);
    talking.server(
        r#"{"type":"response_complete","data":{"message_id":"a1","chat_id":"c1","content":"first"}}"#,
    );
    talking.advance(Duration::from_secs(2));
    hear(&mut mirroring, Shelf::Transcript);
    assert_eq!(texts(&mirroring), ["one", "first", "two"]);
    assert_eq!(texts(&talking), ["one", "two", "first"]);

    talking.server(r#"{"type":"message_received","data":{"message_id":"u2","chat_id":"c1"}}"#);
    talking.server(
        r#"{"type":"response_complete","data":{"message_id":"a2","chat_id":"c1","content":"second"}}"#,
    );
    talking.advance(Duration::from_secs(2));
    hear(&mut mirroring, Shelf::Transcript);
    assert_eq!(texts(&talking), ["one", "two", "first", "second"]);
    assert_eq!(texts(&mirroring), texts(&talking));
}

#[test]
fn what_an_earlier_page_left_unread_is_read_in_every_tab_once_it_is_read_in_one() {
    let mut first = Rig::live("");
    first.say("one").unwrap();
    first.server(r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c1"}}"#);
    first.server(
        r#"{"type":"response_complete","data":{"message_id":"a1","chat_id":"c1","content":"first"}}"#,
    );
    first.advance(Duration::from_secs(2));
    let mut second = Rig::with(8, first.storage.clone(), |_| {});
    second.act(Session::mark_read);
    let mark = second.kept(StoreKey::ReadMark);
    assert!(mark.is_some());
    second.advance(Duration::from_secs(1));
    second.act(Session::mark_read);
    assert_eq!(second.kept(StoreKey::ReadMark), mark, "nothing new was read");
}

#[test]
fn what_is_sent_again_stands_behind_everything_typed_since_and_leaves_in_that_order() {
    let mut rig = Rig::configured(|config| config.profile = Some(Profile::TwoStep));
    rig.start();
    rig.go_live("\"client_message_id\"");
    let refused = rig.say("first").unwrap();
    rig.server(r#"{"type":"error","data":{"type":"message_validation_error","message":"No"}}"#);
    rig.say("second").unwrap();
    rig.say("third").unwrap();
    rig.act(|session, now| session.retry(&refused, now)).unwrap();
    assert_eq!(texts(&rig), ["second", "third", "first"]);
    for _ in 0..2 {
        rig.server(r#"{"type":"message_received","data":{"chat_id":"c1"}}"#);
    }
    assert_eq!(rig.sent_texts(), ["first", "second", "third", "first"]);
}
