//! The socket after it is open: until the chat is joined, or a reason why not.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::{SinkExt as _, StreamExt as _};
use miptech_chat_protocol::{
    capability::Capabilities,
    close::CloseAction,
    decode::{ServerFrame, decode},
    frame::ClientFrame,
    ids::{ChatId, TenantId},
    token::Token,
};
use reqwest::Upgraded;
use tokio::time::timeout_at;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

use crate::table::close_words;

/// Who joins.
pub(crate) struct Joining<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) token: Option<&'a Token>,
    /// The chat, where one was made before.
    pub(crate) chat: Option<&'a ChatId>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Joined {
    /// The chat is joined.
    Live {
        chat: Option<ChatId>,
        capabilities: Option<Capabilities>,
        took: Duration,
    },
    /// The platform refused, with its reason and what mends it.
    Refused { reason: String, advice: &'static str },
    /// Nothing came.
    Silent,
}

impl Joining<'_> {
    pub(crate) async fn join(&self, upgraded: Upgraded) -> Joined {
        let begun = Instant::now();
        let mut socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await;
        let mut capabilities = None;
        let mut joins_at = tokio::time::Instant::now() + READY_WITHIN;
        let ends_at = tokio::time::Instant::now() + JOINED_WITHIN;
        let mut has_joined = false;
        if self.chat.is_none() {
            joins_at = tokio::time::Instant::now();
        }
        loop {
            let waits_until = if has_joined { ends_at } else { joins_at };
            let frame = match timeout_at(waits_until, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => decode(&text).unwrap_or(ServerFrame::Unknown),
                Ok(Some(Ok(Message::Close(close)))) => return refused(close.as_ref()),
                Ok(Some(Ok(_))) => continue,
                Ok(Some(Err(_)) | None) => return refused(None),
                Err(_) if has_joined => return Joined::Silent,
                Err(_) => {
                    has_joined = true;
                    let frame = self.frame().encode(now_ms());
                    if socket.send(Message::Text(frame.into())).await.is_err() {
                        return refused(None);
                    }
                    continue;
                }
            };
            match frame {
                ServerFrame::Ready { capabilities: told } => {
                    capabilities = told.or(capabilities);
                    joins_at = tokio::time::Instant::now();
                }
                ServerFrame::Joined { chat, .. } => {
                    let took = begun.elapsed();
                    done(&mut socket).await;
                    return Joined::Live {
                        chat,
                        capabilities,
                        took,
                    };
                }
                ServerFrame::ChatCreated(chat) if self.chat.is_none() => {
                    let took = begun.elapsed();
                    done(&mut socket).await;
                    return Joined::Live {
                        chat: Some(chat),
                        capabilities,
                        took,
                    };
                }
                ServerFrame::Fault { fault, .. } | ServerFrame::Unauthorized(fault) => {
                    return Joined::Refused {
                        reason: format!("{} {}", fault.code.as_str(), fault.text),
                        advice: fault.code.help(),
                    };
                }
                ServerFrame::JoinRefused => {
                    return Joined::Refused {
                        reason: "the join was refused without a word".to_owned(),
                        advice: ADVICE,
                    };
                }
                ServerFrame::Answer(_)
                | ServerFrame::ChatCreated(_)
                | ServerFrame::Echo { .. }
                | ServerFrame::Established { .. }
                | ServerFrame::Indicator(_)
                | ServerFrame::Left { .. }
                | ServerFrame::Ping { .. }
                | ServerFrame::Pong
                | ServerFrame::Progress { .. }
                | ServerFrame::Received { .. }
                | ServerFrame::Unknown => {}
            }
        }
    }

    fn frame(&self) -> ClientFrame<'_> {
        match self.chat {
            Some(chat) => ClientFrame::JoinChat {
                chat,
                tenant: self.tenant,
                token: self.token,
                resume: None,
            },
            None => ClientFrame::JoinChannel {
                chat: None,
                resume: None,
            },
        }
    }
}

/// The conversation is over; whether the platform hears it is its own affair.
async fn done(socket: &mut WebSocketStream<Upgraded>) {
    let close = CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    let _heard = socket.close(Some(close)).await;
}

fn refused(close: Option<&CloseFrame>) -> Joined {
    let Some(close) = close else {
        return Joined::Refused {
            reason: format!("1006, {}", close_words(1006)),
            advice: ADVICE,
        };
    };
    let (code, reason) = (u16::from(close.code), close.reason.as_str());
    let advice = match CloseAction::of(code, reason) {
        CloseAction::Block(code) | CloseAction::JoinAtOnce(code) | CloseAction::ReconnectSlowly(code) => {
            code.help()
        }
        CloseAction::NewChat => "The platform ended the chat; the widget begins a new one.",
        CloseAction::RenewToken => "The token is void: issue another one, or sign in again.",
        CloseAction::Reconnect { .. } | CloseAction::Rest | CloseAction::TryOnce => ADVICE,
    };
    Joined::Refused {
        reason: format!("{code}, {} {reason}", close_words(code))
            .trim_end()
            .to_owned(),
        advice,
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

const ADVICE: &str = "Look into the platform's log at this moment; the tenant and the chat are named there.";

/// How long a join waits for the platform to say that it is ready (`platform.md` section 15).
const READY_WITHIN: Duration = Duration::from_secs(1);

/// How long the platform may take to answer a join (`faults.md` section 6.1).
const JOINED_WITHIN: Duration = Duration::from_secs(11);
