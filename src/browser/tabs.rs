//! The locks that the tabs of a browser share.

use std::{cell::Cell, rc::Rc};

use js_sys::{Function, Promise, Reflect};
use miptech_chat_session::Lock;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{life::Life, plain::Plain};

/// A wish for the lock, then the lock; dropping it gives both up.
#[must_use = "dropping a wish gives it up"]
pub(crate) struct LockWish {
    is_wanted: Rc<Cell<bool>>,
    _life: Rc<Life>,
}

impl LockWish {
    /// Asks the browser for the lock of this name. `answered` is called once, later, unless the wish is dropped before.
    pub(crate) fn ask(name: &str, answered: impl Fn(Lock) + Clone + 'static) -> Self {
        let is_wanted = Rc::new(Cell::new(true));
        let life = Rc::new(Life::begin());
        let wish = Self {
            is_wanted: is_wanted.clone(),
            _life: life.clone(),
        };
        let signal = Plain::new().value("signal", &life.signal()).end();
        // Held weakly: the browser keeps the callback of a wish that was given up.
        let life = Rc::downgrade(&life);
        let held = answered.clone();
        let wanted = is_wanted.clone();
        // The browser calls this once, or never; what it gives back is waited for before the lock is free again.
        let granted = Closure::once_into_js(move || {
            let until_released = Promise::new(&mut |resolve, _| match life.upgrade() {
                Some(life) => life.at_end(&resolve),
                None => drop(resolve.call0(&JsValue::UNDEFINED)),
            });
            if wanted.get() {
                held(Lock::Held);
            }
            until_released
        });
        let asked = request(name, &signal, &granted);
        spawn_local(async move {
            let is_refused = match asked {
                Some(asked) => JsFuture::from(asked).await.is_err(),
                None => true,
            };
            if is_refused && is_wanted.get() {
                answered(Lock::Absent);
            }
        });
        wish
    }
}

impl Drop for LockWish {
    fn drop(&mut self) {
        self.is_wanted.set(false);
    }
}

/// `navigator.locks.request`; nothing where the page is unencrypted or the browser old (row T8).
fn request(name: &str, options: &JsValue, granted: &JsValue) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request
        .call3(&locks, &name.into(), options, granted)
        .ok()?
        .dyn_into()
        .ok()
}
