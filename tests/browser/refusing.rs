//! A text that is not taken stays where it is, and the page is told why by a promise that never rejects.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{Page, Says, Widget, fields, get, is_pending, settled, text_of, tick, word},
};

#[wasm_bindgen_test]
async fn an_empty_text_is_not_taken() {
    let page = Page::open();
    let widget = page.widget("{}");
    for text in ["", "   ", " \n\t "] {
        assert_refused(&widget, text, "message/empty").await;
    }
    assert_eq!(widget.parts("message").len(), 0);
}

#[wasm_bindgen_test]
async fn a_text_is_measured_in_the_units_of_javascript() {
    let page = Page::open();
    let widget = page.widget("{}");
    assert_refused(&widget, &"x".repeat(4001), "message/too-long").await;
    assert_refused(&widget, &"\u{1f600}".repeat(2001), "message/too-long").await;
    assert_eq!(widget.parts("message").len(), 0);
    let _pending = [&"x".repeat(4000), &"\u{1f600}".repeat(2000)].map(|text| widget.handle.say(text));
    tick().await;
    assert_eq!(widget.parts("message").len(), 2);
}

#[wasm_bindgen_test]
async fn the_page_may_set_a_smaller_limit() {
    let page = Page::open();
    let widget = page.widget(r#"{"limits": {"messageChars": 5}}"#);
    assert_refused(&widget, "123456", "message/too-long").await;
    let promise = widget.handle.say("12345");
    assert!(is_pending(&promise).await);
}

#[wasm_bindgen_test]
async fn the_same_client_id_twice_is_refused_and_the_first_message_goes_its_way() {
    let page = Page::open();
    let widget = page.widget("{}");
    let first = widget.handle.say_as("first", "c-1");
    let second = settled(widget.handle.say_as("second", "c-1")).await;
    assert_eq!(get(&second, "ok"), false);
    assert_eq!(word(&second, "clientId"), "c-1");
    assert_eq!(word(&second, "error.code"), "message/rejected");
    assert!(is_pending(&first).await);
    assert_eq!(widget.bubbles(), ["first"]);
}

#[wasm_bindgen_test]
async fn more_messages_than_may_wait_are_refused() {
    let page = Page::open();
    let widget = page.widget("{}");
    let _pending: Vec<_> = (0..20)
        .map(|number| widget.handle.say(&format!("{number}")))
        .collect();
    assert_refused(&widget, "one too many", "message/rejected").await;
    tick().await;
    assert_eq!(widget.parts("message").len(), 20);
}

#[wasm_bindgen_test]
async fn a_refusal_is_no_event() {
    let page = Page::open();
    let widget = page.widget("{}");
    tick().await;
    let before = page::heard();
    settled(widget.handle.say("")).await;
    settled(widget.handle.say(&"x".repeat(4001))).await;
    tick().await;
    assert_eq!(page::heard(), before);
}

#[wasm_bindgen_test]
async fn a_refused_text_stays_in_the_composer_and_the_visitor_reads_why() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let long = "x".repeat(4001);
    widget.type_text(&long).await;
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(widget.parts("message").len(), 0);
    assert_eq!(widget.input().value(), long);
    let alerts = widget.all("[role=alert]");
    assert_eq!(alerts.len(), 1);
    assert_eq!(text_of(&alerts[0]), "The message is too long.");
    widget.type_text("shorter").await;
    assert_eq!(
        widget.all("[role=alert]").len(),
        0,
        "typing takes the reproach away"
    );
}

#[wasm_bindgen_test]
async fn nothing_typed_is_nothing_to_send() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    assert!(widget.part("send").has_attribute("disabled"));
    widget.type_text("  \n ").await;
    assert!(widget.part("send").has_attribute("disabled"));
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(widget.parts("message").len(), 0);
    widget.type_text("x").await;
    assert!(!widget.part("send").has_attribute("disabled"));
}

/// The promise resolves, to a whole error and an id by which the page knows its message.
async fn assert_refused(widget: &Widget, text: &str, code: &str) {
    let result = settled(widget.handle.say_as(text, &format!("{}-{code}", text.len()))).await;
    assert_eq!(fields(&result), ["clientId", "error", "ok"]);
    assert_eq!(get(&result, "ok"), false);
    assert_eq!(word(&result, "clientId"), format!("{}-{code}", text.len()));
    let error = get(&result, "error");
    assert_eq!(
        fields(&error),
        ["buildId", "code", "help", "message", "retryable", "stage"]
    );
    assert_eq!(word(&error, "code"), code);
    assert_eq!(word(&error, "stage"), "send");
    assert_eq!(get(&error, "retryable"), false);
    assert!(!word(&error, "message").is_empty());
    assert!(!word(&error, "help").is_empty());
    assert_eq!(word(&error, "buildId"), miptech_chat::version());
}
