//! How long to wait before trying again (`faults.md` sections 6.1 and 6.2).

use std::{collections::VecDeque, time::Duration};

use crate::{clock::Instant, random::Random};

/// The delays between sockets: `D0` first, then `Dn` with jitter that survives the cap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
    /// When the first of these tries was planned: the longer an outage lasts, the rarer they become.
    since: Option<Instant>,
}

impl Backoff {
    /// The next delay, and one step further.
    pub(crate) fn step(&mut self, now: Instant, random: &mut Random) -> Duration {
        let since = *self.since.get_or_insert(now);
        let delay = match self.tries {
            0 => random.up_to(FIRST_SPREAD),
            n => {
                let cap = cap(now.since(since));
                if defect!(JitterClamped) {
                    spread(doubling(n), random).min(cap)
                } else {
                    spread(doubling(n).min(cap), random)
                }
            }
        };
        self.tries = self.tries.saturating_add(1);
        delay
    }

    /// Begins no earlier than the given step.
    pub(crate) fn at_least(&mut self, step: u32) {
        self.tries = self.tries.max(step);
    }

    /// How often was tried since the connection last proved itself.
    pub(crate) const fn tries(&self) -> u32 {
        self.tries
    }

    /// The connection proved itself.
    pub(crate) const fn reset(&mut self) {
        self.tries = 0;
        self.since = None;
    }
}

/// `Dn`: half of `c` plus up to the other half, `c = min(30 s, 2ⁿ s)`.
pub(crate) fn nth(n: u32, random: &mut Random) -> Duration {
    spread(doubling(n).min(CAP), random)
}

/// The jitter is taken after the cap, so clients at the cap stay spread.
fn spread(ceiling: Duration, random: &mut Random) -> Duration {
    let half = part(ceiling, 2);
    half.saturating_add(random.up_to(half))
}

fn doubling(n: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(n).unwrap_or(u64::MAX))
}

/// The longest delay after an outage of this length.
fn cap(outage: Duration) -> Duration {
    let longer = LONG_OUTAGES.iter().find(|(from, _)| outage >= *from);
    longer.map_or(CAP, |(_, cap)| *cap)
}

/// `Whttp`: full jitter over 0.5 s (2 s from a platform that starts up), doubling, at most 8 s.
pub(crate) fn http(tries: u32, is_starting: bool, random: &mut Random) -> Duration {
    let base_ms: u64 = if is_starting { 2000 } else { 500 };
    let ceiling = Duration::from_millis(base_ms.checked_shl(tries).unwrap_or(u64::MAX)).min(HTTP_CAP);
    random.up_to(ceiling)
}

/// Row N8: a rate limit whose hint cannot be read. 5 s, doubling to 60 s, and a fifth more by chance.
pub(crate) fn limited(tries: u32, random: &mut Random) -> Duration {
    let least = LIMITED
        .saturating_mul(1_u32.checked_shl(tries).unwrap_or(u32::MAX))
        .min(LIMITED_CAP);
    hinted(least, random)
}

/// A wait the platform asked for, and a fifth more by chance: it asked many at once.
pub(crate) fn hinted(wait: Duration, random: &mut Random) -> Duration {
    wait.saturating_add(random.up_to(part(wait, 5)))
}

/// A part of a span; the operator would bring a panic and its words along.
pub(crate) fn part(span: Duration, of: u32) -> Duration {
    span.checked_div(of).unwrap_or_default()
}

/// No more than so many tries in a span, whatever the events (invariant I11).
#[derive(Clone, Debug, Default)]
pub(crate) struct Ceiling {
    tries: VecDeque<Instant>,
}

impl Ceiling {
    /// When the next try may be made, where it may not be made now.
    pub(crate) fn free_at(&self, now: Instant) -> Option<Instant> {
        let bars = CEILINGS.iter().filter_map(|(most, span)| {
            let nth_last = self.tries.len().checked_sub(*most)?;
            Some(self.tries.get(nth_last)?.after(*span))
        });
        bars.max().filter(|at| *at > now && !defect!(NoCeiling))
    }

    /// A try is made.
    pub(crate) fn note(&mut self, now: Instant) {
        self.tries.push_back(now);
        if self.tries.len() > MOST_TRIES {
            self.tries.pop_front();
        }
    }
}

/// `Dlocal`: after a cause that no fleet shares, such as a click.
pub(crate) fn local(random: &mut Random) -> Duration {
    random.between(Duration::from_millis(250), Duration::from_millis(750))
}

/// RFC 6455 section 7.2.3 names 0–5 s as reasonable after an unexplained close.
const FIRST_SPREAD: Duration = Duration::from_secs(5);
const CAP: Duration = Duration::from_secs(30);

/// Row N29: 120 s after half an hour, 60 s after five minutes.
const LONG_OUTAGES: [(Duration, Duration); 2] = [
    (Duration::from_secs(1800), Duration::from_secs(120)),
    (Duration::from_secs(300), Duration::from_secs(60)),
];
const HTTP_CAP: Duration = Duration::from_secs(8);
const LIMITED: Duration = Duration::from_secs(5);
const LIMITED_CAP: Duration = Duration::from_secs(60);

/// `faults.md` section 6.1: 8 in a minute, 25 in five.
const CEILINGS: [(usize, Duration); 2] = [
    (8, Duration::from_secs(60)),
    (MOST_TRIES, Duration::from_secs(300)),
];
const MOST_TRIES: usize = 25;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_spread_at_the_cap() {
        let delays: Vec<u64> = (0..1000)
            .map(|seed| nth(20, &mut Random::new(seed)).as_secs())
            .collect();
        let (low, high) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
        assert!(*low >= 15 && *high <= 30 && high - low >= 13, "{low}..{high}");
    }

    #[test]
    fn delays_grow_and_begin_anew_after_a_proof() {
        let mut random = Random::new(7);
        let mut backoff = Backoff::default();
        for n in 0..10 {
            let delay = backoff.step(Instant::default(), &mut random);
            let ceiling = if n == 0 { 5 } else { (1 << n).min(30) };
            assert!(delay <= Duration::from_secs(ceiling), "step {n}: {delay:?}");
            assert!(
                n == 0 || delay >= Duration::from_secs(ceiling) / 2,
                "step {n}: {delay:?}"
            );
        }
        backoff.reset();
        assert_eq!(backoff.tries(), 0);
    }

    #[test]
    fn a_long_outage_makes_tries_rarer() {
        let mut random = Random::new(7);
        let mut backoff = Backoff::default();
        backoff.at_least(9);
        let mut delay_at =
            |secs| backoff.step(Instant::default().after(Duration::from_secs(secs)), &mut random);
        for (secs, cap) in [
            (0, 30),
            (299, 30),
            (300, 60),
            (1799, 60),
            (1800, 120),
            (90_000, 120),
        ] {
            let delay = delay_at(secs);
            let cap = Duration::from_secs(cap);
            assert!(delay >= cap / 2 && delay <= cap, "after {secs} s: {delay:?}");
        }
    }

    #[test]
    fn the_first_wave_is_spread_over_five_seconds() {
        let mut per_second = [0_u32; 6];
        for seed in 0..10_000 {
            let delay = Backoff::default().step(Instant::default(), &mut Random::new(seed));
            per_second[usize::try_from(delay.as_secs()).unwrap()] += 1;
        }
        assert!(per_second.iter().all(|count| *count <= 2500), "{per_second:?}");
    }
}
