//! One paint for each frame of the page, however many pieces arrive between two of them.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use leptos::prelude::request_animation_frame;

use super::sheet::Sheet;

thread_local! {
    /// The answers that wait for a frame. All of them share it, across the widgets of a page too.
    static WAITING: RefCell<VecDeque<Rc<Sheet>>> = const { RefCell::new(VecDeque::new()) };
}

/// Paints in the next frame. A hidden page has none; it paints when it is shown.
pub(super) fn ask(sheet: Rc<Sheet>) {
    let is_first = WAITING.with_borrow_mut(|waiting| {
        waiting.push_back(sheet);
        waiting.len() == 1
    });
    if is_first {
        request_animation_frame(paint);
    }
}

fn paint() {
    let until = now() + SLICE_MS;
    while let Some(sheet) = WAITING.with_borrow(|waiting| waiting.front().cloned()) {
        if sheet.paint(until) {
            WAITING.with_borrow_mut(VecDeque::pop_front);
        }
        if now() >= until {
            break;
        }
    }
    if WAITING.with_borrow(|waiting| !waiting.is_empty()) {
        request_animation_frame(paint);
    }
}

/// On the page's own clock, in milliseconds.
pub(super) fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// How long one frame is painted. *Source*: half of a frame at 60 Hz, so that layout and input have the other half.
const SLICE_MS: f64 = 8.0;
