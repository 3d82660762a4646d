//! The question before a link is opened whose words may deceive, or whose address carries much.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::ui::{
    context::Ui,
    element::{ElementRef, el, follow, text_button},
    live::Live,
};

/// A link the visitor is asked about.
#[derive(Clone)]
pub(in crate::ui) struct Asked {
    pub(super) href: String,
    /// Where it leads, as the browser reads it.
    pub(super) target: String,
}

/// The question. It is the browser's own modal dialog: focus, Escape and the way back to the link
/// are its business, and nothing of an answer can lie over it.
pub(in crate::ui) fn question(ui: &Ui, asked: Live<Option<Asked>>, link: Asked) -> AnyView {
    let strings = ui.strings();
    let Asked { href, target } = link;
    let place = ElementRef::default();
    follow(move || {
        let element = place.get();
        if let Some(dialog) = element
            .as_ref()
            .and_then(|element| element.dyn_ref::<HtmlDialogElement>())
        {
            // Refused only for a dialog that is open, or off the page.
            let _shown = dialog.show_modal();
        }
    });
    let leave = move || {
        let element = place.get_untracked();
        element
            .iter()
            .filter_map(|element| element.dyn_ref::<HtmlDialogElement>())
            .for_each(HtmlDialogElement::close);
    };
    let open = move |_| {
        open(&href);
        leave();
    };
    let actions = el("div")
        .class("ask-actions")
        .child(text_button(strings.cancel()).on("click", move |_| leave()).view())
        .child(
            el("button")
                .class("ask-open")
                .set("type", "button")
                .on("click", open)
                .text(strings.open_link())
                .view(),
        );
    el("dialog")
        .class("ask")
        .set("aria-labelledby", "ask")
        .at(place)
        .on("close", move |_| asked.set(None))
        // Escape closes the question, and not the panel around it.
        .on("keydown", |event| event.stop_propagation())
        .child(
            el("p")
                .set("id", "ask")
                .text(strings.link_leads())
                .child(el("bdi").class("ask-host").set("dir", "ltr").text(target).view())
                .view(),
        )
        .child(actions.view())
        .view()
}

/// Opens what the visitor said yes to, with nothing of this page for who is behind it.
fn open(href: &str) {
    if let Some(window) = web_sys::window() {
        // What is opened so has no handle here, so there is nothing to keep.
        let _none = window.open_with_url_and_target_and_features(href, "_blank", "noopener,noreferrer");
    }
}
