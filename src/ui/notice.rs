//! The one line above the transcript: what happened, what is safe, what to do.

use std::time::Duration;

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use miptech_chat_session::{AuthState, ErrorCode, Instant, Notice};

use super::{
    context::Ui,
    element::{el, text_button},
    icons,
};

pub(super) fn notice_bar(ui: &Ui) -> AnyView {
    let ui = ui.clone();
    let (notice, auth) = (ui.model.notice(), ui.model.auth());
    // The sign-in form says by itself why it is there.
    let has_form = ui.options.has_sign_in;
    let is_form = move || has_form && auth.get() == AuthState::Required;
    el("div")
        .class("notices")
        .slot(move || {
            let notice = notice.get().filter(|_| !is_form())?;
            Some(one_notice(&ui, &notice))
        })
        .view()
}

fn one_notice(ui: &Ui, notice: &Notice) -> AnyView {
    let strings = ui.strings();
    let error = notice.error();
    let (kind, retry_at) = match notice {
        Notice::Blocked(_) => ("blocked", None),
        Notice::Ended(_) => ("ended", None),
        Notice::Mishap(_) => ("mishap", None),
        Notice::Trouble { retry_at, .. } => ("trouble", *retry_at),
    };
    let words = el("p")
        .class("notice-words")
        .text(strings.error(error.code))
        .maybe(retry_at.map(|at| countdown(ui, at)))
        .child(el("code").class("notice-code").text(error.code.as_str()).view());
    let action = match notice {
        Notice::Mishap(_) => dismiss(ui),
        Notice::Ended(_) => start_new(ui),
        Notice::Blocked(error) if error.code == ErrorCode::ChatGone => start_new(ui),
        Notice::Blocked(_) | Notice::Trouble { .. } => retry_now(ui),
    };
    el("div")
        .part("notice")
        .class("notice")
        .set("data-kind", kind)
        .set("data-code", error.code.as_str())
        .child(words.view())
        .child(action)
        .view()
}

fn retry_now(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    text_button(ui.strings().retry_now)
        .part("retry")
        .on("click", move |_| actions.retry_now())
        .view()
}

/// Into a new conversation, with the messages that were meant for the one that is over.
fn start_new(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    text_button(ui.strings().start_new)
        .on("click", move |_| actions.new_conversation())
        .view()
}

fn dismiss(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    el("button")
        .class("icon-button")
        .set("type", "button")
        .set("aria-label", ui.strings().dismiss)
        .on("click", move |_| actions.dismiss_notice())
        .child(icons::cross())
        .view()
}

/// Seconds until the next try, counted down while the notice stands.
fn countdown(ui: &Ui, at: Instant) -> AnyView {
    let actions = ui.actions.clone();
    let strings = ui.strings();
    let left = RwSignal::new(at.since(actions.now()).as_secs());
    let ticking = set_interval_with_handle(
        move || left.set(at.since(actions.now()).as_secs()),
        Duration::from_secs(1),
    );
    on_cleanup(move || ticking.iter().for_each(IntervalHandle::clear));
    // The live region says the words once; the number that changes every second is for the eyes only.
    el("span")
        .class("countdown")
        .set("aria-hidden", "true")
        .live_text(move || format!(" {} {} s", strings.retry_in, left.get().max(1)).into())
        .view()
}
