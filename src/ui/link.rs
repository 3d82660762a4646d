//! Addresses that may leave the widget, and what every link out of it carries.

use web_sys::Url;

/// An address that may be opened, as the browser itself reads it.
pub(super) struct SafeLink {
    pub(super) href: String,
    /// In ASCII: a host in other letters shows as punycode.
    pub(super) host: String,
}

/// Parses with the browser's own parser, then allows four schemes and nobody's name before the host.
pub(super) fn safe_link(text: &str) -> Option<SafeLink> {
    let url = Url::new(text).ok()?;
    let is_allowed = matches!(url.protocol().as_str(), "https:" | "http:" | "mailto:" | "tel:");
    (is_allowed && url.username().is_empty() && url.password().is_empty()).then(|| SafeLink {
        href: url.href(),
        host: url.host(),
    })
}

/// What every link out of the widget carries (row M20).
pub(super) const LINK_REL: &str = "noopener noreferrer nofollow ugc";
