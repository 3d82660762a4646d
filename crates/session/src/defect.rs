//! Forty deliberate mistakes, to measure whoever claims to notice mistakes: test-only, never part of a widget.
//!
//! One at a time is planted for a run; the invariant next to each (`faults.md` section 4.2) is the one expected to catch
//! it. Sites in the core ask by `defect!`, which is `false` where the feature `defects` is off.

use std::cell::Cell;

/// One mistake a careless implementation would make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Defect {
    // Backoff and the connection.
    /// I11: an open socket counts as proof, so the counter and the ceiling begin anew with it.
    ResetOnOpen,
    /// I14: the delay is clamped after the jitter, so everybody at the cap waits equally long.
    JitterClamped,
    /// I11: nobody counts tries, and every wake and every click makes one soon.
    NoCeiling,
    /// I28: after ten tries nothing more is tried by itself.
    GivesUp,
    /// I13: a close that ends everything is followed by another try, like any other.
    TerminalCloseRetried,
    /// I9: what a replaced socket does counts as done by the one in use.
    GenerationUnchecked,
    /// I29: the button for another try does nothing.
    RetryIgnored,
    /// I8: an open socket takes texts, whether or not its join was acknowledged.
    TextBeforeGate,

    // What the platform asks for.
    /// I12: a wait the platform asks for is not waited.
    HintIgnored,
    /// I12: a wait the platform asks for is kept from the other tabs.
    HintUnshared,

    // The page, and the pulse of its socket.
    /// I28: a page that was hidden once stays hidden.
    StickyHidden,
    /// I31: a page nobody sees connects like any other.
    HiddenConnects,
    /// I10: a page nobody sees keeps its socket for good.
    HiddenKeepsSocket,
    /// I21: a page that is left keeps the lock it holds.
    PagehideKeepsLock,
    /// I31: closing the panel leaves the wish for a connection as it is.
    ClosedConnects,
    /// I28: a platform that never answered a ping is called dead for not answering one, over and over.
    DeadWithoutEvidence,

    // The way of a message.
    /// I3: what may have arrived is sent again, whether or not the platform applies an id once.
    ResentInDoubt,
    /// I3: a message an earlier page handed over is restored as one that waits for its turn.
    RestoredAsUnsent,
    /// I5: the next message does not wait for the acknowledgement of the one before.
    TwoUnacknowledged,
    /// I27: a message that was handed over is shown as sent.
    SentAtHandOver,
    /// I23: on a live connection a message is handed over at once, and only then written to storage.
    HandedOverFirst,
    /// I6: a message that goes again says so in its text.
    BodyChangedAtResend,
    /// I5: the place of a message is the time of day at which it was typed.
    OrderByClock,
    /// I7: messages meant for a chat that is gone go into the next one by themselves.
    QueueCrossesBreak,

    // Tabs and storage.
    /// I24: the outbox a tab knows is the whole outbox, so what another tab has just written is written over.
    OutboxOverwritten,
    /// I1: a message deleted in another tab is still sent by this one.
    TombstoneIgnored,
    /// I21: the lock for choosing a message is never given back.
    LockKept,
    /// I4: a message found in storage gets a row, whether or not it has one.
    RestoredTwice,
    /// I1: nobody is told that storage kept nothing.
    RefusalUntold,
    /// I32: the draft of an earlier page is not read.
    DraftLost,

    // The account.
    /// I18: any 401 to a renewal ends the sign-in, even one the platform never wrote.
    SignOutOnAny401,
    /// I15: a pair is renewed without asking for the lock, or leaving a lease.
    RefreshUnlocked,
    /// I16: a pair is renewed as often as anybody wants it renewed.
    RefreshUnspaced,
    /// I19: a new pair is written over whatever pair storage holds meanwhile.
    CommitUnguarded,
    /// I17: a new pair is written although somebody signed out meanwhile.
    SignOutUndone,
    /// I20: the token stands in the socket's address.
    TokenInUrl,

    // Answers, and whose they are.
    /// I4: an answer that is told as complete once more is another answer.
    CompletedTwice,
    /// I26: what comes after the end of an answer is appended to it.
    GrowsAfterComplete,
    /// I25: an answer goes on after a drop as if nothing of it could be missing.
    GapUnnoticed,
    /// I7: what is said in another chat is shown in this one.
    ForeignChatAccepted,
}

/// All of them.
pub const ALL: [Defect; 40] = [
    Defect::ResetOnOpen,
    Defect::JitterClamped,
    Defect::NoCeiling,
    Defect::GivesUp,
    Defect::TerminalCloseRetried,
    Defect::GenerationUnchecked,
    Defect::RetryIgnored,
    Defect::TextBeforeGate,
    Defect::HintIgnored,
    Defect::HintUnshared,
    Defect::StickyHidden,
    Defect::HiddenConnects,
    Defect::HiddenKeepsSocket,
    Defect::PagehideKeepsLock,
    Defect::ClosedConnects,
    Defect::DeadWithoutEvidence,
    Defect::ResentInDoubt,
    Defect::RestoredAsUnsent,
    Defect::TwoUnacknowledged,
    Defect::SentAtHandOver,
    Defect::HandedOverFirst,
    Defect::BodyChangedAtResend,
    Defect::OrderByClock,
    Defect::QueueCrossesBreak,
    Defect::OutboxOverwritten,
    Defect::TombstoneIgnored,
    Defect::LockKept,
    Defect::RestoredTwice,
    Defect::RefusalUntold,
    Defect::DraftLost,
    Defect::SignOutOnAny401,
    Defect::RefreshUnlocked,
    Defect::RefreshUnspaced,
    Defect::CommitUnguarded,
    Defect::SignOutUndone,
    Defect::TokenInUrl,
    Defect::CompletedTwice,
    Defect::GrowsAfterComplete,
    Defect::GapUnnoticed,
    Defect::ForeignChatAccepted,
];

thread_local! {
    static PLANTED: Cell<Option<Defect>> = const { Cell::new(None) };
}

/// Plants a mistake in every session of this thread, or takes the planted one away.
pub fn plant(defect: Option<Defect>) {
    PLANTED.set(defect);
}

/// Whether this mistake is the planted one.
#[must_use]
pub fn is_planted(defect: Defect) -> bool {
    PLANTED.get() == Some(defect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mistake_at_a_time_is_planted_and_none_at_first() {
        assert!(ALL.iter().all(|defect| !is_planted(*defect)));
        for (at, defect) in ALL.into_iter().enumerate() {
            assert!(!ALL[..at].contains(&defect), "{defect:?} is listed once");
            plant(Some(defect));
            let planted: Vec<_> = ALL.into_iter().filter(|known| is_planted(*known)).collect();
            assert_eq!(planted, [defect]);
        }
        plant(None);
        assert!(ALL.iter().all(|defect| !is_planted(*defect)));
    }
}
