//! No chain of events makes a flood, and what one tab was asked to wait for all tabs wait for (invariants I11 to I14).

use std::time::Duration;

use miptech_chat_session::{
    Connection, ErrorCode, HttpOutcome, Notice, PageSignal, Reply, SocketEvent, Status, StoreKey,
};

use crate::{family::Family, rig::Rig, tabs::WithLocks};

const DEDUP: &str = "\"client_message_id\"";
const MINUTE_MS: u64 = 60_000;

fn is_within(times: &[u64], most: usize, span_ms: u64) -> bool {
    times
        .windows(most + 1)
        .all(|many| many[most] - many[0] >= span_ms)
}

fn socket_times(rig: &Rig) -> Vec<u64> {
    rig.sockets.iter().map(|(_, at, _)| *at).collect()
}

#[test]
fn no_storm_of_signals_makes_more_than_eight_sockets_a_minute_or_twenty_five_in_five() {
    let storms: [&[PageSignal]; 4] = [
        &[PageSignal::Offline, PageSignal::Online],
        &[PageSignal::Hidden, PageSignal::Visible],
        &[PageSignal::Leaving, PageSignal::Returned],
        &[
            PageSignal::Hidden,
            PageSignal::Offline,
            PageSignal::Visible,
            PageSignal::Online,
        ],
    ];
    for (seed, storm) in storms.into_iter().enumerate() {
        let mut rig = Rig::with_seed(u64::try_from(seed).unwrap());
        rig.start();
        rig.go_live("");
        for second in 0..1200 {
            if rig.socket.take_if(|_| second % 2 == 0).is_some() {
                let (newest, ..) = *rig.sockets.last().unwrap();
                rig.socket_event_of(newest, SocketEvent::Opened);
                let closed = SocketEvent::Closed {
                    code: 1013,
                    reason: "",
                };
                rig.socket_event_of(newest, closed);
            }
            for signal in storm {
                rig.page(*signal);
            }
            rig.act(|session, now| session.retry_now(now));
            rig.advance(Duration::from_secs(1));
        }
        let times = socket_times(&rig);
        assert!(times.len() > 60, "{storm:?}: {}", times.len());
        assert!(is_within(&times, 8, MINUTE_MS), "{storm:?}: {times:?}");
        assert!(is_within(&times, 25, 5 * MINUTE_MS), "{storm:?}: {times:?}");
    }
}

#[test]
fn sockets_that_are_joined_and_lost_again_count_like_any_other() {
    let mut rig = Rig::live("");
    for _ in 0..300 {
        if rig.socket.is_some() && rig.session.phase().connection != Connection::Live {
            rig.join("");
        }
        if rig.socket.is_some() {
            rig.drop_link();
            rig.socket = None;
        }
        rig.advance(Duration::from_secs(2));
    }
    let times = socket_times(&rig);
    assert!(
        is_within(&times, 8, MINUTE_MS) && is_within(&times, 25, 5 * MINUTE_MS),
        "{times:?}"
    );
}

