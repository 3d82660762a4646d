//! News for the host page: DOM events on the host element, each in a microtask of its own.

use std::{cell::Cell, rc::Rc};

use miptech_chat_session::{Author, ChatError, ChatId, Phase};
use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use super::snapshot::{ErrorView, PhaseView, plain_object};
use crate::ui::Language;

/// Speaks to the host page. No event carries message text.
#[derive(Clone)]
pub(super) struct Events {
    host: HtmlElement,
    language: Language,
    is_state_told: Rc<Cell<bool>>,
}

impl Events {
    pub(super) fn on(host: HtmlElement, language: Language) -> Self {
        Self {
            host,
            language,
            is_state_told: Rc::default(),
        }
    }

    /// An error in the words of the visitor's language.
    pub(super) fn view(&self, error: &ChatError) -> ErrorView {
        ErrorView::of(error, self.language)
    }

    /// Something of the snapshot changed; for `subscribe`, and no event of the public surface.
    /// However much changes in one turn, it is told once, after the turn.
    pub(super) fn state_changed(&self) {
        if self.is_state_told.replace(true) {
            return;
        }
        let (host, is_told) = (self.host.clone(), self.is_state_told.clone());
        wasm_bindgen_futures::spawn_local(async move {
            is_told.set(false);
            dispatch(&host, "state", &JsValue::UNDEFINED);
        });
    }

    pub(super) fn ready(&self) {
        #[derive(Serialize)]
        struct Ready {
            version: &'static str,
        }
        self.tell(
            "ready",
            &Ready {
                version: env!("CARGO_PKG_VERSION"),
            },
        );
    }

    pub(super) fn shown(&self, is_open: bool, by: By) {
        #[derive(Serialize)]
        struct Shown {
            by: &'static str,
        }
        let by = match by {
            By::Host | By::Option => "host",
            By::Visitor => "visitor",
        };
        self.tell(if is_open { "open" } else { "close" }, &Shown { by });
    }

    pub(super) fn conversation_started(&self, chat: &ChatId) {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Started<'a> {
            chat_id: &'a str,
        }
        self.tell(
            "conversation:start",
            &Started {
                chat_id: chat.as_str(),
            },
        );
    }

    pub(super) fn message_sent(&self, id: &str, client_id: &str, chars: usize) {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Sent<'a> {
            id: &'a str,
            client_id: &'a str,
            chars: usize,
        }
        self.tell("message:sent", &Sent { id, client_id, chars });
    }

    pub(super) fn message_failed(&self, client_id: &str, error: &ChatError) {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Failed<'a> {
            client_id: &'a str,
            error: ErrorView,
        }
        self.tell(
            "message:failed",
            &Failed {
                client_id,
                error: self.view(error),
            },
        );
    }

    pub(super) fn message_received(&self, id: &str, author: Author, chars: usize, sources: usize) {
        #[derive(Serialize)]
        struct Received<'a> {
            id: &'a str,
            author: &'static str,
            chars: usize,
            sources: usize,
        }
        self.tell(
            "message:received",
            &Received {
                id,
                author: super::snapshot::author(author),
                chars,
                sources,
            },
        );
    }

    pub(super) fn unread_changed(&self, count: u32) {
        #[derive(Serialize)]
        struct Unread {
            count: u32,
        }
        self.tell("unread:change", &Unread { count });
    }

    pub(super) fn connection_changed(&self, phase: Phase, now: miptech_chat_session::Instant) {
        self.tell("connection:change", &PhaseView::of(phase, now));
    }

    pub(super) fn error(&self, error: &ChatError) {
        self.tell("error", &self.view(error));
    }

    fn tell(&self, name: &'static str, detail: &impl Serialize) {
        let detail = plain_object(detail);
        let host = self.host.clone();
        wasm_bindgen_futures::spawn_local(async move { dispatch(&host, name, &detail) });
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

fn dispatch(host: &HtmlElement, name: &str, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(&format!("miptech-chat:{name}"), &init) {
        // Whether a listener called `preventDefault` means nothing here.
        let _default_prevented = host.dispatch_event(&event);
    }
}
