//! JSON of ours, written by hand.
//!
//! A general writer carries tables for printing floats, which no frame or body of ours holds;
//! without it the visitor's download is smaller by more than ten kilobytes.

use super::Value;

/// One JSON object of ours; texts are escaped.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A text, exactly as it is.
    pub(crate) fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        quote(&mut self.0, value);
        self
    }

    /// A value of somebody else's making; a fraction becomes `null`, since nothing here can print one.
    pub(crate) fn value(mut self, key: &str, value: &Value) -> Self {
        self.key(key);
        write(&mut self.0, value);
        self
    }

    /// A whole number.
    pub(crate) fn number(self, key: &str, value: i64) -> Self {
        let digits = value.to_string();
        self.raw(key, &digits)
    }

    /// A count or a time; all of ours are far below 2⁶³.
    pub(crate) fn whole(self, key: &str, value: u64) -> Self {
        self.number(key, i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// A text, where there is one.
    pub(crate) fn maybe_text(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// Something that is JSON already.
    pub(crate) fn raw(mut self, key: &str, json: &str) -> Self {
        self.key(key);
        self.0.push_str(json);
        self
    }

    /// The finished object.
    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, key);
        self.0.push(':');
    }
}

/// Writes a text as JSON has it, quotes and all.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                out.push_str("\\u00");
                for nibble in [u32::from(c) >> 4, u32::from(c) & 15] {
                    out.extend(char::from_digit(nibble, 16));
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::List(items) => {
            for (place, item) in items.iter().enumerate() {
                out.push(if place == 0 { '[' } else { ',' });
                write(out, item);
            }
            out.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        Value::Null => out.push_str("null"),
        Value::Number(_) => match value.as_i64() {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str("null"),
        },
        Value::Object(members) => {
            let object = members
                .iter()
                .fold(Object::new(), |object, (key, value)| object.value(key, value));
            out.push_str(&object.end());
        }
        Value::Text(text) => quote(out, &text.text),
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::parse;

    /// Any value whose numbers are whole; the writer prints no fractions.
    fn values() -> impl Strategy<Value = Value> {
        let leaves = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-9_007_199_254_740_992_i64..=9_007_199_254_740_992).prop_map(|n| Value::Number(n as f64)),
            r"(\PC|\p{Cc}){0,12}".prop_map(|text: String| Value::Text(text.into())),
        ];
        leaves.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
                prop::collection::vec((r"(\PC|\p{Cc}){0,6}", inner), 0..5).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_written_reads_back_the_same(value in values()) {
            let text = Object::new().value("v", &value).end();
            let read = parse(&text).unwrap();
            prop_assert_eq!(read.get("v"), Some(&value));
            let general: Result<serde_json::Value, _> = serde_json::from_str(&text);
            prop_assert!(general.is_ok(), "{}", text);
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let odd = "a\"b\\c\n\t\u{1}\u{7f}\u{2028}\u{1f600} </script>";
        let written = Object::new()
            .text("odd", odd)
            .number("n", -7)
            .raw("list", "[1]")
            .end();
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            (read["odd"].as_str(), read["n"].as_i64(), read["list"][0].as_i64()),
            (Some(odd), Some(-7), Some(1))
        );
        assert_eq!(Object::new().end(), "{}");
    }
}
