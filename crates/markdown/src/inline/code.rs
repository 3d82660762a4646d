//! Code spans.

use crate::bytes;

/// Where the last run of backticks of each length begins; tells in constant time that no closer follows.
pub(super) struct Backticks {
    /// By length; zero means none, which is no loss because a closer never stands at the very beginning.
    last: [usize; LONGEST + 1],
}

/// Longer runs are text.
const LONGEST: usize = 32;

impl Backticks {
    pub(super) fn of(text: &str) -> Self {
        let mut last = [0; LONGEST + 1];
        let mut at = 0;
        while let Some(found) = bytes::from(text, at).find('`') {
            at += found;
            let length = bytes::run(bytes::from(text, at), b'`');
            if let Some(place) = last.get_mut(length) {
                *place = at;
            }
            at += length;
        }
        Self { last }
    }

    /// The first run of exactly `length` backticks at or after `start`.
    pub(super) fn closer(&self, text: &str, start: usize, length: usize) -> Option<usize> {
        if *self.last.get(length)? < start {
            return None;
        }
        let mut at = start;
        loop {
            at += bytes::touched(bytes::from(text, at).find('`')?);
            let found = bytes::run(bytes::from(text, at), b'`');
            if found == length {
                return Some(at);
            }
            at += found;
        }
    }
}

/// A span's content: line ends become spaces, and one space at each end is padding.
pub(super) fn content(source: &str) -> String {
    let code = source.replace('\n', " ");
    let padded = code.starts_with(' ') && code.ends_with(' ') && !code.trim_matches(' ').is_empty();
    if padded {
        bytes::between(&code, 1, code.len() - 1).to_owned()
    } else {
        code
    }
}
