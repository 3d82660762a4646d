//! A page with a window on it: it knows how high rows really are, and lays out what it is given.

use miptech_chat_window::{UNIT, Window};

/// How high the view is.
const VIEW: i32 = 500 * UNIT;

pub(crate) struct Page {
    pub(crate) window: Window,
    /// How far the page was scrolled without the reader.
    pub(crate) scrolled_by_us: i32,
    /// What each row is called and how high it is.
    rows: Vec<(usize, i32)>,
    /// What the window believes before a row was on the page.
    estimate: i32,
    measured: Vec<usize>,
    kept: Option<usize>,
    names: usize,
    top: i32,
    on_page: Vec<usize>,
    spaces: Vec<i32>,
    behind: i32,
}

impl Page {
    pub(crate) fn with(heights: Vec<i32>) -> Self {
        let mut page = Self {
            window: Window::default(),
            scrolled_by_us: 0,
            rows: Vec::new(),
            estimate: 100 * UNIT,
            measured: Vec::new(),
            kept: None,
            names: 0,
            top: 0,
            on_page: Vec::new(),
            spaces: Vec::new(),
            behind: 0,
        };
        page.insert(0, heights);
        page
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// From here on every row is believed to be so high until it was on the page.
    pub(crate) fn estimate(&mut self, height: i32) {
        self.estimate = height;
        self.measured.clear();
        self.renew(None);
        self.draw();
    }

    /// The reader scrolls; gives by how much.
    pub(crate) fn scroll(&mut self, by: i32) -> i32 {
        let before = self.top;
        self.top = (self.top + by).clamp(0, self.most());
        let by = self.top - before;
        self.draw();
        by
    }

    /// The reader drags the scrollbar.
    pub(crate) fn jump(&mut self, to: u16) {
        let share = i64::from(self.most()) * i64::from(to) / i64::from(u16::MAX);
        self.top = i32::try_from(share).unwrap_or(i32::MAX);
        // What turns out lower than estimated leads further, until the end is there.
        for _ in 0..20 {
            self.draw();
            self.top = if to == u16::MAX {
                self.most()
            } else {
                self.top.min(self.most())
            };
        }
    }

    pub(crate) fn go(&mut self, row: usize) {
        self.window.go(row);
        self.top = self.window.place(row);
        self.draw();
    }

    pub(crate) fn insert(&mut self, at: usize, heights: Vec<i32>) -> i32 {
        let anchor = self.anchor();
        for (index, height) in heights.into_iter().enumerate() {
            self.rows.insert(at + index, (self.names, height));
            self.names += 1;
        }
        self.renew(anchor);
        self.draw();
        0
    }

    pub(crate) fn remove(&mut self, at: u16) -> i32 {
        if !self.rows.is_empty() {
            let anchor = self.anchor();
            self.rows.remove(usize::from(at) % self.rows.len());
            self.renew(anchor);
            self.draw();
        }
        0
    }

    /// A row on the page gets another height by itself.
    pub(crate) fn resize(&mut self, at: u16, height: i32) -> i32 {
        let Some(row) = self
            .on_page
            .get(usize::from(at) % self.on_page.len().max(1))
            .copied()
        else {
            return 0;
        };
        self.rows[row].1 = height;
        if self.window.measured(row, height) {
            self.put();
        }
        self.draw();
        0
    }

    /// The focus goes into a row on the page, and out of another.
    pub(crate) fn keep(&mut self, at: u16) -> i32 {
        let row = self.on_page.get(usize::from(at) % self.on_page.len().max(1));
        self.kept = row.map(|row| self.rows[*row].0);
        0
    }

    /// The names of the rows in view and where they begin in it.
    pub(crate) fn in_view(&self) -> Vec<(usize, i32)> {
        let places = self.places().into_iter();
        let seen = places.filter(|(row, place)| *place < VIEW && place + self.rows[*row].1 > 0);
        seen.map(|(row, place)| (self.rows[row].0, place)).collect()
    }

    /// Whether the list ends in view and cannot be scrolled further.
    pub(crate) fn is_cramped(&self) -> bool {
        self.top == 0 || self.top >= self.most()
    }

    /// Where in the view a row of this name begins, if it is on the page.
    pub(crate) fn place_in_view(&self, name: usize) -> Option<i32> {
        let found = self
            .places()
            .into_iter()
            .find(|(row, _)| self.rows[*row].0 == name);
        found.map(|(_, place)| place)
    }

    /// The view shows rows from its beginning to its end, or to the list's.
    pub(crate) fn check(&self) {
        let seen = self.in_view();
        let lowest = seen.iter().map(|(_, place)| *place).min();
        assert!(
            self.rows.is_empty() || lowest.is_some_and(|lowest| lowest <= 0),
            "no row at the top of the view"
        );
        let last = self
            .places()
            .into_iter()
            .map(|(row, place)| place + self.rows[row].1)
            .max();
        let is_whole = self.rows.is_empty() || self.on_page.contains(&(self.rows.len() - 1));
        assert!(
            is_whole || last.is_some_and(|last| last >= VIEW),
            "no row at the bottom of the view"
        );
        assert!(self.behind >= 0);
        let kept = self
            .kept
            .and_then(|name| self.rows.iter().position(|row| row.0 == name));
        assert!(
            kept.is_none_or(|row| self.on_page.contains(&row)),
            "a kept row is gone"
        );
    }

    fn anchor(&self) -> Option<usize> {
        self.rows.get(self.window.anchor()).map(|row| row.0)
    }

    fn renew(&mut self, anchor: Option<usize>) {
        let height = |row: &(usize, i32)| {
            if self.measured.contains(&row.0) {
                row.1
            } else {
                self.estimate
            }
        };
        let heights = self.rows.iter().map(height).collect();
        let anchor = anchor.and_then(|anchor| self.rows.iter().position(|row| row.0 == anchor));
        self.window.set_rows(heights, anchor);
    }

    fn draw(&mut self) {
        self.window.look(self.top, VIEW);
        loop {
            let kept = self
                .kept
                .and_then(|name| self.rows.iter().position(|row| row.0 == name));
            let kept: Vec<_> = kept.into_iter().map(|row| row..row + 1).collect();
            self.on_page = self.window.on_page(&kept);
            for row in self.on_page.clone() {
                self.measured.push(self.rows[row].0);
                self.window.measured(row, self.rows[row].1);
            }
            self.put();
            if !self.window.look(self.top, VIEW) {
                return;
            }
        }
    }

    fn put(&mut self) {
        let shift = self.window.level();
        self.top += shift;
        self.scrolled_by_us += shift.abs();
        let mut spaces = self.window.spaces();
        self.spaces = self.on_page.iter().map(|row| spaces.before(*row)).collect();
        self.behind = spaces.behind();
        self.top = self.top.clamp(0, self.most());
    }

    /// The rows on the page, and where in the view they begin: laid out one after the other, as a browser does.
    fn places(&self) -> Vec<(usize, i32)> {
        let mut end = -self.top;
        let mut place = |(row, space): (&usize, &i32)| {
            let here = end + space;
            end = here + self.rows[*row].1;
            (*row, here)
        };
        self.on_page.iter().zip(&self.spaces).map(&mut place).collect()
    }

    /// How far the page can be scrolled.
    fn most(&self) -> i32 {
        let drawn: i32 = self.on_page.iter().map(|row| self.rows[*row].1).sum();
        (self.spaces.iter().sum::<i32>() + drawn + self.behind - VIEW).max(0)
    }
}
