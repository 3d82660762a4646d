//! The nodes an answer can become. There are no others, so nothing else can reach the page.

/// A block of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A code block, fenced or indented.
    Code {
        /// The first word after the fence, as written; for the reader's eyes, not for class names.
        language: Option<String>,
        /// The lines, joined by line feeds, without a last line feed.
        text: String,
    },
    /// A heading.
    Heading {
        /// From 1 to 6.
        level: u8,
        /// The heading's line.
        content: Vec<Inline>,
    },
    /// A bullet or ordered list.
    List {
        /// The first number of an ordered list; `None` for bullets.
        start: Option<u64>,
        /// Whether the items' paragraphs stand without space between them.
        tight: bool,
        /// The items, in order.
        items: Vec<Item>,
    },
    /// A paragraph; never empty.
    Paragraph(Vec<Inline>),
    /// A block quote.
    Quote(Vec<Self>),
    /// A thematic break.
    Rule,
    /// A table; every row has as many cells as there are alignments.
    Table {
        /// One for each column.
        alignments: Vec<Alignment>,
        /// The header row.
        header: Row,
        /// The rows below the header.
        rows: Vec<Row>,
    },
}

/// A table row: the content of each cell.
pub type Row = Vec<Vec<Inline>>;

/// How a table column is aligned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alignment {
    /// `:-:`
    Center,
    /// `:--`
    Left,
    /// `---`
    None,
    /// `--:`
    Right,
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Whether a task item is ticked; `None` if it is not a task item.
    pub task: Option<bool>,
    /// The item's content.
    pub blocks: Vec<Block>,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// A code span.
    Code(String),
    /// Emphasis, usually italic.
    Emphasis(Vec<Self>),
    /// A picture that is not loaded.
    Image {
        /// The `http` or `https` address; empty if it was anything else.
        src: String,
        /// The description, as plain text.
        alt: String,
    },
    /// A line break the author asked for.
    LineBreak,
    /// A link; never empty, never inside another link.
    Link {
        /// An address that passed the scheme allow-list.
        href: String,
        /// What the visitor sees.
        content: Vec<Self>,
    },
    /// A line end in the source; shown as a space.
    SoftBreak,
    /// Struck-out text.
    Strikethrough(Vec<Self>),
    /// Strong emphasis, usually bold.
    Strong(Vec<Self>),
    /// Plain text; never empty.
    Text(String),
}
