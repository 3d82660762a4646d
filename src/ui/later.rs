//! What of the views comes after the widget stands.
//!
//! `cargo xtask build` cuts the wasm (`crates/xtask/src/split.rs`): what only the gates of [`answers`] or [`rest`] lead to
//! is a file of its own, which `www/src/parts.ts` fetches once a message can be sent. A gate may be entered only when its
//! part is there; until then a view shows something plainer, or nothing.

use leptos::prelude::*;
use web_sys::HtmlElement;

use super::{
    answer::{self, Painter},
    context::Ui,
    live::{Kept, Live},
    model::Answer,
    sign_in,
    strings::Strings,
};

/// The parts, in the order they come in.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Answers,
    Rest,
}

thread_local! {
    /// How many parts are there. A widget that is not cut has them all.
    static CAME: Kept<u32> = Kept::new(if cfg!(feature = "alone") { u32::MAX } else { 0 });
}

/// So many parts are there from here on.
pub(crate) fn came(parts: u32) {
    CAME.with(|came| came.set(parts));
}

/// Whether every part is there.
pub(crate) fn is_whole() -> bool {
    CAME.with(|came| came.get_untracked() > Part::Rest as u32)
}

/// Whether a part is there, for a view.
pub(super) fn is_there(part: Part) -> impl Fn() -> bool + Copy + Send + 'static {
    let came: Live<u32> = CAME.with(Kept::live);
    move || came.get() > part as u32
}

/// Answers as they are meant to look.
pub(super) mod answers {
    use super::{Answer, HtmlElement, Painter, Strings, answer};

    #[inline(never)]
    pub(in super::super) fn paint(
        painter: &mut Painter,
        place: &HtmlElement,
        answer: &Answer,
        strings: &'static Strings,
    ) {
        painter.paint(place, answer, strings);
    }

    #[inline(never)]
    pub(in super::super) fn spoken(text: &str) -> String {
        answer::spoken(text)
    }
}

/// What few visitors need.
pub(super) mod rest {
    use super::{AnyView, Ui, sign_in};

    #[inline(never)]
    pub(in super::super) fn sign_in_form(ui: &Ui) -> AnyView {
        sign_in::form(ui)
    }
}
