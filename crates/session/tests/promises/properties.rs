//! Invariants under random schedules (`faults.md` section 4): nothing lost, doubled, reordered or sent too early.

use std::{collections::BTreeMap, time::Duration};

use miptech_chat_session::{Connection, SocketEvent, Status};
use proptest::{collection::vec, prelude::*};

use crate::rig::Rig;

/// One thing that may happen next.
#[derive(Clone, Debug)]
enum Step {
    Ack,
    Advance(u32),
    AnswerCalls { works: bool },
    Chunk,
    Close(u16),
    Complete,
    Garbage,
    Join,
    RetryNow,
    Say,
    TooLarge,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Ack),
        4 => (1_u32..40_000).prop_map(Step::Advance),
        4 => prop::bool::weighted(0.8).prop_map(|works| Step::AnswerCalls { works }),
        2 => Just(Step::Chunk),
        2 => prop::sample::select(vec![1000_u16, 1001, 1006, 1011, 1013, 4003, 4408, 4999]).prop_map(Step::Close),
        2 => Just(Step::Complete),
        1 => Just(Step::Garbage),
        5 => Just(Step::Join),
        1 => Just(Step::RetryNow),
        4 => Just(Step::Say),
        1 => Just(Step::TooLarge),
    ]
}

/// The reference model: which texts the platform has applied, by client id where it deduplicates.
struct Platform {
    applied: Vec<String>,
    unacked: Vec<(String, String)>,
    read: usize,
}

