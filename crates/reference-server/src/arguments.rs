//! The command line, and how it becomes a [`Config`].

use std::{
    collections::BTreeSet, net::SocketAddr, num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration,
};

use clap::Parser;
use reference_server::{
    Accounts, Capability, Config, CreatedStatus, Profile, RealtimeAck, RequireAuth, RestLimit, Scope, Shape,
    Slash, Spelling, Upstream,
};

/// A local stand-in for the MIPTech AI Platform.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// SQLite file holding tenants, chats and messages.
    #[arg(long, value_name = "FILE", default_value = "target/demo/platform.sqlite")]
    database: PathBuf,
    /// A tenant besides miptech-company, perhaps with the only origins it may be used from; repeatable.
    #[arg(long = "tenant", value_name = "ID[=ORIGIN,…]")]
    tenants: Vec<TenantArgument>,
    /// An origin allowed besides localhost and 127.0.0.1 on 3000, 8000, 8080; repeatable.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<String>,
    /// How long the AI services stay unready after the start.
    #[arg(long, value_name = "MS", default_value_t = 1700)]
    warm_up_ms: u64,
    /// How long an open socket may go without join_chat.
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    join_deadline_ms: u64,
    /// The pause between two deltas of an answer.
    #[arg(long, value_name = "MS", default_value_t = 18)]
    chunk_ms: u64,
    /// Whether people can register and sign in at /api/v1/auth/….
    #[arg(long, value_name = "SWITCH", default_value = "on")]
    accounts: Accounts,
    /// How long an access token is valid.
    #[arg(long, value_name = "MS", default_value_t = 600_000)]
    access_ttl_ms: u64,
    /// How long a sign-in lasts; refreshing never extends it.
    #[arg(long, value_name = "MS", default_value_t = 28_800_000)]
    refresh_ttl_ms: u64,
    /// How long the refresh token before the newest still returns the newest.
    #[arg(long, value_name = "MS", default_value_t = 30_000)]
    refresh_grace_ms: u64,
    /// The scopes of the access tokens issued; may be empty.
    #[arg(long, value_name = "SCOPES", default_value = "chat:create,chat:send")]
    token_scopes: ScopesArgument,
    /// Demands a token by REST, on sockets, or (without a value) both.
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    require_auth: Option<RequireAuth>,
    /// Nobody needs a token, and REST calls may name the tenant in the query.
    #[arg(long)]
    debug: bool,
    /// Which generation of clients is understood.
    #[arg(long, value_name = "PROFILE", default_value = "any")]
    profile: Profile,
    /// What confirms a realtime join.
    #[arg(long, value_name = "ACK", default_value = "created")]
    realtime_ack: RealtimeAck,
    /// How REST successes are dressed.
    #[arg(long, value_name = "SHAPE", default_value = "bare")]
    shape: Shape,
    /// Which spelling of /api/v1/chat is the real one; the other redirects.
    #[arg(long, value_name = "SLASH", default_value = "bare")]
    slash: Slash,
    /// How frames and REST successes are spelled.
    #[arg(long, value_name = "SPELLING", default_value = "snake")]
    spelling: Spelling,
    /// REST calls a minute, and how many at once, for each user or address.
    #[arg(long, value_name = "PER_MINUTE[:BURST]", default_value = "600:100")]
    rest_limit: RestLimit,
    /// Messages a minute for each socket.
    #[arg(long, value_name = "PER_MINUTE", default_value = "60")]
    socket_limit: NonZeroU32,
    /// Status for a newly created chat: 200 or 201.
    #[arg(long, value_name = "STATUS", default_value = "200")]
    created_status: CreatedStatus,
    /// The capabilities offered: all, none, or names with commas between them.
    #[arg(long, value_name = "CAPABILITIES", default_value = "all")]
    capabilities: CapabilitiesArgument,
    /// Switches one capability off; repeatable.
    #[arg(long, value_name = "CAPABILITY")]
    without: Vec<Capability>,
    /// Folder of Markdown that answers are taken from; served at /knowledge/.
    #[arg(long, value_name = "DIR", default_value = "docs")]
    knowledge: PathBuf,
    /// Folder served at / and, under a strict policy, at /strict/.
    #[arg(long, value_name = "DIR", default_value = "www/demo")]
    pages: PathBuf,
    /// Folder served at /dist/.
    #[arg(long, value_name = "DIR", default_value = "www/dist")]
    dist: PathBuf,
    /// Base URL of an OpenAI-compatible endpoint; its key is read from REFERENCE_UPSTREAM_KEY.
    #[arg(long, value_name = "URL", requires = "model")]
    upstream: Option<String>,
    /// Model to ask for at the upstream.
    #[arg(long, value_name = "NAME", requires = "upstream")]
    model: Option<String>,
    /// Keeps a log of requests and frames at /_inspect/log.
    #[arg(long)]
    inspect: bool,
    /// Lets texts beginning with "/fault ", and rules posted to /__faults, break things.
    #[arg(long)]
    faults: bool,
    /// Answers the whole REST surface with a hotspot's HTML page.
    #[arg(long)]
    html: bool,
}

