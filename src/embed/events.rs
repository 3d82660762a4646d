//! News for the host page: DOM events on the host element, each in a microtask of its own.

use std::{cell::Cell, rc::Rc};

use miptech_chat_session::{AuthState, ChatError, ChatId, ErrorCode, Instant, Phase};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use super::snapshot;
use crate::{
    browser::plain::Plain,
    ui::{Language, Wish},
};

/// Speaks to the host page. No event carries message text.
#[derive(Clone)]
pub(super) struct Events {
    host: HtmlElement,
    language: Rc<Cell<Language>>,
    is_state_told: Rc<Cell<bool>>,
    /// Whether the widget is off the page: what was still to be told is not told any more.
    is_over: Rc<Cell<bool>>,
}

impl Events {
    pub(super) fn on(host: HtmlElement, language: Language) -> Self {
        Self {
            host,
            language: Rc::new(Cell::new(language)),
            is_state_told: Rc::default(),
            is_over: Rc::default(),
        }
    }

    /// An error in the words of the visitor's language.
    pub(super) fn view(&self, error: &ChatError) -> JsValue {
        snapshot::error(error, self.language())
    }

    /// The visitor's language.
    pub(super) fn language(&self) -> Language {
        self.language.get()
    }

    /// From here on errors are told in another language.
    pub(super) fn set_language(&self, language: Language) {
        self.language.set(language);
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

    /// The visitor asked for something that is done outside; no event of the public surface.
    pub(super) fn wished(&self, wish: Wish, value: &str) {
        let detail = Plain::new().text("wish", wish.as_str()).text("value", value);
        self.dispatch("wish", &detail.end());
    }

    pub(super) fn ready(&self) {
        self.tell("ready", Plain::new().text("version", env!("CARGO_PKG_VERSION")));
    }

    pub(super) fn shown(&self, is_open: bool, by: By) {
        let by = match by {
            By::Host | By::Option => "host",
            By::Shell | By::Visitor => "visitor",
            By::Restart => return,
        };
        self.tell(
            if is_open { "open" } else { "close" },
            Plain::new().text("by", by),
        );
    }

    pub(super) fn conversation_started(&self, chat: &ChatId) {
        self.tell("conversation:start", Plain::new().text("chatId", chat.as_str()));
    }

    pub(super) fn conversation_ended(&self, chat: &ChatId) {
        self.tell("conversation:end", Plain::new().text("chatId", chat.as_str()));
    }

    pub(super) fn auth_changed(&self, state: AuthState, reason: Option<ErrorCode>) {
        self.tell("auth:change", Plain::new().text("state", state.as_str()));
        if let Some(reason) = reason {
            self.tell("auth:required", Plain::new().text("reason", reason.as_str()));
        }
    }

    pub(super) fn message_sent(&self, id: &str, client_id: &str, chars: usize) {
        let detail = Plain::new()
            .text("id", id)
            .text("clientId", client_id)
            .count("chars", chars);
        self.tell("message:sent", detail);
    }

    pub(super) fn message_failed(&self, client_id: &str, error: &ChatError) {
        let error = self.view(error);
        self.tell(
            "message:failed",
            Plain::new().text("clientId", client_id).value("error", &error),
        );
    }

    pub(super) fn message_received(&self, id: &str, author: &str, chars: usize, sources: usize) {
        let detail = Plain::new()
            .text("id", id)
            .text("author", author)
            .count("chars", chars);
        self.tell("message:received", detail.count("sources", sources));
    }

    pub(super) fn unread_changed(&self, count: u32) {
        self.tell("unread:change", Plain::new().number("count", count.into()));
    }

    pub(super) fn response_started(&self, id: &str) {
        self.tell("response:start", Plain::new().text("id", id));
    }

    /// The new end of an answer, for those who asked to hear it: the one event that carries text.
    pub(super) fn response_grew(&self, id: &str, text: &str) {
        if self.host.has_attribute("data-deltas") {
            self.tell("response:delta", Plain::new().text("id", id).text("text", text));
        }
    }

    pub(super) fn response_ended(&self, id: &str, reason: &str, ms: f64, first_token_ms: Option<f64>) {
        let detail = Plain::new()
            .text("id", id)
            .text("reason", reason)
            .number("ms", ms)
            .maybe_number("firstTokenMs", first_token_ms);
        self.tell("response:end", detail);
    }

    pub(super) fn feedback_given(&self, message: &str, value: &str, reason: Option<&str>) {
        let detail = Plain::new()
            .text("messageId", message)
            .text("value", value)
            .maybe_text("reason", reason);
        self.tell("feedback", detail);
    }

    pub(super) fn connection_changed(&self, phase: Phase, reason: Option<ErrorCode>, now: Instant) {
        let detail = Plain::new()
            .text("state", phase.connection.as_str())
            .maybe_text("reason", reason.map(ErrorCode::as_str))
            .number("attempt", phase.tries.into());
        let retry_in = phase
            .retry_at
            .map(|at| (at.since(now).as_secs_f64() * 1000.0).round());
        self.tell("connection:change", detail.maybe_number("retryInMs", retry_in));
    }

    pub(super) fn error(&self, error: &ChatError) {
        self.later("error", self.view(error));
    }

    fn tell(&self, name: &'static str, detail: Plain) {
        self.later(name, detail.end());
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

/// Who opened or closed the panel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum By {
    Host,
    /// The option `open`: nobody acted, so the focus stays where it is.
    Option,
    /// It was open before the widget crashed, and nobody acted since.
    Restart,
    /// The visitor, before this code ran: the focus went with the press.
    Shell,
    Visitor,
}

impl By {
    /// Who opened a panel that is open as soon as it is drawn; nobody did where it is closed.
    pub(super) fn at_start(open: &JsValue) -> Option<Self> {
        match open.as_string().as_deref() {
            Some("again") => Some(Self::Restart),
            Some("visitor") => Some(Self::Shell),
            _ => open.as_bool().unwrap_or(false).then_some(Self::Option),
        }
    }
}
