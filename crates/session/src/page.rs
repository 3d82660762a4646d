//! The page around the session: whether somebody sees it, has the panel open and has a network, and what wakes it.
//!
//! A hidden tab and a closed widget start no connection (invariant I31). None of the flags is sticky: whatever shows
//! that the page is looked at clears them, because browsers are known to leave the tidy events out (rows L1 to L10).

use std::time::Duration;

use miptech_chat_protocol::{
    close::ours,
    error::{ErrorCode, Stage},
    frame::ClientFrame,
};

use crate::{
    clock::{Instant, Now},
    lifecycle::{Next, State},
    notice::ChatError,
    output::{Attempt, Effect, PageSignal, StoreRefusal},
    pulse::Verdict,
    session::Session,
};

/// What is known of the page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    hidden_since: Option<Instant>,
    /// Whether it was left; the back-forward cache may bring it back.
    pub(crate) is_gone: bool,
    pub(crate) is_offline: bool,
    is_open: bool,
    demand: Demand,
    woken: Option<Instant>,
    /// When it last turned out that the page had stood still, seen or not.
    stirred: Option<Instant>,
    /// When a turn is due.
    next_turn: Option<Instant>,
    /// When the last try that only this page has a reason for was planned to be.
    last_local: Option<Instant>,
    /// Both clocks at the last turn: a machine that slept shows in their difference.
    last_turn: Option<Now>,
    /// What storage refused, as far as the visitor was told.
    pub(crate) told_refusal: Option<StoreRefusal>,
}

/// Who wants a connection.
#[derive(Debug, Default)]
struct Demand {
    /// The host page, for as long as the widget lives.
    host: bool,
    /// The visitor, for as long as the panel is open.
    visit: bool,
    /// A message sent while the panel is closed, until it is answered.
    errand: bool,
}

impl Page {
    /// Whether anybody wants a connection.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.demand.host || self.demand.visit || self.demand.errand
    }

    /// Whether nobody can see what a connection would bring.
    pub(crate) const fn is_unseen(&self) -> bool {
        self.hidden_since.is_some() || self.is_gone
    }

    /// For how long the page stood still before this turn: the wall clock went on without the other one, or a timer came late.
    fn stood_still(&self, now: Now) -> Duration {
        let late = self.next_turn.map_or(Duration::ZERO, |due| now.mono.since(due));
        let drift = self.last_turn.map_or(Duration::ZERO, |last| {
            let wall = Duration::from_millis(now.wall_ms.saturating_sub(last.wall_ms));
            wall.saturating_sub(now.mono.since(last.mono))
        });
        late.max(drift)
    }

    /// Whether the page may have stood still before this turn: one that nobody sees and that waits for nothing may be frozen
    /// without a sign of it.
    fn may_have_stood(&self, now: Now) -> bool {
        let since = self.last_turn.map(|last| now.mono.since(last.mono));
        self.stood_still(now) > STILL || self.is_unseen() && since > Some(STILL)
    }

    /// Whether the page was woken a moment ago: then the network is expected to be good, and waited for less long.
    pub(crate) fn is_just_woken(&self, now: Instant) -> bool {
        self.woken.is_some_and(|woken| now.since(woken) < JUST_WOKEN)
    }

    /// Whether a try planned for this moment is one that only this page has a reason for.
    pub(crate) fn is_local(&self, planned: Instant) -> bool {
        self.last_local == Some(planned)
    }

    /// Somebody asks for the chat.
    fn ask(&mut self) {
        if self.is_open {
            self.demand.visit = true;
        } else {
            self.demand.host = true;
        }
    }

    /// A message wants to leave.
    fn ask_for_message(&mut self) {
        if self.is_open {
            self.demand.visit = true;
        } else if !self.demand.host {
            self.demand.errand = true;
        }
    }
}

