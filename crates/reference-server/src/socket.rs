//! One WebSocket: the upgrade, the loop that reads and writes, and every way it ends.
//!
//! The loop is the only writer of its socket. Everything to be sent goes through one queue, so
//! frames leave in the order they were decided on.
//!
//! ```text
//! upgrade ─ open ─ handshake ─ (join) ─ conversation ─ close
//!            └── 4408 without a join, 4400 on another first frame, 4005 and 4403 on a refused join,
//!                1009 on a frame too large, 1001 on shutdown
//! ```

mod conversation;
mod handshake;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, Uri, header},
    response::Response,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Instant, sleep_until, timeout},
};
use uuid::Uuid;

use self::conversation::Seat;
use crate::{
    error::ApiError,
    hub::{Outgoing, SocketId},
    platform::Platform,
    tenant,
};

/// Where sockets are opened.
pub(crate) const PATH: &str = "/api/v1/ws/chat";

/// Accepts a socket of a known tenant from an allowed page; whether the chat exists is not asked.
pub(crate) async fn upgrade(
    State(platform): State<Arc<Platform>>,
    Query(query): Query<BTreeMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let tenant = query
        .get("tenant_id")
        .map(|tenant| tenant::canonical(tenant))
        .unwrap_or_default();
    if !platform.store.has_tenant(&tenant).await? {
        return Err(ApiError::TenantRefused);
    }
    // Only browsers send an origin; programs without one are no page's puppet.
    if let Some(origin) = headers.get(header::ORIGIN)
        && !platform.origins.allow(origin, headers.get(header::HOST))
    {
        tracing::warn!(origin = ?origin, "socket refused from this origin");
        return Err(ApiError::OriginRefused);
    }
    let upgrade = upgrade.map_err(|_| ApiError::UpgradeRequired)?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost")
        .to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    Ok(upgrade
        .max_message_size(READ_LIMIT_BYTES)
        .max_frame_size(READ_LIMIT_BYTES)
        .on_upgrade(move |socket| Pipe::open(platform, socket, tenant, host, query)))
}

/// How a socket came to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The client closed, or was gone.
    Client(u16),
    /// The TCP connection is dropped as it is.
    Cut,
    /// The server closes with this code.
    Server(u16),
}

/// An open socket.
struct Pipe {
    platform: Arc<Platform>,
    id: SocketId,
    socket: WebSocket,
    queue: UnboundedReceiver<Outgoing>,
}

impl Pipe {
    async fn open(platform: Arc<Platform>, socket: WebSocket, tenant: String, host: String, query: String) {
        let _alive = platform.stay_alive();
        let id = platform.hub.next_socket();
        platform.inspector.socket_opened(id, &query);
        tracing::info!(socket = id.0, tenant, "socket opened");

        let (outbox, queue): (UnboundedSender<_>, _) = unbounded_channel();
        let seat = Seat::new(Arc::clone(&platform), id, tenant, host, outbox);
        let mut pipe = Self {
            platform,
            id,
            socket,
            queue,
        };
        let end = pipe.serve(seat).await;
        let code = pipe.finish(end).await;

        pipe.platform.inspector.socket_closed(id, code);
        tracing::info!(socket = id.0, code, "socket closed");
    }

    /// Reads and writes until something ends the socket.
    async fn serve(&mut self, mut seat: Seat) -> End {
        let client_id = Uuid::new_v4().to_string();
        let join_deadline = Instant::now() + self.platform.config.join_deadline;
        let platform = Arc::clone(&self.platform);
        let mut ready = false;
        handshake::begin(&seat, &client_id);
        loop {
            tokio::select! {
                // What was decided first is sent first, also before a deadline or a shutdown ends it.
                biased;
                outgoing = self.queue.recv() => match outgoing {
                    Some(Outgoing::Frame(text)) => {
                        self.platform.inspector.frame_out(self.id, &text);
                        if self.socket.send(Message::Text(text)).await.is_err() {
                            return End::Client(close_code::ABNORMAL);
                        }
                    }
                    Some(Outgoing::Close(code)) => return End::Server(code),
                    Some(Outgoing::Cut) | None => return End::Cut,
                },
                () = platform.closed() => return End::Server(close_code::AWAY),
                () = sleep_until(platform.warm_at), if !ready => {
                    ready = true;
                    handshake::complete(&seat, &client_id);
                }
                () = sleep_until(join_deadline), if !seat.has_joined() => {
                    handshake::refuse_silence(&seat);
                }
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) if text.len() > FRAME_LIMIT_BYTES => {
                        return End::Server(close_code::SIZE);
                    }
                    Some(Ok(Message::Text(text))) => {
                        self.platform.inspector.frame_in(self.id, &text);
                        seat.hear(&text).await;
                    }
                    Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(frame))) => {
                        return End::Client(frame.map_or(close_code::STATUS, |frame| frame.code));
                    }
                    Some(Err(_)) | None => return End::Client(close_code::ABNORMAL),
                },
            }
        }
    }

    /// Completes the close handshake and returns the code that ended the socket.
    async fn finish(&mut self, end: End) -> u16 {
        let code = match end {
            End::Cut => return close_code::ABNORMAL,
            End::Client(code) => code,
            End::Server(code) => {
                let frame = CloseFrame {
                    code,
                    reason: reason(code).into(),
                };
                let _ = self.socket.send(Message::Close(Some(frame))).await;
                code
            }
        };
        // Reading on sends our half of a close the client began, and keeps the system from throwing
        // away our close frame together with unread input.
        let drained = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(CLOSE_LIMIT, drained).await;
        code
    }
}

/// The text beside a close code.
fn reason(code: u16) -> &'static str {
    match code {
        close_code::AWAY => "server is shutting down",
        close_code::SIZE => "frame too large",
        handshake::CHAT_INVALID => "chat session invalid",
        handshake::JOIN_REQUIRED => "first frame was not join_chat",
        handshake::TENANT_MISMATCH => "tenant mismatch",
        handshake::JOIN_TIMEOUT => "no join in time",
        _ => "",
    }
}

/// The largest text frame a client may send.
const FRAME_LIMIT_BYTES: usize = 64 * 1024;

/// The largest message that is read at all. Above [`FRAME_LIMIT_BYTES`], because a socket can only be
/// closed with 1009 after the frame was read.
const READ_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// How long a client may take to answer a close frame.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);
