//! Messages of a chat, numbered in the order they were stored.

use serde_json::Value;
use sqlx::{Row as _, sqlite::SqliteRow};
use uuid::Uuid;

use super::Store;
use crate::clock;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Assistant,
    User,
}

impl Role {
    /// The name on the wire and in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Assistant => "assistant",
            Self::User => "user",
        }
    }
}

/// A stored message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) sequence_number: i64,
    pub(crate) role: String,
    pub(crate) content: String,
    pub(crate) created_at: f64,
    pub(crate) client_message_id: Option<String>,
    pub(crate) sources: Option<Value>,
}

impl Message {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let sources: Option<String> = row.try_get("sources")?;
        Ok(Self {
            id: row.try_get("id")?,
            sequence_number: row.try_get("sequence_number")?,
            role: row.try_get("role")?,
            content: row.try_get("content")?,
            created_at: row.try_get("created_at")?,
            client_message_id: row.try_get("client_message_id")?,
            sources: sources.and_then(|text| serde_json::from_str(&text).ok()),
        })
    }
}

/// A message of a visitor about to be stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UserMessage<'a> {
    pub(crate) chat_id: &'a str,
    pub(crate) content: &'a str,
    pub(crate) client_message_id: Option<&'a str>,
}

/// What became of a visitor's message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Recorded {
    /// The client message id belongs to a message with another text.
    Conflict,
    /// Stored for the first time.
    New { message_id: String },
    /// Stored before, under this id.
    Repeat { message_id: String },
}

impl Store {
    /// Stores a visitor's message, once for each client message id.
    pub(crate) async fn record(&self, message: UserMessage<'_>) -> Result<Recorded, sqlx::Error> {
        let id = Uuid::new_v4().to_string();
        // One statement, so that the next number and the row that takes it cannot be separated.
        let inserted = sqlx::query(
            "INSERT INTO messages \
             (id, chat_id, sequence_number, role, content, created_at, client_message_id) \
             SELECT ?1, ?2, COALESCE(MAX(sequence_number), 0) + 1, ?6, ?3, ?4, ?5 \
             FROM messages WHERE chat_id = ?2 \
             ON CONFLICT (chat_id, client_message_id) DO NOTHING",
        )
        .bind(&id)
        .bind(message.chat_id)
        .bind(message.content)
        .bind(clock::seconds())
        .bind(message.client_message_id)
        .bind(Role::User.name())
        .execute(&self.pool)
        .await?
        .rows_affected();
        if inserted == 1 {
            return Ok(Recorded::New { message_id: id });
        }
        let (message_id, content): (String, String) =
            sqlx::query_as("SELECT id, content FROM messages WHERE chat_id = ? AND client_message_id = ?")
                .bind(message.chat_id)
                .bind(message.client_message_id)
                .fetch_one(&self.pool)
                .await?;
        if content == message.content {
            Ok(Recorded::Repeat { message_id })
        } else {
            Ok(Recorded::Conflict)
        }
    }

    /// Stores a finished answer under the id its deltas were sent with.
    pub(crate) async fn record_answer(
        &self,
        chat_id: &str,
        answer_id: &str,
        content: &str,
        sources: &Value,
        created_at: f64,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO messages \
             (id, chat_id, sequence_number, role, content, created_at, sources) \
             SELECT ?1, ?2, COALESCE(MAX(sequence_number), 0) + 1, ?6, ?3, ?4, ?5 \
             FROM messages WHERE chat_id = ?2",
        )
        .bind(answer_id)
        .bind(chat_id)
        .bind(content)
        .bind(created_at)
        .bind(sources.to_string())
        .bind(Role::Assistant.name())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Reads up to `limit` messages after a sequence number, ascending.
    pub(crate) async fn messages_after(
        &self,
        chat_id: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Message>, sqlx::Error> {
        sqlx::query(
            "SELECT * FROM messages WHERE chat_id = ? AND sequence_number > ? \
             ORDER BY sequence_number LIMIT ?",
        )
        .bind(chat_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(Message::from_row)
        .collect()
    }

    /// Reads the messages before one of them, the last `limit`, ascending.
    pub(crate) async fn messages_before(
        &self,
        chat_id: &str,
        message_id: &str,
        limit: i64,
    ) -> Result<Vec<Message>, sqlx::Error> {
        let mut messages = sqlx::query(
            "SELECT * FROM messages WHERE chat_id = ?1 AND sequence_number < \
             (SELECT sequence_number FROM messages WHERE id = ?2) \
             ORDER BY sequence_number DESC LIMIT ?3",
        )
        .bind(chat_id)
        .bind(message_id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(Message::from_row)
        .collect::<Result<Vec<_>, _>>()?;
        messages.reverse();
        Ok(messages)
    }
}
