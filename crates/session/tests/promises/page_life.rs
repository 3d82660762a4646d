//! The page's life: hidden, asleep, left, brought back (`faults.md` rows L1 to L10).

use std::time::Duration;

use miptech_chat_session::{Connection, Lock, LockName, PageSignal, SocketEvent, Status, StoreKey};

use crate::{
    browser::{Locks, signed_in_storage},
    rig::Rig,
};

const DEDUP: &str = "\"client_message_id\"";
const SOON: Duration = Duration::from_millis(750);
const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// Waits for its next try, as long as tries take after many failures.
fn waiting() -> Rig {
    let mut rig = Rig::live("");
    rig.drop_link();
    for _ in 0..6 {
        rig.advance_to_next_socket();
        rig.close(1006, "");
    }
    rig.expect(Connection::Waiting);
    rig
}

/// A connection that was let go because nobody saw it for so long.
fn paused() -> Rig {
    let mut rig = Rig::live("");
    rig.page(PageSignal::Hidden);
    rig.advance(FIVE_MINUTES);
    rig.expect(Connection::Paused);
    rig
}

fn count(rig: &Rig, what: &str) -> usize {
    rig.printed.iter().filter(|line| line.contains(what)).count()
}

fn chunk(text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","content":"{text}"}}}}"#)
}

#[test]
fn a_page_nobody_has_seen_yet_asks_nothing_of_anybody() {
    let mut rig = Rig::new();
    rig.page(PageSignal::Hidden);
    rig.start();
    rig.say("hi").unwrap();
    rig.advance(Duration::from_secs(600));
    rig.expect(Connection::Paused);
    assert!(rig.call_log.is_empty() && rig.sockets.is_empty());
    rig.page(PageSignal::Visible);
    rig.advance(SOON);
    rig.go_live("");
    assert_eq!(rig.sent_texts(), ["hi"]);
}

#[test]
fn a_hidden_page_that_loses_its_socket_makes_no_try_until_it_is_seen() {
    for when in [PageSignal::Hidden, PageSignal::Offline] {
        let mut rig = Rig::live("");
        rig.page(PageSignal::Hidden);
        rig.page(when);
        rig.drop_link();
        rig.advance(Duration::from_secs(600));
        assert_eq!(rig.sockets.len(), 1);
        rig.page(PageSignal::Online);
        rig.advance(Duration::from_secs(600));
        assert_eq!(rig.sockets.len(), 1, "a network is no visitor");
        rig.page(PageSignal::Visible);
        rig.advance(SOON);
        assert_eq!(rig.sockets.len(), 2);
    }
}

#[test]
fn a_page_hidden_in_a_pause_makes_no_try_at_its_end() {
    let mut rig = waiting();
    let opened = rig.sockets.len();
    rig.page(PageSignal::Hidden);
    rig.advance(Duration::from_secs(600));
    assert_eq!(rig.sockets.len(), opened);
}

#[test]
fn a_hidden_page_holds_its_socket_for_five_minutes() {
    let mut rig = Rig::live("");
    let socket = rig.socket.unwrap();
    rig.page(PageSignal::Hidden);
    rig.advance(FIVE_MINUTES - Duration::from_millis(1));
    rig.expect(Connection::Live);
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.closes, [(socket, 4900)]);
    rig.expect(Connection::Paused);
    rig.advance(Duration::from_secs(3600));
    assert_eq!(rig.sockets.len(), 1);
    assert_eq!(rig.notice, None, "nothing is wrong");
}

#[test]
fn a_hidden_page_holds_its_socket_for_an_answer_but_not_for_ever() {
    let mut rig = Rig::live("");
    rig.server(&chunk("x"));
    rig.page(PageSignal::Hidden);
    for _ in 0..19 {
        rig.advance(Duration::from_secs(30));
        rig.server(&chunk("x"));
    }
    rig.expect(Connection::Live);
    rig.advance(Duration::from_secs(30));
    rig.expect(Connection::Paused);

    let mut done = Rig::live("");
    done.server(&chunk("x"));
    done.page(PageSignal::Hidden);
    for _ in 0..5 {
        done.advance(Duration::from_secs(60));
        done.server(&chunk("x"));
    }
    done.expect(Connection::Live);
    done.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"x"}}"#);
    done.advance(Duration::from_millis(1));
    done.expect(Connection::Paused);
}

#[test]
fn a_glance_in_between_begins_the_five_minutes_anew() {
    let mut rig = Rig::live("");
    rig.page(PageSignal::Hidden);
    rig.advance(Duration::from_secs(299));
    rig.page(PageSignal::Visible);
    rig.page(PageSignal::Hidden);
    rig.advance(Duration::from_secs(299));
    rig.expect(Connection::Live);
}

#[test]
fn any_one_sign_of_a_visitor_brings_a_paused_page_back_at_once() {
    for signal in [PageSignal::Visible, PageSignal::Returned] {
        let mut rig = paused();
        rig.page(signal);
        rig.advance(SOON);
        assert_eq!(rig.sockets.len(), 2, "{signal:?}");
        rig.join("");
    }
    let mut clicked = paused();
    clicked.page(PageSignal::Visible);
    clicked.act(|session, now| session.retry_now(now));
    clicked.advance(SOON);
    assert_eq!(clicked.sockets.len(), 2, "two signs, one try");
}

