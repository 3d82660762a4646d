//! What an answer rests on: a row of numbered pills under it.

use leptos::prelude::*;
use miptech_chat_session::Source;

use super::{
    context::Ui,
    element::el,
    link::{LINK_REL, safe_link},
    model::Row,
};

pub(super) fn sources(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let list = row.sources();
    move || {
        let list = list.get();
        (!list.is_empty()).then(|| {
            let names = el("ol").set("aria-label", strings.sources);
            let pills = list.iter().enumerate().fold(names, |pills, (index, source)| {
                pills.child(pill(index + 1, source))
            });
            el("div")
                .part("sources")
                .class("sources")
                .child(pills.view())
                .view()
        })
    }
}

/// One source: its number, its name, and its host where it can be opened.
fn pill(number: usize, source: &Source) -> AnyView {
    let title: String = source.title.chars().take(TITLE_CHARS).collect();
    let link = source.url.as_deref().and_then(safe_link);
    let pill = el(if link.is_some() { "a" } else { "span" })
        .part("source")
        .class("source")
        .set("title", source.snippet.clone().unwrap_or_default())
        .child(el("span").class("source-number").text(number.to_string()).view())
        .child(el("span").class("source-title").text(title).view());
    let pill = match link {
        Some(link) => pill
            .set("href", link.href)
            .set("target", "_blank")
            .set("rel", LINK_REL)
            .set("referrerpolicy", "no-referrer")
            .maybe(
                (!is_own_host(&link.host))
                    .then(|| el("span").class("source-host").text(link.host.clone()).view()),
            ),
        None => pill,
    };
    el("li").child(pill.view()).view()
}

/// Whether a source lies on the very site the reader is on; its name is then enough.
fn is_own_host(host: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.location().host().ok())
        .as_deref()
        == Some(host)
}

/// The longest title shown (row M22).
const TITLE_CHARS: usize = 80;
