//! What JavaScript holds of a mounted widget. Every method is legal in every state.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use js_sys::{Function, Promise};
use miptech_chat_session::{ClientMessageId, ErrorCode, Stage};
use wasm_bindgen::prelude::*;

use super::{
    events::By,
    host::Host,
    room::{SharedRoom, bare_error, resolve_refused},
    snapshot,
};
use crate::{
    browser::clock,
    driver::Driver,
    ui::{Language, Mounted},
};

/// One mounted widget. What it owns is released in the order driver, views, host.
pub(super) struct Widget {
    pub(super) driver: Driver,
    pub(super) room: SharedRoom,
    pub(super) language: Language,
    pub(super) mounted: RefCell<Option<Mounted>>,
    pub(super) host: RefCell<Option<Host>>,
}

thread_local! {
    /// Every mounted widget. The page may throw the handle away, and the browser may collect it, but only `destroy`
    /// takes a widget off the page.
    static MOUNTED: RefCell<Vec<Rc<Widget>>> = const { RefCell::new(Vec::new()) };
}

/// A message for a widget that is gone.
fn refuse(resolve: &Function, client_id: Option<&str>) {
    let error = bare_error(ErrorCode::MessageRejected, Stage::Send);
    resolve_refused(resolve, client_id, &snapshot::error(&error, Language::default()));
}

/// The handle of a mounted widget; without a widget every method is a quiet no-op.
///
/// Methods take `&self`: JavaScript may call one from inside a callback of another.
#[wasm_bindgen]
pub struct ChatHandle {
    widget: Weak<Widget>,
}

impl ChatHandle {
    pub(super) fn of(widget: Rc<Widget>) -> Self {
        let handle = Self {
            widget: Rc::downgrade(&widget),
        };
        MOUNTED.with_borrow_mut(|mounted| mounted.push(widget));
        handle
    }

    pub(super) const fn idle() -> Self {
        Self { widget: Weak::new() }
    }

    fn widget(&self) -> Option<Rc<Widget>> {
        self.widget.upgrade()
    }
}

#[wasm_bindgen]
impl ChatHandle {
    /// Opens the panel; `by` is `visitor` where the launcher was pressed before this code ran.
    pub fn open(&self, by: Option<String>) {
        self.show(
            true,
            if by.as_deref() == Some("visitor") {
                By::Visitor
            } else {
                By::Host
            },
        );
    }

    /// Closes the panel.
    pub fn close(&self) {
        self.show(false, By::Host);
    }

    /// Opens the panel if it is closed, closes it if it is open.
    pub fn toggle(&self) {
        self.show(!self.is_open(), By::Host);
    }

    /// Whether the panel is open.
    #[wasm_bindgen(js_name = isOpen)]
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.widget()
            .is_some_and(|widget| widget.room.model.is_open_now())
    }

    /// Sends a text; resolves to a `SendResult`, never rejects.
    pub fn send(&self, text: &str, client_id: Option<String>) -> Promise {
        Promise::new(&mut |resolve, _| match self.widget() {
            Some(widget) => widget.room.send_for_host(text, client_id.as_deref(), resolve),
            None => refuse(&resolve, client_id.as_deref()),
        })
    }

    /// Sends a failed or unconfirmed message again.
    pub fn retry(&self, client_id: &str) {
        if let (Some(widget), Some(id)) = (self.widget(), ClientMessageId::parse(client_id)) {
            // Refused only where the message does not wait for a decision, and then nothing is to be done.
            let _not_parked = widget.driver.retry(&id);
        }
    }

    /// Puts a text into the composer.
    #[wasm_bindgen(js_name = setDraft)]
    pub fn set_draft(&self, text: String) {
        self.widget()
            .into_iter()
            .for_each(|widget| widget.room.model.set_draft(text.clone()));
    }

    /// Puts the caret into the composer.
    #[wasm_bindgen(js_name = focusComposer)]
    pub fn focus_composer(&self) {
        if let Some(widget) = self.widget() {
            widget.mounted.borrow().iter().for_each(Mounted::focus_composer);
        }
    }

    /// A snapshot of the state.
    #[wasm_bindgen(js_name = getState)]
    #[must_use]
    pub fn state(&self) -> JsValue {
        self.widget().map_or_else(snapshot::idle, |widget| {
            widget.driver.with_chat(|chat| {
                snapshot::state(
                    &widget.room.model,
                    chat,
                    widget.language,
                    widget.driver.phase(),
                    clock::now(),
                )
            })
        })
    }

    /// All messages, oldest first.
    #[wasm_bindgen(js_name = getMessages)]
    #[must_use]
    pub fn messages(&self) -> JsValue {
        self.widget().map_or_else(
            || js_sys::Array::new().into(),
            |widget| snapshot::messages(&widget.room.model),
        )
    }

    /// Takes the widget off the page: afterwards no call, socket, timer, listener or node of it is left.
    pub fn destroy(&self) {
        let Some(widget) = self.widget() else { return };
        let released = MOUNTED
            .with_borrow_mut(|mounted| mounted.extract_if(.., |known| Rc::ptr_eq(known, &widget)).count());
        if released == 0 {
            return;
        }
        widget.room.end();
        widget.driver.end();
        // Taken out before they are dropped: leaving moves the focus, and a listener of that may call any method.
        let (mounted, host) = (widget.mounted.take(), widget.host.take());
        drop(mounted);
        drop(host);
    }

    fn show(&self, is_open: bool, by: By) {
        if let Some(widget) = self.widget() {
            widget.room.show_for(is_open, by);
        }
    }
}
