//! Reading a text by byte offset. Out of range reads as nothing, so that no caller can panic.

/// The byte at `at`, or NUL past the end.
pub(crate) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// The text from `start` to `end`, or nothing if that is no range of whole characters.
pub(crate) fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// The text from `start`, or nothing if that is inside a character or past the end.
pub(crate) fn from(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// How many bytes at the start of `text` satisfy `accept`.
///
/// Takes a function pointer and not a closure type, so that it is compiled once.
pub(crate) fn count(text: &str, accept: fn(u8) -> bool) -> usize {
    touched(text.bytes().take_while(|byte| accept(*byte)).count())
}

/// How many times `wanted` stands at the start of `text`.
pub(crate) fn run(text: &str, wanted: u8) -> usize {
    touched(text.bytes().take_while(|byte| *byte == wanted).count())
}

/// Hands the number of bytes through that were looked at or copied, which the tests that bound the work add up.
pub(crate) fn touched(bytes: usize) -> usize {
    #[cfg(test)]
    crate::document::work::count(bytes + 1);
    bytes
}

/// Space or tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
