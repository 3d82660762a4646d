//! Which rows of a long list stand on the page, and how much room stands in for the others.
//!
//! Knows no page: rows are numbers, and lengths are in [`UNIT`]s, so that sums are exact.
//!
//! The first row in the reader's view is the *anchor*. Whatever becomes known of other rows, the anchor stays
//! where it is in the view. What a row above it turns out to be higher than estimated is taken from the room that stands
//! in for the rows further up, and the page is not scrolled: scrolling would break off a gesture under way. Only where
//! that room could not pay for it, or no row is left for it to stand in for, must the page be scrolled
//! ([`Window::level`]).

use std::ops::Range;

/// How many units make a px: what browsers lay out in.
pub const UNIT: i32 = 64;

/// The list, and what of it is on the page.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// How high each row is, as measured or as estimated.
    heights: Vec<i32>,
    /// The rows around the reader's view.
    near: Range<usize>,
    /// Where the first of them begins.
    start: i32,
    /// The row that stays where it is in the view.
    anchor: usize,
}

/// The room between the rows on the page, asked for row by row, from the first to the last.
#[derive(Clone, Debug)]
pub struct Spaces<'a> {
    window: &'a Window,
    /// The row behind the last one asked for, where it would begin if all rows were on the page, and where that one ends.
    next: usize,
    place: i32,
    end: i32,
}

impl Spaces<'_> {
    /// The room in front of a row; less than nothing where one that is kept would reach over those in view.
    pub fn before(&mut self, row: usize) -> i32 {
        self.place += self.window.sum(self.next..row);
        self.next = row;
        // Rows far above stand wherever there is room for them.
        let is_above = row < self.window.near.start;
        let here = if is_above {
            self.place.max(self.end)
        } else {
            self.place
        };
        let space = here - self.end;
        self.end = here + self.window.height(row);
        space
    }

    /// The room behind the last row asked for.
    pub fn behind(self) -> i32 {
        self.window.end() - self.end
    }
}

impl Window {
    /// The rows are others from here on; the anchor stands at `anchor` among them, unless it is gone.
    pub fn set_rows(&mut self, heights: Vec<i32>, anchor: Option<usize>) {
        self.start = self.place(self.anchor);
        self.heights = heights;
        let last = self.heights.len().saturating_sub(1);
        self.anchor = anchor.unwrap_or(self.anchor).min(last);
        self.near = self.anchor..self.heights.len().min(self.anchor + 1);
    }

    /// The reader's view begins at `top` and is `height` high. Tells whether other rows are near it than before.
    pub fn look(&mut self, top: i32, height: i32) -> bool {
        let before = self.near.clone();
        let bottom = top + height;
        let overscan = height.max(LEAST_OVERSCAN);
        // A dragged scrollbar means a place in the whole list, and not one that far from the rows that were near.
        let is_far = self.start > bottom + overscan || self.place(self.near.end) + overscan < top;
        let (mut row, mut place) = if is_far || before.is_empty() {
            (0, 0)
        } else {
            (before.start, self.start)
        };
        while row > 0 && place > top {
            row -= 1;
            place -= self.height(row);
        }
        while row + 1 < self.heights.len() && place + self.height(row) <= top {
            place += self.height(row);
            row += 1;
        }
        // Rows that come into view from above may turn out to be of any height: what was there already stays.
        let is_known_in_view = !is_far && row < before.start && self.start < bottom;
        self.anchor = if is_known_in_view { before.start } else { row };

        let is_short = self.heights.len() <= MOST_WHOLE;
        let (mut first, mut start) = (row, place);
        while first > 0 && (is_short || row - first < MOST_BEYOND && start > top - overscan) {
            first -= 1;
            start -= self.height(first);
        }
        let mut beyond = 0;
        while row < self.heights.len() && (is_short || beyond < MOST_BEYOND && place < bottom + overscan) {
            beyond += usize::from(place >= bottom);
            place += self.height(row);
            row += 1;
        }
        self.near = first..row;
        self.start = start;
        self.near != before
    }

    /// The reader is to be led to a row, wherever it is.
    pub fn go(&mut self, row: usize) {
        self.anchor = row.min(self.heights.len().saturating_sub(1));
        self.near = self.anchor..self.heights.len().min(self.anchor + 1);
        self.start = self.sum(0..self.anchor);
    }

    /// A row is so high. Tells whether rows on the page have to be put in their places again.
    pub fn measured(&mut self, row: usize, height: i32) -> bool {
        let Some(known) = self.heights.get_mut(row) else {
            return false;
        };
        let grown = height - std::mem::replace(known, height);
        let is_above = row < self.anchor;
        if is_above && self.near.contains(&row) {
            self.start -= grown;
        }
        is_above && grown != 0
    }

    /// Makes the room above the rows near the view plausible again, where it is not: by so much the page is to be
    /// scrolled for the anchor to stay where it is.
    pub fn level(&mut self) -> i32 {
        let above = self.sum(0..self.near.start);
        // No room at all where no row is above; otherwise it may lie by half.
        if above / 2 <= self.start && self.start / 2 <= above && (above == 0) == (self.start == 0) {
            return 0;
        }
        above - std::mem::replace(&mut self.start, above)
    }

    /// The rows on the page: those near the view, and those kept for another reason.
    pub fn on_page(&self, kept: &[Range<usize>]) -> Vec<usize> {
        let is_on_page = |row: &usize| self.near.contains(row) || kept.iter().any(|kept| kept.contains(row));
        (0..self.heights.len()).filter(is_on_page).collect()
    }

    /// The room around the rows on the page, in which the others would stand.
    pub fn spaces(&self) -> Spaces<'_> {
        Spaces {
            window: self,
            next: 0,
            place: self.place(0),
            end: 0,
        }
    }

    /// The row that stays where it is in the view.
    pub fn anchor(&self) -> usize {
        self.anchor
    }

    /// Where a row begins.
    pub fn place(&self, row: usize) -> i32 {
        if row < self.near.start {
            self.start - self.sum(row..self.near.start)
        } else {
            self.start + self.sum(self.near.start..row)
        }
    }

    /// Where the list ends.
    pub fn end(&self) -> i32 {
        self.place(self.heights.len())
    }

    fn height(&self, row: usize) -> i32 {
        self.heights.get(row).copied().unwrap_or_default()
    }

    fn sum(&self, rows: Range<usize>) -> i32 {
        self.heights.get(rows).unwrap_or_default().iter().sum()
    }
}

/// An ordinary conversation is on the page as a whole: everything in it is found and read.
const MOST_WHOLE: usize = 36;

/// Of a longer one, beyond each end of the view as much again is on the page, so that it is there before it is scrolled to, is found by
/// "find in page" and read by a screen reader; but not more rows than these.
const LEAST_OVERSCAN: i32 = 400 * UNIT;
const MOST_BEYOND: usize = 10;
