//! The states of the connection, and what follows from each without any event.

use std::time::Duration;

use miptech_chat_protocol::endpoint::Probe;

use crate::{
    clock::Instant,
    notice::ChatError,
    output::{Attempt, RequestId},
    phase::{Connection, Phase},
};

/// Where the connection stands.
#[derive(Debug)]
pub(crate) enum State {
    /// Nothing more by itself until the visitor acts.
    Blocked { error: ChatError },
    /// The chat is being created.
    Creating {
        request: RequestId,
        has_tried_other_form: bool,
    },
    /// Over for good.
    Ended,
    /// Nothing was asked for yet, or the platform closed normally.
    Idle,
    /// The socket is open; the chat is being bound to it.
    Joining {
        attempt: Attempt,
        join: Join,
        is_ready: bool,
        deadline: Instant,
    },
    /// Messages flow.
    Live { attempt: Attempt, joined: Instant },
    /// The socket opens.
    Opening { attempt: Attempt, deadline: Instant },
    /// The platform is asked whether it is ready; the answer never decides more than when to go on.
    Probing(Walk),
    /// A pause before the next try; without an end where only the visitor may try again.
    Waiting {
        until: Option<Instant>,
        next: Next,
        delay: Duration,
    },
}

/// Whether the join has been sent on this socket.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Join {
    /// Not yet; it goes at the latest at this instant.
    Due(Instant),
    /// Sent; a platform silent about joins counts as joined at this instant.
    Sent { silent_ack_at: Instant },
}

/// What comes after a pause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Create the chat.
    Create,
    /// Open a socket for the chat that exists.
    Open,
}

/// The readiness probe: tries 1.7 s apart, each walking the three addresses until one answers.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(super) began: Instant,
    pub(super) tries: u32,
    /// The call under way and which probe it is; none between tries.
    pub(super) asking: Option<(RequestId, Probe)>,
    /// The probe that answered before; later tries ask only it.
    pub(super) answered: Option<Probe>,
}

impl Walk {
    pub(super) fn next_try_at(&self) -> Instant {
        self.began.after(PROBE_SPACING * self.tries)
    }

    pub(super) fn gives_up_at(&self) -> Instant {
        self.began.after(PROBE_TOTAL)
    }
}

impl State {
    /// The socket whose events count.
    pub(crate) const fn attempt(&self) -> Option<Attempt> {
        match self {
            Self::Joining { attempt, .. } | Self::Live { attempt, .. } | Self::Opening { attempt, .. } => {
                Some(*attempt)
            }
            Self::Blocked { .. }
            | Self::Creating { .. }
            | Self::Ended
            | Self::Idle
            | Self::Probing(_)
            | Self::Waiting { .. } => None,
        }
    }

    /// When the state wants to move on by itself.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Joining {
                join: Join::Due(at),
                deadline,
                ..
            } => Some(*at.min(deadline)),
            Self::Joining {
                join: Join::Sent { silent_ack_at },
                is_ready: true,
                deadline,
                ..
            } => Some(*silent_ack_at.min(deadline)),
            Self::Joining { deadline, .. } | Self::Opening { deadline, .. } => Some(*deadline),
            Self::Probing(walk) if walk.asking.is_some() => Some(walk.gives_up_at()),
            Self::Probing(walk) => Some(walk.next_try_at().min(walk.gives_up_at())),
            Self::Waiting { until, .. } => *until,
            Self::Blocked { .. } | Self::Creating { .. } | Self::Ended | Self::Idle | Self::Live { .. } => {
                None
            }
        }
    }

    /// The only place where a state becomes a phase; `tries` counts since the connection last proved itself.
    pub(crate) fn phase(&self, tries: u32, was_live: bool) -> Phase {
        let (connection, retry_at) = match self {
            Self::Blocked { .. } | Self::Ended => (Connection::Blocked, None),
            Self::Creating { .. } | Self::Probing(_) => (Connection::Starting, None),
            Self::Idle => (Connection::Idle, None),
            Self::Joining { .. } | Self::Opening { .. } if was_live => (Connection::Reconnecting, None),
            Self::Joining { .. } => (Connection::Joining, None),
            Self::Live { .. } => (Connection::Live, None),
            Self::Opening { .. } => (Connection::Connecting, None),
            Self::Waiting { until, delay, next } => {
                let connection = match next {
                    _ if until.is_none() || *delay >= COUNTDOWN_FROM => Connection::Waiting,
                    Next::Create => Connection::Starting,
                    Next::Open if was_live => Connection::Reconnecting,
                    Next::Open => Connection::Connecting,
                };
                (connection, until.filter(|_| *delay >= COUNTDOWN_FROM))
            }
        };
        Phase {
            connection,
            retry_at,
            tries,
        }
    }
}

/// The readiness schedule (`platform.md` section 4): five tries, 1.7 s apart, everything inside 8.5 s.
pub(super) const PROBE_TRIES: u32 = 5;
const PROBE_SPACING: Duration = Duration::from_millis(1700);
const PROBE_TOTAL: Duration = Duration::from_millis(8500);

/// From which delay on a countdown is shown.
const COUNTDOWN_FROM: Duration = Duration::from_secs(5);