fn run(seed: u64, capabilities: &str, steps: &[Step]) -> (Rig, Platform, Vec<String>) {
    let mut rig = Rig::with_seed(seed);
    let mut platform = Platform {
        applied: Vec::new(),
        unacked: Vec::new(),
        read: 0,
    };
    let mut typed = Vec::new();
    rig.start();
    for step in steps {
        match step {
            Step::Ack => {
                if let Some((id, _)) = platform.unacked.first().cloned() {
                    platform.unacked.remove(0);
                    frame(
                        &mut rig,
                        &format!(
                            r#"{{"type":"message_received","data":{{"message_id":"u-{id}","client_message_id":"{id}"}}}}"#
                        ),
                    );
                }
            }
            Step::Advance(ms) => rig.advance(Duration::from_millis(u64::from(*ms))),
            Step::AnswerCalls { works } => answer_calls(&mut rig, capabilities, *works),
            Step::Chunk => frame(&mut rig, r#"{"type":"response_chunk","data":{"content":"x"}}"#),
            Step::Close(code) => {
                platform.unacked.clear();
                if rig.socket.is_some() {
                    rig.close(*code, "");
                }
            }
            Step::Complete => frame(&mut rig, r#"{"type":"response_complete","data":{}}"#),
            Step::Garbage => frame(&mut rig, "{"),
            Step::Join => {
                if rig.session.phase().connection != Connection::Live && rig.socket.is_some() {
                    rig.open();
                    frame(
                        &mut rig,
                        &format!(
                            r#"{{"type":"connection_ready","data":{{"capabilities":[{capabilities}]}}}}"#
                        ),
                    );
                    frame(&mut rig, r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
                }
            }
            Step::RetryNow => {
                let now = rig.now();
                rig.session.retry_now(now);
                rig.drain();
            }
            Step::Say => {
                let text = format!("text {}", typed.len());
                if rig.say(&text).is_ok() {
                    typed.push(text);
                }
            }
            Step::TooLarge => {
                if rig.socket.is_some() {
                    rig.socket_event(SocketEvent::TooLarge);
                }
            }
        }
        receive(&mut rig, &mut platform);
    }
    (rig, platform, typed)
}

fn frame(rig: &mut Rig, text: &str) {
    if rig.socket.is_some() {
        rig.server(text);
    }
}

fn answer_calls(rig: &mut Rig, capabilities: &str, works: bool) {
    while let Some((_, call)) = rig.calls.first() {
        let url = call.url.clone();
        let path = url
            .trim_start_matches("http://localhost:8000")
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        match (works, path.as_str()) {
            (false, path) => rig.fail(path),
            (true, "/api/v1/chat" | "/api/v1/chat/") => {
                rig.reply(
                    &path,
                    200,
                    &format!(r#"{{"chat_id":"c1","capabilities":[{capabilities}]}}"#),
                );
            }
            (true, path) if path.ends_with("/messages") => rig.reply(path, 200, r#"{"items":[]}"#),
            (true, path) => rig.reply(path, 200, r#"{"status":"healthy"}"#),
        }
    }
}

/// What the session handed over since the last step reaches the platform.
fn receive(rig: &mut Rig, platform: &mut Platform) {
    for (_, frame) in rig.frames.iter().skip(platform.read) {
        if frame["type"] == "chat_message" {
            let text = frame["data"]["message"].as_str().unwrap().to_owned();
            let id = frame["data"]["client_message_id"]
                .as_str()
                .unwrap_or("")
                .to_owned();
            if id.is_empty() || !platform.applied.contains(&text) {
                platform.applied.push(text.clone());
            }
            platform
                .unacked
                .push((if id.is_empty() { text } else { id }, String::new()));
        }
    }
    platform.read = rig.frames.len();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_doubled_or_reordered(seed: u64, dedup: bool, steps in vec(step(), 1..120)) {
        let capabilities = if dedup { "\"client_message_id\",\"history\"" } else { "" };
        let (rig, platform, typed) = run(seed, capabilities, &steps);
        // I1, I4: every accepted text stands in the transcript exactly once, in the order typed.
        let shown: Vec<_> = rig.transcript.iter().filter(|line| line.text.starts_with("text")).map(|line| line.text.clone()).collect();
        prop_assert_eq!(&shown, &typed);
        // I3, I5: the platform applied each at most once, in the order typed.
        let mut expected = typed.clone();
        expected.retain(|text| platform.applied.contains(text));
        prop_assert_eq!(&platform.applied, &expected);
        // I6: an id never carries two texts. One unacknowledged at a time is judged by the next promise.
        let mut by_id = BTreeMap::new();
        for (_, frame) in &rig.frames {
            if let Some(id) = frame["data"]["client_message_id"].as_str() {
                let text = frame["data"]["message"].as_str().unwrap();
                prop_assert_eq!(*by_id.entry(id).or_insert(text), text);
            }
        }
        // I27: `sent` is never shown without the platform having the message.
        for line in rig.transcript.iter().filter(|line| line.status == Status::Sent) {
            prop_assert!(platform.applied.contains(&line.text), "{:?}", line);
        }
        // I10: what is not the current socket was closed or closed itself; a frame to another one fails in the rig.
        prop_assert!(rig.sockets.len() <= rig.closes.len() + steps.len() + 1);
    }

    #[test]
    fn every_socket_begins_with_exactly_one_join(seed: u64, steps in vec(step(), 1..120)) {
        let (rig, _, _) = run(seed, "\"client_message_id\"", &steps);
        for (attempt, _, _) in &rig.sockets {
            let types = rig.frame_types(*attempt);
            prop_assert!(types.first().is_none_or(|first| *first == "join_chat"), "{:?}", types);
            prop_assert!(types.iter().filter(|kind| **kind == "join_chat").count() <= 1, "{:?}", types);
        }
    }

    #[test]
    fn once_the_faults_stop_everything_settles(seed: u64, steps in vec(step(), 1..80)) {
        let dedup = "\"client_message_id\",\"history\"";
        let (mut rig, mut platform, typed) = run(seed, dedup, &steps);
        for _ in 0..200 {
            let now = rig.now();
            if matches!(rig.session.phase().connection, Connection::Blocked | Connection::Idle) || rig.session.phase().retry_at.is_none() {
                rig.session.retry_now(now);
                rig.drain();
            }
            answer_calls(&mut rig, dedup, true);
            if rig.socket.is_some() && rig.session.phase().connection != Connection::Live {
                rig.open();
                frame(&mut rig, r#"{"type":"connection_ready","data":{"capabilities":["client_message_id","history"]}}"#);
                frame(&mut rig, r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
            }
            receive(&mut rig, &mut platform);
            while let Some((id, _)) = platform.unacked.pop() {
                frame(&mut rig, &format!(r#"{{"type":"message_received","data":{{"message_id":"u-{id}","client_message_id":"{id}"}}}}"#));
                receive(&mut rig, &mut platform);
            }
            rig.advance(Duration::from_secs(1));
        }
        rig.expect(Connection::Live);
        // I2: what was accepted is sent, or waits for the visitor because it was handed over too often.
        for line in rig.transcript.iter().filter(|line| typed.contains(&line.text)) {
            prop_assert!(matches!(line.status, Status::Sent | Status::Unconfirmed), "{:?}", line);
        }
    }

    #[test]
    fn any_text_as_a_frame_does_no_harm(text in ".{0,200}", tail in "\\PC{0,50}") {
        let mut rig = Rig::live("");
        rig.server(&text);
        rig.server(&format!(r#"{{"type":"response_chunk","data":{tail}}}"#));
    }
}
