//! The one line above the transcript: what happened, what is safe, what to do.

use gloo_timers::callback::Interval;
use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use miptech_chat_session::{AuthState, ErrorCode, Instant, Notice};

use super::{
    context::Ui,
    element::{Words, el, text_button},
    icons,
    later::{Part, is_there},
    live::Live,
    strings::{Strings, filled},
};

pub(super) fn notice_bar(ui: &Ui) -> AnyView {
    let ui = ui.clone();
    let (notice, auth) = (ui.model.notice(), ui.model.auth());
    // The sign-in form says by itself why it is there.
    let has_form = ui.options.has_sign_in;
    let is_there = is_there(Part::Rest);
    let is_form = move || has_form && auth.get() == AuthState::Required && is_there();
    el("div")
        .part("banner")
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
        Notice::Busy { .. } => ("busy", None),
        Notice::Ended(_) => ("ended", None),
        Notice::Mishap { retry_at, .. } => ("mishap", *retry_at),
        Notice::Trouble { retry_at, .. } => ("trouble", *retry_at),
    };
    let words = el("p")
        .class("notice-words")
        .text(notice_words(strings, notice))
        .maybe(retry_at.map(|at| countdown(ui, at)))
        .child(el("code").class("notice-code").text(error.code.as_str()).view());
    let action = match notice {
        Notice::Mishap { .. } => dismiss(ui),
        Notice::Ended(_) => start_new(ui),
        Notice::Blocked(error) if error.code == ErrorCode::ChatGone => start_new(ui),
        Notice::Blocked(_) | Notice::Busy { .. } | Notice::Trouble { .. } => retry_now(ui),
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

/// The sentence, for the eyes and for the live region alike.
pub(super) fn notice_words(strings: &Strings, notice: &Notice) -> Words {
    match notice {
        Notice::Busy { until_ms, .. } => filled(strings.busy_until(), &local_time(strings, *until_ms)).into(),
        Notice::Blocked(_) | Notice::Ended(_) | Notice::Mishap { .. } | Notice::Trouble { .. } => {
            strings.error(notice.error().code).into()
        }
    }
}

/// A time of day on the visitor's clock, as their language writes it.
fn local_time(strings: &Strings, wall_ms: u64) -> String {
    let shape = Object::new();
    for part in ["hour", "minute"] {
        // Setting a field of a fresh plain object cannot fail.
        let _always_set = Reflect::set(&shape, &part.into(), &"2-digit".into());
    }
    Date::new(&(wall_ms as f64).into())
        .to_locale_time_string_with_options(strings.tag, &shape)
        .into()
}

fn retry_now(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    text_button(ui.strings().retry_now())
        .part("retry")
        .on("click", move |_| actions.retry_now())
        .view()
}

/// Into a new conversation, with the messages that were meant for the one that is over.
fn start_new(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    text_button(ui.strings().start_new())
        .on("click", move |_| actions.new_conversation())
        .view()
}

fn dismiss(ui: &Ui) -> AnyView {
    let actions = ui.actions.clone();
    el("button")
        .class("icon-button")
        .set("type", "button")
        .set("aria-label", ui.strings().dismiss())
        .on("click", move |_| actions.dismiss_notice())
        .child(icons::cross())
        .view()
}

/// Seconds until the next try, counted down while the notice stands.
fn countdown(ui: &Ui, at: Instant) -> AnyView {
    let actions = ui.actions.clone();
    let strings = ui.strings();
    let left = Live::new(at.since(actions.now()).as_secs());
    // Lives and ends with the number it counts. Its handle stays what the page gave: a page whose timers are its own has
    // handles no 32 bits hold.
    StoredValue::new_local(Interval::new(SECOND_MS, move || {
        left.set(at.since(actions.now()).as_secs());
    }));
    // The live region says the words once; the number that changes every second is for the eyes only.
    el("span")
        .class("countdown")
        .set("aria-hidden", "true")
        .live_text(move || {
            [" ", &filled(strings.retry_in(), &left.get().max(1).to_string())]
                .concat()
                .into()
        })
        .view()
}

const SECOND_MS: u32 = 1000;