impl Arguments {
    /// Turns the command line into a configuration; `upstream_key` comes from the environment.
    pub(crate) fn into_config(self, upstream_key: Option<String>) -> Config {
        let upstream = self.upstream.zip(self.model).map(|(url, model)| Upstream {
            url,
            model,
            key: upstream_key,
        });
        let offered = self.capabilities.0;
        let switched_off = Capability::ALL
            .into_iter()
            .filter(|capability| !offered.contains(capability));
        Config {
            database: Some(self.database),
            tenant_origins: self
                .tenants
                .iter()
                .filter(|tenant| !tenant.origins.is_empty())
                .map(|tenant| (tenant.id.clone(), tenant.origins.clone()))
                .collect(),
            tenants: self.tenants.into_iter().map(|tenant| tenant.id).collect(),
            allow_origins: self.allow_origins,
            warm_up: Duration::from_millis(self.warm_up_ms),
            join_deadline: Duration::from_millis(self.join_deadline_ms),
            chunk_pace: Duration::from_millis(self.chunk_ms),
            accounts: self.accounts,
            access_ttl: Duration::from_millis(self.access_ttl_ms),
            refresh_ttl: Duration::from_millis(self.refresh_ttl_ms),
            refresh_grace: Duration::from_millis(self.refresh_grace_ms),
            token_scopes: self.token_scopes.0,
            require_auth: self.require_auth.unwrap_or(RequireAuth::Nowhere),
            debug: self.debug,
            profile: self.profile,
            realtime_ack: self.realtime_ack,
            shape: self.shape,
            slash: self.slash,
            spelling: self.spelling,
            rest_limit: self.rest_limit,
            socket_limit: self.socket_limit,
            created_status: self.created_status,
            without: self.without.into_iter().chain(switched_off).collect(),
            knowledge: self.knowledge,
            pages: self.pages,
            dist: self.dist,
            upstream,
            inspect: self.inspect,
            faults: self.faults,
            html: self.html,
        }
    }
}

/// A tenant, and the only origins it may be used from; none means the list of all.
#[derive(Clone, Debug)]
struct TenantArgument {
    id: String,
    origins: Vec<String>,
}

impl FromStr for TenantArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, origins) = text.split_once('=').unwrap_or((text, ""));
        let origins: Vec<String> = parts(origins).map(str::to_owned).collect();
        match origins.iter().find(|origin| !origin.contains("://")) {
            Some(wrong) => Err(format!(
                "expected an origin like https://shop.example, got {wrong:?}"
            )),
            None => Ok(Self {
                id: id.to_owned(),
                origins,
            }),
        }
    }
}

/// Scopes with commas between them.
#[derive(Clone, Debug)]
struct ScopesArgument(BTreeSet<Scope>);

impl FromStr for ScopesArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parts(text)
            .map(|name| {
                Scope::ALL
                    .into_iter()
                    .find(|scope| scope.name() == name)
                    .ok_or_else(|| format!("expected chat:create or chat:send, got {name:?}"))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// `all`, `none`, or capabilities with commas between them.
#[derive(Clone, Debug)]
struct CapabilitiesArgument(BTreeSet<Capability>);

impl FromStr for CapabilitiesArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self(Capability::ALL.into())),
            "none" => Ok(Self(BTreeSet::new())),
            names => parts(names).map(str::parse).collect::<Result<_, _>>().map(Self),
        }
    }
}

/// The parts between commas that are not empty.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Config {
        let program = ["reference-server"];
        let parsed = Arguments::try_parse_from(program.iter().chain(arguments));
        parsed.unwrap().into_config(None)
    }

    #[test]
    fn without_flags_everything_is_offered_and_no_token_is_needed() {
        let config = config(&[]);
        assert_eq!(config.capabilities().len(), Capability::ALL.len());
        assert_eq!(config.require_auth, RequireAuth::Nowhere);
        assert_eq!(config.accounts, Accounts::On);
        assert_eq!(config.rest_limit, RestLimit::GENEROUS);
        let default = Config::default();
        assert_eq!(config.access_ttl, default.access_ttl);
        assert_eq!(config.refresh_ttl, default.refresh_ttl);
        assert_eq!(config.refresh_grace, default.refresh_grace);
        assert_eq!(config.token_scopes, default.token_scopes);
        assert_eq!(config.socket_limit, default.socket_limit);
    }

    #[test]
    fn a_bare_require_auth_means_everywhere() {
        assert_eq!(config(&["--require-auth"]).require_auth, RequireAuth::All);
        assert_eq!(
            config(&["--require-auth", "--debug"]).require_auth,
            RequireAuth::All
        );
        assert_eq!(
            config(&["--require-auth=socket"]).require_auth,
            RequireAuth::Socket
        );
    }

    #[test]
    fn capabilities_are_all_none_or_named() {
        let some = config(&["--capabilities", "history,stop", "--without", "stop"]);
        assert_eq!(some.capabilities(), ["history"]);
        assert!(config(&["--capabilities", "none"]).capabilities().is_empty());
        assert!(Arguments::try_parse_from(["reference-server", "--capabilities", "tea"]).is_err());
    }

    #[test]
    fn a_tenant_may_bring_its_origins() {
        let config = config(&[
            "--tenant",
            "a",
            "--tenant",
            "b=https://x.example,https://y.example",
        ]);
        assert_eq!(config.tenants, ["a", "b"]);
        let expected = vec!["https://x.example".to_owned(), "https://y.example".to_owned()];
        assert_eq!(config.tenant_origins, [("b".to_owned(), expected)].into());
    }

    #[test]
    fn choices_are_spelled_in_kebab_case() {
        let config = config(&[
            "--profile=join-token",
            "--realtime-ack=silent",
            "--shape=wrapped",
            "--slash=trailing",
            "--spelling=camel",
            "--accounts=off",
            "--rest-limit=60:10",
            "--token-scopes=chat:send",
        ]);
        assert_eq!(config.profile, Profile::JoinToken);
        assert_eq!(config.realtime_ack, RealtimeAck::Silent);
        assert_eq!(config.shape, Shape::Wrapped);
        assert_eq!(config.slash, Slash::Trailing);
        assert_eq!(config.spelling, Spelling::Camel);
        assert_eq!(config.accounts, Accounts::Off);
        assert_eq!(config.rest_limit.burst.get(), 10);
        assert_eq!(config.token_scopes, [Scope::ChatSend].into());
    }
}
