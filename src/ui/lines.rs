//! The lines of the transcript: each is drawn once and stays until its row goes.

use leptos::{
    prelude::*,
    tachys::view::{Mountable, any_view::AnyViewState},
};
use web_sys::HtmlElement;

use super::model::Row;

/// What stands in the list, in its order.
pub(super) struct Lines {
    each: Box<dyn Fn(&Row) -> AnyView>,
    /// What lives in a line belongs to the view around the list, and not to the effect that draws the lines. A child of
    /// that view's owner: who held the owner itself from inside an effect of its own would keep it alive for good.
    around: Owner,
    lines: Vec<Line>,
}

struct Line {
    key: u64,
    owner: Owner,
    view: AnyViewState,
}

impl Lines {
    pub(super) fn new(each: impl Fn(&Row) -> AnyView + 'static) -> Self {
        Self {
            each: Box::new(each),
            around: Owner::new(),
            lines: Vec::new(),
        }
    }

    /// Adds and removes until `place` shows `rows`. A row that changed its place is drawn anew.
    pub(super) fn draw(&mut self, place: &HtmlElement, rows: &[Row]) {
        let mut rest = rows.iter();
        for mut line in std::mem::take(&mut self.lines) {
            let mut ahead = rest.clone();
            let Some(between) = ahead.position(|row| row.key() == line.key) else {
                line.view.unmount();
                line.owner.cleanup();
                continue;
            };
            for row in rest.by_ref().take(between) {
                let mut new = self.line(row);
                line.view.insert_before_this(&mut new.view);
                self.lines.push(new);
            }
            rest = ahead;
            self.lines.push(line);
        }
        for row in rest {
            let mut new = self.line(row);
            new.view.mount(place, None);
            self.lines.push(new);
        }
    }

    fn line(&self, row: &Row) -> Line {
        let owner = self.around.child();
        let view = untrack(|| owner.with(|| (self.each)(row).build()));
        Line {
            key: row.key(),
            owner,
            view,
        }
    }
}
