//! What another tab of this browser knows is shown here, and not written back (`faults.md` rows R6, Q5, T5 and T10).

use std::time::Duration;

use miptech_chat_session::{AuthState, PageSignal, Shelf, Status, StoreKey};

use crate::{browser::Locks, family::Family, rig::Rig, tabs::WithLocks};

const DEDUP: &str = "\"client_message_id\"";
const WRITTEN: Duration = Duration::from_millis(1050);

fn chunk(text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","content":"{text}"}}}}"#)
}

fn complete(text: &str) -> String {
    format!(r#"{{"type":"response_complete","data":{{"message_id":"a1","content":"{text}"}}}}"#)
}

/// One tab that is live and has asked a question, and one that only looks.
fn asked() -> Family {
    let mut family = Family::new(2, WithLocks::Yes);
    family.rigs[0].start();
    family.rigs[0].go_live(DEDUP);
    family.say(0, "q");
    family.rigs[0].acknowledge("u1");
    family.settle();
    family
}

#[test]
fn a_question_and_its_answer_are_shown_in_the_tab_that_only_looks() {
    let mut family = asked();
    family.rigs[1].expect_lines(&[("q", Status::Sent)]);
    family.rigs[0].server(&chunk("Ci"));
    family.advance(WRITTEN);
    family.rigs[1].expect_lines(&[("q", Status::Sent), ("Ci", Status::Streaming)]);
    family.rigs[0].server(&chunk("ao"));
    family.rigs[0].server(&complete("Ciao"));
    family.advance(WRITTEN);
    family.rigs[1].expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    assert!(family.rigs[1].sockets.is_empty());
}

#[test]
fn an_answer_whose_tab_is_gone_does_not_grow_for_ever() {
    let mut family = asked();
    family.rigs[0].server(&chunk("Half an"));
    family.advance(WRITTEN);
    let looking = &mut family.rigs[1];
    looking.advance(Duration::from_secs(119));
    looking.expect_lines(&[("q", Status::Sent), ("Half an", Status::Streaming)]);
    looking.advance(Duration::from_secs(1));
    looking.expect_lines(&[("q", Status::Sent), ("Half an", Status::Interrupted)]);
}

#[test]
fn two_live_tabs_show_one_question_and_one_answer_each() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.say(0, "q");
    let echo = r#"{"type":"chat_message","message":{"id":"u1","content":"q","role":"user"}}"#;
    family.rigs[1].server(echo);
    family.rigs[0].acknowledge("u1");
    for text in ["Ci", "ao"] {
        for tab in [1, 0] {
            family.rigs[tab].server(&chunk(text));
            family.settle();
        }
    }
    family.advance(WRITTEN);
    for tab in [0, 1] {
        family.rigs[tab].server(&complete("Ciao"));
    }
    family.advance(WRITTEN);
    for rig in &family.rigs {
        rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    }
}

#[test]
fn news_that_come_twice_late_or_in_any_order_change_nothing_more() {
    let mut family = asked();
    family.rigs[0].server(&complete("Ciao"));
    family.advance(WRITTEN);
    let lines = family.rigs[1].transcript.clone();
    for shelf in Shelf::ALL.into_iter().chain(Shelf::ALL.into_iter().rev()) {
        family.rigs[1].news(shelf);
    }
    assert_eq!(family.rigs[1].transcript, lines);
    assert_eq!(
        (family.rigs[1].breaks.len(), family.rigs[1].auth),
        (0, AuthState::Anonymous)
    );
}

#[test]
fn a_draft_is_shown_where_nothing_else_was_typed() {
    let mut family = Family::new(2, WithLocks::Yes);
    family.rigs[0].act(|session, now| session.set_draft("hello", now));
    family.advance(Duration::from_millis(450));
    assert_eq!(family.rigs[0].kept(StoreKey::Draft), None, "typing goes on");
    family.advance(Duration::from_millis(100));
    assert_eq!(family.rigs[1].draft, "hello");
    // The composer tells what it was given; that is no typing.
    family.rigs[1].act(|session, now| session.set_draft("hello", now));
    family.advance(Duration::from_secs(2));
    assert!(family.rigs[1].stored.is_empty());
    family.rigs[0].act(|session, now| session.set_draft("", now));
    family.advance(Duration::from_secs(1));
    assert_eq!(
        (
            family.rigs[1].draft.as_str(),
            family.rigs[0].kept(StoreKey::Draft)
        ),
        ("", None)
    );
}

