//! One WebSocket: the upgrade, the loop that reads and writes, and every way it ends.
//!
//! The loop is the only writer of its socket. Everything to be sent goes through one queue, so
//! frames leave in the order they were decided on.
//!
//! ```text
//! upgrade ─ open ─ handshake ─ (join) ─ conversation ─ close
//!            └── 4408 without a join, 4400 on another first frame, 4005, 4401 and 4403 on a refused join,
//!                4003 on too many messages, 1009 on a frame too large, 1001 on shutdown
//! ```

mod conversation;
mod handshake;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{Instant, sleep_until, timeout},
};
use uuid::Uuid;

use self::conversation::Seat;
use crate::{
    error::ApiError,
    fault::{Plan, PlannedEnd},
    hub::{Outgoing, SocketId},
    platform::Platform,
    spelling, tenant,
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
    if let Some(origin) = headers.get(header::ORIGIN) {
        if !platform.origins.admit(&tenant, origin) {
            tracing::warn!(?origin, tenant, "Tenant access denied");
            return Err(ApiError::TenantDenied);
        }
        if !platform
            .origins
            .allow_socket(&tenant, origin, headers.get(header::HOST))
        {
            tracing::warn!(?origin, "socket refused from this origin");
            return Err(ApiError::OriginRefused);
        }
    }
    let upgrade = upgrade.map_err(|_| ApiError::UpgradeRequired)?;
    let plan = platform.rules.for_socket();
    if let Some(Ok(status)) = plan.refuse_upgrade.map(StatusCode::from_u16) {
        return Ok(status.into_response());
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost")
        .to_owned();
    let greeting = Greeting {
        tenant,
        host,
        token: query.get("token").filter(|token| !token.is_empty()).cloned(),
        query: uri.query().unwrap_or_default().to_owned(),
        plan,
    };
    Ok(upgrade
        .max_message_size(READ_LIMIT_BYTES)
        .max_frame_size(READ_LIMIT_BYTES)
        .on_upgrade(move |socket| Pipe::open(platform, socket, greeting)))
}

/// What is known of a socket before it says anything.
struct Greeting {
    tenant: String,
    /// How the client addressed this server.
    host: String,
    /// A token in the query.
    token: Option<String>,
    query: String,
    plan: Plan,
}

/// How a socket came to its end.
#[derive(Clone, Debug, PartialEq)]
enum End {
    /// The client closed, or was gone.
    Client(u16),
    /// The TCP connection is dropped as it is.
    Cut,
    /// The server closes with this code.
    Server { code: u16, reason: String },
}

impl End {
    fn server(code: u16) -> Self {
        Self::Server {
            code,
            reason: reason(code).to_owned(),
        }
    }

    fn planned(end: PlannedEnd) -> Self {
        match end {
            PlannedEnd::Close { code, reason: None } => Self::server(code),
            PlannedEnd::Close {
                code,
                reason: Some(reason),
            } => Self::Server { code, reason },
            PlannedEnd::Cut => Self::Cut,
        }
    }
}

/// The close frames of a socket that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Closing {
    /// The code that ended it; 1006 without a close frame.
    pub(crate) code: u16,
    /// The code of the frame the server began with.
    pub(crate) sent: Option<u16>,
    /// The code of the client's frame.
    pub(crate) received: Option<u16>,
}

/// An open socket.
struct Pipe {
    platform: Arc<Platform>,
    id: SocketId,
    socket: WebSocket,
    queue: UnboundedReceiver<Outgoing>,
    plan: Plan,
}

