//! A storage that refuses: memory stands in for it as long as the page lives, and nothing throws.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    keeping, neighbours, page,
    rig::{Page, Says, Widget, get, settled, storage, stored, text_of, tick, until, word},
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

/// Nothing throws, nothing typed is lost from sight, and the widget goes on, whichever call of storage fails.
#[wasm_bindgen_test]
async fn every_kind_of_storage_call_may_fail() {
    for call in ["getItem", "setItem", "removeItem", "key", "length"] {
        let page = Page::open();
        keeping::returning();
        keeping::message("k0", "from before", "queued");
        page::fail_storage(call, None);
        use_storage(&page, call).await;
    }
}

#[wasm_bindgen_test]
async fn every_single_storage_call_may_fail() {
    for number in 0..60 {
        let page = Page::open();
        keeping::returning();
        page::fail_storage("", Some(number));
        use_storage(&page, &format!("call {number}")).await;
    }
}

#[wasm_bindgen_test]
async fn a_storage_that_refuses_is_told_of_once() {
    for (refuse, code, words) in [
        (
            page::fill_storage as fn(),
            "storage/quota",
            "Keep this tab open until your message is sent.",
        ),
        (
            page::forbid_storage,
            "storage/blocked",
            "This chat won't be remembered after you leave.",
        ),
    ] {
        let page = Page::open();
        refuse();
        let widget = page.widget(r#"{"open": true}"#);
        let _pending = widget.handle.say("one");
        until("it is said", || !widget.parts("notice").is_empty()).await;
        assert!(text_of(&widget.part("notice")).contains(words), "{code}");
        widget.all("[part~=notice] button")[0].click();
        for text in ["two", "three"] {
            let _pending = widget.handle.say(text);
        }
        for _ in 0..20 {
            tick().await;
        }
        assert!(widget.parts("notice").is_empty(), "{code}: once is enough");
        let told = page::heard();
        assert_eq!(
            told.iter().filter(|line| line.contains(code)).count(),
            1,
            "{told:?}"
        );
        assert_eq!(widget.bubbles(), ["one", "two", "three"]);
    }
}

/// What a visitor does with a widget, as far as it reads and writes.
async fn use_storage(page: &Page, what: &str) {
    page::answer(
        "/api/v1/auth/login",
        200,
        r#"{"access_token":"A","refresh_token":"R","user":{"id":"p1"}}"#,
    );
    let widget = page.widget(r#"{"open": true, "connect": "load"}"#);
    let _pending = widget.handle.say_as("Hello", "k1");
    tick().await;
    assert!(widget.bubbles().iter().any(|text| text == "Hello"), "{what}");
    widget.type_text("half a thought").await;
    page::happens("pagehide");
    page::happens("pageshow");
    tick().await;
    assert_eq!(widget.input().value(), "half a thought", "{what}");
    settled(widget.handle.sign_in(&"a@b.example".into(), &"secret".into())).await;
    widget.handle.logout();
    tick().await;
    assert!(!widget.handle.is_authenticated(), "{what}");
    widget.handle.destroy();
    drop(widget);
    drop(page.widget(r#"{"open": true}"#));
    assert_eq!(page::faults(), [""; 0], "{what}");
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
