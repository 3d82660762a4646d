//! The list of messages. It follows the end while the reader is there, and never pulls the reader back.

mod days;
mod kept;
mod list;
mod reader;
mod rove;

use js_sys::{Array, Reflect};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver};

use self::reader::listener;
pub(super) use self::{list::List, rove::rove};
use super::{
    bubble::{bubble, conversation_break},
    context::Ui,
    element::{ElementRef, el, follow},
    icons,
    later::{Part, is_there},
    lines::{Line, Lines},
    live::Live,
    model::Row,
    suggestions::suggestion,
};

/// The list, once it is on the page.
type Shown = Live<Option<List>>;

pub(super) fn transcript(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let rows = ui.model.rows();
    let (scroller, place) = (ElementRef::default(), ElementRef::default());
    let is_missed = Live::new(false);
    let list = show(ui, (scroller, place), is_missed);
    let welcome = {
        let ui = ui.clone();
        move || rows.with(Vec::is_empty).then(|| empty_state(&ui))
    };
    let to_missed = move || {
        is_missed.get().then(|| {
            el("button")
                .part("new-answer")
                .class("new-answer")
                .set("type", "button")
                .on("click", move |_| act(list, List::go_to_missed))
                .child(icons::arrow_down())
                .text(strings.new_answer())
                .view()
        })
    };
    let region = el("div")
        .part("transcript")
        .class("transcript")
        .set("role", "region")
        .set("aria-label", strings.transcript())
        .set("tabindex", "0")
        .at(scroller)
        .on("scroll", listener(list, reader::scrolled))
        .on("wheel", listener(list, reader::wheeled))
        .on("keydown", listener(list, reader::pressed))
        .on("pointerdown", listener(list, reader::took_hold))
        .on("touchstart", listener(list, reader::took_hold))
        .slot(welcome)
        // A list without marks is none to some screen readers, unless it says so.
        .child(el("ol").class("lines").set("role", "list").at(place).view());
    el("div")
        .class("transcript-frame")
        .child(region.view())
        .slot(to_missed)
        .view()
}

/// Shows the rows, once there is a place for them, and keeps them where they are when sizes change.
fn show(ui: &Ui, (scroller, place): (ElementRef, ElementRef), is_missed: Live<bool>) -> Shown {
    let list = Shown::default();
    let rows = ui.model.rows();
    let told = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        act(list, |shown| {
            if shown.resized(&entries) && shown.waiting.is_none() {
                let draw = move || {
                    act(list, |list| {
                        list.waiting = None;
                        list.draw(false);
                    });
                };
                shown.waiting = request_animation_frame_with_handle(draw).ok();
            }
        });
    });
    let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
    let _told = StoredValue::new_local(told);
    let each = {
        let ui = ui.clone();
        move |row: &Row| {
            let line = if row.is_break() {
                conversation_break(&ui)
            } else {
                bubble(&ui, row)
            };
            el("li").class("line").child(line).view()
        }
    };
    let (ui, is_there) = (ui.clone(), is_there(Part::Rest));
    let mut lines = Some(Lines::new(observer.clone(), each));
    follow(move || {
        if let (Some(scroller), Some(place)) = (scroller.get(), place.get()) {
            if let Some(lines) = lines.take() {
                // A composer that grows or a keyboard that opens takes height away.
                observer.iter().for_each(|observer| observer.observe(&scroller));
                list.set(Some(List::new(ui.clone(), (scroller, place), lines, is_missed)));
            }
            // Once all of the code is there, more is said of the same rows.
            is_there();
            let rows = rows.get();
            act(list, |list| list.show(rows));
        }
    });
    list
}

/// Says of the lines on the page what is said above them, and lets the Tab key reach one message.
pub(super) fn mark(
    ui: &Ui,
    lines: &mut [Line],
    rows: &[Row],
    (places, anchor): (&[usize], usize),
    focused: Option<&Element>,
) {
    days::mark(ui, lines, rows, places, anchor);
    rove::reach_one(lines, focused);
}

/// Does something with the list, if it is still there.
fn act(list: Shown, act: impl FnOnce(&mut List)) {
    list.act(|list| list.as_mut().map(act));
}

pub(super) fn is_touch(pressed: &ev::Event) -> bool {
    Reflect::get(pressed, &"pointerType".into())
        .is_ok_and(|kind| kind.as_string().as_deref() == Some("touch"))
}

/// Before the first message: a greeting, what the chat is for, and what one could ask.
fn empty_state(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let suggestions = ui
        .options
        .suggestions
        .iter()
        .fold(el("div").class("suggestions"), |list, (label, text)| {
            list.child(suggestion(ui, label.clone(), text.clone()))
        });
    let greeting = ui
        .options
        .welcome
        .clone()
        .unwrap_or_else(|| strings.greeting().to_owned());
    el("div")
        .class("empty")
        .child(
            el("div")
                .class("empty-mark")
                .set("aria-hidden", "true")
                .child(icons::bubble())
                .view(),
        )
        .child(
            el("slot")
                .set("name", "welcome")
                .child(el("p").class("greeting").text(greeting).view())
                .child(el("p").class("empty-line").text(strings.empty_line()).view())
                .view(),
        )
        .child(suggestions.view())
        .view()
}
