//! Makes the widget's one sheet from the files in `src/ui`: joined in their order, without comments and spare blanks.
//!
//! The sheet is part of what every visitor downloads; as written it would weigh half a kilobyte more.

use std::{env, fs, io, path::PathBuf};

/// In the order of the cascade: what devices and people ask for comes last, so that it wins.
const SHEETS: [&str; 7] = [
    "launcher",
    "shell",
    "chat",
    "transcript",
    "answer",
    "sign_in",
    "devices",
];

fn main() -> io::Result<()> {
    let mut sheet = String::new();
    // Where the loader draws launcher and panel, it brings this part of the sheet.
    let is_alone = env::var_os("CARGO_FEATURE_ALONE").is_some();
    for name in SHEETS {
        if !is_alone && ["launcher", "shell"].contains(&name) {
            continue;
        }
        let path = format!("src/ui/{name}.css");
        println!("cargo::rerun-if-changed={path}");
        minify(&fs::read_to_string(path)?, &mut sheet);
    }
    let folder = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .ok_or(io::ErrorKind::NotFound)?;
    fs::write(folder.join("sheet.css"), sheet)
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
