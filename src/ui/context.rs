//! What every view gets, and what the host page chose about it.

use std::sync::Arc;

use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ShadowRoot};

use super::{
    actions::Actions,
    element::ElementRef,
    link::Links,
    live::Live,
    model::ChatModel,
    strings::{Language, Strings},
};

/// What the host page chose about words and limits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) language: Language,
    /// The hosts whose pictures a tap loads.
    pub(crate) image_hosts: Vec<String>,
    pub(crate) links: Links,
    /// The longest message, in UTF-16 units.
    pub(crate) message_units: usize,
    pub(crate) placeholder: Option<String>,
    /// What each starter prompt says, and what it sends.
    pub(crate) suggestions: Vec<(String, String)>,
    pub(crate) title: Option<String>,
    pub(crate) welcome: Option<String>,
    /// The line that says one talks to an AI, where it is in the page's own words.
    pub(crate) disclosure: Option<String>,
    /// Where that line leads, where it leads anywhere.
    pub(crate) disclosure_href: Option<String>,
    pub(crate) has_disclosure: bool,
    /// Whether the chat stands inside an element of the page, where no visitor closes it.
    pub(crate) is_inline: bool,
    /// Whether the visitor may be asked to sign in here.
    pub(crate) has_sign_in: bool,
}

/// What every view gets: the model to read, the actions to ask, the words to say.
#[derive(Clone)]
pub(super) struct Ui {
    pub(super) actions: Actions,
    pub(super) model: ChatModel,
    pub(super) options: Arc<Options>,
    /// Where the focus goes when the panel opens.
    pub(super) input: ElementRef,
    /// Where it goes when the panel closes.
    pub(super) launcher: ElementRef,
    /// Whether a drop is too fresh to be spoken of.
    pub(super) hushed: Live<bool>,
    /// What all of it stands in.
    pub(super) place: SendWrapper<HtmlElement>,
    /// Whether the loader drew launcher and panel; it then hears the launcher by itself.
    pub(super) is_drawn: bool,
}

impl Ui {
    pub(super) fn strings(&self) -> &'static Strings {
        self.options.language.strings()
    }

    /// What stands on the page already, drawn by the loader or by earlier views.
    pub(super) fn standing(&self, selector: &str) -> Option<Element> {
        self.place.query_selector(selector).ok().flatten()
    }

    /// The element of the page that the widget lives in.
    pub(super) fn host(&self) -> Option<HtmlElement> {
        let root: ShadowRoot = self.place.get_root_node().dyn_into().ok()?;
        root.host().dyn_into().ok()
    }

    /// Whether the page left a feature on.
    pub(super) fn has(&self, feature: &str) -> bool {
        let lacks = self.host().and_then(|host| host.get_attribute("data-without"));
        !lacks
            .unwrap_or_default()
            .split(' ')
            .any(|lacking| lacking == feature)
    }

    /// The chat's name, which is also the speaker of its answers.
    pub(super) fn title(&self) -> String {
        self.options
            .title
            .clone()
            .unwrap_or_else(|| self.strings().title().to_owned())
    }
}