impl Session {
    /// Brings the conversation up, if it is not up or on its way already: for as long as the panel is open, or for good
    /// where it is closed.
    pub fn start(&mut self, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        self.page.ask();
        self.come_up(now);
        self.settle(now);
    }

    /// The panel was opened or closed. A closed one lets go of the connection as soon as nothing is awaited.
    pub fn set_open(&mut self, is_open: bool, now: Now) {
        self.page.is_open = is_open;
        let was_used = self.chat.is_some() || self.known.was_live();
        self.page.demand.visit = (is_open || defect!(ClosedConnects)) && (self.page.demand.visit || was_used);
        if is_open && self.page.demand.visit {
            self.come_up(now);
        }
        self.settle(now);
    }

    /// The page went through something.
    pub fn handle_page(&mut self, signal: PageSignal, now: Now) {
        let has_slept = self.has_slept(now);
        match signal {
            _ if matches!(self.state, State::Ended) => {}
            PageSignal::Hidden => {
                self.page.hidden_since.get_or_insert(now.mono);
                if !defect!(HiddenConnects) {
                    self.pause_if_waiting();
                }
            }
            PageSignal::Leaving => self.leave_page(now),
            PageSignal::Offline => {
                self.page.is_offline = true;
                self.lost_network(now);
            }
            PageSignal::Online => {
                let was_offline = std::mem::take(&mut self.page.is_offline);
                if was_offline || has_slept {
                    self.wake(now);
                }
            }
            PageSignal::PolicyRefused => {
                self.close_socket(now);
                self.lost(now);
                self.block(
                    ChatError::bare(ErrorCode::NetworkBlockedByCsp, Stage::Socket, false),
                    now,
                );
            }
            // A page that comes back is seen; where it is not, the next signal says so.
            PageSignal::Returned | PageSignal::Visible => {
                let was_unseen = self.page.is_unseen();
                self.page.hidden_since.take_if(|_| !defect!(StickyHidden));
                self.page.is_gone = false;
                if was_unseen || has_slept {
                    self.wake(now);
                }
            }
        }
        self.settle(now);
    }

    /// A message wants to leave: a connection is wanted, and the state of rest is left.
    pub(crate) fn come_up_for_message(&mut self, now: Now) {
        self.page.ask_for_message();
        self.come_up(now);
    }

    fn come_up(&mut self, now: Now) {
        if matches!(self.state, State::Idle) {
            self.begin(now);
        } else if let State::Paused { next } = self.state
            && !self.page.is_unseen()
        {
            self.go(next, now);
        }
    }

    /// Whether the next step may be made now. Where it may not, the state says what it waits for.
    pub(crate) fn admits(&mut self, next: Next, now: Now) -> bool {
        if !self.page.is_wanted() {
            self.rest();
        } else if self.page.is_unseen() && !defect!(HiddenConnects) {
            self.state = State::Paused { next };
        } else if let Some(until) = self.held_until.filter(|until| *until > now.mono) {
            let delay = self.spread_hint(until.since(now.mono));
            self.wait(next, delay, now);
        } else {
            return !self.leaves_to_others(next, now);
        }
        false
    }

    /// Nothing is under way, and nothing is wrong.
    pub(crate) fn rest(&mut self) {
        self.disturbed_since = None;
        self.trouble = None;
        self.state = State::Idle;
    }

    /// The end of a turn: a connection nobody wants any more is let go, once nothing is awaited from it.
    pub(crate) fn release_unwanted(&mut self, now: Now) {
        let is_busy = self.is_awaiting_answer() || self.outbox.has_unacknowledged();
        let is_waiting = self.outbox.has_queued();
        if !is_busy && !is_waiting {
            self.page.demand.errand = false;
        }
        if self.page.is_wanted() {
            return;
        }
        match &self.state {
            State::Live { attempt, .. } if !is_busy && !is_waiting => {
                let attempt = *attempt;
                self.effect(Effect::CloseSocket {
                    attempt,
                    code: ours::ZOMBIE,
                });
                self.lost(now);
                self.rest();
            }
            State::Joining { .. } | State::Opening { .. } => {
                self.close_socket(now);
                self.lost(now);
                self.rest();
            }
            State::Creating { .. }
            | State::Offline { .. }
            | State::Paused { .. }
            | State::Probing(_)
            | State::Waiting { .. } => {
                self.end_creation();
                self.end_inquiry();
                self.rest();
            }
            State::Blocked { .. }
            | State::Ended
            | State::Idle
            | State::Live { .. }
            | State::Naming { .. }
            | State::Renewing { .. }
            | State::SignedOut { .. } => {}
        }
    }

