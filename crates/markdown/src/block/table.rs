//! The lines of a table, and the parser's part that takes them.

use super::{Ending, Leaf, Parser};
use crate::{
    budget::{MAX_COLUMNS, MAX_ROWS},
    bytes,
    tree::{Alignment, Block, Row},
};

impl Parser {
    /// Turns the open paragraph's last line into a table's header if `rest` is its delimiter row.
    pub(super) fn begin_table(&mut self, rest: &str) -> bool {
        let Leaf::Paragraph { text } = &self.open.leaf else {
            return false;
        };
        let Some(alignments) = delimiters(rest) else {
            return false;
        };
        let (before, header) = text.rsplit_once('\n').unwrap_or(("", text));
        let columns = cells(header, alignments.len() + 1).len();
        if columns != alignments.len() || !header.contains('|') {
            return false;
        }
        if columns > MAX_COLUMNS {
            self.open.budget.truncate();
            return false;
        }
        let (before, header) = (before.to_owned(), header.to_owned());
        self.open.leaf = Leaf::None;
        self.paragraph(before, Ending::Final);
        let header = self.row(&header, columns, Ending::Final);
        self.add(Block::Table {
            alignments,
            header,
            rows: Vec::new(),
        });
        self.open.leaf = Leaf::Table { columns, rows: 0 };
        true
    }

    /// Adds a row to the open table, or refuses it because the table is full.
    pub(super) fn table_row(&mut self, rest: &str) -> bool {
        let Leaf::Table { columns, rows } = self.open.leaf else {
            return false;
        };
        if rows >= MAX_ROWS {
            self.open.budget.truncate();
            return false;
        }
        let row = self.row(rest, columns, self.open.ending);
        if let Some(Block::Table { rows, .. }) = self.leaf_block() {
            rows.push(row);
        }
        self.open.leaf = Leaf::Table {
            columns,
            rows: rows + 1,
        };
        true
    }

    /// Parses a row's cells; the last one written is the one that may still grow.
    pub(super) fn row(&mut self, row: &str, columns: usize, ending: Ending) -> Row {
        let cells = cells(row, columns);
        self.open.budget.spend(columns);
        let mut parsed = Vec::with_capacity(columns);
        for at in 0..columns {
            let ending = if at + 1 < cells.len() {
                Ending::Final
            } else {
                ending
            };
            let cell = cells.get(at).map_or("", String::as_str);
            parsed.push(self.inlines(cell, ending));
        }
        parsed
    }
}

/// Splits a row at its bars; an escaped bar stays in its cell. Cells beyond `limit` are dropped.
pub(super) fn cells(row: &str, limit: usize) -> Vec<String> {
    let row = row.trim_ascii();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut escaped = false;
    for character in row.chars() {
        if character == '|' && !escaped {
            cells.push(trimmed(&cell));
            if cells.len() == limit {
                return cells;
            }
            cell.clear();
        } else {
            if character == '|' {
                cell.pop();
            }
            cell.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    // The bar at the row's end closes the last cell and opens none.
    if !cell.trim_ascii().is_empty() {
        cells.push(trimmed(&cell));
    }
    cells
}

/// Reads a delimiter row such as `|:--|--:|`; a bar is required, so that `---` stays a rule.
pub(super) fn delimiters(row: &str) -> Option<Vec<Alignment>> {
    // Checked first because most lines are no delimiter row, and splitting allocates.
    if !row.contains('|')
        || !row
            .bytes()
            .all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ' | b'\t'))
    {
        return None;
    }
    let cells = cells(row, usize::MAX);
    let alignments: Option<Vec<Alignment>> = cells.iter().map(|cell| alignment(cell)).collect();
    alignments.filter(|alignments| !alignments.is_empty())
}

fn alignment(cell: &str) -> Option<Alignment> {
    let left = cell.starts_with(':');
    let dashes = bytes::from(cell, usize::from(left));
    let right = dashes.ends_with(':');
    let dashes = if right {
        bytes::between(dashes, 0, dashes.len() - 1)
    } else {
        dashes
    };
    if dashes.is_empty() || bytes::run(dashes, b'-') < dashes.len() {
        return None;
    }
    Some(match (left, right) {
        (true, true) => Alignment::Center,
        (true, false) => Alignment::Left,
        (false, true) => Alignment::Right,
        (false, false) => Alignment::None,
    })
}

fn trimmed(cell: &str) -> String {
    cell.trim_ascii().to_owned()
}
