//! What the browser says of the network, which may be wrong (`faults.md` rows N12 and N19 to N22).

use std::time::Duration;

use miptech_chat_session::{Connection, ErrorCode, PageSignal};

use crate::rig::Rig;

const SOON: Duration = Duration::from_millis(750);

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

#[test]
fn without_a_network_nothing_is_tried_but_a_probe_a_minute() {
    let mut rig = Rig::live("");
    rig.page(PageSignal::Offline);
    rig.drop_link();
    rig.expect(Connection::Offline);
    rig.advance(Duration::from_secs(59));
    assert_eq!(rig.notice_code(), Some(ErrorCode::NetworkOffline));
    assert_eq!(rig.sockets.len(), 1);
    rig.advance(Duration::from_secs(1));
    assert_eq!(rig.sockets.len(), 2, "the browser may be wrong");
    rig.close(1006, "");
    rig.advance(Duration::from_secs(59));
    assert_eq!(rig.sockets.len(), 2);
    rig.page(PageSignal::Online);
    rig.advance(SOON);
    assert_eq!(rig.sockets.len(), 3);
    rig.join("");
    assert_eq!(rig.notice, None);
}

#[test]
fn a_socket_is_not_given_up_because_the_browser_says_offline() {
    let mut rig = Rig::live("");
    let socket = rig.socket.unwrap();
    rig.page(PageSignal::Offline);
    assert_eq!(rig.frame_types(socket).last(), Some(&"ping"));
    rig.advance(Duration::from_secs(4));
    rig.server(r#"{"type":"pong"}"#);
    rig.advance(Duration::from_secs(20));
    rig.expect(Connection::Live);
    assert!(rig.closes.is_empty() && rig.notice.is_none());
}

#[test]
fn a_network_that_is_announced_and_dead_gets_one_try_and_the_count_goes_on() {
    let mut rig = waiting();
    let tries = rig.session.phase().tries;
    rig.page(PageSignal::Offline);
    rig.page(PageSignal::Online);
    let opened = rig.sockets.len();
    rig.advance(SOON);
    assert_eq!(rig.sockets.len(), opened + 1);
    rig.close(1006, "");
    assert_eq!(rig.session.phase().tries, tries + 1);
    rig.advance(Duration::from_secs(14));
    assert_eq!(rig.sockets.len(), opened + 1, "as slow as before");
}

#[test]
fn a_hundred_flips_of_the_network_are_three_tries_and_no_flicker() {
    let mut rig = Rig::live("");
    rig.drop_link();
    rig.notices.clear();
    for _ in 0..50 {
        for signal in [PageSignal::Offline, PageSignal::Online] {
            rig.page(signal);
            rig.advance(Duration::from_millis(100));
            if rig
                .socket
                .is_some_and(|socket| rig.sockets.len() > 1 && rig.sockets.last().unwrap().0 == socket)
            {
                rig.close(1006, "");
                rig.socket = None;
            }
        }
    }
    assert!(rig.sockets.len() <= 1 + 3, "{:?}", rig.sockets.len());
    let times: Vec<u64> = rig.notices.iter().map(|(at, _)| *at).collect();
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= 1000),
        "{times:?}"
    );
}

#[test]
fn a_page_whose_policy_forbids_the_platform_asks_no_more() {
    let mut rig = Rig::new();
    rig.start();
    rig.page(PageSignal::PolicyRefused);
    rig.expect(Connection::Blocked);
    assert_eq!(rig.notice_code(), Some(ErrorCode::NetworkBlockedByCsp));
    let asked = rig.call_log.len();
    rig.advance(Duration::from_secs(600));
    assert_eq!((rig.call_log.len(), rig.sockets.len()), (asked, 0));
}
