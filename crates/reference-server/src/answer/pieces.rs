//! Cuts a finished text into the small deltas a model would stream.

/// Cuts into pieces of two to eight characters; marks that belong to a character stay with it.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    for length in RHYTHM.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, following) = rest.split_at(cut(rest, length));
        pieces.push(piece);
        rest = following;
    }
    pieces
}

/// Where the first `length` characters end, marks that cling to the last one included.
fn cut(text: &str, length: usize) -> usize {
    let mut before = None;
    for (count, (index, letter)) in text.char_indices().enumerate() {
        if count >= length && !clings(before, letter) {
            return index;
        }
        before = Some(letter);
    }
    text.len()
}

/// Whether a character is shown as part of the one before it: combining marks, joiners, variation
/// selectors, skin tones.
fn clings(before: Option<char>, letter: char) -> bool {
    before == Some('\u{200D}')
        || matches!(letter, '\u{0300}'..='\u{036F}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

/// The lengths of the pieces: uneven like a model's, and the same in every run.
const RHYTHM: [usize; 7] = [3, 5, 2, 7, 4, 8, 6];

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_pieces_are_the_text() {
        let text = "Perché no? A family 👨‍👩‍👧 and e\u{301}, again and again.";
        let pieces = split(text);
        assert_eq!(pieces.concat(), text);
        assert!(pieces.len() > 5);
        assert!(
            pieces
                .iter()
                .all(|piece| !piece.starts_with(['\u{301}', '\u{200D}']))
        );
    }

    #[test]
    fn nothing_has_no_pieces() {
        assert!(split("").is_empty());
    }
}
