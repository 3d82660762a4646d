//! Just enough reading of source text to tell code from comments, strings and test modules.
//!
//! Not a parser: macros and regular expressions may confuse it, and then it reports too much.

/// What the text is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Language {
    Rust,
    Script,
}

/// The text with comments, or comments and strings, replaced by spaces of the same length.
#[derive(Debug)]
pub(super) struct Source {
    code: String,
    bare: String,
}

/// A `use` tree or a path in code, with its line.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct UsedPath {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Separator,
    Other(char),
}

impl Source {
    pub(super) fn new(text: &str, language: Language) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut source = Self {
            code: String::with_capacity(text.len()),
            bare: String::with_capacity(text.len()),
        };
        let mut rest = chars.as_slice();
        let mut previous = ' ';
        while let Some(first) = rest.first() {
            let (kind, length) = piece(rest, previous, language);
            let (piece, after) = rest.split_at(length.clamp(1, rest.len()));
            for character in piece {
                push(&mut source.code, *character, kind != Kind::Comment);
                push(&mut source.bare, *character, kind == Kind::Code);
            }
            previous = *piece.last().unwrap_or(first);
            rest = after;
        }
        source
    }

    /// The lines without comments, counted from 1.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// The same text without what `#[cfg(test)]` guards.
    pub(super) fn without_tests(mut self) -> Self {
        const ATTRIBUTE: &str = "#[cfg(test)]";
        // Blanking an item blanks its attribute too, so every round finds the next one.
        while let Some((before, guarded)) = self.bare.find(ATTRIBUTE).map(|start| self.bare.split_at(start)) {
            let (start, end) = (before.len(), before.len() + guarded_length(guarded));
            blank(&mut self.code, start, end);
            blank(&mut self.bare, start, end);
        }
        self
    }

    /// Every path that begins with the word `head`, `use` trees taken apart.
    pub(super) fn paths_from(&self, head: &str) -> Vec<UsedPath> {
        let tokens = tokens(&self.bare);
        let mut found = Vec::new();
        for (index, (line, token)) in tokens.iter().enumerate() {
            if *token != Token::Word(head) || continues_a_path(&tokens, index) {
                continue;
            }
            let mut paths = Vec::new();
            let followed = tokens
                .get(index + 1)
                .is_some_and(|(_, token)| *token == Token::Separator);
            let before = index.checked_sub(1).and_then(|at| tokens.get(at));
            let imported = matches!(before, Some((_, Token::Word("use" | "crate"))));
            if followed || imported {
                walk(&tokens, index, &mut Vec::new(), &mut paths);
            }
            found.extend(paths.into_iter().map(|segments| UsedPath {
                line: *line,
                segments,
            }));
        }
        found
    }
}

