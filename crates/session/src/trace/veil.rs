//! Words to their shape, and tokens to what they say they allow.

use std::fmt::Write as _;

use miptech_chat_protocol::{is_json, quoted, token::Token, unquoted};

/// The shape of a whole text: letters become letters and digits `0`, and everything else stays. As many UTF-16 units long.
/// Its first letters tell it from other texts; nobody can read it from them.
#[must_use]
pub fn veil(text: &str) -> String {
    marked(text, Mark::of(text))
}

/// The shape of a piece: what was put together of pieces is put together of their shapes.
fn shape(text: &str) -> String {
    marked(text, Mark(Vec::new()))
}

fn marked(text: &str, mut mark: Mark) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let shape = match character {
            _ if character.is_ascii_digit() => '0',
            _ if character.is_alphanumeric() || !character.is_ascii() => {
                let letter = mark.0.pop().unwrap_or('x');
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

/// Letters that tell texts apart, the first one last.
struct Mark(Vec<char>);

impl Mark {
    /// Blanks around a text are not sent with it.
    fn of(text: &str) -> Self {
        let bits = hash(text.trim());
        let letter = |place| char::from(b'a' + (bits >> (5 * place) & 15) as u8);
        Self((0..MARK_LETTERS).map(letter).collect())
    }
}

/// Enough to tell apart what one person says, and far too little to guess it from.
const MARK_LETTERS: u32 = 8;

/// A token as four facts: a number that tells it from others, its user's number, its end and its length in milliseconds.
pub(super) fn token(token: &Token) -> String {
    let claims = token.claims();
    let user = claims.user.map_or(0, |user| hash(&user));
    let mut out = format!("{TOKEN}{:x}:{user:x}:", hash(token.as_str()));
    // Writing into a text cannot fail.
    if let Some(at) = claims.expires_ms {
        let _always = write!(out, "{at}");
    }
    out.push(':');
    if let Some(lifetime) = claims.lifetime {
        let _always = write!(out, "{}", lifetime.as_millis());
    }
    out
}

/// How a token that was veiled begins.
pub(super) const TOKEN: &str = "veiled:";

/// A JSON text without what anybody said in it: the values of all texts but those of [`KEPT`] keys are veiled, in place.
/// What is no JSON is veiled as a whole.
pub(super) fn json(text: &str) -> String {
    if !is_json(text) {
        return veil(text);
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
        } else if matches!(key, "access_token" | "refresh_token" | "token") {
            match Token::parse(inside) {
                Some(known) => out.push_str(&token(&known)),
                None => out.push_str(inside),
            }
        } else {
            let whole = unquoted(&format!("\"{inside}\"")).unwrap_or_default();
            let veiled = if is_piece { shape(&whole) } else { veil(&whole) };
            let mut again = String::new();
            quoted(&mut again, &veiled);
            out.push_str(again.trim_matches('"'));
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
        for text in ["", "a\nb", "日本", "👍🏽", "what about it?"] {
            assert_eq!(veil(text).encode_utf16().count(), text.encode_utf16().count());
        }
        assert_ne!(veil("yes please"), veil("yes pliase"));
        assert_eq!(veil(" yes ").trim(), veil("yes"));
        assert!(!veil("what about it?").contains("about"));
    }

    #[test]
    fn frames_keep_what_says_how_things_stand() {
        let frame =
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Hi \"you\" \u00e9\n","n":1.5}}"#;
        let veiled =
            r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Xx \"xxx\" x\u000a","n":1.5}}"#;
        assert_eq!(json(frame), veiled);
        let history = r#"{"items":[{"content":"m8 long","created_at":1,"id":"a15","role":"user"}]}"#;
        let veiled = format!(
            r#"{{"items":[{{"content":"{}","created_at":1,"id":"a15","role":"user"}}]}}"#,
            veil("m8 long")
        );
        assert_eq!(json(history), veiled);
        let refusal = r#"{"detail":"Tenant ID not found"}"#;
        assert_eq!(json(refusal), refusal);
        for broken in [
            r#"{"a"#,
            r#"{"content":"ab\"#,
            "[",
            "{\"content\":\"x",
            "<b>secret</b>",
        ] {
            assert_eq!(json(broken), veil(broken));
        }
    }

    #[test]
    fn nothing_of_a_token_is_left() {
        let secret =
            "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoicDEiLCJleHAiOjE3NTQwNjA0MDAsImlhdCI6MTc1NDA1OTgwMH0.sig";
        let body = format!(r#"{{"access_token":"{secret}","expires_in":600}}"#);
        let veiled = json(&body);
        assert!(veiled.contains(":1754060400000:600000"), "{veiled}");
        for at in 0..secret.len() - 8 {
            assert!(!veiled.contains(&secret[at..at + 8]), "{veiled}");
        }
    }
}
