//! What can be done with a finished answer: a quiet row under it.

use std::iter::successors;

use leptos::{ev, prelude::*};
use miptech_chat_session::{Author, Feedback, Status};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    actions::Deed,
    clipboard,
    context::Ui,
    element::{ElementRef, el, text_button},
    later::{self, Part, is_there},
    live::Live,
    model::Row,
    reason::{self, Reason},
    strings::Strings,
    suggestions::follow_ups,
};

pub(super) fn extras(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let (ui, row) = (ui.clone(), row.clone());
    let (status, verdict, has_feedback) = (row.status(), row.verdict(), ui.model.has_feedback());
    let is_answer = row.answer().is_some();
    let is_there = is_there(Part::Rest);
    move || {
        let is_whole = matches!(
            status.get(),
            Status::Complete | Status::Stopped | Status::Truncated
        );
        let is_shown = is_answer && is_whole && is_there();
        is_shown.then(|| later::rest::extras(&ui, &row, verdict, has_feedback.get()))
    }
}

/// The row.
pub(super) fn drawn(ui: &Ui, row: &Row, verdict: Live<Option<Feedback>>, has_feedback: bool) -> AnyView {
    let strings = ui.strings();
    let copy = || {
        let copy = move |event: ev::Event| copy_answer(&event, strings);
        text_button(strings.copy()).on("click", copy).view()
    };
    let again = |question: String| {
        let actions = ui.actions.clone();
        let ask = move |_| drop(actions.send(&question));
        text_button(strings.try_again())
            .set("data-again", "")
            .on("click", ask)
            .view()
    };
    let (reason, opener) = (Live::new(Reason::Unasked), ElementRef::default());
    let thumb = |value: Feedback, name: &'static str| {
        let (actions, row) = (ui.actions.clone(), row.clone());
        let rate = move |_| {
            // One that was pressed stays pressed: an opinion can be changed, not taken back.
            let Some(id) = row.message_now() else { return };
            if verdict.get_untracked() != Some(value) {
                verdict.set(Some(value));
                actions.perform(Deed::Rate {
                    message: &id,
                    value,
                    reason: None,
                });
                reason.set(Reason::Unasked);
            }
            // Who sent the question away, or lost it out of sight, gets it again.
            if value == Feedback::Down && reason.get_untracked() == Reason::Unasked {
                reason.set(Reason::Asked);
            }
        };
        text_button(name)
            .bind("aria-pressed", move || {
                let is_pressed = verdict.get() == Some(value);
                Some(if is_pressed { "true" } else { "false" }.into())
            })
            .on("click", rate)
    };
    let unhelpful = || {
        let is_asked = move || {
            if reason.get() == Reason::Asked {
                "true"
            } else {
                "false"
            }
        };
        thumb(Feedback::Down, strings.not_helpful())
            .bind("aria-expanded", move || Some(is_asked().into()))
            .at(opener)
    };
    // What the platform would be told of belongs to the conversation that goes on.
    let has_feedback = has_feedback && ui.has("feedback") && !ui.model.is_over(row);
    // Nobody says to a person: try again.
    let question = ui
        .model
        .question_before(row)
        .filter(|_| row.author() == Author::Ai);
    let extras = el("div")
        .class("extras")
        .maybe(clipboard::is_there().then(copy))
        .maybe(has_feedback.then(|| thumb(Feedback::Up, strings.helpful()).view()))
        .maybe(has_feedback.then(|| unhelpful().view()))
        .maybe(question.map(again));
    el("div")
        .child(extras.view())
        .slot(reason::reason(ui, row, reason, opener))
        .slot(follow_ups(ui, row))
        .view()
}

/// Copies the answer over the button as it is shown: its words without marks, and without our own in between; items
/// of lists with what stands before them.
fn copy_answer(event: &ev::Event, strings: &'static Strings) {
    let button = event
        .current_target()
        .and_then(|button| button.dyn_into::<Element>().ok());
    let answer = button
        .as_ref()
        .and_then(|button| button.closest(".message").ok().flatten())
        .and_then(|message| message.query_selector(".answer").ok().flatten());
    let Some(answer) = answer.and_then(|answer| answer.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    // What is not drawn is not among an element's words; the browser draws nothing between these two lines.
    let class = answer.class_name();
    answer.set_class_name(&format!("{class} copied"));
    let bullets = bullets(&answer);
    let words = answer.inner_text();
    bullets.iter().for_each(Element::remove);
    answer.set_class_name(&class);
    clipboard::copy(button.map(Into::into), &words, strings);
}

/// Writes before each item what the browser draws there, which is no text by itself.
fn bullets(answer: &HtmlElement) -> Vec<Element> {
    let Ok(lists) = answer.query_selector_all("ul, ol") else {
        return Vec::new();
    };
    let lists = (0..lists.length()).filter_map(|at| lists.get(at)?.dyn_into::<Element>().ok());
    lists.flat_map(|list| bullets_of(&list)).collect()
}

fn bullets_of(list: &Element) -> Vec<Element> {
    let around = |list: &Element| list.parent_element()?.closest(".answer :is(ul, ol)").ok()?;
    let depth = "  ".repeat(successors(around(list), around).count());
    let is_numbered = list.local_name() == "ol";
    let start = list.get_attribute("start").and_then(|start| start.parse().ok());
    successors(list.first_element_child(), Element::next_element_sibling)
        .zip(start.unwrap_or(1_u64)..)
        .filter(|(item, _)| item.class_name() != "task")
        .filter_map(|(item, number)| {
            if is_numbered {
                bullet(&item, &format!("{depth}{number}. "))
            } else {
                bullet(&item, &format!("{depth}• "))
            }
        })
        .collect()
}

fn bullet(item: &Element, words: &str) -> Option<Element> {
    let bullet = item.owner_document()?.create_element("span").ok()?;
    bullet.set_class_name("bullet");
    bullet.set_text_content(Some(words));
    // In the line of the item's first words.
    let first = item
        .first_element_child()
        .filter(|first| first.local_name() == "p");
    let line = first.as_ref().unwrap_or(item);
    line.insert_before(&bullet, line.first_child().as_ref()).ok()?;
    Some(bullet)
}
