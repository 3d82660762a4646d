//! The one live region: it says an answer sentence by sentence while it grows, and what became of it.
//!
//! The visible transcript is none. A region of growing text is spoken from its beginning with every piece, or not at
//! all; here whole sentences arrive, at most every two seconds, each once.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use miptech_chat_markdown::{Block, words};
use miptech_chat_session::Status;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ShadowRoot};

use super::{
    answer::{
        LANGUAGE_CHARS,
        confined::{is_unreadable, note},
    },
    context::Ui,
    element::{ElementRef, el, follow},
    foot,
    later::{self, Part, is_there},
    model::Row,
    notice::notice_words,
    segments::whole_sentences,
    strings::Strings,
};

/// The region; a notice is said when it appears.
pub(super) fn announcer(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let (answers, notice) = (ui.model.speaking(), ui.model.notice());
    let narrator = Rc::new(Narrator {
        strings,
        place: ElementRef::default(),
        told: RefCell::default(),
        pause: RefCell::default(),
    });
    let place = narrator.place;
    let is_there = is_there(Part::Rest);
    // What is still to be said is not said any more once the view is gone.
    let ends = StoredValue::new_local(narrator.clone());
    on_cleanup(move || drop(ends.try_with_value(|narrator| narrator.pause.take())));
    follow(move || {
        if let Some(row) = answers.get().filter(|_| is_there()) {
            later::rest::heard(&narrator, &row);
        }
    });
    let notice_words = move || {
        notice
            .get()
            .map_or("".into(), |notice| notice_words(strings, &notice))
    };
    el("div")
        .part("announcer")
        .class("unseen")
        .set("role", "status")
        .set("aria-live", "polite")
        .set("aria-atomic", "false")
        .child(el("div").at(place).view())
        .child(el("p").live_text(notice_words).view())
        .view()
}

pub(super) struct Narrator {
    strings: &'static Strings,
    place: ElementRef,
    told: RefCell<Told>,
    /// Runs from the first news after an utterance to the next utterance.
    pause: RefCell<Option<Timeout>>,
}

/// How far an answer was said.
#[derive(Default)]
struct Told {
    row: Option<Row>,
    bytes: usize,
    is_over: bool,
    /// What was left of the answer before, when this one began.
    left: String,
}

impl Narrator {
    /// An answer grew, or came to its end; or a message of the visitor's waits for their word.
    pub(super) fn heard(self: &Rc<Self>, row: &Row) {
        let status = row.status().get();
        let Some(answer) = row.answer() else {
            let words = foot::parked_words(self.strings, status);
            let place = self.place.get_untracked();
            place
                .iter()
                .for_each(|place| utter(place, words.unwrap_or_default()));
            return;
        };
        answer.with(|_| ());
        self.turn_to(row);
        if self.told.borrow().is_over || self.pause.borrow().is_some() {
            return;
        }
        let narrator = Rc::downgrade(self);
        self.pause.replace(Some(Timeout::new(PAUSE_MS, move || {
            if let Some(narrator) = narrator.upgrade() {
                narrator.pause.take();
                narrator.speak();
            }
        })));
    }

    fn turn_to(&self, row: &Row) {
        let mut told = self.told.borrow_mut();
        if told.row.as_ref().is_some_and(|known| known.key() == row.key()) {
            return;
        }
        let mut left = String::new();
        if told.row.is_some() && !told.is_over {
            left = told.next(self.strings, self.place);
            left.push('\n');
        }
        *told = Told {
            row: Some(row.clone()),
            left,
            ..Told::default()
        };
        if let Some(place) = self.place.get_untracked() {
            place.set_text_content(None);
        }
    }

    fn speak(&self) {
        let words = self.told.borrow_mut().next(self.strings, self.place);
        let place = self.place.try_get_untracked().flatten();
        place.iter().for_each(|place| utter(place, &words));
    }
}

