//! News for the host page: DOM events on the host element, each in a microtask of its own.

use std::{cell::Cell, rc::Rc};

use js_sys::{Object, Reflect};
use miptech_chat_session::{ChatError, ChatId, Instant, Phase};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use super::snapshot::{ErrorView, plain_object};
use crate::ui::Language;

/// Speaks to the host page. No event carries message text.
#[derive(Clone)]
pub(super) struct Events {
    host: HtmlElement,
    language: Language,
    is_state_told: Rc<Cell<bool>>,
    /// Whether the widget is off the page: what was still to be told is not told any more.
    is_over: Rc<Cell<bool>>,
}

impl Events {
    pub(super) fn on(host: HtmlElement, language: Language) -> Self {
        Self {
            host,
            language,
            is_state_told: Rc::default(),
            is_over: Rc::default(),
        }
    }

    /// An error in the words of the visitor's language.
    pub(super) fn view(&self, error: &ChatError) -> ErrorView {
        ErrorView::of(error, self.language)
    }

    /// From here on nothing is told.
    pub(super) fn end(&self) {
        self.is_over.set(true);
    }

    /// Something of the snapshot changed; for `subscribe`, and no event of the public surface.
    /// However much changes in one turn, it is told once, after the turn.
    pub(super) fn state_changed(&self) {
        if self.is_state_told.replace(true) {
            return;
        }
        let (events, is_told) = (self.clone(), self.is_state_told.clone());
        wasm_bindgen_futures::spawn_local(async move {
            is_told.set(false);
            events.dispatch("state", &JsValue::UNDEFINED);
        });
    }

    pub(super) fn ready(&self) {
        self.tell("ready", Detail::new().text("version", env!("CARGO_PKG_VERSION")));
    }

    pub(super) fn shown(&self, is_open: bool, by: By) {
        let by = match by {
            By::Host | By::Option => "host",
            By::Visitor => "visitor",
        };
        self.tell(
            if is_open { "open" } else { "close" },
            Detail::new().text("by", by),
        );
    }

    pub(super) fn conversation_started(&self, chat: &ChatId) {
        self.tell("conversation:start", Detail::new().text("chatId", chat.as_str()));
    }

    pub(super) fn message_sent(&self, id: &str, client_id: &str, chars: usize) {
        let detail = Detail::new()
            .text("id", id)
            .text("clientId", client_id)
            .number("chars", chars);
        self.tell("message:sent", detail);
    }

    pub(super) fn message_failed(&self, client_id: &str, error: &ChatError) {
        let error = plain_object(&self.view(error));
        self.tell(
            "message:failed",
            Detail::new().text("clientId", client_id).value("error", &error),
        );
    }

    pub(super) fn message_received(&self, id: &str, author: &str, chars: usize, sources: usize) {
        let detail = Detail::new()
            .text("id", id)
            .text("author", author)
            .number("chars", chars);
        self.tell("message:received", detail.number("sources", sources));
    }

    pub(super) fn unread_changed(&self, count: u32) {
        self.tell("unread:change", Detail::new().value("count", &count.into()));
    }

    pub(super) fn connection_changed(&self, phase: Phase, now: Instant) {
        let detail = Detail::new()
            .text("state", phase.connection.as_str())
            .value("attempt", &phase.tries.into());
        let detail = match phase.retry_at {
            Some(at) => detail.value(
                "retryInMs",
                &(at.since(now).as_secs_f64() * 1000.0).round().into(),
            ),
            None => detail,
        };
        self.tell("connection:change", detail);
    }

    pub(super) fn error(&self, error: &ChatError) {
        self.later("error", plain_object(&self.view(error)));
    }

    fn tell(&self, name: &'static str, detail: Detail) {
        self.later(name, detail.0.into());
    }

    fn later(&self, name: &'static str, detail: JsValue) {
        let events = self.clone();
        wasm_bindgen_futures::spawn_local(async move { events.dispatch(name, &detail) });
    }

    fn dispatch(&self, name: &str, detail: &JsValue) {
        if self.is_over.get() {
            return;
        }
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        init.set_detail(detail);
        if let Ok(event) = CustomEvent::new_with_event_init_dict(&format!("miptech-chat:{name}"), &init) {
            // Whether a listener called `preventDefault` means nothing here.
            let _default_prevented = self.host.dispatch_event(&event);
        }
    }
}

/// The detail of an event: a plain object of a few fields.
struct Detail(Object);

impl Detail {
    fn new() -> Self {
        Self(Object::new())
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.value(name, &value.into())
    }

    fn number(self, name: &str, value: usize) -> Self {
        self.value(name, &(value as f64).into())
    }

    #[inline(never)]
    fn value(self, name: &str, value: &JsValue) -> Self {
        // Setting a field of a fresh plain object cannot fail.
        let _always_set = Reflect::set(&self.0, &name.into(), value);
        self
    }
}

/// Who opened or closed the panel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum By {
    Host,
    /// The option `open`: nobody acted, so the focus stays where it is.
    Option,
    Visitor,
}
