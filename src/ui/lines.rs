//! The lines of the transcript that are on the page: each is drawn once and stays until its row goes, or goes out of view.

use leptos::{
    prelude::*,
    tachys::view::{Mountable, any_view::AnyViewState},
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ResizeObserver};

use super::model::Row;

/// What stands in the list, in its order.
pub(super) struct Lines {
    each: Box<dyn Fn(&Row) -> AnyView>,
    /// What lives in a line belongs to the view around the list, and not to the effect that draws the lines. A child of
    /// that view's owner: who held the owner itself from inside an effect of its own would keep it alive for good.
    around: Owner,
    /// Who is told when a line gets another height.
    observer: Option<ResizeObserver>,
    lines: Vec<Line>,
}

/// One line on the page.
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) element: HtmlElement,
    /// How much room stands above it for rows that are not on the page, in the window's units.
    pub(super) space: i32,
    /// Whether it was put on the page just now.
    pub(super) is_new: bool,
    owner: Owner,
    view: AnyViewState,
}

impl Lines {
    pub(super) fn new(observer: Option<ResizeObserver>, each: impl Fn(&Row) -> AnyView + 'static) -> Self {
        Self {
            each: Box::new(each),
            around: Owner::new(),
            observer,
            lines: Vec::new(),
        }
    }

    /// Adds and removes until `place` shows the rows `on_page`. A row that changed its place is drawn anew.
    pub(super) fn draw(&mut self, place: &HtmlElement, rows: &[Row], on_page: &[usize]) {
        let mut rest = on_page.iter().filter_map(|at| rows.get(*at));
        for mut line in std::mem::take(&mut self.lines) {
            let mut ahead = rest.clone();
            let Some(between) = ahead.position(|row| row.key() == line.row.key()) else {
                self.observer
                    .iter()
                    .for_each(|observer| observer.unobserve(&line.element));
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
            line.is_new = false;
            self.lines.push(line);
        }
        for row in rest {
            let mut new = self.line(row);
            new.view.mount(place, None);
            self.lines.push(new);
        }
    }

    /// The lines, in their order.
    pub(super) fn on_page(&mut self) -> &mut [Line] {
        &mut self.lines
    }

    fn line(&self, row: &Row) -> Line {
        let owner = self.around.child();
        let view = untrack(|| owner.with(|| (self.each)(row).build()));
        let element = element_of(&view);
        self.observer
            .iter()
            .for_each(|observer| observer.observe(&element));
        Line {
            row: row.clone(),
            element,
            space: 0,
            is_new: true,
            owner,
            view,
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.observer.iter().for_each(ResizeObserver::disconnect);
    }
}

fn element_of(view: &AnyViewState) -> HtmlElement {
    match view.elements().into_iter().next() {
        Some(element) => element.unchecked_into(),
        None => unreachable!("a line is one element"),
    }
}
