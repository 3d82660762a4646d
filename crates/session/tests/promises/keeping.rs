//! What the visitor wrote is in storage before anything else happens to it, and the next page goes on with it.

use std::time::Duration;

use miptech_chat_session::{ClientMessageId, PageSignal, SendError, Status, StoreKey};
use serde_json::Value;

use crate::{
    browser::{Storage, name},
    rig::Rig,
};

const DEDUP: &str = "\"client_message_id\"";
const A_MOMENT: Duration = Duration::from_secs(2);
const A_LEASE: Duration = Duration::from_secs(60);
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// A page that has handed one message over when its tab is killed.
fn killed_while_sending(capabilities: &str) -> Rig {
    let mut rig = Rig::live(capabilities);
    rig.say("one").unwrap();
    rig.expect_lines(&[("one", Status::Sending)]);
    rig
}

fn message_key(id: &str) -> String {
    name(&StoreKey::Message(ClientMessageId::parse(id).unwrap()))
}

/// A storage that holds these values as messages, beside the session id.
fn storage_of(messages: &[(&str, &str)]) -> Storage {
    let storage = Storage::default();
    storage
        .borrow_mut()
        .insert(name(&StoreKey::SessionId), "test_session_123".to_owned());
    for (id, value) in messages {
        storage.borrow_mut().insert(message_key(id), (*value).to_owned());
    }
    storage
}

fn stored(text: &str, state: &str, more: &str) -> String {
    let text = Value::from(text);
    let ages = r#""order":1,"typed":1754060400000,"touched":1754060400000"#;
    format!(
        r#"{{"v":1,"text":{text},"state":"{state}",{ages},"tab":"9","hand_overs":0,"after":0,"session":"test_session_123"{more}}}"#
    )
}

