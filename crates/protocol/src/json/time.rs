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
    let mut fields = date.splitn(3, '-').map(number);
    let (year, month, day) = (fields.next()??, fields.next()??, fields.next()??);
    let clock_end = rest.find(['Z', '+', '-', '.']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(clock_end)?;
    let seconds = moment(year, month, day, clock)? - zone_seconds(zone);
    u64::try_from(seconds).ok().map(|seconds| seconds * 1000)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` to seconds since 1970: the one form of an HTTP date that is still written.
pub(crate) fn http_seconds(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut fields = text.split(' ').skip(1);
    let (day, month, year) = (fields.next()?, fields.next()?, fields.next()?);
    let place = MONTHS.iter().position(|known| *known == month)?;
    moment(number(year)?, place as i64 + 1, number(day)?, fields.next()?)
}

/// A date and a clock as seconds since 1970, where both exist; the seconds may be missing.
fn moment(year: i64, month: i64, day: i64, clock: &str) -> Option<i64> {
    let mut fields = clock.splitn(3, ':').map(number);
    let (hour, minute) = (fields.next()??, fields.next()??);
    let second = fields.next().flatten().unwrap_or(0);
    let is_sound = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    is_sound.then(|| (days_since_1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second)
}

/// The offset behind the clock; an unreadable one counts as UTC, since times are for display only.
fn zone_seconds(zone: &str) -> i64 {
    let sign_at = zone.find(['+', '-']);
    let Some((sign, digits)) = sign_at.and_then(|at| zone.split_at_checked(at + 1)) else {
        return 0;
    };
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let number = number(&digits).filter(|number| *number < 10_000).unwrap_or(0);
    let seconds = (number / 100 * 60 + number % 100) * 60;
    if sign.ends_with('-') { -seconds } else { seconds }
}

/// A whole number that is not negative, read as every other is: one reader of numbers is in the download.
fn number(text: &str) -> Option<i64> {
    i64::try_from(text.parse::<u64>().ok()?).ok()
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
        for (zone, text) in [
            ("half an hour ahead", r#"{"t":"2025-07-21T05:51:17+0530"}"#),
            ("behind", r#"{"t":"2025-07-20T19:21:17-05:00"}"#),
        ] {
            assert_eq!(read(text), Some(1_753_057_277_000), "{zone}");
        }
        assert_eq!(read(r#"{"t":"2024-02-29T00:00:00Z"}"#), Some(1_709_164_800_000));
        assert_eq!(read(r#"{"t":"2024-03-01T00:00:00Z"}"#), Some(1_709_251_200_000));
        for odd in [
            r#"{"t":"soon"}"#,
            r#"{"t":-1}"#,
            r#"{"t":null}"#,
            "{}",
            r#"{"t":"2025-13-41T99"}"#,
            r#"{"t":"é-T:"}"#,
            r#"{"t":"1969-12-31T23:59:59Z"}"#,
            r#"{"t":"2025-07-21T9223372036854775807:00"}"#,
            r#"{"t":"2025-07-21T24:00:00Z"}"#,
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
        let wild_zone = r#"{"t":"2025-07-21T00:21:17+9223372036854775807"}"#;
        assert_eq!(read(wild_zone), Some(1_753_057_277_000), "counts as UTC");
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(http_seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_seconds("Thu, 29 Feb 2024 23:59:60 GMT"), Some(1_709_251_200));
        for odd in [
            "",
            "120",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994",
            "Sun, 06 No 1994 08:49:37 GMT",
            "Sun, 06 NovDec 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 99:99:99 GMT",
        ] {
            assert_eq!(http_seconds(odd), None, "{odd}");
        }
    }
}
