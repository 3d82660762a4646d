//! Methods of the handle that come after the widget stands (`src/ui/later.rs` tells how). Whoever calls one waits for them
//! (`www/src/widget.ts`).

pub(super) mod rest {
    use js_sys::Promise;
    use miptech_chat_session::{ChatError, User};
    use wasm_bindgen::JsValue;

    use crate::embed::{handle::ChatHandle, room::Room};

    #[inline(never)]
    pub(in crate::embed) fn sign_in(handle: &ChatHandle, email: &JsValue, password: &JsValue) -> Promise {
        handle.sign_in(email, password)
    }

    #[inline(never)]
    pub(in crate::embed) fn register(handle: &ChatHandle, data: &JsValue) -> Promise {
        handle.register(data)
    }

    #[inline(never)]
    pub(in crate::embed) fn profile(handle: &ChatHandle) -> Promise {
        handle.profile()
    }

    #[inline(never)]
    pub(in crate::embed) fn diagnose(handle: &ChatHandle) -> Promise {
        handle.diagnose()
    }

    #[inline(never)]
    pub(in crate::embed) fn signed_in(room: &Room, result: &Result<User, ChatError>) {
        room.signed_in(result);
    }

    #[inline(never)]
    pub(in crate::embed) fn profile_read(room: &Room, user: Option<&User>) {
        room.profile_read(user);
    }
}
