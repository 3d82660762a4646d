//! What the handle tells of the state has the shapes of `types.d.ts`, and is the page's own to keep.

use js_sys::{Array, Date, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{NOTHING, Page, Says, elapse_until, fields, get, tick, until, word},
};

#[wasm_bindgen_test]
fn the_state_at_rest_is_whole() {
    let page = Page::open();
    let widget = page.widget("{}");
    assert_eq!(page::json(&widget.handle.state()).unwrap(), AT_REST);
}

#[wasm_bindgen_test]
async fn the_state_follows_what_happens() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.open(&NOTHING);
    let _pending = widget.handle.say("Hello");
    let state = widget.handle.state();
    assert_eq!(get(&state, "isOpen"), true);
    assert_eq!(get(&state, "messages"), 1.0);
    assert_eq!(word(&state, "status"), "starting");
    assert_eq!(word(&state, "connection.state"), "starting");
    assert!(get(&state, "chatId").is_null());
}

#[wasm_bindgen_test]
async fn a_state_between_two_tries_says_when_the_next_one_comes() {
    let page = Page::open();
    page::refuse_calls();
    page::stop_clock();
    let before = Date::now();
    let widget = page.widget(r#"{"connect": "load"}"#);
    elapse_until("a next try is planned", || {
        !get(&widget.handle.state(), "connection.retryAt").is_undefined()
    })
    .await;
    let state = widget.handle.state();
    assert_eq!(word(&state, "status"), "waiting");
    assert_eq!(word(&state, "connection.state"), "waiting");
    let at = get(&state, "connection.retryAt").as_f64().unwrap();
    assert!(
        at >= before && at < Date::now() + 120_000.0,
        "{at}, a time of the wall clock"
    );
}

/// `attempt`: how many tries were made since the connection last proved itself (`types.d.ts`).
#[wasm_bindgen_test]
async fn a_try_that_failed_is_counted() {
    let page = Page::open();
    page::refuse_calls();
    page::stop_clock();
    let widget = page.widget(r#"{"connect": "load"}"#);
    elapse_until("a next try is planned", || {
        !get(&widget.handle.state(), "connection.retryAt").is_undefined()
    })
    .await;
    let attempt = get(&widget.handle.state(), "connection.attempt")
        .as_f64()
        .unwrap();
    assert!(attempt >= 1.0, "{attempt} after {} calls", page::calls().len());
}

#[wasm_bindgen_test]
fn no_message_is_an_empty_list() {
    let page = Page::open();
    let widget = page.widget("{}");
    let messages: Array = widget.handle.messages().dyn_into().expect("an array");
    assert_eq!(messages.length(), 0);
}

#[wasm_bindgen_test]
fn a_message_is_whole() {
    let page = Page::open();
    let widget = page.widget("{}");
    let before = Date::now();
    let _pending = widget.handle.say_as("a <b>bold</b> text", "c-1");
    let messages: Array = widget.handle.messages().dyn_into().expect("an array");
    assert_eq!(messages.length(), 1);
    let message = messages.get(0);
    assert_eq!(
        fields(&message),
        [
            "author",
            "clientId",
            "createdAt",
            "id",
            "sources",
            "status",
            "text"
        ]
    );
    for (field, value) in [
        ("author", "user"),
        ("clientId", "c-1"),
        ("id", "c-1"),
        ("status", "queued"),
        ("text", "a <b>bold</b> text"),
    ] {
        assert_eq!(word(&message, field), value);
    }
    let created = get(&message, "createdAt").as_f64().unwrap();
    assert!(created >= before.floor() && created <= Date::now(), "{created}");
    assert_eq!(page::json(&get(&message, "sources")).as_deref(), Some("[]"));
}

#[wasm_bindgen_test]
async fn a_message_without_an_id_of_the_page_gets_one() {
    let page = Page::open();
    let widget = page.widget("{}");
    for text in ["one", "two"] {
        let _pending = widget.handle.say(text);
    }
    let messages: Array = widget.handle.messages().unchecked_into();
    let ids = [0, 1].map(|index| word(&messages.get(index), "clientId"));
    assert_ne!(ids[0], ids[1]);
    tick().await;
    let shown = widget.parts("message");
    assert_eq!(shown[0].get_attribute("data-message-id").as_ref(), Some(&ids[0]));
    assert_eq!(shown[1].get_attribute("data-message-id").as_ref(), Some(&ids[1]));
}

#[wasm_bindgen_test]
fn what_the_page_does_to_a_snapshot_stays_with_the_page() {
    let page = Page::open();
    let widget = page.widget("{}");
    let _pending = widget.handle.say("Hello");
    let messages: Array = widget.handle.messages().unchecked_into();
    Reflect::set(&messages.get(0), &"text".into(), &"changed".into()).unwrap();
    messages.set_length(0);
    let state = widget.handle.state();
    Reflect::set(&state, &"messages".into(), &99.into()).unwrap();
    let messages: Array = widget.handle.messages().unchecked_into();
    assert_eq!(word(&messages.get(0), "text"), "Hello");
    assert_eq!(get(&widget.handle.state(), "messages"), 1.0);
}

#[wasm_bindgen_test]
async fn what_is_known_of_a_connection_asks_nobody_and_gives_nothing_away() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.set_token(&"canary-token".into());
    let at_rest = widget.handle.facts();
    assert_eq!(
        fields(&at_rest),
        ["capabilities", "connection", "platform", "profile", "token"]
    );
    assert_eq!(word(&at_rest, "profile"), "two-step");
    assert_eq!(page::calls(), [""; 0]);

    page::refuse_calls();
    let _pending = widget.handle.say("a secret");
    until("it failed", || {
        page::heard().iter().any(|line| line.starts_with("one error"))
    })
    .await;
    let calls = page::calls().len();
    let facts = widget.handle.facts();
    let error = Reflect::get(&facts, &"error".into()).unwrap();
    assert_eq!(word(&error, "code"), "network/unreachable-or-cors");
    let told = page::json(&facts).unwrap();
    assert!(!told.contains("canary") && !told.contains("secret"), "{told}");
    assert_eq!(page::calls().len(), calls);
    widget.handle.destroy();
    assert!(widget.handle.facts().is_undefined());
}

/// With sorted keys, and nothing for what is absent.
pub(crate) const AT_REST: &str = concat!(
    r#"{"auth":"anonymous","chatId":null,"connection":{"attempt":0,"state":"idle"},"#,
    r#""isOpen":false,"messages":0,"status":"idle","unread":0}"#
);
