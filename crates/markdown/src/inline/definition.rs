//! Link reference definitions: reading them off a paragraph's start, keeping them, finding them by label.

use super::link::{self, Part};
use crate::{
    block::Ending,
    bytes::{self, byte, from},
};

/// The definitions seen so far, and whether a use came before its definition could be known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions {
    /// Label and address, sorted by label.
    entries: Vec<(String, String)>,
    missed: bool,
    late: bool,
}

impl Definitions {
    /// The address behind a label.
    pub(super) fn find(&mut self, label: &str) -> Option<String> {
        match self.position(&normal(label)) {
            Ok(at) => self.entries.get(at).map(|(_, address)| address.clone()),
            Err(_) => {
                self.missed = true;
                None
            }
        }
    }

    /// Whether a definition came after a label that was not found, so that another reading may find it.
    pub(crate) fn is_late(&self) -> bool {
        self.late
    }

    /// The same definitions for another reading of the same text.
    pub(crate) fn for_another_reading(self) -> Self {
        Self {
            entries: self.entries,
            ..Self::default()
        }
    }

    /// The first definition of a label is the one that counts.
    fn add(&mut self, label: &str, address: String) {
        let label = normal(label);
        if let Err(at) = self.position(&label) {
            self.entries.insert(at, (label, address));
            self.late |= self.missed;
        }
    }

    fn position(&self, label: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|(known, _)| known.as_str().cmp(label))
    }
}

/// What is left of a paragraph after the definitions at its start, which go to `found`. Of a paragraph that may
/// still grow nothing is left while its start may become a definition.
pub(crate) fn strip<'a>(text: &'a str, ending: Ending, mut found: Option<&mut Definitions>) -> &'a str {
    let mut rest = text;
    loop {
        match definition(rest) {
            Part::Complete {
                content: (label, address),
                end,
            } => {
                if let Some(definitions) = &mut found {
                    definitions.add(label, link::unescape(address));
                }
                rest = from(rest, end);
            }
            Part::Unfinished if ending == Ending::Open => return "",
            Part::Absent | Part::Unfinished => return rest,
        }
    }
}

/// Reads `[label]: address "title"` with the line end after it.
fn definition(text: &str) -> Part<(&str, &str)> {
    // A label that begins like this is a footnote's, which is text.
    if byte(text, 0) != b'[' || byte(text, 1) == b'^' {
        return Part::Absent;
    }
    let (label, end) = match link::label(text, 0) {
        Part::Absent => return Part::Absent,
        Part::Complete { content, end } => (content, end),
        Part::Unfinished => return Part::Unfinished,
    };
    if end >= text.len() {
        return Part::Unfinished;
    }
    if byte(text, end) != b':' || label.trim_ascii().is_empty() {
        return Part::Absent;
    }
    let start = link::skip_space(text, end + 1);
    let (address, after) = match link::address(text, start) {
        Part::Absent => return Part::Absent,
        Part::Complete { content, end } => (content, end),
        Part::Unfinished => return Part::Unfinished,
    };
    if after == start {
        return Part::Absent;
    }
    let content = (label, address);
    // Where the address ends its line, what follows may be a title or the paragraph's text.
    let without_title = line_end(text, after);
    let at = link::skip_space(text, after);
    let with_title = if at > after && matches!(byte(text, at), b'"' | b'\'' | b'(') {
        match link::title(text, at) {
            Part::Absent => None,
            Part::Complete { end, .. }
                if from(text, end).trim_ascii().is_empty() && line_end(text, end).is_none() =>
            {
                return Part::Unfinished;
            }
            Part::Complete { end, .. } => line_end(text, end),
            Part::Unfinished => return Part::Unfinished,
        }
    } else {
        None
    };
    match with_title.or(without_title) {
        Some(end) => Part::Complete { content, end },
        None if at >= text.len() => Part::Unfinished,
        None => Part::Absent,
    }
}

/// Where the next line begins if nothing but white space stands before it.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let end = at + bytes::count(from(text, at), bytes::is_blank);
    (byte(text, end) == b'\n').then_some(end + 1)
}

/// A label as labels are compared: without regard to case and to the amount of white space.
///
/// Case is folded where one rule covers a script: Latin without its extensions, Greek, Cyrillic. The whole of
/// Unicode's table would weigh more than all of this file.
fn normal(label: &str) -> String {
    let mut normal = String::with_capacity(label.len());
    for word in label.split_ascii_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        for character in word.chars() {
            let shift = match character {
                'ß' | 'ẞ' => {
                    normal.push_str("ss");
                    continue;
                }
                'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ω' | 'А'..='Я' => 32,
                'Ѐ'..='Џ' => 80,
                'ς' => 1,
                _ => 0,
            };
            normal.push(char::from_u32(u32::from(character) + shift).unwrap_or(character));
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_without_case_and_white_space() {
        for (one, other) in [
            ("Foo  Bar", " foo\nbar "),
            ("ẞ", "SS"),
            ("ΑΓΩΣ", "αγως"),
            ("ЁЖ", "ёж"),
            ("Éa", "éA"),
        ] {
            assert_eq!(normal(one), normal(other));
        }
        assert_ne!(normal("a b"), normal("ab"));
        assert_ne!(normal("×"), normal("÷"));
    }

    #[test]
    fn what_may_become_a_definition_shows_nothing_yet() {
        for (text, expected) in [
            ("[a", ""),
            ("[a]", ""),
            ("[a]:", ""),
            ("[a]: b", ""),
            ("[a]: b ", ""),
            ("[a]: b \"c", ""),
            ("[a]: b \"c\"", ""),
            ("[a]: b\n\"c", ""),
            ("[a]: b\n\"c\" d", "\"c\" d"),
            ("[a]: b\nc", "c"),
            ("[a]: b\n[c", ""),
            ("[a]: b c", "[a]: b c"),
            ("[a] ", "[a] "),
            ("[a](", "[a]("),
            ("[^a]: b", "[^a]: b"),
        ] {
            assert_eq!(strip(text, Ending::Open, None), expected, "{text:?}");
        }
    }
}
