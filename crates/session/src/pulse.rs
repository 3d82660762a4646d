//! Whether a socket is alive: our pings, the platform's, and what silence means.
//!
//! A platform that never answers pings is never called dead for silence alone: only a socket that has answered one
//! is measured by the next (promise 7). Verdicts fall late rather than early: first the frames that wait for the page's
//! thread get a turn (row L12).

use std::time::Duration;

use crate::{backoff::part, clock::Instant, random::Random};

/// The pulse of one joined socket.
#[derive(Debug)]
pub(crate) struct Pulse {
    heard: Instant,
    /// When a ping of ours is due, if nothing is heard until then.
    due: Instant,
    /// Whether the first ping, which also finds out whether pings are answered, is still to come.
    is_first: bool,
    asked: Option<Asked>,
    answers: bool,
    round_trip: Duration,
    /// When the platform last pinged, and the longest it left between two.
    platform: Option<(Instant, Option<Duration>)>,
}

/// A ping under way.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    until: Instant,
    /// Whether the verdict was put off once because the timer was late.
    is_put_off: bool,
}

/// What a pulse that is due asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// A ping.
    Ask,
    /// Another socket.
    Dead,
}

impl Pulse {
    pub(crate) fn new(now: Instant, random: &mut Random) -> Self {
        Self {
            heard: now,
            due: now.after(random.up_to(SILENCE)),
            is_first: true,
            asked: None,
            answers: false,
            round_trip: Duration::ZERO,
            platform: None,
        }
    }

    /// Anything at all arrived.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = now;
        if !self.is_first {
            self.due = now.after(SILENCE);
        }
        // Whoever speaks is alive; whether it answers pings only a pong tells.
        let until = now.after(self.patience(ANSWER));
        if let Some(asked) = &mut self.asked {
            asked.until = asked.until.max(until);
        }
    }

    /// A ping of ours was answered.
    pub(crate) fn answered(&mut self, now: Instant) {
        if let Some(asked) = self.asked.take() {
            self.answers = true;
            self.round_trip = now.since(asked.at);
        }
    }

    /// The platform pinged.
    pub(crate) fn pinged(&mut self, now: Instant) {
        let interval = self.platform.map(|(last, longest)| {
            let interval = now.since(last);
            longest.map_or(interval, |longest| longest.max(interval))
        });
        self.platform = Some((now, interval));
    }

    /// A ping goes out of turn, with this long to be answered. Tells whether it does: one is enough.
    pub(crate) fn ask(&mut self, least: Duration, now: Instant) -> bool {
        let until = now.after(self.patience(least));
        match &mut self.asked {
            Some(asked) => {
                asked.until = asked.until.min(until);
                false
            }
            None => {
                self.note_ask(now, until);
                true
            }
        }
    }

    pub(crate) fn deadline(&self) -> Instant {
        let own = self.asked.map_or(self.due, |asked| asked.until);
        self.silent_at().map_or(own, |at| at.min(own))
    }

    pub(crate) fn overdue(&mut self, now: Instant) -> Option<Verdict> {
        if self.silent_at().is_some_and(|at| at <= now) {
            return Some(Verdict::Dead);
        }
        match &mut self.asked {
            Some(asked) if asked.until > now => None,
            Some(asked) if self.answers && !asked.is_put_off && now.since(asked.until) > STALL => {
                asked.is_put_off = true;
                asked.until = now.after(ONE_TURN);
                None
            }
            Some(_) if self.answers || defect!(DeadWithoutEvidence) => Some(Verdict::Dead),
            Some(_) => {
                self.asked = None;
                self.due = now.after(SILENCE);
                None
            }
            None if self.due > now => None,
            None => {
                self.note_ask(now, now.after(self.patience(ANSWER)));
                Some(Verdict::Ask)
            }
        }
    }

    const fn note_ask(&mut self, at: Instant, until: Instant) {
        self.is_first = false;
        self.asked = Some(Asked {
            at,
            until,
            is_put_off: false,
        });
    }

    /// How long an answer may take: the given time, on slow lines four round trips, never more than half a minute.
    fn patience(&self, least: Duration) -> Duration {
        least.max(self.round_trip.saturating_mul(4).min(MOST_PATIENCE))
    }

    /// When a platform that pings by itself, and answers none of ours, has been silent for too long.
    fn silent_at(&self) -> Option<Instant> {
        let (_, interval) = self.platform.filter(|_| !self.answers)?;
        let allowed = part(interval?.saturating_mul(5), 2).clamp(LEAST_SILENCE, MOST_SILENCE);
        Some(self.heard.after(allowed))
    }
}