#[test]
fn hidden_is_a_state_and_not_a_count() {
    let mut rig = paused();
    rig.page(PageSignal::Hidden);
    rig.page(PageSignal::Hidden);
    rig.page(PageSignal::Visible);
    rig.advance(SOON);
    rig.join("");
    rig.page(PageSignal::Visible);
    rig.drop_link();
    rig.advance_to_next_socket();
}

#[test]
fn a_return_says_nothing_of_what_went_wrong_while_nobody_looked() {
    let mut rig = Rig::live("");
    rig.page(PageSignal::Hidden);
    rig.drop_link();
    rig.advance(Duration::from_secs(600));
    rig.page(PageSignal::Visible);
    rig.advance(Duration::from_millis(500));
    assert_eq!(rig.notice, None);
}

#[test]
fn a_machine_that_slept_asks_its_socket_for_a_sign_of_life() {
    for answers in [true, false] {
        let mut rig = Rig::live("");
        let socket = rig.socket.unwrap();
        while rig.frame_types(socket).last() != Some(&"ping") {
            rig.advance(Duration::from_millis(100));
        }
        if answers {
            rig.server(r#"{"type":"pong"}"#);
        }
        rig.advance(Duration::from_secs(15));
        let pings = count(&rig, "SendFrame");
        rig.wall_shift_ms = 8 * 3600 * 1000;
        rig.act(|session, now| session.handle_timeout(now));
        assert_eq!(count(&rig, "SendFrame"), pings + 1);
        rig.advance(Duration::from_secs(1));
        assert_eq!(rig.closes.contains(&(socket, 4900)), answers);
    }
}

#[test]
fn a_machine_that_slept_through_a_pause_does_not_wait_for_its_end() {
    for slept in ["the wall clock went on", "the timer came late"] {
        let mut rig = waiting();
        let opened = rig.sockets.len();
        if slept.contains("wall") {
            rig.wall_shift_ms = 3_600_000;
        } else {
            rig.clock_ms += 3_600_000;
        }
        rig.act(|session, now| session.handle_timeout(now));
        rig.advance(SOON);
        assert_eq!(rig.sockets.len(), opened + 1, "{slept}");
    }
}

#[test]
fn a_page_that_is_left_holds_nothing_and_plans_nothing() {
    let mut rig = Rig::live("");
    let socket = rig.socket.unwrap();
    rig.say("hi").unwrap();
    rig.server(&chunk("Half"));
    rig.act(|session, now| session.set_draft("next", now));
    rig.page(PageSignal::Leaving);
    assert_eq!(rig.closes, [(socket, 4900)]);
    assert_eq!(rig.session.deadline(), None);
    assert_eq!(rig.kept(StoreKey::Draft).as_deref(), Some("next"));
    assert!(rig.kept(StoreKey::Transcript).unwrap().contains("Half"));
    let late = SocketEvent::Closed {
        code: 1006,
        reason: "",
    };
    rig.socket_event_of(socket, late);
    rig.act(|session, now| session.handle_timeout(now));
    rig.advance(Duration::from_secs(3600));
    assert_eq!((rig.sockets.len(), rig.call_log.len()), (1, 2));
}

#[test]
fn a_page_left_in_the_middle_of_creation_gives_the_call_up_and_asks_again_on_return() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.page(PageSignal::Leaving);
    assert!(rig.calls.is_empty());
    rig.page(PageSignal::Returned);
    rig.advance(SOON);
    rig.go_live("");
}

#[test]
fn no_lock_outlives_the_page() {
    let mut choosing = Rig::live("");
    choosing.outbox_locks = Locks::Taken;
    choosing.say("hi").unwrap();
    choosing.page(PageSignal::Leaving);
    assert_eq!(count(&choosing, "ReleaseLock(Outbox)"), 1);
    choosing.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    assert_eq!(count(&choosing, "ReleaseLock(Outbox)"), 2);

    for locks in [Locks::Taken, Locks::Free] {
        let mut renewing = Rig::with(7, signed_in_storage(), |_| {});
        renewing.start();
        renewing.go_live("");
        renewing.locks = locks;
        renewing.close(4401, "");
        let before = count(&renewing, "ReleaseLock(Renewal)");
        renewing.page(PageSignal::Leaving);
        assert_eq!(count(&renewing, "ReleaseLock(Renewal)"), before + 1);
    }
}

#[test]
fn a_page_brought_back_is_live_again_with_all_it_had() {
    let mut rig = Rig::live(DEDUP);
    rig.say("one").unwrap();
    rig.page(PageSignal::Hidden);
    rig.page(PageSignal::Leaving);
    rig.advance(Duration::from_secs(3600));
    rig.page(PageSignal::Returned);
    rig.advance(SOON);
    rig.join(DEDUP);
    assert_eq!(rig.sent_texts(), ["one", "one"]);
    rig.acknowledge("u1");
    rig.expect_lines(&[("one", Status::Sent)]);
}
