//! What must end with the widget, however it ends.
//!
//! Everything the page would go on holding for us hangs on an `AbortController`: listeners, wishes for locks, locks.
//! The loader sees every controller this code makes, and aborts them all where the code crashed and cannot.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{AbortController, AddEventListenerOptions, Event, EventTarget};

/// Ends when it is dropped.
pub(super) struct Life(Option<AbortController>);

impl Life {
    pub(super) fn begin() -> Self {
        Self(AbortController::new().ok())
    }

    /// Hears an event as long as this lasts.
    #[inline(never)]
    pub(super) fn hear(&self, target: &EventTarget, name: &str, heard: &Closure<dyn Fn(Event)>) {
        let options = AddEventListenerOptions::new();
        if let Some(life) = &self.0 {
            options.set_signal(&life.signal());
        }
        let _never_refused = target.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            heard.as_ref().unchecked_ref(),
            &options,
        );
    }

    /// What a call of the browser's takes to end with this; nothing where the browser has no such thing.
    pub(super) fn signal(&self) -> JsValue {
        self.0
            .as_ref()
            .map_or(JsValue::UNDEFINED, |life| life.signal().into())
    }

    /// Calls back when this ends.
    pub(super) fn at_end(&self, call: &JsValue) {
        if let Some(life) = &self.0 {
            let _never_refused = life
                .signal()
                .add_event_listener_with_callback("abort", call.unchecked_ref());
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortController::abort);
    }
}
