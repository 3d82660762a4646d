//! Where the visitor types. Typing is always possible; what cannot leave yet waits.

use leptos::{
    ev,
    html::{button, form, p, textarea},
    prelude::*,
};
use web_sys::HtmlTextAreaElement;

use super::{app::Ui, icons};

pub(super) fn composer(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (draft, input) = (ui.model.draft(), ui.input);
    let refusal = RwSignal::new(None::<&'static str>);
    let placeholder = ui.options.placeholder.clone().unwrap_or_else(|| strings.placeholder.to_owned());

    let submit = {
        let ui = ui.clone();
        move || {
            let text = draft.get_untracked();
            match ui.actions.send(&text) {
                Ok(()) => {
                    refusal.set(None);
                    ui.model.set_draft(String::new());
                }
                Err(error) => refusal.set(Some(strings.refusal(&error))),
            }
        }
    };
    let submit_by_key = submit.clone();
    let typed = {
        let model = ui.model.clone();
        move |event: ev::Event| {
            refusal.set(None);
            model.set_draft(event_target_value(&event));
        }
    };
    Effect::new(move |_| {
        draft.track();
        if let Some(element) = input.get() {
            fit_height(&element);
        }
    });
    let is_empty = Memo::new(move |_| draft.with(|text| text.trim().is_empty()));
    form()
        .attr("part", "composer")
        .class("composer")
        .on(ev::submit, move |event| {
            event.prevent_default();
            submit();
        })
        .child((
            textarea()
                .attr("part", "input")
                .class("input")
                .attr("aria-label", strings.input)
                .attr("rows", "1")
                .attr("placeholder", placeholder)
                .attr("enterkeyhint", "send")
                .attr("dir", "auto")
                .attr("maxlength", ui.options.message_units.to_string())
                .node_ref(input)
                .prop("value", move || draft.get())
                .on(ev::input, typed)
                .on(ev::keydown, move |event: ev::KeyboardEvent| {
                    if is_plain_enter(&event) {
                        event.prevent_default();
                        submit_by_key();
                    }
                }),
            button()
                .attr("part", "send")
                .class("send")
                .attr("type", "submit")
                .attr("aria-label", strings.send)
                .attr("disabled", move || is_empty.get().then_some(""))
                .child(icons::arrow_up()),
            move || refusal.get().map(|words| p().class("refusal").attr("role", "alert").child(words)),
        ))
        .into_any()
}

/// Enter sends; with Shift it breaks the line, and while an input method composes it belongs to that.
fn is_plain_enter(event: &ev::KeyboardEvent) -> bool {
    event.key() == "Enter" && !event.shift_key() && !event.is_composing() && event.key_code() != COMPOSING
}

/// Grows with the text; the sheet caps it at six lines.
fn fit_height(element: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(element);
    // A style that cannot be set leaves the field at one line, where it scrolls.
    let _unset = style.set_property("height", "auto");
    let _unset = style.set_property("height", &format!("{}px", element.scroll_height()));
}

/// The key code some browsers give while an input method is at work.
const COMPOSING: u32 = 229;
