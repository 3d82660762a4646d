//! Sign-ins and the pairs of tokens they go through.
//!
//! A pair is used at most once, except that for a grace period the pair before the newest still
//! leads to the newest. Any other second use ends the whole sign-in, because then two parties hold
//! what only one should.

use sqlx::{Row as _, Sqlite, Transaction};
use uuid::Uuid;

use super::Store;
use crate::clock;

/// A pair of tokens about to be issued.
#[derive(Clone, Debug)]
pub(crate) struct NewTokens {
    /// SHA-256 of the refresh token.
    pub(crate) refresh_hash: String,
    /// The access token's `jti`.
    pub(crate) access_id: String,
    /// Seconds since 1970.
    pub(crate) issued_at: f64,
    /// Seconds since 1970.
    pub(crate) access_expires_at: f64,
}

/// A valid access token's sign-in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    pub(crate) user_id: String,
}

/// A request for the pair after another.
#[derive(Clone, Debug)]
pub(crate) struct Rotation<'a> {
    /// The tenant the request speaks for.
    pub(crate) tenant: &'a str,
    /// SHA-256 of the refresh token presented.
    pub(crate) presented: &'a str,
    /// What to issue if nothing was issued for it yet.
    pub(crate) successor: NewTokens,
    /// In seconds.
    pub(crate) grace: f64,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
pub(crate) enum Rotated {
    /// Unknown, expired, revoked or another tenant's.
    Refused,
    /// Used before and not excused by the grace; its sign-in is over.
    Reused,
    /// These tokens follow it, issued now or, within the grace, before.
    Successor { tokens: NewTokens, user_id: String },
}

impl Store {
    /// Begins a sign-in with its first pair.
    pub(crate) async fn sign_in(
        &self,
        user_id: &str,
        tokens: &NewTokens,
        expires_at: f64,
    ) -> Result<(), sqlx::Error> {
        let id = Uuid::new_v4().to_string();
        let mut transaction = self.pool.begin().await?;
        sqlx::query("INSERT INTO sign_ins (id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)")
            .bind(&id)
            .bind(user_id)
            .bind(tokens.issued_at)
            .bind(expires_at)
            .execute(&mut *transaction)
            .await?;
        insert(&mut transaction, &id, tokens).await?;
        transaction.commit().await
    }

    /// Ends a sign-in with every token that came from it.
    pub(crate) async fn revoke(&self, sign_in_id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE sign_ins SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(clock::seconds())
            .bind(sign_in_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The sign-in of an access token that is neither expired nor revoked.
    pub(crate) async fn sign_in_of(&self, access_id: &str) -> Result<Option<SignIn>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT sign_ins.id, sign_ins.user_id FROM tokens \
             JOIN sign_ins ON sign_ins.id = tokens.sign_in_id \
             WHERE tokens.access_id = ? AND tokens.access_expires_at > ? AND sign_ins.revoked_at IS NULL",
        )
        .bind(access_id)
        .bind(clock::seconds())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(SignIn {
                id: row.try_get("id")?,
                user_id: row.try_get("user_id")?,
            })
        })
        .transpose()
    }

    /// Exchanges a refresh token for the pair that follows it.
    pub(crate) async fn rotate(&self, rotation: &Rotation<'_>) -> Result<Rotated, sqlx::Error> {
        let now = clock::seconds();
        let mut transaction = self.pool.begin().await?;
        // Claimed by a write first, so that of two requests with one token the second waits and then
        // sees what the first did.
        let claimed = sqlx::query(
            "UPDATE tokens SET used_at = ?1, successor_hash = ?2 WHERE refresh_hash = ?3 AND used_at IS NULL",
        )
        .bind(now)
        .bind(&rotation.successor.refresh_hash)
        .bind(rotation.presented)
        .execute(&mut *transaction)
        .await?
        .rows_affected();

        let row = sqlx::query(
            "SELECT tokens.sign_in_id, tokens.used_at, tokens.successor_hash, sign_ins.user_id FROM tokens \
             JOIN sign_ins ON sign_ins.id = tokens.sign_in_id \
             JOIN users ON users.id = sign_ins.user_id \
             WHERE tokens.refresh_hash = ?1 AND users.tenant_id = ?2 \
             AND sign_ins.revoked_at IS NULL AND sign_ins.expires_at > ?3",
        )
        .bind(rotation.presented)
        .bind(rotation.tenant)
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            // Dropping the transaction takes the claim back.
            return Ok(Rotated::Refused);
        };
        let sign_in_id: String = row.try_get("sign_in_id")?;
        let user_id: String = row.try_get("user_id")?;

        if claimed == 1 {
            insert(&mut transaction, &sign_in_id, &rotation.successor).await?;
            transaction.commit().await?;
            return Ok(Rotated::Successor {
                tokens: rotation.successor.clone(),
                user_id,
            });
        }
        let used_at: f64 = row.try_get("used_at")?;
        let successor_hash: String = row.try_get("successor_hash")?;
        if now - used_at < rotation.grace
            && let Some(tokens) = unused(&mut transaction, &successor_hash).await?
        {
            return Ok(Rotated::Successor { tokens, user_id });
        }
        sqlx::query("UPDATE sign_ins SET revoked_at = ? WHERE id = ?")
            .bind(now)
            .bind(&sign_in_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Rotated::Reused)
    }
}

async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    sign_in_id: &str,
    tokens: &NewTokens,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO tokens (refresh_hash, access_id, sign_in_id, issued_at, access_expires_at) \
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&tokens.refresh_hash)
    .bind(&tokens.access_id)
    .bind(sign_in_id)
    .bind(tokens.issued_at)
    .bind(tokens.access_expires_at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// A pair that nothing follows yet.
async fn unused(
    transaction: &mut Transaction<'_, Sqlite>,
    refresh_hash: &str,
) -> Result<Option<NewTokens>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT access_id, issued_at, access_expires_at FROM tokens \
         WHERE refresh_hash = ? AND used_at IS NULL",
    )
    .bind(refresh_hash)
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| {
        Ok(NewTokens {
            refresh_hash: refresh_hash.to_owned(),
            access_id: row.try_get("access_id")?,
            issued_at: row.try_get("issued_at")?,
            access_expires_at: row.try_get("access_expires_at")?,
        })
    })
    .transpose()
}
