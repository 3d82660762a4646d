//! The round button that opens and closes the chat. The loader draws the same one before this code is fetched.

use leptos::{
    ev,
    html::{button, span},
    prelude::*,
};

use super::{app::Ui, icons};

pub(super) fn launcher(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (is_open, unread) = (ui.model.is_open(), ui.model.unread());
    let actions = ui.actions.clone();
    let name = move || if is_open.get() { strings.close_chat } else { strings.open_chat };
    let badge = move || {
        let count = unread.get();
        (count > 0).then(|| {
            let text = if count > 9 { "9+".to_owned() } else { count.to_string() };
            span().attr("part", "badge").class("badge").attr("aria-label", format!("{count} {}", strings.unread)).child(text)
        })
    };
    button()
        .attr("part", "launcher")
        .class("launcher")
        .attr("type", "button")
        .attr("aria-label", name)
        .attr("aria-expanded", move || if is_open.get() { "true" } else { "false" })
        .attr("aria-controls", "panel")
        .node_ref(ui.launcher)
        .on(ev::click, move |_| actions.show(!is_open.get_untracked()))
        .child((
            span().class("launcher-icon launcher-closed").child(icons::bubble()),
            span().class("launcher-icon launcher-open").child(icons::chevron_down()),
            badge,
        ))
        .into_any()
}
