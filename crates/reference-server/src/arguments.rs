//! The command line, and how it becomes a [`Config`].

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;
use reference_server::{Capability, Config, CreatedStatus, Upstream};

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
    /// A tenant besides miptech-company; repeatable.
    #[arg(long = "tenant", value_name = "ID")]
    tenants: Vec<String>,
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
    /// Status for a newly created chat: 200 or 201.
    #[arg(long, value_name = "STATUS", default_value = "200")]
    created_status: CreatedStatus,
    /// Switches a capability off: client_message_id, history, suggestions; repeatable.
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
    /// Lets texts beginning with "/fault " break things.
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
        Config {
            database: Some(self.database),
            tenants: self.tenants,
            allow_origins: self.allow_origins,
            warm_up: Duration::from_millis(self.warm_up_ms),
            join_deadline: Duration::from_millis(self.join_deadline_ms),
            chunk_pace: Duration::from_millis(self.chunk_ms),
            created_status: self.created_status,
            without: self.without.into_iter().collect(),
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
