//! The one door JavaScript may open.
//!
//! [`mount`] reads the options, prepares the host element, builds the views and starts the driver.
//! No `JsValue` travels past `config`, and no behaviour of the product lives here.

use std::{cell::RefCell, rc::Rc};

use miptech_chat_session::{ChatError, Phase};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::{
    browser::{page::Page, storage::Storage},
    driver::{Driver, Surroundings},
    embed::{
        config::{Config, ConfigError},
        events::Events,
        handle::Widget,
        host::Host,
        room::Room,
    },
    ui::{Actions, ChatModel, Language},
};

pub use self::handle::ChatHandle;

mod config;
mod events;
mod handle;
mod host;
mod room;
mod snapshot;
mod tokens;

/// Draws the chat into the shadow root of `host` and gives the handle to it.
///
/// `host` is an element of the page that belongs to the widget alone; what its shadow root holds already is left
/// to whoever put it there. Never throws: a wrong option becomes an `error` event on `host` in a later microtask,
/// and the handle then does nothing.
#[wasm_bindgen]
pub fn mount(host: HtmlElement, options: &JsValue) -> ChatHandle {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into())
    }));
    let storage = Storage::local();
    match Config::read(options, &storage) {
        Ok(config) => ChatHandle::of(Rc::new(build(host, config, storage))),
        Err(error) => {
            report(&error);
            Events::on(host, Language::default()).error(&ChatError::from(&error));
            ChatHandle::idle()
        }
    }
}

/// The version of the package this code belongs to.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

fn build(host: HtmlElement, config: Config, storage: Storage) -> Widget {
    let Config {
        session,
        views,
        look,
        connect,
        console,
        opens,
        token_keys,
        get_token,
    } = config;
    let language = views.language;
    let events = Events::on(host.clone(), views.language);
    let model = ChatModel::new(Phase::AT_REST);
    let room = Rc::new(Room::new(model.clone(), events, connect, console));
    let host = Host::prepare(host, &look);
    let driver = {
        let room = Rc::downgrade(&room);
        let surroundings = Surroundings {
            storage,
            token_keys,
            page: Page::new(host.root().clone().into(), session.caller.endpoints.origin()),
        };
        Driver::new(session, surroundings, tokens::ask(get_token), move |event| {
            if let Some(room) = room.upgrade() {
                room.hear(&event);
            }
        })
    };
    room.attach(driver.clone());
    let mounted = crate::ui::mount(host.place().clone(), model, Actions::new(room.clone()), views);
    room.mounted(opens);
    Widget {
        driver,
        room,
        language,
        mounted: RefCell::new(Some(mounted)),
        host: RefCell::new(Some(host)),
    }
}

/// A configuration error is the one thing printed without `debug`: nobody could see it otherwise.
fn report(error: &ConfigError) {
    web_sys::console::error_1(&format!("miptech-chat: {} {error}", error.code.as_str()).into());
}
