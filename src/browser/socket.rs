//! One WebSocket; dropping it closes it and silences it.
//!
//! This is a binding of its own because a frame's length must be judged before the text is copied into the widget's
//! memory, and because "opened" and the close code are news the session needs
//! (`docs/decisions/0002-own-socket-binding.md`).

use js_sys::JsString;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

/// What a socket did.
#[derive(Debug)]
pub(crate) enum Happened {
    Binary,
    Closed { code: u16, reason: String },
    Opened,
    Text(String),
    TooLarge,
}

/// A socket and its listeners.
#[must_use = "dropping a socket closes it"]
pub(crate) struct Socket {
    raw: WebSocket,
    _opened: Closure<dyn FnMut(Event)>,
    _arrived: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens a socket. `happened` is called for everything it does, never from inside this call.
    ///
    /// Gives nothing where the browser refuses the address at once.
    pub(crate) fn open(url: &str, happened: impl Fn(Happened) + Clone + 'static) -> Option<Self> {
        let raw = WebSocket::new(url).ok()?;
        let on = happened.clone();
        let opened = Closure::<dyn FnMut(Event)>::new(move |_| on(Happened::Opened));
        let on = happened.clone();
        let arrived = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| on(read(&event)));
        let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            happened(Happened::Closed {
                code: event.code(),
                reason: event.reason(),
            });
        });
        raw.set_onopen(Some(opened.as_ref().unchecked_ref()));
        raw.set_onmessage(Some(arrived.as_ref().unchecked_ref()));
        raw.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self {
            raw,
            _opened: opened,
            _arrived: arrived,
            _closed: closed,
        })
    }

    /// Hands one text over. A socket that is closing takes it without a word: only an acknowledgement proves arrival.
    pub(crate) fn send(&self, text: &str) {
        let _refused_while_connecting = self.raw.send_with_str(text);
    }

    /// Closes with a code of our own; nothing it does is heard afterwards.
    pub(crate) fn close(self, code: u16) {
        self.silence();
        let _refused_code = self.raw.close_with_code(code);
    }

    fn silence(&self) {
        self.raw.set_onopen(None);
        self.raw.set_onmessage(None);
        self.raw.set_onclose(None);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.silence();
        let _closed_already = self.raw.close();
    }
}

fn read(event: &MessageEvent) -> Happened {
    match event.data().dyn_into::<JsString>() {
        Ok(text) if text.length() > FRAME_UNITS => Happened::TooLarge,
        Ok(text) => Happened::Text(String::from(text)),
        Err(_) => Happened::Binary,
    }
}

/// The longest frame read, in UTF-16 units (`faults.md` section 6.3: 256 KiB).
const FRAME_UNITS: u32 = 256 * 1024;
