//! Tabs share one outbox: a message leaves once, whoever sends it (`faults.md` rows O15 and Q6, invariants I3 and I21).

use std::{rc::Rc, time::Duration};

use miptech_chat_session::{ClientMessageId, Lock, LockName, Shelf, Status, StoreKey, StoreRefusal};
use serde_json::Value;

use crate::{browser::Locks, family::Family, rig::Rig, tabs::WithLocks};

const DEDUP: &str = "\"client_message_id\"";
const SPREAD: Duration = Duration::from_millis(350);

fn count(rig: &Rig, what: &str) -> usize {
    rig.printed.iter().filter(|line| line.contains(what)).count()
}

#[test]
fn two_live_tabs_hand_one_message_over_once() {
    for (locks, capabilities) in [(WithLocks::Yes, ""), (WithLocks::Yes, DEDUP), (WithLocks::No, "")] {
        let mut family = Family::live(2, locks, capabilities);
        family.say(0, "one");
        family.advance(SPREAD);
        let sent = family.sent();
        assert_eq!(
            sent[0].len() + sent[1].len(),
            1,
            "{locks:?} {capabilities} {sent:?}"
        );
    }
}

#[test]
fn without_locks_an_id_is_all_that_two_tabs_may_repeat() {
    let mut family = Family::live(2, WithLocks::No, DEDUP);
    family.say(0, "one");
    family.advance(SPREAD);
    let ids = family.rigs.iter().flat_map(|rig| &rig.frames);
    let ids: Vec<_> = ids
        .filter_map(|(_, frame)| frame["data"].get("client_message_id"))
        .collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn a_tab_that_has_not_heard_of_a_hand_over_yet_reads_of_it_before_it_chooses() {
    let mut family = Family::live(2, WithLocks::Yes, "");
    family.rigs[0].say("one").unwrap();
    // Both want to choose; no news has reached the other tab when its turn comes.
    family.rigs[1].news(Shelf::Messages);
    while family.grant() {}
    assert_eq!(family.sent(), [vec!["one".to_owned()], vec![]]);
    family.rigs[1].expect_lines(&[("one", Status::Sending)]);
}

#[test]
fn messages_of_two_tabs_leave_in_the_order_they_were_typed() {
    let mut family = Family::new(2, WithLocks::Yes);
    family.say(0, "one");
    family.say(1, "two");
    family.say(0, "three");
    family.rigs[1].go_live(DEDUP);
    family.settle();
    for message in ["u1", "u2", "u3"] {
        family.rigs[1].acknowledge(message);
        family.settle();
    }
    assert_eq!(
        family.sent(),
        [
            vec![],
            vec!["one".to_owned(), "two".to_owned(), "three".to_owned()]
        ]
    );
    for rig in &family.rigs {
        rig.expect_lines(&[
            ("one", Status::Sent),
            ("two", Status::Sent),
            ("three", Status::Sent),
        ]);
    }
}

#[test]
fn two_messages_typed_at_once_in_two_tabs_both_survive_and_both_are_sent() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.rigs[0].say("here").unwrap();
    family.rigs[1].say("there").unwrap();
    family.settle();
    for message in ["u1", "u2"] {
        let sender = family.rigs.iter().position(|rig| {
            rig.transcript
                .iter()
                .any(|line| line.status == Status::Sending && rig.sent_texts().contains(&line.text))
        });
        family.rigs[sender.unwrap()].acknowledge(message);
        family.settle();
    }
    let mut sent = family.sent().concat();
    sent.sort();
    assert_eq!(sent, ["here", "there"]);
    for rig in &family.rigs {
        assert!(rig.transcript.iter().all(|line| line.status == Status::Sent));
        assert_eq!(rig.transcript.len(), 2);
    }
}

#[test]
fn what_another_tab_hands_over_is_left_to_it_for_a_minute_and_then_asked_about() {
    for (capabilities, after, sent) in [("", Status::Unconfirmed, 0), (DEDUP, Status::Sending, 1)] {
        let mut family = Family::live(2, WithLocks::Yes, capabilities);
        family.say(0, "one");
        assert_eq!(family.sent()[0], ["one"]);
        // The tab that has it is gone from here on.
        family.rigs[1].advance(Duration::from_secs(59));
        while family.grant() {}
        family.rigs[1].expect_lines(&[("one", Status::Sending)]);
        assert!(family.rigs[1].sent_texts().is_empty());
        family.rigs[1].advance(Duration::from_secs(1));
        while family.grant() {}
        family.rigs[1].expect_lines(&[("one", after)]);
        assert_eq!(family.rigs[1].sent_texts().len(), sent, "{capabilities}");
    }
}

