//! Answers: one bubble each, whatever the frames look like.

use std::time::Duration;

use miptech_chat_session::{ErrorCode, Limits, SendError, SocketEvent, Status};

use crate::rig::Rig;

fn asked() -> Rig {
    let mut rig = Rig::live("");
    rig.say("q").unwrap();
    rig.server(r#"{"type":"message_received","data":{"message_id":"u1"}}"#);
    rig
}

fn chunk(id: &str, text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"{id}","content":"{text}"}}}}"#)
}

#[test]
fn an_answer_thinks_streams_and_completes() {
    let mut rig = asked();
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("", Status::Thinking)]);
    rig.server(r#"{"type":"response_start","data":{"message_id":"a1"}}"#);
    rig.server(&chunk("a1", "Ci"));
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Streaming)]);
    rig.server(&chunk("a1", "ao"));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao","sources":[{"title":"T"}]}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    assert_eq!(
        (rig.transcript[1].message.as_deref(), rig.transcript[1].sources),
        (Some("a1"), 1)
    );
}

#[test]
fn what_could_be_asked_next_is_told_with_the_answer_it_comes_with() {
    let mut rig = asked();
    rig.server(
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao","suggestions":["Prezzi?",3]}}"#,
    );
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    assert_eq!(rig.transcript[1].suggestions, ["Prezzi?"]);
}

#[test]
fn every_order_and_omission_of_the_four_frames_gives_one_bubble() {
    let frames = [
        r#"{"type":"processing","data":{"message_id":"a1"}}"#.to_owned(),
        r#"{"type":"response_start","data":{"message_id":"a1"}}"#.to_owned(),
        chunk("a1", "Ciao"),
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#.to_owned(),
    ];
    for mask in 0..8_usize {
        let mut rig = asked();
        for (place, frame) in frames.iter().take(3).enumerate() {
            if mask & (1 << place) != 0 {
                rig.server(frame);
                rig.server(frame.as_str());
            }
        }
        for _ in 0..4 {
            rig.server(&frames[3]);
        }
        rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    }
}

#[test]
fn a_stream_without_any_id_is_one_bubble() {
    let mut rig = asked();
    rig.server(r#"{"type":"processing","data":{}}"#);
    for text in ["ha ", "ha ", "ha ", "!"] {
        rig.server(&format!(
            r#"{{"type":"response_chunk","data":{{"content":"{text}"}}}}"#
        ));
    }
    rig.server(r#"{"type":"response_complete","data":{}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("ha ha ha !", Status::Complete)]);
}

#[test]
fn ids_of_frames_are_not_ids_of_answers() {
    let mut rig = asked();
    for (frame, text) in [("f1", "Ci"), ("f2", "ao")] {
        rig.server(&format!(
            r#"{{"type":"response_chunk","message_id":"{frame}","content":"{text}"}}"#
        ));
    }
    rig.server(r#"{"type":"response_complete","message_id":"f3","data":{}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
}

#[test]
fn two_answers_at_once_stay_apart() {
    let mut rig = asked();
    for (id, text) in [("a1", "one "), ("a2", "two "), ("a1", "1"), ("a2", "2")] {
        rig.server(&chunk(id, text));
    }
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1"}}"#);
    rig.expect_lines(&[
        ("q", Status::Sent),
        ("one 1", Status::Complete),
        ("two 2", Status::Streaming),
    ]);
}

#[test]
fn the_final_text_wins() {
    let mut rig = asked();
    rig.server(&chunk("a1", "Cxx"));
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#);
    rig.server(&chunk("a1", "late"));
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
}

#[test]
fn an_end_without_any_text_is_no_answer() {
    let mut rig = asked();
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":""}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("", Status::Interrupted)]);
}

#[test]
fn a_counted_gap_is_healed_by_the_final_text_only() {
    let mut rig = asked();
    for (index, text) in [(0, "a"), (1, "b"), (1, "b"), (3, "d")] {
        rig.server(&format!(
            r#"{{"type":"response_chunk","data":{{"message_id":"a1","index":{index},"content":"{text}"}}}}"#
        ));
    }
    rig.expect_lines(&[("q", Status::Sent), ("ab", Status::Streaming)]);
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"abcd"}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("abcd", Status::Complete)]);
}

#[test]
fn a_cumulative_stream_is_not_shown_twice() {
    let mut rig = asked();
    for text in [
        "A sentence of some length",
        "A sentence of some length, and",
        "A sentence of some length, and more",
    ] {
        rig.server(&chunk("a1", text));
    }
    rig.expect_lines(&[
        ("q", Status::Sent),
        ("A sentence of some length, and more", Status::Streaming),
    ]);
}

#[test]
fn frames_of_another_chat_never_reach_the_transcript() {
    let mut rig = asked();
    rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","chat_id":"c2","content":"foreign"}}"#);
    rig.expect_lines(&[("q", Status::Sent)]);
}

#[test]
fn silence_cuts_an_answer_off_and_a_late_end_revives_it() {
    let mut rig = asked();
    rig.server(&chunk("a1", "Ci"));
    rig.advance(Duration::from_secs(119));
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Streaming)]);
    rig.advance(Duration::from_secs(1));
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Interrupted)]);
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#);
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
}

#[test]
fn a_slow_stream_is_not_cut_off() {
    let mut rig = asked();
    for _ in 0..9 {
        rig.server(&chunk("a1", "x"));
        rig.advance(Duration::from_secs(60));
    }
    rig.expect_lines(&[("q", Status::Sent), ("xxxxxxxxx", Status::Streaming)]);
}

