//! The draft belongs to the visitor, and the page may help.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::rig::{NOTHING, Page, tick, until};

#[wasm_bindgen_test]
async fn a_draft_of_the_page_fills_the_input() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget
        .handle
        .set_draft(&"I have a question\nabout <b>prices</b>".into());
    tick().await;
    assert_eq!(widget.input().value(), "I have a question\nabout <b>prices</b>");
    assert!(!widget.part("send").has_attribute("disabled"));
    assert_eq!(widget.parts("message").len(), 0, "a draft is not sent");
    widget.handle.set_draft(&"".into());
    tick().await;
    assert_eq!(widget.input().value(), "");
}

#[wasm_bindgen_test]
async fn a_draft_given_while_closed_is_there_on_opening() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.set_draft(&"Hello".into());
    widget.handle.open(&NOTHING);
    tick().await;
    assert_eq!(widget.input().value(), "Hello");
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(widget.bubbles(), ["Hello"]);
}

#[wasm_bindgen_test]
async fn the_composer_can_be_focused() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    tick().await;
    assert_eq!(widget.focused(), None);
    widget.handle.focus_composer();
    until("the composer has the focus", || {
        widget.focused().as_deref() == Some("input")
    })
    .await;
}

#[wasm_bindgen_test]
async fn typing_is_kept_while_the_panel_closes_and_opens() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("half a thought").await;
    widget.handle.close();
    tick().await;
    widget.handle.open(&NOTHING);
    tick().await;
    assert_eq!(widget.input().value(), "half a thought");
}
