//! The knowledge folder: cuts its Markdown files into sections and finds those that fit a question.
//!
//! It never changes a file, and a question's text never reaches the index as syntax.

mod sections;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    error::ServerError,
    store::{Passage, Store},
};

pub(crate) use sections::Fence;

/// Reads the folder and rebuilds the index; a folder that does not exist is an empty one.
///
/// # Errors
///
/// `Knowledge` when a file cannot be read, `Storage` when the index cannot be written.
pub(crate) async fn index(store: &Store, folder: &Path) -> Result<(), ServerError> {
    let mut passages = Vec::new();
    for file in markdown_files(folder)? {
        let text = fs::read_to_string(folder.join(&file)).map_err(|source| unreadable(&file, source))?;
        let name = file
            .iter()
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        passages.extend(sections::cut(&name, &text));
    }
    store.replace_passages(&passages).await?;
    tracing::info!(passages = passages.len(), "knowledge indexed");
    Ok(())
}

/// Finds up to `limit` passages for a question, best first.
pub(crate) async fn find(store: &Store, question: &str, limit: i64) -> Result<Vec<Passage>, sqlx::Error> {
    match match_expression(question) {
        Some(expression) => store.matching_passages(&expression, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Every `.md` file below the folder, as relative paths in a stable order.
fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>, ServerError> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let entries = match fs::read_dir(folder.join(&relative)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && relative.as_os_str().is_empty() => {
                tracing::warn!(folder = %folder.display(), "knowledge folder not found");
                return Ok(files);
            }
            Err(source) => return Err(unreadable(&relative, source)),
        };
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&relative, source))?;
            let kind = entry
                .file_type()
                .map_err(|source| unreadable(&relative, source))?;
            let path = relative.join(entry.file_name());
            if kind.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, source: io::Error) -> ServerError {
    ServerError::Knowledge {
        path: path.display().to_string(),
        source,
    }
}

/// An FTS5 expression that matches any significant word; `None` if the question has none.
///
/// Each word is letters and digits only and stands in quotes, so nothing in it is syntax.
fn match_expression(question: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for word in question.split(|letter: char| !letter.is_alphanumeric()) {
        let word = word.to_lowercase();
        let significant = word.chars().count() > 1 && !STOPWORDS.contains(&word.as_str());
        if significant && !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(WORDS_LIMIT);
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
}

/// How many words of a question count; more only slow the search down.
const WORDS_LIMIT: usize = 24;

/// Words that say nothing about the subject, in the two languages of the site.
const STOPWORDS: &[&str] = &[
    "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "did", "do", "does", "for", "from", "get", "give", "had", "has", "have", "hello", "hey", "hi",
    "how", "if", "in", "into", "is", "it", "its", "just", "know", "like", "make", "many", "may", "me",
    "mean", "might", "more", "most", "much", "must", "my", "need", "no", "not", "of", "on", "or", "our",
    "out", "please", "shall", "she", "should", "show", "so", "some", "tell", "than", "thank", "thanks",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "us", "want",
    "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you",
    "your", "che", "chi", "ciao", "come", "con", "cosa", "cos", "da", "del", "della", "di", "dove", "gli",
    "il", "la", "le", "lo", "nel", "per", "perché", "posso", "quale", "quando", "sono", "sul", "un", "una",
];

#[cfg(test)]
mod tests {
    use super::match_expression;

    #[test]
    fn only_significant_words_are_searched_for() {
        assert_eq!(
            match_expression("How do I use it with React?").as_deref(),
            Some("\"use\" OR \"react\"")
        );
        assert_eq!(match_expression("what is the"), None);
    }

    #[test]
    fn search_syntax_in_a_question_is_only_words() {
        assert_eq!(
            match_expression("\" OR body:* NEAR(x, 2) --").as_deref(),
            Some("\"body\" OR \"near\"")
        );
    }
}
