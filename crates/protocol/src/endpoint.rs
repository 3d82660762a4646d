//! The only code that joins URLs: total over every base shape the platform's documents use.
//!
//! A base is reduced to an origin first, so a doubled prefix cannot be built
//! (`platform.md` section 2).

use crate::{
    ids::{ChatId, MessageId, TenantId},
    token::Token,
};

/// Where the platform lives: one origin for REST, one for sockets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoints {
    rest: Origin,
    socket: Origin,
}

impl Endpoints {
    /// Reduces the configured bases to origins; if only one is given the other follows it.
    ///
    /// # Errors
    /// [`UrlError`] names what is wrong with the first base that is no accepted shape.
    pub fn new(api_url: Option<&str>, ws_url: Option<&str>) -> Result<Self, UrlError> {
        let rest = api_url.map(Origin::parse).transpose()?;
        let socket = ws_url.map(Origin::parse).transpose()?;
        let (rest, socket) = match (rest, socket) {
            (Some(rest), Some(socket)) => (rest, socket),
            (Some(one), None) | (None, Some(one)) => (one.clone(), one),
            (None, None) => {
                let local = Origin::parse(DEFAULT_BASE)?;
                (local.clone(), local)
            }
        };
        Ok(Self { rest, socket })
    }

    /// Whether a page served over https may not use these bases: one is unencrypted and not loopback.
    #[must_use]
    pub fn is_insecure(&self) -> bool {
        [&self.rest, &self.socket]
            .iter()
            .any(|origin| !origin.secure && !origin.is_loopback())
    }

    /// The URL of one readiness probe.
    #[must_use]
    pub fn readiness(&self, probe: Probe) -> String {
        match probe {
            Probe::Health => self.rest("/health"),
            Probe::Healthz => self.root("/healthz"),
            Probe::Readyz => self.root("/readyz"),
        }
    }

    /// The URL of chat creation, in one of its two slash forms.
    #[must_use]
    pub fn create_chat(&self, form: SlashForm) -> String {
        match form {
            SlashForm::Bare => self.rest("/chat"),
            SlashForm::Trailing => self.rest("/chat/"),
        }
    }

    /// The URL of one chat.
    #[must_use]
    pub fn chat(&self, chat: &ChatId) -> String {
        self.rest(&format!("/chat/{}", encode(chat.as_str())))
    }

    /// The URL of one history page: the messages after a sequence number, at most 50.
    #[must_use]
    pub fn messages(&self, chat: &ChatId, after: u64) -> String {
        format!("{}/messages?after={after}&limit=50", self.chat(chat))
    }

    /// The URL of what the visitor thinks of an answer.
    #[must_use]
    pub fn feedback(&self, chat: &ChatId, message: &MessageId) -> String {
        format!(
            "{}/messages/{}/feedback",
            self.chat(chat),
            encode(message.as_str())
        )
    }

    /// The URL of one account call.
    #[must_use]
    pub fn account(&self, call: AccountCall) -> String {
        self.rest(match call {
            AccountCall::Login => "/auth/login",
            AccountCall::Logout => "/auth/logout",
            AccountCall::Me => "/auth/me",
            AccountCall::Refresh => "/auth/refresh",
            AccountCall::Register => "/auth/register",
        })
    }

    /// The URL of the socket. A chat id in it is a routing hint, not yet a join.
    #[must_use]
    pub fn socket(&self, query: &SocketQuery<'_>) -> String {
        let mut url = format!("{}{PREFIX}/ws/chat", self.socket.text("ws"));
        let fields = [
            ("?tenant_id=", Some(query.tenant.as_str())),
            ("&chat_id=", query.chat.map(ChatId::as_str)),
            ("&token=", query.token.map(Token::as_str)),
            ("&user_id=", query.user),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                url.push_str(name);
                url.push_str(&encode(value));
            }
        }
        url
    }

    /// The origin sockets go to, as a browser writes it.
    #[must_use]
    pub fn socket_origin(&self) -> String {
        self.socket.text("ws")
    }

    /// The origin REST calls go to, as a browser writes it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.rest.text("http")
    }

    fn rest(&self, path: &str) -> String {
        format!("{}{PREFIX}{path}", self.rest.text("http"))
    }

    fn root(&self, path: &str) -> String {
        format!("{}{path}", self.rest.text("http"))
    }
}

