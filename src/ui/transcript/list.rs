//! The rows near the reader's view, in their places; of the others only the room they would take.
//!
//! Where rows stand is reckoned by [`Window`]. Here it is told what the page knows, and the page is given what it says.

use js_sys::Array;
use leptos::prelude::AnimationFrameRequestHandle;
use miptech_chat_window::{UNIT, Window};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ResizeObserverEntry, ResizeObserverSize};

use super::kept::kept;
use crate::ui::{
    context::Ui,
    element::{focused, set},
    later,
    lines::{Line, Lines},
    live::Live,
    model::Row,
};

/// The list of messages on the page.
pub(in crate::ui) struct List {
    ui: Ui,
    scroller: HtmlElement,
    list: HtmlElement,
    rows: Vec<Row>,
    window: Window,
    lines: Lines,
    /// Which row stands in which line.
    on_page: Vec<usize>,
    /// How much room stands below the last line.
    behind: i32,
    /// The row whose beginning the reader is led to, until it is as high as it will be: an answer is painted only once it
    /// is on the page, and before that the page may be too short.
    aim: Option<usize>,
    /// Whether lines were put on the page of whose sizes the browser has still to tell.
    is_unpainted: bool,
    /// When rows are put on the page that had to wait.
    pub(super) waiting: Option<AnimationFrameRequestHandle>,
    /// Where the view began when it was last seen, and how far down it could begin.
    seen: (i32, i32),
    /// Whether a pointer was put on the list since its end was last reached.
    pub(super) has_hold: bool,
    /// Whether an answer the reader missed begins below the view.
    is_missed: Live<bool>,
}

impl List {
    #[inline(never)]
    pub(super) fn new(
        ui: Ui,
        (scroller, list): (HtmlElement, HtmlElement),
        lines: Lines,
        is_missed: Live<bool>,
    ) -> Self {
        Self {
            ui,
            scroller,
            list,
            rows: Vec::new(),
            window: Window::default(),
            lines,
            on_page: Vec::new(),
            behind: 0,
            aim: None,
            is_unpainted: false,
            waiting: None,
            seen: (0, 0),
            has_hold: false,
            is_missed,
        }
    }

    /// Shows these rows.
    #[inline(never)]
    pub(super) fn show(&mut self, rows: Vec<Row>) {
        // Nothing to measure: the chat opens without laying the page out for it.
        if rows.is_empty() && self.rows.is_empty() {
            return;
        }
        let anchor = self.rows.get(self.window.anchor()).map(Row::key);
        let anchor = anchor.and_then(|key| rows.iter().position(|row| row.key() == key));
        self.window
            .set_rows(rows.iter().map(Row::height).collect(), anchor);
        self.rows = rows;
        self.aim = None;
        self.draw(true);
    }

    /// Leads the reader to the beginning of a row.
    pub(super) fn go(&mut self, row: usize) {
        self.window.go(row);
        self.aim = Some(row);
        self.is_unpainted = false;
        self.draw(true);
        self.aim = self.aim.filter(|_| self.is_unpainted);
    }

    /// The reader wants to see what is further up.
    pub(super) fn leave_end(&self) {
        if self.scroller.scroll_top() > 0 {
            self.ui.model.set_follows(false);
        }
    }

    /// Leads the reader to the end, and keeps them there.
    pub(super) fn go_to_end(&mut self) {
        self.ui.model.set_follows(true);
        self.aim = None;
        self.draw(false);
    }

    /// Leads the reader to the beginning of what came while they were elsewhere.
    pub(super) fn go_to_missed(&mut self) {
        if let Some(row) = self.missed() {
            self.go(row);
            self.ui.model.set_found();
            self.is_missed.set(false);
            // The button goes, and the focus with it, unless it is led where keys scroll on.
            let _gone_meanwhile = self.scroller.focus();
        }
    }

