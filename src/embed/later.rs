//! Methods of the handle that come after the widget stands (`src/ui/later.rs` tells how). Whoever calls one waits for them
//! (`www/src/widget.ts`).

pub(super) mod rest {
    use miptech_chat_session::{ChatError, User};
    use wasm_bindgen::JsValue;

    use crate::{
        embed::{
            handle::{self, ChatHandle},
            room::Room,
        },
        ui::Deed,
    };

    #[inline(never)]
    pub(in crate::embed) fn perform(room: &Room, deed: Deed<'_>) {
        room.perform_later(deed);
    }

    #[inline(never)]
    pub(in crate::embed) fn call(
        handle: &ChatHandle,
        method: u32,
        first: &JsValue,
        second: &JsValue,
    ) -> JsValue {
        handle::call_later(handle, method, first, second)
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
