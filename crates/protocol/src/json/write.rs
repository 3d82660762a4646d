//! JSON of ours, written by hand.
//!
//! A general writer carries tables for printing floats, which no frame or body of ours holds;
//! without it the visitor's download is smaller by more than ten kilobytes.

/// One JSON object of ours: keys are ours, texts are escaped.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A text, exactly as it is.
    pub(crate) fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        self.0.push('"');
        for c in value.chars() {
            match c {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                '\u{0}'..='\u{1f}' => {
                    self.0.push_str("\\u00");
                    for nibble in [u32::from(c) >> 4, u32::from(c) & 15] {
                        self.0.extend(char::from_digit(nibble, 16));
                    }
                }
                _ => self.0.push(c),
            }
        }
        self.0.push('"');
        self
    }

    /// A whole number.
    pub(crate) fn number(self, key: &str, value: i64) -> Self {
        let digits = value.to_string();
        self.raw(key, &digits)
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
        self.0.push('"');
        self.0.push_str(key);
        self.0.push_str("\":");
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

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
