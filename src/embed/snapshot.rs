//! Views of the state as plain JavaScript objects, in the shapes of `types.d.ts`.

use miptech_chat_session::{Author, ChatError, Connection, Instant, Phase, Source};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::ui::{ChatModel, Row};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StateView {
    status: &'static str,
    is_open: bool,
    unread: u32,
    chat_id: Option<String>,
    connection: ConnectionView,
    auth: &'static str,
    messages: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionView {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_ms: Option<u32>,
    attempt: u32,
}

/// A `ChatError` of the JavaScript surface.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorView {
    code: &'static str,
    message: String,
    retryable: bool,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    build_id: &'static str,
    help: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageView {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    author: &'static str,
    status: &'static str,
    text: String,
    created_at: f64,
    sources: Vec<SourceView>,
}

#[derive(Serialize)]
struct SourceView {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<String>,
}

impl StateView {
    pub(super) fn of(model: &ChatModel, phase: Phase, now: Instant) -> Self {
        Self {
            status: phase.connection.as_str(),
            is_open: model.is_open_now(),
            unread: model.unread_now(),
            chat_id: model.chat().map(|chat| chat.as_str().to_owned()),
            connection: connection(phase, now),
            auth: "anonymous",
            messages: model.rows_now().len(),
            error: model.notice_now().map(|notice| ErrorView::of(notice.error())),
        }
    }

    /// What a handle without a widget says.
    pub(super) fn idle() -> Self {
        Self {
            status: Connection::Idle.as_str(),
            is_open: false,
            unread: 0,
            chat_id: None,
            connection: ConnectionView { state: Connection::Idle.as_str(), retry_in_ms: None, attempt: 0 },
            auth: "anonymous",
            messages: 0,
            error: None,
        }
    }
}

impl ErrorView {
    pub(super) fn of(error: &ChatError) -> Self {
        Self {
            code: error.code.as_str(),
            message: if error.text.is_empty() { error.code.help().to_owned() } else { error.text.clone() },
            retryable: error.retryable,
            stage: error.stage.as_str(),
            status: error.status,
            close_code: error.close_code,
            request_id: error.request_id.clone(),
            build_id: env!("CARGO_PKG_VERSION"),
            help: error.code.help(),
        }
    }
}

pub(super) fn connection(phase: Phase, now: Instant) -> ConnectionView {
    let left = phase.retry_at.map(|at| at.since(now).as_millis());
    ConnectionView {
        state: phase.connection.as_str(),
        retry_in_ms: left.map(|ms| u32::try_from(ms).unwrap_or(u32::MAX)),
        attempt: phase.tries,
    }
}

/// All messages, oldest first.
pub(super) fn messages(model: &ChatModel) -> JsValue {
    let views: Vec<MessageView> = model.rows_now().iter().map(message).collect();
    plain_object(&views)
}

fn message(row: &Row) -> MessageView {
    MessageView {
        id: row.shown_id_now().unwrap_or_default(),
        client_id: row.client_message().map(|id| id.as_str().to_owned()),
        author: author(row.author()),
        status: row.status_now().as_str(),
        text: row.text(),
        created_at: row.created_ms() as f64,
        sources: row.sources_now().into_iter().map(SourceView::from).collect(),
    }
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        Self { title: source.title, url: source.url, snippet: source.snippet }
    }
}

pub(super) const fn author(author: Author) -> &'static str {
    match author {
        Author::Ai => "ai",
        Author::Human => "human",
        Author::System => "system",
        Author::User => "user",
    }
}

/// A plain object, or `undefined` where the browser has no memory left for one.
pub(super) fn plain_object(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}
