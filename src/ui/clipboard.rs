//! Copying what is shown.

use std::{cell::Cell, rc::Rc};

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, EventTarget};

use super::{narrator, strings::Strings};

/// Whether there is a clipboard: an unencrypted page has none, and a button that can do nothing is none.
pub(super) fn is_there() -> bool {
    web_sys::window().is_some_and(|window| !window.navigator().clipboard().is_undefined())
}

/// Copies a text, and says so: for a while on the button that was pressed, and aloud.
pub(super) fn copy(button: Option<EventTarget>, text: &str, strings: &'static Strings) {
    let button = button.and_then(|button| button.dyn_into::<Element>().ok());
    let (Some(button), Some(window)) = (button, web_sys::window()) else {
        return;
    };
    let written = JsFuture::from(window.navigator().clipboard().write_text(text));
    spawn_local(async move {
        if written.await.is_ok() {
            button.set_text_content(Some(strings.copied()));
            narrator::say(&button, strings.copied());
            // Holds itself until it has run.
            let again = Rc::new(Cell::new(None));
            let held = again.clone();
            again.set(Some(Timeout::new(SHOWN_MS, move || {
                button.set_text_content(Some(strings.copy()));
                held.take();
            })));
        }
    });
}

/// How long the button says so.
const SHOWN_MS: u32 = 2000;
