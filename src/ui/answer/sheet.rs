//! One answer's place on the page, and how much of the answer stands there.
//!
//! Finished blocks are drawn once and never touched again. The open end is drawn over what stood there before; a block
//! of it that is finished meanwhile stays the element it was.

use std::cell::{Cell, RefCell};

use miptech_chat_session::{Source, Status};
use web_sys::HtmlElement;

use super::{
    blocks::Brush,
    cites,
    confined::{is_unreadable, note},
    frames::now,
    pen::{Drawn, Pen},
};
use crate::ui::{
    context::Ui,
    element::ElementRef,
    live::Live,
    model::{Answer, Row},
};

pub(super) struct Sheet {
    ui: Ui,
    row: Row,
    place: ElementRef,
    answer: Live<Answer>,
    status: Live<Status>,
    sources: Live<Vec<Source>>,
    /// Whether there is more of the answer than a tree may hold.
    has_rest: Live<bool>,
    painted: RefCell<Painted>,
    /// Whether the next frame will paint it already.
    is_waiting: Cell<bool>,
}

/// What of an answer stands on the page.
#[derive(Default)]
struct Painted {
    has_begun: bool,
    generation: u32,
    /// Whether the end of the answer changed what stood before, and that was drawn.
    is_revised: bool,
    settled: usize,
    /// Of the blocks behind the settled ones.
    open: Vec<Drawn>,
}

/// What is to be done about a change.
pub(super) enum Due {
    /// Nothing: it is done, or will be.
    Nothing,
    /// It wants the next frame.
    Frame,
}

impl Sheet {
    pub(super) fn new(
        ui: &Ui,
        row: &Row,
        place: ElementRef,
        answer: Live<Answer>,
        has_rest: Live<bool>,
    ) -> Self {
        Self {
            ui: ui.clone(),
            row: row.clone(),
            place,
            answer,
            status: row.status(),
            sources: row.sources(),
            has_rest,
            painted: RefCell::default(),
            is_waiting: Cell::new(false),
        }
    }

    /// Hears of every change. What stands there from the start is painted at once, so that the list around it knows its
    /// height; so is the end of an answer in a page that is hidden and will have no frame for long.
    pub(super) fn changed(&self) -> Due {
        let Some(place) = self.place.get() else {
            return Due::Nothing;
        };
        self.answer.with(|_| ());
        self.sources.with(|_| ());
        let is_growing = matches!(self.status.get(), Status::Streaming | Status::Thinking);
        let is_hidden = || place.owner_document().is_some_and(|document| document.hidden());
        if !self.painted.borrow().has_begun || !is_growing && is_hidden() {
            self.paint(f64::INFINITY);
            return Due::Nothing;
        }
        if self.is_waiting.replace(true) {
            Due::Nothing
        } else {
            Due::Frame
        }
    }

    /// Paints until that time of the page's clock, at least one block; `false` where something is left.
    pub(super) fn paint(&self, until: f64) -> bool {
        let place = self.place.try_get_untracked().flatten();
        let is_done = place.is_none_or(|place| {
            self.answer
                .try_with_untracked(|answer| {
                    let id = self.row.message_now();
                    if is_unreadable(&place, id.as_deref()) {
                        return self.show_as_it_came(&place, answer);
                    }
                    note(&place, id.as_deref().unwrap_or_default());
                    let is_done = self.paint_on(&place, answer, until);
                    note(&place, "");
                    is_done
                })
                .unwrap_or(true)
        });
        self.is_waiting.set(!is_done);
        is_done
    }

    fn show_as_it_came(&self, place: &HtmlElement, answer: &Answer) -> bool {
        self.painted.borrow_mut().has_begun = true;
        place.set_class_name("answer typed");
        place.set_text_content(Some(&answer.text));
        true
    }

    fn paint_on(&self, place: &HtmlElement, answer: &Answer, until: f64) -> bool {
        let Some(page) = place.owner_document() else {
            return true;
        };
        let mut painted = self.painted.borrow_mut();
        answer.read(|document| {
            painted.begin(place, answer.generation, document.is_revised());
            let (settled, tail) = (document.settled(), document.tail());
            let fresh = settled.get(painted.settled..).unwrap_or_default();
            let mut pen = Pen::new(&page, place, &mut painted.open);
            let brush = Brush::new(&self.ui);
            let mut drawn = 0;
            let mut is_done = true;
            for block in fresh {
                brush.block(&mut pen, block);
                drawn += 1;
                if now() >= until && drawn < fresh.len() {
                    is_done = false;
                    break;
                }
            }
            if is_done {
                brush.blocks(&mut pen, tail);
                pen.cut();
            }
            let has_rest = is_done && !document.rest().is_empty();
            if self.has_rest.try_get_untracked() == Some(!has_rest) {
                self.has_rest.set(has_rest);
            }
            // The settled ones are forgotten: nothing will be drawn over them.
            let forgotten = drawn.min(painted.open.len());
            painted.open.drain(..forgotten);
            painted.settled += drawn;
            self.sources
                .try_with_untracked(|sources| cites::bind(place, sources, self.ui.strings()));
            is_done
        })
    }
}

impl Painted {
    /// An answer that was begun anew, or whose settled blocks turned out to be others, is drawn from its beginning.
    fn begin(&mut self, place: &HtmlElement, generation: u32, is_revised: bool) {
        if self.generation != generation || self.is_revised != is_revised {
            place.set_text_content(None);
            *self = Self {
                generation,
                is_revised,
                ..Self::default()
            };
        }
        self.has_begun = true;
    }
}