/// What the socket's URL says: browsers cannot set headers there (section 9.1).
#[derive(Clone, Copy, Debug)]
pub struct SocketQuery<'a> {
    /// Always there.
    pub tenant: &'a TenantId,
    /// The chat, in profiles that know it before.
    pub chat: Option<&'a ChatId>,
    /// Only where the host page asked for `tokenTransport: "query"`: URLs end up in logs.
    pub token: Option<&'a Token>,
    /// The user of the token, with it.
    pub user: Option<&'a str>,
}

/// One of the account calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AccountCall {
    /// Signs in.
    Login,
    /// Signs out.
    Logout,
    /// Asks who is signed in.
    Me,
    /// Buys the next pair of tokens.
    Refresh,
    /// Makes an account and signs in.
    Register,
}

/// One of the three readiness probes, in the order they are tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Probe {
    /// `/api/v1/health`: the brief's probe.
    Health,
    /// `/healthz`: known to answer in production.
    Healthz,
    /// `/readyz`: any 2xx, the body is ignored.
    Readyz,
}

impl Probe {
    /// The order in which one try walks them.
    pub const ORDER: [Self; 3] = [Self::Health, Self::Healthz, Self::Readyz];
}

/// The two spellings of the creation path: the wrong one answers with a redirect a browser hides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SlashForm {
    /// `/chat`
    Bare,
    /// `/chat/`
    Trailing,
}

impl SlashForm {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Bare => Self::Trailing,
            Self::Trailing => Self::Bare,
        }
    }
}

/// Why a base is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UrlError {
    /// A path other than the platform's own prefix.
    ForeignPath,
    /// No host, or one with characters a host cannot have.
    Host,
    /// A query or fragment.
    QueryOrFragment,
    /// None of `http`, `https`, `ws`, `wss`.
    Scheme,
    /// A name or password before the host.
    UserInfo,
}

impl UrlError {
    /// What was expected, for the integrator.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::ForeignPath => {
                "an origin, optionally followed by the platform's own path, e.g. https://api.example.com"
            }
            Self::Host => "a host name after the scheme, e.g. https://api.example.com",
            Self::QueryOrFragment => "a URL without query and fragment",
            Self::Scheme => "a URL that begins with http://, https://, ws:// or wss://",
            Self::UserInfo => "a URL without user name and password",
        }
    }
}

/// Scheme security and authority; everything else of a base is dropped or refused.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Origin {
    secure: bool,
    authority: String,
}

impl Origin {
    fn parse(base: &str) -> Result<Self, UrlError> {
        let base = base.trim();
        let (scheme, rest) = base.split_once(':').ok_or(UrlError::Scheme)?;
        let rest = rest.strip_prefix("//").ok_or(UrlError::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(UrlError::Scheme),
        };
        if rest.contains(['?', '#']) {
            return Err(UrlError::QueryOrFragment);
        }
        let slash = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(slash).unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        if !is_authority(authority) {
            return Err(UrlError::Host);
        }
        if !is_own_path(path) {
            return Err(UrlError::ForeignPath);
        }
        // A browser writes no default port, and an origin of ours is compared with those it writes.
        let default_port = if secure { ":443" } else { ":80" };
        Ok(Self {
            secure,
            authority: authority
                .strip_suffix(default_port)
                .unwrap_or(authority)
                .to_ascii_lowercase(),
        })
    }

    fn text(&self, family: &str) -> String {
        format!(
            "{family}{}://{}",
            if self.secure { "s" } else { "" },
            self.authority
        )
    }

    fn is_loopback(&self) -> bool {
        let host = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => &self.authority,
        };
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_v4(host)
    }
}

/// Whether the host is written as an address of 127.0.0.0/8; a name that merely begins so is not.
fn is_loopback_v4(host: &str) -> bool {
    host.starts_with("127.")
        && host.split('.').count() == 4
        && host
            .split('.')
            .all(|part| part.parse::<u64>().is_ok_and(|byte| byte < 256))
}

