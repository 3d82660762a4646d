//! What the page goes through, as the browser tells it: seen or not, left or come back to, with or without a network.
//!
//! No listener for `unload` or `beforeunload`: a page with one is not kept for going back to.

use js_sys::Reflect;
use miptech_chat_session::PageSignal;
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::{Event, EventTarget};

use super::life::Life;

/// Where the signals come from.
pub(crate) struct Page {
    /// What a person touches when they use the widget; a touch means that the page is seen.
    widget: EventTarget,
    /// The platform's origin.
    platform: String,
}

/// Hears the page; dropping it ends that.
#[must_use = "dropping it ends the listening"]
pub(crate) struct PageWatch {
    _heard: Closure<dyn Fn(Event)>,
    _life: Life,
}

impl Page {
    pub(crate) const fn new(widget: EventTarget, platform: String) -> Self {
        Self { widget, platform }
    }

    /// What holds at the start, where it is not the rule: a page that is seen and has a network.
    pub(crate) fn at_start() -> impl Iterator<Item = PageSignal> {
        let is_offline = web_sys::window().is_some_and(|window| !window.navigator().on_line());
        let offline = is_offline.then_some(PageSignal::Offline);
        let hidden = (visibility() == PageSignal::Hidden).then_some(PageSignal::Hidden);
        hidden.into_iter().chain(offline)
    }

    /// Whether nobody can see the page.
    pub(crate) fn is_hidden() -> bool {
        visibility() == PageSignal::Hidden
    }

    /// Hears the page from here on. `happened` is never called from inside this call.
    pub(crate) fn watch(self, happened: impl Fn(PageSignal) + 'static) -> PageWatch {
        let Self { widget, platform } = self;
        let heard = Closure::<dyn Fn(Event)>::new(move |event: Event| match event.type_().as_str() {
            "freeze" => happened(PageSignal::Hidden),
            "keydown" | "pointerdown" => happened(PageSignal::Visible),
            "offline" => happened(PageSignal::Offline),
            "online" => happened(PageSignal::Online),
            "pagehide" => happened(PageSignal::Leaving),
            "pageshow" => {
                if field(&event, "persisted").as_bool() == Some(true) {
                    happened(PageSignal::Returned);
                }
                happened(visibility());
            }
            "securitypolicyviolation" => {
                if is_refusal(&event, &platform) {
                    happened(PageSignal::PolicyRefused);
                }
            }
            _ => happened(visibility()),
        });
        let life = Life::begin();
        let window = web_sys::window();
        let document = window.as_ref().and_then(web_sys::Window::document);
        let places = [
            (window.map(EventTarget::from), &WINDOW_EVENTS[..]),
            (document.map(EventTarget::from), &DOCUMENT_EVENTS),
            (Some(widget), &WIDGET_EVENTS),
        ];
        for (target, names) in places {
            if let Some(target) = target {
                names.iter().for_each(|name| life.hear(&target, name, &heard));
            }
        }
        PageWatch {
            _heard: heard,
            _life: life,
        }
    }
}

/// What the browser says at this moment; nothing heard before is remembered.
fn visibility() -> PageSignal {
    let document = web_sys::window().and_then(|window| window.document());
    if document.is_some_and(|document| document.hidden()) {
        PageSignal::Hidden
    } else {
        PageSignal::Visible
    }
}

/// Whether the page's policy forbids calls to the platform (row N12). One that only reports forbids nothing.
fn is_refusal(event: &Event, platform: &str) -> bool {
    let says = |name, text: &str| field(event, name) == text;
    let blocked = field(event, "blockedURI").as_string().unwrap_or_default();
    let path = place(&blocked).zip(place(platform));
    let path = path.and_then(|(blocked, platform)| blocked.strip_prefix(platform));
    says("disposition", "enforce")
        && says("effectiveDirective", "connect-src")
        && path.is_some_and(|path| path.is_empty() || path.starts_with('/'))
}

/// What an event says of itself; a page may dispatch one that says nothing.
fn field(event: &Event, name: &str) -> JsValue {
    Reflect::get(event, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Calls and sockets go to one place; only the scheme differs, `https` from `wss`.
fn place(address: &str) -> Option<&str> {
    address
        .strip_prefix("http")
        .or_else(|| address.strip_prefix("ws"))
}

const WINDOW_EVENTS: [&str; 5] = ["focus", "offline", "online", "pagehide", "pageshow"];
const DOCUMENT_EVENTS: [&str; 4] = ["freeze", "resume", "securitypolicyviolation", "visibilitychange"];
const WIDGET_EVENTS: [&str; 2] = ["keydown", "pointerdown"];
