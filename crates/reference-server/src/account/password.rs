//! Passwords: hashed slowly, off the threads that serve.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::SaltString,
};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::error::ApiError;

/// Hashes a password under a salt of its own.
pub(super) async fn hash(password: String) -> Result<String, ApiError> {
    blocking(move || {
        let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).map_err(|_| ApiError::Internal)?;
        hasher()?
            .hash_password(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|_| ApiError::Internal)
    })
    .await
}

/// Whether a password is the one behind `hash`.
///
/// Without a hash it takes as long and says no, so that the time does not tell who is registered.
pub(super) async fn matches(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&hash).map_err(|_| ApiError::Internal)?;
        let same = hasher()?.verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(same && known)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    spawn_blocking(work).await.map_err(|_| ApiError::Internal)?
}

fn hasher() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| ApiError::Internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// OWASP's smallest memory with its passes: a debug build still answers within a second.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;
const LANES: u32 = 1;

/// A hash nothing is known to match, under the parameters above.
const NOBODY: &str = "$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
