//! The round button that opens and closes the chat. The loader draws the same one before this code is fetched.

use leptos::prelude::*;

use super::{
    context::Ui,
    element::el,
    icons,
    later::{self, Part, is_there},
    strings::Strings,
};

pub(super) fn launcher(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (is_open, unread) = (ui.model.is_open(), ui.model.unread());
    let (actions, is_heard) = (ui.actions.clone(), ui.is_drawn);
    let is_there = is_there(Part::Rest);
    let name = move || {
        let count = unread.get();
        Some(match is_open.get() {
            true => strings.close_chat().into(),
            false if count > 0 && is_there() => later::rest::unread(strings, count).into(),
            false => strings.open_chat().into(),
        })
    };
    let badge = move || {
        let count = unread.get();
        (count > 0 && is_there()).then(|| later::rest::badge(count))
    };
    el("button")
        .in_place_of(ui.standing(".launcher"))
        .part("launcher")
        .class("launcher")
        .set("type", "button")
        .set("aria-controls", "panel")
        .bind("aria-label", name)
        .bind("aria-expanded", move || {
            Some(if is_open.get() { "true" } else { "false" }.into())
        })
        .at(ui.launcher)
        .on("click", move |_| {
            if !is_heard {
                actions.show(!is_open.get_untracked());
            }
        })
        .child(
            el("span")
                .class("launcher-open")
                .child(icons::chevron_down())
                .view(),
        )
        .child(el("slot").set("name", "launcher").view())
        .slot(badge)
        .view()
}

/// How many messages nobody has seen yet.
pub(super) fn badge(count: u32) -> AnyView {
    let text = if count > MOST {
        [&MOST.to_string(), "+"].concat()
    } else {
        count.to_string()
    };
    el("span").part("badge").class("badge").text(text).view()
}

/// The launcher's name while there are some: it begins with what it does, and says what is seen.
pub(super) fn name(strings: &Strings, count: u32) -> String {
    let unread = strings.counted(strings.unread(), count as usize);
    [strings.open_chat(), ", ", &unread].concat()
}

/// The largest number there is room for.
const MOST: u32 = 9;
