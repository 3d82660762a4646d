//! One account in several tabs: one refresh for all, and a sign-out that stays one (`faults.md` rows T4 to T10).

use std::time::Duration;

use miptech_chat_session::{AuthState, Connection, HttpOutcome, Lock, Reply, StoreKey, TenantId, TokenKeys};

use crate::{
    browser::{Locks, Storage, signed_in_storage},
    rig::Rig,
    tabs::{Tabs, WithLocks},
};

const GRANT: &str = r#"{"detail":"invalid_grant"}"#;

fn live() -> Rig {
    let mut rig = Rig::with(7, signed_in_storage(), |_| {});
    rig.start();
    rig.go_live("");
    rig
}

/// Live, and the platform has just refused the token.
fn refused() -> Rig {
    let mut rig = live();
    rig.close(4401, "");
    rig
}

fn refreshes(rig: &Rig) -> usize {
    rig.count("/auth/refresh")
}

fn put(storage: &Storage, access: &str, refresh: &str) {
    for (key, value) in [
        ("miptech_access_token", access),
        ("miptech_refresh_token", refresh),
    ] {
        storage.borrow_mut().insert(key.to_owned(), value.to_owned());
    }
}

#[test]
fn ten_tabs_with_one_expired_token_refresh_once() {
    for locks in [WithLocks::Yes, WithLocks::No] {
        let mut tabs = Tabs::live(10, &signed_in_storage(), locks);
        for tab in 0..10 {
            tabs.rigs[tab].close(4401, "");
            tabs.settle();
        }
        tabs.advance(Duration::from_millis(500));
        assert_eq!(tabs.refreshes(), 1, "{locks:?}");
        let first = tabs.calling();
        tabs.rigs[first].refreshed("A2", "R2");
        tabs.settle();
        tabs.advance(Duration::from_secs(6));
        assert_eq!(tabs.refreshes(), 1, "{locks:?}");
        for rig in &mut tabs.rigs {
            rig.join("");
            assert_eq!(rig.last_join()["token"], "A2", "{locks:?}");
        }
    }
}

#[test]
fn ten_tabs_whose_token_is_refused_for_good_ask_once_and_all_are_signed_out() {
    let mut tabs = Tabs::live(10, &signed_in_storage(), WithLocks::Yes);
    for tab in 0..10 {
        tabs.rigs[tab].close(4401, "");
        tabs.settle();
    }
    let first = tabs.calling();
    tabs.rigs[first].reply("/auth/refresh", 401, GRANT);
    tabs.advance(Duration::from_secs(3));
    assert_eq!(tabs.refreshes(), 1);
    for rig in &tabs.rigs {
        rig.expect(Connection::SignedOut);
        assert_eq!(rig.account(), [None, None, None]);
    }
}

#[test]
fn a_lock_that_is_never_granted_is_waited_for_five_seconds() {
    let mut rig = live();
    rig.locks = Locks::Taken;
    rig.close(4401, "");
    rig.advance(Duration::from_millis(4999));
    assert_eq!(refreshes(&rig), 0);
    rig.advance(Duration::from_millis(1));
    assert_eq!(refreshes(&rig), 1);
    assert_eq!(
        rig.printed
            .iter()
            .filter(|line| line.contains("ReleaseLock"))
            .count(),
        1,
        "the wish is given up"
    );
    rig.refreshed("A2", "R2");
    rig.join("");
    rig.answer_lock(Lock::Held);
    assert!(
        rig.printed.last().unwrap().contains("ReleaseLock"),
        "too late is given back"
    );
}

#[test]
fn a_frozen_tabs_pair_is_adopted_by_who_waited_for_it() {
    let mut rig = live();
    rig.locks = Locks::Taken;
    rig.close(4401, "");
    put(&rig.storage, "A9", "R9");
    rig.advance(Duration::from_secs(5));
    assert_eq!(refreshes(&rig), 0);
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A9");
}

