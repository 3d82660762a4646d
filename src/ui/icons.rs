//! Drawn lines, built node by node. Every icon is decoration: the button around it carries the name.

use leptos::prelude::*;

use super::element::drawn;

pub(super) fn bubble() -> AnyView {
    icon("M7 4h10a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4h-6l-5 4v-4a4 4 0 0 1-3-4V8a4 4 0 0 1 4-4ZM8 11h0m4 0h0m4 0h0")
}

pub(super) fn chevron_down() -> AnyView {
    icon("m6 9 6 6 6-6")
}

pub(super) fn cross() -> AnyView {
    icon("M18 6 6 18 M6 6l12 12")
}

pub(super) fn arrow_up() -> AnyView {
    icon("M12 19V5 M5.5 11.5 12 5l6.5 6.5")
}

pub(super) fn arrow_down() -> AnyView {
    icon("M12 5v14 M5.5 12.5 12 19l6.5-6.5")
}

pub(super) fn dots() -> AnyView {
    icon("M5 12h0m7 0h0m7 0h0")
}

pub(super) fn square() -> AnyView {
    icon("M7 7h10v10H7Z")
}

fn icon(lines: &'static str) -> AnyView {
    drawn("svg")
        .set("viewBox", "0 0 24 24")
        .set("aria-hidden", "true")
        .set("focusable", "false")
        .child(drawn("path").set("d", lines).view())
        .view()
}
