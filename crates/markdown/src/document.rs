//! The streaming door: takes an answer in pieces, keeps what is settled apart from what may still change.
//!
//! ```text
//!            whole lines (each once)          blocks that are closed
//!   push ──▶ block::Parser ──▶ one tree ──▶ settled
//!               ▲                       └─▶ tail: what is open, and after it a speculative end:
//!               └── the unfinished last line, taken back by the next push
//! ```
//!
//! The parser sees whole lines only, each exactly once and in order, whatever the pieces were; that is why
//! chunking cannot change the outcome. A block it has closed can never change again, but for one case: a link
//! that stands before its definition. Such an answer is read a second time when it is complete.
//!
//! The cost of a push follows the piece and the open paragraph. Closed items of an open list, the lines of an
//! open code block and the rows of an open table stand in the tree and are not looked at again.

use crate::{block::Parser, bytes, speculate, tree::Block};

/// An answer that is still arriving.
#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
    /// Where the first line begins that the parser has not seen.
    line: usize,
    /// How far line ends have been looked for.
    scanned: usize,
    parser: Parser,
    settled: usize,
    /// Where the line begins from which on there was no room.
    cut: Option<usize>,
    finished: bool,
    revised: bool,
}

impl Document {
    /// An empty answer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text. After [`finish`](Self::finish) there is no more text and this does nothing.
    pub fn push(&mut self, delta: &str) {
        if self.finished {
            return;
        }
        self.text.push_str(delta);
        self.parser.resume();
        self.take_lines();
        self.settled = self.parser.certain().settled();
        let last_line = bytes::from(&self.text, self.line);
        if self.cut.is_none() && self.parser.refuses(last_line) {
            self.cut = Some(self.line);
        }
        let undecided = self.cut.is_some() || speculate::is_undecided(last_line, self.parser.in_fence());
        self.parser.speculate(if undecided { "" } else { last_line });
    }

    /// Ends the answer: everything is settled, nothing speculative remains.
    pub fn finish(&mut self) {
        if self.finished {
            return;
        }
        self.finished = true;
        self.parser.resume();
        self.take_all();
        // A link may stand before its definition. With all definitions known, one more reading finds it.
        if let Some(parser) = self.parser.for_another_reading() {
            let first = std::mem::replace(&mut self.parser, parser);
            (self.line, self.scanned, self.cut) = (0, 0, None);
            self.take_all();
            self.revised = first.blocks() != self.parser.blocks();
        }
        self.settled = self.parser.blocks().len();
    }

    /// The blocks that cannot change any more; only ever appended to, but see [`is_revised`](Self::is_revised).
    pub fn settled(&self) -> &[Block] {
        self.parser.blocks().get(..self.settled).unwrap_or_default()
    }

    /// The open end, closed as if the answer stopped in a sensible place; its end is replaced by every push.
    pub fn tail(&self) -> &[Block] {
        self.parser.blocks().get(self.settled..).unwrap_or_default()
    }

    /// How much of the tree is final, from the outside in: how many blocks of settled and tail together, then
    /// how many children of the block after those, and so on down to what is open. A list's children are its
    /// items, a table's are its rows, and those of a code block are the bytes of its text.
    ///
    /// What was final once stays as it is, so whoever has drawn the tree keeps that much of each level and draws
    /// what comes after it again. Two things do not count as children and may still change on the way: whether a
    /// list is tight, and whether an item is a task.
    ///
    /// ```
    /// let mut document = miptech_chat_markdown::Document::new();
    /// document.push("text\n\n- one\n- two\n\n  ```\n  code\n  more");
    /// // One paragraph; one item of the list; one paragraph of its second item; one line of the code in it.
    /// assert_eq!(document.fixed(), [1, 1, 1, "code".len()]);
    /// ```
    pub fn fixed(&self) -> Vec<usize> {
        self.parser.certain().fixed()
    }

