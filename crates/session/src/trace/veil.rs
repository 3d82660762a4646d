//! Words to their shape, and tokens to what they say they allow.

use miptech_chat_protocol::{is_json, quoted, token::Token, unquoted};

/// What stands in the place of words and secrets in one trace: their shape, and which of them are equal. Neither can be
/// guessed from it, however few words there are: only the order in which they came is in it.
#[derive(Debug, Default)]
pub(super) struct Veil {
    /// What was seen so far, as numbers nobody else is told.
    seen: Vec<u64>,
}

impl Veil {
    /// Which one of all it is, in the order they came.
    fn place(&mut self, text: &str) -> usize {
        let hash = hash(text);
        let known = self.seen.iter().position(|seen| *seen == hash);
        known.unwrap_or_else(|| {
            self.seen.push(hash);
            self.seen.len() - 1
        })
    }

    /// The shape of a whole text: letters become letters and digits `0`, and everything else stays. As many UTF-16 units
    /// long; its first letters tell it from other texts.
    pub(super) fn text(&mut self, text: &str) -> String {
        // Blanks around a text are not sent with it.
        let place = self.place(text.trim());
        let letter = |digit| char::from(b'a' + (place >> (4 * digit) & 15) as u8);
        marked(text, (0..MARK_LETTERS).map(letter))
    }

    /// A line with other ids in the place of the UUIDs in it: equal ones stay equal.
    pub(super) fn ids(&mut self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            if let Some((id, after)) = rest.split_at_checked(UUID.len())
                && is_uuid(id)
            {
                let place = format!("{:x}", self.place(id));
                out.push_str(UUID.get(..UUID.len() - place.len()).unwrap_or_default());
                out.push_str(&place);
                rest = after;
            } else {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        out
    }

    /// A token as four facts: its place, its user's, its end and its length in milliseconds.
    pub(super) fn token(&mut self, token: &Token) -> String {
        let claims = token.claims();
        let user = claims.user.map_or(0, |user| self.place(&user));
        let place = self.place(token.as_str());
        let text = |number: Option<u128>| number.map(|number| number.to_string()).unwrap_or_default();
        let end = text(claims.expires_ms.map(u128::from));
        let length = text(claims.lifetime.map(|lifetime| lifetime.as_millis()));
        format!("{TOKEN}{place}:{user}:{end}:{length}")
    }

    /// A JSON text without what anybody said in it: the values of all texts but those of [`KEPT`] keys are veiled, in place.
    /// What is no JSON is veiled as a whole.
    pub(super) fn json(&mut self, text: &str) -> String {
        if !is_json(text) {
            return self.text(text);
        }
        let is_piece = PIECES.iter().any(|piece| text.contains(piece));
        let mut out = String::with_capacity(text.len());
        let mut key = "";
        let mut rest = text;
        while let Some(begin) = rest.find('"') {
            let (before, from) = rest.split_at(begin + 1);
            out.push_str(before);
            let end = end_of_text(from);
            let (inside, after) = from.split_at(end);
            if after
                .get(1..)
                .is_some_and(|after| after.trim_start().starts_with(':'))
            {
                key = inside;
                out.push_str(inside);
            } else if is_kept(key, text) {
                out.push_str(inside);
            } else if is_token(key)
                && let Some(known) = Token::parse(inside)
            {
                out.push_str(&self.token(&known));
            } else if is_token(key) && matches!(inside, "null" | "undefined") {
                out.push_str(inside);
            } else {
                let whole = unquoted(&format!("\"{inside}\"")).unwrap_or_default();
                let veiled = if is_piece {
                    shape(&whole)
                } else {
                    self.text(&whole)
                };
                let mut again = String::new();
                quoted(&mut again, &veiled);
                // Only the two around it: a text may end with a quote itself.
                let inside = again.strip_prefix('"').and_then(|again| again.strip_suffix('"'));
                out.push_str(inside.unwrap_or_default());
            }
            rest = after;
            if let Some(quote) = rest.get(..1) {
                out.push_str(quote);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        out
    }
}

/// The shape of a piece: what was put together of pieces is put together of their shapes.
fn shape(text: &str) -> String {
    marked(text, std::iter::empty())
}

/// The shape of a text whose first letters are those of the mark.
fn marked(text: &str, mut mark: impl Iterator<Item = char>) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let shape = match character {
            _ if character.is_ascii_digit() => '0',
            _ if character.is_alphanumeric() || !character.is_ascii() => {
                let letter = mark.next().unwrap_or('x');
                if character.is_uppercase() {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            }
            _ => character,
        };
        (0..character.len_utf16()).for_each(|_| out.push(shape));
    }
    out
}

/// What stands for the first id of a trace.
const UUID: &str = "00000000-0000-4000-8000-000000000000";

fn is_uuid(text: &str) -> bool {
    let mut pairs = text.bytes().zip(UUID.bytes());
    text.len() == UUID.len()
        && pairs.all(|(byte, like)| byte == like || like != b'-' && byte.is_ascii_hexdigit())
}

/// Enough for all that is said in one trace.
const MARK_LETTERS: u32 = 4;

/// How a token that was veiled begins.
pub(super) const TOKEN: &str = "veiled:";

/// Where a text of JSON ends, which begins at the start.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// Whether what stands under a key says how things stand, and nothing of what anybody said.
fn is_kept(key: &str, text: &str) -> bool {
    let is_words = matches!(key, "detail" | "error" | "message" | "msg");
    KEPT.contains(&key)
        || key.ends_with("_id")
        || key.ends_with("_at")
        // The words of a refusal decide what it is.
        || (is_words && (text.contains("\"error\"") || text.contains("\"detail\"") || text.contains("\"code\"")))
}

/// Whether a token stands under a key. One that is too long or has blanks is no token to the session, but a secret all the
/// same.
fn is_token(key: &str) -> bool {
    matches!(key, "access_token" | "refresh_token" | "token")
}

/// Frames that hold a piece of an answer.
const PIECES: [&str; 3] = ["chunk\"", "delta\"", "stream"];

/// Keys whose texts are names of the protocol, ids or times.
const KEPT: [&str; 25] = [
    "author",
    "authorType",
    "capabilities",
    "chat",
    "chatId",
    "client",
    "clientMessageId",
    "code",
    "error_code",
    "event",
    "id",
    "items",
    "loc",
    "messageId",
    "owner",
    "profile",
    "reason",
    "role",
    "session",
    "state",
    "status",
    "tab",
    "time",
    "timestamp",
    "type",
];

/// FNV-1a: tells texts apart, and nothing of them can be read from it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_words_only_the_shape_is_left() {
        assert_eq!(shape("Hello, World 42! 😀é"), "Xxxxx, Xxxxx 00! xxx");
        assert_eq!(shape("ab") + &shape("c d"), shape("abc d"));
        let mut veil = Veil::default();
        for text in ["", "a\nb", "日本", "👍🏽", "what about it?"] {
            assert_eq!(
                veil.text(text).encode_utf16().count(),
                text.encode_utf16().count()
            );
        }
        assert_ne!(veil.text("yes please"), veil.text("yes pliase"));
        assert_eq!(veil.text(" yes ").trim(), veil.text("yes"));
        assert!(!veil.text("what about it?").contains("about"));
        // Whoever guesses a text learns nothing by veiling it.
        assert_eq!(Veil::default().text("yes"), Veil::default().text("not"));
    }

