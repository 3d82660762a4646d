//! One message: the visitor's in a bubble, an answer on the surface.

use leptos::prelude::*;
use miptech_chat_session::{Author, Status};

use super::{
    answer::answer,
    context::Ui,
    element::{el, text_button},
    model::Row,
    sources::sources,
};

/// What stands above belongs to a conversation that is over.
pub(super) fn conversation_break(ui: &Ui) -> AnyView {
    el("div")
        .class("break")
        .set("role", "separator")
        .text(ui.strings().conversation_break)
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
        Some(document) => el("div")
            .class("answer-frame")
            .slot(thinking(ui, row))
            .child(answer(ui, document)),
        None => el("p").class("typed").set("dir", "auto").text(row.text()),
    };
    let speaker = match row.author() {
        Author::User => strings.you.to_owned(),
        Author::Ai | Author::Human | Author::System => ui.title(),
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
        .child(
            el("div")
                .part("bubble")
                .class("bubble")
                .child(content.view())
                .view(),
        )
        .slot(sources(ui, row))
        .slot(foot(ui, row))
        .view()
}

/// Three soft dots in the answer's place; the first text replaces them without a jump.
fn thinking(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let status = row.status();
    move || {
        (status.get() == Status::Thinking).then(|| {
            let dots = el("span")
                .class("dots")
                .set("role", "img")
                .set("aria-label", strings.answer_thinking);
            (0..3).fold(dots, |dots, _| dots.child(el("span").view())).view()
        })
    }
}

/// What is to be said about a message, and what can be done: only where there is something to say.
fn foot(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let (ui, row) = (ui.clone(), row.clone());
    let status = row.status();
    move || {
        let strings = ui.strings();
        let (words, actions) = match status.get() {
            Status::Complete | Status::Sent | Status::Stopped | Status::Streaming | Status::Thinking => {
                return None;
            }
            Status::Failed => (
                strings.not_sent,
                vec![again(&ui, &row, strings.retry), discard(&ui, &row)],
            ),
            Status::Interrupted => (strings.answer_cut, Vec::from_iter(ask_again(&ui, &row))),
            Status::Queued => (strings.waiting, vec![discard(&ui, &row)]),
            Status::Sending => (strings.sending, Vec::new()),
            Status::Truncated => (strings.answer_too_long, Vec::new()),
            Status::Unconfirmed => (
                strings.unconfirmed,
                vec![again(&ui, &row, strings.send_again), discard(&ui, &row)],
            ),
        };
        let foot = el("div").class("foot").child(el("span").text(words).view());
        Some(
            actions
                .into_iter()
                .fold(foot, |foot, action| foot.child(action))
                .view(),
        )
    }
}

fn again(ui: &Ui, row: &Row, name: &'static str) -> AnyView {
    let (actions, row) = (ui.actions.clone(), row.clone());
    let again = move |_| row.client_message().iter().for_each(|id| actions.send_again(id));
    text_button(name).on("click", again).view()
}

fn discard(ui: &Ui, row: &Row) -> AnyView {
    let (actions, row) = (ui.actions.clone(), row.clone());
    let discard = move |_| row.client_message().iter().for_each(|id| actions.discard(id));
    text_button(ui.strings().delete).on("click", discard).view()
}

/// Asks the question above a cut answer once more, as a new message; never by itself.
fn ask_again(ui: &Ui, row: &Row) -> Option<AnyView> {
    let question = ui.model.question_before(row)?;
    let actions = ui.actions.clone();
    let ask = move |_| drop(actions.send(&question));
    Some(text_button(ui.strings().try_again).on("click", ask).view())
}
