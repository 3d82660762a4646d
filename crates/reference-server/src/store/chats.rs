//! Chats, one for each `session_id` of a tenant.

use sqlx::{Row as _, sqlite::SqliteRow};
use uuid::Uuid;

use super::Store;
use crate::clock;

/// A stored chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chat {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) session_id: String,
    pub(crate) title: Option<String>,
    pub(crate) created_at: f64,
}

impl Chat {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            tenant: row.try_get("tenant_id")?,
            session_id: row.try_get("session_id")?,
            title: row.try_get("title")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// What a visitor asks for when creating a chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewChat {
    pub(crate) tenant: String,
    pub(crate) session_id: String,
    pub(crate) visitor_id: String,
    pub(crate) title: Option<String>,
    /// The `context` object as JSON text.
    pub(crate) context: Option<String>,
    /// The user it will belong to.
    pub(crate) user: Option<String>,
}

impl Store {
    /// Creates the chat of `(tenant, session_id, user)` or finds the one that is there.
    ///
    /// Returns the chat and whether it is new.
    pub(crate) async fn open_chat(&self, new: &NewChat) -> Result<(Chat, bool), sqlx::Error> {
        let inserted = sqlx::query(
            "INSERT INTO chats (id, tenant_id, session_id, visitor_id, title, context, created_at, user_id) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(&new.tenant)
        .bind(&new.session_id)
        .bind(&new.visitor_id)
        .bind(&new.title)
        .bind(&new.context)
        .bind(clock::seconds())
        .bind(&new.user)
        .execute(&self.pool)
        .await?
        .rows_affected();
        let row = sqlx::query("SELECT * FROM chats WHERE tenant_id = ? AND session_id = ? AND user_id IS ?")
            .bind(&new.tenant)
            .bind(&new.session_id)
            .bind(&new.user)
            .fetch_one(&self.pool)
            .await?;
        Ok((Chat::from_row(&row)?, inserted == 1))
    }

    /// Finds a chat, but only for its own tenant and, if it belongs to a user, only for that user.
    pub(crate) async fn chat(
        &self,
        tenant: &str,
        id: &str,
        user: Option<&str>,
    ) -> Result<Option<Chat>, sqlx::Error> {
        sqlx::query("SELECT * FROM chats WHERE tenant_id = ? AND id = ? AND (user_id IS NULL OR user_id = ?)")
            .bind(tenant)
            .bind(id)
            .bind(user)
            .fetch_optional(&self.pool)
            .await?
            .map(|row| Chat::from_row(&row))
            .transpose()
    }

    /// Deletes a chat with its messages and their feedback.
    pub(crate) async fn erase_chat(&self, id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM chats WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
