//! The window of the chat: header, notice, transcript, composer.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use miptech_chat_session::Connection;

use super::{
    composer::composer,
    context::Ui,
    element::{Words, el, follow},
    icons,
    later::{self, Part, is_there},
    notice::notice_bar,
    sign_in::sign_in,
    transcript::transcript,
};

pub(super) fn panel(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let disclosure = || {
        let words = ui.options.disclosure.clone();
        let line = match ui.options.disclosure_href.clone() {
            Some(href) => el("a")
                .set("href", href)
                .set("target", "_blank")
                .set("rel", "noopener"),
            None => el("p"),
        };
        line.part("disclosure")
            .class("disclosure")
            .set("dir", "auto")
            .text(words.unwrap_or_else(|| strings.disclosure().to_owned()))
            .view()
    };
    el("section")
        .in_place_of(ui.standing(".panel"))
        .part("panel")
        .class("panel")
        .set("id", "panel")
        .set("role", "dialog")
        .set("tabindex", "-1")
        .set("aria-labelledby", "title")
        .child(head(ui))
        .child(notice_bar(ui))
        .child(transcript(ui))
        .slot(sign_in(ui))
        .child(composer(ui))
        .maybe(ui.options.has_disclosure.then(disclosure))
        .view()
}

fn head(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let actions = ui.actions.clone();
    let title = el("h2")
        .part("title")
        .class("title")
        .set("id", "title")
        .text(ui.title());
    let status = el("p").part("status").class("status").live_text(status_line(ui));
    let close = el("button")
        .part("close")
        .class("icon-button close")
        .set("type", "button")
        .set("aria-label", strings.close_chat())
        .on("click", move |_| actions.show(false))
        .child(icons::cross())
        .view();
    let menu = {
        let (ui, is_there) = (ui.clone(), is_there(Part::Rest));
        move || is_there().then(|| later::rest::menu(&ui))
    };
    el("div")
        .part("header")
        .class("header")
        .child(
            el("div")
                .class("mark")
                .set("aria-hidden", "true")
                .child(icons::bubble())
                .view(),
        )
        .child(
            el("div")
                .class("names")
                .child(title.view())
                .child(status.view())
                .view(),
        )
        .slot(menu)
        .maybe((!ui.options.is_inline).then_some(close))
        .view()
}

/// A drop that is over within half a second is not spoken of.
pub(super) fn hush_drops(ui: &Ui) {
    let (phase, hushed) = (ui.model.phase(), ui.hushed);
    let wait = StoredValue::new_local(None);
    let mut was_live = false;
    follow(move || {
        let is_live = phase.get().connection == Connection::Live;
        if was_live && !is_live {
            hushed.set(true);
            wait.set_value(Some(Timeout::new(HUSH_MS, move || hushed.set(false))));
        } else if is_live {
            wait.set_value(None);
            hushed.set(false);
        }
        was_live = is_live;
    });
}

/// One sentence about the connection; a coloured dot alone would be no message.
fn status_line(ui: &Ui) -> impl Fn() -> Words + Send + 'static + use<> {
    let strings = ui.strings();
    let (model, phase, hushed) = (ui.model.clone(), ui.model.phase(), ui.hushed);
    move || {
        if model.is_answering() {
            return strings.status_answering().into();
        }
        let connection = if hushed.get() {
            Connection::Live
        } else {
            phase.get().connection
        };
        let words = match connection {
            // Paused is no trouble: nobody looks, and whoever does finds it connecting again.
            Connection::Idle | Connection::Live | Connection::Paused => strings.status_idle(),
            Connection::Offline => strings.status_offline(),
            Connection::Connecting | Connection::Joining | Connection::Starting => {
                strings.status_connecting()
            }
            Connection::Reconnecting | Connection::Waiting => strings.status_reconnecting(),
            Connection::SignedOut => strings.status_signed_out(),
            Connection::Blocked => strings.status_unavailable(),
        };
        words.into()
    }
}

/// The banner rule of `faults.md`: nothing is shown for so long.
const HUSH_MS: u32 = 500;
