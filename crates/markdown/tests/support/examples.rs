//! The examples of the specification, from the file beside it.

/// One example; numbered as in the specification.
pub(crate) struct Example {
    pub(crate) number: usize,
    pub(crate) text: String,
    pub(crate) html: String,
}

pub(crate) fn examples() -> Vec<Example> {
    let fence = "`".repeat(32);
    include_str!("../corpus/commonmark-0.31.2.txt")
        .split(&format!("{fence} example\n"))
        .skip(1)
        .enumerate()
        .map(|(at, example)| {
            let example = example
                .split(&fence)
                .next()
                .unwrap_or_default()
                .replace('→', "\t");
            // An example whose text or HTML is empty has no line for it.
            let (text, html) = example.split_once("\n.\n").unwrap_or_else(|| {
                let rest = example.strip_prefix(".\n").unwrap_or(&example);
                ("", rest)
            });
            Example {
                number: at + 1,
                text: format!("{text}\n"),
                html: html.to_owned(),
            }
        })
        .collect()
}
