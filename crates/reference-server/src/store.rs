//! The one SQLite file: tenants, users, sign-ins, chats, messages, and the index of the knowledge folder.
//!
//! Every write is one statement or one transaction that begins with a write, so that two
//! connections never wait for each other's read lock.

mod chats;
mod messages;
mod passages;
mod secrets;
mod sign_ins;
mod tenants;
mod users;

use std::{borrow::Cow, path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use chats::{Chat, NewChat};
pub(crate) use messages::{FinishedAnswer, Message, Recorded, Role, Stored, UserMessage};
pub(crate) use passages::{Passage, Place};
pub(crate) use sign_ins::{NewTokens, Rotated, Rotation};
pub(crate) use users::{NewUser, User};

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
        (3, "accounts", include_str!("../migrations/0003_accounts.sql")),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_of_the_first_version_keeps_its_chats() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.sqlite");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let first = migrations().migrations.iter().take(2).cloned().collect();
        Migrator::with_migrations(first).run(&pool).await.unwrap();
        for statement in [
            "INSERT INTO tenants VALUES ('t', 1.0)",
            "INSERT INTO chats VALUES ('c', 't', 'session-1', 'v', NULL, NULL, 1.0)",
            "INSERT INTO messages VALUES ('m', 'c', 1, 'user', 'hello', 1.0, 'm-1', NULL)",
        ] {
            sqlx::query(statement).execute(&pool).await.unwrap();
        }
        pool.close().await;

        let store = Store::open(Some(&path)).await.unwrap();
        let chat = store.chat("t", "c", None).await.unwrap().unwrap();
        assert_eq!(chat.session_id, "session-1");
        let messages = store.messages_after("c", 0, 10).await.unwrap();
        assert_eq!(messages[0].content, "hello");
        store.erase_chat("c").await.unwrap();
        assert!(store.messages_after("c", 0, 10).await.unwrap().is_empty());
    }
}
