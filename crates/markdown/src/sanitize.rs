//! Characters that may not reach the page: they hide text, reorder their surroundings, or pile up.
//!
//! Runs on text that is already decoded, so a character reference gets no further than the character itself.

/// Marks kept in one run; more only grow over the neighbouring lines.
const MAX_MARKS: usize = 8;

/// Where the text will stand.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// Code, where a reordering character is a finding: it is replaced by a visible one.
    Code,
    /// Everything else, where it is dropped.
    Prose,
}

/// A text as it may be shown without being read as Markdown: without hidden characters, and with a visible one
/// where a character would reorder its surroundings.
pub fn literal(text: &str) -> String {
    clean(text, Place::Code)
}

/// The text without the characters that may not reach the page.
pub(crate) fn clean(text: &str, place: Place) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut marks = 0;
    for character in text.chars() {
        // Most of every text, and nothing below is about it.
        if matches!(character, ' '..='~') {
            marks = 0;
            cleaned.push(character);
            continue;
        }
        // Scripts and emoji need one joiner after a letter of theirs; others could carry a hidden message.
        let may_join = |before: char| !before.is_ascii() && !is_joiner(before);
        if is_hidden(character) || is_joiner(character) && !cleaned.chars().next_back().is_some_and(may_join)
        {
            continue;
        }
        if is_mark(character) {
            marks += 1;
            if marks > MAX_MARKS {
                continue;
            }
        } else if is_variation_selector(character) {
            // A run of selectors can carry a hidden message; one alone chooses between two emoji styles.
            if marks > 0 {
                continue;
            }
            marks = MAX_MARKS;
        } else if is_reordering(character) {
            if place == Place::Code {
                cleaned.push(char::REPLACEMENT_CHARACTER);
            }
            continue;
        } else {
            marks = 0;
        }
        cleaned.push(if is_unprintable(character) {
            char::REPLACEMENT_CHARACTER
        } else {
            character
        });
    }
    cleaned
}

/// Whether an address has to lose this character before its scheme can be judged.
pub(crate) fn is_dropped_from_addresses(character: char) -> bool {
    is_reordering(character)
        || is_hidden(character)
        || is_unprintable(character)
        || is_joiner(character)
        || matches!(character, '\t' | '\n' | '\r')
}

/// Bidirectional overrides, embeddings and isolates.
fn is_reordering(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Zero-width characters, directional marks, invisible operators, fillers, tag characters, variation selectors
/// other than the first sixteen: Unicode's default ignorable characters, but for the two joiners.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The two characters that make letters join or not, and emoji one.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

/// Control characters other than tab and line feed, and noncharacters.
fn is_unprintable(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}'
    ) || u32::from(character) & 0xfffe == 0xfffe
}

/// The marks that stack over or under a letter, as far as a few ranges hold them.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}' | '\u{6d6}'..='\u{6ed}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
            | '\u{f71}'..='\u{f84}' | '\u{f8d}'..='\u{fbc}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{302a}'..='\u{302f}'
            | '\u{a66f}'..='\u{a67d}' | '\u{fe20}'..='\u{fe2f}'
    )
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_reordering_characters_do_not_reach_prose() {
        for (input, expected) in [
            ("a\u{202e}b\u{2069}c", "abc"),
            ("a\u{200b}\u{feff}\u{2060}b", "ab"),
            ("a\u{e0041}\u{e007f}b", "ab"),
            (
                "\0\u{ffff}\u{1b}[31m\u{fdd0}\u{1fffe}",
                "\u{fffd}\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}",
            ),
            ("क\u{200d}ष\u{200c}", "क\u{200d}ष\u{200c}"),
            ("क\u{200d}\u{200c}\u{200d}ष a\u{200d}b", "क\u{200d}ष ab"),
            (
                "👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥",
                "👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥",
            ),
            ("pass\u{ad}word\u{200e}\u{3164}\u{180b}", "password"),
            ("❤\u{fe0f}\u{fe0f}\u{fe01}!", "❤\u{fe0f}!"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}"),
            ("tab\tkept\nand lines", "tab\tkept\nand lines"),
        ] {
            assert_eq!(clean(input, Place::Prose), expected, "{input:?}");
        }
    }

    #[test]
    fn code_shows_where_a_reordering_character_stood() {
        assert_eq!(clean("if\u{202e} x\u{200b}", Place::Code), "if\u{fffd} x");
    }

    #[test]
    fn eight_marks_are_enough() {
        let piled = format!("a{}b\u{301}", "\u{301}".repeat(10_000));
        assert_eq!(
            clean(&piled, Place::Prose),
            format!("a{}b\u{301}", "\u{301}".repeat(8))
        );
    }
}
