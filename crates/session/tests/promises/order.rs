//! Every tab shows the conversation in one order, whenever it heard of what.

use std::time::Duration;

use miptech_chat_session::{Lock, LockName, Profile, Session, Shelf, Status, StoreKey, StoreRefusal};

use crate::{
    browser::{Locks, Storage, name, shelf_of},
    family::Family,
    rig::Rig,
    tabs::WithLocks,
};

/// What another tab wrote is news here.
fn hear(rig: &mut Rig, shelf: Shelf) {
    let stored = shelf_of(&rig.storage, shelf);
    rig.act(|session, now| session.handle_stored(stored, now));
}

fn texts(rig: &Rig) -> Vec<&str> {
    rig.transcript.iter().map(|line| line.text.as_str()).collect()
}

fn transcript_of(rig: &Rig) -> serde_json::Value {
    serde_json::from_str(&rig.kept(StoreKey::Transcript).unwrap()).unwrap()
}

fn put_transcript(rig: &Rig, transcript: &serde_json::Value) {
    let key = name(&StoreKey::Transcript);
    rig.storage.borrow_mut().insert(key, transcript.to_string());
}

/// Another tab writes the transcript the other way round.
fn turn_round(rig: &Rig) {
    let mut told = transcript_of(rig);
    told["items"].as_array_mut().unwrap().reverse();
    told["written"] = (told["written"].as_u64().unwrap() + 1).into();
    put_transcript(rig, &told);
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

fn echo(message: &str, text: &str) -> String {
    format!(
        r#"{{"type":"chat_message","data":{{"message_id":"{message}","chat_id":"c1","content":"{text}","role":"user"}}}}"#
    )
}

fn told(id: &str, text: &str, sequence: u32) -> String {
    format!(r#"{{"id":"{id}","role":"user","content":"{text}","sequence_number":{sequence}}}"#)
}

#[test]
fn a_message_that_another_device_overtook_stands_below_that_one_once_it_arrived() {
    let mut rig = Rig::live("");
    rig.say("mine").unwrap();
    rig.say("mine, later").unwrap();
    rig.server(&echo("u1", "theirs"));
    assert_eq!(texts(&rig), ["mine", "mine, later", "theirs"]);
    rig.acknowledge("u2");
    assert_eq!(texts(&rig), ["theirs", "mine", "mine, later"]);
}

/// A message that was handed over twice, and another device's between.
fn overtaken_in_doubt() -> Rig {
    let mut rig = Rig::live("\"client_message_id\",\"history\"");
    rig.say("mine").unwrap();
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    rig.server(&echo("u1", "theirs"));
    rig
}

#[test]
fn a_message_that_may_have_arrived_long_ago_stands_where_history_tells() {
    let mut rig = overtaken_in_doubt();
    assert_eq!(rig.sent_texts(), ["mine", "mine"]);

    // The platform may have applied it at the first hand-over or at the second.
    rig.acknowledge("u2");
    assert_eq!(texts(&rig), ["mine", "theirs"]);
    let items = [told("u1", "theirs", 1), told("u2", "mine", 2)];
    rig.reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    assert_eq!(texts(&rig), ["theirs", "mine"]);
}

#[test]
fn what_history_numbers_stands_in_that_order_in_every_tab_and_no_tab_undoes_it() {
    let mut family = Family::live(2, WithLocks::Yes, "\"history\"");
    for (text, message) in [("one", "u1"), ("two", "u2")] {
        family.rigs[0].server(&echo(message, text));
    }
    family.rigs[0].advance(Duration::from_secs(1));
    family.settle();
    assert_eq!(texts(&family.rigs[1]), ["one", "two"]);

    // The platform had them the other way round.
    family.rigs[0].drop_link();
    family.rigs[0].advance_to_next_socket();
    family.rigs[0].rejoin();
    let items = [told("u2", "two", 1), told("u1", "one", 2)];
    family.rigs[0].reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    assert_eq!(texts(&family.rigs[0]), ["two", "one"]);
    family.rigs[0].advance(Duration::from_secs(1));
    family.settle();
    assert_eq!(texts(&family.rigs[1]), ["two", "one"]);

    // Somebody writes the old order once more: what has a number keeps its place.
    turn_round(&family.rigs[0]);
    for rig in &mut family.rigs {
        rig.news(Shelf::Transcript);
        assert_eq!(texts(rig), ["two", "one"]);
    }
}

#[test]
fn a_message_another_tab_could_not_write_down_at_first_is_shown_above_those_that_wait_behind_it() {
    let mut typing = Rig::live("");
    typing.say("zero").unwrap();
    let first = typing.say("one").unwrap();
    typing.say("two").unwrap();
    let key = name(&StoreKey::Message(first));
    let storage = Storage::default();
    storage.borrow_mut().clone_from(&typing.storage.borrow());
    let one = storage.borrow_mut().remove(&key).unwrap();
    let mut watching = Rig::with(8, storage.clone(), |_| {});
    assert_eq!(texts(&watching), ["zero", "two"]);
    storage.borrow_mut().insert(key, one);
    watching.news(Shelf::Messages);
    assert_eq!(texts(&watching), ["zero", "one", "two"]);
}

#[test]
fn what_is_sent_again_in_one_tab_stands_last_in_the_others_too() {
    let mut family = Family::live(2, WithLocks::Yes, "\"client_message_id\"");
    let refused = family.rigs[0].say("first").unwrap();
    family.settle();
    // Refused in both spellings.
    for _ in 0..2 {
        family.rigs[0]
            .server(r#"{"type":"error","data":{"type":"message_validation_error","message":"No"}}"#);
        family.settle();
    }
    family.rigs[0].say("second").unwrap();
    family.settle();
    assert_eq!(texts(&family.rigs[1]), ["first", "second"]);
    family.rigs[0]
        .act(|session, now| session.retry(&refused, now))
        .unwrap();
    family.settle();
    assert_eq!(texts(&family.rigs[0]), ["second", "first"]);
    assert_eq!(texts(&family.rigs[1]), ["second", "first"]);
}

#[test]
fn the_oldest_messages_leave_where_all_would_be_longer_than_sixteen_mebibytes() {
    let mut rig = Rig::live("");
    let text = "x".repeat(100 * 1024);
    for number in 0..170 {
        rig.server(&echo(&format!("u{number}"), &text));
    }
    let bytes: usize = rig.transcript.iter().map(|line| line.text.len()).sum();
    assert!(bytes <= 16 * 1024 * 1024, "{bytes} bytes are kept");
    assert_eq!(rig.transcript.len(), 163, "no more than needed left");
}

#[test]
fn a_conversation_longer_than_what_is_remembered_shows_each_message_once_after_a_reload() {
    let mut rig = Rig::live("\"history\"");
    rig.say("one").unwrap();
    rig.acknowledge("u1100");
    rig.advance(Duration::from_secs(1));
    let mut next = rig.reload(Duration::from_secs(1));
    next.start();
    next.reply("/health", 200, r#"{"status":"healthy"}"#);
    next.reply("/chat", 200, r#"{"chat_id":"c1","capabilities":["history"]}"#);
    let mut items: Vec<String> = (0..1100)
        .map(|number| told(&format!("u{number}"), "earlier", number + 1))
        .collect();
    items.push(told("u1100", "one", 1101));
    next.reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    assert_eq!(texts(&next).iter().filter(|text| **text == "one").count(), 1);
    assert_eq!(next.transcript.len(), 1101);
}

#[test]
fn a_message_that_goes_down_by_its_number_leaves_an_answer_with_its_question() {
    let mut rig = overtaken_in_doubt();
    rig.server(
        r#"{"type":"response_complete","data":{"message_id":"a1","chat_id":"c1","content":"for them"}}"#,
    );
    rig.acknowledge("u2");
    let items = [told("u1", "theirs", 1), told("u2", "mine", 3)];
    rig.reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    assert_eq!(texts(&rig), ["theirs", "for them", "mine"]);
}

#[test]
fn a_message_that_arrived_nobody_knows_when_is_older_than_what_arrives_after_its_acknowledgement() {
    let mut rig = Rig::live("\"client_message_id\"");
    rig.say("one").unwrap();
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.rejoin();
    rig.acknowledge("u1");
    rig.say("two").unwrap();
    rig.acknowledge("u2");
    rig.advance(Duration::from_secs(1));
    assert_eq!(texts(&rig), ["one", "two"]);

    // A tab that took the first for unsent delivers it again, and writes it down as its newest.
    turn_round(&rig);
    rig.news(Shelf::Transcript);
    assert_eq!(texts(&rig), ["one", "two"]);
}

/// A transcript of another tab with this one message in it, said so many milliseconds after this moment.
fn of_another_tab(rig: &Rig, text: &str, after_ms: i64) {
    let mut other = Rig::live("");
    other.say(text).unwrap();
    other.acknowledge("u9");
    other.advance(Duration::from_secs(1));
    let mut told = transcript_of(&other);
    told["items"][0]["client"] = "m-900".into();
    told["items"][0]["created"] = rig.now().wall_ms.saturating_add_signed(after_ms).into();
    put_transcript(rig, &told);
}

#[test]
fn what_has_just_arrived_is_newer_than_what_another_tab_wrote_before_whatever_the_clock_says() {
    let mut rig = Rig::live("");
    rig.say("mine").unwrap();
    of_another_tab(&rig, "theirs", 3_600_000);
    rig.acknowledge("u1");
    assert_eq!(texts(&rig), ["theirs", "mine"]);
}

#[test]
fn what_was_delivered_while_a_page_was_away_is_newer_than_what_it_heard_arrive_though_it_was_typed_earlier() {
    let mut rig = Rig::live("");
    rig.say("mine").unwrap();
    rig.acknowledge("u1");
    rig.advance(Duration::from_secs(1));
    rig.page(miptech_chat_session::PageSignal::Leaving);
    of_another_tab(&rig, "theirs", -60_000);
    rig.page(miptech_chat_session::PageSignal::Returned);
    rig.news(Shelf::Transcript);
    assert_eq!(texts(&rig), ["mine", "theirs"]);
}

#[test]
fn a_message_that_arrives_while_history_is_read_stands_below_what_that_told() {
    let mut rig = Rig::live("\"history\"");
    rig.drop_link();
    rig.outbox_locks = Locks::Taken;
    rig.advance_to_next_socket();
    rig.rejoin();
    rig.say("mine").unwrap();
    // The answer to a question of another device, which nobody has heard of here.
    rig.server(r#"{"type":"response_start","data":{"message_id":"a1","chat_id":"c1"}}"#);
    rig.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    rig.acknowledge("u3");
    let answer = r#"{"id":"a1","role":"assistant","content":"for them","sequence_number":2}"#.to_owned();
    let items = [told("u1", "theirs", 1), answer, told("u2", "theirs too", 3)];
    rig.reply("/messages", 200, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
    rig.reply(
        "/messages",
        200,
        &format!(r#"{{"items":[{}]}}"#, told("u3", "mine", 4)),
    );
    assert_eq!(texts(&rig), ["theirs", "for them", "theirs too", "mine"]);
}

#[test]
fn what_an_earlier_page_left_as_sent_is_older_than_what_is_heard_to_arrive() {
    let mut first = Rig::live("");
    for (text, message) in [("one", "u1"), ("two", "u2")] {
        first.say(text).unwrap();
        first.acknowledge(message);
    }
    first.advance(Duration::from_secs(1));
    let mut rig = first.reload(Duration::from_secs(1));
    rig.start();
    rig.go_live("");
    rig.say("three").unwrap();
    rig.acknowledge("u3");
    rig.advance(Duration::from_secs(1));

    // A tab that stood still and has no clock to go by puts what it missed above all it knows.
    turn_round(&rig);
    rig.news(Shelf::Transcript);
    assert_eq!(texts(&rig), ["one", "two", "three"]);
}

#[test]
fn what_the_platform_told_of_before_storage_did_is_shown_once_where_no_transcript_is_kept() {
    let mut sending = Rig::live("");
    sending.refuse(StoreRefusal::Full, |key| *key == StoreKey::Transcript);
    sending.outbox_locks = Locks::Taken;
    sending.say("one").unwrap();
    let mut watching = Rig::with(8, sending.storage.clone(), |_| {});
    watching.outbox_locks = Locks::Taken;
    watching.start();
    watching.go_live("");
    sending.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));

    // News of the hand-over have not come yet.
    watching.server(&echo("u1", "one"));
    sending.acknowledge("u1");
    watching.news(Shelf::Messages);
    watching.expect_lines(&[("one", Status::Sent)]);
}

#[test]
fn what_storage_told_of_before_a_transcript_named_it_is_shown_once() {
    let mut sending = Rig::live("");
    sending.refuse(StoreRefusal::Full, |key| *key == StoreKey::Transcript);
    sending.outbox_locks = Locks::Taken;
    sending.say("one").unwrap();
    let mut watching = Rig::with(8, sending.storage.clone(), |_| {});
    sending.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    sending.acknowledge("u1");
    watching.news(Shelf::Messages);
    watching.expect_lines(&[("one", Status::Sent)]);

    // A tab that never met it here has heard of it from the platform.
    of_another_tab(&watching, "one", 0);
    let mut told = transcript_of(&watching);
    told["items"][0].as_object_mut().unwrap().remove("client");
    put_transcript(&watching, &told);
    watching.news(Shelf::Transcript);
    watching.expect_lines(&[("one", Status::Sent)]);
}

#[test]
fn two_messages_of_one_text_stay_two_where_a_transcript_names_the_second() {
    let mut sending = Rig::live("");
    sending.refuse(StoreRefusal::Full, |key| *key == StoreKey::Transcript);
    sending.outbox_locks = Locks::Taken;
    let ours = sending.say("yes").unwrap();
    let mut watching = Rig::with(8, sending.storage.clone(), |_| {});
    sending.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    sending.acknowledge("u2");
    watching.news(Shelf::Messages);
    watching.expect_lines(&[("yes", Status::Sent)]);

    // Somebody said the same on another device before.
    of_another_tab(&watching, "yes", 0);
    let mut told = transcript_of(&watching);
    let mut first = told["items"][0].clone();
    first.as_object_mut().unwrap().remove("client");
    told["items"][0]["id"] = "u2".into();
    told["items"][0]["client"] = ours.as_str().into();
    told["items"].as_array_mut().unwrap().insert(0, first);
    put_transcript(&watching, &told);
    watching.news(Shelf::Transcript);
    watching.expect_lines(&[("yes", Status::Sent), ("yes", Status::Sent)]);
}