    #[test]
    fn ids_are_others_and_as_alike_as_they_were() {
        let mut veil = Veil::default();
        let (one, two) = (
            "549c43bb-9fcc-4051-bbf1-3399074ec06a",
            "3165099C-5414-4d40-ba39-b82a3f9a346d",
        );
        let line = veil.ids(&format!(
            "[\"é\",\"{one}\",\"{{\\\"id\\\":\\\"{two}\\\"}}\",\"{one}\"]"
        ));
        assert_eq!(line.matches(UUID).count(), 2, "{line}");
        assert!(
            line.contains("8000-000000000001") && !line.contains("ba39"),
            "{line}"
        );
        assert_eq!(veil.ids("549c43bb-9fcc-4051"), "549c43bb-9fcc-4051");
    }

    #[test]
    fn frames_keep_what_says_how_things_stand() {
        let mut veil = Veil::default();
        let frame =
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Hi \"you\" \u00e9\n","n":1.5}}"#;
        let veiled =
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Xx \"xxx\" x\u000a","n":1.5}}"#;
        assert_eq!(veil.json(frame), veiled);
        let ends_with_a_quote = r#"{"type":"response_chunk","data":{"content":"href=\""}}"#;
        assert_eq!(
            veil.json(ends_with_a_quote),
            ends_with_a_quote.replace("href", "xxxx")
        );
        let unsound = r#"{"access_token":"se cret","refresh_token":"null"}"#;
        let veiled = Veil::default().json(unsound);
        assert!(
            !veiled.contains("cret") && veiled.contains("\"null\""),
            "{veiled}"
        );
        let history = r#"{"items":[{"content":"m8 long","created_at":1,"id":"a15","role":"user"}]}"#;
        let veiled = r#"{"items":[{"content":"a0 aaax","created_at":1,"id":"a15","role":"user"}]}"#;
        assert_eq!(veil.json(history), veiled);
        assert_eq!(veil.text("m8 long"), "a0 aaax");
        let refusal = r#"{"detail":"Tenant ID not found"}"#;
        assert_eq!(veil.json(refusal), refusal);
        for broken in [
            r#"{"a"#,
            r#"{"content":"ab\"#,
            "[",
            "{\"content\":\"x",
            "<b>secret</b>",
        ] {
            assert_eq!(veil.json(broken), veil.text(broken));
        }
    }

    #[test]
    fn nothing_of_a_token_is_left() {
        let secret =
            "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoicDEiLCJleHAiOjE3NTQwNjA0MDAsImlhdCI6MTc1NDA1OTgwMH0.sig";
        let body = format!(r#"{{"access_token":"{secret}","expires_in":600}}"#);
        let veiled = Veil::default().json(&body);
        assert_eq!(
            veiled,
            r#"{"access_token":"veiled:1:0:1754060400000:600000","expires_in":600}"#
        );
    }
}
