//! The key fence: what is typed in the chat is heard there and nowhere else.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

use crate::{
    page,
    rig::{Page, document, tick},
};

#[wasm_bindgen_test]
async fn key_events_stop_at_the_shadow_root() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let ears = Ears::on_the_page();
    for name in KEY_EVENTS {
        page::key(&widget.input(), name, r#"{"key": "k"}"#);
        page::key(&widget.part("launcher"), name, r#"{"key": "k"}"#);
    }
    assert_eq!(ears.heard(), 0);
    page::key(&page.add("input"), "keydown", r#"{"key": "k"}"#);
    assert_eq!(ears.heard(), 1, "keys outside the chat are the page's");
}

#[wasm_bindgen_test]
async fn the_composer_hears_what_the_page_does_not() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let ears = Ears::on_the_page();
    widget.type_text("Hello").await;
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(widget.bubbles(), ["Hello"]);
    assert_eq!(ears.heard(), 0);
}

#[wasm_bindgen_test]
async fn enter_in_a_composition_does_not_send() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("にほんご").await;
    for init in [
        r#"{"key": "Enter", "isComposing": true}"#,
        r#"{"key": "Enter", "isComposing": true, "keyCode": 229}"#,
        r#"{"key": "Enter", "keyCode": 229}"#,
    ] {
        assert!(!widget.press(init), "the input method keeps its key: {init}");
        tick().await;
        assert_eq!(widget.parts("message").len(), 0, "{init}");
    }
    assert_eq!(widget.input().value(), "にほんご");
}

#[wasm_bindgen_test]
async fn enter_with_shift_breaks_the_line() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("one").await;
    assert!(
        !widget.press(r#"{"key": "Enter", "shiftKey": true}"#),
        "the browser breaks the line"
    );
    tick().await;
    assert_eq!(widget.parts("message").len(), 0);
    assert_eq!(widget.input().value(), "one");
}

#[wasm_bindgen_test]
async fn after_leaving_the_fence_is_down() {
    let page = Page::open();
    let widget = page.widget("{}");
    let ears = Ears::on_the_page();
    widget.handle.destroy();
    let theirs = document().create_element("input").unwrap();
    widget.root().append_child(&theirs).unwrap();
    page::key(&theirs, "keydown", r#"{"key": "k"}"#);
    assert_eq!(ears.heard(), 1);
}

/// Shortcuts of the page, which listen on the document in the bubble phase.
struct Ears {
    heard: Rc<Cell<u32>>,
    listener: Closure<dyn FnMut(Event)>,
}

impl Ears {
    fn on_the_page() -> Self {
        let heard = Rc::new(Cell::new(0));
        let counter = heard.clone();
        let listener = Closure::new(move |_| counter.set(counter.get() + 1));
        for name in KEY_EVENTS {
            document()
                .add_event_listener_with_callback(name, listener.as_ref().unchecked_ref())
                .unwrap();
        }
        Self { heard, listener }
    }

    fn heard(&self) -> u32 {
        self.heard.get()
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        for name in KEY_EVENTS {
            let _removed =
                document().remove_event_listener_with_callback(name, self.listener.as_ref().unchecked_ref());
        }
    }
}

const KEY_EVENTS: [&str; 3] = ["keydown", "keyup", "keypress"];
