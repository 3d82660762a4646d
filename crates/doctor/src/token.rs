//! What a token says of itself, as far as it is a JWT. Nothing of it is verified; that is the platform's part.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use miptech_chat_protocol::token::Token;
use serde_json::Value;

/// What a token says beyond what the widget looks at.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// The tenant it is for.
    pub(crate) tenant: Option<String>,
    /// What it allows.
    pub(crate) scopes: Option<Vec<String>>,
}

impl Said {
    pub(crate) fn of(token: &Token) -> Self {
        let payload = token.as_str().split('.').nth(1);
        let claims: Value = payload
            .and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let scopes = claims.get("scope").and_then(Value::as_array);
        Self {
            tenant: claims.get("tenant_id").and_then(Value::as_str).map(str::to_owned),
            scopes: scopes.map(|scopes| {
                scopes
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            }),
        }
    }

    /// The first scope a chat needs and the token does not have; one that names no scopes may have all.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        let scopes = self.scopes.as_ref()?;
        NEEDED
            .into_iter()
            .find(|needed| scopes.iter().all(|scope| scope != needed))
    }
}

/// `platform.md` section 8.
const NEEDED: [&str; 2] = ["chat:create", "chat:send"];
