//! Views of the state as plain JavaScript objects, in the shapes of `types.d.ts`.

use miptech_chat_session::{ChatError, ChatId, Connection, Now, Phase, Source};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::ui::{ChatModel, Language, Row};

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
struct ConnectionView {
    state: &'static str,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<f64>,
    attempt: u32,
}

/// A `ChatError` of the JavaScript surface.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorView {
    code: &'static str,
    message: &'static str,
    retryable: bool,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    build_id: &'static str,
    help: String,
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
    pub(super) fn of(
        model: &ChatModel,
        chat: Option<&ChatId>,
        language: Language,
        phase: Phase,
        now: Now,
    ) -> Self {
        Self {
            status: phase.connection.as_str(),
            is_open: model.is_open_now(),
            unread: model.unread_now(),
            chat_id: chat.map(|chat| chat.as_str().to_owned()),
            connection: ConnectionView {
                state: phase.connection.as_str(),
                retry_at: phase
                    .retry_at
                    .map(|at| now.wall_ms as f64 + at.since(now.mono).as_secs_f64() * 1000.0),
                attempt: phase.tries,
            },
            auth: "anonymous",
            messages: model.rows_now().len(),
            error: model
                .notice_now()
                .map(|notice| ErrorView::of(notice.error(), language)),
        }
    }

    /// What a handle without a widget says.
    pub(super) fn idle() -> Self {
        Self {
            status: Connection::Idle.as_str(),
            is_open: false,
            unread: 0,
            chat_id: None,
            connection: ConnectionView {
                state: Connection::Idle.as_str(),
                retry_at: None,
                attempt: 0,
            },
            auth: "anonymous",
            messages: 0,
            error: None,
        }
    }
}

impl ErrorView {
    pub(super) fn of(error: &ChatError, language: Language) -> Self {
        Self {
            code: error.code.as_str(),
            message: language.strings().error(error.code),
            retryable: error.retryable,
            stage: error.stage.as_str(),
            status: error.status,
            close_code: error.close_code,
            request_id: error.request_id.clone(),
            build_id: env!("CARGO_PKG_VERSION"),
            help: if error.text.is_empty() {
                error.code.help().to_owned()
            } else {
                format!("{} ({})", error.code.help(), error.text)
            },
        }
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
        author: row.author().as_str(),
        status: row.status_now().as_str(),
        text: row.text(),
        created_at: row.created_ms() as f64,
        sources: row.sources_now().into_iter().map(SourceView::from).collect(),
    }
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        Self {
            title: source.title,
            url: source.url,
            snippet: source.snippet,
        }
    }
}

/// A plain object, or `undefined` where the browser has no memory left for one.
pub(super) fn plain_object(value: &impl Serialize) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(JsValue::UNDEFINED)
}