#[test]
fn neither_nine_joined_seconds_nor_a_frame_alone_prove_a_connection() {
    let proven = |joined: Duration, has_frame: bool| {
        let mut rig = Rig::live("");
        rig.drop_link();
        rig.advance_to_next_socket();
        rig.join("");
        rig.advance(joined);
        if has_frame {
            rig.server(r#"{"type":"pong"}"#);
        }
        rig.drop_link();
        rig.session.phase().tries == 1
    };
    assert!(!proven(Duration::from_millis(9999), true));
    assert!(!proven(Duration::from_secs(60), false));
    assert!(proven(Duration::from_secs(10), true));
}

#[test]
fn tries_grow_rarer_on_a_platform_that_accepts_and_closes() {
    let mut rig = Rig::live("");
    rig.drop_link();
    let mut last = 0;
    for _ in 0..12 {
        rig.advance_to_next_socket();
        last = rig.clock_ms;
        rig.join("");
        rig.advance(Duration::from_millis(50));
        rig.drop_link();
    }
    rig.advance_to_next_socket();
    assert!(rig.clock_ms - last >= 15_000);
}

#[test]
fn a_wait_one_tab_was_asked_for_is_waited_in_all_and_after_a_reload() {
    let mut family = Family::live(2, WithLocks::Yes, DEDUP);
    family.say(0, "one");
    family.rigs[0].server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":30}}"#);
    family.settle();
    let asked_at = family.rigs[0].clock_ms;
    family.say(1, "two");
    family.rigs[1].drop_link();
    let mut next = family.rigs[0].reload(Duration::from_secs(1));
    next.start();
    next.advance(Duration::from_secs(28));
    assert!(next.sockets.is_empty() && next.call_log.is_empty());
    family.rigs[1].advance(Duration::from_secs(29));
    assert_eq!(
        (family.rigs[1].sockets.len(), family.rigs[1].sent_texts().len()),
        (1, 0)
    );
    family.rigs[1].advance_to_next_socket();
    assert!(family.rigs[1].clock_ms >= asked_at + 30_000);
}

#[test]
fn no_hint_is_believed_for_longer_than_two_minutes() {
    for hint in ["1000000000000", "86400", "121"] {
        let mut rig = Rig::live(DEDUP);
        rig.say("one").unwrap();
        rig.server(&format!(
            r#"{{"type":"rate_limit_exceeded","data":{{"retry_after":{hint}}}}}"#
        ));
        rig.advance(Duration::from_millis(119_999));
        assert_eq!(rig.sent_texts().len(), 1, "{hint}");
        rig.advance(Duration::from_millis(1));
        assert_eq!(rig.sent_texts(), ["one", "one"], "{hint}");
    }
}

#[test]
fn a_wait_another_clock_wrote_down_is_none() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":60}}"#);
    let hold = rig.kept(StoreKey::Hold).unwrap();
    let in_a_day: u64 = hold.parse::<u64>().unwrap() + 24 * 3600 * 1000;
    for value in [in_a_day.to_string(), "soon".to_owned(), String::new()] {
        let hold = StoreKey::Hold;
        rig.storage
            .borrow_mut()
            .insert(crate::browser::name(&hold), value);
        let mut next = rig.reload(Duration::from_secs(1));
        next.start();
        assert!(!next.call_log.is_empty());
    }
}

/// Creation was refused with this header.
fn refused_for(seconds: &str) -> Rig {
    let mut rig = Rig::new();
    rig.say("hi").unwrap();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    let place = rig.calls.iter().position(|(_, call)| call.url.ends_with("/chat"));
    let (id, _) = rig.calls.remove(place.unwrap());
    let reply = Reply {
        status: 503,
        body: r#"{"detail":"Busy"}"#.to_owned(),
        retry_after: Some(seconds.to_owned()),
        ..Reply::default()
    };
    rig.act(|session, now| session.handle_http(id, HttpOutcome::Reply(reply), now));
    rig
}

#[test]
fn a_platform_that_is_busy_for_two_minutes_is_asked_by_itself() {
    let mut rig = refused_for("120");
    let asked = rig.call_log.len();
    rig.advance(Duration::from_millis(119_900));
    assert_eq!(rig.call_log.len(), asked);
    rig.advance(Duration::from_millis(24_200));
    assert!(rig.call_log.len() > asked);
}

/// The link drops, and the network takes away the three sockets that follow.
fn lose_sockets(rig: &mut Rig) {
    rig.drop_link();
    for _ in 0..3 {
        rig.advance_to_next_socket();
        rig.close(1006, "");
    }
}

