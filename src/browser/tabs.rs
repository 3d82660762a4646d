//! The locks that the tabs of a browser share.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Promise, Reflect};
use miptech_chat_session::Lock;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A wish for the lock, then the lock; dropping it gives both up.
#[must_use = "dropping a wish gives it up"]
pub(crate) struct LockWish {
    is_wanted: Rc<Cell<bool>>,
    release: Rc<RefCell<Option<Function>>>,
}

impl LockWish {
    /// Asks the browser for the lock of this name. `answered` is called once, later, unless the wish is dropped before.
    pub(crate) fn ask(name: &str, answered: impl Fn(Lock) + Clone + 'static) -> Self {
        let is_wanted = Rc::new(Cell::new(true));
        let release = Rc::new(RefCell::new(None));
        let wish = Self {
            is_wanted: is_wanted.clone(),
            release: release.clone(),
        };
        let held = answered.clone();
        let wanted = is_wanted.clone();
        // The browser calls this once, or never; what it gives back is waited for before the lock is free again.
        let granted = Closure::once_into_js(move || {
            let until_released = Promise::new(&mut |resolve, _| {
                release.replace(Some(resolve));
            });
            if wanted.get() {
                held(Lock::Held);
            } else if let Some(release) = release.take() {
                let _resolved = release.call0(&JsValue::UNDEFINED);
            }
            until_released
        });
        let asked = request(name, &granted);
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
        if let Some(release) = self.release.take() {
            // Resolving a promise runs nobody's code at once and cannot throw.
            let _resolved = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// `navigator.locks.request`; nothing where the page is unencrypted or the browser old (row T8).
fn request(name: &str, granted: &JsValue) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request.call2(&locks, &name.into(), granted).ok()?.dyn_into().ok()
}
