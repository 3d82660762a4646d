//! Tokens: signed access tokens, and refresh tokens that follow from one another.
//!
//! Nothing here is ever stored or logged. A refresh token is found by its hash. The one after it is an
//! HMAC of it under a key of this database, and an access token is signed from what its row says, so
//! both can be returned once more, letter by letter, without having been kept.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::{
    digest, hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::ServerError,
    store::{NewTokens, Store},
};

/// What an access token says.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Claims {
    pub(crate) tenant_id: String,
    pub(crate) user_id: String,
    pub(crate) scope: Vec<String>,
    /// Seconds since 1970. For the client: the server asks its database, which counts milliseconds.
    pub(crate) exp: u64,
    /// Seconds since 1970.
    pub(crate) iat: u64,
    pub(crate) jti: String,
}

/// The keys of one database.
pub(crate) struct Keys {
    signing: EncodingKey,
    checking: DecodingKey,
    following: hmac::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys of a database, or gives it new ones.
    pub(crate) async fn load(store: &Store) -> Result<Self, ServerError> {
        let access = store.secret("access_key", &random()?).await?;
        let refresh = store.secret("refresh_key", &random()?).await?;
        Ok(Self {
            signing: EncodingKey::from_secret(&access),
            checking: DecodingKey::from_secret(&access),
            following: hmac::Key::new(hmac::HMAC_SHA256, &refresh),
        })
    }

    /// Signs an access token; the same claims are the same token.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.signing)
    }

    /// Reads an access token that this database signed, whether or not it has expired.
    pub(crate) fn read(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        jsonwebtoken::decode(token, &self.checking, &validation)
            .ok()
            .map(|token| token.claims)
    }

    /// The refresh token after this one.
    pub(crate) fn following(&self, token: &RefreshToken) -> RefreshToken {
        RefreshToken(hexadecimal(
            hmac::sign(&self.following, token.0.as_bytes()).as_ref(),
        ))
    }
}

/// A refresh token, opaque to clients.
#[derive(Clone, PartialEq)]
pub(crate) struct RefreshToken(String);

impl RefreshToken {
    /// The first of a sign-in.
    pub(crate) fn fresh() -> Result<Self, ServerError> {
        Ok(Self(hexadecimal(&random()?)))
    }

    /// One that a client presented.
    pub(crate) fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What the database knows it by.
    pub(crate) fn hash(&self) -> String {
        hexadecimal(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }

    /// As it appears on the wire.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Both tokens as they are issued.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: RefreshToken,
    pub(crate) tokens: NewTokens,
}

/// As many random bytes as a key or a token has.
pub(crate) fn random() -> Result<[u8; RANDOM_BYTES], ServerError> {
    let mut bytes = [0; RANDOM_BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| ServerError::Randomness)?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 256 bits, the size of the hash both keys are used with.
const RANDOM_BYTES: usize = 32;
