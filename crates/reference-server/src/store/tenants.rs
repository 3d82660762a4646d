//! The tenants that exist.

use super::Store;
use crate::clock;

impl Store {
    /// Makes sure a tenant exists.
    pub(crate) async fn add_tenant(&self, tenant: &str) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO tenants (id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(tenant)
            .bind(clock::seconds())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether a tenant exists.
    pub(crate) async fn has_tenant(&self, tenant: &str) -> Result<bool, sqlx::Error> {
        let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM tenants WHERE id = ?")
            .bind(tenant)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.is_some())
    }
}
