//! Views of the state as plain JavaScript objects, in the shapes of `types.d.ts`.

use std::time::Duration;

use js_sys::{Array, JSON};
use miptech_chat_session::{
    AuthState, ChatError, ChatId, Connection, ErrorCode, Now, Phase, Report, Source, User,
};
use wasm_bindgen::JsValue;

use crate::{
    browser::plain::Plain,
    ui::{ChatModel, Language, Row},
};

/// The state of a mounted widget.
pub(super) fn state(
    model: &ChatModel,
    chat: Option<&ChatId>,
    language: Language,
    phase: Phase,
    auth: AuthState,
    now: Now,
) -> JsValue {
    let retry_at = phase
        .retry_at
        .map(|at| now.wall_ms as f64 + at.since(now.mono).as_secs_f64() * 1000.0);
    let connection = Plain::new()
        .text("state", phase.connection.as_str())
        .maybe_text("reason", model.reason_now().map(ErrorCode::as_str))
        .maybe_number("retryAt", retry_at)
        .number("attempt", phase.tries.into());
    let state = Plain::new()
        .text("status", phase.connection.as_str())
        .flag("isOpen", model.is_open_now())
        .number("unread", model.unread_now().into())
        .value("chatId", &chat.map_or(JsValue::NULL, |chat| chat.as_str().into()))
        .value("connection", &connection.end())
        .text("auth", auth.as_str())
        .count("messages", model.messages_now().count());
    match model.notice_now() {
        Some(notice) => state.value("error", &error(notice.error(), language)),
        None => state,
    }
    .end()
}

/// What a handle without a widget says.
pub(super) fn idle() -> JsValue {
    let connection = Plain::new()
        .text("state", Connection::Idle.as_str())
        .number("attempt", 0.0);
    Plain::new()
        .text("status", Connection::Idle.as_str())
        .flag("isOpen", false)
        .number("unread", 0.0)
        .value("chatId", &JsValue::NULL)
        .value("connection", &connection.end())
        .text("auth", AuthState::Anonymous.as_str())
        .number("messages", 0.0)
        .end()
}

/// A `ChatError` of the JavaScript surface, in the words of the visitor's language.
pub(super) fn error(error: &ChatError, language: Language) -> JsValue {
    let (code, help) = (error.code.as_str(), error.code.help());
    let words = if error.text.is_empty() {
        ""
    } else {
        &format!(" ({})", error.text)
    };
    Plain::new()
        .text("code", code)
        .text("message", language.strings().error(error.code))
        .flag("retryable", error.retryable)
        .text("stage", error.stage.as_str())
        .maybe_number("status", error.status.map(f64::from))
        .maybe_number("closeCode", error.close_code.map(f64::from))
        .maybe_text("requestId", error.request_id.as_deref())
        .text("buildId", env!("CARGO_PKG_VERSION"))
        .text("help", &format!("{help}{words} docs/TROUBLESHOOTING.md#{code}"))
        .end()
}

/// All messages, oldest first.
pub(super) fn messages(model: &ChatModel) -> JsValue {
    model
        .messages_now()
        .map(|row| message(&row))
        .collect::<Array>()
        .into()
}

fn message(row: &Row) -> JsValue {
    Plain::new()
        .text("id", &row.shown_id_now().unwrap_or_default())
        .maybe_text("clientId", row.client_message().map(|id| id.as_str()))
        .text("author", row.author().as_str())
        .text("status", row.status_now().as_str())
        .text("text", &row.text())
        .number("createdAt", row.created_ms() as f64)
        .value(
            "sources",
            &row.sources_now().iter().map(source).collect::<Array>(),
        )
        .end()
}

fn source(source: &Source) -> JsValue {
    Plain::new()
        .text("title", &source.title)
        .maybe_text("url", source.url.as_deref())
        .maybe_text("snippet", source.snippet.as_deref())
        .end()
}

/// A `User` of the JavaScript surface, with every claim the platform made about it.
pub(super) fn user(user: &User) -> JsValue {
    JSON::parse(&user.json).unwrap_or(JsValue::NULL)
}

/// What is known of the connection without asking anybody, in the shape that `www/src/doctor/connection.ts` reads.
pub(super) fn facts(
    report: &Report,
    phase: Phase,
    chat: Option<&ChatId>,
    first_token: Option<f64>,
) -> JsValue {
    let capabilities: Array = report.capability_names().map(JsValue::from).collect();
    let ms = |took: Option<Duration>| took.map(|took| took.as_millis() as f64);
    let facts = Plain::new()
        .text("connection", phase.connection.as_str())
        .text("platform", &report.platform)
        .text("profile", report.profile.as_str())
        .maybe_text("chatId", chat.map(ChatId::as_str))
        .maybe_text("clientId", report.client.as_deref())
        .value("capabilities", &capabilities)
        .maybe_number("opened", ms(report.timings.opened))
        .maybe_number("joined", ms(report.timings.joined))
        .maybe_number("firstToken", first_token);
    let facts = match &report.grant {
        Some(grant) => facts.value(
            "token",
            &Plain::new()
                .maybe_text("tenant", grant.tenant.as_deref())
                .maybe_text("missingScope", grant.missing_scope())
                .maybe_number("issued", grant.issued_ms.map(|at| at as f64))
                .maybe_number("expires", grant.expires_ms.map(|at| at as f64))
                .end(),
        ),
        None => facts,
    };
    match &report.last_error {
        Some(error) => facts.value(
            "error",
            &Plain::new()
                .text("code", error.code.as_str())
                .text("stage", error.stage.as_str())
                .text("text", &error.text)
                .text("help", error.code.help())
                .maybe_number("status", error.status.map(f64::from))
                .maybe_number("closeCode", error.close_code.map(f64::from))
                .maybe_text("requestId", error.request_id.as_deref())
                .end(),
        ),
        None => facts,
    }
    .end()
}
