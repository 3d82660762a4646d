//! One JSON value and the parser that makes it.
//!
//! The grammar is RFC 8259's, nothing more: what strict parsers refuse is refused here.
//! Of two members with one name the last counts.

/// A value of somebody else's making.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    List(Vec<Self>),
    Null,
    /// Whole numbers are exact up to 2⁵³; what is close to the largest float saturates.
    Number(f64),
    Object(Vec<(String, Self)>),
    Text(Text),
}

/// A text, and the halves of surrogate pairs at its ends.
///
/// A platform that slices UTF-16 may cut a character in two; half a pair is no character, so U+FFFD stands in
/// its place, and the half itself is kept for whoever can find the other one (row P2).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// The second half of a pair, where the text begins with it.
    pub(crate) low: Option<u16>,
    /// The first half of a pair, where the text ends with it.
    pub(crate) high: Option<u16>,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text,
            low: None,
            high: None,
        }
    }
}

/// Why a text is no JSON we read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum JsonError {
    /// Not JSON at all, or more than one value.
    Malformed,
    /// Nested deeper than [`DEPTH`].
    TooDeep,
}

impl Value {
    /// The member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            Self::Bool(_) | Self::List(_) | Self::Null | Self::Number(_) | Self::Text(_) => None,
        }
    }

    pub(crate) const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::List(_) | Self::Null | Self::Number(_) | Self::Object(_) | Self::Text(_) => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Bool(_) | Self::Null | Self::Number(_) | Self::Object(_) | Self::Text(_) => None,
        }
    }

    pub(crate) const fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Bool(_) | Self::List(_) | Self::Null | Self::Object(_) | Self::Text(_) => None,
        }
    }

    /// A whole number that is exact.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        let number = self
            .as_f64()
            .filter(|number| number.trunc() == *number && number.abs() <= EXACT)?;
        Some(number as i64)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        Some(&self.as_text()?.text)
    }

    pub(crate) const fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_) | Self::List(_) | Self::Null | Self::Number(_) | Self::Object(_) => None,
        }
    }

    /// The members of an object, in the order they were written.
    pub(crate) fn members(&self) -> impl Iterator<Item = &(String, Self)> {
        let members = match self {
            Self::Object(members) => members.as_slice(),
            Self::Bool(_) | Self::List(_) | Self::Null | Self::Number(_) | Self::Text(_) => &[],
        };
        members.iter()
    }

    pub(crate) const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

/// Parses one JSON value, at most [`DEPTH`] levels deep.
pub(crate) fn parse(text: &str) -> Result<Value, JsonError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.space();
    if parser.at == text.len() {
        Ok(value)
    } else {
        Err(JsonError::Malformed)
    }
}