#[test]
fn the_next_message_waits_for_the_one_another_tab_has_on_its_way() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.say(0, "one");
    family.say(1, "two");
    assert_eq!(family.sent(), [vec!["one".to_owned()], vec![]]);
    family.rigs[0].acknowledge("u1");
    family.settle();
    assert_eq!(family.sent().concat(), ["one", "two"]);
}

#[test]
fn a_deletion_in_one_tab_is_a_deletion_in_all() {
    let id = ClientMessageId::parse("m-1").unwrap();
    let mut family = Family::new(2, WithLocks::Yes);
    family.say(0, "one");
    family.rigs[1].expect_lines(&[("one", Status::Queued)]);
    family.rigs[0].act(|session, now| session.discard(&id, now));
    family.settle();
    family.rigs[1].expect_lines(&[]);
    family.rigs[1].start();
    family.rigs[1].go_live("");
    family.settle();
    assert!(family.rigs[1].sent_texts().is_empty());
}

#[test]
fn a_deletion_nobody_was_told_of_is_noticed_before_the_message_leaves() {
    let id = ClientMessageId::parse("m-1").unwrap();
    let mut family = Family::new(2, WithLocks::Yes);
    family.say(0, "one");
    family.rigs[0].act(|session, now| session.discard(&id, now));
    family.rigs[1].start();
    family.rigs[1].go_live("");
    while family.grant() {}
    family.rigs[1].expect_lines(&[]);
    assert!(family.rigs[1].sent_texts().is_empty());
    let next = family.rigs[1].reload(Duration::from_secs(1));
    next.expect_lines(&[]);
}

#[test]
fn a_lock_nobody_grants_is_waited_for_five_seconds_and_given_up() {
    let mut rig = Rig::live(DEDUP);
    rig.outbox_locks = Locks::Taken;
    rig.say("one").unwrap();
    rig.advance(Duration::from_millis(4999));
    assert!(rig.sent_texts().is_empty());
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.sent_texts(), ["one"]);
    assert_eq!(count(&rig, "ReleaseLock(Outbox)"), 1, "the wish is given up");
    rig.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    assert_eq!(count(&rig, "ReleaseLock(Outbox)"), 2, "too late is given back");
    assert_eq!(rig.sent_texts(), ["one"]);
}

#[test]
fn the_lock_is_held_for_no_longer_than_the_choice() {
    let mut rig = Rig::live("");
    for (message, text) in [("u1", "one"), ("u2", "two"), ("u3", "three")] {
        rig.say(text).unwrap();
        assert_eq!(rig.outbox_locks, Locks::Free);
        rig.acknowledge(message);
    }
    assert_eq!(count(&rig, "AskLock(Outbox)"), 3);
    assert_eq!(count(&rig, "ReleaseLock(Outbox)"), 3);
}

#[test]
fn without_locks_tabs_take_turns_by_chance_where_a_repeat_is_not_safe() {
    let mut safe = Rig::live(DEDUP);
    safe.outbox_locks = Locks::Absent;
    safe.say("one").unwrap();
    assert_eq!(safe.sent_texts(), ["one"]);

    let mut unsafe_ = Rig::live("");
    unsafe_.outbox_locks = Locks::Absent;
    unsafe_.say("one").unwrap();
    unsafe_.advance(Duration::from_millis(300));
    assert_eq!(unsafe_.sent_texts(), ["one"]);
}

#[test]
fn without_locks_only_the_tab_that_wrote_a_message_sends_it_until_a_minute_has_passed() {
    let mut family = Family::new(2, WithLocks::No);
    family.say(0, "one");
    family.rigs[1].start();
    family.rigs[1].go_live("");
    family.rigs[1].advance(Duration::from_secs(58));
    assert!(family.rigs[1].sent_texts().is_empty());
    family.rigs[1].advance(Duration::from_secs(3));
    assert_eq!(family.rigs[1].sent_texts(), ["one"], "its writer is gone");
}

