//! Why an answer did not help: asked once it was judged so, and never demanded.

use leptos::{ev, prelude::*};
use miptech_chat_session::Feedback;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::{
    actions::Deed,
    context::Ui,
    element::{ElementRef, composes, el, focus, text_button},
    live::Live,
    model::Row,
};

/// How far the visitor got with it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reason {
    Unasked,
    Asked,
    Told,
}

/// The field under the buttons, then thanks in its place. `opener` is the button that asked for it.
pub(super) fn reason(
    ui: &Ui,
    row: &Row,
    state: Live<Reason>,
    opener: ElementRef,
) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let (ui, row) = (ui.clone(), row.clone());
    move || match state.get() {
        Reason::Unasked => None,
        Reason::Asked => Some(form(&ui, &row, state, opener)),
        Reason::Told => Some(thanks(&ui)),
    }
}

fn form(ui: &Ui, row: &Row, state: Live<Reason>, opener: ElementRef) -> AnyView {
    let strings = ui.strings();
    let field = ElementRef::default();
    let (actions, row) = (ui.actions.clone(), row.clone());
    let tell = move |event: ev::Event| {
        event.prevent_default();
        let input = field
            .get_untracked()
            .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        let words = input.map(|input| input.value()).unwrap_or_default();
        match row.message_now() {
            Some(id) if !words.trim().is_empty() => {
                actions.perform(Deed::Rate {
                    message: &id,
                    value: Feedback::Down,
                    reason: Some(words.trim()),
                });
                state.set(Reason::Told);
            }
            _ => focus(field),
        }
    };
    // Escape takes back the question it was pressed in, and not the whole panel.
    let leave = move |event: ev::Event| {
        let pressed = event
            .dyn_ref::<ev::KeyboardEvent>()
            .filter(|event| event.key() == "Escape" && !composes(event));
        if pressed.is_some() {
            event.stop_propagation();
            focus(opener);
            state.set(Reason::Unasked);
        }
    };
    let input = el("input")
        .class("field")
        .set("type", "text")
        .set("aria-label", strings.reason())
        .set("placeholder", strings.reason())
        .set("maxlength", REASON_UNITS)
        .set("enterkeyhint", "send")
        .set("dir", "auto")
        .at(field);
    el("form")
        .class("reason")
        .set("aria-label", strings.reason())
        .on("submit", tell)
        .on("keydown", leave)
        .child(input.view())
        .child(text_button(strings.reason_send()).set("type", "submit").view())
        .view()
}

/// Takes the focus, which was in the form it stands for; who cannot see it hears it so.
fn thanks(ui: &Ui) -> AnyView {
    let place = ElementRef::default();
    focus(place);
    el("p")
        .class("reason-told")
        .set("tabindex", "-1")
        .at(place)
        .text(ui.strings().reason_told())
        .view()
}

/// The longest reason, in UTF-16 units.
const REASON_UNITS: &str = "1000";
