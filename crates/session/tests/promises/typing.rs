//! Whoever may be answering learns that the visitor types, and never at the cost of messages (`platform.md` section 9.4).

use std::time::Duration;

use miptech_chat_session::{Connection, Reason};
use serde_json::json;

use crate::rig::Rig;

const PEOPLE: &str = "\"author\"";
const SECOND: Duration = Duration::from_secs(1);
const REFUSED: &str =
    r#"{"type":"error","data":{"type":"message_validation_error","message":"Unknown type"}}"#;

fn types(rig: &mut Rig, has_text: bool) {
    rig.act(|session, now| session.typed(has_text, now));
}

fn told(rig: &Rig) -> Vec<&str> {
    let kinds = rig.frames.iter().filter_map(|(_, frame)| frame["type"].as_str());
    kinds.filter_map(|kind| kind.strip_prefix("typing_")).collect()
}

#[test]
fn it_is_told_once_as_long_as_it_lasts_and_ends_when_nothing_is_left() {
    let mut rig = Rig::live(PEOPLE);
    for _ in 0..20 {
        types(&mut rig, true);
        rig.advance(SECOND);
    }
    assert_eq!(told(&rig), ["start"]);
    let (_, frame) = rig.frames.last().unwrap();
    assert_eq!(
        frame["data"],
        json!({"tenant_id": "miptech-company", "chat_id": "c1"})
    );
    types(&mut rig, false);
    types(&mut rig, false);
    assert_eq!(told(&rig), ["start", "stop"]);
}

#[test]
fn what_is_gone_within_a_second_was_hardly_typed() {
    let mut rig = Rig::live(PEOPLE);
    types(&mut rig, true);
    assert_eq!(rig.session.deadline().unwrap().reason, Reason::Typing);
    rig.advance(SECOND / 2);
    types(&mut rig, false);
    rig.advance(SECOND * 10);
    assert!(told(&rig).is_empty());
}

#[test]
fn a_pause_of_five_seconds_ends_it_by_itself_and_the_next_key_begins_anew() {
    let mut rig = Rig::live(PEOPLE);
    types(&mut rig, true);
    rig.advance(SECOND);
    types(&mut rig, true);
    rig.advance(SECOND * 4);
    assert_eq!(told(&rig), ["start"]);
    rig.advance(SECOND);
    assert_eq!(told(&rig), ["start", "stop"]);
    types(&mut rig, true);
    rig.advance(SECOND);
    assert_eq!(told(&rig), ["start", "stop", "start"]);
}

#[test]
fn beginnings_are_two_seconds_apart_and_few_in_a_minute() {
    let mut rig = Rig::live(PEOPLE);
    let mut starts = Vec::new();
    for _ in 0..1200 {
        let before = told(&rig).len();
        types(&mut rig, true);
        rig.advance(Duration::from_millis(100));
        if told(&rig).len() > before {
            starts.push(rig.clock_ms);
            types(&mut rig, false);
        }
    }
    assert!(starts.len() >= 12, "two minutes of it: {starts:?}");
    assert!(starts.windows(2).all(|two| two[1] - two[0] >= 2000), "{starts:?}");
    assert!(
        starts.windows(11).all(|eleven| eleven[10] - eleven[0] >= 60_000),
        "{starts:?}"
    );
}

#[test]
fn nothing_is_told_before_the_join_and_only_on_the_socket_of_now() {
    let mut rig = Rig::new();
    rig.start();
    types(&mut rig, true);
    rig.go_live(PEOPLE);
    rig.advance(SECOND);
    assert!(told(&rig).is_empty());
    types(&mut rig, true);
    rig.advance(SECOND);
    assert_eq!(told(&rig), ["start"]);
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join(PEOPLE);
    types(&mut rig, false);
    assert_eq!(told(&rig), ["start"], "the new socket knows of no typing");
    types(&mut rig, true);
    rig.advance(SECOND * 2);
    assert_eq!(told(&rig), ["start", "start"]);
}

#[test]
fn a_platform_without_people_is_told_nothing() {
    let mut rig = Rig::live("\"client_message_id\"");
    types(&mut rig, true);
    rig.advance(SECOND);
    types(&mut rig, false);
    assert!(told(&rig).is_empty());
}

#[test]
fn a_platform_that_asked_for_patience_is_told_nothing_until_it_is_over() {
    let mut rig = Rig::live(PEOPLE);
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":3}}"#);
    types(&mut rig, true);
    rig.advance(SECOND * 5);
    assert!(told(&rig).is_empty());
    types(&mut rig, true);
    rig.advance(SECOND);
    assert_eq!(told(&rig), ["start"]);
}

#[test]
fn a_platform_that_does_not_know_such_frames_gets_no_more_and_nobody_is_bothered() {
    let mut rig = Rig::live(PEOPLE);
    types(&mut rig, true);
    rig.advance(SECOND);
    types(&mut rig, false);
    for _ in 0..2 {
        rig.server(REFUSED);
        assert_eq!((rig.notice.clone(), rig.errors.len()), (None, 0));
    }
    rig.advance(SECOND * 10);
    types(&mut rig, true);
    rig.advance(SECOND * 10);
    types(&mut rig, false);
    assert_eq!(told(&rig), ["start", "stop"], "and nothing after the errors");
    rig.server(REFUSED);
    assert_eq!(rig.errors.len(), 1, "the next error is about something else");
    rig.expect(Connection::Live);
}

#[test]
fn an_error_about_a_message_on_its_way_is_about_the_message() {
    let mut rig = Rig::live(PEOPLE);
    types(&mut rig, true);
    rig.advance(SECOND);
    rig.say("hi").unwrap();
    // The other spelling is tried first.
    rig.server(REFUSED);
    rig.server(REFUSED);
    assert_eq!(rig.errors.len(), 1);
}
