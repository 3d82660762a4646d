//! The parts of a link: what follows its text, addresses in angle brackets, bare addresses.

pub(super) use super::entity::unescape;

use super::delimiter::is_mark;
use crate::bytes::{self, between, byte, from};

/// What follows the `]` of a link's text.
pub(super) enum Resource {
    /// Nothing that makes it a link.
    Absent,
    /// An address, its title dropped, up to and including the closing parenthesis.
    Complete { address: String, end: usize },
    /// The text ended first.
    Unfinished,
}

/// How deep parentheses may nest in an address.
const MAX_PARENTHESES: usize = 32;

/// Reads `(address "title")`.
pub(super) fn resource(text: &str, at: usize) -> Resource {
    if at < text.len() && byte(text, at) != b'(' {
        return Resource::Absent;
    }
    let start = skip_space(text, at + 1);
    if start >= text.len() {
        return Resource::Unfinished;
    }
    let (address, after) = match address(text, start) {
        Part::Absent => return Resource::Absent,
        Part::Unfinished => return Resource::Unfinished,
        Part::Complete { content, end } => (content, end),
    };
    let mut end = skip_space(text, after);
    if end > after && matches!(byte(text, end), b'"' | b'\'' | b'(') {
        match title(text, end) {
            Part::Absent => return Resource::Absent,
            Part::Unfinished => return Resource::Unfinished,
            Part::Complete { end: after, .. } => end = skip_space(text, after),
        }
    }
    if end >= text.len() {
        return Resource::Unfinished;
    }
    if byte(text, end) != b')' {
        return Resource::Absent;
    }
    Resource::Complete {
        address: unescape(address),
        end: end + 1,
    }
}

/// A part of a construct; `end` is where it has ended.
pub(super) enum Part<T> {
    Absent,
    Complete {
        content: T,
        end: usize,
    },
    /// The text ended first.
    Unfinished,
}

/// How many bytes a label may have.
const MAX_LABEL: usize = 999;

/// Reads `[label]`, in which no other bracket stands unescaped.
pub(super) fn label(text: &str, at: usize) -> Part<&str> {
    let start = at + 1;
    let mut end = start;
    while end < text.len() {
        bytes::touched(1);
        match byte(text, end) {
            b'\\' => end += 1,
            b'[' => return Part::Absent,
            b']' => {
                return Part::Complete {
                    content: between(text, start, end),
                    end: end + 1,
                };
            }
            _ if end - start >= MAX_LABEL => return Part::Absent,
            _ => {}
        }
        end += 1;
    }
    Part::Unfinished
}

pub(super) fn address(text: &str, start: usize) -> Part<&str> {
    let in_angles = byte(text, start) == b'<';
    let start = start + usize::from(in_angles);
    let mut at = start;
    let mut parentheses = 0;
    while at < text.len() {
        bytes::touched(1);
        match byte(text, at) {
            b'\\' if byte(text, at + 1).is_ascii_punctuation() => at += 1,
            b'>' if in_angles => {
                return Part::Complete {
                    content: between(text, start, at),
                    end: at + 1,
                };
            }
            b'<' | b'\n' if in_angles => return Part::Absent,
            _ if in_angles => {}
            b'(' if parentheses == MAX_PARENTHESES => return Part::Absent,
            b'(' => parentheses += 1,
            b')' if parentheses > 0 => parentheses -= 1,
            0..=b' ' | 0x7f | b')' if parentheses > 0 => return Part::Absent,
            0..=b' ' | 0x7f | b')' => {
                return Part::Complete {
                    content: between(text, start, at),
                    end: at,
                };
            }
            _ => {}
        }
        at += 1;
    }
    Part::Unfinished
}

