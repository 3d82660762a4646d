//! What of the views comes after the widget stands.
//!
//! `cargo xtask build` cuts the wasm (`crates/xtask/src/split.rs`): what only the gates of [`answers`] or [`rest`] lead to
//! is a file of its own, which `www/src/parts.ts` fetches once a message can be sent. A gate may be entered only when its
//! part is there; until then a view shows something plainer, or nothing.

use std::rc::Rc;

use leptos::{ev::Event, prelude::*};
use miptech_chat_session::{Feedback, Source};
use web_sys::Element;

use super::{
    answer::{self, Asked, Hand},
    composer,
    context::Ui,
    extras, foot, launcher,
    lines::Line,
    live::{Kept, Live},
    lost_focus, menu,
    model::{Answer, Row},
    narrator::Narrator,
    panel, sign_in, sources,
    strings::{self, Strings},
    transcript::{self, List},
};

/// The parts, in the order they come in.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Answers,
    Rest,
    /// What only a page with `debug` fetches.
    Trace,
}

thread_local! {
    /// How many parts are there. A widget that is not cut has them all.
    static CAME: Kept<u32> = Kept::new(if cfg!(feature = "alone") { u32::MAX } else { 0 });
}

/// So many parts are there from here on.
pub(crate) fn came(parts: u32) {
    CAME.with(|came| came.set(parts));
}

/// Whether answers can be drawn as they are meant to look.
pub(super) fn has_answers() -> bool {
    CAME.with(|came| came.get_untracked() > Part::Answers as u32)
}

/// Whether every part is there that a visitor has something of.
pub(crate) fn is_whole() -> bool {
    CAME.with(|came| came.get_untracked() > Part::Rest as u32)
}

/// Whether a trace can be written (`src/driver/later.rs`).
pub(crate) fn has_trace() -> bool {
    CAME.with(|came| came.get_untracked() > Part::Trace as u32)
}

/// Whether a part is there, for a view.
pub(super) fn is_there(part: Part) -> impl Fn() -> bool + Copy + Send + 'static {
    let came: Live<u32> = CAME.with(Kept::live);
    // What is there stays there, so whoever finds it so asks for no news: all widgets share this value, and it would keep
    // something of every effect that follows it.
    move || came.get_untracked() > part as u32 || came.get() > part as u32
}

/// Answers as they are meant to look.
pub(super) mod answers {
    use super::{Answer, AnyView, Asked, Live, Row, Strings, Ui, answer};

    #[inline(never)]
    pub(in super::super) fn drawn(
        ui: &Ui,
        row: &Row,
        answer: Live<Answer>,
        asked: Live<Option<Asked>>,
        has_rest: Live<bool>,
    ) -> AnyView {
        answer::drawn(ui, row, answer, asked, has_rest)
    }

    #[inline(never)]
    pub(in super::super) fn rest(strings: &'static Strings, answer: Live<Answer>) -> AnyView {
        answer::rest(strings, answer)
    }

    /// Adds what the sheet says of answers. If it were given back, the optimiser would know it outside.
    #[inline(never)]
    pub(in super::super) fn add_sheet(sheet: &mut String) {
        sheet.push_str(include_str!(concat!(env!("OUT_DIR"), "/answers.css")));
    }
}

/// What is said about messages and done with them, how answers are heard, and what few visitors need.
pub(super) mod rest {
    use super::{
        AnyView, Asked, Element, Event, Feedback, Hand, Line, List, Live, Narrator, Rc, Row, Source, Strings,
        Ui, answer, composer, extras, foot, launcher, lost_focus, menu, panel, sign_in, sources, strings,
        transcript,
    };

    #[inline(never)]
    pub(in super::super) fn badge(count: u32) -> AnyView {
        launcher::badge(count)
    }

    #[inline(never)]
    pub(in super::super) fn unread(strings: &Strings, count: u32) -> String {
        launcher::name(strings, count)
    }

    #[inline(never)]
    pub(in super::super) fn beside(ui: &Ui) -> AnyView {
        composer::beside::beside(ui)
    }

    #[inline(never)]
    pub(in super::super) fn mark(
        ui: &Ui,
        lines: &mut [Line],
        rows: &[Row],
        places: (&[usize], usize),
        focused: Option<&Element>,
    ) {
        transcript::mark(ui, lines, rows, places, focused);
    }

    #[inline(never)]
    pub(in super::super) fn rove(list: &mut List, event: &Event, is_down: bool) -> bool {
        transcript::rove(list, event, is_down)
    }

    #[inline(never)]
    pub(in super::super) fn menu(ui: &Ui) -> AnyView {
        lost_focus::watch(ui);
        panel::hush_drops(ui);
        menu::menu(ui)
    }

    #[inline(never)]
    pub(in super::super) fn full(strings: &Strings, limit: usize) -> String {
        strings.counted(strings.outbox_full(), limit)
    }

    #[inline(never)]
    pub(in super::super) fn speak_english(words: &mut &'static [&'static str]) {
        strings::speak_english(words);
    }

    #[inline(never)]
    pub(in super::super) fn extras(
        ui: &Ui,
        row: &Row,
        verdict: Live<Option<Feedback>>,
        has_feedback: bool,
    ) -> AnyView {
        extras::drawn(ui, row, verdict, has_feedback)
    }

    #[inline(never)]
    pub(in super::super) fn foot(ui: &Ui, row: &Row, can_check: bool) -> AnyView {
        foot::drawn(ui, row, can_check)
    }

    #[inline(never)]
    pub(in super::super) fn heard(narrator: &Rc<Narrator>, row: &Row) {
        narrator.heard(row);
    }

    #[inline(never)]
    pub(in super::super) fn meant(hand: Hand, event: &Event) {
        hand.meant(event);
    }

    /// Adds what the sheet says of all that.
    #[inline(never)]
    pub(in super::super) fn add_sheet(sheet: &mut String) {
        sheet.push_str(include_str!(concat!(env!("OUT_DIR"), "/rest.css")));
    }

    #[inline(never)]
    pub(in super::super) fn question(ui: &Ui, asked: Live<Option<Asked>>, link: Asked) -> AnyView {
        answer::question(ui, asked, link)
    }

    #[inline(never)]
    pub(in super::super) fn sign_in_form(ui: &Ui) -> AnyView {
        sign_in::form(ui)
    }

    #[inline(never)]
    pub(in super::super) fn sources(
        strings: &'static Strings,
        list: &[Source],
        is_unfolded: Live<bool>,
    ) -> AnyView {
        sources::pills(strings, list, is_unfolded)
    }
}
