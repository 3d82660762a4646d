//! Opening and closing: by the visitor, by the page and by an option; the focus follows the visitor only.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::{
    page,
    rig::{NOTHING, Page, Says, document, frame, tick, until},
};

#[wasm_bindgen_test]
async fn the_handle_opens_closes_and_toggles() {
    let page = Page::open();
    let widget = page.widget("{}");
    for (act, is_open) in [
        ("open", true),
        ("close", false),
        ("toggle", true),
        ("toggle", false),
    ] {
        match act {
            "open" => widget.handle.open(&NOTHING),
            "close" => widget.handle.close(),
            _ => widget.handle.toggle(),
        }
        assert_eq!(widget.handle.is_open(), is_open, "{act}");
        tick().await;
        assert_eq!(widget.is_shown_open(), is_open, "{act}");
    }
}

#[wasm_bindgen_test]
async fn a_closed_panel_is_out_of_reach() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.input().focus().unwrap();
    assert_eq!(
        widget.focused(),
        None,
        "what is not seen must not take the keyboard"
    );
    widget.handle.open(&NOTHING);
    tick().await;
    widget.input().focus().unwrap();
    assert_eq!(widget.focused().as_deref(), Some("input"));
}

#[wasm_bindgen_test]
async fn the_focus_moves_in_on_opening_and_back_on_closing() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.part("launcher").click();
    until("the composer has the focus", || {
        widget.focused().as_deref() == Some("input")
    })
    .await;
    widget.part("close").click();
    until("the launcher has the focus", || {
        widget.focused().as_deref() == Some("launcher")
    })
    .await;
}

#[wasm_bindgen_test]
async fn escape_closes() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.open(&NOTHING);
    tick().await;
    widget.press(r#"{"key": "Escape"}"#);
    assert!(!widget.handle.is_open());
    until("the launcher has the focus", || {
        widget.focused().as_deref() == Some("launcher")
    })
    .await;
    assert_eq!(
        page::heard().last().map(String::as_str),
        Some(r#"one close {"by":"visitor"}"#)
    );
}

#[wasm_bindgen_test]
async fn escape_in_a_composition_belongs_to_the_input_method() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    tick().await;
    widget.press(r#"{"key": "Escape", "isComposing": true}"#);
    assert!(widget.handle.is_open());
}

#[wasm_bindgen_test]
async fn a_panel_open_from_the_start_leaves_the_focus_where_it_is() {
    let page = Page::open();
    let field: HtmlElement = page.add("input").unchecked_into();
    field.focus().unwrap();
    let widget = page.widget(r#"{"open": true}"#);
    assert!(widget.handle.is_open());
    frame().await;
    frame().await;
    assert!(widget.is_shown_open());
    assert_eq!(document().active_element().as_ref(), Some(field.as_ref()));
}

#[wasm_bindgen_test]
async fn the_connection_is_made_when_the_option_says() {
    let page = Page::open();
    for (connect, before, opened, sent) in [
        ("load", true, true, true),
        ("open", false, true, true),
        ("send", false, false, true),
    ] {
        let already = page::calls().len();
        let called = || page::calls().len() > already;
        let widget = page.widget(&format!(r#"{{"connect": "{connect}"}}"#));
        tick().await;
        assert_eq!(called(), before, "{connect}: mounted");
        widget.handle.open(&NOTHING);
        tick().await;
        assert_eq!(called(), opened, "{connect}: opened");
        let _pending = widget.handle.say("Hello");
        tick().await;
        assert_eq!(called(), sent, "{connect}: sent");
    }
}

/// Consent comes with the first message.
#[wasm_bindgen_test]
async fn nothing_is_stored_before_the_first_message() {
    let page = Page::open();
    let stored = || {
        web_sys::window()
            .unwrap()
            .local_storage()
            .unwrap()
            .unwrap()
            .length()
            .unwrap()
    };
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    widget.type_text("Half a thought").await;
    widget.handle.close();
    frame().await;
    assert_eq!(stored(), 0);
    let _pending = widget.handle.say("Hello");
    tick().await;
    assert!(stored() > 0);
}
