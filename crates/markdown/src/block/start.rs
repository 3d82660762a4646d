//! Which block, if any, begins at a line's cursor.

use super::line::Line;
use crate::{
    bytes, inline,
    sanitize::{self, Place},
};

/// The beginning of a block.
pub(super) enum Start {
    Fence(Fence),
    Heading { level: u8 },
    Indented,
    Item(Marker),
    Quote,
    Rule,
    Setext { level: u8 },
}

/// The opening line of a fenced code block.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    byte: u8,
    length: usize,
    /// Columns in front of the fence, which the code lines lose as well.
    pub(super) indent: usize,
}

/// A list item's marker.
pub(super) struct Marker {
    /// The bullet, or the delimiter after the number; a different one begins a new list.
    pub(super) byte: u8,
    pub(super) start: Option<u64>,
    pub(super) width: usize,
}

/// What is already open where the line stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Above {
    /// No paragraph.
    Nothing,
    /// A paragraph in a container this line has not continued; text would still join it.
    Lazy,
    /// A paragraph of the container this line is in.
    Paragraph,
}

/// Recognizes a block's beginning; `nestable` tells whether one more container may be opened.
pub(super) fn detect(line: &Line<'_>, above: Above, nestable: bool) -> Option<Start> {
    let rest = line.rest();
    let first = bytes::byte(rest, 0);
    let indent = line.indent();
    if rest.is_empty() {
        return None;
    }
    if indent >= 4 {
        return (above == Above::Nothing).then_some(Start::Indented);
    }
    match first {
        b'>' => return nestable.then_some(Start::Quote),
        b'#' => return heading(rest),
        b'`' | b'~' => return fence(rest, first, indent),
        _ => {}
    }
    if above == Above::Paragraph && matches!(first, b'=' | b'-') {
        let underline = bytes::run(rest, first);
        if bytes::from(rest, underline).trim_ascii_end().is_empty() {
            return Some(Start::Setext {
                level: if first == b'=' { 1 } else { 2 },
            });
        }
    }
    if is_rule(rest, first) {
        return Some(Start::Rule);
    }
    if nestable {
        item(rest, above).map(Start::Item)
    } else {
        None
    }
}

/// The first word after the fence; nothing else of the line is kept.
pub(super) fn language(fence: &Fence, rest: &str) -> Option<String> {
    let word = bytes::from(rest, fence.length).split_ascii_whitespace().next()?;
    let language = sanitize::clean(&inline::unescape(word), Place::Prose);
    (!language.is_empty()).then_some(language)
}

impl Fence {
    /// Whether the line ends the code block this fence opened.
    pub(super) fn is_closed_by(&self, line: &Line<'_>) -> bool {
        let rest = line.rest();
        let length = bytes::run(rest, self.byte);
        line.indent() < 4 && length >= self.length && bytes::from(rest, length).trim_ascii_end().is_empty()
    }
}

/// Recognizes a bullet or a number with its delimiter, whatever follows.
pub(crate) fn marker(rest: &str) -> Option<(u8, Option<u64>, usize)> {
    let first = bytes::byte(rest, 0);
    if matches!(first, b'-' | b'+' | b'*') {
        return Some((first, None, 1));
    }
    let digits = bytes::count(rest, |byte| byte.is_ascii_digit());
    let delimiter = bytes::byte(rest, digits);
    if !(1..=9).contains(&digits) || !matches!(delimiter, b'.' | b')') {
        return None;
    }
    let number = rest
        .bytes()
        .take(digits)
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Some((delimiter, Some(number), digits + 1))
}

fn heading(rest: &str) -> Option<Start> {
    let level = bytes::run(rest, b'#');
    let after = bytes::from(rest, level);
    let ends = after.is_empty() || bytes::is_blank(bytes::byte(after, 0));
    (ends && level <= 6).then_some(Start::Heading { level: level as u8 })
}

fn fence(rest: &str, byte: u8, indent: usize) -> Option<Start> {
    let length = bytes::run(rest, byte);
    let is_fence = length >= 3 && (byte == b'~' || !bytes::from(rest, length).contains('`'));
    is_fence.then_some(Start::Fence(Fence { byte, length, indent }))
}

fn is_rule(rest: &str, byte: u8) -> bool {
    let mut marks = 0;
    for found in rest.bytes() {
        if found == byte {
            marks += 1;
        } else if !bytes::is_blank(found) {
            return false;
        }
    }
    marks >= 3 && matches!(byte, b'-' | b'*' | b'_')
}

fn item(rest: &str, above: Above) -> Option<Marker> {
    let (byte, start, width) = marker(rest)?;
    let after = bytes::from(rest, width);
    if !after.is_empty() && !bytes::is_blank(bytes::byte(after, 0)) {
        return None;
    }
    // A paragraph's next line is no list just because it begins with a year or a dash.
    let interrupts = start.is_none_or(|number| number == 1) && !after.trim_ascii().is_empty();
    (above != Above::Paragraph || interrupts).then_some(Marker { byte, start, width })
}