    /// The reader scrolled, or what is in view changed below them.
    pub(super) fn scrolled(&mut self) {
        let (top, end) = self.view();
        let is_same_length = end == self.seen.1;
        // A list that grows faster than it is scrolled, or shrinks for a moment, moves without anybody's hand, and so does
        // one whose view grows. One that moves up and did none of it was scrolled, be it by a screen reader.
        let is_scrolled_up = top < self.seen.0 && (self.has_hold || is_same_length);
        if end - top < NEAR_END_PX && !(top < self.seen.0 && is_same_length) {
            self.ui.model.set_follows(true);
            self.has_hold = false;
        } else if is_scrolled_up {
            self.ui.model.set_follows(false);
        }
        self.seen = (top, end);
        self.draw(false);
    }

    /// Lines got another height, or the view did. Tells whether other rows may be near since, which must wait: of what is put
    /// on the page while the browser tells of lines, it would tell too late.
    pub(super) fn resized(&mut self, entries: &Array) -> bool {
        let (mut is_view, mut is_uncovered, mut is_moved) = (false, false, false);
        for entry in entries.iter() {
            let entry: ResizeObserverEntry = entry.unchecked_into();
            let target = entry.target();
            let lines = self.lines.on_page().iter().zip(&self.on_page);
            let Some((line, row)) = lines.rev().find(|(line, _)| **line.element == *target) else {
                is_view = true;
                continue;
            };
            let size: ResizeObserverSize = entry.border_box_size().get(0).unchecked_into();
            let height = (size.block_size() * f64::from(UNIT) + 0.5) as i32;
            is_uncovered |= height + UNIT <= line.row.height();
            line.row.set_height(height);
            is_moved |= self.window.measured(*row, height);
        }
        if let Some(row) = self.aim.take() {
            self.put(Some(self.window.place(row) / UNIT));
        } else if is_moved {
            // What shrank above the view may have left too little below it, and the browser has scrolled back for that.
            self.put(Some(self.seen.0));
        } else if self.ui.model.follows_now() {
            self.scroll_to_end();
        }
        self.note();
        if is_view {
            self.draw(false);
        }
        is_uncovered && !is_view
    }

    /// Puts the rows near the view on the page; `is_due` where others are known to be missing.
    pub(super) fn draw(&mut self, mut is_due: bool) {
        let height = self.scroller.client_height() * UNIT;
        for _ in 0..MOST_ROUNDS {
            let top = match self.aim {
                Some(row) => self.window.place(row),
                None if self.ui.model.follows_now() => self.window.end() - height,
                None => self.scroller.scroll_top() * UNIT,
            };
            is_due |= self.window.look(top, height);
            if !std::mem::take(&mut is_due) {
                break;
            }
            self.fill();
            self.put(self.aim.map(|row| self.window.place(row) / UNIT));
        }
        if self.ui.model.follows_now() {
            self.scroll_to_end();
        }
        self.note();
        self.look_for_missed();
    }

    /// Draws the lines that are on the page from here on, and measures those that were not.
    fn fill(&mut self) {
        let kept = kept(&self.list, self.lines.on_page()).map(|kept| {
            let rows = kept.and_then(|(first, last)| Some(self.index_of(first)?..self.index_of(last)? + 1));
            rows.unwrap_or_default()
        });
        self.on_page = self.window.on_page(&kept);
        self.lines.draw(&self.list, &self.rows, &self.on_page);
        if later::is_whole() {
            let focused = focused(&self.list);
            let lines = self.lines.on_page();
            let places = (&*self.on_page, self.window.anchor());
            later::rest::mark(&self.ui, lines, &self.rows, places, focused.as_ref());
        }
        // Measuring lays the page out: without the room above it would be shorter than where the view is.
        self.place();
        let many = self.rows.len().to_string();
        for (line, row) in self.lines.on_page().iter().zip(&self.on_page) {
            // A screen reader hears how many there are, and which of them this is.
            set(&line.element, "aria-setsize", &many);
            set(&line.element, "aria-posinset", &(row + 1).to_string());
            self.is_unpainted |= line.is_new;
            // A line is lower below one of the same speaker, so others may have changed too. Less than a px is for the
            // browser to tell, and inside of what is not shown, nothing is of any height.
            let height = line.element.offset_height() * UNIT;
            if height > 0 && (line.row.height() - height).abs() >= UNIT {
                line.row.set_height(height);
                self.window.measured(*row, height);
            }
        }
    }