#[test]
fn a_draft_never_replaces_what_is_being_typed() {
    let mut family = Family::new(2, WithLocks::Yes);
    family.rigs[0].act(|session, now| session.set_draft("theirs", now));
    family.rigs[0].advance(Duration::from_millis(500));
    family.rigs[1].act(|session, now| session.set_draft("mine", now));
    family.settle();
    assert_eq!(family.rigs[1].draft, "", "the composer was given nothing");
    family.advance(Duration::from_secs(1));
    assert_eq!(family.rigs[1].kept(StoreKey::Draft).as_deref(), Some("mine"));
}

#[test]
fn a_draft_is_back_after_a_reload_and_kept_only_once_the_visitor_asked_for_something() {
    let mut family = Family::new(1, WithLocks::Yes);
    family.rigs[0].act(|session, now| session.set_draft("half a thou", now));
    family.rigs[0].page(PageSignal::Leaving);
    assert_eq!(family.rigs[0].reload(Duration::from_secs(1)).draft, "half a thou");

    let mut fresh = Rig::new();
    fresh.act(|session, now| session.set_draft("secret", now));
    fresh.advance(Duration::from_secs(60));
    fresh.page(PageSignal::Leaving);
    assert!(fresh.stored.is_empty());
}

#[test]
fn a_new_conversation_in_one_tab_is_the_one_of_all() {
    let mut family = asked();
    family.rigs[0].act(|session, now| session.new_conversation(now));
    family.settle();
    assert_eq!([family.rigs[0].breaks.len(), family.rigs[1].breaks.len()], [1, 1]);
    family.say(1, "hello again");
    let session = family.rigs[0].kept(StoreKey::SessionId).unwrap();
    let stored = family.rigs[1].stored.iter().rev();
    let mut messages = stored.filter(|(key, _)| matches!(key, StoreKey::Message(_)));
    let (_, last) = messages.next().unwrap();
    assert!(last.as_ref().unwrap().contains(&session), "{last:?}");
    let shown = family.rigs[0].transcript.last().unwrap();
    assert_eq!(
        (shown.text.as_str(), shown.status),
        ("hello again", Status::Queued)
    );
}

#[test]
fn an_earlier_conversation_is_shown_for_a_day_and_to_nobody_else() {
    let mut family = asked();
    family.rigs[0].server(&complete("Ciao"));
    family.advance(WRITTEN);
    let page = &family.rigs[0];
    let again = page.reload(Duration::from_secs(23 * 3600));
    again.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    page.reload(Duration::from_secs(25 * 3600)).expect_lines(&[]);
    assert_eq!(page.kept(StoreKey::Transcript), None, "and taken away");
}

#[test]
fn a_tab_that_only_looks_writes_nothing() {
    let mut family = asked();
    family.rigs[0].server(&chunk("Ci"));
    family.advance(WRITTEN);
    family.rigs[0].server(&complete("Ciao"));
    family.rigs[0].act(|session, now| session.set_draft("next", now));
    family.advance(Duration::from_secs(5));
    family.rigs[0].act(|session, now| session.mark_read(now));
    family.settle();
    family.rigs[1].page(PageSignal::Leaving);
    let stored = &family.rigs[1].stored;
    assert!(stored.iter().all(|(_, value)| value.is_none()), "{stored:?}");
    let before = family.rigs[0].stored.len();
    for shelf in Shelf::ALL {
        family.rigs[0].news(shelf);
    }
    family.advance(Duration::from_secs(5));
    assert_eq!(
        family.rigs[0].stored.len(),
        before,
        "news of what was written here"
    );
}

