//! JSON from outside: bounded before it is parsed, read by path afterwards.

use serde_json::Value;

/// Why a text is no JSON we read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum JsonError {
    /// Not JSON at all, or more than one value.
    Malformed,
    /// Nested deeper than [`DEPTH`].
    TooDeep,
}

/// Parses one JSON value, at most [`DEPTH`] levels deep.
///
/// The depth is judged by a scan of the bytes, before anything recursive sees them.
pub(crate) fn parse(text: &str) -> Result<Value, JsonError> {
    if is_too_deep(text) {
        return Err(JsonError::TooDeep);
    }
    serde_json::from_str(text).map_err(|_| JsonError::Malformed)
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
    keys.iter().find_map(|key| object.get(key)?.as_u64())
}

/// A time in milliseconds since 1970: a number below 1e11 counts seconds, anything above milliseconds.
///
/// ISO texts are read too (`platform.md` section 1); they are for display only, so fractions are dropped.
pub(crate) fn time_of(object: &Value, keys: &[&str]) -> Option<u64> {
    let value = keys.iter().find_map(|key| object.get(key))?;
    if let Some(number) = value.as_f64() {
        let ms = if number < 1e11 { number * 1000.0 } else { number };
        // A float outside the range saturates, and a time before 1970 is none.
        return (ms >= 0.0).then_some(ms as u64);
    }
    iso_ms(value.as_str()?)
}

/// `2025-07-21T00:21:17Z` to milliseconds, with an optional fraction and numeric offset.
fn iso_ms(text: &str) -> Option<u64> {
    let (date, rest) = text.split_once(['T', ' '])?;
    let mut fields = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (fields.next()??, fields.next()??, fields.next()??);
    let clock_end = rest.find(['Z', '+', '-', '.']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(clock_end)?;
    let mut fields = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (fields.next()??, fields.next()??);
    let second = fields.next().flatten().unwrap_or(0);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let seconds =
        (days_since_1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - zone_seconds(zone);
    u64::try_from(seconds).ok().map(|seconds| seconds * 1000)
}

/// The offset behind the clock; an unreadable one counts as UTC, since times are for display only.
fn zone_seconds(zone: &str) -> i64 {
    let Some(sign_at) = zone.find(['+', '-']) else {
        return 0;
    };
    let (sign, digits) = zone.split_at(sign_at + 1);
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse::<i64>().unwrap_or(0);
    let seconds = (number / 100 * 60 + number % 100) * 60;
    if sign.ends_with('-') { -seconds } else { seconds }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// How deep a frame or body may nest (`faults.md` section 6.3).
const DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_judged_before_parsing() {
        assert_eq!(parse(&"[".repeat(100_000)), Err(JsonError::TooDeep));
        let at_limit = format!("{}1{}", "[".repeat(64), "]".repeat(64));
        assert!(parse(&at_limit).is_ok());
        assert!(parse(&format!("\"{}\"", "[".repeat(100))).is_ok());
    }

    #[test]
    fn times_are_read_in_all_three_forms() {
        let read = |text: &str| time_of(&serde_json::from_str(text).unwrap(), &["t"]);
        assert_eq!(read(r#"{"t":1753091977.4}"#), Some(1_753_091_977_400));
        assert_eq!(read(r#"{"t":1754060400123}"#), Some(1_754_060_400_123));
        assert_eq!(read(r#"{"t":"2025-07-21T00:21:17Z"}"#), Some(1_753_057_277_000));
        assert_eq!(
            read(r#"{"t":"2025-07-21T02:21:17.426917+02:00"}"#),
            Some(1_753_057_277_000)
        );
        for odd in [
            r#"{"t":"soon"}"#,
            r#"{"t":-1}"#,
            r#"{"t":null}"#,
            "{}",
            r#"{"t":"2025-13-41T99"}"#,
            r#"{"t":"é-T:"}"#,
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
