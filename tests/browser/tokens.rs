//! A page that owns identity: asked for a token with what it needs to know, and nothing it does can harm the widget.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    neighbours, page,
    rig::{NOTHING, Page, Widget, elapse_until, settings_with, settled, storage, tick, until, word},
};

#[wasm_bindgen_test]
async fn the_page_is_asked_before_anything_is_asked_of_the_platform() {
    let page = Page::open();
    let widget = with_source(&page, "waits", &NOTHING);
    until("the page is asked", || !neighbours::questions().is_empty()).await;
    assert_eq!(neighbours::questions(), ["initial null open"]);
    tick().await;
    assert_eq!(page::calls(), [""; 0]);
    neighbours::answer_question(0, &"T1".into());
    until("the chat is created", || creation().is_some()).await;
    assert!(
        creation().is_some_and(|call| call.contains("authorization Bearer T1")),
        "{:?}",
        creation()
    );
    assert_eq!(word(&widget.handle.state(), "auth"), "signed-in");
    assert_eq!(storage().length().unwrap(), 0, "nothing of the page's is kept");
}

#[wasm_bindgen_test]
async fn a_token_may_come_at_once() {
    let page = Page::open();
    let _widget = with_source(&page, "returns", &"T1".into());
    until("the chat is created", || creation().is_some()).await;
    assert!(creation().is_some_and(|call| call.contains("authorization Bearer T1")));
}

#[wasm_bindgen_test]
async fn a_page_without_a_token_has_anonymous_visitors() {
    for (how, value) in [
        ("throws", NOTHING),
        ("rejects", NOTHING),
        ("gives", JsValue::NULL),
        ("gives", NOTHING),
        ("gives", 7.into()),
        ("gives", "".into()),
        ("gives", "two words".into()),
        ("gives", js_sys::Object::new().into()),
        ("returns", JsValue::NULL),
    ] {
        let page = Page::open();
        let widget = with_source(&page, how, &value);
        until("the chat is created", || creation().is_some()).await;
        assert!(
            creation().is_some_and(|call| !call.contains("authorization")),
            "{how} {value:?}: {:?}",
            creation()
        );
        assert!(!widget.handle.is_authenticated(), "{how} {value:?}");
        assert_eq!(page::faults(), [""; 0], "{how} {value:?}");
    }
}

#[wasm_bindgen_test]
async fn a_refused_token_is_asked_for_anew_and_the_page_sees_which_was_refused() {
    let page = Page::open();
    page::stop_clock();
    page::answer(
        "/api/v1/auth/me",
        401,
        r#"{"code":"invalid_token","message":"Expired"}"#,
    );
    let widget = with_source(&page, "waits", &NOTHING);
    until("the page is asked", || !neighbours::questions().is_empty()).await;
    neighbours::answer_question(0, &"T1".into());
    until("somebody is signed in", || widget.handle.is_authenticated()).await;
    // A token refused within a minute of its coming is refused for another reason than its age.
    page::pass(61_000.0);
    let profile = widget.handle.profile();
    until("the page is asked again", || neighbours::questions().len() == 2).await;
    assert_eq!(neighbours::questions()[1], "rejected T1 open");
    page::answer("/api/v1/auth/me", 200, r#"{"id":"p1"}"#);
    neighbours::answer_question(1, &"T2".into());
    assert_eq!(word(&settled(profile).await, "id"), "p1");
}

#[wasm_bindgen_test]
async fn a_late_answer_is_none_to_the_next_question() {
    let page = Page::open();
    page::stop_clock();
    let widget = with_source(&page, "waits", &NOTHING);
    until("the page is asked", || !neighbours::questions().is_empty()).await;
    page::answer(
        "/api/v1/chat",
        401,
        r#"{"code":"auth_required","message":"Log in"}"#,
    );
    elapse_until("a sign-in is demanded", || {
        word(&widget.handle.state(), "auth") == "required"
    })
    .await;
    widget.handle.open(&NOTHING);
    widget.all("[part~=notice] button, [part~=sign-in] button")[0].click();
    until("the page is asked again", || neighbours::questions().len() == 2).await;
    assert_eq!(neighbours::questions()[0], "initial null aborted");
    neighbours::answer_question(0, &"LATE".into());
    for _ in 0..5 {
        tick().await;
    }
    let calls = page::settings_of_calls();
    assert!(!calls.iter().any(|call| call.contains("LATE")), "{calls:?}");
}

#[wasm_bindgen_test]
async fn an_answer_nobody_waits_for_is_told_so() {
    let page = Page::open();
    let widget = with_source(&page, "waits", &NOTHING);
    until("the page is asked", || !neighbours::questions().is_empty()).await;
    widget.handle.destroy();
    tick().await;
    assert_eq!(neighbours::questions(), ["initial null aborted"]);
    neighbours::answer_question(0, &"T1".into());
    tick().await;
    assert_eq!(page::calls(), [""; 0]);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_page_that_does_not_answer_in_ten_seconds_has_an_anonymous_visitor() {
    let page = Page::open();
    page::stop_clock();
    let _widget = with_source(&page, "waits", &NOTHING);
    until("the page is asked", || !neighbours::questions().is_empty()).await;
    let asked = page::now();
    elapse_until("the chat is created", || creation().is_some()).await;
    assert!(page::now() - asked >= 10_000.0);
    assert!(creation().is_some_and(|call| !call.contains("authorization")));
}

#[wasm_bindgen_test]
async fn a_page_may_hand_its_token_over_by_itself() {
    let page = Page::open();
    let widget = page.widget(r#"{"connect": "open"}"#);
    widget.handle.set_token(&"T1".into());
    assert!(widget.handle.is_authenticated());
    widget.handle.open(&NOTHING);
    page::refuse_calls();
    until("the chat is created", || creation().is_some()).await;
    assert!(creation().is_some_and(|call| call.contains("authorization Bearer T1")));
    assert_eq!(storage().length().unwrap(), 0);
}

/// A widget that connects at once, on a platform that is ready, with a page that gives tokens in one way.
fn with_source(page: &Page, how: &str, value: &JsValue) -> Widget {
    page::answer("/api/v1/health", 200, r#"{"status":"healthy"}"#);
    let source = neighbours::token_source(how, value);
    let options = settings_with(
        r#"{"connect": "load", "profile": "two-step", "signIn": "off"}"#,
        "getToken",
        &source,
    );
    page.mount_on(page.host("one"), &options)
}

/// How the chat was asked for.
fn creation() -> Option<String> {
    let calls = page::settings_of_calls();
    calls.into_iter().find(|call| call.starts_with("POST"))
}
