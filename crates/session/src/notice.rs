//! What is said about trouble, and when: nothing about a short disturbance, words about a longer one.

use std::time::Duration;

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    fault::Fault,
};

use crate::clock::Instant;

/// An error as the host page and the notice bar see it; the words for the visitor are chosen by code.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatError {
    /// The stable code.
    pub code: ErrorCode,
    /// The step it belongs to.
    pub stage: Stage,
    /// The platform's own words, plain; may be empty.
    pub text: String,
    /// Whether the session tries again by itself.
    pub retryable: bool,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The WebSocket close code, where there was one.
    pub close_code: Option<u16>,
    /// The platform's id of the request, where it gave one.
    pub request_id: Option<String>,
}

impl ChatError {
    pub(crate) const fn bare(code: ErrorCode, stage: Stage, retryable: bool) -> Self {
        Self {
            code,
            stage,
            text: String::new(),
            retryable,
            status: None,
            close_code: None,
            request_id: None,
        }
    }

    pub(crate) fn of_fault(fault: Fault, stage: Stage) -> Self {
        Self {
            code: fault.code,
            stage,
            text: fault.text,
            retryable: fault.retryable,
            status: fault.status,
            close_code: None,
            request_id: fault.request_id,
        }
    }

    pub(crate) fn of_close(code: ErrorCode, close_code: u16, retryable: bool) -> Self {
        Self {
            close_code: Some(close_code),
            ..Self::bare(code, Stage::Socket, retryable)
        }
    }
}

/// The one line above the transcript.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Nothing more happens by itself.
    Blocked(ChatError),
    /// The platform asked for more patience than a timer is set for.
    Busy {
        /// What it said.
        error: ChatError,
        /// When it is worth another try, in milliseconds since 1970.
        until_ms: u64,
    },
    /// The conversation is over, and messages meant for it wait for the visitor's word.
    Ended(ChatError),
    /// One thing went wrong; the conversation goes on.
    Mishap {
        /// What.
        error: ChatError,
        /// When messages leave again by themselves, where the platform asked for patience.
        retry_at: Option<Instant>,
    },
    /// The connection is disturbed and being restored.
    Trouble {
        /// The last thing that failed.
        error: ChatError,
        /// When the next try comes by itself.
        retry_at: Option<Instant>,
    },
}

impl Notice {
    /// The error it speaks of.
    #[must_use]
    pub const fn error(&self) -> &ChatError {
        match self {
            Self::Blocked(error)
            | Self::Busy { error, .. }
            | Self::Ended(error)
            | Self::Mishap { error, .. }
            | Self::Trouble { error, .. } => error,
        }
    }
}

/// How long a disturbance lasts before words are made of it (`faults.md` section 6.1, banner).
pub(crate) const WORDS_AFTER: Duration = Duration::from_secs(2);
