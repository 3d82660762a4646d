//! Prepared answers and conversations, exactly as long and as quick as somebody who measures asks for.
//!
//! The same request gives the same text in every run.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Answer, extract, stopped};
use crate::fault::Stream;

impl Answer<'_> {
    /// Says a prepared text in pieces of one size.
    ///
    /// Each has its place in a timetable, so one that was late makes none after it late.
    pub(super) async fn stream(&mut self, stream: Stream) {
        let text = text(stream.pieces * stream.size);
        let begun = Instant::now();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            if *self.stop.borrow() {
                return;
            }
            let (piece, following) = rest.split_at(end_of(rest, stream.size));
            rest = following;
            self.content.push_str(piece);
            self.send_delta(piece);
            match stream.per_second {
                Some(per_second) if !rest.is_empty() && !self.platform.is_closing() => {
                    let due =
                        begun + Duration::from_secs_f64(self.deltas as f64 / f64::from(per_second.get()));
                    tokio::select! {
                        () = stopped(&mut self.stop) => {}
                        () = self.platform.closed() => {}
                        () = sleep_until(due) => {}
                    }
                }
                Some(_) | None => tokio::task::yield_now().await,
            }
        }
    }
}

/// A Markdown text of exactly so many characters: whole blocks again and again, then a paragraph that fills up.
pub(super) fn text(length: usize) -> String {
    let mut text = String::new();
    let mut room = length.saturating_sub(CLOSING.chars().count());
    for block in extract::blocks(SAMPLE).iter().cycle() {
        let needed = block.chars().count() + BREAK.len();
        if needed > room {
            break;
        }
        text.push_str(block);
        text.push_str(BREAK);
        room -= needed;
    }
    text.extend(FILLING.chars().cycle().take(room));
    text.extend(CLOSING.chars().take(length));
    text
}

/// A conversation of so many messages, question and answer in turn.
pub(super) fn conversation(length: usize) -> Vec<String> {
    let blocks = extract::blocks(SAMPLE);
    let mut answers = blocks.iter().zip(blocks.iter().skip(1)).cycle();
    let mut conversation = Vec::with_capacity(length);
    for (turn, question) in (1..).zip(QUESTIONS.into_iter().cycle()) {
        if conversation.len() >= length {
            break;
        }
        conversation.push(format!("{question} ({turn})"));
        if let Some((first, second)) = answers.next() {
            conversation.push(format!("{first}{BREAK}{second}"));
        }
    }
    conversation.truncate(length);
    conversation
}

/// Where the first `size` characters end.
fn end_of(text: &str, size: usize) -> usize {
    text.char_indices()
        .nth(size)
        .map_or(text.len(), |(index, _)| index)
}

/// What an assistant of a shop might say, with every construct answers are made of.
const SAMPLE: &str = include_str!("prepared.md");

/// What stands between two blocks.
const BREAK: &str = "\n\n";

/// What fills the last paragraph up.
const FILLING: &str = "And so it goes on, with a few more words about the same. ";

/// The last words, by which a reader knows that nothing is missing.
const CLOSING: &str = "That is all.";

const QUESTIONS: [&str; 4] = [
    "When are you open?",
    "What does it cost to send a parcel to Italy?",
    "It arrived damaged, what can I do?",
    "Is there a way to ask for the state of an order by program?",
];

#[cfg(test)]
mod tests {
    use super::{CLOSING, conversation, end_of, text};

    #[test]
    fn a_text_is_as_long_as_asked_for_and_ends_in_its_last_words() {
        for length in [12, 13, 500, 8_000, 64_000] {
            let text = text(length);
            assert_eq!(text.chars().count(), length);
            assert!(text.ends_with(CLOSING));
            assert_eq!(
                text.matches("```").count() % 2,
                0,
                "a fence is open at the end of {length}"
            );
        }
        assert_eq!(text(4), "That");
    }

    #[test]
    fn a_long_text_has_every_construct() {
        let text = text(8_000);
        for construct in [
            "\n## ",
            "**",
            "\n1. ",
            "\n- ",
            "\n|",
            "\n> ",
            "```ts\n",
            "](https://",
            "\n---\n",
        ] {
            assert!(text.contains(construct), "{construct:?}");
        }
    }

    #[test]
    fn a_conversation_alternates() {
        assert!(conversation(0).is_empty());
        let odd = conversation(9);
        assert_eq!(odd.len(), 9);
        assert!(odd.iter().step_by(2).all(|question| question.contains('?')));
        assert!(odd[1].contains("## Opening hours"));
    }

    #[test]
    fn characters_are_not_bytes() {
        assert_eq!(end_of("15 €!", 4), 6);
        assert_eq!(end_of("15", 4), 2);
    }
}
