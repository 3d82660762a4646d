//! Everything a caller can decide about a reference server, as plain values.
//!
//! It never reads the environment or the command line: the binary does that in `arguments.rs`,
//! so that tests can state a server in three lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

mod capability;
mod choices;

pub use capability::Capability;
pub use choices::{
    Accounts, CreatedStatus, Profile, RealtimeAck, RequireAuth, RestLimit, Scope, Shape, Slash, Spelling,
    Surface,
};

/// How one reference server behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// The SQLite file; `None` keeps everything in memory and forgets it at the end.
    pub database: Option<PathBuf>,
    /// Tenants known besides [`Config::DEFAULT_TENANT`].
    pub tenants: Vec<String>,
    /// The only origins whose pages may speak for a tenant; a tenant that is not in it has the list of all.
    pub tenant_origins: BTreeMap<String, Vec<String>>,
    /// Origins allowed besides the platform's own list.
    pub allow_origins: Vec<String>,
    /// How long after the start `ai_services_ready` stays false and sockets wait for `connection_ready`.
    pub warm_up: Duration,
    /// How long an open socket may go without `join_chat`.
    pub join_deadline: Duration,
    /// The pause between two deltas of an answer.
    pub chunk_pace: Duration,
    /// Whether `/api/v1/auth/…` exists.
    pub accounts: Accounts,
    /// How long an access token is valid.
    pub access_ttl: Duration,
    /// How long a sign-in lasts; refreshing never extends it.
    pub refresh_ttl: Duration,
    /// How long the token before the newest still returns the newest.
    pub refresh_grace: Duration,
    /// The scopes of the access tokens issued.
    pub token_scopes: BTreeSet<Scope>,
    /// Where a token is demanded.
    pub require_auth: RequireAuth,
    /// The platform's `DEBUG`: nobody needs a token, and REST calls may name the tenant in the query.
    pub debug: bool,
    /// Which generation of clients is understood.
    pub profile: Profile,
    /// What confirms a realtime join.
    pub realtime_ack: RealtimeAck,
    /// How REST successes are dressed.
    pub shape: Shape,
    /// Which spelling of the creation path is the real one.
    pub slash: Slash,
    /// How frames and REST successes are spelled.
    pub spelling: Spelling,
    /// How many REST calls one caller may make.
    pub rest_limit: RestLimit,
    /// How many messages a minute one socket may send, typing included.
    pub socket_limit: NonZeroU32,
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
    /// Whether `/fault …` texts act instead of being answered, and `/__faults` exists.
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

    /// Whether a caller without a token is refused on a surface.
    #[must_use]
    pub fn demands_token(&self, surface: Surface) -> bool {
        !self.debug && (self.require_auth.covers(surface) || self.profile == Profile::JoinToken)
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
            tenant_origins: BTreeMap::new(),
            allow_origins: Vec::new(),
            warm_up: Duration::from_millis(1700),
            join_deadline: Duration::from_secs(10),
            chunk_pace: Duration::from_millis(18),
            accounts: Accounts::On,
            access_ttl: Duration::from_secs(10 * 60),
            refresh_ttl: Duration::from_secs(8 * 60 * 60),
            refresh_grace: Duration::from_secs(30),
            token_scopes: Scope::ALL.into(),
            require_auth: RequireAuth::Nowhere,
            debug: false,
            profile: Profile::Any,
            realtime_ack: RealtimeAck::Created,
            shape: Shape::Bare,
            slash: Slash::Bare,
            spelling: Spelling::Snake,
            rest_limit: RestLimit::GENEROUS,
            socket_limit: NonZeroU32::MIN.saturating_add(59),
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