impl Pipe {
    async fn open(platform: Arc<Platform>, socket: WebSocket, greeting: Greeting) {
        let _alive = platform.stay_alive();
        let (outbox, queue): (UnboundedSender<_>, _) = unbounded_channel();
        let id = platform.hub.opened(outbox.clone());
        platform.inspector.socket_opened(id, &greeting.query);
        tracing::info!(socket = id.0, tenant = greeting.tenant, "socket opened");

        let mut plan = greeting.plan;
        for raw in std::mem::take(&mut plan.raw) {
            // The queue was made a moment ago and nobody has closed it.
            let _ = outbox.send(Outgoing::Raw(raw.into()));
        }
        let seat = Seat::new(
            Arc::clone(&platform),
            id,
            greeting.tenant,
            greeting.host,
            greeting.token,
            outbox,
        );
        let mut pipe = Self {
            platform,
            id,
            socket,
            queue,
            plan,
        };
        let end = match pipe.plan.due() {
            Some(end) => End::planned(end),
            None => pipe.serve(seat).await,
        };
        let closing = pipe.finish(end).await;

        pipe.platform.hub.closed(id);
        pipe.platform.inspector.socket_closed(id, closing);
        tracing::info!(socket = id.0, code = closing.code, "socket closed");
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
                        let text = spelling::frame(text, platform.config.spelling);
                        for text in self.plan.through(text) {
                            if let Err(end) = self.send(text).await {
                                return end;
                            }
                        }
                    }
                    Some(Outgoing::Raw(text)) => if let Err(end) = self.send(text).await {
                        return end;
                    },
                    Some(Outgoing::Behave) => {
                        if let Some(held) = self.plan.reset()
                            && let Err(end) = self.send(held).await
                        {
                            return end;
                        }
                    }
                    Some(Outgoing::Misbehave(plan)) => {
                        self.plan.add(*plan);
                        if let Some(end) = self.plan.due() {
                            return End::planned(end);
                        }
                    }
                    Some(Outgoing::Close(code)) => return End::server(code),
                    Some(Outgoing::Cut) | None => return End::Cut,
                },
                () = platform.closed() => return End::server(close_code::AWAY),
                () = sleep_until(platform.warm_at), if !ready => {
                    ready = true;
                    handshake::complete(&seat, &client_id);
                }
                () = sleep_until(join_deadline), if !seat.has_joined() => {
                    handshake::refuse_silence(&seat);
                }
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) if text.len() > FRAME_LIMIT_BYTES => {
                        return End::server(close_code::SIZE);
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

    /// Sends one frame; the error is the end it leads to.
    async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        self.platform.inspector.frame_out(self.id, &text);
        if self.socket.send(Message::Text(text)).await.is_err() {
            return Err(End::Client(close_code::ABNORMAL));
        }
        self.plan.count();
        self.plan.due().map_or(Ok(()), |end| Err(End::planned(end)))
    }

    /// Completes the close handshake and tells the codes that ended the socket.
    async fn finish(&mut self, end: End) -> Closing {
        let mut closing = match end {
            End::Cut => {
                return Closing {
                    code: close_code::ABNORMAL,
                    sent: None,
                    received: None,
                };
            }
            End::Client(code) => Closing {
                code,
                sent: None,
                received: (code != close_code::ABNORMAL).then_some(code),
            },
            End::Server { code, reason } => {
                let frame = CloseFrame {
                    code,
                    reason: reason.into(),
                };
                let _ = self.socket.send(Message::Close(Some(frame))).await;
                Closing {
                    code,
                    sent: Some(code),
                    received: None,
                }
            }
        };
        // Reading on sends our half of a close the client began, and keeps the system from throwing
        // away our close frame together with unread input.
        let drained = async {
            while let Some(Ok(message)) = self.socket.recv().await {
                if let Message::Close(frame) = message {
                    closing.received = Some(frame.map_or(close_code::STATUS, |frame| frame.code));
                }
            }
        };
        let _ = timeout(CLOSE_LIMIT, drained).await;
        closing
    }
}

/// The text beside a close code.
fn reason(code: u16) -> &'static str {
    match code {
        close_code::AWAY => "server is shutting down",
        close_code::SIZE => "frame too large",
        conversation::RATE_LIMITED => "rate limit exceeded",
        handshake::CHAT_INVALID => "chat session invalid",
        handshake::JOIN_REQUIRED => "first frame was not join_chat",
        handshake::FORBIDDEN => "tenant mismatch or missing scope",
        handshake::TOKEN_REFUSED => "token missing or invalid",
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
