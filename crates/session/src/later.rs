//! What a widget that comes in parts has later than the rest (`crates/xtask/src/split.rs`).
//!
//! These functions are the only way to what they lead to, and none is entered by itself: each is a command that is called
//! only where the code is whole, or what came of one.

/// Accounts of visitors, and what the platform is told of their typing.
pub(crate) mod rest {
    use miptech_chat_protocol::request::Credentials;

    use crate::{
        auth::SignInError,
        clock::Now,
        input::{Rare, Refused},
        output::HttpOutcome,
        session::Session,
    };

    #[inline(never)]
    pub(crate) fn take(session: &mut Session, rare: Rare<'_>, now: Now) -> Result<(), Refused> {
        session.take_rare(rare, now)
    }

    #[inline(never)]
    pub(crate) fn sign_in(
        session: &mut Session,
        credentials: &Credentials,
        now: Now,
    ) -> Result<(), SignInError> {
        session.begin_sign_in(credentials, now)
    }

    #[inline(never)]
    pub(crate) fn signed_in(session: &mut Session, outcome: HttpOutcome, now: Now) {
        session.signed_in(outcome, now);
    }

    #[inline(never)]
    pub(crate) fn profile_came(session: &mut Session, outcome: HttpOutcome, generation: u32, now: Now) {
        session.profile_came(outcome, generation, now);
    }

    #[inline(never)]
    pub(crate) fn typing_time_passed(session: &mut Session, now: Now) {
        session.typing_time_passed(now);
    }
}
