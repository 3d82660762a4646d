//! One paint for each frame of the page, however many pieces arrive between two of them; where frames take long, one
//! paint for every second frame, so that keys and what arrives have their turn.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use leptos::prelude::request_animation_frame;

use super::sheet::Sheet;

thread_local! {
    /// The answers that wait for a frame. All of them share it, across the widgets of a page too.
    static WAITING: RefCell<VecDeque<Rc<Sheet>>> = const { RefCell::new(VecDeque::new()) };
    /// When the last frame painted; never if it did not. A frame is asked for while it did, or somebody waits.
    static PAINTED: Cell<f64> = const { Cell::new(f64::INFINITY) };
}

/// Paints in the next frame. A hidden page has none; it paints when it is shown.
pub(super) fn ask(sheet: Rc<Sheet>) {
    let is_first = WAITING.with_borrow_mut(|waiting| {
        waiting.push_back(sheet);
        waiting.len() == 1
    });
    if is_first && PAINTED.get().is_infinite() {
        await_frame();
    }
}

fn await_frame() {
    request_animation_frame(frame);
}

/// The frame after a paint comes in any case: when it does tells how long the painted one took.
fn frame() {
    let start = now();
    let is_late = start - PAINTED.replace(f64::INFINITY) > LONG_FRAME_MS;
    if WAITING.with_borrow(VecDeque::is_empty) {
        return;
    }
    if !is_late {
        paint(start + SLICE_MS);
        PAINTED.set(start);
    }
    await_frame();
}

fn paint(until: f64) {
    while let Some(sheet) = WAITING.with_borrow(|waiting| waiting.front().cloned()) {
        if sheet.paint(until) {
            WAITING.with_borrow_mut(VecDeque::pop_front);
        }
        if now() >= until {
            break;
        }
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

/// A painted frame that took longer is followed by one that paints nothing. *Source*: one and a half at 60 Hz.
const LONG_FRAME_MS: f64 = 25.0;
