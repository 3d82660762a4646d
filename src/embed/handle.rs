//! What JavaScript holds of a mounted widget. Every method is legal in every state.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use js_sys::{Function, Promise, Reflect};
use miptech_chat_session::{Account, ClientMessageId, Credentials, ErrorCode, Stage, Token};
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
    ui::{Act, Language, Mounted},
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

/// A text of an object of the host page; nothing where it is no object or the field no text.
fn text_field(object: &JsValue, field: &str) -> Option<String> {
    Reflect::get(object, &field.into()).ok()?.as_string()
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
    pub fn open(&self, by: &JsValue) {
        self.show(
            true,
            if by.as_string().as_deref() == Some("visitor") {
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

    /// Sends a text, under the `clientId` of the options where they name one; resolves to a `SendResult`, never rejects.
    pub fn send(&self, text: &JsValue, options: &JsValue) -> Promise {
        // What is no text says nothing, and is refused as that.
        let text = text.as_string().unwrap_or_default();
        let client_id = text_field(options, "clientId");
        Promise::new(&mut |resolve, _| match self.widget() {
            Some(widget) => widget.room.send_for_host(&text, client_id.as_deref(), resolve),
            None => refuse(&resolve, client_id.as_deref()),
        })
    }

    /// Sends a failed or unconfirmed message again.
    pub fn retry(&self, client_id: &JsValue) {
        let id = client_id.as_string().as_deref().and_then(ClientMessageId::parse);
        if let (Some(widget), Some(id)) = (self.widget(), id) {
            // Refused only where the message does not wait for a decision, and then nothing is to be done.
            let _not_parked = widget.driver.retry(&id);
        }
    }

    /// Stops the running answer.
    pub fn stop(&self) {
        self.with_driver(Driver::stop_answer);
    }

    /// Begins a new conversation.
    #[wasm_bindgen(js_name = newConversation)]
    pub fn new_conversation(&self) {
        self.with_driver(Driver::new_conversation);
    }

    /// Signs in; resolves to an `AuthResult`, never rejects.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, email: &JsValue, password: &JsValue) -> Promise {
        self.sign_in_with(&Credentials {
            email: email.as_string().unwrap_or_default(),
            password: password.as_string().unwrap_or_default(),
            account: Account::Existing,
        })
    }

    /// Makes an account of `{email, password, fullName}`; resolves to an `AuthResult`, never rejects.
    pub fn register(&self, data: &JsValue) -> Promise {
        let text = |field: &str| text_field(data, field).unwrap_or_default();
        self.sign_in_with(&Credentials {
            email: text("email"),
            password: text("password"),
            account: Account::New {
                full_name: text("fullName"),
            },
        })
    }

    /// Signs out here at once, and on the platform where it can be reached.
    pub fn logout(&self) {
        self.with_driver(Driver::sign_out);
    }

    /// Whether a token is held.
    #[wasm_bindgen(js_name = isAuthenticated)]
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.widget().is_some_and(|widget| widget.driver.is_signed_in())
    }

    /// Resolves to the `User` who is signed in, or to null; never rejects.
    #[wasm_bindgen(js_name = getProfile)]
    pub fn profile(&self) -> Promise {
        Promise::new(&mut |resolve, _| match self.widget() {
            Some(widget) => widget.room.profile_for_host(resolve),
            None => drop(resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL)),
        })
    }

    /// What is known of the connection without asking anybody; resolves to a `DiagnosticReport`, or to null without a
    /// widget.
    pub fn diagnose(&self) -> Promise {
        let report = self.widget().map_or(JsValue::NULL, |widget| {
            let report = widget.driver.report();
            let phase = widget.driver.phase();
            widget
                .driver
                .with_chat(|chat| snapshot::report(&report, phase, chat))
        });
        Promise::resolve(&report)
    }

    /// Takes a token of the host page; a text that is none takes the token away.
    #[wasm_bindgen(js_name = setToken)]
    pub fn set_token(&self, token: &JsValue) {
        let token = token.as_string().as_deref().and_then(Token::parse);
        self.with_driver(|driver| driver.set_token(token));
    }

    /// Puts a text into the composer.
    #[wasm_bindgen(js_name = setDraft)]
    pub fn set_draft(&self, text: &JsValue) {
        if let (Some(widget), Some(text)) = (self.widget(), text.as_string()) {
            widget.room.set_draft(text);
        }
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
                    widget.driver.auth_state(),
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

    fn sign_in_with(&self, credentials: &Credentials) -> Promise {
        Promise::new(&mut |resolve, _| match self.widget() {
            Some(widget) => widget.room.sign_in_for_host(credentials, resolve),
            None => refuse(&resolve, None),
        })
    }

    fn with_driver(&self, act: impl FnOnce(&Driver)) {
        if let Some(widget) = self.widget() {
            act(&widget.driver);
        }
    }

    fn show(&self, is_open: bool, by: By) {
        if let Some(widget) = self.widget() {
            widget.room.show_for(is_open, by);
        }
    }
}
