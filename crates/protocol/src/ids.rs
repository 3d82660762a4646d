//! Ids as types: an id is never empty, and the absence of one is another type (`Option`).
//!
//! The texts `null` and `undefined` are what a careless client writes when it has no id;
//! they are refused here so that they can never reach a URL or a body.

/// An id the platform made; opaque.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ChatId(String);

impl ChatId {
    /// Takes the text of an id, or nothing where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_opaque_id(text).then(|| Self(text.to_owned()))
    }

    /// The id as it goes on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The platform's id of one message, ours or an answer.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct MessageId(String);

impl MessageId {
    /// Takes the text of an id, or nothing where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_opaque_id(text).then(|| Self(text.to_owned()))
    }

    /// The id as it came from the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Our own id of a visitor's message, made before its first hand-over: the idempotency key.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ClientMessageId(String);

impl ClientMessageId {
    /// Takes the text of an id, or nothing where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_opaque_id(text).then(|| Self(text.to_owned()))
    }

    /// The id as it goes on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The tenant: 3 to 50 of `[A-Za-z0-9_-]` (`platform.md` section 3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TenantId(String);

impl TenantId {
    /// Takes a tenant, or nothing where the text breaks the pattern.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        ((3..=50).contains(&text.len()) && is_key_alphabet(text)).then(|| Self(text.to_owned()))
    }

    /// The tenant as it was configured.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a tenant named by the platform is this one; the platform lower-cases.
    #[must_use]
    pub fn is_named_by(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }
}

/// The idempotency key of chat creation: 8 to 100 of `[A-Za-z0-9_-]` (section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionId(String);

impl SessionId {
    /// Takes a session id, or nothing where the text breaks the pattern.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        ((8..=100).contains(&text.len()) && is_key_alphabet(text) && is_opaque_id(text))
            .then(|| Self(text.to_owned()))
    }

    /// The id as it goes on the wire and into storage.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The visitor, stable per browser: 1 to 100 of `[A-Za-z0-9_-]` (section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VisitorId(String);

impl VisitorId {
    /// Takes a visitor id, or nothing where the text breaks the pattern.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= 100 && is_key_alphabet(text) && is_opaque_id(text)).then(|| Self(text.to_owned()))
    }

    /// The id as it goes on the wire and into storage.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_opaque_id(text: &str) -> bool {
    !text.is_empty() && text != "null" && text != "undefined"
}

fn is_key_alphabet(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_a_careless_client_writes_are_no_ids() {
        for text in ["", "null", "undefined"] {
            assert_eq!(ChatId::parse(text), None, "{text:?}");
            assert_eq!(MessageId::parse(text), None, "{text:?}");
            assert_eq!(ClientMessageId::parse(text), None, "{text:?}");
            assert_eq!(VisitorId::parse(text), None, "{text:?}");
        }
        assert_eq!(SessionId::parse("undefined"), None);
    }

    #[test]
    fn keys_hold_their_pattern() {
        assert!(TenantId::parse("miptech-company").is_some());
        assert_eq!(TenantId::parse("ab"), None);
        assert_eq!(TenantId::parse("a b c"), None);
        assert_eq!(TenantId::parse(&"a".repeat(51)), None);
        assert!(SessionId::parse("test_session_123").is_some());
        assert_eq!(SessionId::parse("short"), None);
        assert_eq!(VisitorId::parse(&"v".repeat(101)), None);
    }

    #[test]
    fn the_platform_may_lower_case_the_tenant() {
        let tenant = TenantId::parse("Miptech-Company");
        assert!(tenant.is_some_and(|t| t.is_named_by("miptech-company")));
    }
}
