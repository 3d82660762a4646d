//! Tokens of the host page: its function is asked, and its answer parsed, here and nowhere else.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use miptech_chat_session::Token;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal};

use crate::{browser::plain::Plain, driver::AskHost};

/// What the driver asks; a page without a function of its own is never asked.
pub(super) fn ask(get_token: Option<Function>) -> AskHost {
    let asked = Asked::default();
    Box::new(move |reason, current, answer| {
        let signal = asked.anew();
        let context = Plain::new().text("reason", reason.as_str()).value(
            "current",
            &current.map_or(JsValue::NULL, |token| token.as_str().into()),
        );
        let context = match &signal {
            Some(signal) => context.value("signal", signal),
            None => context,
        };
        let given = get_token
            .as_ref()
            .and_then(|get_token| get_token.call1(&JsValue::UNDEFINED, &context.end()).ok());
        spawn_local(async move {
            // A function that throws, or a promise that rejects, has no token to give.
            let given = match given {
                Some(given) => JsFuture::from(Promise::resolve(&given)).await.ok(),
                None => None,
            };
            // What was asked for before is no answer to what is asked now.
            if !signal.is_some_and(|signal| signal.aborted()) {
                answer(given.and_then(|given| Token::parse(&given.as_string()?)));
            }
        });
    })
}

/// The question under way; the next one, and the end of the widget, abort it.
#[derive(Default)]
struct Asked(RefCell<Option<AbortController>>);

impl Asked {
    fn anew(&self) -> Option<AbortSignal> {
        let next = AbortController::new().ok();
        let signal = next.as_ref().map(AbortController::signal);
        let former = self.0.replace(next);
        former.into_iter().for_each(|former| former.abort());
        signal
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|asked| asked.abort());
    }
}
