//! Addresses that may leave the widget, and what every link out of it carries.
//!
//! Every judgement is made on what the browser's own parser reads, never on the text of an address: what it reads is
//! where the click would go.

use js_sys::{Array, JsString, RegExp};
use web_sys::{Element, Url};

use super::element::set;

/// An address that may be opened, as the browser itself reads it.
pub(super) struct SafeLink {
    pub(super) href: String,
    /// In ASCII: a host in other letters shows as punycode. Empty where there is none, as in `mailto:`.
    pub(super) host: String,
    /// Where it leads, for the reader's eyes: the host, or the address or number of who is written to or called.
    target: String,
    /// How much it tells whoever is behind it: the characters of its query and fragment.
    tells: usize,
}

/// What the host page chose about links.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// The hosts that are followed; all where the page named none.
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) confirm: Confirm,
}

/// When the visitor is asked before a link is opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Confirm {
    Always,
    /// Where the words look like another host, or the address carries much.
    #[default]
    Auto,
    Never,
}

/// What becomes of a link in an answer.
pub(super) struct Judged {
    pub(super) href: String,
    pub(super) target: String,
    /// What is shown beside the words, where they do not say it themselves.
    pub(super) beside: Option<String>,
    pub(super) asks: bool,
    pub(super) is_followed: bool,
}

/// Parses with the browser's own parser, then allows four schemes and nobody's name before the host.
pub(super) fn safe_link(text: &str) -> Option<SafeLink> {
    let url = Url::new(text).ok()?;
    let is_web = match url.protocol().as_str() {
        "https:" | "http:" => true,
        "mailto:" | "tel:" => false,
        _ => return None,
    };
    (url.username().is_empty() && url.password().is_empty()).then(|| {
        let host = url.host();
        SafeLink {
            href: url.href(),
            target: if is_web { host.clone() } else { url.pathname() },
            host,
            tells: url.search().len() + url.hash().len(),
        }
    })
}

/// Judges a link of an answer by its address and its words; nothing for one that is no link.
pub(super) fn judge(links: &Links, address: &str, words: &str) -> Option<Judged> {
    let link = safe_link(address)?;
    let words = words.trim();
    let says_target = words.eq_ignore_ascii_case(&link.target);
    let named = if says_target { Vec::new() } else { hosts_in(words) };
    let is_named = |host: &String| without_www(host) == without_www(&link.host);
    let asks = match links.confirm {
        Confirm::Always => true,
        Confirm::Auto => link.tells > MOST_TOLD || !named.iter().all(is_named),
        Confirm::Never => false,
    };
    let says_host = says_target || !link.host.is_empty() && named.iter().any(is_named);
    Some(Judged {
        is_followed: link.host.is_empty()
            || links
                .hosts
                .as_ref()
                .is_none_or(|hosts| is_one_of(hosts, &link.host)),
        beside: (!says_host).then(|| link.target.clone()),
        href: link.href,
        target: link.target,
        asks,
    })
}

/// Whether a host is on a list, whatever its case there.
pub(super) fn is_one_of(hosts: &[String], host: &str) -> bool {
    !host.is_empty() && hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

/// Makes an element lead out of the widget.
pub(super) fn lead_out(anchor: &Element, href: &str) {
    for (name, value) in OUT {
        set(anchor, name, value);
    }
    set(anchor, "href", href);
}

/// The hosts that a text names, as a reader would take it. A name before a host (`bank.example@…`) is none of them and
/// stands as itself, so that no target equals it.
fn hosts_in(words: &str) -> Vec<String> {
    let dotted = JsString::from(words).match_(&RegExp::new(DOTTED, "g"));
    let dotted = dotted.iter().flat_map(|dotted| Array::from(dotted));
    let names = RegExp::new(NAME, "");
    let hosts = dotted.filter_map(|word| {
        let word = word.as_string()?;
        let has_scheme = word.contains("://");
        let address = if has_scheme { "" } else { "https://" };
        let url = Url::new(&[address, &word].concat()).ok()?;
        if !url.username().is_empty() {
            return Some(word);
        }
        let name = url.hostname();
        // Versions such as 1.2 become addresses too; what a reader takes for one has four numbers.
        let is_number =
            || name.ends_with(|last: char| last.is_ascii_digit()) && word.matches('.').count() > 2;
        (has_scheme || names.test(&name) || is_number()).then(|| url.host())
    });
    hosts.collect()
}

fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// A word with a dot in it, in any of the letters that the browser reads as one, without the marks around it. No longer
/// than a host can be, so that a long text costs no more than its length.
const DOTTED: &str =
    "[^\\s\"'()<>\\[\\]{}]{0,253}[.。．｡][^\\s\"'()<>\\[\\]{}]{0,253}[^\\s\"'()<>\\[\\]{}.,;:!?]";

/// A host whose last label may be a top-level domain: `e.g` and `main.js` are none.
const NAME: &str = "\\.(?:xn--[^.]+|(?!(?:css|csv|html?|jsx?|json|pdf|toml|tsx?|txt|xml|ya?ml)$)[a-z]{2,})$";

/// The longest query and fragment that go without being asked about (row M4).
const MOST_TOLD: usize = 256;

/// What every link out of the widget carries (row M20).
pub(super) const OUT: [(&str, &str); 3] = [
    ("target", "_blank"),
    ("rel", "noopener noreferrer nofollow ugc"),
    ("referrerpolicy", "no-referrer"),
];
