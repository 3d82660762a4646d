//! An answer on the page: finished blocks are drawn once and never touched again, the open end is drawn over.
//!
//! ```text
//! sheet     what of the answer stands; draws what is new, within the time it is given
//! confined  what crashed the widget before is shown as it came
//! frames    one paint for each frame of the page, all answers together
//! blocks    what each node of the tree becomes
//! cites     the numbers of its sources in the text
//! pen       draws a tree over the one that stands there
//! ask       the question before a link that may deceive is opened
//! ```

use std::rc::Rc;

use leptos::{ev, prelude::*};
use miptech_chat_markdown::literal;
use miptech_chat_session::Status;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub(super) use self::ask::{Asked, question};
use self::sheet::{Due, Sheet};
use super::{
    clipboard,
    context::Ui,
    element::{ElementRef, el, follow, set, text_button},
    later::{self, Part, is_there},
    live::Live,
    model::{Answer, Row},
    sources,
    strings::Strings,
};

mod ask;
mod blocks;
mod cites;
pub(super) mod confined;
mod frames;
mod pen;
mod sheet;

/// The answer of a row, from its first dots to its end; its text as it came, until what draws it is there.
pub(super) fn answer(ui: &Ui, row: &Row, answer: Live<Answer>) -> AnyView {
    let (asked, has_rest) = (Live::default(), Live::new(false));
    let is_there = is_there(Part::Answers);
    let body = {
        let (ui, row) = (ui.clone(), row.clone());
        move || {
            Some(if is_there() {
                later::answers::drawn(&ui, &row, answer, asked, has_rest)
            } else {
                el("div")
                    .class("answer")
                    .set("dir", "auto")
                    .live_text(move || answer.with(|answer| answer.text.clone()).into())
                    .view()
            })
        }
    };
    let question = {
        let ui = ui.clone();
        move || Some(later::rest::question(&ui, asked, asked.get()?))
    };
    let rest = {
        let strings = ui.strings();
        move || has_rest.get().then(|| later::answers::rest(strings, answer))
    };
    el("div")
        .class("answer-frame")
        .slot(thinking(ui, row))
        .slot(body)
        .slot(rest)
        .slot(question)
        .view()
}

/// What a tree may not hold, for whoever wants to read it all the same: as text.
pub(super) fn rest(strings: &'static Strings, answer: Live<Answer>) -> AnyView {
    let is_shown = Live::new(false);
    let words = move || answer.with(|answer| answer.read(|document| literal(document.rest())).into());
    let content = move || {
        Some(if is_shown.get() {
            el("p").class("typed").set("dir", "auto").live_text(words).view()
        } else {
            text_button(strings.show_rest())
                .on("click", move |_| is_shown.set(true))
                .view()
        })
    };
    el("div").class("rest").slot(content).view()
}

/// The answer as it is meant to look.
pub(super) fn drawn(
    ui: &Ui,
    row: &Row,
    answer: Live<Answer>,
    asked: Live<Option<Asked>>,
    has_rest: Live<bool>,
) -> AnyView {
    let place = ElementRef::default();
    let sheet = Rc::new(Sheet::new(ui, row, place, answer, has_rest));
    follow(move || {
        if let Due::Frame = sheet.changed() {
            frames::ask(sheet.clone());
        }
    });
    let hand = Hand {
        strings: ui.strings(),
        asked,
    };
    el("div")
        .class("answer")
        .set("dir", "auto")
        .at(place)
        .on("click", move |event| meant(hand, &event))
        .on("auxclick", move |event| meant(hand, &event))
        .on("keydown", move |event| meant(hand, &event))
        .view()
}

/// Nothing in an answer is followed before it is known whether the visitor is to be asked.
fn meant(hand: Hand, event: &ev::Event) {
    if later::is_whole() {
        later::rest::meant(hand, event);
    } else if event.type_() != "keydown" {
        event.prevent_default();
    }
}

