//! A crash over an answer is confined to it: the next instance shows it as it came.
//!
//! A panic ends the instance (`docs/decisions/0015-a-panic-is-a-trap.md`), so what led to it must stand outside. While
//! an answer is read, its id stands at the widget's element; whoever starts the next instance (`www/src/engine.ts`)
//! hands an id on that was left standing, and those that were handed on before, a line each. A crash over an answer that
//! the platform has not named yet is one like any other.

use web_sys::{Element, HtmlElement};

use crate::ui::element::set;

const READING: &str = "data-reading";
const UNREADABLE: &str = "data-unreadable";

/// Whether an answer with this id is only text in the widget around that place.
pub(in crate::ui) fn is_unreadable(place: &HtmlElement, id: Option<&str>) -> bool {
    let ids = widget(place).and_then(|widget| widget.get_attribute(UNREADABLE));
    ids.is_some_and(|ids| ids.split('\n').any(|known| Some(known) == id))
}

/// Says which answer is read in the widget around that place; an empty id that none is.
pub(in crate::ui) fn note(place: &HtmlElement, id: &str) {
    widget(place).iter().for_each(|widget| set(widget, READING, id));
}

fn widget(place: &HtmlElement) -> Option<Element> {
    place.closest(".widget").ok().flatten()
}