    /// When a page nobody sees lets go of its socket (row L6).
    pub(crate) fn release_at(&self) -> Option<Instant> {
        let is_held = self.is_live() && !defect!(HiddenKeepsSocket);
        let since = self.page.hidden_since.filter(|_| is_held)?;
        let is_busy = self.is_awaiting_answer() || self.outbox.has_unacknowledged();
        Some(since.after(if is_busy { HIDDEN_AT_WORK } else { HIDDEN_AT_REST }))
    }

    /// Looks after what the page's own time brings: a machine that slept, a socket held for nobody.
    pub(crate) fn page_time_passed(&mut self, now: Now) {
        if self.has_slept(now) && !self.page.is_unseen() {
            self.wake(now);
        }
        if self.release_at().is_some_and(|at| at <= now.mono) {
            self.close_socket(now);
            self.lost(now);
            self.pause(Next::Open);
        }
    }

    /// Both clocks at the end of a turn, and when the next was due.
    pub(crate) fn note_turn(&mut self, now: Now) {
        if self.page.may_have_stood(now) {
            self.page.stirred = Some(now.mono);
        }
        self.page.last_turn = Some(now);
        // What is due at once was not due before.
        self.page.next_turn = self.deadline().map(|deadline| deadline.at.max(now.mono));
    }

    /// Whether it stood still for long: then everything is looked after anew.
    fn has_slept(&self, now: Now) -> bool {
        self.page.stood_still(now) > LATE
    }

    /// Whether the page stood still until a moment ago: what it knows of its messages is old, for another tab may have
    /// delivered them since.
    pub(crate) fn is_stale(&self, now: Now) -> bool {
        let has_stirred = self
            .page
            .stirred
            .is_some_and(|at| now.mono.since(at) < JUST_WOKEN);
        has_stirred || self.page.is_just_woken(now.mono) || self.page.may_have_stood(now)
    }

    /// The page is looked at again, or has a network again.
    fn wake(&mut self, now: Now) {
        self.page.woken = Some(now.mono);
        self.breaker.overrule();
        match &self.state {
            State::Live { .. } => self.ask_for_pulse(WAKE_WAIT, now),
            State::Paused { next } => {
                // What went wrong while nobody looked is none of the visitor's business.
                self.disturbed_since = Some(now.mono);
                self.trouble = None;
                self.go_locally(*next, now);
            }
            State::Offline { next, .. }
            | State::Waiting {
                next, until: Some(_), ..
            } => {
                self.go_locally(*next, now);
            }
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Joining { .. }
            | State::Naming { .. }
            | State::Opening { .. }
            | State::Probing(_)
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { until: None, .. } => {}
        }
    }

    /// The next step, for a reason that no fleet shares: soon, but not in a row, and never before the platform's own wish.
    pub(crate) fn go_locally(&mut self, next: Next, now: Now) {
        let soon = now.mono.after(self.local_delay());
        let at = match self.page.last_local {
            // One is planned already, and nobody gets a later one for asking twice.
            Some(planned) if planned > now.mono => planned,
            Some(_) if defect!(NoCeiling) => soon,
            Some(last) => soon.max(last.after(LOCAL_SPACING)),
            None => soon,
        };
        let at = self.held_until.map_or(at, |asked| at.max(asked));
        self.page.last_local = Some(at);
        let delay = at.since(now.mono);
        self.wait(next, delay, now);
    }