fn begun(rig: &Rig, ago_secs: &[u64]) {
    let key = StoreKey::Renewals.text(
        &TenantId::parse("miptech-company").unwrap(),
        &TokenKeys::default(),
    );
    let begun: Vec<String> = ago_secs
        .iter()
        .map(|secs| (rig.now().wall_ms - secs * 1000).to_string())
        .collect();
    rig.storage.borrow_mut().insert(key, begun.join(" "));
}

#[test]
fn a_renewal_begun_in_another_tab_counts_here_too() {
    for (ago_secs, wait_secs) in [
        (&[1][..], 29),
        (&[40, 200], 0),
        (&[40, 100, 400], 200),
        (&[601], 0),
    ] {
        for locks in [Locks::Free, Locks::Absent, Locks::Taken] {
            let mut rig = live();
            rig.locks = locks.clone();
            begun(&rig, ago_secs);
            rig.server(r#"{"type":"token_expired"}"#);
            rig.advance(Duration::from_secs(wait_secs).saturating_sub(Duration::from_millis(1)));
            assert_eq!(
                refreshes(&rig),
                usize::from(wait_secs == 0 && locks == Locks::Free)
            );
            // A lock nobody gives is waited for five seconds.
            rig.advance(Duration::from_secs(6));
            assert_eq!(refreshes(&rig), 1, "{ago_secs:?} {locks:?}");
        }
    }
}

#[test]
fn what_was_begun_in_another_tab_ages_by_our_own_clock() {
    let mut rig = live();
    begun(&rig, &[0]);
    rig.news(miptech_chat_session::Shelf::Account);
    rig.wall_shift_ms = 3_600_000;
    rig.server(r#"{"type":"token_expired"}"#);
    rig.advance(Duration::from_secs(29));
    assert_eq!(refreshes(&rig), 0);
    rig.advance(Duration::from_secs(1));
    assert_eq!(refreshes(&rig), 1);
}

#[test]
fn what_was_begun_before_the_page_was_opened_counts_whatever_clock_is_set_since() {
    let before = live();
    begun(&before, &[100, 200, 300]);
    let mut rig = Rig::with(8, before.storage.clone(), |_| {});
    rig.start();
    rig.go_live("");
    rig.wall_shift_ms = 3_600_000;
    rig.server(r#"{"type":"token_expired"}"#);
    rig.advance(Duration::from_secs(299));
    assert_eq!(refreshes(&rig), 0);
    rig.advance(Duration::from_secs(1));
    assert_eq!(refreshes(&rig), 1);
}

#[test]
fn a_failed_renewal_is_not_repeated_by_the_next_tab() {
    let mut tabs = Tabs::live(2, &signed_in_storage(), WithLocks::Yes);
    for tab in 0..2 {
        tabs.rigs[tab].close(4401, "");
        tabs.settle();
    }
    let first = tabs.calling();
    tabs.rigs[first].fail("/auth/refresh");
    tabs.settle();
    tabs.advance(Duration::from_secs(20));
    assert_eq!(tabs.refreshes(), 1);
}

#[test]
fn who_waits_until_a_renewal_may_be_begun_goes_on_with_the_pair_of_another_tab() {
    let mut rig = live();
    begun(&rig, &[1]);
    rig.close(4401, "");
    rig.expect(Connection::Waiting);
    put(&rig.storage, "A9", "R9");
    rig.storage_changed();
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A9");
}

#[test]
fn without_locks_who_begins_tells_the_others_before_it_asks() {
    let mut rig = live();
    rig.locks = Locks::Absent;
    rig.close(4401, "");
    rig.advance(Duration::from_millis(301));
    assert_eq!(refreshes(&rig), 1);
    let at: u64 = rig.kept(StoreKey::Renewals).unwrap().parse().unwrap();
    assert!(rig.now().wall_ms - at <= 301);
}

#[test]
fn a_sign_out_elsewhere_is_never_undone_by_a_refresh_in_flight() {
    for locks in [WithLocks::Yes, WithLocks::No] {
        let mut tabs = Tabs::live(2, &signed_in_storage(), locks);
        tabs.rigs[1].server(r#"{"type":"token_expired"}"#);
        tabs.settle();
        tabs.advance(Duration::from_millis(400));
        assert_eq!(tabs.calling(), 1);
        tabs.rigs[0].act(|session, now| session.sign_out(now));
        // The event has not reached the other tab yet when its answer comes.
        tabs.rigs[1].refreshed("A2", "R2");
        tabs.settle();
        assert_eq!(tabs.rigs[1].account(), [None, None, None], "{locks:?}");
        for rig in &tabs.rigs {
            assert_eq!(rig.auth, AuthState::Anonymous);
            assert_eq!(rig.breaks.len(), 1);
        }
    }
}

#[test]
fn a_storage_that_was_cleared_signs_out_and_keeps_the_transcript() {
    let mut rig = live();
    rig.say("hi").unwrap();
    rig.storage.borrow_mut().clear();
    rig.storage_changed();
    assert_eq!((rig.auth, rig.transcript.len()), (AuthState::Anonymous, 1));
}

#[test]
fn a_lost_race_is_no_sign_out() {
    let mut rig = refused();
    put(&rig.storage, "A9", "R9");
    rig.reply("/auth/refresh", 401, GRANT);
    assert_eq!(refreshes(&rig), 1);
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A9");
}

#[test]
fn a_pair_found_in_storage_may_be_old_and_is_renewed_before_its_refusal_ends_anything() {
    let mut rig = live();
    put(&rig.storage, "A9", "R9");
    rig.close(4401, "");
    rig.open();
    assert_eq!(refreshes(&rig), 0);
    rig.close(4401, "");
    assert_eq!(refreshes(&rig), 1);
    rig.refreshed("A10", "R10");
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A10");
    rig.close(4401, "");
    rig.expect(Connection::SignedOut);
}

#[test]
fn a_sibling_has_two_seconds_to_show_its_pair() {
    let mut rig = refused();
    rig.reply("/auth/refresh", 400, GRANT);
    rig.advance(Duration::from_millis(1900));
    put(&rig.storage, "A9", "R9");
    rig.storage_changed();
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A9");

    let mut untold = refused();
    untold.reply("/auth/refresh", 400, GRANT);
    untold.advance(Duration::from_millis(1900));
    put(&untold.storage, "A9", "R9");
    untold.advance(Duration::from_millis(100));
    untold.join("");
    assert_eq!(
        untold.account()[0].as_deref(),
        Some("A9"),
        "storage is read once more before it is erased"
    );
}

#[test]
fn an_own_sign_out_is_never_undone_by_a_refresh_in_flight() {
    let mut rig = refused();
    let open = rig.calls.last().unwrap().0;
    rig.act(|session, now| session.sign_out(now));
    assert!(rig.calls.iter().all(|(id, _)| *id != open), "it is given up");
    let reply = Reply {
        status: 200,
        body: r#"{"access_token":"A2","refresh_token":"R2"}"#.to_owned(),
        ..Reply::default()
    };
    rig.act(|session, now| session.handle_http(open, HttpOutcome::Reply(reply), now));
    assert_eq!(
        (rig.account(), rig.session.is_signed_in()),
        ([None, None, None], false)
    );
}

#[test]
fn a_pair_bought_with_a_token_that_is_no_longer_in_storage_is_thrown_away() {
    let mut rig = refused();
    put(&rig.storage, "A9", "R9");
    rig.refreshed("A2", "R2");
    assert_eq!(rig.account()[..2], [Some("A9".to_owned()), Some("R9".to_owned())]);
    rig.join("");
    assert_eq!(rig.last_join()["token"], "A9");
}

#[test]
fn the_new_pair_is_in_storage_before_the_lock_is_given_back() {
    let mut rig = refused();
    rig.refreshed("A2", "R2");
    let place = |what: &str| rig.printed.iter().position(|line| line.contains(what)).unwrap();
    assert!(place("RefreshToken") < place("ReleaseLock"));
}
