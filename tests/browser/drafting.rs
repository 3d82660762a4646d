//! The draft belongs to the visitor, and the page may help.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    keeping, page,
    rig::{NOTHING, Page, Says, stored, tick, until},
};

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

#[wasm_bindgen_test]
async fn a_draft_survives_the_page() {
    for is_typed in [true, false] {
        let page = Page::open();
        let widget = page.widget(r#"{"open": true}"#);
        let _pending = widget.handle.say("Hello");
        if is_typed {
            widget.type_text("half a thought").await;
        } else {
            widget.handle.set_draft(&"half a thought".into());
        }
        until("it is written", || stored(keeping::DRAFT).is_some()).await;
        drop(widget);
        let widget = page.widget(r#"{"open": true}"#);
        tick().await;
        assert_eq!(widget.input().value(), "half a thought");
        assert!(!widget.part("send").has_attribute("disabled"));
        widget.press(r#"{"key": "Enter"}"#);
        until("it is no draft any more", || stored(keeping::DRAFT).is_none()).await;
        assert_eq!(widget.bubbles(), ["Hello", "half a thought"]);
    }
}

/// The option `consent`: nothing is stored before the visitor asks for something.
#[wasm_bindgen_test]
async fn a_draft_of_somebody_who_never_wrote_is_not_kept() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("half a thought").await;
    page::happens("pagehide");
    drop(widget);
    assert_eq!(stored(keeping::DRAFT), None);
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_in_the_middle_of_a_word_keeps_it() {
    let page = Page::open();
    keeping::returning();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("half a tho").await;
    page::happens("pagehide");
    assert_eq!(stored(keeping::DRAFT).as_deref(), Some("half a tho"), "at once");
}
