//! Times in the three forms the platform writes them.

use super::Value;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn times_are_read_in_all_three_forms() {
        let read = |text: &str| time_of(&parse(text).unwrap(), &["t"]);
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