/// Reads from a place that is always a character boundary: it moves over ASCII and over whole runs of a text.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth == DEPTH => Err(JsonError::TooDeep),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => self.string().map(Value::Text),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut members = Vec::new();
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?.text;
            self.space();
            self.expect(b':')?;
            members.push((name, self.value(depth)?));
            self.space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.take(b']') {
                return Ok(Value::List(items));
            }
            self.expect(b',')?;
        }
    }

    fn string(&mut self) -> Result<Text, JsonError> {
        self.expect(b'"')?;
        let mut out = Text::default();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = rest
                .bytes()
                .position(|b| b == b'"' || b == b'\\' || b < 0x20)
                .ok_or(JsonError::Malformed)?;
            out.text.push_str(rest.get(..run).unwrap_or_default());
            self.at += run;
            if run > 0 {
                out.high = None;
            }
            if self.take(b'"') {
                return Ok(out);
            }
            self.expect(b'\\')?;
            let point = self.escape()?;
            let half = u16::try_from(point).ok();
            if out.text.is_empty() {
                out.low = half.filter(|unit| (0xdc00..0xe000).contains(unit));
            }
            out.high = half.filter(|unit| (0xd800..0xdc00).contains(unit));
            out.text
                .push(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    fn escape(&mut self) -> Result<u32, JsonError> {
        let letter = self.peek().ok_or(JsonError::Malformed)?;
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => letter.into(),
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => return self.unicode(),
            _ => return Err(JsonError::Malformed),
        })
    }

    /// Four hexadecimal digits, and the other half of a pair where there is one.
    fn unicode(&mut self) -> Result<u32, JsonError> {
        let unit = self.unit()?;
        let rest = self.text.get(self.at..).unwrap_or_default();
        if (0xd800..0xdc00).contains(&unit) && rest.starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                return Ok(pair(unit, low));
            }
            self.at = before;
        }
        Ok(unit)
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        (0..4).try_fold(0, |unit, _| {
            let digit = self
                .peek()
                .and_then(|b| char::from(b).to_digit(16))
                .ok_or(JsonError::Malformed)?;
            self.at += 1;
            Ok(unit * 16 + digit)
        })
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let is_negative = self.take(b'-');
        let (mut mantissa, mut exponent) = (0_u64, 0_i32);
        let leading = self.at;
        let whole = self.digits(&mut mantissa, &mut exponent)?;
        if whole > 1 && self.text.as_bytes().get(leading) == Some(&b'0') {
            return Err(JsonError::Malformed);
        }
        if self.take(b'.') {
            let before = exponent;
            let places = self.digits(&mut mantissa, &mut exponent)?;
            // Each digit read moved the point by one; those that no longer fitted did not.
            exponent = before.saturating_sub(places - (exponent - before));
        }
        if self.take(b'e') || self.take(b'E') {
            let is_down = !self.take(b'+') && self.take(b'-');
            let mut power = 0;
            self.digits(&mut power, &mut 0)?;
            let power = i32::try_from(power).unwrap_or(i32::MAX);
            exponent = if is_down {
                exponent.saturating_sub(power)
            } else {
                exponent.saturating_add(power)
            };
        }
        let number = scale(mantissa as f64, exponent);
        Ok(Value::Number(if is_negative { -number } else { number }))
    }

    /// Reads at least one digit and gives how many; what no longer fits the mantissa only counts in the exponent.
    fn digits(&mut self, mantissa: &mut u64, exponent: &mut i32) -> Result<i32, JsonError> {
        let mut count = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            self.at += 1;
            count += 1;
            match mantissa
                .checked_mul(10)
                .and_then(|wide| wide.checked_add(u64::from(digit - b'0')))
            {
                Some(wider) if *exponent == 0 || *mantissa < PRECISE => *mantissa = wider,
                _ => *exponent = exponent.saturating_add(1),
            }
        }
        if count == 0 {
            Err(JsonError::Malformed)
        } else {
            Ok(count)
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if !self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            return Err(JsonError::Malformed);
        }
        self.at += word.len();
        Ok(value)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(JsonError::Malformed)
        }
    }
}

/// The character two halves make.
const fn pair(high: u32, low: u32) -> u32 {
    0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
}

/// `mantissa × 10^exponent`; one rounding for the exponents real frames hold, more for absurd ones.
fn scale(mantissa: f64, exponent: i32) -> f64 {
    if mantissa == 0.0 {
        return 0.0;
    }
    let power = 10_f64.powi(exponent.unsigned_abs().min(400) as i32);
    if exponent < 0 {
        mantissa / power
    } else {
        mantissa * power
    }
}

/// How deep a frame or body may nest (`faults.md` section 6.3).
const DEPTH: usize = 64;

