//! What an answer rests on: a row of numbered pills under it.

use leptos::{
    html::{a, div, ol, span},
    prelude::*,
};
use miptech_chat_session::Source;

use super::{answer::safe_link, app::Ui, model::Row};

pub(super) fn sources(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let list = row.sources();
    move || {
        let list = list.get();
        (!list.is_empty()).then(|| {
            let pills = list.iter().enumerate().map(|(index, source)| pill(index + 1, source)).collect_view();
            div()
                .attr("part", "sources")
                .class("sources")
                .child(ol().attr("aria-label", strings.sources).child(pills))
                .into_any()
        })
    }
}

/// One source: its number, its name, and its host where it can be opened.
fn pill(number: usize, source: &Source) -> AnyView {
    let title: String = source.title.chars().take(TITLE_CHARS).collect();
    let snippet = source.snippet.clone();
    let name = (span().class("source-number").child(number), span().class("source-title").child(title));
    let link = source.url.as_deref().and_then(safe_link);
    let pill = match link {
        Some(link) => a()
            .attr("part", "source")
            .class("source")
            .attr("href", link.href)
            .attr("target", "_blank")
            .attr("rel", LINK_REL)
            .attr("referrerpolicy", "no-referrer")
            .attr("title", snippet)
            .child((name, span().class("source-host").child(link.host)))
            .into_any(),
        None => span().attr("part", "source").class("source").attr("title", snippet).child(name).into_any(),
    };
    leptos::html::li().child(pill).into_any()
}

/// What every link out of the widget carries (row M20).
pub(super) const LINK_REL: &str = "noopener noreferrer nofollow ugc";

/// The longest title shown (row M22).
const TITLE_CHARS: usize = 80;
