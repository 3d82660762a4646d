//! One message: the visitor's in a bubble, an answer on the surface.

use leptos::{
    ev,
    html::{article, button, div, p, span},
    prelude::*,
};
use miptech_chat_session::{Author, Status};

use super::{answer::answer, app::Ui, model::Row, sources::sources};

pub(super) fn bubble(ui: &Ui, row: &Row) -> AnyView {
    let strings = ui.strings();
    let status = row.status();
    let id = {
        let row = row.clone();
        move || row.shown_id()
    };
    let content = match row.answer() {
        Some(document) => div().class("answer-frame").child((thinking(ui, row), answer(ui, document))).into_any(),
        None => p().class("typed").attr("dir", "auto").child(row.text()).into_any(),
    };
    let speaker = match row.author() {
        Author::User => strings.you.to_owned(),
        Author::Ai | Author::Human | Author::System => {
            ui.options.title.clone().unwrap_or_else(|| strings.title.to_owned())
        }
    };
    article()
        .attr("part", "message")
        .class("message")
        .attr("data-message-id", id)
        .attr("data-author", author(row.author()))
        .attr("data-status", move || status.get().as_str())
        .attr("aria-label", speaker)
        .attr("aria-busy", move || matches!(status.get(), Status::Thinking | Status::Streaming).then_some("true"))
        .child((
            div().attr("part", "bubble").class("bubble").child(content),
            sources(ui, row),
            foot(ui, row),
        ))
        .into_any()
}

/// Three soft dots in the answer's place; the first text replaces them without a jump.
fn thinking(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let status = row.status();
    move || {
        (status.get() == Status::Thinking).then(|| {
            span()
                .class("dots")
                .attr("role", "img")
                .attr("aria-label", strings.answer_thinking)
                .child((span(), span(), span()))
                .into_any()
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
            Status::Complete | Status::Sent | Status::Stopped | Status::Streaming | Status::Thinking => return None,
            Status::Failed => (strings.not_sent, vec![again(&ui, &row, strings.retry), discard(&ui, &row)]),
            Status::Interrupted => (strings.answer_cut, Vec::from_iter(ask_again(&ui, &row))),
            Status::Queued => (strings.waiting, vec![discard(&ui, &row)]),
            Status::Sending => (strings.sending, Vec::new()),
            Status::Truncated => (strings.answer_too_long, Vec::new()),
            Status::Unconfirmed => {
                (strings.unconfirmed, vec![again(&ui, &row, strings.send_again), discard(&ui, &row)])
            }
        };
        Some(div().class("foot").child((span().child(words), actions)).into_any())
    }
}

fn again(ui: &Ui, row: &Row, name: &'static str) -> AnyView {
    let (actions, row) = (ui.actions.clone(), row.clone());
    text_button(name, move || row.client_message().iter().for_each(|id| actions.send_again(id)))
}

fn discard(ui: &Ui, row: &Row) -> AnyView {
    let (actions, row) = (ui.actions.clone(), row.clone());
    text_button(ui.strings().delete, move || row.client_message().iter().for_each(|id| actions.discard(id)))
}

/// Asks the question above a cut answer once more, as a new message; never by itself.
fn ask_again(ui: &Ui, row: &Row) -> Option<AnyView> {
    let question = ui.model.question_before(row)?;
    let actions = ui.actions.clone();
    Some(text_button(ui.strings().try_again, move || drop(actions.send(&question))))
}

fn text_button(name: &'static str, clicked: impl Fn() + 'static) -> AnyView {
    button().class("text-button").attr("type", "button").on(ev::click, move |_| clicked()).child(name).into_any()
}

const fn author(author: Author) -> &'static str {
    match author {
        Author::Ai => "ai",
        Author::Human => "human",
        Author::System => "system",
        Author::User => "user",
    }
}
