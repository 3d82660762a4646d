//! The way from an open socket to a joined one: greeting, progress, ready, join or refusal.

use uuid::Uuid;

use super::conversation::{Channel, Frame, Seat};
use crate::{
    answer::{self, Recall},
    config::{Capability, Profile, RealtimeAck, Scope, Surface},
    frame,
    identity::{self, Refusal},
    store::{Chat, NewChat},
    tenant,
};

/// The chat is unknown or another tenant's.
pub(super) const CHAT_INVALID: u16 = 4005;
/// The first frame was not `join_chat`.
pub(super) const JOIN_REQUIRED: u16 = 4400;
/// The join is for another tenant than the socket, or its token does not permit it.
pub(super) const FORBIDDEN: u16 = 4403;
/// The token is not there or not good.
pub(super) const TOKEN_REFUSED: u16 = 4401;
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
    let tenant_id = frame.text("tenant_id");
    if tenant_id.is_some_and(|named| tenant::canonical(named) != seat.tenant) {
        seat.say(frame::error_code(
            "tenant_mismatch",
            "Tenant differs from the socket's tenant",
        ));
        seat.close(FORBIDDEN);
        return;
    }
    let channel = match seat.platform.config.profile {
        Profile::Any if frame.text("channel").is_some() => Channel::Realtime,
        Profile::Realtime => Channel::Realtime,
        Profile::Any | Profile::JoinToken | Profile::TwoStep => Channel::Rest,
    };
    let scopes: &[Scope] = match channel {
        Channel::Realtime if frame.text("chat_id").is_none() => &[Scope::ChatCreate, Scope::ChatSend],
        Channel::Realtime | Channel::Rest => &[Scope::ChatSend],
    };
    match admit(seat, frame, scopes).await {
        Ok(Ok(user)) => seat.user = user,
        Ok(Err(refusal)) => {
            seat.say(frame::error_code(refusal.code(), refusal.message()));
            seat.close(match refusal {
                Refusal::AuthRequired | Refusal::InvalidToken => TOKEN_REFUSED,
                Refusal::InsufficientScope | Refusal::TenantMismatch => FORBIDDEN,
            });
            return;
        }
        Err(error) => {
            seat.fail(&error);
            return;
        }
    }
    match channel {
        Channel::Realtime => join_realtime(seat, frame).await,
        Channel::Rest => join_known(seat, frame).await,
    }
}

/// Joins a chat that was created by REST.
async fn join_known(seat: &mut Seat, frame: &Frame) {
    let chat_id = frame.text("chat_id").unwrap_or_default();
    match find(seat, chat_id).await {
        Found::Chat(chat) => {
            // Queued before the socket hears the chat, so that no delta overtakes it.
            seat.say(frame::chat_joined(&chat.id, &seat.tenant));
            sit_down(seat, frame, chat.id).await;
        }
        Found::Nothing => {
            seat.say(frame::error_code("chat_not_found", "Chat not found"));
            seat.close(CHAT_INVALID);
        }
        Found::Refused => {}
    }
}

/// Joins the way the realtime client does: a chat it knows, or a new one.
async fn join_realtime(seat: &mut Seat, frame: &Frame) {
    seat.begin_realtime();
    let ack = seat.platform.config.realtime_ack;
    if let Some(chat_id) = frame.text("chat_id") {
        match find(seat, chat_id).await {
            Found::Chat(chat) => {
                match ack {
                    RealtimeAck::Created | RealtimeAck::Joined => {
                        seat.say(frame::chat_joined(&chat.id, &seat.tenant));
                    }
                    RealtimeAck::Silent => {}
                }
                sit_down(seat, frame, chat.id).await;
            }
            Found::Nothing => seat.say(frame::error_code("chat_not_found", "Chat not found")),
            Found::Refused => {}
        }
        return;
    }
    if seat.chat.is_some() {
        seat.say(frame::error_code(
            "already_joined",
            "This socket is joined to another chat",
        ));
        return;
    }
    let Some(chat_id) = create(seat).await else {
        return;
    };
    match ack {
        RealtimeAck::Created => {
            seat.say(frame::chat_created(&chat_id, &seat.tenant));
            seat.say(frame::chat_joined(&chat_id, &seat.tenant));
        }
        RealtimeAck::Joined => seat.say(frame::chat_joined(&chat_id, &seat.tenant)),
        RealtimeAck::Silent => {}
    }
    seat.take(chat_id);
}

/// Creates a chat that no `session_id` leads to.
pub(super) async fn create(seat: &Seat) -> Option<String> {
    let new = NewChat {
        tenant: seat.tenant.clone(),
        session_id: format!("realtime-{}", Uuid::new_v4()),
        visitor_id: "realtime".to_owned(),
        title: None,
        context: None,
        user: seat.user.clone(),
    };
    match seat.platform.store.open_chat(&new).await {
        Ok((chat, _)) => Some(chat.id),
        Err(error) => {
            seat.fail(&error);
            None
        }
    }
}

/// Who joins: the token of the join, else the one in the socket's query.
async fn admit(
    seat: &Seat,
    frame: &Frame,
    scopes: &[Scope],
) -> Result<Result<Option<String>, Refusal>, sqlx::Error> {
    let in_join = frame.text("token").filter(|token| !token.is_empty());
    let token = in_join.or(seat.token.as_deref());
    let presented = identity::identify(&seat.platform, token).await?;
    Ok(presented.admit(&seat.platform, &seat.tenant, Surface::Socket, scopes))
}

/// What a join leads to.
enum Found {
    Chat(Chat),
    Nothing,
    /// The client has been told why.
    Refused,
}

async fn find(seat: &Seat, chat_id: &str) -> Found {
    if seat.chat.as_deref().is_some_and(|current| current != chat_id) {
        seat.say(frame::error_code(
            "already_joined",
            "This socket is joined to another chat",
        ));
        return Found::Refused;
    }
    let user = seat.user.as_deref();
    match seat.platform.store.chat(&seat.tenant, chat_id, user).await {
        Ok(Some(chat)) => Found::Chat(chat),
        Ok(None) => Found::Nothing,
        Err(error) => {
            seat.fail(&error);
            Found::Refused
        }
    }
}

/// Takes the seat, and continues the answer the client was cut off from.
async fn sit_down(seat: &mut Seat, frame: &Frame, chat_id: String) {
    let resume = frame
        .resume()
        .filter(|_| seat.platform.config.offers(Capability::Resume));
    let Some((answer_id, next_index)) = resume else {
        seat.take(chat_id);
        return;
    };
    let platform = std::sync::Arc::clone(&seat.platform);
    let recall = platform.ledger.recall(&chat_id, answer_id, next_index, |recall| {
        match recall {
            Recall::Missed(frames) => frames.iter().cloned().for_each(|frame| seat.say(frame)),
            Recall::Unknown => {}
        }
        seat.take(chat_id.clone());
    });
    match recall {
        Recall::Missed(_) => {}
        Recall::Unknown => match platform.store.answer(&chat_id, answer_id).await {
            Ok(Some(answer)) => {
                let author_kind = answer::author_kind(&platform);
                seat.say(frame::response_retold(&chat_id, &answer, author_kind));
            }
            Ok(None) => {}
            Err(error) => seat.fail(&error),
        },
    }
}