/// The largest whole number a float holds exactly, 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Beyond this no further digit of a fraction changes the float.
const PRECISE: u64 = 100_000_000_000_000_000;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    /// The same value as the general parser makes of a text.
    fn oracle(text: &str) -> Option<Value> {
        fn convert(value: serde_json::Value) -> Value {
            match value {
                serde_json::Value::Null => Value::Null,
                serde_json::Value::Bool(value) => Value::Bool(value),
                serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap()),
                serde_json::Value::String(text) => Value::Text(text.into()),
                serde_json::Value::Array(items) => Value::List(items.into_iter().map(convert).collect()),
                serde_json::Value::Object(members) => Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name, convert(value)))
                        .collect(),
                ),
            }
        }
        serde_json::from_str(text).ok().map(convert)
    }

    #[test]
    fn sound_texts_give_what_the_general_parser_gives() {
        let texts = [
            "null",
            " true ",
            "[]",
            "{}",
            "0",
            "-0",
            "7",
            "-12.5",
            "1753091977.4",
            "1754060400123",
            "1e3",
            "1E+2",
            "25e-1",
            "0.1",
            "123456789012345678901234567890",
            "0.000001",
            "9007199254740993",
            r#""""#,
            r#""a\"b\\c\/d\b\f\n\r\t""#,
            r#""\u00e9\ud83d\ude00 é 😀""#,
            r#"{"a":{"b":[1,{"c":null},[]]},"d":"e"}"#,
            "[1 , 2\n,\t3\r]",
            r#"{"":""}"#,
            "\"\u{7f}\u{2028}\"",
        ];
        for text in texts {
            let (ours, theirs) = (parse(text).unwrap(), oracle(text).unwrap());
            match (&ours, &theirs) {
                (Value::Number(one), Value::Number(other)) => assert!(
                    (one - other).abs() <= other.abs() * 1e-15,
                    "{text}: {one} {other}"
                ),
                _ => assert_eq!(ours, theirs, "{text}"),
            }
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let texts = [
            "",
            " ",
            "nul",
            "nullx",
            "tru",
            "True",
            "01",
            "-",
            "-01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "0x1",
            "NaN",
            "Infinity",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "\"\u{1}\"",
            "1 2",
            "[] []",
            "\u{feff}1",
            "[1]//",
            "\"\\ud83d\\u\"",
            "\u{a0}1",
        ];
        for text in texts {
            assert_eq!(parse(text), Err(JsonError::Malformed), "{text:?}");
            assert_eq!(oracle(text), None, "{text:?}: the general parser agrees");
        }
    }

    #[test]
    fn half_a_pair_is_one_replacement_character_and_the_half_is_kept_at_the_ends() {
        let cases = [
            (r#""a\ud83d""#, "a\u{fffd}", None, Some(0xd83d)),
            (r#""\ude00b""#, "\u{fffd}b", Some(0xde00), None),
            (r#""\ud83d\u0041""#, "\u{fffd}A", None, None),
            (
                r#""\ude00\ud83d""#,
                "\u{fffd}\u{fffd}",
                Some(0xde00),
                Some(0xd83d),
            ),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}", None, None),
            (r#""a\ude00b""#, "a\u{fffd}b", None, None),
        ];
        for (text, whole, low, high) in cases {
            let expected = Text {
                text: whole.to_owned(),
                low,
                high,
            };
            assert_eq!(parse(text), Ok(Value::Text(expected)), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded_before_the_stack_is() {
        assert_eq!(parse(&"[".repeat(100_000)), Err(JsonError::TooDeep));
        assert_eq!(parse(&"{\"a\":".repeat(100_000)), Err(JsonError::TooDeep));
        assert!(parse(&format!("{}1{}", "[".repeat(64), "]".repeat(64))).is_ok());
        assert_eq!(
            parse(&format!("{}1{}", "[".repeat(65), "]".repeat(65))),
            Err(JsonError::TooDeep)
        );
        assert!(parse(&format!("\"{}\"", "[".repeat(100))).is_ok());
    }

    #[test]
    fn whole_numbers_are_exact_or_none() {
        assert_eq!(parse("1754060400123").unwrap().as_i64(), Some(1_754_060_400_123));
        assert_eq!(parse("-3.0").unwrap().as_i64(), Some(-3));
        for text in ["1.5", "1e999", "9007199254740994000"] {
            assert_eq!(parse(text).unwrap().as_i64(), None, "{text}");
        }
    }

    #[test]
    fn the_last_of_two_members_counts() {
        assert_eq!(
            parse(r#"{"a":1,"a":2}"#).unwrap().get("a"),
            Some(&Value::Number(2.0))
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_as_the_general_parser_reads_it(text in "[\\[\\]{}:,\"\\\\a-f0-9eE+. trulns-]{0,24}") {
            let ours = parse(&text);
            if let Some(theirs) = oracle(&text) {
                proptest::prop_assert!(ours.is_ok(), "{:?} {:?}", text, theirs);
            } else if ours.is_ok() {
                // What the general parser refuses and we read: numbers out of range and half pairs.
                proptest::prop_assert!(text.contains(['e', 'E', 'u']), "{:?}", text);
            }
        }

        #[test]
        fn any_value_survives(text in "\\PC{0,40}", number in -1_000_000_000_000_i64..1_000_000_000_000) {
            let json = serde_json::json!({ "t": text, "n": number, "l": [text, null, [true]] }).to_string();
            let read = parse(&json).unwrap();
            proptest::prop_assert_eq!(read.get("t").and_then(Value::as_str), Some(text.as_str()));
            proptest::prop_assert_eq!(read.get("n").and_then(Value::as_i64), Some(number));
        }
    }
}
