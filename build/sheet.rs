//! The widget's sheet from the files in `src/ui`: joined in their order, without comments and spare blanks.
//!
//! It is part of what every visitor downloads; as written it would weigh half a kilobyte more. What it says of answers
//! and of signing in comes with the code for them, so it is written in pieces.

use std::{fs, io, path::Path};

/// What is drawn from the start. Where the loader draws launcher and panel, it brings the first two.
const FIRST: [&str; 4] = ["launcher", "shell", "chat", "transcript"];

/// What comes with the parts of that name (`src/ui/later.rs`).
const ANSWERS: [&str; 1] = ["answer"];
const REST: [&str; 6] = ["sources", "extras", "sign_in", "menu", "theme", "phone"];

/// What devices and people ask for: the end of the cascade, so that it wins.
const LAST: [&str; 1] = ["devices"];

/// Writes it in pieces. Where no loader drew launcher and panel, the first one begins with what it would have brought.
pub(crate) fn write(folder: &Path, is_alone: bool) -> io::Result<()> {
    let drawn = if is_alone { 0 } else { 2 };
    join(FIRST.get(drawn..).unwrap_or_default(), &folder.join("first.css"))?;
    join(&ANSWERS, &folder.join("answers.css"))?;
    join(&REST, &folder.join("rest.css"))?;
    join(&LAST, &folder.join("last.css"))
}

fn join(names: &[&str], to: &Path) -> io::Result<()> {
    let mut sheet = String::new();
    for name in names {
        let path = format!("src/ui/{name}.css");
        println!("cargo::rerun-if-changed={path}");
        minify(&fs::read_to_string(path)?, &mut sheet);
    }
    fs::write(to, sheet)
}

/// Drops comments, folds white space to one blank, and drops the blanks that separate nothing.
/// Strings in our sheets hold neither comments nor runs of blanks.
fn minify(css: &str, out: &mut String) {
    let mut rest = css;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    for word in kept.split_whitespace() {
        let separates_nothing = out.is_empty()
            || out.ends_with(['{', '}', ';', ',', ':'])
            || word.starts_with(['{', '}', ';', ',']);
        if !separates_nothing {
            out.push(' ');
        }
        out.push_str(word);
        if word == "}" && out.ends_with(";}") {
            out.truncate(out.len() - 2);
            out.push('}');
        }
    }
}
