//! The life of one conversation on one page, as a value without thread, callback, clock or browser.
//!
//! [`Session`] has four kinds of methods.
//! *Commands* say what a person wants and may be refused with a typed error.
//! *Inputs* (`handle_*`) say what the world did; they are never refused and never panic.
//! After every call of the two, [`Session::poll_output`] is drained until it gives `None`:
//! an [`Effect`] is for the driver, an [`Event`] for whoever shows the conversation.
//! *Getters* only look.
//!
//! Time, the seed for jitter and all ids come in as parameters, so a test owns them.
//! [`Session::deadline`] names the next instant the session wants [`Session::handle_timeout`] at;
//! calling it early, late or twice is harmless.
//!
//! | room | for |
//! |---|---|
//! | `session` | the type itself: commands, inputs, outputs |
//! | `lifecycle` | every transition of the connection, and nothing else |
//! | `conversation` | frames of a joined chat, and history |
//! | `outbox` | messages not yet acknowledged, in order |
//! | `assembly` | deltas to answers |
//! | `backoff`, `random`, `clock` | delays, their jitter, and the two clocks |
//! | `notice`, `phase`, `entry`, `output` | the vocabulary other rooms see |

mod assembly;
mod backoff;
mod clock;
mod config;
mod conversation;
mod entry;
mod lifecycle;
mod notice;
mod outbox;
mod output;
mod phase;
mod random;
mod session;

pub use miptech_chat_protocol::{
    decode::{Author, Source},
    endpoint::{DEFAULT_BASE, Endpoints, UrlError},
    error::{ErrorCode, Stage},
    ids::{ChatId, ClientMessageId, MessageId, SessionId, TenantId, VisitorId},
    request::{Caller, Method, Reply, Request},
};

pub use self::{
    clock::{Instant, Now},
    config::{Identity, Limits, Origin, SessionConfig},
    entry::{Entry, RowId, Status},
    notice::{ChatError, Notice},
    output::{
        Attempt, Deadline, Effect, Event, HttpOutcome, Output, Place, RequestId, SocketEvent, StoreKey,
    },
    phase::{Connection, Phase},
    session::{RetryError, SendError, Session},
};