pub(super) fn title(text: &str, start: usize) -> Part<()> {
    let closer = if byte(text, start) == b'(' {
        b')'
    } else {
        byte(text, start)
    };
    let mut at = start + 1;
    while at < text.len() {
        bytes::touched(1);
        match byte(text, at) {
            b'\\' => at += 1,
            found if found == closer => {
                return Part::Complete {
                    content: (),
                    end: at + 1,
                };
            }
            b'(' if closer == b')' => return Part::Absent,
            _ => {}
        }
        at += 1;
    }
    Part::Unfinished
}

pub(super) fn skip_space(text: &str, at: usize) -> usize {
    at + bytes::count(from(text, at), |byte| matches!(byte, b' ' | b'\t' | b'\n'))
}

/// Reads `<scheme:…>` or `<name@host>`: the address, and where its text begins and the brackets end.
pub(super) fn angle(text: &str, at: usize) -> Option<(String, usize, usize)> {
    let start = at + 1;
    let length = bytes::count(from(text, start), |byte| {
        byte > b' ' && !matches!(byte, b'<' | b'>' | 0x7f)
    });
    let address = between(text, start, start + length);
    if byte(text, start + length) != b'>' {
        return None;
    }
    let scheme = bytes::count(address, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
    });
    let is_scheme = (2..=32).contains(&scheme) && byte(address, 0).is_ascii_alphabetic();
    let address = if byte(address, scheme) == b':' && is_scheme {
        address.to_owned()
    } else {
        let (name, host) = address.split_once('@')?;
        let is_name = bytes::count(name, |byte| {
            byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
        });
        let is_host = bytes::count(host, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
        });
        if name.is_empty() || host.is_empty() || is_name < name.len() || is_host < host.len() {
            return None;
        }
        let mut mail = String::from("mailto:");
        mail.push_str(address);
        mail
    };
    Some((address, start, start + length + 1))
}

/// Reads an address that stands in the text by itself, after the rules of GFM: where it ends, and how far its
/// characters reached before punctuation was cut off.
pub(super) fn bare(text: &str, at: usize, in_brackets: bool) -> Option<(usize, usize)> {
    let rest = from(text, at);
    let scheme = if starts_with(rest, "https://") {
        8
    } else if starts_with(rest, "http://") {
        7
    } else {
        return None;
    };
    let before = between(text, 0, at).chars().next_back();
    let stands_alone = before.is_none_or(|character| {
        !character.is_ascii()
            || character.is_ascii_whitespace()
            || matches!(character, '*' | '_' | '~' | '(' | '[')
    });
    let host = byte(rest, scheme);
    if !stands_alone || !(host.is_ascii_alphanumeric() || host >= 0x80 || host == b'[') {
        return None;
    }
    let reach = rest.find(|character: char| {
        character.is_ascii_control()
            || matches!(character, ' ' | '<' | '>' | '\u{a0}' | '\u{3000}')
            || in_brackets && character == ']'
    });
    let address = between(rest, 0, reach.unwrap_or(rest.len()));
    Some((at + without_punctuation(address).len(), at + address.len()))
}

/// Cuts off what belongs to the sentence around a bare address.
fn without_punctuation(address: &str) -> &str {
    let opened = address.bytes().filter(|byte| *byte == b'(').count();
    let mut closed = address.bytes().filter(|byte| *byte == b')').count();
    let mut kept = address;
    while let Some(last) = kept.chars().next_back() {
        let mut end = kept.len() - last.len_utf8();
        match last {
            ')' if closed > opened => closed -= 1,
            ';' => {
                let name = kept
                    .bytes()
                    .rev()
                    .skip(1)
                    .take_while(u8::is_ascii_alphanumeric)
                    .count();
                let before = kept.len().saturating_sub(name + 2);
                if name == 0 || byte(kept, before) != b'&' {
                    break;
                }
                end = before;
            }
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"' => {}
            _ if !last.is_ascii() && is_mark(last) => {}
            _ => break,
        }
        kept = between(kept, 0, end);
    }
    kept
}

fn starts_with(text: &str, prefix: &str) -> bool {
    between(text, 0, prefix.len()).eq_ignore_ascii_case(prefix)
}
