//! A storage that refuses: memory stands in for it as long as the page lives, and nothing throws.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    neighbours, page,
    rig::{Page, Widget, get, settled, storage, stored, tick, until, word},
};

#[wasm_bindgen_test]
async fn who_signs_in_without_storage_is_signed_in_for_this_page() {
    for refuse in [page::forbid_storage as fn(), page::fill_storage] {
        let page = Page::open();
        refuse();
        page::stop_clock();
        let widget = signed_in(&page).await;
        // The platform refuses the token, which is not fresh any more: the pair is renewed with what memory holds.
        page::pass(61_000.0);
        page::answer("/api/v1/auth/me", 401, r#"{"code":"invalid_token"}"#);
        page::answer_next("/api/v1/auth/me", 200, r#"{"id":"p1"}"#);
        page::answer(
            "/api/v1/auth/refresh",
            200,
            r#"{"access_token":"A2","refresh_token":"R2"}"#,
        );
        assert_eq!(word(&settled(widget.handle.profile()).await, "id"), "p1");
        assert_eq!(page::faults(), [""; 0]);
    }
}

#[wasm_bindgen_test]
async fn a_full_storage_does_not_bring_an_old_account_back() {
    let page = Page::open();
    for (key, value) in [
        ("miptech_access_token", "OLD"),
        ("miptech_refresh_token", "OLD"),
        ("miptech_user", r#"{"id":"somebody-else"}"#),
    ] {
        storage().set_item(key, value).unwrap();
    }
    page::fill_storage();
    let widget = signed_in(&page).await;
    page::answer("/api/v1/auth/me", 200, r#"{"id":"p1"}"#);
    assert_eq!(word(&settled(widget.handle.profile()).await, "id"), "p1");
    assert!(
        page::settings_of_calls()
            .iter()
            .any(|call| call.contains("authorization Bearer A")),
        "{:?}",
        page::settings_of_calls()
    );
    widget.handle.logout();
    for key in ["miptech_access_token", "miptech_refresh_token", "miptech_user"] {
        assert_eq!(stored(key), None, "{key}");
    }
    assert!(!widget.handle.is_authenticated());
    drop(widget);
    assert!(
        !page.widget("{}").handle.is_authenticated(),
        "memory ended with its widget"
    );
}

#[wasm_bindgen_test]
async fn memory_forgets_who_signed_out() {
    let page = Page::open();
    storage().set_item("cart", "full").unwrap();
    page::fill_storage();
    let widget = signed_in(&page).await;
    widget.handle.logout();
    // The widget looks again at all it holds.
    neighbours::other_tab_clears();
    until("the other tab is heard", || stored("cart").is_none()).await;
    for _ in 0..20 {
        tick().await;
    }
    assert!(!widget.handle.is_authenticated());
}

#[wasm_bindgen_test]
async fn corrupt_values_are_none() {
    for (key, value) in [
        ("miptech_access_token", "undefined"),
        ("miptech_access_token", "two words"),
        ("miptech_session_id", "x"),
        ("miptech_chat:miptech-company:visitor_id", "white space"),
        ("miptech_chat:miptech-company:profile", "fast nonsense"),
        ("miptech_chat:miptech-company:chat_id", ""),
        ("miptech_user", "{"),
    ] {
        let page = Page::open();
        storage().set_item(key, value).unwrap();
        let widget = page.widget(r#"{"connect": "load"}"#);
        until("the connection begins", || !page::calls().is_empty()).await;
        assert!(!widget.handle.is_authenticated(), "{key}");
        tick().await;
        assert_eq!(page::faults(), [""; 0], "{key}");
    }
}

/// What other programs of the same site keep is theirs.
#[wasm_bindgen_test]
async fn foreign_keys_are_left_alone() {
    let page = Page::open();
    let foreign = [
        "miptech_session",
        "miptech_session_token",
        "miptech_jwt_token",
        "cart",
    ];
    for key in foreign {
        storage().set_item(key, "theirs").unwrap();
    }
    let widget = signed_in(&page).await;
    widget.handle.logout();
    widget.handle.new_conversation();
    tick().await;
    for key in foreign {
        assert_eq!(stored(key).as_deref(), Some("theirs"), "{key}");
    }
}

async fn signed_in(page: &Page) -> Widget {
    page::answer(
        "/api/v1/auth/login",
        200,
        r#"{"access_token":"A","refresh_token":"R","user":{"id":"p1"}}"#,
    );
    let widget = page.widget("{}");
    let result = settled(widget.handle.sign_in(&"a@b.example".into(), &"secret".into())).await;
    assert_eq!(get(&result, "ok"), true);
    widget
}
