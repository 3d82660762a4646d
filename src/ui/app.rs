//! The widget's tree, from the launcher to the live region.

use std::sync::Arc;

use leptos::{
    ev,
    html::{self, div},
    mount::{UnmountHandle, mount_to},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    actions::Actions,
    launcher::launcher,
    model::ChatModel,
    panel::panel,
    strings::{Language, Strings},
};

/// What the host page chose about words and limits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) language: Language,
    /// The longest message, in UTF-16 units.
    pub(crate) message_units: usize,
    pub(crate) placeholder: Option<String>,
    pub(crate) suggestions: Vec<String>,
    pub(crate) title: Option<String>,
    pub(crate) welcome: Option<String>,
    pub(crate) has_disclosure: bool,
}

/// What every view gets: the model to read, the actions to ask, the words to say.
#[derive(Clone)]
pub(super) struct Ui {
    pub(super) actions: Actions,
    pub(super) model: ChatModel,
    pub(super) options: Arc<Options>,
    /// Where the focus goes when the panel opens.
    pub(super) input: NodeRef<html::Textarea>,
    /// Where it goes when the panel closes.
    pub(super) launcher: NodeRef<html::Button>,
}

impl Ui {
    pub(super) fn strings(&self) -> &'static Strings {
        self.options.language.strings()
    }
}

/// The mounted tree; dropping it empties the place and runs every cleanup.
#[must_use = "dropping it takes the widget off the page"]
pub(crate) struct Mounted {
    _tree: UnmountHandle<<AnyView as Render>::State>,
    input: NodeRef<html::Textarea>,
}

impl Mounted {
    /// Puts the caret into the composer, if it is on the page.
    pub(crate) fn focus_composer(&self) {
        focus(self.input);
    }
}

/// Builds the tree inside `place`, which the caller owns.
pub(crate) fn mount(place: HtmlElement, model: ChatModel, actions: Actions, options: Options) -> Mounted {
    // The refs are made inside the tree's owner, so that they live exactly as long as it.
    let slot = Arc::new(std::sync::OnceLock::new());
    let filled = slot.clone();
    let tree = mount_to(place, move || {
        let ui = Ui { actions, model, options: Arc::new(options), input: NodeRef::new(), launcher: NodeRef::new() };
        let _first = filled.set(ui.input);
        app(ui)
    });
    Mounted { _tree: tree, input: slot.get().copied().unwrap_or_default() }
}

fn app(ui: Ui) -> AnyView {
    let is_open = ui.model.is_open();
    let (input, opener) = (ui.input, ui.launcher);
    // Focus follows the panel: in when it opens, back to the opener when it closes, never on the first run.
    Effect::new(move |before: Option<bool>| {
        let is_open = is_open.get();
        match (before, is_open) {
            (Some(false), true) => focus(input),
            (Some(true), false) => focus(opener),
            (None | Some(_), _) => {}
        }
        is_open
    });
    let actions = ui.actions.clone();
    let leave = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && is_open.get_untracked() {
            actions.show(false);
        }
    };
    div()
        .class("widget")
        .attr("lang", ui.options.language.tag())
        .attr("data-open", move || is_open.get().then_some(""))
        .on(ev::keydown, leave)
        .child((panel(&ui), launcher(&ui), announcer(&ui)))
        .into_any()
}

/// The one live region: an answer is spoken once, when it is whole; a notice when it appears.
fn announcer(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (announced, notice) = (ui.model.announced(), ui.model.notice());
    let notice_words = move || notice.get().map(|notice| strings.error(notice.error().code));
    div()
        .attr("part", "announcer")
        .class("unseen")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .child((html::p().child(move || announced.get()), html::p().child(notice_words)))
        .into_any()
}

/// Moves the focus, once the browser has drawn what is to be focused.
fn focus<E>(place: NodeRef<E>)
where
    E: html::ElementType,
    E::Output: JsCast + Clone + 'static,
{
    request_animation_frame(move || {
        let element = place.try_get_untracked().flatten();
        if let Some(element) = element.as_ref().and_then(|element| element.dyn_ref::<HtmlElement>()) {
            let _gone_meanwhile = element.focus();
        }
    });
}