    /// Whether [`finish`](Self::finish) has changed what was settled before, because a link stood before its
    /// definition. Whoever has drawn the tree has to draw all of it again.
    pub fn is_revised(&self) -> bool {
        self.revised
    }

    /// Everything pushed so far, as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of the text that is not in the tree because a cap was reached; it has to pass
    /// [`literal`](crate::literal) before it is shown.
    pub fn rest(&self) -> &str {
        self.cut.map_or("", |cut| bytes::from(&self.text, cut))
    }

    /// Whether a cap was reached, so that some of the answer is shown plainer than it was written or is only in
    /// the [`rest`](Self::rest).
    pub fn is_truncated(&self) -> bool {
        self.cut.is_some() || self.parser.is_truncated()
    }

    /// Hands every line to the parser, the last one too, and closes what is open.
    fn take_all(&mut self) {
        self.take_lines();
        if self.line < self.text.len() {
            self.take_line(self.text.len());
        }
        self.parser.close();
    }

    /// Hands every complete line to the parser.
    fn take_lines(&mut self) {
        while let Some(end) = self
            .text
            .as_bytes()
            .iter()
            .skip(self.scanned)
            .position(|byte| matches!(byte, b'\n' | b'\r'))
        {
            let end = self.scanned + end;
            let after_return = end == self.line && end > 0 && bytes::byte(&self.text, end - 1) == b'\r';
            // The line feed of a CR LF pair, which may arrive in a later piece, ends no line of its own.
            if !(after_return && bytes::byte(&self.text, end) == b'\n') {
                self.take_line(end);
            }
            self.line = end + 1;
            self.scanned = self.line;
        }
        self.scanned = self.text.len();
    }

    /// Hands the line that ends here to the parser, while there is room.
    fn take_line(&mut self, end: usize) {
        let line = bytes::between(&self.text, self.line, end);
        if self.cut.is_none() {
            if self.parser.refuses(line) {
                self.cut = Some(self.line);
                self.parser.close();
            } else {
                self.parser.line(line);
            }
        }
    }
}

/// Reads a whole answer at once.
pub fn parse(text: &str) -> Vec<Block> {
    let mut document = Document::new();
    document.text.push_str(text);
    document.finish();
    document.parser.into_blocks()
}