#[test]
fn no_answer_takes_longer_than_ten_minutes() {
    let mut rig = asked();
    for _ in 0..10 {
        rig.server(&chunk("a1", "x"));
        rig.advance(Duration::from_secs(60));
    }
    rig.expect_lines(&[("q", Status::Sent), ("xxxxxxxxxx", Status::Interrupted)]);
}

#[test]
fn an_unreadable_frame_is_told_and_does_no_harm() {
    let mut rig = asked();
    rig.server(&chunk("a1", "Ci"));
    rig.server(r#"{"type":"response_chunk","#);
    assert_eq!(rig.notice_code(), Some(ErrorCode::PlatformError));
    rig.server(&chunk("a1", "ao"));
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Streaming)]);
    let now = rig.now();
    rig.session.dismiss_notice(now);
    rig.drain();
    assert_eq!(rig.notice, None);
}

#[test]
fn five_unreadable_frames_replace_the_socket() {
    let mut rig = asked();
    let socket = rig.socket.unwrap();
    for _ in 0..5 {
        rig.server("{");
    }
    assert_eq!(rig.closes, [(socket, 4900)]);
}

/// A thousand frames a second, for eight seconds or until the socket is closed.
fn flood(rig: &mut Rig, frame: impl Fn(u64) -> String) {
    for number in 0..8_000 {
        if rig.closes.is_empty() {
            rig.server(&frame(number));
            rig.advance(Duration::from_millis(1));
        }
    }
}

#[test]
fn more_frames_than_anybody_can_mean_end_the_socket() {
    let mut rig = asked();
    let socket = rig.socket.unwrap();
    flood(&mut rig, |_| {
        r#"{"type":"typing_indicator","data":{}}"#.to_owned()
    });
    assert_eq!(rig.closes, [(socket, 4901)]);
}

#[test]
fn an_answer_may_come_as_fast_as_the_transport_carries_it() {
    let mut rig = asked();
    flood(&mut rig, |_| chunk("a1", "word"));
    assert_eq!(rig.closes, []);
    assert_eq!(rig.transcript[1].text.len(), 32_000);
}

#[test]
fn answers_without_end_are_a_flood_like_any_other() {
    let mut rig = asked();
    let socket = rig.socket.unwrap();
    flood(&mut rig, |number| chunk(&format!("a{number}"), "word"));
    assert_eq!(rig.closes, [(socket, 4901)]);
}

#[test]
fn a_frame_above_the_limit_ends_the_answer_and_the_socket() {
    let mut rig = asked();
    let socket = rig.socket.unwrap();
    rig.server(&chunk("a1", "Ci"));
    rig.socket_event(SocketEvent::TooLarge);
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Interrupted)]);
    assert_eq!(
        rig.errors
            .iter()
            .filter(|error| error.code == ErrorCode::AnswerTooLarge)
            .count(),
        1
    );
    assert_eq!(rig.closes, [(socket, 4901)]);
    rig.advance_to_next_socket();
    rig.join("");
    assert_eq!(rig.notice_code(), Some(ErrorCode::AnswerTooLarge));
}

#[test]
fn an_answer_above_the_limit_is_truncated() {
    let mut rig = asked();
    for _ in 0..40 {
        rig.server(&chunk("a1", &"x".repeat(4096)));
    }
    assert_eq!(
        (rig.transcript[1].text.len(), rig.transcript[1].status),
        (128 * 1024, Status::Truncated)
    );
}

#[test]
fn a_failed_model_is_told_and_the_next_question_works() {
    let mut rig = asked();
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.server(
        r#"{"type":"error","data":{"type":"ai_processing_error","message":"Model failed","messageId":"u1"}}"#,
    );
    rig.expect_lines(&[("q", Status::Sent), ("", Status::Interrupted)]);
    assert_eq!(rig.notice_code(), Some(ErrorCode::PlatformError));
    rig.say("again").unwrap();
    assert_eq!(rig.sent_texts(), ["q", "again"]);
    assert_eq!(rig.notice, None, "what was read is not repeated");
}

#[test]
fn chunks_nobody_can_place_are_one_bubble_not_one_each() {
    let mut rig = asked();
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.server(r#"{"type":"processing","data":{"message_id":"a2"}}"#);
    for text in ["one ", "two ", "three"] {
        rig.server(&format!(
            r#"{{"type":"response_chunk","data":{{"content":"{text}"}}}}"#
        ));
    }
    rig.expect_lines(&[
        ("q", Status::Sent),
        ("", Status::Thinking),
        ("", Status::Thinking),
        ("one two three", Status::Streaming),
    ]);
}

#[test]
fn limits_that_the_page_changes_count_from_then_on() {
    let mut rig = asked();
    let limits = Limits {
        message_units: 3,
        outbox: 1,
        answer_silence: Duration::from_secs(5),
    };
    rig.act(|session, now| session.configure(limits, Some("{\"page\":2}".to_owned()), now));
    rig.server(&chunk("a1", "Ci"));
    rig.advance(Duration::from_secs(20));
    rig.expect_lines(&[("q", Status::Sent), ("Ci", Status::Interrupted)]);
    assert!(matches!(rig.say("four"), Err(SendError::TooLong { .. })));
}

#[test]
fn facts_of_the_page_that_change_are_told_with_the_next_chat() {
    let mut rig = asked();
    rig.act(|session, now| session.configure(Limits::default(), Some("{\"page\":2}".to_owned()), now));
    rig.act(|session, now| session.new_conversation(now));
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    let mut bodies = rig.call_log.iter().filter_map(|(_, call)| call.body.clone());
    assert!(bodies.next_back().unwrap().contains(r#""context":{"page":2}"#));
}
