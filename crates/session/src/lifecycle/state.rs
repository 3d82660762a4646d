//! The states of the connection, and what follows from each without any event.

use std::time::Duration;

use miptech_chat_protocol::endpoint::Probe;

use crate::{
    clock::Instant,
    notice::ChatError,
    output::{Attempt, RequestId},
    phase::{Connection, Phase},
    pulse::Pulse,
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
        heard: Heard,
        deadline: Instant,
    },
    /// Messages flow.
    Live {
        attempt: Attempt,
        joined: Instant,
        /// Which token the join carried.
        generation: u32,
        pulse: Pulse,
    },
    /// A new conversation waits for its session id, and begins with it where one was under way.
    Naming { is_wanted: bool },
    /// The browser says that there is no network. It may be wrong, so from time to time a try is made all the same.
    Offline { next: Next, until: Instant },
    /// Nobody sees the page: nothing more until somebody does.
    Paused { next: Next },
    /// A token is being renewed, or waited for.
    Renewing { next: Next },
    /// Nothing more by itself until somebody signs in, or the visitor goes on without.
    SignedOut { error: ChatError },
    /// The socket opens.
    Opening {
        attempt: Attempt,
        began: Instant,
        deadline: Instant,
    },
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
    /// Sent, with this token; at this instant the platform's silence means something.
    Sent {
        silent_at: Instant,
        silence: Silence,
        generation: u32,
    },
}

/// What the platform said of itself on this socket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Heard {
    /// Nothing.
    Nothing,
    /// That it is ready for the join.
    Ready,
    /// That something is wrong: its silence means nothing any more.
    Trouble,
}

/// What a platform's silence about a join means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Silence {
    /// Some platforms never acknowledge: the chat counts as joined, if the platform said that it is ready.
    Consent,
    /// A known chat asked for over the socket is gone (section 15).
    Refusal,
}

impl Silence {
    /// Whether it means anything after what was heard (section 9.3).
    pub(crate) const fn speaks(self, heard: Heard) -> bool {
        match (self, heard) {
            (Self::Consent, Heard::Ready) | (Self::Refusal, Heard::Nothing | Heard::Ready) => true,
            (Self::Consent, Heard::Nothing | Heard::Trouble) | (Self::Refusal, Heard::Trouble) => false,
        }
    }
}

/// What comes after a pause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Begin from the beginning.
    Begin,
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
        self.began.after(PROBE_SPACING.saturating_mul(self.tries))
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
            | Self::Naming { .. }
            | Self::Offline { .. }
            | Self::Paused { .. }
            | Self::Probing(_)
            | Self::Renewing { .. }
            | Self::SignedOut { .. }
            | Self::Waiting { .. } => None,
        }
    }

    /// Which token the platform was shown on the current socket.
    pub(crate) const fn token_generation(&self) -> Option<u32> {
        match self {
            Self::Joining {
                join: Join::Sent { generation, .. },
                ..
            }
            | Self::Live { generation, .. } => Some(*generation),
            Self::Blocked { .. }
            | Self::Creating { .. }
            | Self::Ended
            | Self::Idle
            | Self::Joining { .. }
            | Self::Naming { .. }
            | Self::Offline { .. }
            | Self::Opening { .. }
            | Self::Paused { .. }
            | Self::Probing(_)
            | Self::Renewing { .. }
            | Self::SignedOut { .. }
            | Self::Waiting { .. } => None,
        }
    }

    /// Why a sign-in is demanded, where one is.
    pub(crate) const fn demands_sign_in(&self) -> Option<&ChatError> {
        match self {
            Self::SignedOut { error } => Some(error),
            Self::Blocked { .. }
            | Self::Creating { .. }
            | Self::Ended
            | Self::Idle
            | Self::Joining { .. }
            | Self::Live { .. }
            | Self::Naming { .. }
            | Self::Offline { .. }
            | Self::Opening { .. }
            | Self::Paused { .. }
            | Self::Probing(_)
            | Self::Renewing { .. }
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
                join: Join::Sent {
                    silent_at, silence, ..
                },
                heard,
                deadline,
                ..
            } if silence.speaks(*heard) => Some(*silent_at.min(deadline)),
            Self::Joining { deadline, .. } | Self::Opening { deadline, .. } => Some(*deadline),
            Self::Probing(walk) if walk.asking.is_some() => Some(walk.gives_up_at()),
            Self::Probing(walk) => Some(walk.next_try_at().min(walk.gives_up_at())),
            Self::Live { pulse, .. } => Some(pulse.deadline()),
            Self::Offline { until, .. } => Some(*until),
            Self::Waiting { until, .. } => *until,
            Self::Blocked { .. }
            | Self::Creating { .. }
            | Self::Ended
            | Self::Idle
            | Self::Naming { .. }
            | Self::Paused { .. }
            | Self::Renewing { .. }
            | Self::SignedOut { .. } => None,
        }
    }

    /// The only place where a state becomes a phase; `tries` counts since the connection last proved itself.
    pub(crate) fn phase(&self, tries: u32, was_live: bool) -> Phase {
        let (connection, retry_at) = match self {
            Self::Blocked { .. } | Self::Ended => (Connection::Blocked, None),
            Self::Renewing { .. } if was_live => (Connection::Reconnecting, None),
            Self::Creating { .. } | Self::Naming { .. } | Self::Probing(_) | Self::Renewing { .. } => {
                (Connection::Starting, None)
            }
            Self::SignedOut { .. } => (Connection::SignedOut, None),
            Self::Idle => (Connection::Idle, None),
            Self::Joining { .. } | Self::Opening { .. } if was_live => (Connection::Reconnecting, None),
            Self::Joining { .. } => (Connection::Joining, None),
            Self::Live { .. } => (Connection::Live, None),
            Self::Offline { .. } => (Connection::Offline, None),
            Self::Paused { .. } => (Connection::Paused, None),
            Self::Opening { .. } => (Connection::Connecting, None),
            Self::Waiting { until, delay, next } => {
                let is_long = until.is_none() || *delay >= COUNTDOWN_FROM;
                let connection = match (is_long, next) {
                    (true, Next::Begin | Next::Create | Next::Open) => Connection::Waiting,
                    (false, Next::Begin | Next::Create) => Connection::Starting,
                    (false, Next::Open) if was_live => Connection::Reconnecting,
                    (false, Next::Open) => Connection::Connecting,
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
