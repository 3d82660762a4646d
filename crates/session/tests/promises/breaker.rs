//! Where nothing has worked for a while one page tries, and the others leave the platform alone (`faults.md` section 6.2).

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, HttpOutcome, PageSignal, Shelf, StoreKey};

use crate::{browser::name, family::Family, rig::Rig, tabs::WithLocks};

const SECOND: Duration = Duration::from_secs(1);

/// A page whose connection was sound, and whose sockets have come to nothing this often since.
fn failing(times: u32) -> Rig {
    let mut rig = Rig::live("");
    rig.say("one").unwrap();
    rig.acknowledge("u1");
    rig.drop_link();
    for _ in 1..times {
        rig.advance_to_next_socket();
        rig.close(1006, "");
    }
    rig
}

/// The page that is opened next, by a visitor who has the chat open.
fn next_of(rig: &Rig) -> Rig {
    let mut next = rig.reload(Duration::ZERO);
    next.start();
    next
}

fn has_tried(rig: &Rig) -> bool {
    !rig.call_log.is_empty() || !rig.sockets.is_empty()
}

#[test]
fn five_failures_in_a_row_make_the_next_page_wait_for_half_a_minute_and_fewer_do_not() {
    assert!(has_tried(&next_of(&failing(4))));

    let mut next = next_of(&failing(5));
    next.advance(30 * SECOND);
    assert!(!has_tried(&next));
    next.advance(SECOND);
    assert!(has_tried(&next));
}

#[test]
fn sockets_that_open_and_are_never_joined_and_those_that_never_open_count_like_those_that_drop() {
    for opens in [true, false] {
        let mut rig = failing(1);
        for _ in 0..4 {
            assert!(has_tried(&next_of(&rig)));
            rig.advance_to_next_socket();
            if opens {
                rig.open();
            }
            let before = rig.closes.len();
            rig.advance(11 * SECOND);
            assert_eq!(rig.closes.len(), before + 1, "given up");
        }
        assert!(!has_tried(&next_of(&rig)), "{opens}");
    }
}

#[test]
fn chats_that_cannot_be_made_count_and_probes_that_fail_do_not() {
    let mut rig = Rig::new();
    rig.say("one").unwrap();
    for made in 1..=7 {
        let has_told = rig.kept(StoreKey::Failing).is_some();
        assert_eq!(has_told, made > 6, "{made}");
        // The one before is under way still, in either form of the address.
        while rig.count("/chat") < made {
            let open: Vec<_> = rig.calls.drain(..).collect();
            for (id, _) in open {
                rig.act(|session, now| session.handle_http(id, HttpOutcome::Failed, now));
            }
            rig.advance(SECOND);
        }
    }
    assert!(!has_tried(&next_of(&rig)));
}

#[test]
fn a_page_that_waits_for_another_says_so_and_offers_a_try() {
    let mut next = next_of(&failing(5));
    next.advance(3 * SECOND);
    next.expect(Connection::Waiting);
    assert_eq!(next.notice_code(), Some(ErrorCode::NetworkUnreachableOrCors));
    assert!(next.session.phase().retry_at.is_some());
    next.act(|session, now| session.retry_now(now));
    next.advance(SECOND);
    assert!(has_tried(&next));
}

#[test]
fn a_try_the_visitor_asked_for_is_not_put_off_by_what_another_page_says_meanwhile() {
    let mut failing = failing(5);
    let mut next = next_of(&failing);
    next.act(|session, now| session.retry_now(now));
    failing.advance_to_next_socket();
    failing.close(1006, "");
    next.news(Shelf::Waits);
    next.advance(SECOND);
    assert!(has_tried(&next));
}

#[test]
fn whoever_comes_back_or_gets_the_network_back_does_not_wait_for_another_page() {
    for [gone, back] in [
        [PageSignal::Offline, PageSignal::Online],
        [PageSignal::Hidden, PageSignal::Visible],
        [PageSignal::Leaving, PageSignal::Returned],
    ] {
        let mut next = next_of(&failing(5));
        next.page(gone);
        next.page(back);
        // Whoever returns reads storage anew, and finds there what it knew.
        next.news(Shelf::Waits);
        next.advance(SECOND);
        assert!(has_tried(&next), "{back:?}");
    }
}

#[test]
fn a_tab_that_was_about_to_try_leaves_it_to_the_one_that_told_first_and_that_one_goes_on_as_before() {
    let mut family = Family::live(2, WithLocks::Yes, "");
    family.rigs[0].say("one").unwrap();
    family.settle();
    family.rigs[0].acknowledge("u1");
    family.settle();
    family.rigs[0].drop_link();
    for _ in 1..5 {
        family.rigs[0].advance_to_next_socket();
        family.rigs[0].close(1006, "");
    }
    let told_at = family.rigs[0].clock_ms;
    let passed = told_at - family.rigs[1].clock_ms;
    family.rigs[1].advance(Duration::from_millis(passed));
    family.rigs[1].drop_link();
    let opened = family.rigs[1].sockets.len();
    family.settle();
    family.rigs[1].advance(30 * SECOND);
    assert_eq!(family.rigs[1].sockets.len(), opened);
    family.rigs[0].advance_to_next_socket();
    assert!(family.rigs[0].clock_ms - told_at <= 30_000);
    family.rigs[1].advance(SECOND);
    assert_eq!(family.rigs[1].sockets.len(), opened + 1);
}

#[test]
fn a_connection_that_proved_itself_ends_the_count() {
    let mut rig = failing(4);
    rig.advance_to_next_socket();
    rig.join("");
    rig.advance(11 * SECOND);
    rig.server(r#"{"type":"ping"}"#);
    rig.close(1006, "");
    assert_eq!(rig.kept(StoreKey::Failing), None);
}

#[test]
fn a_wait_the_platform_asked_for_is_not_shortened_by_failures_nor_a_pause_believed_that_is_too_long() {
    let mut rig = failing(4);
    rig.advance_to_next_socket();
    rig.open();
    rig.server(r#"{"type":"rate_limit_exceeded","data":{"retry_after":100}}"#);
    let asked = rig.kept(StoreKey::Hold).unwrap();
    rig.close(1013, "");
    assert_eq!(rig.kept(StoreKey::Hold), Some(asked));
    assert_eq!(rig.kept(StoreKey::Failing), None);

    let rig = failing(5);
    let until_ms = rig.now().wall_ms + 90_000;
    let key = name(&StoreKey::Failing);
    rig.storage.borrow_mut().insert(key, until_ms.to_string());
    assert!(has_tried(&next_of(&rig)));
}