fn ids_sent(rig: &Rig) -> Vec<&str> {
    let ids = rig
        .frames
        .iter()
        .filter_map(|(_, frame)| frame["data"].get("client_message_id"));
    ids.map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn what_waited_is_delivered_in_order_and_under_its_ids_after_a_reload() {
    let mut rig = Rig::new();
    for text in ["one", "two", "three"] {
        rig.say(text).unwrap();
    }
    let mut next = rig.reload(A_MOMENT);
    next.expect_lines(&[
        ("one", Status::Queued),
        ("two", Status::Queued),
        ("three", Status::Queued),
    ]);
    next.start();
    next.go_live(DEDUP);
    for message in ["u1", "u2", "u3"] {
        next.acknowledge(message);
    }
    assert_eq!(next.sent_texts(), ["one", "two", "three"]);
    assert_eq!(ids_sent(&next), ["m-1", "m-2", "m-3"]);
    assert!(next.transcript.iter().all(|line| line.status == Status::Sent));
}

#[test]
fn a_reload_leaves_one_message_at_a_time_on_its_way() {
    let mut rig = Rig::new();
    rig.say("one").unwrap();
    rig.say("two").unwrap();
    let mut next = rig.reload(A_MOMENT);
    next.start();
    next.go_live(DEDUP);
    assert_eq!(next.sent_texts(), ["one"]);
    next.expect_lines(&[("one", Status::Sending), ("two", Status::Queued)]);
    next.acknowledge("u1");
    assert_eq!(next.sent_texts(), ["one", "two"]);
}

#[test]
fn what_an_earlier_page_handed_over_is_never_repeated_without_deduplication() {
    let mut soon = killed_while_sending("").reload(A_MOMENT);
    soon.expect_lines(&[("one", Status::Sending)]);
    soon.start();
    soon.go_live("");
    soon.expect_lines(&[("one", Status::Sending)]);
    soon.advance(A_LEASE);
    soon.expect_lines(&[("one", Status::Unconfirmed)]);
    assert!(soon.sent_texts().is_empty());

    let mut late = killed_while_sending("").reload(A_LEASE);
    late.start();
    late.go_live("");
    late.expect_lines(&[("one", Status::Unconfirmed)]);
    late.advance(Duration::from_secs(600));
    assert!(late.sent_texts().is_empty());
}

#[test]
fn what_an_earlier_page_handed_over_goes_again_under_its_id_where_that_is_safe() {
    let mut next = killed_while_sending(DEDUP).reload(A_MOMENT);
    next.start();
    next.go_live(DEDUP);
    assert_eq!(
        (next.sent_texts(), ids_sent(&next)),
        (vec!["one".to_owned()], vec!["m-1"])
    );
    next.acknowledge("u1");
    next.expect_lines(&[("one", Status::Sent)]);
}

#[test]
fn one_message_survives_reload_after_reload_but_is_not_handed_over_for_ever() {
    let mut rig = killed_while_sending(DEDUP);
    for handed_over in 2..=5 {
        rig = rig.reload(A_MOMENT);
        rig.start();
        rig.go_live(DEDUP);
        assert_eq!(rig.sent_texts(), ["one"], "hand-over {handed_over}");
    }
    rig = rig.reload(A_LEASE);
    rig.start();
    rig.go_live(DEDUP);
    rig.expect_lines(&[("one", Status::Unconfirmed)]);
    assert!(rig.sent_texts().is_empty());
}

#[test]
fn the_visitors_word_sends_an_unconfirmed_message_of_an_earlier_page() {
    let mut next = killed_while_sending("").reload(A_LEASE);
    next.start();
    next.go_live("");
    let id = ClientMessageId::parse("m-1").unwrap();
    next.act(|session, now| session.retry(&id, now)).unwrap();
    assert_eq!(next.sent_texts(), ["one"]);
    next.acknowledge("u1");
    next.expect_lines(&[("one", Status::Sent)]);
    assert_eq!(next.kept(StoreKey::Message(id)), None);
}

#[test]
fn a_message_a_day_old_waits_for_the_visitor() {
    let mut rig = Rig::new();
    rig.say("old").unwrap();
    rig.reload(A_DAY - A_MOMENT)
        .expect_lines(&[("old", Status::Queued)]);
    let mut next = rig.reload(A_DAY);
    next.expect_lines(&[("old", Status::Expired)]);
    next.start();
    next.go_live(DEDUP);
    next.say("new").unwrap();
    assert_eq!(next.sent_texts(), ["new"]);
    let id = ClientMessageId::parse("m-1").unwrap();
    next.act(|session, now| session.retry(&id, now)).unwrap();
    next.acknowledge("u1");
    assert_eq!(next.sent_texts(), ["new", "old"]);
}

#[test]
fn a_page_left_open_for_a_day_sends_nothing_stale_either() {
    let mut rig = Rig::new();
    rig.say("old").unwrap();
    rig.page(PageSignal::Hidden);
    rig.advance(A_DAY);
    rig.page(PageSignal::Visible);
    rig.advance(Duration::from_secs(1));
    rig.go_live(DEDUP);
    assert!(rig.sent_texts().is_empty());
    rig.expect_lines(&[("old", Status::Expired)]);
}

#[test]
fn a_clock_that_jumps_a_day_makes_nothing_typed_here_too_old() {
    let mut rig = Rig::new();
    rig.say("fresh").unwrap();
    rig.wall_shift_ms = 25 * 3600 * 1000;
    rig.go_live(DEDUP);
    assert_eq!(rig.sent_texts(), ["fresh"]);
}

#[test]
fn a_clock_set_back_between_two_messages_changes_no_order() {
    let mut rig = Rig::new();
    rig.say("one").unwrap();
    rig.wall_shift_ms = -3_600_000;
    rig.say("two").unwrap();
    let mut next = rig.reload(A_MOMENT);
    next.start();
    next.go_live(DEDUP);
    next.acknowledge("u1");
    assert_eq!(next.sent_texts(), ["one", "two"]);
}

#[test]
fn what_is_damaged_in_storage_is_taken_away_and_what_is_newer_is_left_alone() {
    let newer = r#"{"v":2,"shape":"unknown"}"#;
    let half = stored("half", "queued", "").replace("}", "");
    let broken = ["", "null", "[]", "{}", "\u{0}", "{\"v\":1}", half.as_str()];
    for value in broken {
        let storage = storage_of(&[
            ("bad", value),
            ("new", newer),
            ("good", &stored("hi", "queued", "")),
        ]);
        let mut rig = Rig::with(7, storage.clone(), |_| {});
        rig.expect_lines(&[("hi", Status::Queued)]);
        assert_eq!(storage.borrow().get(&message_key("bad")), None, "{value}");
        assert_eq!(storage.borrow()[&message_key("new")], newer);
        rig.start();
        rig.go_live(DEDUP);
        assert_eq!(rig.sent_texts(), ["hi"], "{value}");
    }
}

#[test]
fn what_somebody_else_wrote_is_neither_shown_nor_sent_and_stays_for_them() {
    let theirs = stored("secret", "queued", r#","owner":"somebody""#);
    let storage = storage_of(&[("theirs", &theirs)]);
    let mut rig = Rig::with(7, storage.clone(), |_| {});
    rig.expect_lines(&[]);
    rig.start();
    rig.go_live(DEDUP);
    rig.say("mine").unwrap();
    assert_eq!(rig.sent_texts(), ["mine"]);
    assert_eq!(storage.borrow()[&message_key("theirs")], theirs);
}

#[test]
fn a_message_of_another_conversation_waits_for_the_visitors_word() {
    let other = stored("old", "queued", "").replace("test_session_123", "other_session_456");
    let mut rig = Rig::with(7, storage_of(&[("other", &other)]), |_| {});
    rig.start();
    rig.go_live(DEDUP);
    rig.advance(Duration::from_secs(60));
    assert!(rig.sent_texts().is_empty());
}

#[test]
fn a_value_no_composer_ever_wrote_is_neither_shown_nor_sent() {
    let huge = "x".repeat(16 * 1024 + 1);
    for text in [huge.as_str(), "", " \n"] {
        let storage = storage_of(&[("bad", &stored(text, "queued", ""))]);
        let mut rig = Rig::with(7, storage.clone(), |_| {});
        rig.start();
        rig.go_live(DEDUP);
        rig.say("hi").unwrap();
        rig.expect_lines(&[("hi", Status::Sending)]);
        assert_eq!(rig.sent_texts(), ["hi"]);
        assert_eq!(storage.borrow().get(&message_key("bad")), None);
    }
}

#[test]
fn twenty_messages_may_wait_whatever_page_they_were_typed_on() {
    let mut rig = Rig::new();
    for n in 0..20 {
        rig.say(&format!("message {n}")).unwrap();
    }
    let mut next = rig.reload(A_MOMENT);
    assert_eq!(next.say("one more"), Err(SendError::OutboxFull { limit: 20 }));
    assert_eq!(next.transcript.len(), 20, "nothing was dropped for it");
    let first = ClientMessageId::parse("m-1").unwrap();
    next.act(|session, now| session.discard(&first, now));
    next.say("one more").unwrap();
    assert_eq!(next.transcript.len(), 20);
}

#[test]
fn waiting_text_is_bounded_in_bytes_too() {
    let mut rig = Rig::new();
    for _ in 0..16 {
        rig.say(&"x".repeat(4000)).unwrap();
    }
    assert_eq!(
        rig.say(&"x".repeat(4000)),
        Err(SendError::OutboxFull { limit: 20 })
    );
    rig.say("a short one").unwrap();
    let weight: usize = rig.transcript.iter().map(|line| line.text.len()).sum();
    assert!(weight <= 64 * 1024);
}

#[test]
fn storage_has_a_message_before_the_platform_has_it() {
    let mut rig = Rig::live(DEDUP);
    rig.printed.clear();
    rig.say("one").unwrap();
    let place = |what: &str| rig.printed.iter().position(|line| line.contains(what)).unwrap();
    assert!(place("Store { key: Message") < place("AskLock"));
    assert!(place("AskLock") < place("SendFrame"));
    let before = &rig.printed[..place("SendFrame")];
    let writes = before.iter().filter(|line| line.contains("Store { key: Message"));
    assert_eq!(writes.count(), 2, "typed, and about to be handed over");
    let kept = rig.kept(StoreKey::Message(ClientMessageId::parse("m-1").unwrap()));
    let kept: Value = serde_json::from_str(&kept.unwrap()).unwrap();
    assert_eq!(
        (&kept["state"], &kept["hand_overs"]),
        (&"sending".into(), &1.into())
    );
}

#[test]
fn an_acknowledged_message_is_in_the_transcript_before_it_leaves_the_outbox() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.printed.clear();
    rig.acknowledge("u1");
    let place = |what: &str| rig.printed.iter().position(|line| line.contains(what)).unwrap();
    assert!(place("Store { key: Transcript") < place("Store { key: Message"));
    let mut next = rig.reload(A_MOMENT);
    next.expect_lines(&[("one", Status::Sent)]);
    next.start();
    next.go_live(DEDUP);
    assert!(next.sent_texts().is_empty());
}

#[test]
fn a_tab_killed_between_the_two_writes_of_an_acknowledgement_shows_one_message() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    let id = ClientMessageId::parse("m-1").unwrap();
    let value = rig.kept(StoreKey::Message(id)).unwrap();
    rig.acknowledge("u1");
    rig.storage.borrow_mut().insert(message_key("m-1"), value);
    let mut next = rig.reload(A_MOMENT);
    assert_eq!(next.transcript.len(), 1);
    next.start();
    next.go_live(DEDUP);
    next.advance(A_LEASE);
    assert_eq!(next.transcript.len(), 1);
    next.expect_lines(&[("one", Status::Sent)]);
}
