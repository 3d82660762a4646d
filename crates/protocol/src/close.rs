//! WebSocket close codes and what each one asks for (`platform.md` section 13, `faults.md` section 3.0).

use std::time::Duration;

use crate::error::ErrorCode;

/// What the session should do after a socket closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CloseAction {
    /// Never again by itself; the code says why.
    Block(ErrorCode),
    /// One more socket that joins at once, then as [`CloseAction::Block`].
    JoinAtOnce(ErrorCode),
    /// The chat is void: drop its id and make one new chat under a new session id, with a break in the conversation.
    NewChat,
    /// Reconnect, the first delay not below the floor.
    Reconnect {
        /// The least first delay.
        floor: Duration,
    },
    /// Reconnect from the second step of the backoff, at most five times in ten minutes, then as [`CloseAction::Block`].
    ReconnectSlowly(ErrorCode),
    /// The token is void: one refresh, then join again; a second time within a minute the visitor is signed out.
    RenewToken,
    /// The platform is done; reconnect when the visitor next acts.
    Rest,
    /// One more try, then wait for the visitor.
    TryOnce,
}

impl CloseAction {
    /// The action for a code; total over all numbers.
    #[must_use]
    pub fn of(code: u16, reason: &str) -> Self {
        match code {
            1000 => Self::Rest,
            1002 | 1003 | 1007 | 1009 | 1010 => Self::ReconnectSlowly(ErrorCode::PlatformError),
            1008 if speaks_of_rate(reason) => Self::floor_secs(5),
            1008 => Self::Block(ErrorCode::SocketRejected),
            1011 => Self::floor_secs(4),
            1012 | 1013 | 4006 => Self::floor_secs(2),
            4003 => Self::floor_secs(5),
            4004 | 4403 => Self::Block(ErrorCode::TenantDenied),
            4005 => Self::NewChat,
            4400 => Self::JoinAtOnce(ErrorCode::SocketRejected),
            4401 => Self::RenewToken,
            4408 => Self::JoinAtOnce(ErrorCode::SocketJoinTimeout),
            4429 => Self::floor_secs(0),
            4000..=4999 => Self::TryOnce,
            _ => Self::floor_secs(0),
        }
    }

    const fn floor_secs(seconds: u64) -> Self {
        Self::Reconnect {
            floor: Duration::from_secs(seconds),
        }
    }
}

/// Codes we close with ourselves. 1000 and 1001 would end the session on the platform, so they are not among them
/// unless the visitor ends it.
pub mod ours {
    /// The visitor or the host page ended the conversation here.
    pub const DONE: u16 = 1000;
    /// The socket was given up: silent, late or unreadable (`faults.md` section 6.1).
    pub const ZOMBIE: u16 = 4900;
    /// Too much arrived at once (`faults.md` section 6.1).
    pub const OVERLOAD: u16 = 4901;
}

/// In any case; sought byte by byte, because a search for text brings a kilobyte of its own.
fn speaks_of_rate(reason: &str) -> bool {
    reason
        .as_bytes()
        .windows(4)
        .any(|word| word.eq_ignore_ascii_case(b"rate"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_action() {
        for code in 0..=4999 {
            let action = CloseAction::of(code, "");
            if (4000..5000).contains(&code) {
                assert_ne!(action, CloseAction::Rest, "{code}");
            }
        }
    }

    #[test]
    fn a_rate_limit_is_told_from_a_configuration_fault() {
        assert_eq!(
            CloseAction::of(1008, "tenant_id required"),
            CloseAction::Block(ErrorCode::SocketRejected)
        );
        assert_eq!(
            CloseAction::of(1008, "Rate limited"),
            CloseAction::Reconnect {
                floor: Duration::from_secs(5)
            }
        );
    }
}
