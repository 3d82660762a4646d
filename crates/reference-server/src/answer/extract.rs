//! Answers by quoting: the best passages as they stand, with the names of where they stand.
//!
//! Markdown is cut only between blocks, so lists and code fences arrive whole.

use serde_json::{Value, json};

use crate::{knowledge::Fence, store::Passage};

/// Writes an answer from the passages, best first; without any it says so.
pub(super) fn compose(folder: &str, passages: &[Passage]) -> String {
    let Some((best, others)) = passages.split_first() else {
        return NOTHING_FOUND.to_owned();
    };
    let mut answer = format!(
        "I found this in **{}**:\n\n{}",
        title(folder, best),
        opening(&best.body, BEST_LIMIT)
    );
    if let Some(second) = others.first() {
        let quoted = opening(&second.body, SECOND_LIMIT);
        if quoted.len() <= BEST_LIMIT {
            answer.push_str(&format!(
                "\n\nSee also **{}**:\n\n{quoted}",
                title(folder, second)
            ));
        }
    }
    answer
}

/// The passages as `sources`, with links to this server under the name the asker used for it.
pub(super) fn sources(folder: &str, host: &str, passages: &[Passage]) -> Value {
    passages
        .iter()
        .map(|passage| {
            let file = passage.file.replace(' ', "%20");
            let fragment = if passage.anchor.is_empty() { "" } else { "#" };
            json!({
                "title": title(folder, passage),
                "url": format!("http://{host}/knowledge/{file}{fragment}{}", passage.anchor),
                "snippet": snippet(&passage.body),
            })
        })
        .collect()
}

fn title(folder: &str, passage: &Passage) -> String {
    if passage.heading == passage.file {
        format!("{folder}/{}", passage.file)
    } else {
        format!("{folder}/{} › {}", passage.file, passage.heading)
    }
}

/// The first blocks of a text up to a length; at least one, and none that only announces the next.
fn opening(body: &str, limit_bytes: usize) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut length = 0;
    let mut complete = true;
    for block in blocks(body) {
        length += block.len();
        if length > limit_bytes && !kept.is_empty() {
            complete = false;
            break;
        }
        kept.push(block);
    }
    if !complete && kept.len() > 1 && kept.last().is_some_and(|block| block.ends_with(':')) {
        kept.pop();
    }
    kept.join("\n\n")
}

/// Cuts at blank lines outside code fences.
pub(super) fn blocks(body: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut fence = None;
    for line in body.lines() {
        if fence.is_none() && line.trim().is_empty() {
            if !lines.is_empty() {
                blocks.push(lines.join("\n"));
                lines.clear();
            }
            continue;
        }
        fence = Fence::after(fence, line);
        lines.push(line);
    }
    if !lines.is_empty() {
        blocks.push(lines.join("\n"));
    }
    blocks
}

/// The first words of a text without its markup.
fn snippet(body: &str) -> String {
    let prose: Vec<String> = blocks(body)
        .into_iter()
        .filter(|block| Fence::after(None, block.lines().next().unwrap_or_default()).is_none())
        .collect();
    let plain: String = prose
        .join(" ")
        .chars()
        .filter(|letter| !matches!(letter, '*' | '`' | '|'))
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= SNIPPET_LIMIT {
        return words;
    }
    let cut: String = words.chars().take(SNIPPET_LIMIT).collect();
    format!("{}…", cut.trim_end())
}

const NOTHING_FOUND: &str = "I could not find anything about that in the documents I have here. \
    Please try other words.";

/// How much of the best passage is quoted, in bytes; about a screen of the panel.
const BEST_LIMIT: usize = 1400;

/// How much of the second passage is quoted, in bytes.
const SECOND_LIMIT: usize = 400;

/// The length of a source's snippet, in characters.
const SNIPPET_LIMIT: usize = 160;

#[cfg(test)]
mod tests {
    use super::{blocks, compose, opening, snippet};

    #[test]
    fn code_fences_stay_whole() {
        let body = "Run:\n\n```sh\none\n\ntwo\n```\n\nDone.";
        assert_eq!(blocks(body), ["Run:", "```sh\none\n\ntwo\n```", "Done."]);
    }

    #[test]
    fn a_cut_text_does_not_end_in_an_announcement() {
        let body = format!("First.\n\nThen run:\n\n```sh\n{}\n```", "x".repeat(200));
        assert_eq!(opening(&body, 100), "First.");
    }

    #[test]
    fn a_snippet_has_no_markup() {
        assert_eq!(snippet("```\ncode\n```\n\nUse **this** `now`."), "Use this now.");
    }

    #[test]
    fn finding_nothing_is_said() {
        assert!(compose("docs", &[]).contains("could not find"));
    }
}
