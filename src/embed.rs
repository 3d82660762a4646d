//! The one door JavaScript may open.
//!
//! [`mount`] reads the options, prepares the host element, makes the driver and draws the views.
//! No `JsValue` travels past `config`, and no behaviour of the product lives here.

use std::{cell::RefCell, rc::Rc};

use miptech_chat_session::{ChatError, Phase};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::{
    browser::{page::Page, storage::Storage},
    driver::{Driver, Surroundings},
    embed::{
        config::{Config, ConfigError, Console, Live},
        events::Events,
        handle::Widget,
        host::Host,
        room::Room,
    },
    ui::{ChatModel, Language},
};

pub use self::handle::{ChatHandle, call};

mod config;
mod events;
mod handle;
mod host;
mod later;
mod room;
mod snapshot;
mod tokens;

/// Prepares a chat on `host` for JavaScript: gives the number under which `call` finds the widget, or 0 where a wrong
/// option became an `error` event.
///
/// It is drawn by a call of its own ([`ChatHandle::draw`]), which may be in another task: both in one would hold up the
/// page for longer than a key may wait.
#[wasm_bindgen(js_name = mount)]
#[must_use]
pub fn prepare_for_js(host: HtmlElement, options: &JsValue) -> u32 {
    prepare(host, options).number()
}

/// Draws the chat into the shadow root of `host` and gives the handle to it.
///
/// `host` is an element of the page that belongs to the widget alone; what the loader drew in its shadow root is taken
/// over where it stands. Never throws: a wrong option becomes an `error` event on `host` in a later microtask, and the
/// handle then does nothing.
pub fn mount(host: HtmlElement, options: &JsValue) -> ChatHandle {
    let handle = prepare(host, options);
    handle.draw(&config::open(options));
    handle
}

fn prepare(host: HtmlElement, options: &JsValue) -> ChatHandle {
    let storage = config::storage(options);
    match Config::read(options, &storage) {
        Ok(config) => ChatHandle::of(Rc::new(build(host, config, storage))),
        Err(error) => {
            report(&error);
            Events::on(host, Language::default()).error(&ChatError::from(&error));
            ChatHandle::idle()
        }
    }
}

/// So many of the parts that come later are there from here on, for every widget.
#[wasm_bindgen]
pub fn came(parts: u32) {
    crate::ui::came(parts);
    host::dress_again();
}

/// The version of the package this code belongs to.
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

fn build(host: HtmlElement, config: Config, storage: Storage) -> Widget {
    let Config {
        session,
        live,
        connect,
        token_keys,
        get_token,
    } = config;
    let Live {
        views, look, console, ..
    } = live;
    let events = Events::on(host.clone(), views.language);
    let model = ChatModel::new(Phase::AT_REST);
    let room = Rc::new(Room::new(model, events, connect, console));
    let host = Host::prepare(host, &look);
    let driver = {
        let room = Rc::downgrade(&room);
        let surroundings = Surroundings {
            storage,
            token_keys,
            page: Page::new(host.root().clone().into(), session.caller.endpoints.origin()),
            is_traced: console == Console::Debug && crate::ui::has_trace(),
        };
        Driver::new(session, surroundings, tokens::ask(get_token), move |event| {
            if let Some(room) = room.upgrade() {
                room.hear(&event);
            }
        })
    };
    room.attach(driver.clone());
    Widget {
        driver,
        room,
        undrawn: RefCell::new(Some(views)),
        mounted: RefCell::default(),
        host: RefCell::new(Some(host)),
    }
}

/// A configuration error is the one thing printed without `debug`: nobody could see it otherwise.
fn report(error: &ConfigError) {
    web_sys::console::error_1(&format!("miptech-chat: {} {error}", error.code.as_str()).into());
}
