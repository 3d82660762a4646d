//! Whether a socket is alive: silence, slow lines, and platforms that answer no pings (`faults.md` rows N20 to N26).

use std::time::Duration;

use miptech_chat_session::{Connection, PageSignal, Status};

use crate::rig::Rig;

const PONG: &str = r#"{"type":"pong"}"#;

/// Lets time pass on a platform that answers the nth ping after this long, where it answers.
fn run(rig: &mut Rig, span: Duration, answer_after: impl Fn(usize) -> Option<Duration>) {
    let pings = |rig: &Rig| {
        rig.frames
            .iter()
            .filter(|(_, frame)| frame["type"] == "ping")
            .count()
    };
    let mut seen = pings(rig);
    let mut due: Vec<u64> = Vec::new();
    let end = rig.clock_ms + u64::try_from(span.as_millis()).unwrap();
    while rig.clock_ms < end {
        rig.advance(STEP);
        while seen < pings(rig) {
            if let Some(after) = answer_after(seen) {
                due.push(rig.clock_ms + u64::try_from(after.as_millis()).unwrap());
            }
            seen += 1;
        }
        let now = rig.clock_ms;
        for _ in due.extract_if(.., |at| *at <= now) {
            if rig.session.phase().connection == Connection::Live {
                rig.server(PONG);
            }
        }
    }
}

const STEP: Duration = Duration::from_millis(100);
const QUICKLY: Duration = Duration::from_millis(200);

#[test]
fn a_socket_that_falls_silent_after_an_answer_is_replaced_within_35_seconds() {
    for seed in 1..20 {
        let mut rig = Rig::with_seed(seed);
        rig.start();
        rig.go_live("");
        let socket = rig.socket.unwrap();
        run(&mut rig, Duration::from_secs(60), |_| Some(QUICKLY));
        rig.server(PONG);
        let silent_from = rig.clock_ms;
        while rig.closes.is_empty() {
            rig.advance(STEP);
            assert!(rig.clock_ms - silent_from <= 35_200, "seed {seed}");
        }
        assert_eq!(rig.closes, [(socket, 4900)]);
        assert!(rig.clock_ms - silent_from >= 30_000, "seed {seed}: too early");
        rig.expect(Connection::Reconnecting);
    }
}

#[test]
fn a_platform_that_answers_no_pings_is_left_alone() {
    for seed in 1..20 {
        let mut rig = Rig::with_seed(seed);
        rig.start();
        rig.go_live("");
        rig.advance(Duration::from_secs(1800));
        assert!(rig.closes.is_empty(), "seed {seed}");
        rig.expect(Connection::Live);
    }
}

#[test]
fn every_socket_has_to_answer_before_its_silence_means_anything() {
    let mut rig = Rig::live("");
    run(&mut rig, Duration::from_secs(60), |_| Some(QUICKLY));
    rig.drop_link();
    rig.advance_to_next_socket();
    rig.join("");
    rig.advance(Duration::from_secs(1800));
    assert!(rig.closes.is_empty());
    rig.expect(Connection::Live);
}

#[test]
fn no_signal_of_the_page_makes_silence_mean_more() {
    let mut rig = Rig::live("");
    for signal in [
        PageSignal::Offline,
        PageSignal::Online,
        PageSignal::Hidden,
        PageSignal::Visible,
    ] {
        rig.page(signal);
        rig.advance(Duration::from_secs(60));
    }
    assert!(rig.closes.is_empty());
    rig.expect(Connection::Live);
}

#[test]
fn an_offline_event_on_a_socket_that_answers_pings_is_believed_after_five_seconds_of_silence() {
    let mut rig = Rig::live("");
    run(&mut rig, Duration::from_secs(30), |_| Some(QUICKLY));
    rig.page(PageSignal::Offline);
    rig.advance(Duration::from_millis(4999));
    rig.expect(Connection::Live);
    rig.advance(Duration::from_millis(1));
    rig.expect(Connection::Offline);
}

#[test]
fn a_slow_line_with_jitter_is_no_dead_one() {
    let slow = |ping: usize| Some(Duration::from_secs([4, 12, 8, 11, 5][ping % 5]));
    for seed in 1..10 {
        let mut rig = Rig::with_seed(seed);
        rig.start();
        rig.go_live("");
        run(&mut rig, Duration::from_secs(1200), slow);
        assert!(rig.closes.is_empty(), "seed {seed}");
        assert_eq!((rig.sockets.len(), rig.notice.clone()), (1, None));
    }
}

#[test]
fn a_line_so_slow_that_answers_to_pings_stand_behind_the_text_is_no_dead_one() {
    let mut rig = Rig::live("");
    run(&mut rig, Duration::from_secs(30), |_| Some(QUICKLY));
    rig.server(PONG);
    for _ in 0..16 {
        rig.advance(Duration::from_secs(33));
        rig.server(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"x"}}"#);
        rig.advance(Duration::from_secs(1));
        rig.server(PONG);
    }
    assert!(rig.closes.is_empty());
    assert_eq!(rig.transcript[0].text, "x".repeat(16));
}

#[test]
fn a_message_on_a_dead_line_is_not_called_sent() {
    for (capabilities, after) in [
        ("\"client_message_id\"", Status::Queued),
        ("", Status::Unconfirmed),
    ] {
        let mut rig = Rig::live(capabilities);
        let socket = rig.socket.unwrap();
        rig.say("hi").unwrap();
        rig.advance(Duration::from_millis(9999));
        rig.advance(Duration::from_millis(5000));
        rig.expect_lines(&[("hi", Status::Sending)]);
        rig.advance(Duration::from_millis(1));
        assert_eq!(rig.closes, [(socket, 4900)]);
        rig.expect_lines(&[("hi", after)]);
    }
}

#[test]
fn a_platform_that_only_pings_is_missed_when_it_stops() {
    let mut rig = Rig::live("");
    let socket = rig.socket.unwrap();
    for _ in 0..6 {
        rig.server(r#"{"type":"ping","data":{"timestamp":1}}"#);
        rig.advance(Duration::from_secs(20));
    }
    assert!(rig.closes.is_empty());
    rig.advance(Duration::from_secs(29));
    assert!(rig.closes.is_empty());
    rig.advance(Duration::from_secs(2));
    assert_eq!(rig.closes, [(socket, 4900)]);
}

#[test]
fn a_thread_that_stood_still_lets_waiting_frames_speak_first() {
    let mut rig = Rig::live("");
    run(&mut rig, Duration::from_secs(30), |_| Some(QUICKLY));
    let pinged = rig.frames.len();
    while rig.frames.len() == pinged {
        rig.advance(STEP);
    }
    // The answer is there, but nobody looks for twenty seconds.
    rig.clock_ms += 20_000;
    rig.act(|session, now| session.handle_timeout(now));
    assert!(rig.closes.is_empty());
    rig.server(PONG);
    rig.advance(Duration::from_secs(20));
    assert!(rig.closes.is_empty());
    rig.expect(Connection::Live);
}
