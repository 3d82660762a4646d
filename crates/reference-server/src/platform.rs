//! What all rooms share: configuration, storage, joined sockets, and how the server is coming and going.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

use crate::{
    account::Keys,
    answer::{Ledger, Queues, UpstreamClient},
    config::Config,
    cors::Origins,
    error::ServerError,
    fault::Rules,
    hub::Hub,
    inspect::Inspector,
    knowledge,
    store::Store,
    tenant,
};

/// One running reference server.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) origins: Origins,
    pub(crate) hub: Hub,
    pub(crate) queues: Queues,
    pub(crate) ledger: Ledger,
    pub(crate) rules: Rules,
    pub(crate) inspector: Inspector,
    pub(crate) upstream: Option<UpstreamClient>,
    /// The knowledge folder's own name, as it appears in the titles of sources.
    pub(crate) knowledge_name: String,
    /// When the AI services stop warming.
    pub(crate) warm_at: Instant,
    closing: watch::Sender<bool>,
    alive: watch::Sender<usize>,
}

impl Platform {
    /// Opens the database, seeds it and reads the knowledge folder.
    pub(crate) async fn start(config: Config) -> Result<Arc<Self>, ServerError> {
        let warm_at = Instant::now() + config.warm_up;
        let store = Store::open(config.database.as_deref()).await?;
        store.add_tenant(Config::DEFAULT_TENANT).await?;
        for name in &config.tenants {
            store.add_tenant(&tenant::canonical(name)).await?;
        }
        let keys = Keys::load(&store).await?;
        knowledge::index(&store, &config.knowledge).await?;
        let upstream = config.upstream.clone().map(UpstreamClient::new).transpose()?;
        let knowledge_name = config.knowledge.file_name().map_or_else(
            || "knowledge".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        Ok(Arc::new(Self {
            keys,
            origins: Origins::new(&config.allow_origins, &config.tenant_origins),
            hub: Hub::default(),
            queues: Queues::default(),
            ledger: Ledger::default(),
            rules: Rules::default(),
            inspector: Inspector::new(&config),
            upstream,
            knowledge_name,
            warm_at,
            closing: watch::Sender::new(false),
            alive: watch::Sender::new(0),
            config,
            store,
        }))
    }

    /// Whether the AI services are ready.
    pub(crate) fn is_warm(&self) -> bool {
        Instant::now() >= self.warm_at
    }

    /// Tells every socket and answer to come to an end.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether the server is shutting down.
    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Resolves when the server begins to shut down.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Waits for `duration`, or less if the server shuts down.
    pub(crate) async fn pause(&self, duration: Duration) {
        if duration.is_zero() {
            tokio::task::yield_now().await;
            return;
        }
        let _ = tokio::time::timeout(duration, self.closed()).await;
    }

    /// Counts a task that shutdown waits for, until the guard is dropped.
    pub(crate) fn stay_alive(self: &Arc<Self>) -> Alive {
        self.alive.send_modify(|tasks| *tasks += 1);
        Alive {
            platform: Arc::clone(self),
        }
    }

    /// Resolves when no counted task is left.
    pub(crate) async fn finished(&self) {
        let _ = self.alive.subscribe().wait_for(|tasks| *tasks == 0).await;
    }
}

/// A task that shutdown waits for.
#[derive(Debug)]
pub(crate) struct Alive {
    platform: Arc<Platform>,
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.platform
            .alive
            .send_modify(|tasks| *tasks = tasks.saturating_sub(1));
    }
}
