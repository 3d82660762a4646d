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
//! | `session`, `refusal` | the type itself: commands, inputs, outputs; what a command is refused for |
//! | `input` | all of what a session can be told, as one value |
//! | [`trace`] | what was told, written down and told again |
//! | `turn` | the end of every turn |
//! | `lifecycle` | every transition of the connection, and nothing else |
//! | `plan` | the profile in use, and how it was found out |
//! | `account`, `auth`, `renewal` | signing in and out; who is signed in, and what waits for a token; how tokens are renewed |
//! | `conversation`, `error_frame`, `history` | frames of the platform, errors among them, and what was said before |
//! | `new_conversation` | from one chat to the next |
//! | `report` | what a session knows of itself, for whoever asks why |
//! | `outbox`, `delivery`, `claim` | messages not yet acknowledged, in order; what becomes of them; which leaves next |
//! | `keeping`, `journal`, `draft` | what goes into storage: ids and messages, the transcript, the composer's text |
//! | `siblings`, `mirror` | what other tabs, and earlier pages, left there: messages and marks; the transcript |
//! | `later` | what a widget that comes in parts has later |
//! | `page`, `pulse` | whether anybody looks; whether the connection is alive |
//! | `assembly` | deltas to answers |
//! | `feedback` | what the visitor thinks of an answer |
//! | `backoff`, `breaker` | delays and their jitter; when one page tries for all |
//! | `random`, `clock` | chance, and the two clocks |
//! | `notice`, `phase`, `entry`, `output` | the vocabulary other rooms see |
//! | `defect`, `planted` | mistakes planted on purpose, to measure who claims to notice them; not part of a widget |

#[macro_use]
mod planted;

mod account;
mod assembly;
mod auth;
mod backoff;
mod breaker;
mod claim;
mod clock;
mod config;
mod conversation;
#[cfg(feature = "defects")]
pub mod defect;
mod delivery;
mod draft;
mod entry;
mod error_frame;
mod feedback;
mod history;
mod input;
mod journal;
mod keeping;
mod later;
mod lifecycle;
mod mirror;
mod names;
mod new_conversation;
mod notice;
mod order;
mod outbox;
mod output;
mod page;
mod phase;
mod plan;
mod pulse;
mod random;
mod refusal;
mod renewal;
mod report;
mod session;
mod siblings;
pub mod trace;
mod turn;
mod typing;

pub use miptech_chat_protocol::{
    account::User,
    decode::{Author, Source},
    endpoint::{DEFAULT_BASE, Endpoints, UrlError},
    error::{ErrorCode, Stage},
    ids::{ChatId, ClientMessageId, MessageId, SessionId, TenantId, VisitorId},
    profile::Profile,
    request::{Account, Caller, Credentials, Feedback, Method, Reply, Request},
    token::Token,
};

pub use self::{
    auth::{AuthState, SignInError},
    clock::{Instant, Now},
    config::{
        Identity, Limits, Origin, Restored, SessionConfig, SignInForm, StoredAccount, StoredWaits,
        TokenSource, TokenTransport,
    },
    entry::{Entry, RowId, Status},
    input::{Input, Rare, Refused},
    notice::{ChatError, Notice},
    output::{
        Attempt, Deadline, Effect, Event, HttpOutcome, Lock, LockName, Output, PageSignal, Place, Reason,
        RequestId, Shelf, SocketEvent, StoreKey, StoreRefusal, Stored, TokenKeys, TokenReason,
    },
    phase::{Connection, Phase},
    refusal::{CheckError, RetryError, SendError},
    report::{Ignored, Report, Timings},
    session::Session,
};
