//! Addresses that may be clicked. The rest of the judgement (punycode, ports, odd numbers as hosts) is left
//! to the browser's own URL parser, where the link is made.

use crate::sanitize;

/// Hands out the address if a visitor may click it.
///
/// Browsers drop line ends and tabs inside an address and control characters around it; this drops those and
/// everything invisible first, so the scheme judged here is the one the browser will see.
pub(crate) fn clickable(address: &str) -> Option<String> {
    let cleaned = clean(address);
    let (scheme, rest) = cleaned.split_once(':')?;
    let accepted = if is_web(scheme) {
        has_plain_authority(rest)
    } else {
        (scheme.eq_ignore_ascii_case("mailto") || scheme.eq_ignore_ascii_case("tel")) && !rest.is_empty()
    };
    accepted.then_some(cleaned)
}

/// Hands out the address of a picture, or nothing if it is not an ordinary web address.
pub(crate) fn picture(address: &str) -> String {
    let cleaned = clean(address);
    match cleaned.split_once(':') {
        Some((scheme, rest)) if is_web(scheme) && has_plain_authority(rest) => cleaned,
        Some(_) | None => String::new(),
    }
}

fn clean(address: &str) -> String {
    let mut cleaned = String::with_capacity(address.len());
    for character in address.trim_ascii().chars() {
        if sanitize::is_dropped_from_addresses(character) {
            continue;
        }
        if character.is_whitespace() {
            // Which is refused in a host.
            cleaned.push_str("%20");
        } else {
            cleaned.push(character);
        }
    }
    cleaned
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// Whether the part after the scheme names a host and nothing in front of it.
///
/// Browsers read a backslash as a slash and skip surplus slashes; other readers do not. An address on which
/// they differ is refused.
fn has_plain_authority(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !authority.is_empty() && authority.bytes().all(is_host_byte)
}

/// Letters of any script, digits, and the marks of host names, ports and IPv6 addresses.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_schemes_with_a_plain_host_are_clickable() {
        for (address, expected) in [
            ("https://example.com/a?b#c", Some("https://example.com/a?b#c")),
            ("HTTP://example.com", Some("HTTP://example.com")),
            ("mailto:someone@example.com", Some("mailto:someone@example.com")),
            ("tel:+4930123", Some("tel:+4930123")),
            (" ht\ntps://exa\u{200b}mple.com\t", Some("https://example.com")),
            ("https://example.com/a b", Some("https://example.com/a%20b")),
            (
                "https://example.com/a\u{2028}b",
                Some("https://example.com/a%20b"),
            ),
            ("https://exam\u{2028}ple.com", None),
            ("https://example.com/@name", Some("https://example.com/@name")),
            ("javascript:alert(1)", None),
            ("java\tscript:alert(1)", None),
            ("\u{1}jAvAsCrIpT:alert(1)", None),
            ("vbscript:x", None),
            ("data:text/html,x", None),
            ("file:///etc/passwd", None),
            ("blob:https://example.com/x", None),
            ("intent://x#Intent;end", None),
            ("//example.com/x", None),
            ("/relative", None),
            ("#fragment", None),
            ("example.com", None),
            ("https:example.com", None),
            ("https:/example.com", None),
            ("https:///example.com", None),
            ("https:\\\\example.com", None),
            ("https://bank.example@evil.example", None),
            ("https://bank.example\\@evil.example", None),
            ("https://bank.example%40evil.example", None),
            ("https://a&#64;evil.example", None),
            ("mailto:", None),
            ("", None),
            (":", None),
        ] {
            assert_eq!(clickable(address).as_deref(), expected, "{address:?}");
        }
    }

    #[test]
    fn a_picture_has_a_web_address_or_none() {
        assert_eq!(picture("https://example.com/a.png"), "https://example.com/a.png");
        for address in [
            "data:image/png;base64,AA",
            "//example.com/x",
            "javascript:x",
            "mailto:a@b",
            "x.png",
        ] {
            assert_eq!(picture(address), "", "{address:?}");
        }
    }
}
