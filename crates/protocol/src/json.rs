//! JSON from outside, bounded while it is parsed and read by path afterwards; JSON of ours, written by hand.
//!
//! Reading is a parser of our own (`docs/decisions/0006-json-of-our-own.md`): it weighs a fifth of the general one,
//! stops at a depth of 64 by itself, and keeps half a surrogate pair where the general one refuses the frame.

mod time;
mod value;
mod write;

pub use self::write::quote;
pub(crate) use self::{
    time::{http_seconds, time_of},
    value::{JsonError, Text, Value, parse},
    write::Object,
};

/// What a text of JSON says, quotes and all; nothing where it is none.
#[must_use]
pub fn unquoted(json: &str) -> Option<String> {
    parse(json).ok()?.as_str().map(str::to_owned)
}

/// Whether a text is JSON as we read it.
#[must_use]
pub fn is_json(text: &str) -> bool {
    parse(text).is_ok()
}

/// The value at a path of object keys.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The text at a path.
pub(crate) fn text_at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// The first key of the object that holds a text; snake_case and camelCase are listed by the caller.
pub(crate) fn text_of<'a>(object: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| object.get(key)?.as_str())
}

/// The first key of the object that holds a whole number of zero or more.
pub(crate) fn number_of(object: &Value, keys: &[&str]) -> Option<u64> {
    keys.iter()
        .find_map(|key| object.get(key)?.as_i64())
        .and_then(|number| u64::try_from(number).ok())
}
