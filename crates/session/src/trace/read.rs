//! Lines to inputs, for whoever replays a trace.

use std::time::Duration;

use miptech_chat_protocol::{
    endpoint::Endpoints,
    ids::{ChatId, ClientMessageId, MessageId, SessionId, TenantId, VisitorId},
    profile::Profile,
    request::{Account, Caller, Credentials, Feedback, Reply},
    token::Token,
};

use super::veil::TOKEN;
use crate::{
    clock::{Instant, Now},
    config::{
        Identity, Limits, Origin, Restored, SessionConfig, SignInForm, StoredAccount, StoredWaits,
        TokenSource, TokenTransport,
    },
    input::{Input, Rare, Refused},
    output::{
        Attempt, HttpOutcome, Lock, LockName, PageSignal, RequestId, SocketEvent, StoreKey, StoreRefusal,
        Stored,
    },
    session::Session,
};

/// The fields of one line, as a parser of JSON gives them.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a [Option<String>]);

impl<'a> Fields<'a> {
    fn get(self, place: usize) -> Option<&'a str> {
        self.0.get(place)?.as_deref()
    }

    fn owned(self, place: usize) -> Option<String> {
        self.get(place).map(str::to_owned)
    }

    fn number(self, place: usize) -> Option<u64> {
        self.get(place)?.parse().ok()
    }

    fn flag(self, place: usize) -> bool {
        self.get(place) == Some("1")
    }

    /// A text that may hold tokens which were veiled.
    fn json(self, place: usize) -> Option<String> {
        self.get(place).map(unveiled)
    }

    fn token(self, place: usize) -> Option<Token> {
        Token::parse(&unveiled(self.get(place)?))
    }

    fn message(self, place: usize) -> Option<ClientMessageId> {
        ClientMessageId::parse(self.get(place)?)
    }

    fn messages(self, from: usize) -> Vec<(ClientMessageId, String)> {
        let pairs = (from..self.0.len()).step_by(2);
        pairs
            .filter_map(|place| Some((self.message(place)?, self.json(place + 1)?)))
            .collect()
    }

    fn limits(self, from: usize) -> Option<Limits> {
        Some(Limits {
            message_units: usize::try_from(self.number(from)?).ok()?,
            outbox: usize::try_from(self.number(from + 1)?).ok()?,
            answer_silence: Duration::from_millis(self.number(from + 2)?),
        })
    }

    fn account(self, from: usize) -> StoredAccount {
        let token = |place| self.token(place).map(|token| token.as_str().to_owned());
        StoredAccount {
            access: token(from),
            refresh: token(from + 1),
            user: self.owned(from + 2),
            renewals: self.owned(from + 3),
        }
    }

    /// The name of the input.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.get(2).unwrap_or_default()
    }

    /// When it was told.
    #[must_use]
    pub fn now(self) -> Option<Now> {
        Some(Now {
            mono: Instant::from_start(Duration::from_micros(self.number(0)?)),
            wall_ms: self.number(1)?,
        })
    }
}

/// The session a trace begins with; nothing where the line is no such beginning.
#[must_use]
pub fn begun(fields: Fields<'_>) -> Option<Session> {
    if fields.name() != "begin" {
        return None;
    }
    let config = SessionConfig {
        caller: Caller {
            endpoints: Endpoints::new(fields.get(4), fields.get(5)).ok()?,
            tenant: TenantId::parse(fields.get(6)?)?,
        },
        identity: Identity {
            session: SessionId::parse(fields.get(7)?)?,
            visitor: VisitorId::parse(fields.get(8)?)?,
            origin: if fields.flag(9) {
                Origin::Stored
            } else {
                Origin::Fresh
            },
        },
        limits: fields.limits(10)?,
        profile: fields.get(13).and_then(Profile::parse),
        token_transport: if fields.flag(14) {
            TokenTransport::Query
        } else {
            TokenTransport::Frame
        },
        token_source: if fields.flag(15) {
            TokenSource::Host
        } else {
            TokenSource::BuiltIn
        },
        sign_in: match fields.get(16)? {
            "off" => SignInForm::Off,
            "required" => SignInForm::Required,
            _ => SignInForm::Auto,
        },
        context: fields.owned(17),
        restored: Restored {
            account: fields.account(18),
            chat: fields.get(22).and_then(ChatId::parse),
            draft: fields.owned(23),
            memory: fields.owned(24),
            transcript: fields.json(25),
            waits: StoredWaits {
                asked: fields.owned(26),
                failing: fields.owned(27),
            },
            messages: fields.messages(28),
        },
    };
    Some(Session::new(config, fields.number(3)?, fields.now()?))
}

