//! Tells what the reader does with the list from what growing and shrinking content does to it.
//!
//! A list that grows faster than it is scrolled, or shrinks for a moment, moves without anybody's hand; only a wheel, a
//! key, a finger, a dragged scrollbar or a screen reader means that somebody wants to leave the end.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{Shown, act, list::List};
use crate::ui::later;

/// Hears what the reader does with the list.
pub(super) fn listener(
    list: Shown,
    heard: fn(&mut List, &ev::Event),
) -> impl FnMut(ev::Event) + 'static + use<> {
    move |event| act(list, |list| heard(list, &event))
}

pub(super) fn scrolled(list: &mut List, _: &ev::Event) {
    list.scrolled();
}

pub(super) fn wheeled(list: &mut List, event: &ev::Event) {
    let wheel = event.dyn_ref::<ev::WheelEvent>();
    if wheel.is_some_and(|wheel| wheel.delta_y() < 0.0) {
        list.leave_end();
    }
}

/// To either end at once: what a browser scrolls there step by step would meet rows of which only the height is guessed,
/// and stop where it was guessed wrong.
pub(super) fn pressed(list: &mut List, event: &ev::Event) {
    let Some(pressed) = event.dyn_ref::<ev::KeyboardEvent>().filter(|_| !is_typed(event)) else {
        return;
    };
    let is_arrow = matches!(pressed.key().as_str(), "ArrowDown" | "ArrowUp");
    if is_arrow && later::is_whole() && later::rest::rove(list, event, pressed.key() == "ArrowDown") {
        return event.prevent_default();
    }
    match pressed.key().as_str() {
        "ArrowUp" | "PageUp" => list.leave_end(),
        " " if pressed.shift_key() => list.leave_end(),
        "Home" => {
            list.leave_end();
            list.go(0);
            event.prevent_default();
        }
        "End" => {
            list.go_to_end();
            event.prevent_default();
        }
        _ => {}
    }
}

pub(super) fn took_hold(list: &mut List, _: &ev::Event) {
    list.has_hold = true;
}

/// Whether a key is for a field in the list, and not for the list.
fn is_typed(event: &ev::Event) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let field = target.and_then(|target| target.closest("input, textarea").ok().flatten());
    field.is_some()
}
