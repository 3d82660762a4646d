//! The list of messages. It follows the end while the reader is there, and never pulls the reader back.

use leptos::{
    ev,
    html::{self, button, div, li, ol, p},
    prelude::*,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::ResizeObserver;

use super::{app::Ui, bubble::bubble, icons, model::Row};

pub(super) fn transcript(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let rows = ui.model.rows();
    let scroller = NodeRef::<html::Div>::new();
    let list = NodeRef::<html::Ol>::new();
    let is_at_end = RwSignal::new(true);
    follow_the_end(scroller, list, is_at_end);

    let each = {
        let ui = ui.clone();
        move |row: Row| li().class("line").child(bubble(&ui, &row))
    };
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let welcome = {
        let ui = ui.clone();
        move || is_empty.get().then(|| empty_state(&ui))
    };
    let to_the_end = move || {
        (!is_at_end.get()).then(|| {
            button()
                .attr("part", "new-answer")
                .class("new-answer")
                .attr("type", "button")
                .on(ev::click, move |_| scroll_to_end(scroller))
                .child((icons::arrow_down(), strings.new_answer))
        })
    };
    div()
        .class("transcript-frame")
        .child((
            div()
                .attr("part", "transcript")
                .class("transcript")
                .attr("role", "region")
                .attr("aria-label", strings.transcript)
                .attr("tabindex", "0")
                .node_ref(scroller)
                .on(ev::scroll, move |_| is_at_end.set(reaches_end(scroller)))
                .child((welcome, ol().class("lines").node_ref(list).child(For(
                    ForProps::builder().each(move || rows.get()).key(Row::key).children(each).build(),
                )))),
            to_the_end,
        ))
        .into_any()
}

/// Before the first message: a greeting, what the chat is for, and what one could ask.
fn empty_state(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let suggestions = ui.options.suggestions.clone().into_iter().map(|text| {
        let actions = ui.actions.clone();
        let asked = text.clone();
        button()
            .attr("part", "suggestion")
            .class("suggestion")
            .attr("type", "button")
            // A refusal leaves the prompt where it is; the visitor may click again.
            .on(ev::click, move |_| drop(actions.send(&asked)))
            .child(text)
    });
    let greeting = ui.options.welcome.clone().unwrap_or_else(|| strings.greeting.to_owned());
    div()
        .class("empty")
        .child((
            div().class("empty-mark").attr("aria-hidden", "true").child(icons::bubble()),
            p().class("greeting").child(greeting),
            p().class("empty-line").child(strings.empty_line),
            div().class("suggestions").child(suggestions.collect_view()),
        ))
        .into_any()
}

/// Watches the list's height: whatever made it grow, the end stays in view for a reader who was there.
fn follow_the_end(scroller: NodeRef<html::Div>, list: NodeRef<html::Ol>, is_at_end: RwSignal<bool>) {
    let grown = Closure::<dyn FnMut()>::new(move || {
        if is_at_end.get_untracked() {
            scroll_to_end(scroller);
        }
    });
    let observer = ResizeObserver::new(grown.as_ref().unchecked_ref()).ok();
    let watched = StoredValue::new_local((observer, grown));
    Effect::new(move |_| {
        let (list, scroller) = (list.get(), scroller.get());
        watched.with_value(|(observer, _)| {
            if let Some(observer) = observer {
                // The frame is watched too: a composer that grows or a keyboard that opens takes height away.
                list.iter().for_each(|list| observer.observe(list));
                scroller.iter().for_each(|scroller| observer.observe(scroller));
            }
        });
    });
    on_cleanup(move || {
        watched.try_with_value(|(observer, _)| observer.iter().for_each(ResizeObserver::disconnect));
    });
}

fn reaches_end(scroller: NodeRef<html::Div>) -> bool {
    scroller.get_untracked().is_none_or(|element| {
        element.scroll_height() - element.scroll_top() - element.client_height() < NEAR_END_PX
    })
}

fn scroll_to_end(scroller: NodeRef<html::Div>) {
    if let Some(element) = scroller.get_untracked() {
        element.set_scroll_top(element.scroll_height());
    }
}

/// How close to the end still counts as there; less than one line.
const NEAR_END_PX: i32 = 16;
