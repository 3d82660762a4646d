//! Pairing runs of `*`, `_` and `~~`, after the algorithm in the CommonMark appendix.
//!
//! A run keeps what it closes and what it opens; the characters left over stand between the two as text.

use crate::bytes;

/// What a pair of runs means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    Emphasis,
    Strikethrough,
    Strong,
}

/// A run of one marker character.
#[derive(Debug)]
pub(super) struct Run {
    marker: u8,
    length: usize,
    /// Characters that are not part of a pair.
    left: usize,
    can_open: bool,
    can_close: bool,
    after_word: bool,
    /// Innermost first.
    closed: Vec<Style>,
    /// Innermost first, so in the reverse of their order in the text.
    opened: Vec<Style>,
}

impl Run {
    pub(super) fn new(marker: u8, length: usize, before: Option<char>, after: Option<char>) -> Self {
        let (before_space, before_mark) = (is_space(before), is_punctuation(before));
        let (after_space, after_mark) = (is_space(after), is_punctuation(after));
        let left = !after_space && (!after_mark || before_space || before_mark);
        let right = !before_space && (!before_mark || after_space || after_mark);
        let underscore = marker == b'_';
        Self {
            marker,
            length,
            left: length,
            can_open: left && (!underscore || !right || before_mark),
            can_close: right && (!underscore || !left || after_mark),
            after_word: before.is_some_and(|character| character.is_ascii_alphanumeric()),
            closed: Vec::new(),
            opened: Vec::new(),
        }
    }

    /// Takes the run out of any further pairing.
    pub(super) fn retire(&mut self) {
        self.can_open = false;
        self.can_close = false;
    }

    pub(super) fn closed(&self) -> &[Style] {
        &self.closed
    }

    pub(super) fn opened(&self) -> &[Style] {
        &self.opened
    }

    /// The characters that stayed text.
    pub(super) fn push_left(&self, onto: &mut String) {
        for _ in 0..self.left {
            onto.push(char::from(self.marker));
        }
    }

    /// Closers of one class that found no opener need not look at the same runs again.
    fn class(&self) -> usize {
        let marker = match self.marker {
            b'*' => 0,
            b'_' => 1,
            _ => 2,
        };
        marker * 6 + usize::from(self.can_open) * 3 + self.length % 3
    }

    fn matches(&self, closer: &Self) -> bool {
        let ambiguous = self.can_close || closer.can_open;
        let odd = (self.length + closer.length).is_multiple_of(3) && !self.length.is_multiple_of(3);
        self.marker == closer.marker && !(ambiguous && odd && self.marker != b'~')
    }

    /// The strongest style `available` characters can mean.
    fn style(&self, available: usize) -> Style {
        match (self.marker, available) {
            (b'~', _) => Style::Strikethrough,
            (_, 1) => Style::Emphasis,
            _ => Style::Strong,
        }
    }
}

impl Style {
    fn width(self) -> usize {
        match self {
            Self::Emphasis => 1,
            Self::Strikethrough | Self::Strong => 2,
        }
    }
}

/// Pairs the runs and returns the numbers of those that still wait for a closer.
pub(super) fn pair(runs: &mut [Run]) -> Vec<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut floors = [0; 18];
    for at in 0..runs.len() {
        // `at` counts the runs and `open` holds only numbers that `at` had before, so both are in range; a
        // class is below 3 × 6. Splitting gives the closer and its openers at the same time.
        let (openers, rest) = runs.split_at_mut(at);
        let Some(closer) = rest.first_mut() else { break };
        while closer.can_close && closer.left > 0 {
            let Some(floor) = floors.get_mut(closer.class()) else {
                break;
            };
            let candidates = open.iter().rev().take_while(|number| **number >= *floor);
            let found = candidates.enumerate().find_map(|(above, number)| {
                bytes::touched(1);
                openers
                    .get(*number)
                    .filter(|opener| opener.matches(closer))
                    .map(|_| above)
            });
            let Some(above) = found else {
                *floor = at;
                break;
            };
            open.truncate(open.len() - above);
            let Some(opener) = open.last().and_then(|number| openers.get_mut(*number)) else {
                break;
            };
            let style = closer.style(opener.left.min(closer.left));
            opener.left -= style.width();
            opener.opened.push(style);
            closer.left -= style.width();
            closer.closed.push(style);
            if opener.left == 0 {
                open.pop();
            }
        }
        if closer.can_open && closer.left > 0 {
            open.push(at);
        }
    }
    open
}

/// Makes the run that would close everything that is open, for an end that is still arriving.
pub(super) fn close(runs: &mut [Run], open: &[usize]) -> Run {
    let mut closing = Run::new(b'*', 0, None, None);
    for number in open.iter().rev() {
        let Some(opener) = runs.get_mut(*number) else {
            continue;
        };
        // A star inside a word is a multiplication until its closer proves otherwise.
        if opener.after_word && opener.length == 1 {
            continue;
        }
        while opener.left > 0 {
            let style = opener.style(opener.left);
            opener.left -= style.width();
            opener.opened.push(style);
            closing.closed.push(style);
        }
    }
    closing
}

fn is_space(character: Option<char>) -> bool {
    // The end of the text counts as white space.
    character.is_none_or(|character| {
        matches!(
            character,
            '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
    })
}

fn is_punctuation(character: Option<char>) -> bool {
    character.is_some_and(is_mark)
}

/// Punctuation and symbols. Beyond ASCII these are the blocks that consist of them, not Unicode's own table,
/// which would weigh more than this whole module.
pub(super) fn is_mark(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(
            character,
            '\u{a1}'..='\u{a9}' | '\u{ab}'..='\u{b1}' | '\u{b4}' | '\u{b6}'..='\u{b8}' | '\u{bb}' | '\u{bf}'
                | '\u{d7}' | '\u{f7}'
                | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20cf}'
                | '\u{2190}'..='\u{245f}' | '\u{2500}'..='\u{2775}' | '\u{2794}'..='\u{2bff}'
                | '\u{2e00}'..='\u{2e7f}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3020}' | '\u{30fb}'
                | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}'
                | '\u{1f000}'..='\u{1faff}'
        )
}
