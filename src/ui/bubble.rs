//! One message: the visitor's in a bubble, an answer on the surface.

use leptos::prelude::*;
use miptech_chat_session::{Author, Status};

use super::{
    answer::answer, context::Ui, element::el, extras::extras, foot::foot, model::Row, sources::sources,
};

/// What stands above belongs to a conversation that is over.
pub(super) fn conversation_break(ui: &Ui) -> AnyView {
    el("div")
        .class("break")
        .set("role", "separator")
        .text(ui.strings().conversation_break())
        .view()
}

pub(super) fn bubble(ui: &Ui, row: &Row) -> AnyView {
    let strings = ui.strings();
    let status = row.status();
    let id = {
        let row = row.clone();
        move || row.shown_id()
    };
    let content = match row.answer() {
        Some(document) => answer(ui, row, document),
        None => el("p").class("typed").set("dir", "auto").text(row.text()).view(),
    };
    let speaker = match row.author() {
        Author::User => strings.you().to_owned(),
        Author::Human => strings.person().to_owned(),
        Author::Ai | Author::System => ui.title(),
    };
    let is_growing =
        move || matches!(status.get(), Status::Thinking | Status::Streaming).then_some("true".into());
    el("article")
        .part("message")
        .class("message")
        .set("data-author", row.author().as_str())
        .set("aria-label", speaker)
        .bind("data-message-id", move || id().map(Into::into))
        .bind("data-status", move || Some(status.get().as_str().into()))
        .bind("aria-busy", is_growing)
        .child(el("div").part("bubble").class("bubble").child(content).view())
        .slot(sources(ui, row))
        .slot(extras(ui, row))
        .slot(foot(ui, row))
        .view()
}
