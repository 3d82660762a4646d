//! What a fleet did, in counts that can be added up from any number of threads.

use std::iter;

use super::client::Journey;

/// What the clients of a fleet did after they were cut. Times count from that instant, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    clients: u64,
    /// First attempts, per tenth of a second.
    first: Vec<u64>,
    /// Later attempts, per tenth of a second.
    later: Vec<u64>,
    /// REST calls, per tenth of a second.
    calls: Vec<u64>,
    /// How many clients made so many attempts.
    attempts: Vec<u64>,
    /// How many clients were live again so many milliseconds after the platform was.
    recoveries: Vec<u64>,
    /// How many waits between two attempts were so many milliseconds long, where the cap was in force.
    waits: Vec<u64>,
    most_in_a_minute: usize,
    most_in_five_minutes: usize,
}

impl Tally {
    /// Adds one client.
    pub(super) fn note(&mut self, journey: &Journey) {
        self.clients += 1;
        for (index, at) in journey.attempts.iter().enumerate() {
            let wave = if index == 0 {
                &mut self.first
            } else {
                &mut self.later
            };
            count(wave, at / TENTH_MS);
        }
        for at in &journey.calls {
            count(&mut self.calls, at / TENTH_MS);
        }
        count(&mut self.attempts, journey.attempts.len() as u64);
        if let Some(after) = journey.live_after {
            count(&mut self.recoveries, after);
        }
        for (index, pair) in journey.attempts.windows(2).enumerate() {
            if let [earlier, later] = pair
                && index >= CAPPED_FROM
                && CAPPED_MS.contains(earlier)
            {
                count(&mut self.waits, later - earlier);
            }
        }
        let most = |span| most_within(&journey.attempts, span);
        self.most_in_a_minute = self.most_in_a_minute.max(most(60_000));
        self.most_in_five_minutes = self.most_in_five_minutes.max(most(300_000));
    }

    /// Both together.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            clients: self.clients + other.clients,
            first: sum(self.first, other.first),
            later: sum(self.later, other.later),
            calls: sum(self.calls, other.calls),
            attempts: sum(self.attempts, other.attempts),
            recoveries: sum(self.recoveries, other.recoveries),
            waits: sum(self.waits, other.waits),
            most_in_a_minute: self.most_in_a_minute.max(other.most_in_a_minute),
            most_in_five_minutes: self.most_in_five_minutes.max(other.most_in_five_minutes),
        }
    }

    /// The part of the clients asked for that came back, in percent.
    #[must_use]
    pub fn live_share(&self, clients: u64) -> f64 {
        percent(self.recoveries.iter().sum(), clients)
    }

    /// The most first attempts in any one second, in percent of the clients.
    #[must_use]
    pub fn first_peak(&self) -> f64 {
        percent(peak(&self.first), self.clients)
    }

    /// The most later attempts in any one second, in percent of the clients.
    #[must_use]
    pub fn later_peak(&self) -> f64 {
        percent(peak(&self.later), self.clients)
    }

    /// The most REST calls in any one second, in percent of the clients.
    #[must_use]
    pub fn call_peak(&self) -> f64 {
        percent(peak(&self.calls), self.clients)
    }

    /// The attempts that so many percent of the clients needed at most.
    #[must_use]
    pub fn attempts(&self, percentile: f64) -> f64 {
        value_at(&self.attempts, percentile)
    }

    /// The seconds within which so many percent of the clients that came back did so.
    #[must_use]
    pub fn recovery(&self, percentile: f64) -> f64 {
        value_at(&self.recoveries, percentile) / 1000.0
    }

    /// The most attempts of one tab in any 60 s.
    #[must_use]
    pub fn most_in_a_minute(&self) -> f64 {
        self.most_in_a_minute as f64
    }

    /// The most attempts of one tab in any five minutes.
    #[must_use]
    pub fn most_in_five_minutes(&self) -> f64 {
        self.most_in_five_minutes as f64
    }

    /// The most waits whose lengths fall into one second while the cap of 30 s is in force, in percent of them all.
    /// A clamp after the jitter gives half of all waits one length, and leaves the spread as it is.
    #[must_use]
    pub fn cap_heap(&self) -> f64 {
        let most = self.waits.windows(1000).map(|second| second.iter().sum()).max();
        percent(most.unwrap_or_default(), self.waits.iter().sum())
    }

    /// How far the waits lie apart while the cap of 30 s is in force, in percent of it; the outermost hundredths on
    /// both sides are left out.
    #[must_use]
    pub fn cap_spread(&self) -> f64 {
        (value_at(&self.waits, 99.0) - value_at(&self.waits, 1.0)) / CAP_MS * 100.0
    }
}

