//! The people who can sign in, each at one tenant.

use sqlx::{Row as _, sqlite::SqliteRow};
use uuid::Uuid;

use super::Store;
use crate::clock;

/// Someone who registered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) email: String,
    pub(crate) full_name: String,
    pub(crate) password_hash: String,
    pub(crate) created_at: f64,
}

impl User {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            tenant: row.try_get("tenant_id")?,
            email: row.try_get("email")?,
            full_name: row.try_get("full_name")?,
            password_hash: row.try_get("password_hash")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// Someone who registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) tenant: &'a str,
    /// Lower-cased already.
    pub(crate) email: &'a str,
    pub(crate) full_name: &'a str,
    pub(crate) password_hash: &'a str,
}

impl Store {
    /// Stores a user; `None` if the e-mail address is taken at that tenant.
    pub(crate) async fn add_user(&self, new: NewUser<'_>) -> Result<Option<User>, sqlx::Error> {
        sqlx::query(
            "INSERT INTO users (id, tenant_id, email, full_name, password_hash, created_at) \
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, email) DO NOTHING RETURNING *",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(new.tenant)
        .bind(new.email)
        .bind(new.full_name)
        .bind(new.password_hash)
        .bind(clock::seconds())
        .fetch_optional(&self.pool)
        .await?
        .map(|row| User::from_row(&row))
        .transpose()
    }

    /// Finds a user of a tenant by e-mail address.
    pub(crate) async fn user_by_email(&self, tenant: &str, email: &str) -> Result<Option<User>, sqlx::Error> {
        sqlx::query("SELECT * FROM users WHERE tenant_id = ? AND email = ?")
            .bind(tenant)
            .bind(email)
            .fetch_optional(&self.pool)
            .await?
            .map(|row| User::from_row(&row))
            .transpose()
    }

    /// Finds a user.
    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>, sqlx::Error> {
        sqlx::query("SELECT * FROM users WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?
            .map(|row| User::from_row(&row))
            .transpose()
    }
}
