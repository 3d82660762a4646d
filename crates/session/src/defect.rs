//! Forty-one deliberate mistakes, to measure whoever claims to notice mistakes: test-only, never part of a widget.
//!
//! One at a time is planted for a run; next to each stands the invariant (`faults.md` section 4.2) that is expected to
//! catch it. Sites in the core ask by `defect!`, which is `false` where the feature `defects` is off.

use std::cell::Cell;

macro_rules! defects {
    ($($(#[doc = $what:literal])* $name:ident => $invariant:literal,)*) => {
        /// One mistake a careless implementation would make.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Defect {
            $($(#[doc = $what])* $name,)*
        }

        /// All of them.
        pub const ALL: [Defect; 41] = [$(Defect::$name,)*];

        impl Defect {
            /// The invariant that is expected to catch it.
            #[must_use]
            pub const fn invariant(self) -> &'static str {
                match self {
                    $(Self::$name => $invariant,)*
                }
            }
        }
    };
}

defects! {
    // Backoff and the connection.
    /// An open socket counts as proof, so the counter and the ceiling begin anew with it.
    ResetOnOpen => "I11",
    /// The delay is clamped after the jitter, so everybody at the cap waits equally long.
    JitterClamped => "I14",
    /// Nobody counts tries, and every wake and every click makes one soon.
    NoCeiling => "I11",
    /// After ten tries nothing more is tried by itself.
    GivesUp => "I28",
    /// A close that ends everything is followed by another try, like any other.
    TerminalCloseRetried => "I13",
    /// What a replaced socket does counts as done by the one in use.
    GenerationUnchecked => "I9",
    /// The button for another try does nothing.
    RetryIgnored => "I29",
    /// An open socket takes texts, whether or not its join was acknowledged.
    TextBeforeGate => "I8",

    // What the platform asks for.
    /// A wait the platform asks for is not waited.
    HintIgnored => "I12",
    /// A wait the platform asks for is kept from the other tabs.
    HintUnshared => "I12",
    /// That nothing works for another page is no reason to wait here.
    FailuresIgnored => "I11",

    // The page, and the pulse of its socket.
    /// A page that was hidden once stays hidden.
    StickyHidden => "I28",
    /// A page nobody sees connects like any other.
    HiddenConnects => "I31",
    /// A page nobody sees keeps its socket for good.
    HiddenKeepsSocket => "I10",
    /// A page that is left keeps the lock it holds.
    PagehideKeepsLock => "I21",
    /// Closing the panel leaves the wish for a connection as it is.
    ClosedConnects => "I31",
    /// A platform that never answered a ping is called dead for not answering one, over and over.
    DeadWithoutEvidence => "I28",

    // The way of a message.
    /// What may have arrived is sent again, whether or not the platform applies an id once.
    ResentInDoubt => "I3",
    /// A message an earlier page handed over is restored as one that waits for its turn.
    RestoredAsUnsent => "I3",
    /// The next message does not wait for the acknowledgement of the one before.
    TwoUnacknowledged => "I5",
    /// A message that was handed over is shown as sent.
    SentAtHandOver => "I27",
    /// On a live connection a message is handed over at once, and only then written to storage.
    HandedOverFirst => "I23",
    /// A message that goes again says so in its text.
    BodyChangedAtResend => "I6",
    /// The place of a message is the time of day at which it was typed.
    OrderByClock => "I5",
    /// Messages meant for a chat that is gone go into the next one by themselves.
    QueueCrossesBreak => "I7",

    // Tabs and storage.
    /// The outbox a tab knows is the whole outbox, so what another tab has just written is written over.
    OutboxOverwritten => "I24",
    /// A message deleted in another tab is still sent by this one.
    TombstoneIgnored => "I1",
    /// The lock for choosing a message is never given back.
    LockKept => "I21",
    /// A message found in storage gets a row, whether or not it has one.
    RestoredTwice => "I4",
    /// Nobody is told that storage kept nothing.
    RefusalUntold => "I1",
    /// The draft of an earlier page is not read.
    DraftLost => "I32",

    // The account.
    /// Any 401 to a renewal ends the sign-in, even one the platform never wrote.
    SignOutOnAny401 => "I18",
    /// A pair is renewed without asking for the lock, or leaving a lease.
    RefreshUnlocked => "I15",
    /// A pair is renewed as often as anybody wants it renewed.
    RefreshUnspaced => "I16",
    /// A new pair is written over whatever pair storage holds meanwhile.
    CommitUnguarded => "I19",
    /// A new pair is written although somebody signed out meanwhile.
    SignOutUndone => "I17",
    /// The token stands in the socket's address.
    TokenInUrl => "I20",

    // Answers, and whose they are.
    /// An answer that is told as complete once more is another answer.
    CompletedTwice => "I4",
    /// What comes after the end of an answer is appended to it.
    GrowsAfterComplete => "I26",
    /// An answer goes on after a drop as if nothing of it could be missing.
    GapUnnoticed => "I25",
    /// What is said in another chat is shown in this one.
    ForeignChatAccepted => "I7",
}

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
