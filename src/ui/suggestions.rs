//! Questions that are a press away: the page's own before the first message, the platform's under the last answer.

use leptos::prelude::*;
use miptech_chat_markdown::literal;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    context::Ui,
    element::{ElementRef, el, focus},
    model::Row,
    transcript::is_touch,
};

/// One question, under its name.
pub(super) fn suggestion(ui: &Ui, label: String, question: String) -> AnyView {
    let (actions, input) = (ui.actions.clone(), ui.input);
    el("button")
        .part("suggestion")
        .class("suggestion")
        .set("type", "button")
        .set("dir", "auto")
        // A refusal leaves the question where it is; the visitor may press again. Otherwise it goes, and the focus of
        // whoever pressed it goes on to the composer; a finger would call a keyboard up over the answer.
        .on("click", move |event| {
            if actions.send(&question).is_ok() && !is_touch(&event) {
                focus(input);
            }
        })
        .text(label)
        .view()
}

/// What the platform offers to ask next, as long as nothing was said since. Its words are text, on one line.
pub(super) fn follow_ups(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let (ui, row) = (ui.clone(), row.clone());
    move || {
        let suggestions = ui
            .model
            .suggestions_after(&row)
            .filter(|_| ui.has("suggestions"))?;
        let questions = suggestions.iter().map(|words| one_line(words));
        let place = ElementRef::default();
        let list = questions
            .filter(|question| !question.is_empty())
            .take(MOST)
            .fold(el("div").class("follow-ups").at(place), |list, question| {
                list.child(suggestion(&ui, shortened(&question), question))
            });
        // How many fit is known once they stand, and before anybody sees them.
        request_animation_frame(move || {
            if let Some(list) = place.try_get_untracked().flatten() {
                keep_rows(&list);
            }
        });
        Some(list.view())
    }
}

/// Takes away what would begin a row too many.
fn keep_rows(list: &HtmlElement) {
    let chips = list.children();
    let chips = (0..chips.length()).filter_map(|at| chips.item(at)?.dyn_into::<HtmlElement>().ok());
    let (mut rows, mut former) = (0, None);
    for chip in chips.collect::<Vec<_>>() {
        let top = Some(chip.offset_top());
        rows += usize::from(top != former);
        former = top;
        if rows > MOST_ROWS {
            chip.remove();
        }
    }
}

/// What is sent holds nothing hidden, and no line break that would push the rest out of sight.
fn one_line(words: &str) -> String {
    literal(&words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What is shown of a long one; what is sent is seen whole in the conversation.
fn shortened(question: &str) -> String {
    if question.chars().count() <= MOST_CHARS {
        return question.to_owned();
    }
    let start: String = question.chars().take(MOST_CHARS - 1).collect();
    format!("{}…", start.trim_end())
}

/// How many are offered, in how many rows; more would push the answer out of sight.
const MOST: usize = 4;
const MOST_ROWS: usize = 2;

/// Row M22 of `faults.md`.
const MOST_CHARS: usize = 80;