/// Three soft dots in the answer's place; the first text replaces them without a jump.
fn thinking(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let status = row.status();
    move || {
        (status.get() == Status::Thinking).then(|| {
            let dots = el("span")
                .class("dots")
                .set("role", "img")
                .set("aria-label", strings.answer_thinking());
            (0..3).fold(dots, |dots, _| dots.child(el("span").view())).view()
        })
    }
}

/// What a person does inside an answer.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    strings: &'static Strings,
    /// The link the visitor is asked about.
    asked: Live<Option<Asked>>,
}

impl Hand {
    pub(super) fn meant(self, event: &ev::Event) {
        match event.type_().as_str() {
            "click" => self.pressed(event),
            "auxclick" => self.pressed_otherwise(event),
            _ => self.key(event),
        }
    }

    fn pressed(self, event: &ev::Event) {
        if let Some(button) = under(event, "button.copy") {
            copy_code(&button, self.strings);
        } else if let Some(chip) = under(event, "button.image") {
            load(&chip);
        } else if let Some(mark) = under(event, ".cite[tabindex]") {
            sources::show(&mark, cites::number(&mark).unwrap_or_default());
        } else {
            self.asks(event);
        }
    }

    /// The middle button opens links too, and says so by an event of its own.
    fn pressed_otherwise(self, event: &ev::Event) {
        let pressed = event.dyn_ref::<ev::MouseEvent>();
        if pressed.is_some_and(|pressed| pressed.button() == MIDDLE) {
            self.asks(event);
        }
    }

    /// A link is opened by the browser itself, unless the visitor is to be asked first.
    fn asks(self, event: &ev::Event) {
        let asked = under(event, "a[href][data-asks]").and_then(|anchor| {
            Some(Asked {
                href: anchor.get_attribute("href")?,
                target: anchor.get_attribute("data-asks")?,
            })
        });
        if asked.is_some() {
            event.prevent_default();
            self.asked.set(asked);
        }
    }

    /// A mark is no button of the browser's, so the keys of one are given to it.
    fn key(self, event: &ev::Event) {
        let key = event.dyn_ref::<ev::KeyboardEvent>().map(|event| event.key());
        if matches!(key.as_deref(), Some("Enter" | " ")) && under(event, ".cite[tabindex]").is_some() {
            event.prevent_default();
            self.pressed(event);
        }
    }
}

/// The element of this kind that was meant.
fn under(event: &ev::Event, selector: &str) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(selector).ok()?
}

/// Copies the code beside the button that was pressed; what is copied is what is shown.
fn copy_code(button: &Element, strings: &'static Strings) {
    let frame = button.closest(".code").ok().flatten();
    let code = frame.and_then(|frame| frame.query_selector("pre").ok().flatten());
    if let Some(text) = code.and_then(|code| code.text_content()) {
        clipboard::copy(Some(button.clone().into()), &text, strings);
    }
}

/// Puts the picture where its chip was; the chip says that it may be loaded, and was pressed.
fn load(chip: &Element) {
    let (Some(src), Some(page)) = (chip.get_attribute("data-src"), chip.owner_document()) else {
        return;
    };
    let Ok(picture) = page.create_element("img") else {
        return;
    };
    for (name, value) in [
        ("class", "picture"),
        ("referrerpolicy", "no-referrer"),
        ("tabindex", "-1"),
        ("alt", &chip.get_attribute("data-alt").unwrap_or_default()),
        ("src", &src),
    ] {
        set(&picture, name, value);
    }
    let _gone_meanwhile = chip.replace_with_with_node_1(&picture);
    // The focus was on the chip.
    let _never_refused = picture.unchecked_ref::<HtmlElement>().focus();
}

/// The longest name of a language that is shown over code, or said.
pub(super) const LANGUAGE_CHARS: usize = 24;

/// The number of the mouse's middle button.
const MIDDLE: i16 = 1;
