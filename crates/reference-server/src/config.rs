//! Everything a caller can decide about a reference server, as plain values.
//!
//! It never reads the environment or the command line: the binary does that in `arguments.rs`,
//! so that tests can state a server in three lines.

use std::{collections::BTreeSet, fmt, path::PathBuf, str::FromStr, time::Duration};

use axum::http::StatusCode;

/// How one reference server behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// The SQLite file; `None` keeps everything in memory and forgets it at the end.
    pub database: Option<PathBuf>,
    /// Tenants known besides [`Config::DEFAULT_TENANT`].
    pub tenants: Vec<String>,
    /// Origins allowed besides the platform's own list.
    pub allow_origins: Vec<String>,
    /// How long after the start `ai_services_ready` stays false and sockets wait for `connection_ready`.
    pub warm_up: Duration,
    /// How long an open socket may go without `join_chat`.
    pub join_deadline: Duration,
    /// The pause between two deltas of an answer.
    pub chunk_pace: Duration,
    /// What creating a new chat answers.
    pub created_status: CreatedStatus,
    /// Capabilities switched off.
    pub without: BTreeSet<Capability>,
    /// The folder of Markdown files that answers are taken from.
    pub knowledge: PathBuf,
    /// The folder served at `/` and `/strict/`.
    pub pages: PathBuf,
    /// The folder served at `/dist/`.
    pub dist: PathBuf,
    /// A language model to ask; `None` answers by quoting the knowledge folder.
    pub upstream: Option<Upstream>,
    /// Whether `/_inspect/log` exists.
    pub inspect: bool,
    /// Whether `/fault …` texts act instead of being answered.
    pub faults: bool,
    /// Whether the whole REST surface answers with a hotspot's HTML page.
    pub html: bool,
}

impl Config {
    /// The tenant that always exists.
    pub const DEFAULT_TENANT: &str = "miptech-company";

    /// Whether `capability` is implemented and not switched off.
    #[must_use]
    pub fn offers(&self, capability: Capability) -> bool {
        !self.without.contains(&capability)
    }

    /// The names advertised in `connection_ready` and in the create-chat body.
    #[must_use]
    pub fn capabilities(&self) -> Vec<&'static str> {
        Capability::ALL
            .into_iter()
            .filter(|capability| self.offers(*capability))
            .map(Capability::name)
            .collect()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: None,
            tenants: Vec::new(),
            allow_origins: Vec::new(),
            warm_up: Duration::from_millis(1700),
            join_deadline: Duration::from_secs(10),
            chunk_pace: Duration::from_millis(18),
            created_status: CreatedStatus::Ok,
            without: BTreeSet::new(),
            knowledge: PathBuf::from("docs"),
            pages: PathBuf::from("www/demo"),
            dist: PathBuf::from("www/dist"),
            upstream: None,
            inspect: false,
            faults: false,
            html: false,
        }
    }
}

/// The status of a successful creation of a chat that did not exist before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CreatedStatus {
    /// 201.
    Created,
    /// 200, as the product brief's test expects.
    Ok,
}

impl From<CreatedStatus> for StatusCode {
    fn from(status: CreatedStatus) -> Self {
        match status {
            CreatedStatus::Created => Self::CREATED,
            CreatedStatus::Ok => Self::OK,
        }
    }
}

impl FromStr for CreatedStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "200" => Ok(Self::Ok),
            "201" => Ok(Self::Created),
            other => Err(format!("expected 200 or 201, got {other}")),
        }
    }
}

/// A backward-compatible extension of the contract that clients may rely on once it is advertised.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Capability {
    /// One client message id is applied once.
    ClientMessageId,
    /// Earlier messages by REST.
    History,
    /// Follow-up questions beside an answer.
    Suggestions,
}

impl Capability {
    /// Every capability this server implements.
    pub const ALL: [Self; 3] = [Self::ClientMessageId, Self::History, Self::Suggestions];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientMessageId => "client_message_id",
            Self::History => "history",
            Self::Suggestions => "suggestions",
        }
    }
}

impl FromStr for Capability {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("expected one of {names}, got {text}")
            })
    }
}

/// An OpenAI-compatible endpoint.
#[derive(Clone)]
pub struct Upstream {
    /// The base below which `/chat/completions` lies, usually ending in `/v1`.
    pub url: String,
    /// The model's name, sent as it is and reported as `llm_model`.
    pub model: String,
    /// Sent as a bearer token when present.
    pub key: Option<String>,
}

impl fmt::Debug for Upstream {
    /// Leaves the key out, so that no log can hold it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upstream")
            .field("url", &self.url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
