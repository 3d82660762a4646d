//! Which names may be among many, at a glance.
//!
//! A conversation of ten thousand messages is read from history message by message, and for each the question is whether
//! it stands there already. Hardly any does; a look through all lines for each of them would be a hundred million looks.

/// Says of a name that was noted always that it may be there, and of others hardly ever.
#[derive(Debug, Default)]
pub(crate) struct Names {
    bits: Vec<u64>,
}

impl Names {
    pub(crate) fn note(&mut self, name: &str) {
        let (word, bit) = place_of(name);
        self.bits.resize(WORDS, 0);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= bit;
        }
    }

    pub(crate) fn may_have(&self, name: &str) -> bool {
        let (word, bit) = place_of(name);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// The word and the bit of a name: FNV-1a, which is small and spreads names that count up.
fn place_of(name: &str) -> (usize, u64) {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    // The upper bits are mixed best.
    let place = hash >> 15;
    (place as usize / 64, 1 << (place % 64))
}

/// 2^17 bits, or 16 KiB: of ten thousand names, one in thirteen others is taken for one of them.
const WORDS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_there_at_first() {
        assert!(!Names::default().may_have("m1"));
    }

    #[test]
    fn what_was_noted_is_never_missed_and_little_else_is_found() {
        let name = |number: u32| format!("0f8fad5b-d9cb-469f-a165-{number:012}");
        let mut names = Names::default();
        (0..10_000).for_each(|number| names.note(&name(number)));
        assert!((0..10_000).all(|number| names.may_have(&name(number))));
        let found = (10_000..20_000)
            .filter(|number| names.may_have(&name(*number)))
            .count();
        assert!(found < 1000, "{found} of ten thousand");
    }
}
