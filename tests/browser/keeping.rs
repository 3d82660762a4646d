//! What an earlier page of this browser left in storage, as the next page finds it.

use js_sys::Date;

use crate::rig::storage;

/// The keys of the default tenant.
pub(crate) const DRAFT: &str = "miptech_chat:miptech-company:draft";
pub(crate) const TRANSCRIPT: &str = "miptech_chat:miptech-company:transcript";
pub(crate) const MESSAGE: &str = "miptech_chat:miptech-company:message:";

const SESSION: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A browser in which somebody wrote before.
pub(crate) fn returning() {
    set("miptech_session_id", SESSION);
    set("miptech_chat:miptech-company:visitor_id", SESSION);
}

/// A message that was not acknowledged yet, in this state.
pub(crate) fn message(id: &str, text: &str, state: &str) {
    set(&format!("{MESSAGE}{id}"), &message_value(text, state));
}

/// The same, as storage has it.
pub(crate) fn message_value(text: &str, state: &str) -> String {
    let now = Date::now();
    format!(
        r#"{{"v":1,"text":"{text}","state":"{state}","order":1,"typed":{now},"touched":{now},"tab":"7","session":"{SESSION}","hand_overs":0,"after":0}}"#
    )
}

/// A conversation of one question and its answer, which ended in this state.
pub(crate) fn conversation(question: &str, answer: &str, status: &str) {
    let now = Date::now();
    transcript(&format!(
        r#"{{"role":"user","content":"{question}","status":"sent","id":"u1","client":"k1","created":{now},"chunks":0}},{{"role":"assistant","content":"{answer}","status":"{status}","id":"a1","created":{now},"chunks":2}}"#
    ));
}

/// A conversation of these messages.
pub(crate) fn transcript(items: &str) {
    let now = Date::now();
    set(
        TRANSCRIPT,
        &format!(r#"{{"v":1,"session":"{SESSION}","written":{now},"chat":"c1","items":[{items}]}}"#),
    );
}

fn set(key: &str, value: &str) {
    storage().set_item(key, value).unwrap();
}
