//! What an answer rests on: a row of numbered pills under it, or a card for each with what it says.

use leptos::prelude::*;
use miptech_chat_session::Source;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    context::Ui,
    element::el,
    icons,
    later::{self, Part, is_there},
    link::{OUT, safe_link},
    live::Live,
    model::Row,
    strings::Strings,
};

pub(super) fn sources(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let list = row.sources();
    let is_unfolded = Live::new(false);
    let is_there = is_there(Part::Rest);
    move || {
        let list = list.get();
        (!list.is_empty() && is_there()).then(|| later::rest::sources(strings, &list, is_unfolded))
    }
}

/// The row, folded or not.
pub(super) fn pills(strings: &'static Strings, list: &[Source], is_unfolded: Live<bool>) -> AnyView {
    let pills = el("ol").set("aria-label", strings.sources());
    let pills = list.iter().enumerate().fold(pills, |pills, (index, source)| {
        pills.child(pill(strings, index + 1, source))
    });
    let hidden = list.len().saturating_sub(FEW);
    let has_more = hidden > 0 || list.iter().any(|source| source.snippet.is_some());
    let more = || {
        let more = more(strings, hidden, is_unfolded);
        el("li").class("more").child(more).view()
    };
    let frame = el("div")
        .part("sources")
        .class("sources")
        .bind("data-unfolded", move || is_unfolded.get().then_some("".into()))
        .child(pills.maybe(has_more.then(more)).view());
    frame.view()
}

/// One source: its number, its name, its host where it can be opened, and what it says where there is room.
fn pill(strings: &Strings, number: usize, source: &Source) -> AnyView {
    let title: String = source.title.trim().chars().take(TITLE_CHARS).collect();
    let title = if title.is_empty() {
        strings.source_missing().to_owned()
    } else {
        title
    };
    let link = source.url.as_deref().and_then(safe_link);
    // One without an address takes the focus too: a number in the text leads here.
    let pill = el(if link.is_some() { "a" } else { "span" })
        .part("source")
        .class("source")
        .child(el("span").class("source-number").text(number.to_string()).view())
        .child(el("span").class("source-title").text(title).view());
    let pill = match link {
        Some(link) => OUT
            .into_iter()
            .fold(pill, |pill, (name, value)| pill.set(name, value))
            .set("href", link.href)
            .maybe(
                (!is_own_host(&link.host) && !link.host.is_empty())
                    .then(|| el("bdi").class("source-host").text(link.host.clone()).view()),
            ),
        None => pill.set("tabindex", "-1"),
    };
    let snippet = source.snippet.as_deref().map(|snippet| {
        let snippet: String = snippet.chars().take(SNIPPET_CHARS).collect();
        el("span")
            .class("source-snippet")
            .set("dir", "auto")
            .text(snippet)
            .view()
    });
    el("li").child(pill.maybe(snippet).view()).view()
}

/// Folds and unfolds the row.
fn more(strings: &'static Strings, hidden: usize, is_unfolded: Live<bool>) -> AnyView {
    let mut words = String::new();
    if hidden > 0 {
        words.push('+');
        words.push_str(&hidden.to_string());
    }
    el("button")
        .class("source-more")
        .set("type", "button")
        .bind("aria-expanded", move || {
            Some(if is_unfolded.get() { "true" } else { "false" }.into())
        })
        .on("click", move |_| is_unfolded.update(|is| *is = !*is))
        .child(el("span").text(words).view())
        .child(el("span").class("unseen").text(strings.sources_all()).view())
        .child(icons::chevron_down())
        .view()
}

/// Brings the reader from a number in the text to the source of this number.
pub(super) fn show(mark: &Element, number: usize) {
    let sources = mark
        .closest(".message")
        .ok()
        .flatten()
        .and_then(|message| message.query_selector(".sources").ok().flatten());
    let Some(sources) = sources else { return };
    if number > FEW && !sources.has_attribute("data-unfolded") {
        let more = sources.query_selector(".source-more").ok().flatten();
        more.iter()
            .for_each(|more| more.unchecked_ref::<HtmlElement>().click());
    }
    // In the next frame what was folded can take the focus.
    request_animation_frame(move || {
        let pills = sources.query_selector_all(".source").ok();
        let pill = pills.and_then(|pills| pills.get(number.checked_sub(1)?.try_into().ok()?));
        if let Some(pill) = pill {
            let _gone_meanwhile = pill.unchecked_ref::<HtmlElement>().focus();
        }
    });
}

/// Whether a source lies on the very site the reader is on; its name is then enough.
fn is_own_host(host: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.location().host().ok())
        .as_deref()
        == Some(host)
}

/// How many sources are shown folded.
const FEW: usize = 3;

/// The longest title shown (row M22).
pub(super) const TITLE_CHARS: usize = 80;

/// The most of what a source says; longer ones are for its own page.
const SNIPPET_CHARS: usize = 300;
