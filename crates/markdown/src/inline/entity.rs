//! Character references and backslash escapes.

use crate::bytes::{self, byte, from};

/// The named references an answer may use, each name followed by its character.
///
/// The two thousand others of HTML stay as written; they would weigh more than the parser.
const NAMED: &str = "amp& lt< gt> quot\" apos' nbsp\u{a0} copy© reg® trade™ hellip… mdash— ndash– minus− shy\u{ad} \
    lsquo‘ rsquo’ sbquo‚ ldquo“ rdquo” bdquo„ laquo« raquo» lsaquo‹ rsaquo› bull• middot· euro€ pound£ yen¥ cent¢ \
    sect§ para¶ deg° plusmn± times× divide÷ frac12½ frac14¼ frac34¾ sup2² sup3³ larr← uarr↑ rarr→ darr↓ \
    harr↔ rArr⇒ lArr⇐ ne≠ le≤ ge≥ asymp≈ infin∞ radic√ sum∑ check✓ auml\u{e4} ouml\u{f6} uuml\u{fc} Auml\u{c4} \
    Ouml\u{d6} Uuml\u{dc} szlig\u{df} eacute\u{e9} egrave\u{e8} agrave\u{e0} ccedil\u{e7} alpha\u{3b1} beta\u{3b2} \
    pi\u{3c0} mu\u{3bc}";

/// Reads the reference at the start of `text`: its character and its length in bytes.
pub(super) fn decode(text: &str) -> Option<(char, usize)> {
    let reference = text.strip_prefix('&')?;
    if let Some(number) = reference.strip_prefix('#') {
        let hexadecimal = matches!(byte(number, 0), b'x' | b'X');
        let digits = from(number, usize::from(hexadecimal));
        let (radix, longest, count) = if hexadecimal {
            (16, 6, bytes::count(digits, |byte| byte.is_ascii_hexdigit()))
        } else {
            (10, 7, bytes::count(digits, |byte| byte.is_ascii_digit()))
        };
        if !(1..=longest).contains(&count) || byte(digits, count) != b';' {
            return None;
        }
        let code = u32::from_str_radix(bytes::between(digits, 0, count), radix).unwrap_or_default();
        let character = char::from_u32(code).filter(|character| *character != '\0');
        return Some((
            character.unwrap_or(char::REPLACEMENT_CHARACTER),
            text.len() - digits.len() + count + 1,
        ));
    }
    let length = bytes::count(reference, |byte| byte.is_ascii_alphanumeric());
    let name = bytes::between(reference, 0, length);
    if name.is_empty() || byte(reference, length) != b';' {
        return None;
    }
    // Bytes are compared before characters are looked at: hostile text asks for this table very often.
    let entry = NAMED.as_bytes().split(|byte| *byte == b' ').find(|entry| {
        let value = entry.strip_prefix(name.as_bytes()).unwrap_or_default();
        value
            .first()
            .is_some_and(|first| first.leading_ones().max(1) as usize == value.len())
    })?;
    let value = entry.get(length..).and_then(|value| str::from_utf8(value).ok())?;
    Some((value.chars().next()?, length + 2))
}

/// Whether a text after `&` could grow into a reference this crate reads.
pub(crate) fn may_become(begun: &str) -> bool {
    if let Some(number) = begun.strip_prefix('#') {
        return number.len() <= 7
            && (number.bytes().all(|byte| byte.is_ascii_digit())
                || number
                    .strip_prefix(['x', 'X'])
                    .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }
    begun.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && NAMED.split(' ').any(|entry| entry.starts_with(begun))
}

/// Resolves escapes and references where no other markup is read: addresses and code languages.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let next = byte(rest, 1);
        if first == '\\' && next.is_ascii_punctuation() {
            plain.push(char::from(next));
            rest = from(rest, 2);
        } else if let Some((character, length)) = decode(rest) {
            plain.push(character);
            rest = from(rest, length);
        } else {
            plain.push(first);
            rest = from(rest, first.len_utf8());
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_once() {
        for (text, expected) in [
            ("&amp;lt;", "&lt;"),
            ("&#65;&#x42;&#X63;", "ABc"),
            ("&#0;&#xD800;&#x110000;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("&nbsp;&mdash;&hellip;&oacute;", "\u{a0}—…&oacute;"),
            ("&bogus;&;&#;&#x;&amp", "&bogus;&;&#;&#x;&amp"),
            ("&#12345678;", "&#12345678;"),
            (r"\*\a\\", r"*\a\"),
        ] {
            assert_eq!(unescape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_reference_is_foreseen_from_its_first_character_on() {
        for (begun, expected) in [
            ("", true),
            ("am", true),
            ("amp", true),
            ("#", true),
            ("#x1F", true),
            ("T", false),
            ("amp;", false),
            ("am p", false),
        ] {
            assert_eq!(may_become(begun), expected, "{begun:?}");
        }
    }
}
