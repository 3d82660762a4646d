//! Patience: wait hints are floors for everything, and no chain of events makes a flood.

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, Notice};

use crate::{browser::signed_in_storage, rig::Rig};

/// How long after the last event the next socket opens, in milliseconds.
fn gap(rig: &mut Rig) -> u64 {
    let from = rig.clock_ms;
    rig.advance_to_next_socket();
    rig.sockets.last().unwrap().1 - from
}

fn creating() -> Rig {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig
}

/// When the next creation goes, in milliseconds from now.
fn next_creation(rig: &mut Rig) -> u64 {
    let (from, before) = (rig.clock_ms, rig.count("/chat") + rig.count("/chat/"));
    while rig.count("/chat") + rig.count("/chat/") == before {
        rig.advance(Duration::from_millis(100));
        assert!(rig.clock_ms - from < 600_000, "no creation any more");
    }
    rig.call_log.last().unwrap().0 - from
}

#[test]
fn a_1008_soon_after_a_rate_limit_is_one() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":1}}"#);
    rig.advance(Duration::from_secs(59));
    rig.close(1008, "");
    assert!(gap(&mut rig) >= 5000);

    let mut late = Rig::live("");
    late.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":1}}"#);
    late.advance(Duration::from_secs(60));
    late.close(1008, "");
    late.expect(Connection::Blocked);
}

#[test]
fn a_1008_that_names_a_rate_waits_five_seconds() {
    let mut rig = Rig::live("");
    rig.close(1008, "Rate limit exceeded");
    assert!(gap(&mut rig) >= 5000);
}

#[test]
fn closes_for_a_rate_respect_the_hint_that_came_before() {
    for close in [4003, 4429, 1008, 1013] {
        for is_live in [true, false] {
            let mut rig = Rig::created();
            if is_live {
                rig.join("");
            } else {
                rig.open();
            }
            rig.server(
                r#"{"type":"error","data":{"code":"RATE_LIMIT_EXCEEDED","message":"Slow","retry_after":40}}"#,
            );
            rig.close(close, "");
            let waited = gap(&mut rig);
            assert!(waited >= 40_000, "{close} {is_live}: {waited}");
        }
    }
}

#[test]
fn any_error_frames_hint_is_a_floor() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"error","data":{"message":"Overloaded","retry_after":30}}"#);
    rig.drop_link();
    assert!(gap(&mut rig) >= 30_000);
}

#[test]
fn a_rate_close_without_a_hint_waits_five_seconds() {
    let mut rig = Rig::live("");
    rig.close(4003, "");
    assert!(gap(&mut rig) >= 5000);
}

#[test]
fn a_hint_is_spread_by_a_fifth_and_never_cut_short() {
    let mut waits = Vec::new();
    for seed in 0..40 {
        let mut rig = Rig::with_seed(seed);
        rig.start();
        rig.reply("/health", 200, r#"{"status":"healthy"}"#);
        rig.reply("/chat", 429, r#"{"detail":"Slow","retry_after":30}"#);
        waits.push(next_creation(&mut rig));
    }
    let (least, most) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
    assert!(
        least >= 30_000 && most <= 36_000 && most - least > 3000,
        "{least}..{most}"
    );
}

#[test]
fn a_rate_limit_without_a_readable_hint_begins_at_five_seconds_and_doubles() {
    let mut rig = creating();
    let mut waits = Vec::new();
    for _ in 0..6 {
        rig.reply("/chat", 429, r#"{"detail":"Slow"}"#);
        waits.push(next_creation(&mut rig) / 1000);
    }
    for (wait, least) in waits.iter().zip([5, 10, 20, 40, 60, 60]) {
        assert!((least..=least * 6 / 5).contains(wait), "{waits:?}");
    }
    assert_eq!(rig.notice_code(), Some(ErrorCode::RateLimited));
}

#[test]
fn nobody_in_a_hurry_gets_past_a_hint() {
    let mut rig = creating();
    rig.reply("/chat", 429, r#"{"detail":"Slow","retry_after":30}"#);
    for _ in 0..5 {
        rig.act(|session, now| session.retry_now(now));
        rig.advance(Duration::from_millis(5900));
        assert_eq!(rig.count("/chat"), 1);
    }
    rig.advance(Duration::from_secs(7));
    assert_eq!(rig.count("/chat"), 2);

    let mut rig = Rig::live("");
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":30}}"#);
    rig.close(1000, "");
    rig.expect(Connection::Idle);
    rig.say("now!").unwrap();
    assert!(gap(&mut rig) >= 30_000);
}

#[test]
fn sockets_are_at_most_eight_in_a_minute_and_twenty_five_in_five() {
    let mut rig = Rig::live("");
    for second in 0..900 {
        if rig.socket.is_some() {
            rig.open();
            rig.close(1013, "");
        }
        if second % 5 == 0 {
            rig.act(|session, now| session.retry_now(now));
        }
        rig.advance(Duration::from_secs(1));
    }
    let times: Vec<u64> = rig.sockets.iter().map(|(_, at, _)| *at).collect();
    assert!(times.len() > 40, "{}", times.len());
    assert!(
        times.windows(9).all(|nine| nine[8] - nine[0] >= 60_000),
        "{times:?}"
    );
    assert!(
        times.windows(26).all(|many| many[25] - many[0] >= 300_000),
        "{times:?}"
    );
}

#[test]
fn creations_are_at_most_eight_in_a_minute() {
    for seed in 0..20 {
        let mut rig = Rig::with(seed, signed_in_storage(), |_| {});
        rig.start();
        rig.reply("/health", 200, r#"{"status":"healthy"}"#);
        for _ in 0..600 {
            for form in ["/chat", "/chat/"] {
                if rig.calls.iter().any(|(_, call)| call.url.ends_with(form)) {
                    rig.fail(form);
                }
            }
            rig.act(|session, now| session.retry_now(now));
            rig.advance(Duration::from_secs(1));
        }
        let calls = rig.call_log.iter().filter(|(_, call)| call.body.is_some());
        let times: Vec<u64> = calls.map(|(at, _)| *at).collect();
        assert!(times.len() > 20, "{}", times.len());
        assert!(
            times.windows(9).all(|nine| nine[8] - nine[0] >= 60_000),
            "{times:?}"
        );
    }
}

#[test]
fn the_wait_the_platform_asks_for_is_counted_down_and_its_end_takes_the_words_away() {
    let mut rig = Rig::live("");
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":30}}"#);
    let Some(Notice::Mishap {
        retry_at: Some(at), ..
    }) = rig.notice.clone()
    else {
        panic!("{:?}", rig.notice);
    };
    let left = at.since(rig.now().mono);
    assert!(
        left >= Duration::from_secs(30) && left <= Duration::from_secs(36),
        "{left:?}"
    );
    rig.advance(Duration::from_secs(29));
    assert!(rig.notice.is_some());
    rig.advance(Duration::from_secs(8));
    assert_eq!(rig.notice, None);
}
