//! The way from an open socket to a joined one: greeting, progress, ready, join or refusal.

use super::conversation::{Frame, Seat};
use crate::{frame, tenant};

/// The chat is unknown or another tenant's.
pub(super) const CHAT_INVALID: u16 = 4005;
/// The first frame was not `join_chat`.
pub(super) const JOIN_REQUIRED: u16 = 4400;
/// The tenant of the join is not the tenant of the socket.
pub(super) const TENANT_MISMATCH: u16 = 4403;
/// The client did not join in time.
pub(super) const JOIN_TIMEOUT: u16 = 4408;

/// Greets a socket that just opened.
pub(super) fn begin(seat: &Seat, client_id: &str) {
    seat.say(frame::connection_established(client_id, &seat.tenant));
    seat.say(frame::initialization_progress("starting", "Starting"));
    seat.say(frame::initialization_progress("services", "Loading AI services"));
}

/// Tells a socket that the services are ready.
pub(super) fn complete(seat: &Seat, client_id: &str) {
    seat.say(frame::initialization_progress("complete", "Ready"));
    let capabilities = seat.platform.config.capabilities();
    seat.say(frame::connection_ready(client_id, &seat.tenant, &capabilities));
}

/// Ends a socket that did not join in time.
pub(super) fn refuse_silence(seat: &Seat) {
    seat.close(JOIN_TIMEOUT);
}

/// Ends a socket whose first frame was something else.
pub(super) fn refuse_first_frame(seat: &Seat) {
    seat.say(frame::error_code(
        "join_required",
        "The first frame must be join_chat",
    ));
    seat.close(JOIN_REQUIRED);
}

/// Binds the socket to a chat. A repeated join of the same chat is confirmed again.
pub(super) async fn join(seat: &mut Seat, frame: &Frame) {
    if frame
        .text("tenant_id")
        .is_some_and(|named| tenant::canonical(named) != seat.tenant)
    {
        seat.say(frame::error_code(
            "tenant_mismatch",
            "Tenant differs from the socket's tenant",
        ));
        seat.close(TENANT_MISMATCH);
        return;
    }
    let chat_id = frame.text("chat_id").unwrap_or_default();
    if let Some(current) = &seat.chat
        && current != chat_id
    {
        seat.say(frame::error_code(
            "already_joined",
            "This socket is joined to another chat",
        ));
        return;
    }
    match seat.platform.store.chat(&seat.tenant, chat_id).await {
        Ok(Some(chat)) => {
            // Queued before the socket hears the chat, so that no delta overtakes it.
            seat.say(frame::chat_joined(&chat.id, &seat.tenant));
            seat.take(chat.id);
        }
        Ok(None) => {
            seat.say(frame::error_code("chat_not_found", "Chat not found"));
            seat.close(CHAT_INVALID);
        }
        Err(error) => seat.fail(&error),
    }
}
