//! A line's cursor. Indentation is measured in columns, and a tab reaches to the next multiple of four.

use crate::bytes;

/// What is left of a line after its containers' markers.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    text: &'a str,
    at: usize,
    /// The column of `at` in the whole line, which decides how wide a tab is.
    column: usize,
    /// Columns left of a tab of which a marker took only a part.
    spare: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            column: 0,
            spare: 0,
        }
    }

    /// Takes up to `columns` columns of white space.
    pub(super) fn skip_columns(&mut self, mut columns: usize) {
        while columns > 0 {
            if self.spare == 0 {
                match bytes::byte(self.text, self.at) {
                    b' ' => self.spare = 1,
                    b'\t' => self.spare = 4 - self.column % 4,
                    _ => return,
                }
                self.at += 1;
            }
            let taken = columns.min(self.spare);
            self.spare -= taken;
            self.column += taken;
            columns -= taken;
        }
    }

    /// Takes the indentation and then `marker` bytes.
    pub(super) fn skip_marker(&mut self, marker: usize) {
        self.skip_columns(self.indent());
        self.at += marker;
        self.column += marker;
    }

    /// Columns of white space ahead.
    pub(super) fn indent(&self) -> usize {
        let mut column = self.column + self.spare;
        for byte in self.ahead().bytes() {
            match byte {
                b' ' => column += 1,
                b'\t' => column += 4 - column % 4,
                _ => break,
            }
        }
        column - self.column
    }

    /// The rest without its indentation.
    pub(super) fn rest(&self) -> &'a str {
        let ahead = self.ahead();
        bytes::from(ahead, bytes::count(ahead, bytes::is_blank))
    }

    /// The rest with its indentation, for code.
    pub(super) fn push_verbatim(&self, onto: &mut String) {
        for _ in 0..self.spare {
            onto.push(' ');
        }
        onto.push_str(self.ahead());
    }

    pub(super) fn is_blank(&self) -> bool {
        self.rest().is_empty()
    }

    fn ahead(&self) -> &'a str {
        bytes::from(self.text, self.at)
    }
}
