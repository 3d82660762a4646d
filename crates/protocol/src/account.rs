//! Answers of the account calls: tokens and the user they belong to (`platform.md` section 8).

use std::time::Duration;

use crate::{
    body::{open, unwrap},
    error::{ErrorCode, Stage},
    fault::Fault,
    json::{self, Object, Value},
    request::Reply,
    token::Token,
};

/// The tokens of one session with the platform.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tokens {
    /// Goes with every authenticated call.
    pub access: Token,
    /// Buys the next pair; a platform may keep the old one valid by naming none.
    pub refresh: Option<Token>,
    /// How long the access token is valid from its receipt, where the platform says so; 30 s to 24 h (row T13).
    pub lifetime: Option<Duration>,
}

impl Tokens {
    /// Reads the answer of a refresh.
    ///
    /// # Errors
    /// The [`Fault`] of an answer that is no pair; [`Fault::is_refusal`] tells a refusal from a failure.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::Refresh, reply)?;
        Self::of(unwrap(&body)).ok_or_else(|| Fault::foreign(reply))
    }

    fn of(body: &Value) -> Option<Self> {
        let token = |keys: &[&str]| json::text_of(body, keys).and_then(Token::parse);
        let access = token(&["access_token", "accessToken"])?;
        let told = ["expires_in", "expiresIn"].iter().find_map(|key| body.get(key));
        let lifetime = told
            .and_then(|value| match value.as_f64() {
                Some(seconds) => Some(Duration::from_secs(seconds.clamp(0.0, 1e9) as u64)),
                None => value.as_str()?.parse().ok().map(Duration::from_secs),
            })
            .or_else(|| access.claims().lifetime)
            .map(|lifetime| lifetime.clamp(LEAST_LIFETIME, MOST_LIFETIME));
        Some(Self {
            access,
            refresh: token(&["refresh_token", "refreshToken"]),
            lifetime,
        })
    }
}

/// A user who signed in or registered.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// The tokens.
    pub tokens: Tokens,
    /// The user.
    pub user: User,
}

impl SignedIn {
    /// Reads the answer of a sign-in or registration.
    ///
    /// # Errors
    /// The [`Fault`] of an answer without tokens.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::Auth, reply)?;
        let inner = unwrap(&body);
        let tokens = Tokens::of(inner).ok_or_else(|| Fault::foreign(reply))?;
        let user = User::of(inner.get("user").unwrap_or(&Value::Null));
        Ok(Self { tokens, user })
    }
}

/// A user as the platform describes one: an id, and claims nobody here looks into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// The platform's id; empty where it gave none.
    pub id: String,
    /// A JSON object with `id`, perhaps `email` and `name`, and every further claim; a fractional number is `null`.
    pub json: String,
}

impl User {
    /// Reads the answer of `/auth/me`.
    ///
    /// # Errors
    /// The [`Fault`] of an answer without a user.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::Refresh, reply)?;
        let inner = unwrap(&body);
        let user = inner.get("user").unwrap_or(inner);
        if id_of(user).is_none() {
            return Err(Fault::foreign(reply));
        }
        Ok(Self::of(user))
    }

    /// Reads what storage kept; a corrupt value is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value = json::parse(text).ok().filter(Value::is_object)?;
        Some(Self::of(&value))
    }

    fn of(value: &Value) -> Self {
        let id = id_of(value).unwrap_or_default();
        let mut object = Object::new().text("id", &id);
        if value.get("name").is_none()
            && let Some(name) = json::text_of(value, &["full_name", "fullName"])
        {
            object = object.text("name", name);
        }
        for (key, claim) in value.members().filter(|(key, _)| key != "id") {
            object = object.value(key, claim);
        }
        Self {
            id,
            json: object.end(),
        }
    }
}