#[test]
fn a_message_that_waits_here_writes_over_nothing_another_tab_has_just_said() {
    let mut family = asked();
    family.rigs[1].say("later").unwrap();
    family.rigs[0].server(&complete("Ciao"));
    family.rigs[0].advance(WRITTEN);
    family.rigs[1].advance(Duration::from_secs(5));
    assert!(
        family.rigs[0]
            .kept(StoreKey::Transcript)
            .unwrap()
            .contains("Ciao")
    );
}

#[test]
fn an_answer_without_an_id_behind_a_message_that_waits_is_not_shown_twice() {
    let mut rig = Rig::live("");
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.drop_link();
    rig.say("waits").unwrap();
    rig.advance_to_next_socket();
    rig.outbox_locks = Locks::Taken;
    rig.join("");
    rig.server(r#"{"type":"assistant_message","data":{"content":"Ciao"}}"#);
    rig.advance(WRITTEN);
    let lines = [
        ("q", Status::Sent),
        ("waits", Status::Queued),
        ("Ciao", Status::Complete),
    ];
    rig.expect_lines(&lines);
    rig.news(Shelf::Transcript);
    rig.expect_lines(&lines);
}

#[test]
fn an_older_word_of_storage_takes_nothing_back() {
    let mut rig = Rig::live("\"history\"");
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(&chunk("Half"));
    rig.advance(WRITTEN);
    rig.server(&chunk(" an"));
    rig.drop_link();
    rig.news(Shelf::Transcript);
    rig.expect_lines(&[("q", Status::Sent), ("Half an", Status::Streaming)]);
}

#[test]
fn an_answer_that_was_cut_off_is_not_revived_by_what_was_written_before() {
    let mut rig = Rig::live("");
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(&chunk("Half"));
    rig.advance(WRITTEN);
    rig.drop_link();
    rig.advance_to_next_socket();
    let written = rig.kept(StoreKey::Transcript).unwrap();
    rig.join("");
    let key = crate::browser::name(&StoreKey::Transcript);
    rig.storage.borrow_mut().insert(key, written);
    rig.news(Shelf::Transcript);
    rig.expect_lines(&[("q", Status::Sent), ("Half", Status::Interrupted)]);
}

#[test]
fn an_answer_that_has_got_its_id_since_it_was_written_is_not_shown_twice() {
    let mut rig = Rig::live("");
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(r#"{"type":"processing","data":{}}"#);
    rig.advance(WRITTEN);
    rig.server(&chunk("Ci"));
    rig.news(Shelf::Transcript);
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Streaming)]);
}

#[test]
fn a_delivery_a_tab_has_not_heard_of_yet_is_not_forgotten_and_repeated_by_it() {
    let mut family = Family::live(2, WithLocks::Yes, "");
    family.rigs[0].say("one").unwrap();
    // The last this tab hears of the message is that it waits.
    family.rigs[1].news(Shelf::Messages);
    family.rigs[1].server(&chunk("x"));
    family.grant();
    family.rigs[0].acknowledge("u1");
    family.rigs[1].advance(Duration::from_secs(2));
    while family.grant() {}
    family.settle();
    assert_eq!(family.sent(), [vec!["one".to_owned()], vec![]]);
    let kept = family.rigs[0].kept(StoreKey::Transcript).unwrap();
    assert!(kept.contains("u1") && kept.contains("a1"), "{kept}");
    assert_eq!(family.rigs[1].transcript[0].status, Status::Sent);
}

#[test]
fn what_was_read_in_one_tab_is_read_in_all() {
    let mut family = asked();
    family.rigs[0].act(|session, now| session.mark_read(now));
    family.settle();
    assert_eq!(family.rigs[1].reads_elsewhere, 0, "there was nothing to read");
    family.rigs[0].server(&complete("Ciao"));
    family.advance(WRITTEN);
    family.rigs[1].act(|session, now| session.mark_read(now));
    family.settle();
    assert_eq!(family.rigs[0].reads_elsewhere, 1);
    family.rigs[0].news(Shelf::ReadMark);
    assert_eq!(family.rigs[0].reads_elsewhere, 1, "one mark is news once");
    family.rigs[0].act(|session, now| session.mark_read(now));
    family.settle();
    assert_eq!(family.rigs[1].reads_elsewhere, 0, "it was read already");
}