/// Live once, then on a network that takes sockets away and lets calls through.
fn blocked(capabilities: &str, text: Option<&str>) -> Rig {
    let mut rig = Rig::live(capabilities);
    text.into_iter().for_each(|text| drop(rig.say(text).unwrap()));
    lose_sockets(&mut rig);
    rig.reply("/chat/c1", 200, r#"{"id":"c1"}"#);
    rig
}

/// An answer is awaited as the network takes sockets away.
fn awaiting_without_sockets(rig: &mut Rig) {
    rig.say("q").unwrap();
    rig.acknowledge("u1");
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    lose_sockets(rig);
}

#[test]
fn where_sockets_are_taken_away_one_a_minute_is_tried() {
    let mut rig = blocked("", None);
    rig.advance(Duration::from_secs(2));
    assert_eq!(rig.notice_code(), Some(ErrorCode::SocketNeverOpened));
    let opened = rig.sockets.len();
    let from = rig.clock_ms;
    for _ in 0..10 {
        rig.advance_to_next_socket_within(Duration::from_secs(90));
        rig.close(1006, "");
        while let Some((id, _)) = rig.calls.pop() {
            rig.act(|session, now| session.handle_http(id, HttpOutcome::Failed, now));
        }
    }
    assert_eq!(rig.sockets.len(), opened + 10);
    let spent = rig.clock_ms - from;
    assert!((9 * MINUTE_MS..=13 * MINUTE_MS).contains(&spent), "{spent}");
}

#[test]
fn where_sockets_are_taken_away_reading_history_at_once_is_no_sign_that_the_page_stood_still() {
    let mut rig = Rig::live("\"history\"");
    // What is due at once is due since the beginning of time, which must be long enough ago to matter.
    rig.advance(Duration::from_secs(300));
    awaiting_without_sockets(&mut rig);
    let (opened, reads) = (rig.sockets.len(), rig.count("/chat/c1/messages"));
    rig.reply("/chat/c1", 200, r#"{"id":"c1"}"#);
    rig.advance(Duration::from_secs(45));
    assert!(rig.count("/chat/c1/messages") > reads);
    assert_eq!(rig.sockets.len(), opened);
}

#[test]
fn where_sockets_are_taken_away_an_awaited_answer_is_read_from_history() {
    let both = "\"history\",\"client_message_id\"";
    let mut rig = Rig::live(both);
    awaiting_without_sockets(&mut rig);
    let before = rig.count("/chat/c1/messages");
    rig.reply("/chat/c1", 200, r#"{"id":"c1"}"#);
    rig.advance(Duration::from_millis(1));
    let reads = rig.count("/chat/c1/messages");
    assert_eq!(reads, before + 1);
    rig.reply("/messages", 200, r#"{"items":[]}"#);
    for _ in 0..2 {
        rig.advance(Duration::from_secs(15));
        rig.reply("/messages", 200, r#"{"items":[]}"#);
    }
    assert_eq!(rig.count("/chat/c1/messages"), reads + 2, "every fifteen seconds");
    rig.advance(Duration::from_secs(15));
    let answer = r#"{"items":[{"id":"a1","role":"assistant","content":"Ciao","sequence_number":2}]}"#;
    rig.reply("/messages", 200, answer);
    rig.expect_lines(&[("q", Status::Sent), ("Ciao", Status::Complete)]);
    let reads = rig.count("/chat/c1/messages");
    rig.advance(Duration::from_secs(40));
    assert_eq!(
        rig.count("/chat/c1/messages"),
        reads,
        "nothing is awaited any more"
    );
}

#[test]
fn history_does_not_stand_in_for_a_socket_while_nobody_looks() {
    let mut rig = Rig::live("\"history\"");
    rig.server(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
    rig.drop_link();
    for _ in 0..3 {
        rig.advance_to_next_socket();
        rig.close(1006, "");
    }
    rig.reply("/chat/c1", 200, r#"{"id":"c1"}"#);
    rig.page(PageSignal::Hidden);
    let reads = rig.count("/chat/c1/messages");
    rig.advance(Duration::from_secs(90));
    assert_eq!(rig.count("/chat/c1/messages"), reads);
}

#[test]
fn a_platform_that_is_busy_for_hours_is_not_asked_by_itself() {
    let mut rig = refused_for("86400");
    let until = rig.now().wall_ms + 86_400_000;
    rig.advance(Duration::from_secs(2));
    let Some(Notice::Busy { until_ms, .. }) = rig.notice else {
        panic!("{:?}", rig.notice);
    };
    assert!(until_ms.abs_diff(until) <= 2000);
    let asked = rig.call_log.len();
    rig.advance(Duration::from_secs(4 * 3600));
    assert_eq!(rig.call_log.len(), asked);
    rig.expect_lines(&[("hi", Status::Queued)]);
    rig.act(|session, now| session.retry_now(now));
    rig.advance(Duration::from_secs(130));
    assert!(rig.call_log.len() > asked, "the button works");
}

#[test]
fn clients_at_the_longest_delay_do_not_come_back_together() {
    let delays = (0..200).map(|seed| {
        let mut rig = Rig::with_seed(seed);
        rig.start();
        rig.go_live("");
        rig.drop_link();
        for _ in 0..6 {
            rig.advance_to_next_socket();
            rig.close(1006, "");
        }
        let from = rig.clock_ms;
        rig.advance_to_next_socket();
        rig.clock_ms - from
    });
    let delays: Vec<u64> = delays.collect();
    let (least, most) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!(*least >= 15_000 && *most <= 30_100, "{least}..{most}");
    assert!(most - least >= 13_500, "{least}..{most}");
    let together = |at: u64| delays.iter().filter(|delay| delay.abs_diff(at) <= 500).count();
    assert!(delays.iter().all(|at| together(*at) < 50), "{delays:?}");
}