    /// Puts the lines in their places, and the view where the anchor is, or where it is said.
    fn put(&mut self, top: Option<i32>) {
        let shift = self.window.level();
        self.place();
        if self.ui.model.follows_now() {
            return self.scroll_to_end();
        }
        if let Some(top) = top.filter(|top| self.scroller.scroll_top() != *top) {
            self.scroller.set_scroll_top(top);
        }
        if shift != 0 {
            self.scroller
                .scroll_by_with_x_and_y(0.0, f64::from(shift) / f64::from(UNIT));
        }
    }

    /// Gives every line the room above it.
    fn place(&mut self) {
        let mut spaces = self.window.spaces();
        for (line, row) in self.lines.on_page().iter_mut().zip(&self.on_page) {
            let space = spaces.before(*row);
            if line.space != space {
                line.space = space;
                set_room(&line.element, "margin-block-start", space);
            }
        }
        let behind = spaces.behind();
        if self.behind != behind {
            self.behind = behind;
            set_room(&self.list, "padding-block-end", behind);
        }
    }

    pub(super) const fn scroller(&self) -> &HtmlElement {
        &self.scroller
    }

    /// The message above or below the one an article shows, by its row.
    pub(super) fn neighbour(&mut self, article: &HtmlElement, is_below: bool) -> Option<usize> {
        let lines = self.lines.on_page().iter().zip(&self.on_page);
        let (_, row) = lines
            .into_iter()
            .find(|(line, _)| line.element.contains(Some(article)))?;
        let is_message = |row: &usize| self.rows.get(*row).is_some_and(|row| !row.is_break());
        if is_below {
            (row + 1..self.rows.len()).find(is_message)
        } else {
            (0..*row).rev().find(is_message)
        }
    }

    /// Has a row on the page and in view, and gives its line.
    pub(super) fn bring(&mut self, row: usize) -> Option<&Line> {
        if !self.on_page.contains(&row) {
            self.go(row);
        }
        let place = self.on_page.iter().position(|on_page| *on_page == row)?;
        self.lines.on_page().get(place)
    }

    /// A greeting that is longer than the view is read from its beginning.
    fn scroll_to_end(&self) {
        if self.rows.is_empty() {
            return;
        }
        self.scroller.set_scroll_top(self.scroller.scroll_height());
    }

    fn note(&mut self) {
        self.seen = self.view();
    }

    /// Where the view begins, and how far down it could begin.
    fn view(&self) -> (i32, i32) {
        let end = self.scroller.scroll_height() - self.scroller.client_height();
        (self.scroller.scroll_top(), end)
    }

    /// Looks whether what the reader missed is still below the view.
    fn look_for_missed(&mut self) {
        let bottom = (self.scroller.scroll_top() + self.scroller.client_height()) * UNIT;
        let missed = self.missed();
        let is_missed = missed.is_some_and(|row| self.window.place(row) >= bottom - SEEN);
        if self.is_missed.get_untracked() != is_missed {
            self.is_missed.set(is_missed);
        }
        let is_whole = |row: &usize| self.rows.get(*row).is_some_and(|row| !row.is_growing_now());
        if !is_missed && missed.as_ref().is_some_and(is_whole) {
            self.ui.model.set_found();
        }
    }

    fn missed(&self) -> Option<usize> {
        self.index_of(self.ui.model.missed_now()?.number())
    }

    fn index_of(&self, key: u64) -> Option<usize> {
        self.rows.iter().rposition(|row| row.key() == key)
    }
}

impl Drop for List {
    fn drop(&mut self) {
        self.waiting.iter().for_each(AnimationFrameRequestHandle::cancel);
    }
}

/// Through the object model, which a page's content security policy leaves alone.
fn set_room(element: &HtmlElement, name: &str, room: i32) {
    let _valid = element
        .style()
        .set_property(name, &format!("calc({room}px/{UNIT})"));
}

/// How close to the end still counts as there; less than one line.
const NEAR_END_PX: i32 = 16;

/// How much of a row must be in view to count as seen: its room and a line.
const SEEN: i32 = 38 * UNIT;

/// How often what was measured may show that other rows are near: more than it ever takes.
const MOST_ROUNDS: u32 = 5;