    /// Waits for the page to be seen.
    pub(crate) fn pause(&mut self, next: Next) {
        self.state = State::Paused { next };
    }

    /// A page that is hidden plans nothing; what is under way may end.
    fn pause_if_waiting(&mut self) {
        if let State::Offline { next, .. }
        | State::Waiting {
            next, until: Some(_), ..
        } = self.state
        {
            self.pause(next);
        }
    }

    /// The browser believes to have no network. A socket may know better: it is asked (row N20).
    fn lost_network(&mut self, now: Now) {
        if self.is_live() {
            self.ask_for_pulse(OFFLINE_WAIT, now);
        } else if let State::Waiting {
            next, until: Some(_), ..
        } = self.state
        {
            self.wait(next, Duration::ZERO, now);
        }
    }

    /// Nothing is left that would keep the page from the back-forward cache, and nothing of the visitor's is lost.
    fn leave_page(&mut self, now: Now) {
        self.page.is_gone = true;
        self.flush(now);
        if !defect!(PagehideKeepsLock) {
            self.give_locks_back();
        }
        let next = match &self.state {
            State::Joining { .. } | State::Live { .. } | State::Opening { .. } => Next::Open,
            State::Creating { .. } => Next::Create,
            State::Probing(_) => Next::Begin,
            State::Offline { next, .. }
            | State::Waiting {
                next, until: Some(_), ..
            } => *next,
            State::Blocked { .. }
            | State::Ended
            | State::Idle
            | State::Naming { .. }
            | State::Paused { .. }
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { until: None, .. } => return,
        };
        self.close_socket(now);
        self.end_creation();
        self.lost(now);
        self.pause(next);
    }

    fn give_locks_back(&mut self) {
        self.end_claim();
        self.release_renewal_lock();
    }

    /// Asks the platform for proof of life, unless an answer is awaited already.
    fn ask_for_pulse(&mut self, least: Duration, now: Now) {
        if let State::Live { attempt, pulse, .. } = &mut self.state {
            let attempt = *attempt;
            if pulse.ask(least, now.mono) {
                self.ping(attempt, now);
            }
        }
    }

    pub(crate) fn ping(&mut self, attempt: Attempt, now: Now) {
        let text = ClientFrame::Ping.encode(now.wall_ms);
        self.effect(Effect::SendFrame { attempt, text });
    }

    /// The pulse of the current socket may be due.
    pub(crate) fn pulse_time_passed(&mut self, now: Now) {
        let State::Live { attempt, pulse, .. } = &mut self.state else {
            return;
        };
        let attempt = *attempt;
        match pulse.overdue(now.mono) {
            Some(Verdict::Ask) => self.ping(attempt, now),
            Some(Verdict::Dead) => self.give_up_socket(attempt, ours::ZOMBIE, now),
            None => {}
        }
    }
}

/// `faults.md` section 6.1: how long a hidden tab keeps its socket.
const HIDDEN_AT_REST: Duration = Duration::from_secs(300);
const HIDDEN_AT_WORK: Duration = Duration::from_secs(600);

/// `faults.md` section 6.1: a timer, or a clock, this late shows that the page stood still.
const LATE: Duration = Duration::from_secs(30);

/// Our choice: what a page knows of other tabs is this old at most.
const STILL: Duration = Duration::from_secs(5);

/// `Dlocal` at most once in five seconds.
const LOCAL_SPACING: Duration = Duration::from_secs(5);

/// How long after a wake a socket gets less time to open (8 s instead of 10); our choice.
const JUST_WOKEN: Duration = Duration::from_secs(10);

/// Promise 7: a dead connection is noticed a second after a wake; row N20: five seconds after the network went.
const WAKE_WAIT: Duration = Duration::from_secs(1);
const OFFLINE_WAIT: Duration = Duration::from_secs(5);
