//! The widget's tree, from the launcher to the live region.

use std::sync::Arc;

use leptos::{
    ev,
    mount::{UnmountHandle, mount_to},
    prelude::*,
};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    actions::Actions,
    context::{Options, Ui},
    element::{ElementRef, composes, el, focus, follow, keep, keep_no_longer},
    launcher::launcher,
    live::Live,
    model::ChatModel,
    narrator::announcer,
    panel::panel,
};

/// The mounted tree; dropping it empties the place and runs every cleanup.
#[must_use = "dropping it takes the widget off the page"]
pub(crate) struct Mounted {
    tree: UnmountHandle<<AnyView as Render>::State>,
    input: ElementRef,
    place: HtmlElement,
}

impl Mounted {
    /// Ends the views and leaves what they drew where it stands, for others to take over.
    pub(crate) fn leave(self) {
        let Self { tree, place, .. } = self;
        let widget = place.first_element_child();
        widget.iter().for_each(keep);
        drop(tree);
        widget.iter().for_each(keep_no_longer);
    }

    /// Puts the caret into the composer, if it is on the page.
    pub(crate) fn focus_composer(&self) {
        focus(self.input);
    }
}

/// Builds the tree inside `place`, which the caller owns; what stands there already is taken over.
pub(crate) fn mount(
    place: HtmlElement,
    model: ChatModel,
    actions: Actions,
    options: Options,
    is_drawn: bool,
) -> Mounted {
    // The refs are made inside the tree's owner, so that they live exactly as long as it.
    let slot = Arc::new(std::sync::OnceLock::new());
    let filled = slot.clone();
    let standing = SendWrapper::new(place.clone());
    let tree = mount_to(place.clone(), move || {
        let ui = Ui {
            actions,
            model,
            options: Arc::new(options),
            input: ElementRef::default(),
            launcher: ElementRef::default(),
            hushed: Live::new(false),
            place: standing,
            is_drawn,
        };
        let _first = filled.set(ui.input);
        app(ui)
    });
    Mounted {
        tree,
        input: slot.get().copied().unwrap_or_default(),
        place,
    }
}

fn app(ui: Ui) -> AnyView {
    let is_open = ui.model.is_open();
    let (input, opener) = (ui.input, ui.launcher);
    let focus_moves = ui.model.focus_moves();
    // What earlier views were asked for is done: drawn anew, the widget leaves the focus where it is.
    let before = focus_moves.get_untracked();
    follow(move || {
        if focus_moves.get() > before {
            focus(if is_open.get_untracked() { input } else { opener });
        }
    });
    let actions = ui.actions.clone();
    let stays = ui.options.is_inline;
    let leave = move |event: ev::Event| {
        let pressed = event
            .dyn_ref::<ev::KeyboardEvent>()
            .filter(|event| event.key() == "Escape" && !composes(event));
        if pressed.is_some() && !stays && is_open.get_untracked() {
            actions.show(false);
        }
    };
    el("div")
        .in_place_of(ui.standing(".widget"))
        .class("widget")
        .set("lang", ui.options.language.tag())
        .bind("data-open", move || is_open.get().then_some("".into()))
        .on("keydown", leave)
        .child(panel(&ui))
        .child(launcher(&ui))
        .child(announcer(&ui))
        .view()
}
