//! Answers that a drop, a reload or a gap cut in two: whole in the end, or marked (`faults.md` rows R1 to R8, P2, P9, P15).

use std::time::Duration;

use miptech_chat_session::Status;

use crate::rig::Rig;

const HISTORY: &str = "\"history\"";
const RESUME: &str = "\"resume\"";
const DEDUP: &str = "\"client_message_id\"";

fn chunk(id: &str, text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"{id}","content":"{text}"}}}}"#)
}

fn counted(index: u32, text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","index":{index},"content":"{text}"}}}}"#)
}

fn complete(id: &str, text: &str) -> String {
    format!(r#"{{"type":"response_complete","data":{{"message_id":"{id}","content":"{text}"}}}}"#)
}

/// The socket drops and the next one is joined; whatever history is then asked for stays open.
fn rejoin(rig: &mut Rig) {
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
}

fn history_of(answer: &str) -> String {
    format!(r#"{{"items":[{{"id":"a1","role":"assistant","content":"{answer}","sequence_number":2}}]}}"#)
}

#[test]
fn a_drop_at_any_chunk_ends_in_exactly_the_platforms_text() {
    let words = ["Do ", "you ", "know, ", "you ", "know, ", "you ", "do."];
    let whole = words.concat();
    for dropped_at in 0..=words.len() {
        let mut rig = Rig::live(HISTORY);
        for word in &words[..dropped_at] {
            rig.server(&chunk("a1", word));
        }
        rejoin(&mut rig);
        for word in &words[dropped_at..] {
            rig.server(&chunk("a1", word));
        }
        rig.reply("/messages", 200, &history_of(&whole));
        rig.expect_lines(&[(whole.as_str(), Status::Complete)]);
    }
}

#[test]
fn a_drop_on_a_platform_that_tells_nothing_more_is_marked_and_nothing_is_asked_again() {
    let mut rig = Rig::live(DEDUP);
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(&chunk("a1", "Half an"));
    rejoin(&mut rig);
    rig.expect_lines(&[("q", Status::Sent), ("Half an", Status::Interrupted)]);
    rig.advance(Duration::from_secs(600));
    assert_eq!(rig.sent_texts(), ["q"]);
}

#[test]
fn what_is_streamed_after_a_gap_is_never_called_whole_without_the_platforms_text() {
    for capabilities in ["", HISTORY] {
        let mut rig = Rig::live(capabilities);
        rig.server(&chunk("a1", "one "));
        rejoin(&mut rig);
        rig.server(&chunk("a1", "three"));
        rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","total_chunks":3}}"#);
        rig.expect_lines(&[("one ", Status::Interrupted)]);
        rig.server(&complete("a1", "one two three"));
        rig.expect_lines(&[("one two three", Status::Complete)]);
    }
}

#[test]
fn an_answer_cut_by_a_reload_is_marked_until_history_replaces_it() {
    let mut rig = Rig::live(HISTORY);
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(&chunk("a1", "Half"));
    rig.advance(Duration::from_secs(2));
    let mut next = rig.reload(Duration::from_secs(1));
    next.expect_lines(&[("q", Status::Sent), ("Half", Status::Interrupted)]);
    next.start();
    next.reply("/health", 200, r#"{"status":"healthy"}"#);
    next.reply("/chat", 200, r#"{"chat_id":"c1","capabilities":["history"]}"#);
    next.reply("/messages", 200, &history_of("Half and half"));
    next.expect_lines(&[("q", Status::Sent), ("Half and half", Status::Complete)]);
}

#[test]
fn a_late_end_heals_what_a_reload_cut() {
    let mut rig = Rig::live(DEDUP);
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(&chunk("a1", "Half"));
    rig.advance(Duration::from_secs(2));
    let mut next = rig.reload(Duration::from_secs(1));
    next.start();
    next.go_live(DEDUP);
    next.server(&chunk("a1", "of it"));
    next.expect_lines(&[("q", Status::Sent), ("Half", Status::Interrupted)]);
    next.server(&complete("a1", "Half and half"));
    next.expect_lines(&[("q", Status::Sent), ("Half and half", Status::Complete)]);
}

#[test]
fn an_answer_told_again_under_another_id_after_a_rejoin_is_one_bubble() {
    let mut rig = Rig::live(HISTORY);
    rig.server(&complete("a0", "Before"));
    rig.server(&chunk("a1", "One two"));
    rejoin(&mut rig);
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    for text in ["One ", "two ", "three"] {
        rig.server(&chunk("a2", text));
    }
    rig.server(&complete("a2", "One two three"));
    rig.expect_lines(&[("Before", Status::Complete), ("One two three", Status::Complete)]);
}

#[test]
fn within_one_socket_another_id_is_another_bubble() {
    let mut rig = Rig::live("");
    rig.server(&chunk("a1", "One"));
    rig.server(&chunk("a2", "Two"));
    rig.expect_lines(&[("One", Status::Streaming), ("Two", Status::Streaming)]);
}

#[test]
fn a_silent_answer_is_spoken_of_after_half_a_minute_and_cut_after_two() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.advance(Duration::from_millis(29_999));
    assert!(rig.silent.is_empty());
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.silent, [rig.transcript[0].row]);
    rig.advance(Duration::from_secs(80));
    assert_eq!(rig.silent.len(), 1, "told once");
    rig.server(&chunk("a1", "x"));
    rig.advance(Duration::from_secs(30));
    assert_eq!(rig.silent.len(), 2, "a word begins the silence anew");
    rig.advance(Duration::from_secs(90));
    rig.expect_lines(&[("x", Status::Interrupted)]);
    rig.server(&complete("a1", "xyz"));
    rig.expect_lines(&[("xyz", Status::Complete)]);
}

#[test]
fn what_the_platform_lost_in_a_restart_does_not_think_for_ever() {
    for capabilities in ["", HISTORY, RESUME] {
        let mut rig = Rig::live(capabilities);
        rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
        rejoin(&mut rig);
        if capabilities == HISTORY {
            rig.reply("/messages", 200, r#"{"items":[]}"#);
        }
        rig.advance(Duration::from_secs(10));
        rig.expect_lines(&[("", Status::Interrupted)]);
    }
}

#[test]
fn history_that_cannot_be_read_leaves_no_answer_thinking() {
    let mut rig = Rig::live(HISTORY);
    rig.server(&chunk("a1", "Half"));
    rejoin(&mut rig);
    rig.reply("/messages", 403, r#"{"detail":"Forbidden"}"#);
    rig.advance(Duration::from_secs(10));
    rig.expect_lines(&[("Half", Status::Interrupted)]);
}

#[test]
fn a_frame_that_comes_before_the_start_of_its_answer_is_part_of_it() {
    let mut rig = Rig::live("");
    rig.server(&chunk("a1", "Ci"));
    rig.server(r#"{"type":"response_start","data":{"message_id":"a1"}}"#);
    rig.server(&chunk("a1", "ao"));
    rig.expect_lines(&[("Ciao", Status::Streaming)]);
}

#[test]
fn chunks_that_are_counted_may_come_twice_and_in_any_order() {
    let words = ["ha", ", ", "ha", ", ", "ha", "!"];
    let orders: [&[u32]; 4] = [
        &[0, 1, 2, 3, 4, 5],
        &[5, 4, 3, 2, 1, 0],
        &[0, 0, 2, 2, 1, 1, 1, 4, 3, 3, 5, 0, 5],
        &[1, 3, 5, 0, 2, 4],
    ];
    for order in orders {
        let mut rig = Rig::live("");
        for index in order {
            rig.server(&counted(*index, words[usize::try_from(*index).unwrap()]));
        }
        rig.expect_lines(&[("ha, ha, ha!", Status::Streaming)]);
        rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","total_chunks":6}}"#);
        rig.expect_lines(&[("ha, ha, ha!", Status::Complete)]);
    }
}

#[test]
fn chunks_that_are_not_counted_are_never_taken_for_repetitions() {
    let mut rig = Rig::live("");
    for text in ["ha", ",", "ha", ",", "ha", ",", "!"] {
        rig.server(&chunk("a1", text));
    }
    rig.expect_lines(&[("ha,ha,ha,!", Status::Streaming)]);
}

#[test]
fn a_chunk_that_never_comes_is_waited_for_five_seconds_and_then_looked_up() {
    let mut rig = Rig::live(HISTORY);
    rig.server(&counted(0, "one "));
    rig.server(&counted(2, "three"));
    rig.advance(Duration::from_millis(4999));
    assert!(rig.calls.is_empty());
    rig.advance(Duration::from_millis(1));
    rig.expect_lines(&[("one ", Status::Streaming)]);
    rig.reply("/messages", 200, &history_of("one two three"));
    rig.expect_lines(&[("one two three", Status::Complete)]);
}

#[test]
fn a_chunk_that_never_comes_is_a_gap_where_nothing_can_be_looked_up() {
    let mut rig = Rig::live("");
    rig.server(&counted(0, "one "));
    rig.server(&counted(2, "three"));
    rig.advance(Duration::from_secs(5));
    rig.server(&counted(3, " four"));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[("one ", Status::Interrupted)]);
}

#[test]
fn a_character_cut_in_two_by_a_drop_is_whole_where_the_answer_is_resumed() {
    let mut rig = Rig::live(RESUME);
    rig.server(&counted(0, r"ok \ud83d"));
    rejoin(&mut rig);
    rig.server(&counted(1, r"\ude00!"));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","total_chunks":2}}"#);
    rig.expect_lines(&[("ok \u{1f600}!", Status::Complete)]);
}

#[test]
fn an_answer_that_is_complete_is_changed_by_nothing_that_comes_late() {
    let mut rig = Rig::live(HISTORY);
    rig.server(&complete("a1", "Ciao"));
    let late = [
        chunk("a1", "x"),
        counted(0, "x"),
        counted(7, "x"),
        complete("a1", "Ciao"),
        complete("a1", "Other"),
    ];
    for frame in &late {
        rig.server(frame);
        rig.expect_lines(&[("Ciao", Status::Complete)]);
    }
    rejoin(&mut rig);
    rig.reply("/messages", 200, &history_of("Ciao"));
    for frame in &late {
        rig.server(frame);
    }
    rig.expect_lines(&[("Ciao", Status::Complete)]);
}

#[test]
fn a_chunk_from_far_ahead_is_a_gap_at_once() {
    let mut rig = Rig::live("");
    rig.server(&counted(0, "one "));
    rig.server(&counted(34, "far"));
    rig.server(&counted(1, "two "));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    assert_eq!(rig.transcript[0].status, Status::Interrupted);
    assert!(!rig.transcript[0].text.contains("far"));
}

#[test]
fn a_chunk_that_comes_after_those_that_waited_for_it_were_given_up_heals_nothing() {
    let mut rig = Rig::live("");
    rig.server(&counted(0, "one "));
    rig.server(&counted(2, "three"));
    rig.advance(Duration::from_secs(5));
    rig.server(&counted(1, "two "));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[("one two ", Status::Interrupted)]);
}

/// The end of an answer that holds neither its text nor a count of its pieces.
const BARE_END: &str = r#"{"type":"response_complete","data":{"message_id":"a1","total_tokens":7}}"#;

#[test]
fn an_answer_a_piece_of_which_may_have_been_unreadable_is_not_called_whole_unless_the_platform_shows_that_it_is()
 {
    let cases = [
        (BARE_END.to_owned(), "Do do.", Status::Interrupted),
        (
            r#"{"type":"response_complete","data":{"message_id":"a1","total_chunks":2}}"#.to_owned(),
            "Do do.",
            Status::Complete,
        ),
        (
            r#"{"type":"response_complete","data":{"message_id":"a1","total_chunks":3}}"#.to_owned(),
            "Do do.",
            Status::Interrupted,
        ),
        (complete("a1", "Do you do."), "Do you do.", Status::Complete),
    ];
    for (end, text, status) in cases {
        let mut rig = Rig::live(DEDUP);
        rig.server(&chunk("a1", "Do "));
        rig.server(r#"{"type":"response_chunk","data":{"message_id":"#);
        rig.server(&chunk("a1", "do."));
        rig.server(&end);
        rig.expect_lines(&[(text, status)]);
    }
}

#[test]
fn an_answer_cut_before_a_drop_does_not_go_on_behind_it_as_if_nothing_were_missing() {
    let mut rig = Rig::live(DEDUP);
    rig.server(&chunk("a1", "Do "));
    rig.server(r#"{"type":"error","data":{"type":"ai_processing_error","message":"No"}}"#);
    rejoin(&mut rig);
    rig.server(&chunk("a1", "do."));
    rig.server(BARE_END);
    rig.expect_lines(&[("Do ", Status::Interrupted)]);
}

#[test]
fn an_answer_met_in_its_middle_is_not_called_whole_by_a_bare_end() {
    let begun = r#"{"type":"response_start","data":{"message_id":"a1"}}"#;
    for (first, status) in [(None, Status::Interrupted), (Some(begun), Status::Complete)] {
        let mut rig = Rig::live("");
        first.into_iter().for_each(|frame| rig.server(frame));
        rig.server(&chunk("a1", "do."));
        rig.server(BARE_END);
        rig.expect_lines(&[("do.", status)]);
        // The next one begins where it can be seen, unless the platform says where answers begin, and did not.
        rig.server(r#"{"type":"response_chunk","data":{"message_id":"a2","content":"Ciao"}}"#);
        rig.server(r#"{"type":"response_complete","data":{"message_id":"a2"}}"#);
        let next = match first {
            None => Status::Complete,
            Some(_) => Status::Interrupted,
        };
        rig.expect_lines(&[("do.", status), ("Ciao", next)]);
    }
}

#[test]
fn an_answer_told_again_from_its_middle_is_not_called_whole_by_a_bare_end() {
    let mut rig = Rig::live(DEDUP);
    rig.server(&chunk("a1", "Do "));
    rejoin(&mut rig);
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a2","content":"do."}}"#);
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a2"}}"#);
    rig.expect_lines(&[("do.", Status::Interrupted)]);
}
