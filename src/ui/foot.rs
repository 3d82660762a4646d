//! What is to be said about a message, and what can be done: under it, in place, only where there is something to say.

use leptos::{ev, prelude::*};
use miptech_chat_session::{ClientMessageId, Status};

use super::{
    actions::Deed,
    clipboard,
    context::Ui,
    element::{el, text_button},
    later::{self, Part, is_there},
    model::Row,
    strings::Strings,
};

pub(super) fn foot(ui: &Ui, row: &Row) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let (ui, row) = (ui.clone(), row.clone());
    let (status, is_silent, has_history) = (row.status(), row.is_silent(), ui.model.has_history());
    let is_there = is_there(Part::Rest);
    move || {
        let is_said = match status.get() {
            Status::Complete | Status::Sent | Status::Stopped => false,
            Status::Streaming | Status::Thinking => is_silent.get(),
            Status::Expired
            | Status::Failed
            | Status::Interrupted
            | Status::Queued
            | Status::Sending
            | Status::Truncated
            | Status::Unconfirmed => true,
        };
        let can_check = has_history.get();
        (is_said && is_there()).then(|| later::rest::foot(&ui, &row, can_check))
    }
}

/// The line under a message that is neither whole nor simply growing.
pub(super) fn drawn(ui: &Ui, row: &Row, can_check: bool) -> AnyView {
    let strings = ui.strings();
    let delete = || on_message(ui, row, strings.delete(), |id| Deed::Discard(id));
    let parked = |again, can_check: bool| {
        let check = || on_message(ui, row, strings.check(), |id| Deed::Check(id));
        let again = on_message(ui, row, again, |id| Deed::SendAgain(id));
        vec![can_check.then(check), Some(again), copy(ui, row), Some(delete())]
    };
    let status = row.status_now();
    let parked_words = parked_words(strings, status).unwrap_or_default();
    let (words, actions) = match status {
        Status::Complete | Status::Sent | Status::Stopped => ("", Vec::new()),
        Status::Expired => (parked_words, parked(strings.send(), false)),
        Status::Failed => (parked_words, parked(strings.retry(), false)),
        Status::Interrupted => (strings.answer_cut(), vec![ask_again(ui, row)]),
        Status::Queued => (strings.waiting(), vec![Some(delete())]),
        Status::Sending => (strings.sending(), Vec::new()),
        Status::Streaming | Status::Thinking => (strings.answer_silent(), Vec::new()),
        Status::Truncated => (strings.answer_too_long(), Vec::new()),
        Status::Unconfirmed => (parked_words, parked(strings.send_again(), can_check)),
    };
    let foot = el("div").class("foot").child(el("span").text(words).view());
    let foot = actions.into_iter().fold(foot, |foot, action| foot.maybe(action));
    foot.view()
}

/// What is said of a message that waits for the visitor.
pub(super) fn parked_words(strings: &Strings, status: Status) -> Option<&'static str> {
    match status {
        Status::Expired => Some(strings.expired()),
        Status::Failed => Some(strings.not_sent()),
        Status::Unconfirmed => Some(strings.unconfirmed()),
        Status::Complete
        | Status::Interrupted
        | Status::Queued
        | Status::Sending
        | Status::Sent
        | Status::Stopped
        | Status::Streaming
        | Status::Thinking
        | Status::Truncated => None,
    }
}

/// A button that does something with this message.
fn on_message(ui: &Ui, row: &Row, name: &'static str, deed: fn(&ClientMessageId) -> Deed<'_>) -> AnyView {
    let (actions, row) = (ui.actions.clone(), row.clone());
    let act = move |_| {
        row.client_message()
            .iter()
            .for_each(|id| actions.perform(deed(id)))
    };
    text_button(name).on("click", act).view()
}

/// What was typed is never out of reach, whatever became of it.
fn copy(ui: &Ui, row: &Row) -> Option<AnyView> {
    let strings = ui.strings();
    let row = row.clone();
    let copy = move |event: ev::Event| clipboard::copy(event.current_target(), &row.text(), strings);
    clipboard::is_there().then(|| text_button(strings.copy()).on("click", copy).view())
}

/// Asks the question above a cut answer once more, as a new message; never by itself.
fn ask_again(ui: &Ui, row: &Row) -> Option<AnyView> {
    let question = ui.model.question_before(row)?;
    let actions = ui.actions.clone();
    let ask = move |_| drop(actions.send(&question));
    Some(text_button(ui.strings().try_again()).on("click", ask).view())
}
