//! Tokens: secrets that go to the platform and nowhere else.

use std::{fmt, time::Duration};

use crate::json::{self, Value};

/// A token as the platform or the host page gave it. It cannot be printed.
#[derive(Clone, Eq, PartialEq)]
pub struct Token(String);

impl Token {
    /// Takes a token, or nothing where the text cannot be one: it goes into a header, so it holds visible ASCII only,
    /// and at most 8 KiB of it (row T15).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_sound = !matches!(text, "" | "null" | "undefined")
            && text.len() <= 8 * 1024
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_sound.then(|| Self(text.to_owned()))
    }

    /// The token as it goes on the wire and into storage.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the token says of itself, where it is a JWT. Nothing here is verified: it only saves useless calls.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let claims = self.payload();
        Claims {
            user: json::text_of(&claims, &["user_id", "sub"]).map(str::to_owned),
            expires_ms: json::time_of(&claims, &["exp"]),
            lifetime: json::time_of(&claims, &["exp"])
                .zip(json::time_of(&claims, &["iat"]))
                .map(|(end, start)| Duration::from_millis(end.saturating_sub(start))),
        }
    }

    /// What the token allows, for whoever asks why it is refused. Nothing here is verified either.
    #[must_use]
    pub fn grant(&self) -> Grant {
        let claims = self.payload();
        let scopes = claims.get("scope").and_then(Value::as_list);
        let texts = |list: &[Value]| list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Grant {
            tenant: json::text_of(&claims, &["tenant_id"]).map(str::to_owned),
            scopes: scopes.map(texts),
            issued_ms: json::time_of(&claims, &["iat"]),
            expires_ms: json::time_of(&claims, &["exp"]),
        }
    }

    /// The claims of a JWT; null where it is none.
    fn payload(&self) -> Value {
        let mut parts = self.0.split('.');
        let payload = parts.nth(1).filter(|_| parts.next().is_some());
        payload
            .and_then(base64url)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| json::parse(&text).ok())
            .unwrap_or(Value::Null)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// What a JWT says of itself (`platform.md` section 8).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Claims {
    /// The user.
    pub user: Option<String>,
    /// Until when it is valid, in milliseconds since 1970 on the platform's clock.
    pub expires_ms: Option<u64>,
    /// How long it is valid in all.
    pub lifetime: Option<Duration>,
}

/// What a JWT says it allows (`platform.md` section 8).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Grant {
    /// The tenant it is for.
    pub tenant: Option<String>,
    /// What may be done with it; one that names nothing may have all.
    pub scopes: Option<Vec<String>>,
    /// Since when it is valid, in milliseconds since 1970 on the platform's clock.
    pub issued_ms: Option<u64>,
    /// Until when.
    pub expires_ms: Option<u64>,
}

impl Grant {
    /// The first scope a chat needs and the token does not have.
    #[must_use]
    pub fn missing_scope(&self) -> Option<&'static str> {
        let scopes = self.scopes.as_ref()?;
        let needed = ["chat:create", "chat:send"];
        needed
            .into_iter()
            .find(|needed| scopes.iter().all(|scope| scope != needed))
    }
}

/// Decodes base64 with the URL alphabet, without padding.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.extend((bits >> count).to_le_bytes().first());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_header_is_no_token() {
        let long = "a".repeat(8193);
        for text in [
            "",
            "null",
            "undefined",
            "a b",
            "a\nX-Evil: 1",
            "é",
            "\u{7f}",
            long.as_str(),
        ] {
            assert_eq!(Token::parse(text), None, "{} bytes", text.len());
        }
        assert!(Token::parse("eyJhbGciOiJIUzI1NiJ9.e30.x-_~+/=").is_some());
        assert!(Token::parse(&"a".repeat(8192)).is_some());
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::parse("canary-token").unwrap();
        assert_eq!(format!("{token:?}"), "Token");
    }

    #[test]
    fn claims_are_read_and_nothing_else_is_guessed() {
        // {"tenant_id":"t","user_id":"p1","scope":["chat:create"],"exp":1754060400,"iat":1754059800}
        let token = Token::parse(
            "eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnRfaWQiOiJ0IiwidXNlcl9pZCI6InAxIiwic2NvcGUiOlsiY2hhdDpjcmVhdGUiXSwiZXhwIjoxNzU0MDYwNDAwLCJpYXQiOjE3NTQwNTk4MDB9.sig",
        )
        .unwrap();
        let claims = token.claims();
        assert_eq!(claims.user.as_deref(), Some("p1"));
        assert_eq!(claims.expires_ms, Some(1_754_060_400_000));
        assert_eq!(claims.lifetime, Some(Duration::from_secs(600)));
        for text in ["opaque", "a.b.c", "..", "a.e30.c"] {
            assert_eq!(Token::parse(text).unwrap().claims(), Claims::default(), "{text}");
            assert_eq!(Token::parse(text).unwrap().grant(), Grant::default(), "{text}");
        }
        let grant = token.grant();
        assert_eq!(grant.tenant.as_deref(), Some("t"));
        assert_eq!(
            (grant.issued_ms, grant.expires_ms),
            (Some(1_754_059_800_000), Some(1_754_060_400_000))
        );
        assert_eq!(grant.missing_scope(), Some("chat:send"));
        assert_eq!(Grant::default().missing_scope(), None);
    }
}
