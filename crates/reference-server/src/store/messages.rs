//! Messages of a chat, numbered in the order they were stored.

use serde_json::{Value, json};
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
    /// Whether the visitor ended this answer early.
    pub(crate) stopped: bool,
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
            stopped: row.try_get("stopped")?,
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

/// An answer about to be stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FinishedAnswer<'a> {
    pub(crate) chat_id: &'a str,
    pub(crate) id: &'a str,
    pub(crate) content: &'a str,
    pub(crate) sources: &'a Value,
    pub(crate) created_at: f64,
    /// Whether the visitor ended it early.
    pub(crate) stopped: bool,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stored {
    /// Its chat is gone.
    ChatErased,
    Kept,
}

/// What became of a visitor's message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Recorded {
    /// The chat was erased.
    ChatErased,
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
             SELECT ?1, chats.id, COALESCE(MAX(sequence_number), 0) + 1, ?6, ?3, ?4, ?5 \
             FROM chats LEFT JOIN messages ON messages.chat_id = chats.id WHERE chats.id = ?2 \
             GROUP BY chats.id \
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
        let earlier: Option<(String, String)> =
            sqlx::query_as("SELECT id, content FROM messages WHERE chat_id = ? AND client_message_id = ?")
                .bind(message.chat_id)
                .bind(message.client_message_id)
                .fetch_optional(&self.pool)
                .await?;
        // Nothing stored and nothing in the way: there was no chat to store it in.
        let Some((message_id, content)) = earlier else {
            return Ok(Recorded::ChatErased);
        };
        if content == message.content {
            Ok(Recorded::Repeat { message_id })
        } else {
            Ok(Recorded::Conflict)
        }
    }

    /// Stores a finished answer under the id its deltas were sent with.
    ///
    /// Returns whether it was stored; a chat that was erased meanwhile takes no answers.
    pub(crate) async fn record_answer(&self, answer: FinishedAnswer<'_>) -> Result<Stored, sqlx::Error> {
        let inserted = sqlx::query(
            "INSERT INTO messages \
             (id, chat_id, sequence_number, role, content, created_at, sources, stopped) \
             SELECT ?1, chats.id, COALESCE(MAX(sequence_number), 0) + 1, ?6, ?3, ?4, ?5, ?7 \
             FROM chats LEFT JOIN messages ON messages.chat_id = chats.id WHERE chats.id = ?2 \
             GROUP BY chats.id",
        )
        .bind(answer.id)
        .bind(answer.chat_id)
        .bind(answer.content)
        .bind(answer.created_at)
        .bind(answer.sources.to_string())
        .bind(Role::Assistant.name())
        .bind(answer.stopped)
        .execute(&self.pool)
        .await?
        .rows_affected();
        Ok(if inserted == 1 {
            Stored::Kept
        } else {
            Stored::ChatErased
        })
    }

    /// Stores a whole conversation at once, question and answer in turn, as if it had been before now.
    pub(crate) async fn record_past(&self, chat_id: &str, contents: &[String]) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO messages (id, chat_id, sequence_number, role, content, created_at) \
             SELECT lower(hex(randomblob(16))), ?1, \
             (SELECT COALESCE(MAX(sequence_number), 0) FROM messages WHERE chat_id = ?1) + key + 1, \
             iif(key % 2 = 0, ?4, ?5), value, ?3 - json_array_length(?2) + key FROM json_each(?2)",
        )
        .bind(chat_id)
        .bind(json!(contents).to_string())
        .bind(clock::seconds())
        .bind(Role::User.name())
        .bind(Role::Assistant.name())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Finds an answer in a chat.
    pub(crate) async fn answer(&self, chat_id: &str, id: &str) -> Result<Option<Message>, sqlx::Error> {
        sqlx::query("SELECT * FROM messages WHERE chat_id = ? AND id = ? AND role = ?")
            .bind(chat_id)
            .bind(id)
            .bind(Role::Assistant.name())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| Message::from_row(&row))
            .transpose()
    }

    /// Notes what a visitor thinks of an answer; the last word counts.
    pub(crate) async fn record_feedback(
        &self,
        message_id: &str,
        value: &str,
        reason: Option<&str>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO feedback (message_id, value, reason, created_at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (message_id) DO UPDATE SET \
             value = excluded.value, reason = excluded.reason, created_at = excluded.created_at",
        )
        .bind(message_id)
        .bind(value)
        .bind(reason)
        .bind(clock::seconds())
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
