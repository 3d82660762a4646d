//! Other tabs of the same site: one lock for all of them, and news of what they write.

use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    neighbours, page,
    rig::{Page, Widget, elapse_until, settled, storage, stored, tick, until, word},
};

#[wasm_bindgen_test]
async fn a_renewal_waits_for_the_lock_and_gives_it_back() {
    let page = Page::open();
    let widget = expired(&page);
    JsFuture::from(neighbours::hold_lock(LOCK)).await.unwrap();
    let _pending = widget.handle.profile();
    until("the platform refused", || page::calls().len() == 1).await;
    let_pass().await;
    assert_eq!(lock_use().await, "1 held, 1 waiting");
    assert_eq!(renewals(), 0);

    neighbours::free_lock();
    until("the pair is renewed", || stored(REFRESH).as_deref() == Some("R2")).await;
    let_pass().await;
    assert_eq!(renewals(), 1);
    assert_eq!(lock_use().await, "0 held, 0 waiting");
}

#[wasm_bindgen_test]
async fn a_wish_for_the_lock_ends_with_the_widget() {
    let page = Page::open();
    let widget = expired(&page);
    JsFuture::from(neighbours::hold_lock(LOCK)).await.unwrap();
    let _pending = widget.handle.profile();
    until("the platform refused", || page::calls().len() == 1).await;
    let_pass().await;
    widget.handle.destroy();
    neighbours::free_lock();
    let_pass().await;
    assert_eq!(
        lock_use().await,
        "0 held, 0 waiting",
        "what was granted too late is given back"
    );
    assert_eq!(renewals(), 0);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_lock_held_ends_with_the_widget() {
    let page = Page::open();
    let widget = expired(&page);
    page::forget_answer(REFRESH_PATH);
    let _pending = widget.handle.profile();
    until("the renewal is under way", || renewals() == 1).await;
    assert_eq!(lock_use().await, "1 held, 0 waiting");
    widget.handle.destroy();
    let_pass().await;
    assert_eq!(lock_use().await, "0 held, 0 waiting");
}

#[wasm_bindgen_test]
async fn two_widgets_renew_once_and_share_the_pair() {
    let page = Page::open();
    let one = expired(&page);
    let two = page.named("two", "{}");
    page::answer(ME, 401, EXPIRED);
    page::answer_next(ME, 401, EXPIRED);
    page::answer_next(ME, 200, r#"{"id":"p1"}"#);
    // Both live in one document, where no storage event comes; the lock alone lets the second read the new pair.
    for promise in [one.handle.profile(), two.handle.profile()] {
        assert_eq!(word(&settled(promise).await, "id"), "p1");
    }
    assert_eq!(renewals(), 1);
    assert_eq!(stored(REFRESH).as_deref(), Some("R2"));
    assert!(one.handle.is_authenticated() && two.handle.is_authenticated());
}

#[wasm_bindgen_test]
async fn a_browser_without_locks_renews_soon_and_tells_the_other_tabs() {
    for forbid in [neighbours::forbid_locks as fn(), neighbours::refuse_locks] {
        let page = Page::open();
        forbid();
        page::stop_clock();
        let widget = expired(&page);
        page::forget_answer(REFRESH_PATH);
        let _pending = widget.handle.profile();
        until("the platform refused", || page::calls().len() == 1).await;
        tick().await;
        let begun = page::now();
        elapse_until("the renewal is under way", || renewals() == 1).await;
        assert!(page::now() - begun <= 300.0, "{}", page::now() - begun);
        assert!(stored(RENEWALS).is_some(), "other tabs can see when");
        widget.handle.destroy();
        assert!(stored(RENEWALS).is_some(), "whatever becomes of it");
        assert_eq!(page::faults(), [""; 0]);
    }
}

#[wasm_bindgen_test]
async fn a_renewal_of_another_tab_is_waited_for() {
    let page = Page::open();
    neighbours::forbid_locks();
    page::stop_clock();
    let widget = expired(&page);
    // Thirty seconds lie between two.
    let then = js_sys::Date::now() - 27_000.0;
    storage().set_item(RENEWALS, &format!("{then}")).unwrap();
    let _pending = widget.handle.profile();
    until("the platform refused", || page::calls().len() == 1).await;
    let begun = page::now();
    elapse_until("it renews all the same", || renewals() == 1).await;
    assert!(page::now() - begun >= 2900.0, "{}", page::now() - begun);
}

#[wasm_bindgen_test]
async fn a_sign_in_in_another_tab_is_one_here() {
    let page = Page::open();
    let widget = page.widget("{}");
    neighbours::other_tab_writes("miptech_user", Some(r#"{"id":"p1"}"#));
    neighbours::other_tab_writes(REFRESH, Some("R"));
    neighbours::other_tab_writes(ACCESS, Some("A"));
    until("it is heard", || widget.handle.is_authenticated()).await;
    assert_eq!(word(&widget.handle.state(), "auth"), "signed-in");
}

#[wasm_bindgen_test]
async fn a_sign_out_in_another_tab_is_one_here() {
    for leave in [
        || neighbours::other_tab_writes(ACCESS, None),
        neighbours::other_tab_clears as fn(),
    ] {
        let page = Page::open();
        let widget = expired(&page);
        assert!(widget.handle.is_authenticated());
        leave();
        until("it is heard", || !widget.handle.is_authenticated()).await;
        for key in [ACCESS, REFRESH, "miptech_user"] {
            assert_eq!(stored(key), None, "{key}");
        }
    }
}

#[wasm_bindgen_test]
async fn what_other_tabs_write_elsewhere_means_nothing() {
    let page = Page::open();
    let widget = expired(&page);
    neighbours::other_tab_writes("cart", Some("full"));
    let_pass().await;
    assert!(widget.handle.is_authenticated());
}

#[wasm_bindgen_test]
async fn nobody_listens_to_other_tabs_after_leaving() {
    let page = Page::open();
    page::watch();
    let listens = || page::alive_now().iter().any(|known| known == "listener storage");
    let widget = page.widget("{}");
    assert!(listens());
    widget.handle.destroy();
    assert!(!listens());
    neighbours::other_tab_writes(ACCESS, Some("A"));
    let_pass().await;
    assert!(!widget.handle.is_authenticated());
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_host_page_that_owns_identity_is_not_disturbed_by_what_tabs_write() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.set_token(&"host-token".into());
    neighbours::other_tab_writes(ACCESS, Some("A"));
    neighbours::other_tab_writes(ACCESS, None);
    let_pass().await;
    assert!(widget.handle.is_authenticated());
    page::answer(ME, 200, r#"{"id":"p1"}"#);
    settled(widget.handle.profile()).await;
    assert!(page::settings_of_calls()[0].contains("authorization Bearer host-token"));
}

/// A widget whose pair the platform no longer takes, and renews.
fn expired(page: &Page) -> Widget {
    for (key, value) in [(ACCESS, "A"), (REFRESH, "R"), ("miptech_user", r#"{"id":"p1"}"#)] {
        storage().set_item(key, value).unwrap();
    }
    page::answer(ME, 401, EXPIRED);
    page::answer_next(ME, 200, r#"{"id":"p1"}"#);
    page::answer(REFRESH_PATH, 200, RENEWED);
    page.widget("{}")
}

/// How often a refresh was asked for.
fn renewals() -> usize {
    let calls = page::calls();
    calls.iter().filter(|call| call.ends_with(REFRESH_PATH)).count()
}

/// Long enough for everything that needs no timer: locks and storage events come from outside this page.
async fn let_pass() {
    for _ in 0..50 {
        tick().await;
    }
}

async fn lock_use() -> String {
    JsFuture::from(neighbours::lock_use(LOCK))
        .await
        .unwrap()
        .as_string()
        .unwrap()
}

const ACCESS: &str = "miptech_access_token";
const REFRESH: &str = "miptech_refresh_token";
const RENEWALS: &str = "miptech_chat:miptech-company:renewal";

/// Tabs share the keys, so they share the lock that is named after one.
const LOCK: &str = REFRESH;

const ME: &str = "/api/v1/auth/me";
const EXPIRED: &str = r#"{"code":"invalid_token","message":"Expired"}"#;
const REFRESH_PATH: &str = "/api/v1/auth/refresh";
const RENEWED: &str = r#"{"access_token":"A2","refresh_token":"R2"}"#;
