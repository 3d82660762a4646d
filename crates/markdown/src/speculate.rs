//! What the open end of an answer shows before it is decided.
//!
//! The rule is that nothing may appear which the next character would take back: a marker is held until it
//! is known to be text, and what it marks is shown as if the closing marker had come. Being wrong costs the
//! visitor a character that comes a moment late; the settled blocks never see any of this.

use crate::{block, bytes, inline};

/// Whether the unfinished last line shows nothing yet: it is blank, or only markers that mean different
/// things depending on what follows.
pub(crate) fn is_undecided(line: &str, in_fence: bool) -> bool {
    let mut rest = line.trim_ascii();
    if in_fence {
        // Possibly the closing fence.
        return bytes::count(rest, |byte| byte == b'`') == rest.len()
            || bytes::count(rest, |byte| byte == b'~') == rest.len();
    }
    let mut in_item = false;
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            rest = after.trim_ascii_start();
            continue;
        }
        let Some((.., width)) = block::marker(rest) else {
            break;
        };
        let after = bytes::from(rest, width);
        if !after.starts_with([' ', '\t']) {
            break;
        }
        in_item = true;
        rest = after.trim_ascii_start();
    }
    is_only_marks(rest)
        || is_number(rest)
        || rest.starts_with("```")
        || rest.starts_with("~~~")
        || in_item
            && ("[ ]".starts_with(rest)
                || rest.eq_ignore_ascii_case("[x")
                || rest.eq_ignore_ascii_case("[x]"))
}

/// The text without an end that would be taken back: an escape, a reference or a marker that has just begun.
pub(crate) fn held(text: &str) -> &str {
    let text = without_angle(text);
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    if backslashes % 2 == 1 {
        return bytes::between(text, 0, text.len() - 1);
    }
    if let Some(at) = text.rfind('&')
        && inline::may_become_entity(bytes::from(text, at + 1))
    {
        return bytes::between(text, 0, at);
    }
    let end = text
        .strip_suffix('!')
        .unwrap_or(text)
        .trim_end_matches(['*', '_', '~', '`']);
    // The first mark of the run may be escaped, and then it is text.
    let escaped = (end.len() - end.trim_end_matches('\\').len()) % 2;
    bytes::between(text, 0, text.len().min(end.len() + escaped))
}

/// Cuts off what may become an angle autolink, whose brackets would vanish: a word after `<` that has no end yet.
fn without_angle(text: &str) -> &str {
    let Some(at) = text.rfind('<') else { return text };
    let address = bytes::from(text, at + 1);
    let scheme = bytes::count(address, |byte| {
        byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
    });
    let begun = scheme == address.len() || scheme > 0 && matches!(bytes::byte(address, scheme), b':' | b'@');
    if begun && bytes::count(address, |byte| byte > b' ' && byte != b'>') == address.len() {
        bytes::between(text, 0, at)
    } else {
        text
    }
}

/// Marks of rules, underlines, headings, bullets and tables, with white space.
fn is_only_marks(rest: &str) -> bool {
    let hashes = bytes::run(rest, b'#');
    hashes == rest.len()
        || bytes::count(rest, |byte| {
            matches!(
                byte,
                b'-' | b'+' | b'*' | b'_' | b'=' | b'|' | b':' | b' ' | b'\t'
            )
        }) == rest.len()
}

/// Digits, perhaps with a list's delimiter.
fn is_number(rest: &str) -> bool {
    let digits = bytes::count(rest, |byte| byte.is_ascii_digit());
    let after = bytes::from(rest, digits);
    (1..=9).contains(&digits) && (after.is_empty() || after == "." || after == ")")
}