/// `faults.md` section 6.1: silence before our ping, and after it.
const SILENCE: Duration = Duration::from_secs(25);
const ANSWER: Duration = Duration::from_secs(10);
const MOST_PATIENCE: Duration = Duration::from_secs(30);

/// `faults.md` section 6.1: where only the platform pings.
const LEAST_SILENCE: Duration = Duration::from_secs(30);
const MOST_SILENCE: Duration = Duration::from_secs(90);

/// A timer this late shows that the page's thread stood still, and how long what waits behind it then gets (row L12).
const STALL: Duration = Duration::from_secs(1);
const ONE_TURN: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_start(Duration::from_millis(ms))
    }

    /// Wakes the pulse whenever it wants to be, and tells what it asked for.
    fn run(pulse: &mut Pulse, until_ms: u64) -> Vec<(u128, Verdict)> {
        let mut told = Vec::new();
        while pulse.deadline() <= at(until_ms) {
            let now = pulse.deadline();
            if let Some(verdict) = pulse.overdue(now) {
                told.push((now.since(at(0)).as_millis(), verdict));
                if verdict == Verdict::Dead {
                    break;
                }
            }
        }
        told
    }

    fn answering() -> Pulse {
        let mut pulse = Pulse::new(at(0), &mut Random::new(7));
        let first = pulse.deadline();
        assert_eq!(pulse.overdue(first), Some(Verdict::Ask));
        let pong = first.after(Duration::from_millis(100));
        pulse.heard(pong);
        pulse.answered(pong);
        pulse.heard = at(0);
        pulse.due = at(25_000);
        pulse
    }

    #[test]
    fn a_socket_that_answered_once_is_dead_35_seconds_after_its_last_word() {
        assert_eq!(
            run(&mut answering(), 600_000),
            [(25_000, Verdict::Ask), (35_000, Verdict::Dead)]
        );
    }

    #[test]
    fn a_platform_that_never_answers_pings_is_never_called_dead() {
        let mut pulse = Pulse::new(at(0), &mut Random::new(7));
        let told = run(&mut pulse, 8 * 3600 * 1000);
        assert!(
            told.iter().all(|(_, verdict)| *verdict == Verdict::Ask),
            "{told:?}"
        );
        assert!(told.len() > 100);
    }

    #[test]
    fn first_pings_of_a_fleet_are_spread() {
        let first = |seed| {
            Pulse::new(at(0), &mut Random::new(seed))
                .deadline()
                .since(at(0))
                .as_secs()
        };
        let firsts: Vec<u64> = (0..200).map(first).collect();
        assert!(firsts.iter().min() < Some(&3) && firsts.iter().max() > Some(&22));
    }

    #[test]
    fn slow_lines_get_four_round_trips() {
        let mut pulse = answering();
        pulse.round_trip = Duration::from_secs(6);
        assert!(pulse.ask(Duration::from_secs(1), at(1000)));
        assert_eq!(pulse.deadline(), at(25_000));
        pulse.round_trip = Duration::from_secs(60);
        assert_eq!(pulse.patience(ANSWER), MOST_PATIENCE);
    }

    #[test]
    fn a_late_timer_gives_waiting_frames_a_turn_first() {
        let mut pulse = answering();
        assert_eq!(pulse.overdue(at(25_000)), Some(Verdict::Ask));
        assert_eq!(pulse.overdue(at(95_000)), None, "the page stood still");
        assert_eq!(pulse.overdue(at(96_000)), Some(Verdict::Dead));
    }

    #[test]
    fn a_platform_that_only_pings_is_dead_after_two_and_a_half_intervals() {
        let mut pulse = Pulse::new(at(0), &mut Random::new(7));
        for ms in [0, 20_000, 40_000] {
            pulse.heard(at(ms));
            pulse.pinged(at(ms));
        }
        let told = run(&mut pulse, 600_000);
        assert_eq!(told.last(), Some(&(90_000, Verdict::Dead)));
    }
}