const TENTH_MS: u64 = 100;

/// `faults.md` section 6.1: 2⁵ s is the first above the cap of 30 s, which is in force for the first five minutes.
const CAPPED_FROM: usize = 5;
const CAPPED_MS: std::ops::Range<u64> = 0..270_000;
const CAP_MS: f64 = 30_000.0;

fn count(bins: &mut Vec<u64>, bin: u64) {
    let Ok(bin) = usize::try_from(bin) else {
        return;
    };
    if bins.len() <= bin {
        bins.resize(bin + 1, 0);
    }
    if let Some(slot) = bins.get_mut(bin) {
        *slot += 1;
    }
}

fn sum(mut left: Vec<u64>, right: Vec<u64>) -> Vec<u64> {
    let length = left.len().max(right.len());
    left.resize(length, 0);
    left.into_iter()
        .zip(right.into_iter().chain(iter::repeat(0)))
        .map(|(left, right)| left + right)
        .collect()
}

/// The most in any second, wherever it begins.
fn peak(bins: &[u64]) -> u64 {
    let whole = bins.windows(10).map(|second| second.iter().sum());
    // Shorter than a second altogether: then everything is in one.
    whole.max().unwrap_or_else(|| bins.iter().sum())
}

fn percent(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64 * 100.0
}

/// The lowest value that so many percent of the counted do not exceed; no number where nothing was counted.
fn value_at(bins: &[u64], percentile: f64) -> f64 {
    let wanted = bins.iter().sum::<u64>() as f64 * percentile / 100.0;
    let mut seen = 0;
    for (value, count) in bins.iter().enumerate() {
        seen += count;
        if seen > 0 && seen as f64 >= wanted {
            return value as f64;
        }
    }
    f64::NAN
}

fn most_within(times: &[u64], span_ms: u64) -> usize {
    let from = |first: usize| {
        let window = times.get(first..).unwrap_or_default();
        let begin = window.first().copied().unwrap_or_default();
        window.iter().take_while(|at| **at < begin + span_ms).count()
    };
    (0..times.len()).map(from).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_found_wherever_its_second_begins() {
        let mut bins = vec![0; 40];
        for (bin, count) in [(9, 3), (10, 4), (18, 5), (19, 6), (30, 10)] {
            bins[bin] = count;
        }
        assert_eq!(peak(&bins), 15);
        assert_eq!(peak(&[1, 2]), 3);
    }

    #[test]
    fn percentiles_name_the_value_below_which_they_lie() {
        let bins = [0, 50, 49, 1];
        assert_eq!(value_at(&bins, 50.0), 1.0);
        assert_eq!(value_at(&bins, 99.0), 2.0);
        assert_eq!(value_at(&bins, 100.0), 3.0);
        assert!(value_at(&[], 50.0).is_nan());
    }

    #[test]
    fn attempts_are_counted_in_every_span_not_only_in_the_first() {
        assert_eq!(most_within(&[0, 50, 100, 101, 102, 200], 100), 4);
        assert_eq!(most_within(&[], 100), 0);
    }

    #[test]
    fn two_tallies_are_one() {
        let journey = |attempts: &[u64], live_after| Journey {
            attempts: attempts.to_vec(),
            calls: vec![],
            live_after,
        };
        let mut left = Tally::default();
        left.note(&journey(&[100], Some(200)));
        let mut right = Tally::default();
        right.note(&journey(&[100, 2000], None));
        let both = left.with(right);
        assert_eq!(both.first_peak(), 100.0);
        assert_eq!(both.later_peak(), 50.0);
        assert_eq!(both.live_share(2), 50.0);
        assert_eq!(both.recovery(99.0), 0.2);
        assert_eq!(both.attempts(100.0), 2.0);
    }
}
