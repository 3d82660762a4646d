//! Who may sign in, and the pairs of tokens they hold: rotated at every refresh, with grace or without.
//!
//! A token's text is made so that any six characters of it hold [`MARK`]: that is how the world finds leaks.

/// In every piece of a token, and in nothing else a run writes.
pub(crate) const MARK: &str = "Qz";

/// One sign-in and what followed from it.
#[derive(Debug)]
struct Family {
    subject: String,
    /// The pairs in order; each of them bought with the one before.
    pairs: Vec<Pair>,
    is_revoked: bool,
}

#[derive(Debug)]
struct Pair {
    access: String,
    refresh: String,
    expires_ms: u64,
    /// When the refresh token was used.
    used_ms: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Accounts {
    families: Vec<Family>,
    lifetime_ms: u64,
    grace_ms: u64,
    now_ms: u64,
    made: u64,
}

impl Accounts {
    pub(super) const fn new(lifetime_ms: u64, grace_ms: u64) -> Self {
        Self {
            families: Vec::new(),
            lifetime_ms,
            grace_ms,
            now_ms: 0,
            made: 0,
        }
    }

    pub(super) const fn clock(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
    }

    fn token(&mut self, kind: char, family: usize) -> String {
        self.made += 1;
        let digits = format!("{kind}{family:03}{:04}", self.made);
        digits.chars().map(|digit| format!("{MARK}{digit}")).collect()
    }

    /// The sign-in a token came from.
    pub(crate) fn family_of(token: &str) -> Option<u64> {
        let digits: String = token.chars().skip(2).step_by(3).skip(1).take(3).collect();
        token.starts_with(MARK).then_some(())?;
        digits.parse().ok()
    }

    /// The running number of a token.
    pub(crate) fn number_of(token: &str) -> Option<u64> {
        let digits: String = token.chars().skip(2).step_by(3).skip(4).collect();
        token.starts_with(MARK).then_some(())?;
        digits.parse().ok()
    }

    fn pair(&mut self, family: usize) -> (String, String) {
        let (access, refresh) = (self.token('a', family), self.token('r', family));
        let pair = Pair {
            access: access.clone(),
            refresh: refresh.clone(),
            expires_ms: self.now_ms + self.lifetime_ms,
            used_ms: None,
        };
        if let Some(family) = self.families.get_mut(family) {
            family.pairs.push(pair);
        }
        (access, refresh)
    }

    /// A sign-in: access and refresh token.
    pub(crate) fn sign_in(&mut self, subject: &str) -> (String, String) {
        self.families.push(Family {
            subject: subject.to_owned(),
            pairs: Vec::new(),
            is_revoked: false,
        });
        self.pair(self.families.len() - 1)
    }

    /// Whose access token this is, where it is good.
    pub(super) fn subject_of(&self, access: &str) -> Option<String> {
        let holds = |family: &&Family| {
            let good = |pair: &Pair| pair.access == access && pair.expires_ms > self.now_ms;
            !family.is_revoked && family.pairs.iter().any(good)
        };
        self.families
            .iter()
            .find(holds)
            .map(|family| family.subject.clone())
    }

    /// Buys the next pair. A token used before gets its successor again within the grace, and ends the sign-in after it.
    pub(super) fn refresh(&mut self, refresh: &str) -> Option<(String, String)> {
        let (now_ms, grace_ms) = (self.now_ms, self.grace_ms);
        let place = self
            .families
            .iter()
            .position(|family| family.pairs.iter().any(|pair| pair.refresh == refresh))?;
        let family = self.families.get_mut(place)?;
        if family.is_revoked {
            return None;
        }
        let at = family.pairs.iter().position(|pair| pair.refresh == refresh)?;
        let used = family.pairs.get(at)?.used_ms;
        match used {
            None => {
                family.pairs.get_mut(at)?.used_ms = Some(now_ms);
                Some(self.pair(place))
            }
            Some(used_ms) if grace_ms > 0 && now_ms <= used_ms + grace_ms => {
                let next = family.pairs.get_mut(at + 1)?;
                Some((next.access.clone(), next.refresh.clone()))
            }
            Some(_) => {
                family.is_revoked = true;
                None
            }
        }
    }

    /// Whether a refresh token would be taken.
    pub(crate) fn would_take(&self, refresh: &str) -> bool {
        let good = |pair: &Pair| {
            let is_fresh = |used: u64| self.grace_ms > 0 && self.now_ms <= used + self.grace_ms;
            pair.refresh == refresh && pair.used_ms.is_none_or(is_fresh)
        };
        self.families
            .iter()
            .any(|family| !family.is_revoked && family.pairs.iter().any(good))
    }

    pub(super) fn sign_out(&mut self, access: &str) {
        let holds = |family: &&mut Family| family.pairs.iter().any(|pair| pair.access == access);
        if let Some(family) = self.families.iter_mut().find(holds) {
            family.is_revoked = true;
        }
    }

    /// Every access token runs out.
    pub(crate) fn expire(&mut self) {
        let pairs = self.families.iter_mut().flat_map(|family| &mut family.pairs);
        pairs.for_each(|pair| pair.expires_ms = 0);
    }

    pub(super) const fn lifetime_s(&self) -> u64 {
        self.lifetime_ms / 1000
    }
}