/// Whether `needle` stands in `line` without a letter, digit or `_` before it.
pub(super) fn has_word_start(line: &str, needle: &str) -> bool {
    line.match_indices(needle)
        .any(|(at, _)| !line[..at].ends_with(is_word))
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn push(text: &mut String, character: char, keep: bool) {
    if keep || character == '\n' {
        text.push(character);
    } else {
        text.extend(std::iter::repeat_n(' ', character.len_utf8()));
    }
}

fn blank(text: &mut String, start: usize, end: usize) {
    let spaces: String = text[start..end]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.replace_range(start..end, &spaces);
}

/// What begins here, and how many characters it has.
fn piece(rest: &[char], previous: char, language: Language) -> (Kind, usize) {
    match (language, rest) {
        (_, ['/', '/', ..]) => (Kind::Comment, rest.iter().take_while(|c| **c != '\n').count()),
        (_, ['/', '*', ..]) => (Kind::Comment, block_comment(rest, language)),
        (_, ['"', ..]) | (Language::Script, ['\'' | '`', ..]) => (Kind::Text, quoted(rest, language)),
        (Language::Rust, ['r' | 'b' | 'c', ..]) if !is_word(previous) => match raw_string(rest) {
            Some(length) => (Kind::Text, length),
            None => (Kind::Code, 1),
        },
        (Language::Rust, ['\'', '\\', _, after @ ..]) => {
            (Kind::Text, 4 + after.iter().take_while(|c| **c != '\'').count())
        }
        (Language::Rust, ['\'', _, '\'', ..]) => (Kind::Text, 3),
        (Language::Rust | Language::Script, _) => (Kind::Code, 1),
    }
}

/// Rust nests block comments, scripts do not.
fn block_comment(rest: &[char], language: Language) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(pair) = rest.get(at..at + 2) {
        match pair {
            ['/', '*'] if depth == 0 || language == Language::Rust => depth += 1,
            ['*', '/'] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Up to the closing quote; in scripts a plain string ends with its line at the latest.
fn quoted(rest: &[char], language: Language) -> usize {
    let Some((quote, inside)) = rest.split_first() else {
        return 0;
    };
    let ends_with_line = language == Language::Script && *quote != '`';
    let mut escaped = false;
    for (index, character) in inside.iter().enumerate() {
        if !escaped && (character == quote || (ends_with_line && *character == '\n')) {
            return index + 2;
        }
        escaped = !escaped && *character == '\\';
    }
    rest.len()
}

/// The length of a raw string such as `br#"…"#`, if one begins here.
fn raw_string(rest: &[char]) -> Option<usize> {
    let prefix = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    if prefix > 2 || rest.get(..prefix)?.last() != Some(&'r') {
        return None;
    }
    let hashes = rest.get(prefix..)?.iter().take_while(|c| **c == '#').count();
    let open = prefix + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let inside = rest.get(open + 1..)?;
    let end = inside.windows(closing.len()).position(|window| window == closing);
    Some(end.map_or(rest.len(), |end| open + 1 + end + closing.len()))
}

/// From an attribute to the end of the item it guards.
fn guarded_length(bare: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in bare.char_indices() {
        match character {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    bare.len()
}

fn tokens(bare: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    for (index, line) in bare.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let (word, after) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            let (token, after) = if !word.is_empty() {
                (Token::Word(word), after)
            } else if let Some(after) = rest.strip_prefix("::") {
                (Token::Separator, after)
            } else {
                (Token::Other(first), rest.split_at(first.len_utf8()).1)
            };
            if token != Token::Other(' ') && token != Token::Other('\t') {
                tokens.push((index + 1, token));
            }
            rest = after;
        }
    }
    tokens
}

/// Whether the word at `index` follows another segment, as `b` in `a::b`, but not in `::b`.
fn continues_a_path(tokens: &[(usize, Token<'_>)], index: usize) -> bool {
    let before = |distance: usize| index.checked_sub(distance).and_then(|at| tokens.get(at));
    let after_separator = matches!(before(1), Some((_, Token::Separator)));
    let is_leading = match before(2) {
        Some((_, Token::Word(word))) => {
            matches!(*word, "as" | "dyn" | "impl" | "in" | "mut" | "return" | "use")
        }
        Some((_, Token::Other(_) | Token::Separator)) | None => true,
    };
    after_separator && !is_leading
}

/// Collects the paths of the tree at `at`, and returns where it ends.
fn walk(
    tokens: &[(usize, Token<'_>)],
    at: usize,
    path: &mut Vec<String>,
    out: &mut Vec<Vec<String>>,
) -> usize {
    let depth = path.len();
    let end = match tokens.get(at).map(|(_, token)| *token) {
        Some(Token::Word(word)) => {
            if word != "self" {
                path.push(word.to_owned());
            }
            if tokens
                .get(at + 1)
                .is_some_and(|(_, token)| *token == Token::Separator)
            {
                walk(tokens, at + 2, path, out)
            } else {
                out.push(path.clone());
                at + 1
            }
        }
        Some(Token::Other('*')) => {
            path.push("*".to_owned());
            out.push(path.clone());
            at + 1
        }
        Some(Token::Other('{')) => group(tokens, at + 1, path, out),
        Some(Token::Other(_) | Token::Separator) | None => {
            out.push(path.clone());
            at
        }
    };
    path.truncate(depth);
    end
}

/// Collects the elements of a group up to its closing brace.
fn group(
    tokens: &[(usize, Token<'_>)],
    mut at: usize,
    path: &mut Vec<String>,
    out: &mut Vec<Vec<String>>,
) -> usize {
    while let Some((_, token)) = tokens.get(at) {
        match token {
            Token::Other('}') => return at + 1,
            Token::Other(',') => at += 1,
            // `name as other`: the new name is not a path.
            Token::Word("as") => at += 2,
            Token::Word(_) | Token::Other(_) | Token::Separator => {
                at = walk(tokens, at, path, out).max(at + 1)
            }
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> Source {
        Source::new(text, Language::Rust)
    }

    fn paths(text: &str, head: &str) -> Vec<String> {
        rust(text)
            .paths_from(head)
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn comments_are_blanked_and_strings_are_kept() {
        let source = rust("a // b \"\n/* c /* d */ e */ \"// f\" 'g' 'static");
        assert_eq!(
            source.code.split_whitespace().collect::<Vec<_>>(),
            ["a", "\"//", "f\"", "'g'", "'static"]
        );
        assert_eq!(
            source.bare.split_whitespace().collect::<Vec<_>>(),
            ["a", "'static"]
        );
        assert_eq!(source.code.lines().count(), 2);
    }

    #[test]
    fn raw_strings_and_escapes_end_where_they_end() {
        let source = rust(r####"let a = r#"x" // y"#; let b = "\""; let c = '\''; let d = b"z"; r#type"####);
        assert_eq!(source.bare.replace(' ', ""), "leta=;letb=;letc=;letd=b;r#type");
    }

    #[test]
    fn scripts_know_single_quotes_and_templates() {
        let source = Source::new(
            "let a = 'https://b' // c\nlet d = `//e` /* f */",
            Language::Script,
        );
        assert!(source.code.contains("https://b") && source.code.contains("//e"));
        assert!(!source.code.contains('c') && !source.code.contains('f'));
    }

    #[test]
    fn test_modules_are_left_out() {
        let source = rust("a\n#[cfg(test)]\nmod tests { fn b() { \"}\" } }\nc\n#[cfg(test)]\nmod d;\ne");
        let source = source.without_tests();
        assert_eq!(
            source.code.split_whitespace().collect::<Vec<_>>(),
            ["a", "c", "e"]
        );
        assert_eq!(source.code.lines().count(), 7);
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let text = "use crate::{ui::{self, model::Model as M}, browser::*};\nlet x = crate::driver::run();";
        let expected = [
            "crate::ui",
            "crate::ui::model::Model",
            "crate::browser::*",
            "crate::driver::run",
        ];
        assert_eq!(paths(text, "crate"), expected);
    }

    #[test]
    fn a_path_may_be_imported_alone_or_begin_with_two_colons() {
        assert_eq!(paths("use leptos;", "leptos"), ["leptos"]);
        assert_eq!(paths("use ::leptos::view;", "leptos"), ["leptos::view"]);
        assert_eq!(paths("fn f() -> ::leptos::View {}", "leptos"), ["leptos::View"]);
    }

    #[test]
    fn a_word_inside_another_path_is_not_its_head() {
        assert!(paths("use a::leptos::b; let leptos = 1; pub(crate) fn f() {}", "leptos").is_empty());
        assert!(paths("pub(crate) fn f() {}", "crate").is_empty());
    }
}
