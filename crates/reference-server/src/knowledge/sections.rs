//! Cuts a Markdown text into sections at its headings, never inside a code fence.

use crate::store::Passage;

/// Cuts a file's text; sections without a text of their own are left out.
pub(super) fn cut(file: &str, text: &str) -> Vec<Passage> {
    let mut cutter = Cutter::new(file);
    for line in text.lines() {
        cutter.take(line);
    }
    cutter.finish()
}

struct Cutter<'a> {
    file: &'a str,
    fence: Option<Fence>,
    /// The open headings from the outermost to the current one, with their levels.
    headings: Vec<(usize, String)>,
    anchor: String,
    anchors: Vec<String>,
    body: Vec<&'a str>,
    passages: Vec<Passage>,
}

impl<'a> Cutter<'a> {
    fn new(file: &'a str) -> Self {
        Self {
            file,
            fence: None,
            headings: Vec::new(),
            anchor: String::new(),
            anchors: Vec::new(),
            body: Vec::new(),
            passages: Vec::new(),
        }
    }

    fn take(&mut self, line: &'a str) {
        let fence_before = self.fence;
        self.fence = Fence::after(self.fence, line);
        match heading(line) {
            Some((level, title)) if fence_before.is_none() => {
                self.close();
                self.headings.retain(|(other, _)| *other < level);
                self.anchor = self.fresh_anchor(&title);
                self.headings.push((level, title));
            }
            Some(_) | None => self.body.push(line),
        }
    }

    fn finish(mut self) -> Vec<Passage> {
        self.close();
        self.passages
    }

    fn close(&mut self) {
        let body = self.body.join("\n");
        self.body.clear();
        let body = body.trim_matches('\n');
        if body.trim().is_empty() {
            return;
        }
        let (heading, above) = match self.headings.split_last() {
            Some(((_, title), above)) => (title.clone(), above),
            None => (self.file.to_owned(), [].as_slice()),
        };
        let trail: Vec<&str> = above.iter().map(|(_, title)| title.as_str()).collect();
        self.passages.push(Passage {
            file: self.file.to_owned(),
            anchor: self.anchor.clone(),
            position: i64::try_from(self.passages.len()).unwrap_or(i64::MAX),
            heading,
            trail: trail.join(" › "),
            body: body.to_owned(),
        });
    }

    /// The heading's anchor, numbered if the file has used it before.
    fn fresh_anchor(&mut self, title: &str) -> String {
        let slug = slug(title);
        let uses = self.anchors.iter().filter(|anchor| **anchor == slug).count();
        let anchor = if uses == 0 {
            slug.clone()
        } else {
            format!("{slug}-{uses}")
        };
        self.anchors.push(slug);
        anchor
    }
}

/// An open code fence: its character and its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    /// The fence that is open after `line`, if `open` was before it.
    pub(crate) fn after(open: Option<Self>, line: &str) -> Option<Self> {
        let text = line.trim_start();
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let length = mark.map_or(0, |mark| {
            text.chars().take_while(|letter| *letter == mark).count()
        });
        let Some(mark) = mark.filter(|_| length >= 3) else {
            return open;
        };
        match open {
            None => Some(Self { mark, length }),
            Some(fence) => {
                let closes =
                    fence.mark == mark && length >= fence.length && text.trim_end().chars().count() == length;
                (!closes).then_some(fence)
            }
        }
    }
}

/// The level and text of an ATX heading.
fn heading(line: &str) -> Option<(usize, String)> {
    let level = line.chars().take_while(|letter| *letter == '#').count();
    let rest = line.get(level..)?;
    if !(1..=6).contains(&level) || !rest.starts_with(' ') {
        return None;
    }
    let title = rest.trim().trim_end_matches('#').trim_end();
    let plain: String = title
        .chars()
        .filter(|letter| !matches!(letter, '`' | '*'))
        .collect();
    (!plain.is_empty()).then_some((level, plain))
}

/// A heading as a link fragment, in the way repository hosts make them.
fn slug(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            other => other.is_alphanumeric().then_some(other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_fence_is_never_cut() {
        let text = "# One\n\n```sh\n# not a heading\n```\n\n## Two `x`\n\ntext\n";
        let passages = cut("A.md", text);
        let headings: Vec<_> = passages.iter().map(|passage| passage.heading.as_str()).collect();
        assert_eq!(headings, ["One", "Two x"]);
        assert!(
            passages
                .iter()
                .any(|passage| passage.body.contains("# not a heading"))
        );
        assert!(
            passages
                .iter()
                .any(|passage| passage.trail == "One" && passage.anchor == "two-x")
        );
    }

    #[test]
    fn equal_headings_have_different_anchors() {
        let passages = cut("A.md", "# A\n\nx\n\n# A\n\ny\n");
        let anchors: Vec<_> = passages.iter().map(|passage| passage.anchor.as_str()).collect();
        assert_eq!(anchors, ["a", "a-1"]);
    }

    #[test]
    fn text_before_the_first_heading_belongs_to_the_file() {
        let passages = cut("A.md", "hello\n\n# A\n");
        assert_eq!(passages.len(), 1);
        assert!(
            passages
                .iter()
                .all(|passage| passage.heading == "A.md" && passage.anchor.is_empty())
        );
    }
}