/// The id of a user, as a text or a number.
fn id_of(user: &Value) -> Option<String> {
    let id = ["id", "user_id", "userId"].iter().find_map(|key| user.get(key))?;
    let text = match id.as_i64() {
        Some(number) => number.to_string(),
        None => id.as_str()?.to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

impl Fault {
    /// A success of no shape the platform writes: somebody else's.
    pub(crate) fn foreign(reply: &Reply) -> Self {
        Self {
            status: Some(reply.status),
            ..Self::bare(ErrorCode::NetworkCaptivePortal, true)
        }
    }

    /// Whether the platform itself, and no middlebox, refused what the call presented (row T3, invariant I18).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.status, Some(400 | 401 | 403)) && self.code != ErrorCode::NetworkCaptivePortal
    }
}

/// A timer below the first would be a loop, one above the second is no promise (row T13).
const LEAST_LIFETIME: Duration = Duration::from_secs(30);
const MOST_LIFETIME: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            body: body.to_owned(),
            ..Reply::default()
        }
    }

    #[test]
    fn a_sign_in_is_read_in_both_shapes() {
        let bare = r#"{"access_token":"A","refresh_token":"R","expires_in":600,"user":{"id":"p1","email":"a@b.c","full_name":"Ann","plan":{"seats":[1,2.5]}}}"#;
        let wrapped = format!(r#"{{"success":true,"data":{bare},"message":"ok"}}"#);
        for body in [bare, wrapped.as_str()] {
            let signed_in = SignedIn::read(&reply(200, body)).unwrap();
            assert_eq!(signed_in.tokens.access.as_str(), "A");
            assert_eq!(
                signed_in.tokens.refresh.map(|token| token.as_str().to_owned()),
                Some("R".to_owned())
            );
            assert_eq!(signed_in.tokens.lifetime, Some(Duration::from_secs(600)));
            assert_eq!(signed_in.user.id, "p1");
            let user: serde_json::Value = serde_json::from_str(&signed_in.user.json).unwrap();
            assert_eq!(
                (user["name"].as_str(), user["email"].as_str()),
                (Some("Ann"), Some("a@b.c"))
            );
            assert_eq!(user["plan"]["seats"][0], 1);
        }
    }

    #[test]
    fn a_lifetime_is_clamped_and_nonsense_is_none() {
        for (told, seconds) in [
            ("0", Some(30)),
            ("-5", Some(30)),
            ("1e12", Some(86_400)),
            ("\"3600\"", Some(3600)),
            ("\"soon\"", None),
            ("null", None),
        ] {
            let body = format!(r#"{{"access_token":"A2","expires_in":{told}}}"#);
            let tokens = Tokens::read(&reply(200, &body)).unwrap();
            assert_eq!(tokens.lifetime, seconds.map(Duration::from_secs), "{told}");
            assert_eq!(tokens.refresh, None);
        }
    }

    #[test]
    fn a_refusal_is_the_platforms_own_word() {
        let refused = |status, body: &str| Tokens::read(&reply(status, body)).unwrap_err().is_refusal();
        assert!(refused(401, r#"{"code":"invalid_token","message":"No"}"#));
        assert!(refused(400, r#"{"detail":"invalid_grant"}"#));
        assert!(!refused(401, "<html>Sign in to the hotel</html>"));
        assert!(!refused(403, r#"{"portal":"hotel"}"#));
        assert!(!refused(401, r#"{"message":"Sign in to the hotel"}"#));
        assert!(!refused(500, r#"{"detail":"oops"}"#));
        assert!(!refused(429, r#"{"detail":"slow"}"#));
        assert!(!refused(200, r#"{"hello":"world"}"#));
    }

    #[test]
    fn the_text_undefined_is_never_a_token() {
        let tokens = Tokens::read(&reply(
            200,
            r#"{"access_token":"A2","refresh_token":"undefined"}"#,
        ))
        .unwrap();
        assert_eq!(tokens.refresh, None);
        assert!(Tokens::read(&reply(200, r#"{"access_token":"undefined"}"#)).is_err());
    }

    #[test]
    fn a_wrong_password_is_told_from_a_missing_token() {
        let fault = SignedIn::read(&reply(401, r#"{"detail":"Invalid credentials"}"#)).unwrap_err();
        assert_eq!(
            (fault.code, fault.retryable),
            (ErrorCode::AuthInvalidCredentials, false)
        );
        let fields =
            r#"{"detail":[{"loc":["body","email"],"msg":"field required","type":"value_error.missing"}]}"#;
        let fault = SignedIn::read(&reply(422, fields)).unwrap_err();
        assert_eq!(
            (fault.code, fault.text.as_str()),
            (ErrorCode::AuthInvalidCredentials, "email: field required")
        );
    }

    #[test]
    fn a_corrupt_stored_user_is_none() {
        for text in ["", "null", "[1]", "{", "\"x\""] {
            assert_eq!(User::parse(text), None, "{text}");
        }
        assert_eq!(
            User::parse(r#"{"id":7}"#).map(|user| user.id),
            Some("7".to_owned())
        );
    }
}
