//! Where the visitor types. Typing is always possible; what cannot leave yet waits.

use leptos::{ev, prelude::*};
use miptech_chat_session::SendError;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

use super::{
    context::Ui,
    element::{composes, el, follow},
    icons,
    later::{self, Part, is_there},
    live::Live,
};

pub(super) mod beside;

pub(super) fn composer(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (draft, input) = (ui.model.draft(), ui.input);
    let refusal = Live::new(None::<Refusal>);
    let departures = ui.model.departures();
    let standing = move || refusal.get().filter(|refusal| refusal.stands(departures));
    let placeholder = ui
        .options
        .placeholder
        .clone()
        .unwrap_or_else(|| strings.placeholder().to_owned());

    let submit = {
        let ui = ui.clone();
        move || {
            let text = draft.get_untracked();
            match ui.actions.send(&text) {
                Ok(()) => {
                    refusal.set(None);
                    ui.actions.set_draft(String::new());
                }
                Err(error) => refusal.set(Some(Refusal {
                    error,
                    departures: departures.get_untracked(),
                })),
            }
        }
    };
    let submit_by_key = submit.clone();
    let typed = {
        let actions = ui.actions.clone();
        move |event: ev::Event| {
            refusal.set(None);
            actions.set_draft(event_target_value(&event));
        }
    };
    follow(move || {
        let text = draft.get();
        if let Some(field) = input
            .get()
            .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok())
        {
            // Setting what stands there already would move the caret and end a running composition.
            if field.value() != text {
                field.set_value(&text);
            }
            fit_height(&field);
        }
    });
    let field = el("textarea")
        .in_place_of(ui.standing(".input"))
        .part("input")
        .class("input")
        .set("aria-label", strings.input())
        .set("rows", "1")
        .set("placeholder", placeholder)
        .set("enterkeyhint", "send")
        .set("dir", "auto")
        .at(input)
        .on("input", typed)
        .on("keydown", move |event| {
            if is_plain_enter(&event) {
                event.prevent_default();
                submit_by_key();
            }
        });
    let send = el("button")
        .part("send")
        .class("send")
        .set("type", "submit")
        .set("aria-label", strings.send())
        .bind("disabled", move || {
            let is_empty = draft.with(|text| text.trim().is_empty());
            let is_full = standing().is_some_and(|refusal| refusal.is_full());
            (is_empty || is_full).then_some("".into())
        })
        .child(icons::arrow_up());
    let beside = {
        let (ui, is_there) = (ui.clone(), is_there(Part::Rest));
        move || is_there().then(|| later::rest::beside(&ui))
    };
    el("form")
        .in_place_of(ui.standing(".composer"))
        .part("composer")
        .class("composer")
        .on("submit", move |event| {
            event.prevent_default();
            submit();
        })
        .child(field.view())
        .child(send.view())
        .slot(beside)
        .slot(move || {
            let words = strings.refusal(&standing()?.error);
            Some(el("p").class("refusal").set("role", "alert").text(words).view())
        })
        .view()
}

/// Why the last text was not taken.
#[derive(Clone)]
struct Refusal {
    error: SendError,
    /// How many messages had left by then.
    departures: u32,
}

impl Refusal {
    fn is_full(&self) -> bool {
        matches!(self.error, SendError::OutboxFull { .. })
    }

    /// Too many that wait are too many until one of them has left; what else was wrong only the visitor can change.
    fn stands(&self, departures: Live<u32>) -> bool {
        !self.is_full() || departures.get() == self.departures
    }
}

/// Enter sends; with Shift it breaks the line, and while an input method composes it belongs to that.
fn is_plain_enter(event: &ev::Event) -> bool {
    event
        .dyn_ref::<ev::KeyboardEvent>()
        .is_some_and(|event| event.key() == "Enter" && !event.shift_key() && !composes(event))
}

/// Grows with the text; the sheet caps it at six lines, and browsers that know how make it grow by themselves.
fn fit_height(element: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(element);
    let knows_how = |_| {
        let value = style.get_property_value("field-sizing");
        value.is_ok_and(|value| !value.is_empty())
    };
    if knows_how(()) || style.set_property("field-sizing", "content").is_ok_and(knows_how) {
        return;
    }
    // A style that cannot be set leaves the field at one line, where it scrolls.
    let _unset = style.set_property("height", "auto");
    let _unset = style.set_property("height", &format!("{}px", element.scroll_height()));
}
