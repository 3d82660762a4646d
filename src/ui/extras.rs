//! What can be done with a finished answer: a quiet row under it.

use std::iter::successors;

use leptos::{ev, prelude::*};
use miptech_chat_session::{Feedback, Status};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    clipboard,
    context::Ui,
    element::{ElementRef, el, text_button},
    later::{self, Part, is_there},
    live::Live,
    model::Row,
    reason::{self, Reason},
    strings::Strings,
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
        text_button(strings.copy).on("click", copy).view()
    };
    let again = |question: String| {
        let actions = ui.actions.clone();
        let ask = move |_| drop(actions.send(&question));
        text_button(strings.try_again)
            .set("data-again", "")
            .on("click", ask)
            .view()
    };
    let (reason, opener) = (Live::new(Reason::Unasked), ElementRef::default());
    let thumb = |value: Feedback, name: &'static str| {
        let (actions, row) = (ui.actions.clone(), row.clone());
        let rate = move |_| {
            // One that was pressed stays pressed: an opinion can be changed, not taken back.
            if let Some(id) = row
                .message_now()
                .filter(|_| verdict.get_untracked() != Some(value))
            {
                verdict.set(Some(value));
                actions.rate(&id, value, None);
                reason.set(if value == Feedback::Down {
                    Reason::Asked
                } else {
                    Reason::Unasked
                });
            }
        };
        text_button(name)
            .bind("aria-pressed", move || {
                let is_pressed = verdict.get() == Some(value);
                Some(if is_pressed { "true" } else { "false" }.into())
            })
            .on("click", rate)
    };
    let has_feedback = has_feedback && ui.options.has_feedback;
    let extras = el("div")
        .class("extras")
        .maybe(clipboard::is_there().then(copy))
        .maybe(has_feedback.then(|| thumb(Feedback::Up, strings.helpful).view()))
        .maybe(has_feedback.then(|| thumb(Feedback::Down, strings.not_helpful).at(opener).view()))
        .maybe(ui.model.question_before(row).map(again));
    el("div")
        .child(extras.view())
        .slot(reason::reason(ui, row, reason, opener))
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
    let Ok(items) = answer.query_selector_all("li:not(.task)") else {
        return Vec::new();
    };
    let items = (0..items.length()).filter_map(|at| items.get(at)?.dyn_into::<Element>().ok());
    items.filter_map(|item| bullet(&item)).collect()
}

fn bullet(item: &Element) -> Option<Element> {
    let list = item.parent_element()?;
    let around = |list: &Element| list.parent_element()?.closest(".answer :is(ul, ol)").ok()?;
    let mut words = "  ".repeat(successors(around(&list), around).count());
    if list.local_name() == "ol" {
        let start = list.get_attribute("start").and_then(|start| start.parse().ok());
        let before = successors(item.previous_element_sibling(), Element::previous_element_sibling);
        words += &before
            .fold(start.unwrap_or(1_u64), |number, _| number + 1)
            .to_string();
        words += ". ";
    } else {
        words += "• ";
    }
    let bullet = item.owner_document()?.create_element("span").ok()?;
    bullet.set_class_name("bullet");
    bullet.set_text_content(Some(&words));
    // In the line of the item's first words.
    let first = item
        .first_element_child()
        .filter(|first| first.local_name() == "p");
    let line = first.as_ref().unwrap_or(item);
    line.insert_before(&bullet, line.first_child().as_ref()).ok()?;
    Some(bullet)
}
