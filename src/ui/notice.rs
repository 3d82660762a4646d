//! The one line above the transcript: what happened, what is safe, what to do.

use std::time::Duration;

use leptos::{
    ev,
    html::{button, code, div, p, span},
    leptos_dom::helpers::IntervalHandle,
    prelude::*,
};
use miptech_chat_session::{Instant, Notice};

use super::{app::Ui, icons};

pub(super) fn notice_bar(ui: &Ui) -> AnyView {
    let ui = ui.clone();
    let notice = ui.model.notice();
    let bar = move || notice.get().map(|notice| one_notice(&ui, &notice));
    div().class("notices").child(bar).into_any()
}

fn one_notice(ui: &Ui, notice: &Notice) -> AnyView {
    let strings = ui.strings();
    let error = notice.error();
    let (kind, retry_at) = match notice {
        Notice::Blocked(_) => ("blocked", None),
        Notice::Mishap(_) => ("mishap", None),
        Notice::Trouble { retry_at, .. } => ("trouble", *retry_at),
    };
    let words = p().class("notice-words").child((
        strings.error(error.code),
        retry_at.map(|at| countdown(ui, at)),
        code().class("notice-code").child(error.code.as_str()),
    ));
    let action = match notice {
        Notice::Mishap(_) => dismiss(ui),
        Notice::Blocked(_) | Notice::Trouble { .. } => retry_now(ui),
    };
    div()
        .attr("part", "notice")
        .class("notice")
        .attr("data-kind", kind)
        .attr("data-code", error.code.as_str())
        .child((words, action))
        .into_any()
}

fn retry_now(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    button()
        .attr("part", "retry")
        .class("text-button")
        .attr("type", "button")
        .on(ev::click, move |_| actions.retry_now())
        .child(ui.strings().retry_now)
        .into_any()
}

fn dismiss(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    button()
        .class("icon-button")
        .attr("type", "button")
        .attr("aria-label", ui.strings().dismiss)
        .on(ev::click, move |_| actions.dismiss_notice())
        .child(icons::cross())
        .into_any()
}

/// Seconds until the next try, counted down while the notice stands.
fn countdown(ui: &Ui, at: Instant) -> AnyView {
    let actions = ui.actions.clone();
    let strings = ui.strings();
    let left = RwSignal::new(at.since(actions.now()).as_secs());
    let ticking = set_interval_with_handle(move || left.set(at.since(actions.now()).as_secs()), Duration::from_secs(1));
    on_cleanup(move || ticking.iter().for_each(IntervalHandle::clear));
    // The live region says the words once; the number that changes every second is for the eyes only.
    span()
        .class("countdown")
        .attr("aria-hidden", "true")
        .child(move || format!(" {} {} s", strings.retry_in, left.get().max(1)))
        .into_any()
}