/// Whether the text is a host with an optional port.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((ip, port))
                if !ip.is_empty()
                    && ip
                        .bytes()
                        .all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.') =>
            {
                return port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            }
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_foreign_letter = |c: char| !c.is_ascii() && !c.is_control() && !c.is_whitespace();
    let host_is_sound = !host.is_empty()
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') || is_foreign_letter(c))
        && !host.starts_with(['.', '-']);
    host_is_sound && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit())
        && port.parse::<u64>().is_ok_and(|port| (1..65_536).contains(&port))
}

/// Whether the path is empty, the REST prefix (once or doubled) or the socket's path.
fn is_own_path(path: &str) -> bool {
    let mut rest = path.trim_end_matches('/');
    if let Some(prefix) = rest.strip_suffix("/ws/chat") {
        if !prefix.ends_with(PREFIX) {
            return false;
        }
        rest = prefix;
    }
    while let Some(shorter) = rest.strip_suffix(PREFIX) {
        rest = shorter.trim_end_matches('/');
    }
    rest.is_empty()
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(
                    char::from_digit(u32::from(nibble), 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase(),
                );
            }
        }
    }
    out
}

/// The development platform; used where neither base is configured.
pub const DEFAULT_BASE: &str = "http://localhost:8000";

const PREFIX: &str = "/api/v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(api: Option<&str>, ws: Option<&str>) -> Result<(String, String), UrlError> {
        let tenant = TenantId::parse("miptech-company").unwrap();
        let chat = ChatId::parse("c1").unwrap();
        let endpoints = Endpoints::new(api, ws)?;
        let socket = endpoints.socket(&SocketQuery {
            tenant: &tenant,
            chat: Some(&chat),
            token: None,
            user: None,
        });
        Ok((
            endpoints.create_chat(SlashForm::Bare),
            socket.split('?').next().unwrap_or_default().to_owned(),
        ))
    }

    #[test]
    fn every_accepted_shape_gives_one_prefix() {
        let schemes = [
            ("http", false),
            ("https", true),
            ("ws", false),
            ("wss", true),
            ("HTTPS", true),
        ];
        let hosts = [
            "localhost:8000",
            "api.miptechnologies.tech",
            "lb-1.eu.example:8443",
            "[::1]:8000",
            "127.0.0.1",
        ];
        let paths = [
            "",
            "/api/v1",
            "/api/v1/ws/chat",
            "/api/v1/api/v1",
            "/api/v1//api/v1",
            "/api/v1/api/v1/ws/chat",
        ];
        for (scheme, secure) in schemes {
            for host in hosts {
                for path in paths {
                    for slashes in ["", "/", "//", "///"] {
                        let base = format!("{scheme}://{host}{path}{slashes}");
                        let s = if secure { "s" } else { "" };
                        let expected = (
                            format!("http{s}://{host}/api/v1/chat"),
                            format!("ws{s}://{host}/api/v1/ws/chat"),
                        );
                        assert_eq!(urls(Some(&base), None), Ok(expected.clone()), "{base}");
                        assert_eq!(urls(None, Some(&base)), Ok(expected), "{base}");
                    }
                }
            }
        }
    }

    #[test]
    fn mixed_bases_stay_apart() {
        let mixed = urls(Some("http://a.example/api/v1"), Some("wss://b.example"));
        assert_eq!(
            mixed,
            Ok((
                "http://a.example/api/v1/chat".to_owned(),
                "wss://b.example/api/v1/ws/chat".to_owned()
            ))
        );
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        let cases = [
            ("", UrlError::Scheme),
            ("api.example.com", UrlError::Scheme),
            ("ftp://api.example.com", UrlError::Scheme),
            ("javascript://x", UrlError::Scheme),
            ("https://", UrlError::Host),
            ("https:///api/v1", UrlError::Host),
            ("https://a b.example", UrlError::Host),
            ("https://a\u{82}b.example", UrlError::Host),
            ("https://a\u{2003}b.example", UrlError::Host),
            ("https://a.example:99999", UrlError::Host),
            ("https://a.example:0", UrlError::Host),
            ("https://a.example:", UrlError::Host),
            ("https://[]", UrlError::Host),
            ("https://[::1", UrlError::Host),
            ("https://[fe80::zz]", UrlError::Host),
            ("https://[::1]x", UrlError::Host),
            ("https://a.example:80:80", UrlError::Host),
            ("https://user:pw@a.example", UrlError::UserInfo),
            ("https://a.example/?x=1", UrlError::QueryOrFragment),
            ("https://a.example#x", UrlError::QueryOrFragment),
            ("https://a.example/chat", UrlError::ForeignPath),
            ("https://a.example/ws/chat", UrlError::ForeignPath),
            ("https://a.example/api/v2", UrlError::ForeignPath),
        ];
        for (base, expected) in cases {
            assert_eq!(urls(Some(base), None), Err(expected), "{base}");
        }
    }

    #[test]
    fn root_probes_hang_on_the_origin() {
        let endpoints = Endpoints::new(Some("https://a.example/api/v1/"), None).unwrap();
        let probes: Vec<_> = Probe::ORDER.into_iter().map(|p| endpoints.readiness(p)).collect();
        assert_eq!(
            probes,
            [
                "https://a.example/api/v1/health",
                "https://a.example/healthz",
                "https://a.example/readyz"
            ]
        );
    }

    #[test]
    fn the_socket_is_told_what_the_profile_knows_and_nothing_else() {
        let endpoints = Endpoints::new(None, None).unwrap();
        let (tenant, chat) = (TenantId::parse("abc").unwrap(), ChatId::parse("c1").unwrap());
        let token = Token::parse("A.b/+c").unwrap();
        let bare = SocketQuery {
            tenant: &tenant,
            chat: None,
            token: None,
            user: None,
        };
        let base = "ws://localhost:8000/api/v1/ws/chat?tenant_id=abc";
        assert_eq!(endpoints.socket(&bare), base);
        let full = SocketQuery {
            chat: Some(&chat),
            token: Some(&token),
            user: Some("p 1"),
            ..bare
        };
        assert_eq!(
            endpoints.socket(&full),
            format!("{base}&chat_id=c1&token=A.b%2F%2Bc&user_id=p%201")
        );
    }

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        for (base, origin) in [
            ("https://A.Example:443/api/v1", "https://a.example"),
            ("wss://a.example:443", "https://a.example"),
            ("http://a.example:80", "http://a.example"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://a.example:443", "http://a.example:443"),
            ("https://a.example:8443", "https://a.example:8443"),
        ] {
            assert_eq!(
                Endpoints::new(Some(base), None).unwrap().origin(),
                origin,
                "{base}"
            );
        }
    }

    #[test]
    fn ids_are_encoded_into_the_url() {
        let endpoints = Endpoints::new(None, None).unwrap();
        let chat = ChatId::parse("a/b?c=1&d ü").unwrap();
        let tenant = TenantId::parse("abc").unwrap();
        let query = SocketQuery {
            tenant: &tenant,
            chat: Some(&chat),
            token: None,
            user: None,
        };
        assert_eq!(
            endpoints.socket(&query),
            "ws://localhost:8000/api/v1/ws/chat?tenant_id=abc&chat_id=a%2Fb%3Fc%3D1%26d%20%C3%BC"
        );
        assert!(
            endpoints
                .messages(&chat, 3)
                .contains("/chat/a%2Fb%3Fc%3D1%26d%20%C3%BC/messages?after=3")
        );
    }

    #[test]
    fn only_loopback_may_be_insecure() {
        let insecure = |base: &str| Endpoints::new(Some(base), None).unwrap().is_insecure();
        assert!(insecure("http://api.example.com"));
        assert!(insecure("http://127.example.com.evil.example"));
        assert!(insecure("http://127.0.0.evil"));
        assert!(insecure("http://127.0.0.1.2"));
        for base in [
            "http://localhost:8000",
            "http://127.0.0.1",
            "ws://[::1]:80",
            "https://api.example.com",
        ] {
            assert!(!insecure(base), "{base}");
        }
    }
}
