//! What JavaScript holds of a mounted widget. Every method is legal in every state.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::{Function, Promise, Reflect};
use miptech_chat_session::{Account, ChatId, Credentials, ErrorCode, Stage, Token};
use wasm_bindgen::prelude::*;

use super::{
    config::Live,
    events::By,
    host::Host,
    later,
    room::{SharedRoom, bare_error, resolve_refused},
    snapshot,
};
use crate::{
    browser::clock,
    driver::Driver,
    ui::{Act, Actions, Language, Mounted, Options},
};

/// One mounted widget. What it owns is released in the order driver, views, host.
pub(super) struct Widget {
    pub(super) driver: Driver,
    pub(super) room: SharedRoom,
    /// What the views will be drawn by, until they are.
    pub(super) undrawn: RefCell<Option<Options>>,
    pub(super) mounted: RefCell<Option<Mounted>>,
    pub(super) host: RefCell<Option<Host>>,
}

thread_local! {
    /// Every mounted widget and its number; only `destroy` takes one off the page.
    static MOUNTED: RefCell<Vec<(u32, Rc<Widget>)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// Calls a method of a mounted widget by its place in the list that `www/src/widget.ts` has too.
///
/// One export stands for all of them: each of its own would cost every visitor a shim here and a wrapper in the glue.
#[wasm_bindgen]
#[must_use]
pub fn call(widget: u32, method: u32, first: &JsValue, second: &JsValue) -> JsValue {
    let handle = ChatHandle::numbered(widget);
    match method {
        0 => handle.show(true, first),
        1 => handle.show(false, first),
        2 => return handle.send(first, second).into(),
        3 => handle.retry(first),
        4 => handle.stop(),
        5 => handle.new_conversation(),
        8 => handle.logout(),
        9 => return handle.is_authenticated().into(),
        12 => handle.set_token(first),
        13 => handle.set_draft(first),
        14 => handle.focus_composer(),
        15 => return handle.state(),
        16 => return handle.messages(),
        17 => handle.destroy(),
        18 => return handle.update(first).into(),
        19 => handle.regenerate(),
        20 => handle.mark_read(),
        21 => handle.erase(),
        23 => handle.draw(first),
        // The others come later.
        _ if crate::ui::is_whole() => return later::rest::call(&handle, method, first, second),
        _ => {}
    }
    JsValue::UNDEFINED
}

/// The methods of [`call`] that come after the widget stands.
pub(super) fn call_later(handle: &ChatHandle, method: u32, first: &JsValue, second: &JsValue) -> JsValue {
    match method {
        6 => handle.sign_in(first, second).into(),
        7 => handle.register(first).into(),
        10 => handle.profile().into(),
        11 => handle.facts(),
        22 => handle.trace(),
        _ => JsValue::UNDEFINED,
    }
}

impl Widget {
    /// Draws the views; what earlier ones, or the loader, drew is taken over.
    pub(super) fn draw(&self, options: Options) {
        let former = self.mounted.take();
        former.into_iter().for_each(Mounted::leave);
        let mounted = self.host.borrow().as_ref().map(|host| {
            let (model, actions) = (self.room.model.clone(), Actions::new(self.room.clone()));
            crate::ui::mount(host.place().clone(), model, actions, options, host.is_drawn())
        });
        self.mounted.replace(mounted);
    }

    /// Draws the views for the first time, and does what the options ask for at the start.
    fn appear(&self, opens: Option<By>) {
        let Some(options) = self.undrawn.take() else {
            return;
        };
        self.driver.begin();
        let typed = self.host.borrow().as_ref().and_then(|host| {
            host.dress();
            host.typed()
        });
        // What is being typed goes before what was typed on an earlier page.
        typed.into_iter().for_each(|text| self.room.set_draft(text));
        self.draw(options);
        self.room.mounted(opens);
    }
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
pub struct ChatHandle {
    number: u32,
    widget: Weak<Widget>,
}

impl ChatHandle {
    pub(super) fn of(widget: Rc<Widget>) -> Self {
        let handle = Self {
            number: NEXT.replace(NEXT.get() + 1),
            widget: Rc::downgrade(&widget),
        };
        MOUNTED.with_borrow_mut(|mounted| mounted.push((handle.number, widget)));
        handle
    }

    pub(super) const fn idle() -> Self {
        Self {
            number: 0,
            widget: Weak::new(),
        }
    }

    /// Under which [`call`] finds the widget; 0 for none.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    fn numbered(number: u32) -> Self {
        MOUNTED.with_borrow(|mounted| {
            let known = mounted.iter().find(|(known, _)| *known == number);
            known.map_or_else(Self::idle, |(_, widget)| Self {
                number,
                widget: Rc::downgrade(widget),
            })
        })
    }

    fn widget(&self) -> Option<Rc<Widget>> {
        self.widget.upgrade()
    }
}

impl ChatHandle {
    /// Draws what was prepared, once. `open` says whether the panel is open from then on, and by whom: `visitor` opened
    /// the one the loader drew, `again` is one that a crash interrupted, `true` is the page's wish.
    pub fn draw(&self, open: &JsValue) {
        if let Some(widget) = self.widget() {
            widget.appear(By::at_start(open));
        }
    }

    /// Opens the panel; `by` is `visitor` where the launcher was pressed.
    pub fn open(&self, by: &JsValue) {
        self.show(true, by);
    }

    /// Closes the panel.
    pub fn close(&self) {
        self.show(false, &JsValue::UNDEFINED);
    }

    /// Opens the panel if it is closed, closes it if it is open.
    pub fn toggle(&self) {
        self.show(!self.is_open(), &JsValue::UNDEFINED);
    }

    /// Whether the panel is open.
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

    /// Sends a message again that waits for that word: the one named by its own id or the platform's, or the last one.
    pub fn retry(&self, message: &JsValue) {
        let named = message.as_string();
        let Some(widget) = self.widget() else { return };
        let id = widget.room.model.parked_now(named.as_deref());
        if let Some(id) = id {
            // Refused only where the message does not wait for a decision, and then nothing is to be done.
            let _not_parked = widget.driver.retry(&id);
        }
    }

    /// Stops the running answer.
    pub fn stop(&self) {
        self.with_driver(Driver::stop_answer);
    }

    /// Begins a new conversation.
    pub fn new_conversation(&self) {
        self.with_driver(Driver::new_conversation);
    }

    /// Signs in; resolves to an `AuthResult`, never rejects.
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
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.widget().is_some_and(|widget| widget.driver.is_signed_in())
    }

    /// Resolves to the `User` who is signed in, or to null; never rejects.
    pub fn profile(&self) -> Promise {
        Promise::new(&mut |resolve, _| match self.widget() {
            Some(widget) => widget.room.profile_for_host(resolve),
            None => drop(resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL)),
        })
    }

    /// What is known of the connection without asking anybody, for `www/src/doctor`; nothing without a widget.
    pub fn facts(&self) -> JsValue {
        self.widget().map_or(JsValue::UNDEFINED, |widget| {
            let report = widget.driver.report();
            let phase = widget.driver.phase();
            let first_token = widget.room.first_token.get();
            let of_chat = |chat: Option<&ChatId>| snapshot::facts(&report, phase, chat, first_token);
            widget.driver.with_chat(of_chat)
        })
    }

    /// What the session was told, as lines for `cargo xtask replay`; nothing where that is not written down.
    pub fn trace(&self) -> JsValue {
        let trace = self.widget().and_then(|widget| widget.driver.trace());
        trace.map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// Takes a token of the host page; a text that is none takes the token away.
    pub fn set_token(&self, token: &JsValue) {
        let token = token.as_string().as_deref().and_then(Token::parse);
        self.with_driver(|driver| driver.set_token(token));
    }

    /// Puts a text into the composer.
    pub fn set_draft(&self, text: &JsValue) {
        if let (Some(widget), Some(text)) = (self.widget(), text.as_string()) {
            widget.room.set_draft(text);
        }
    }

    /// Puts the caret into the composer.
    pub fn focus_composer(&self) {
        if let Some(widget) = self.widget() {
            widget.mounted.borrow().iter().for_each(Mounted::focus_composer);
        }
    }

    /// A snapshot of the state.
    #[must_use]
    pub fn state(&self) -> JsValue {
        self.widget().map_or_else(snapshot::idle, |widget| {
            widget.driver.with_chat(|chat| {
                snapshot::state(
                    &widget.room.model,
                    chat,
                    widget.room.language(),
                    widget.driver.phase(),
                    widget.driver.auth_state(),
                    clock::now(),
                )
            })
        })
    }

    /// All messages, oldest first.
    #[must_use]
    pub fn messages(&self) -> JsValue {
        self.widget().map_or_else(
            || js_sys::Array::new().into(),
            |widget| snapshot::messages(&widget.room.model),
        )
    }

    /// Takes the options that may change meanwhile. A wrong one changes nothing and becomes an `error` event.
    pub fn update(&self, options: &JsValue) -> bool {
        let Some(widget) = self.widget() else {
            return false;
        };
        let Live {
            views,
            look,
            limits,
            context,
            console,
        } = match Live::read(options, widget.driver.storage()) {
            Ok(live) => live,
            Err(error) => {
                widget.room.option_refused(&error);
                return false;
            }
        };
        widget.room.configure(views.language, console);
        widget.driver.configure(limits, context);
        widget.host.borrow().iter().for_each(|host| host.pin(&look));
        widget.draw(views);
        true
    }

    /// Asks the last question again.
    pub fn regenerate(&self) {
        if let Some(widget) = self.widget() {
            widget.room.regenerate();
        }
    }

    /// Everything counts as read.
    pub fn mark_read(&self) {
        if let Some(widget) = self.widget() {
            widget.room.mark_read();
        }
    }

    /// Deletes the conversation.
    pub fn erase(&self) {
        self.with_driver(Driver::erase);
    }

    /// Takes the widget off the page: afterwards no call, socket, timer, listener or node of it is left.
    pub fn destroy(&self) {
        let Some(widget) = self.widget() else { return };
        let released = MOUNTED.with_borrow_mut(|mounted| {
            mounted
                .extract_if(.., |(_, known)| Rc::ptr_eq(known, &widget))
                .count()
        });
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

    fn show(&self, is_open: bool, by: &JsValue) {
        let by = if by.as_string().as_deref() == Some("visitor") {
            By::Visitor
        } else {
            By::Host
        };
        if let Some(widget) = self.widget() {
            widget.room.show_for(is_open, by);
        }
    }
}
