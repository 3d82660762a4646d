//! The list of messages. It follows the end while the reader is there, and never pulls the reader back.

use js_sys::Reflect;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};

use super::{
    bubble::{bubble, conversation_break},
    context::Ui,
    element::{ElementRef, el, focus, follow},
    icons,
    lines::Lines,
    live::Live,
    model::{ChatModel, Row},
};

pub(super) fn transcript(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let rows = ui.model.rows();
    let scroller = ElementRef::default();
    let list = ElementRef::default();
    let follows = ui.model.follows();
    follow_the_end(scroller, list, follows);

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
    let welcome = {
        let ui = ui.clone();
        move || rows.with(Vec::is_empty).then(|| empty_state(&ui))
    };
    let to_the_end = move || {
        (!follows.get()).then(|| {
            el("button")
                .part("new-answer")
                .class("new-answer")
                .set("type", "button")
                .on("click", move |_| scroll_to_end(scroller))
                .child(icons::arrow_down())
                .text(strings.new_answer)
                .view()
        })
    };
    let reader = Reader::new(ui, scroller);
    let mut lines = Lines::new(each);
    follow(move || {
        if let Some(place) = list.get() {
            lines.draw(&place, &rows.get());
        }
    });
    let region = el("div")
        .part("transcript")
        .class("transcript")
        .set("role", "region")
        .set("aria-label", strings.transcript)
        .set("tabindex", "0")
        .at(scroller)
        .on("scroll", reader.listener(Reader::scrolled))
        .on("wheel", reader.listener(Reader::wheeled))
        .on("keydown", reader.listener(Reader::pressed))
        .on("pointerdown", reader.listener(Reader::took_hold))
        .on("touchstart", reader.listener(Reader::took_hold))
        .slot(welcome)
        .child(el("ol").class("lines").at(list).view());
    el("div")
        .class("transcript-frame")
        .child(region.view())
        .slot(to_the_end)
        .view()
}

fn is_touch(pressed: &ev::Event) -> bool {
    Reflect::get(pressed, &"pointerType".into())
        .is_ok_and(|kind| kind.as_string().as_deref() == Some("touch"))
}

/// Before the first message: a greeting, what the chat is for, and what one could ask.
fn empty_state(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let suggestion = |(label, text): &(String, String)| {
        let actions = ui.actions.clone();
        let (asked, input) = (text.clone(), ui.input);
        el("button")
            .part("suggestion")
            .class("suggestion")
            .set("type", "button")
            // A refusal leaves the prompt where it is; the visitor may click again. Otherwise it goes, and the focus of
            // whoever pressed it goes on to the composer; a finger would call a keyboard up over the answer.
            .on("click", move |event| {
                if actions.send(&asked).is_ok() && !is_touch(&event) {
                    focus(input);
                }
            })
            .text(label.clone())
            .view()
    };
    let suggestions = ui
        .options
        .suggestions
        .iter()
        .fold(el("div").class("suggestions"), |list, prompt| {
            list.child(suggestion(prompt))
        });
    let greeting = ui
        .options
        .welcome
        .clone()
        .unwrap_or_else(|| strings.greeting.to_owned());
    el("div")
        .class("empty")
        .child(
            el("div")
                .class("empty-mark")
                .set("aria-hidden", "true")
                .child(icons::bubble())
                .view(),
        )
        .child(el("p").class("greeting").text(greeting).view())
        .child(el("p").class("empty-line").text(strings.empty_line).view())
        .child(suggestions.view())
        .view()
}

/// Tells what the reader does with the list from what growing and shrinking content does to it.
///
/// A list that grows faster than it is scrolled, or shrinks for a moment, moves without anybody's hand; only a wheel, a
/// key, a finger or a dragged scrollbar means that the reader wants to leave the end.
#[derive(Clone)]
struct Reader {
    model: ChatModel,
    scroller: ElementRef,
    last_top: StoredValue<i32>,
    /// Whether a pointer was put on the list since its end was last reached.
    has_hold: StoredValue<bool>,
}

impl Reader {
    fn new(ui: &Ui, scroller: ElementRef) -> Self {
        Self {
            model: ui.model.clone(),
            scroller,
            last_top: StoredValue::new(0),
            has_hold: StoredValue::new(false),
        }
    }

    fn listener(&self, act: fn(&Self, &HtmlElement, &ev::Event)) -> impl FnMut(ev::Event) + 'static + use<> {
        let reader = self.clone();
        move |event| {
            if let Some(element) = reader.scroller.get_untracked() {
                act(&reader, &element, &event);
            }
        }
    }

    fn scrolled(&self, element: &HtmlElement, _: &ev::Event) {
        let top = element.scroll_top();
        if reaches_end(element) {
            self.model.set_follows(true);
            self.has_hold.set_value(false);
        } else if self.has_hold.get_value() && top < self.last_top.get_value() {
            self.model.set_follows(false);
        }
        self.last_top.set_value(top);
    }

    fn wheeled(&self, element: &HtmlElement, event: &ev::Event) {
        if event
            .dyn_ref::<ev::WheelEvent>()
            .is_some_and(|event| event.delta_y() < 0.0)
        {
            self.leave_end(element);
        }
    }

    fn pressed(&self, element: &HtmlElement, event: &ev::Event) {
        let key = event.dyn_ref::<ev::KeyboardEvent>().map(|event| event.key());
        if matches!(key.as_deref(), Some("ArrowUp" | "Home" | "PageUp")) {
            self.leave_end(element);
        }
    }

    fn took_hold(&self, _: &HtmlElement, _: &ev::Event) {
        self.has_hold.set_value(true);
    }

    fn leave_end(&self, element: &HtmlElement) {
        if element.scroll_top() > 0 {
            self.model.set_follows(false);
        }
    }
}

/// Watches the list's height: whatever made it grow, the end stays in view for a reader who was there.
fn follow_the_end(scroller: ElementRef, list: ElementRef, follows: Live<bool>) {
    let grown = Closure::<dyn FnMut()>::new(move || {
        if follows.get_untracked() {
            scroll_to_end(scroller);
        }
    });
    let observer = ResizeObserver::new(grown.as_ref().unchecked_ref()).ok();
    let watched = StoredValue::new_local((observer, grown));
    follow(move || {
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

fn reaches_end(element: &HtmlElement) -> bool {
    element.scroll_height() - element.scroll_top() - element.client_height() < NEAR_END_PX
}

fn scroll_to_end(scroller: ElementRef) {
    if let Some(element) = scroller.get_untracked() {
        element.set_scroll_top(element.scroll_height());
    }
}

/// How close to the end still counts as there; less than one line.
const NEAR_END_PX: i32 = 16;