#[test]
fn where_storage_takes_no_mark_a_message_is_left_to_the_tab_that_wrote_it_and_in_doubt_after_a_minute() {
    for is_echoed in [true, false] {
        let mut family = Family::live(2, WithLocks::Yes, "");
        family.say(0, "one");
        family.say(0, "two");
        for rig in &mut family.rigs {
            rig.refuse(StoreRefusal::Full, |_| true);
            rig.server(r#"{"type":"chat_message","message":{"id":"u1","content":"one","role":"user"}}"#);
        }
        family.settle();
        assert_eq!(family.sent(), [vec!["one", "two"], vec![]]);
        family.rigs[1].say("three").unwrap();
        family.settle();
        let second = if is_echoed {
            let echo = r#"{"type":"chat_message","message":{"id":"u2","content":"two","role":"user"}}"#;
            family.rigs[1].server(echo);
            ("two", Status::Sent)
        } else {
            family.rigs[1].advance(Duration::from_secs(58));
            assert_eq!(
                family.rigs[1].sent_texts(),
                Vec::<String>::new(),
                "not before what was typed earlier"
            );
            family.rigs[1].advance(Duration::from_secs(3));
            ("two", Status::Unconfirmed)
        };
        family.settle();
        assert_eq!(family.rigs[1].sent_texts(), ["three"]);
        family.rigs[1].expect_lines(&[("one", Status::Sent), second, ("three", Status::Sending)]);
    }
}

#[test]
fn a_link_that_drops_during_the_choice_gives_the_lock_back_and_sends_nothing() {
    let mut rig = Rig::live("");
    rig.outbox_locks = Locks::Taken;
    rig.say("one").unwrap();
    rig.drop_link();
    assert_eq!(count(&rig, "ReleaseLock(Outbox)"), 1);
    rig.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    assert!(rig.sent_texts().is_empty());
    rig.expect_lines(&[("one", Status::Queued)]);
    assert!(
        rig.kept(StoreKey::Message(ClientMessageId::parse("m-1").unwrap()))
            .is_some()
    );
}

#[test]
fn what_a_tab_wrote_a_moment_before_it_was_killed_is_sent_by_the_tab_that_never_heard_of_it() {
    let mut family = Family::new(2, WithLocks::Yes);
    family.rigs[1].start();
    family.rigs[1].go_live(DEDUP);
    family.rigs[0].say("here").unwrap();
    family.rigs[1].say("there").unwrap();
    for message in ["u1", "u2"] {
        while family.grant() {}
        family.rigs[1].acknowledge(message);
    }
    assert_eq!(family.rigs[1].sent_texts(), ["here", "there"]);
}

#[test]
fn a_message_another_tab_marked_in_the_same_moment_is_left_to_it() {
    let mut rig = Rig::live("");
    rig.outbox_locks = Locks::Absent;
    // Without locks a tab in another process may write between our mark and our reading of it.
    rig.racing = Some(Rc::new(|key, value| {
        let mut mark: Value = serde_json::from_str(value).ok()?;
        let is_mark = matches!(key, StoreKey::Message(_)) && mark["state"] == "sending";
        mark["tab"] = "999".into();
        is_mark.then(|| mark.to_string())
    }));
    rig.say("one").unwrap();
    rig.advance(SPREAD);
    rig.expect_lines(&[("one", Status::Sending)]);
    assert!(rig.sent_texts().is_empty());
}

#[test]
fn what_another_tab_knows_as_delivered_is_delivered_here_too() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.rigs[0].say("one").unwrap();
    while family.grant() {}
    family.rigs[0].expect_lines(&[("one", Status::Sending)]);
    family.rigs[1].news(Shelf::Messages);
    // The platform tells every socket of the chat, and the sender's own frame is lost; storage has no room for transcripts.
    family.rigs[1].refuse(StoreRefusal::Full, |key| matches!(key, StoreKey::Transcript));
    family.rigs[1]
        .server(r#"{"type":"message_received","data":{"message_id":"u1","client_message_id":"m-1"}}"#);
    family.settle();
    family.rigs[0].expect_lines(&[("one", Status::Sent)]);
}
