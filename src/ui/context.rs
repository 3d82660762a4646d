//! What every view gets, and what the host page chose about it.

use std::sync::Arc;

use super::{
    actions::Actions,
    element::ElementRef,
    model::ChatModel,
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
}

impl Ui {
    pub(super) fn strings(&self) -> &'static Strings {
        self.options.language.strings()
    }

    /// The chat's name, which is also the speaker of its answers.
    pub(super) fn title(&self) -> String {
        self.options
            .title
            .clone()
            .unwrap_or_else(|| self.strings().title.to_owned())
    }
}