impl Told {
    /// The sentences that are whole and were not said yet; at the answer's end the rest of it, and that it ended.
    fn next(&mut self, strings: &Strings, place: ElementRef) -> String {
        let mut words = std::mem::take(&mut self.left);
        let Some(row) = &self.row else { return words };
        let status = row.status_now();
        let is_growing = matches!(status, Status::Streaming | Status::Thinking);
        let mut text = String::new();
        let (place, id) = (place.try_get_untracked().flatten(), row.message_now());
        let noted = |id: &str| place.iter().for_each(|place| note(place, id));
        row.read_answer(|answer| {
            if place
                .as_ref()
                .is_some_and(|place| is_unreadable(place, id.as_deref()))
            {
                return text.push_str(&answer.text);
            }
            noted(id.as_deref().unwrap_or_default());
            answer.read(|document| {
                let blocks = document.settled().iter().chain(document.tail());
                blocks.for_each(|block| say_block(block, strings, &mut text));
            });
            noted("");
        });
        let rest = text.get(self.bytes..).unwrap_or_default();
        let end = if is_growing {
            whole_sentences(rest, strings.tag)
        } else {
            rest.len()
        };
        words.push_str(rest.get(..end).unwrap_or_default());
        self.bytes += end;
        if !is_growing {
            self.is_over = true;
            words.push('\n');
            words.push_str(&ending(status, row.sources_now().len(), strings));
        }
        words.trim().to_owned()
    }
}

/// What is said of an answer that will not grow any more.
fn ending(status: Status, sources: usize, strings: &Strings) -> String {
    match status {
        Status::Complete => complete(sources, strings),
        Status::Interrupted => strings.answer_cut().to_owned(),
        Status::Truncated => strings.answer_too_long().to_owned(),
        Status::Expired
        | Status::Failed
        | Status::Queued
        | Status::Sending
        | Status::Sent
        | Status::Stopped
        | Status::Streaming
        | Status::Thinking
        | Status::Unconfirmed => String::new(),
    }
}

/// That an answer is there in full, and what it rests on.
fn complete(sources: usize, strings: &Strings) -> String {
    match sources {
        0 => strings.answer_complete().to_owned(),
        _ => strings.counted(strings.answer_complete_sources(), sources),
    }
}

/// Says something at once, in the region of the widget in which `near` stands.
pub(super) fn say(near: &Element, words: &str) {
    let root = near.get_root_node().dyn_into::<ShadowRoot>().ok();
    let place = root.and_then(|root| root.query_selector("[part=announcer] > div").ok()?);
    let place = place.and_then(|place| place.dyn_into().ok());
    place.iter().for_each(|place| utter(place, words));
}

/// Adds a paragraph, which is what a polite region speaks of.
fn utter(place: &HtmlElement, words: &str) {
    if words.is_empty() {
        return;
    }
    let paragraph = place
        .owner_document()
        .and_then(|page| page.create_element("p").ok());
    if let Some(paragraph) = paragraph {
        paragraph.set_text_content(Some(words));
        let _accepted = place.append_child(&paragraph);
    }
}

/// A line for each paragraph, heading, item or row, without marks; code is only named.
fn say_block(block: &Block, strings: &Strings, out: &mut String) {
    match block {
        Block::Code { language, .. } => {
            out.push_str(strings.code_block());
            if let Some(language) = language {
                out.push_str(", ");
                out.extend(language.chars().take(LANGUAGE_CHARS));
            }
            out.push('.');
        }
        Block::Heading { content, .. } | Block::Paragraph(content) => words(content, out),
        Block::List { items, .. } => {
            let blocks = items.iter().flat_map(|item| &item.blocks);
            blocks.for_each(|block| say_block(block, strings, out));
        }
        Block::Quote(blocks) => blocks.iter().for_each(|block| say_block(block, strings, out)),
        Block::Rule => return,
        Block::Table { header, rows, .. } => {
            for row in std::iter::once(header).chain(rows) {
                for (column, cell) in row.iter().enumerate() {
                    if column > 0 {
                        out.push_str(", ");
                    }
                    words(cell, out);
                }
                out.push('\n');
            }
        }
    }
    out.push('\n');
}

/// The least time between two utterances.
const PAUSE_MS: u32 = 2000;