/// Counts the bytes that reading and copying touch, so that tests can bound the work and need no clock.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count(bytes: usize) {
        BYTES.set(BYTES.get() + bytes);
    }

    pub(super) fn take() -> usize {
        BYTES.replace(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of an ordinary answer; about 400 bytes.
    const SECTION: &str = "## A heading\n\nA paragraph with **bold**, *italic* and `code`, and a\n\
        [link](https://example.com/page) that goes on for a while, as they do.\n\n\
        - one item\n- another one with `code`\n- and a third\n\n```rust\nfn main() {\n    println!(\"hello\");\n}\n```\n\n\
        | name | value |\n|------|------:|\n| one  | 1     |\n| two  | 2     |\n\n";

    #[test]
    fn a_push_costs_nothing_for_what_is_settled() {
        let small = cost(&SECTION.repeat(10));
        let large = cost(&SECTION.repeat(40));
        assert!(
            large < small * 5,
            "four times the text costs {large} instead of {small}"
        );
    }

    #[test]
    fn a_push_into_an_open_block_costs_the_same_however_long_it_is() {
        for (start, more, delta) in [
            ("", "- an item with *text*\n", "- one more"),
            ("", "1. a\n\n   b\n\n", "2. c"),
            ("- a\n", "  - inner\n    - innermost\n", "  - one more"),
            ("```rust\n", "let a = 1;\n", "let b"),
            ("- a\n\n  ```\n", "  let a = 1;\n\n", "  let b"),
            ("", "    let a = 1;\n", "    let b"),
            ("|a|b|\n|-|-|\n", "|c|*d*|\n", "|e|f"),
            ("", "> a\n>\n", "> b"),
            ("> - a\n", ">   > b\n>   >\n", ">   > c"),
        ] {
            let [short, long] = [10, 160].map(|times| {
                let mut document = Document::new();
                document.push(start);
                document.push(&more.repeat(times));
                work::take();
                document.push(delta);
                work::take()
            });
            assert!(long <= short, "{more:?}: {long} instead of {short}");
        }
    }

    #[test]
    fn a_push_into_an_open_paragraph_costs_its_length() {
        let mut document = Document::new();
        document.push(&"word *word* ".repeat(5_000));
        work::take();
        document.push("more");
        assert!(work::take() < document.text().len() * 8);
    }

    #[test]
    fn a_line_is_read_once_however_it_arrives() {
        let answer = SECTION.repeat(10);
        work::take();
        parse(&answer);
        assert!(work::take() < answer.len() * 8);
    }

    /// Bytes looked at or copied for each byte of a hostile text. An address may nest 32 parentheses before it is
    /// none, and so may the one that begins inside it; everything else stays far below.
    const LIMIT: usize = 128;

    /// What makes other readers quadratic, at 64 KiB each.
    #[test]
    fn hostile_text_costs_its_length() {
        let backticks: String = (1..360)
            .map(|length| format!("e{}", "`".repeat(length)))
            .collect();
        let definitions: String = (0..5_000).map(|label| format!("[{label}]: /x\n")).collect();
        let patterns = [
            "*a _a ",
            "*a_ ",
            "a**b",
            "a_ ",
            "_a ",
            "**a ",
            "a** b",
            "a***",
            "~~a",
            "~~",
            "**x _y* ",
            "*a **a *a ",
            "a]",
            "[a",
            "[",
            "]",
            "[]",
            "[[]",
            "[a]",
            "[a][",
            "[a][b]",
            "[a](b",
            "[a](<b",
            "[a](b \"",
            "[a](b '",
            "[a](b (",
            "a[](",
            "![[]()",
            "![",
            "!",
            "[a]: ",
            "[a]: b\n",
            "[a]: b \"\n",
            "[a]\n",
            "[\\]",
            "\\[a](",
            "[](https://a)",
            "[a](https://a) ",
            "[a](https://e.x \"t\\",
            "[a](((",
            "\\",
            "&",
            "&a",
            "&a;",
            "&#",
            "&#x1;",
            "<",
            "<a",
            "<a:",
            "<a@",
            "<!--",
            "<a>",
            "`",
            "`a``",
            "`a",
            "http://",
            " http://a",
            "(https://a@",
            "*https://a)",
            "https://a.b/)",
            "|",
            "|a",
            "|\n",
            "a|\n-|\n",
            "|a|\n|-|\n|b|\n\n",
            "|\\",
            "- a\n",
            "-\n",
            "- ",
            "1. ",
            "> ",
            ">",
            "> - ",
            "> a\n",
            ">\n",
            "- - a\n",
            "\n",
            "\r",
            "a\n",
            "# a\n",
            "#",
            "***\n",
            "* * ",
            "```\n",
            "``` a\n",
            "    a\n",
            "    \n",
            "\t",
            " ",
            "a  \n",
            "x\u{301}",
            "*\u{a0}_",
            "=\n",
            "a\n=\n",
            "hhttps://",
            "a",
        ]
        .map(|pattern| pattern.repeat(65_536 / pattern.len()));
        for text in patterns.iter().chain([&backticks, &definitions]) {
            let begin: String = text.chars().take(20).collect();
            work::take();
            parse(text);
            let whole = work::take();
            assert!(whole < text.len() * LIMIT, "{begin:?}: {whole}");
            let mut document = Document::new();
            document.push(text);
            let open = work::take();
            assert!(open < text.len() * LIMIT, "{begin:?} open: {open}");
        }
    }

    /// The work of pushing a text character by character.
    fn cost(answer: &str) -> usize {
        work::take();
        let mut document = Document::new();
        for character in answer.chars() {
            document.push(character.encode_utf8(&mut [0; 4]));
        }
        document.finish();
        assert_eq!(document.settled(), parse(answer));
        work::take()
    }
}