/// Tells a session what a line says; nothing where nobody knows what it says.
pub fn tell(session: &mut Session, fields: Fields<'_>) -> Option<Result<(), Refused>> {
    let now = fields.now()?;
    let id;
    let key;
    let credentials;
    let message;
    let text;
    let input = match fields.name() {
        "configure" => Input::Configure {
            limits: fields.limits(3)?,
            context: fields.owned(6),
        },
        "dismiss-notice" => Input::DismissNotice,
        "end" => Input::End,
        "erase" => Input::Erase,
        "http" => Input::Http {
            id: RequestId(fields.number(3)?),
            outcome: match fields.number(4) {
                Some(status) => HttpOutcome::Reply(Reply {
                    status: u16::try_from(status).ok()?,
                    status_text: fields.owned(5)?,
                    body: fields.json(6)?,
                    retry_after: fields.owned(7),
                    date: fields.owned(8),
                    request_id: fields.owned(9),
                }),
                None => HttpOutcome::Failed,
            },
        },
        "lock" => Input::Lock {
            name: match fields.get(3)? {
                "outbox" => LockName::Outbox,
                _ => LockName::Renewal,
            },
            lock: if fields.flag(4) { Lock::Held } else { Lock::Absent },
        },
        "mark-read" => Input::MarkRead,
        "new-conversation" => Input::NewConversation,
        "page" => Input::Page(match fields.get(3)? {
            "hidden" => PageSignal::Hidden,
            "leaving" => PageSignal::Leaving,
            "offline" => PageSignal::Offline,
            "online" => PageSignal::Online,
            "policy-refused" => PageSignal::PolicyRefused,
            "returned" => PageSignal::Returned,
            "visible" => PageSignal::Visible,
            _ => return None,
        }),
        "check" => {
            id = fields.message(3)?;
            Input::Rare(Rare::Check(&id))
        }
        "discard" => {
            id = fields.message(3)?;
            Input::Rare(Rare::Discard(&id))
        }
        "rate" => {
            message = MessageId::parse(fields.get(3)?)?;
            Input::Rare(Rare::Rate {
                message: &message,
                value: if fields.get(4)? == Feedback::Up.as_str() {
                    Feedback::Up
                } else {
                    Feedback::Down
                },
                reason: fields.get(5),
            })
        }
        "read-profile" => Input::Rare(Rare::ReadProfile),
        "sign-in" => {
            credentials = Credentials {
                email: "somebody@example.com".to_owned(),
                password: "veiled".to_owned(),
                account: Account::Existing,
            };
            Input::Rare(Rare::SignIn(&credentials))
        }
        "typed" => Input::Rare(Rare::Typed {
            has_text: fields.flag(3),
        }),
        "retry" => {
            id = fields.message(3)?;
            Input::Retry(&id)
        }
        "retry-now" => Input::RetryNow,
        "send" => Input::Send {
            id: fields.message(3)?,
            text: fields.get(4)?,
        },
        "session-id" => Input::SessionId(SessionId::parse(fields.get(3)?)?),
        "set-draft" => Input::SetDraft(fields.get(3)?),
        "set-open" => Input::SetOpen(fields.flag(3)),
        "set-token" => Input::SetToken(fields.token(3)),
        "sign-out" => Input::SignOut,
        "socket" => Input::Socket {
            attempt: Attempt(fields.number(3)?),
            event: match fields.get(4)? {
                "binary" => SocketEvent::Binary,
                "closed" => SocketEvent::Closed {
                    code: u16::try_from(fields.number(5)?).ok()?,
                    reason: fields.get(6)?,
                },
                "opened" => SocketEvent::Opened,
                "text" => {
                    text = fields.json(5)?;
                    SocketEvent::Text(&text)
                }
                "too-large" => SocketEvent::TooLarge,
                _ => return None,
            },
        },
        "start" => Input::Start,
        "stop-answer" => Input::StopAnswer,
        "store-refused" => {
            key = match fields.get(3)? {
                "account" => StoreKey::AccessToken,
                "message" => StoreKey::Message(fields.message(5)?),
                "transcript" => StoreKey::Transcript,
                _ => StoreKey::Draft,
            };
            Input::StoreRefused {
                key: &key,
                refusal: if fields.flag(4) {
                    StoreRefusal::Full
                } else {
                    StoreRefusal::Blocked
                },
            }
        }
        "stored" => Input::Stored(match fields.get(3)? {
            "account" => Stored::Account(fields.account(4)),
            "draft" => Stored::Draft(fields.owned(4)),
            "messages" => Stored::Messages(fields.messages(4)),
            "read-mark" => Stored::ReadMark(fields.owned(4)),
            "session" => Stored::Session {
                session: fields.owned(4),
                chat: fields.owned(5),
            },
            "transcript" => Stored::Transcript(fields.json(4)),
            "waits" => Stored::Waits(StoredWaits {
                asked: fields.owned(4),
                failing: fields.owned(5),
            }),
            _ => return None,
        }),
        "timeout" => Input::Timeout,
        "token" => Input::Token(fields.token(3)),
        _ => return None,
    };
    Some(session.take(input, now))
}

/// In the place of every veiled token a made-up one that says the same of itself.
fn unveiled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(TOKEN) {
        let (before, from) = rest.split_at(begin);
        out.push_str(before);
        let end = from.find(['"', ' ', ',']).unwrap_or(from.len());
        let (veiled, after) = from.split_at(end);
        out.push_str(&made_up(veiled));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A token by its facts: its number, its user's number, its end and its length in milliseconds.
fn made_up(veiled: &str) -> String {
    let mut facts = veiled.strip_prefix(TOKEN).unwrap_or_default().split(':');
    let mut fact = || facts.next().unwrap_or_default();
    let (number, user, end, length) = (fact(), fact(), fact(), fact());
    let Ok(end) = end.parse::<u64>() else {
        return format!("opaque-{number}");
    };
    let issued = length.parse::<u64>().ok();
    let issued = issued.map(|length| format!(r#","iat":{}"#, end.saturating_sub(length) / 1000));
    let claims = format!(
        r#"{{"user_id":"{user}","exp":{}{}}}"#,
        end / 1000,
        issued.unwrap_or_default()
    );
    format!("made-up.{}.{number}", base64url(claims.as_bytes()))
}

/// Base64 with the URL alphabet, without padding.
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0_u8; 4];
        for (place, byte) in chunk.iter().enumerate() {
            group[place + 1] = *byte;
        }
        let bits = u32::from_be_bytes(group);
        for place in 0..=chunk.len() {
            let six = bits >> (18 - 6 * place) & 63;
            out.extend(ALPHABET.get(six as usize).map(|letter| char::from(*letter)));
        }
    }
    out
}
