//! The rig: a server on a free port, and a client that speaks HTTP and WebSocket to it.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use reference_server::{Config, ServerError};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

/// The tenant that always exists.
pub(crate) const TENANT: &str = "miptech-company";

/// What is advertised unless something is switched off.
pub(crate) const ALL_CAPABILITIES: [&str; 8] = [
    "client_message_id",
    "history",
    "resume",
    "stop",
    "feedback",
    "erase",
    "suggestions",
    "author",
];

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A configuration without any waiting, on the files beside the tests.
pub(crate) fn instant() -> Config {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    Config {
        warm_up: Duration::ZERO,
        chunk_pace: Duration::ZERO,
        knowledge: fixtures.join("docs"),
        pages: fixtures.join("pages"),
        dist: fixtures.join("dist"),
        // Waiting for a condition asks as often as it can.
        rest_limit: "1000000:1000000".parse().unwrap(),
        ..Config::default()
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) host: String,
    http: Client,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), ServerError>>,
}

impl Server {
    pub(crate) async fn start(config: Config) -> Self {
        // The client needs a provider; whichever test comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(reference_server::run(listener, config, async {
            let _ = stopped.await;
        }));
        Self {
            host,
            http: Client::new(),
            stop: Some(stop),
            running,
        }
    }

    /// Begins a shutdown.
    pub(crate) fn begin_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits for the end of a shutdown.
    pub(crate) async fn stopped(self) {
        timeout(PATIENCE, self.running).await.unwrap().unwrap().unwrap();
    }

    pub(crate) async fn stop(mut self) {
        self.begin_stop();
        self.stopped().await;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// A request without any header of ours.
    pub(crate) fn bare(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().unwrap(), self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.bare("GET", path)
            .header("X-Tenant-ID", TENANT)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn get_json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    pub(crate) async fn post_chat(&self, body: &Value) -> Response {
        self.bare("POST", "/api/v1/chat")
            .header("X-Tenant-ID", TENANT)
            .json(body)
            .send()
            .await
            .unwrap()
    }

    /// A request of a tenant, perhaps with a token.
    pub(crate) fn call(&self, method: &str, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.bare(method, path).header("X-Tenant-ID", TENANT);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Posts a body and tells the status and the answer, `null` if it is empty.
    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        answer(self.call("POST", path, token).json(body)).await
    }

    /// Registers somebody and returns what a sign-in returns.
    pub(crate) async fn register(&self, email: &str) -> Value {
        let body = json!({
            "email": email,
            "password": "correct horse",
            "full_name": "Ada Lovelace",
            "tenant_id": TENANT,
            "company": "an extra nobody reads",
        });
        let (status, body) = self.post("/api/v1/auth/register", None, &body).await;
        assert_eq!(status, 201, "{body}");
        body
    }

    /// Posts rules to break calls and sockets.
    pub(crate) async fn break_with(&self, rules: &Value) {
        let response = self.bare("POST", "/__faults").json(rules).send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    }

    /// Creates the chat of a session and returns its id.
    pub(crate) async fn create_chat(&self, session_id: &str) -> String {
        let body = json!({"session_id": session_id, "visitor_id": "visitor-1", "tenant_id": TENANT});
        let chat: Value = self.post_chat(&body).await.json().await.unwrap();
        text(&chat, "/chat_id")
    }

    /// Opens a socket.
    pub(crate) async fn open(&self, query: &str) -> Socket {
        self.try_open(query, None).await.unwrap()
    }

    /// Opens a socket, perhaps as a page of an origin.
    pub(crate) async fn try_open(&self, query: &str, origin: Option<&str>) -> Result<Socket, Error> {
        let mut request = format!("ws://{}/api/v1/ws/chat{query}", self.host)
            .into_client_request()
            .unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let limits = WebSocketConfig::default()
            .max_frame_size(None)
            .max_message_size(None);
        let (stream, _) = tokio_tungstenite::connect_async_with_config(request, Some(limits), false).await?;
        Ok(Socket { stream })
    }

    /// Opens a socket and joins a chat; the whole greeting is heard by then.
    pub(crate) async fn join(&self, chat_id: &str) -> Socket {
        self.join_as(chat_id, None).await
    }

    /// Opens a socket and joins a chat, perhaps with a token.
    pub(crate) async fn join_as(&self, chat_id: &str, token: Option<&str>) -> Socket {
        let mut socket = self.open(&format!("?tenant_id={TENANT}&chat_id={chat_id}")).await;
        let mut body = json!({"chat_id": chat_id, "tenant_id": TENANT});
        if let Some(token) = token {
            body["token"] = json!(token);
        }
        socket.say("join_chat", body).await;
        socket.until("chat_joined").await;
        socket
    }

    /// All messages of a chat.
    pub(crate) async fn history(&self, chat_id: &str) -> Vec<Value> {
        let body = self.get_json(&format!("/api/v1/chat/{chat_id}/messages")).await;
        body["items"].as_array().unwrap().clone()
    }

    /// Waits until a chat has as many messages.
    pub(crate) async fn history_of(&self, chat_id: &str, length: usize) -> Vec<Value> {
        let grown = async {
            loop {
                let items = self.history(chat_id).await;
                if items.len() >= length {
                    return items;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, grown).await.unwrap()
    }
}

/// Sends a request and tells the status and the answer, `null` if it is empty.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// The client's end of a socket.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What arrived on a socket.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival {
    /// A text frame.
    Text(String),
    /// A close frame.
    Closed(u16),
    /// The connection ended without one.
    Cut,
}

impl Socket {
    pub(crate) async fn say(&mut self, kind: &str, body: Value) {
        self.say_raw(&json!({"type": kind, "data": body}).to_string())
            .await;
    }

    pub(crate) async fn say_raw(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Asks a question in a chat.
    pub(crate) async fn ask(&mut self, chat_id: &str, message: &str) {
        let body = json!({"message": message, "chat_id": chat_id, "tenant_id": TENANT, "stream": true});
        self.say("chat_message", body).await;
    }

    /// Asks a question under a client message id.
    pub(crate) async fn ask_as(&mut self, chat_id: &str, message: &str, client_message_id: &str) {
        let body = json!({
            "message": message,
            "chat_id": chat_id,
            "tenant_id": TENANT,
            "stream": true,
            "client_message_id": client_message_id,
        });
        self.say("chat_message", body).await;
    }

    pub(crate) async fn arrival(&mut self) -> Arrival {
        loop {
            match timeout(PATIENCE, self.stream.next())
                .await
                .expect("nothing arrived")
            {
                Some(Ok(Message::Text(text))) => return Arrival::Text(text.to_string()),
                Some(Ok(Message::Close(frame))) => {
                    return Arrival::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Arrival::Cut,
            }
        }
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.arrival().await {
            Arrival::Text(text) => serde_json::from_str(&text).unwrap(),
            end @ (Arrival::Closed(_) | Arrival::Cut) => panic!("expected a frame, got {end:?}"),
        }
    }

    /// Skips to the next frame of a type.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Collects everything up to the end of the socket.
    pub(crate) async fn until_the_end(&mut self) -> (Vec<String>, Arrival) {
        let mut texts = Vec::new();
        loop {
            match self.arrival().await {
                Arrival::Text(text) => texts.push(text),
                end @ (Arrival::Closed(_) | Arrival::Cut) => return (texts, end),
            }
        }
    }
}

/// The types of frames, in order.
pub(crate) fn kinds(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .map(|text| {
            let frame: Value = serde_json::from_str(text).unwrap_or_default();
            frame["type"].as_str().unwrap_or_default().to_owned()
        })
        .collect()
}

/// The text at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
}

/// The keys of an object.
pub(crate) fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Opens a plain connection to where nothing should be refused early.
pub(crate) async fn upgrade_status(server: &Server, query: &str, origin: Option<&str>) -> u16 {
    match server.try_open(query, origin).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("expected an answer to the upgrade, got {other}"),
    }
}
