//! The one SQLite file: tenants, chats, messages, and the index of the knowledge folder.
//!
//! Every write is one statement or one transaction that begins with a write, so that two
//! connections never wait for each other's read lock.

mod chats;
mod messages;
mod passages;
mod tenants;

use std::{borrow::Cow, path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use chats::{Chat, NewChat};
pub(crate) use messages::{Message, Recorded, Role, UserMessage};
pub(crate) use passages::{Passage, Place};

use crate::error::ServerError;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the file, creating it and its folder, and brings the schema up to date.
    pub(crate) async fn open(path: Option<&Path>) -> Result<Self, ServerError> {
        let pool = match path {
            Some(path) => {
                if let Some(folder) = path.parent() {
                    tokio::fs::create_dir_all(folder).await?;
                }
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(5));
                SqlitePoolOptions::new()
                    .max_connections(4)
                    .connect_with(options)
                    .await?
            }
            // An in-memory database lives and dies with its connection, so there is exactly one
            // and it is never replaced.
            None => {
                SqlitePoolOptions::new()
                    .min_connections(1)
                    .max_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(SqliteConnectOptions::new().in_memory(true))
                    .await?
            }
        };
        migrations().run(&pool).await?;
        Ok(Self { pool })
    }

    /// Writes everything back and closes the file.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

fn migrations() -> Migrator {
    let steps = [
        (1, "platform", include_str!("../migrations/0001_platform.sql")),
        (2, "passages", include_str!("../migrations/0002_passages.sql")),
    ];
    Migrator::with_migrations(
        steps
            .into_iter()
            .map(|(version, name, sql)| {
                Migration::new(
                    version,
                    Cow::Borrowed(name),
                    MigrationType::Simple,
                    sqlx::SqlSafeStr::into_sql_str(sql),
                    false,
                )
            })
            .collect(),
    )
}
