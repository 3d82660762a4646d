//! The window of the chat: header, notice, transcript, composer.

use leptos::{
    ev,
    html::{button, div, h2, header, p, section},
    prelude::*,
};
use miptech_chat_session::Connection;

use super::{app::Ui, composer::composer, icons, notice::notice_bar, transcript::transcript};

pub(super) fn panel(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let disclosure =
        ui.options.has_disclosure.then(|| p().attr("part", "disclosure").class("disclosure").child(strings.disclosure));
    section()
        .attr("part", "panel")
        .class("panel")
        .attr("id", "panel")
        .attr("role", "dialog")
        .attr("aria-labelledby", "title")
        .child((head(ui), notice_bar(ui), transcript(ui), composer(ui), disclosure))
        .into_any()
}

fn head(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let actions = ui.actions.clone();
    let title = ui.options.title.clone().unwrap_or_else(|| strings.title.to_owned());
    header()
        .attr("part", "header")
        .class("header")
        .child((
            div().class("mark").attr("aria-hidden", "true").child(icons::bubble()),
            div().class("names").child((
                h2().attr("part", "title").class("title").attr("id", "title").child(title),
                p().attr("part", "status").class("status").child(status_line(ui)),
            )),
            button()
                .attr("part", "close")
                .class("icon-button close")
                .attr("type", "button")
                .attr("aria-label", strings.close_chat)
                .on(ev::click, move |_| actions.show(false))
                .child(icons::cross()),
        ))
        .into_any()
}

/// One sentence about the connection; a coloured dot alone would be no message.
fn status_line(ui: &Ui) -> impl Fn() -> &'static str + Send + 'static + use<> {
    let strings = ui.strings();
    let model = ui.model.clone();
    move || {
        if model.is_answering() {
            return strings.status_answering;
        }
        match model.phase().get().connection {
            Connection::Idle | Connection::Live => strings.status_idle,
            Connection::Connecting | Connection::Joining | Connection::Starting => strings.status_connecting,
            Connection::Reconnecting | Connection::Waiting => strings.status_reconnecting,
            Connection::Blocked => strings.status_unavailable,
        }
    }
}
