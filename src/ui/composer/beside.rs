//! What stands beside the text field for a while: Stop while an answer comes, and how much room is left near the limit.

use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::ui::{
    actions::Deed,
    context::Ui,
    element::{ElementRef, el, focus, focused, follow, listen, set},
    icons,
    live::Live,
    segments::graphemes_beyond,
    transcript::is_touch,
};

pub(in crate::ui) fn beside(ui: &Ui) -> AnyView {
    let draft = ui.model.draft();
    tell_typing(ui, draft);
    el("div")
        .class("beside")
        .child(stop(ui, draft))
        .child(counter(ui, draft))
        .child(el("slot").class("footer").set("name", "footer").view())
        .view()
}

/// Whoever may be answering learns that the visitor types. What stands in the field otherwise, a draft of another tab
/// say, nobody types here.
fn tell_typing(ui: &Ui, draft: Live<String>) {
    let is_empty = move |draft: &String| draft.trim().is_empty();
    let actions = ui.actions.clone();
    if let Some(input) = ui.input.get_untracked() {
        listen(&input, "input", move |_| {
            actions.perform(Deed::Typed {
                has_text: !draft.with_untracked(is_empty),
            })
        });
    }
    let actions = ui.actions.clone();
    follow(move || {
        if draft.with(is_empty) {
            actions.perform(Deed::Typed { has_text: false });
        }
    });
}

/// In the place of Send, while there is nothing to send.
fn stop(ui: &Ui, draft: Live<String>) -> AnyView {
    let (actions, model, input) = (ui.actions.clone(), ui.model.clone(), ui.input);
    let is_needed = move || model.is_answering() && draft.with(|text| text.trim().is_empty());
    let is_hidden = Live::new(true);
    let button = ElementRef::default();
    follow(move || {
        let is_needed = is_needed();
        if is_hidden.get_untracked() == is_needed {
            // The focus goes on to the field before what has it goes.
            let has_focus = |button: HtmlElement| focused(&button).is_some_and(|focused| focused == *button);
            if !is_needed && button.get_untracked().is_some_and(has_focus) {
                focus(input);
            }
            is_hidden.set(!is_needed);
        }
    });
    el("button")
        .part("stop")
        .class("send stop")
        .set("type", "button")
        .set("aria-label", ui.strings().stop())
        .bind("hidden", move || is_hidden.get().then_some("".into()))
        .at(button)
        .on("click", move |event| {
            actions.perform(Deed::Stop);
            if !is_touch(&event) {
                focus(input);
            }
        })
        .child(icons::square())
        .view()
}

/// From four fifths of the limit on. Who cannot see it hears it as what describes the field.
///
/// What is left are the platform's units, because no one knows how many of them the next character will take. What is
/// too much are characters as people count them, so that it can be taken away one by one.
fn counter(ui: &Ui, draft: Live<String>) -> AnyView {
    let strings = ui.strings();
    let limit = ui.options.message_units;
    let units = move || draft.with(|text| text.encode_utf16().count());
    if let Some(input) = ui.input.get_untracked() {
        set(&input, "aria-describedby", "counter");
    }
    el("p")
        .part("counter")
        .class("counter")
        .set("id", "counter")
        .bind("data-full", move || (units() >= limit).then_some("".into()))
        .live_text(move || {
            let units = units();
            if units * 5 < limit * 4 {
                return "".into();
            }
            // What is too long stays as it was typed: only the visitor knows what of it can go.
            let words = match units.checked_sub(limit) {
                None | Some(0) => strings.counted(strings.units_left(), limit - units),
                // A pasted book is not taken apart at every key.
                Some(over) if over > limit => strings.counted(strings.units_over(), over),
                Some(_) => {
                    let over = draft.with(|text| graphemes_beyond(text, limit as u32, strings.tag));
                    strings.counted(strings.units_over(), over)
                }
            };
            words.into()
        })
        .view()
}
