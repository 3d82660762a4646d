//! What the widget says, from the catalogues in `src/ui/strings`: English as code, the others as lists of lines in the order
//! of English.
//!
//! A catalogue is an Application Resource Bundle. English decides what there is; a catalogue that lacks a word, has one
//! too many, or lets a placeholder or the form for `other` go, fails the build.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

const FOLDER: &str = "src/ui/strings";

/// The words of one language by their keys, in the order of keys.
struct Catalogue {
    path: PathBuf,
    tag: String,
    /// What the language calls itself.
    name: String,
    words: BTreeMap<String, String>,
    /// The keys whose words come with the last part of the code.
    later: Vec<String>,
}

/// Writes `words.rs`, and for each other language a list `<tag>.words`.
pub(crate) fn write(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let english = Catalogue::read(&Path::new(FOLDER).join("en.arb"))?;
    let mut names = BTreeMap::new();
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "arb") && !path.ends_with("en.arb") {
            let catalogue = Catalogue::read(&path)?;
            catalogue.compare(&english)?;
            fs::write(
                out.join(format!("{}.words", catalogue.tag)),
                catalogue.lines(&english),
            )?;
            names.insert(catalogue.tag, catalogue.name);
        }
    }
    fs::write(out.join("words.rs"), code(&english, &names))?;
    Ok(())
}

impl Catalogue {
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
        let all: Map<String, Value> =
            serde_json::from_str(&text).map_err(|cause| format!("{}: {cause}", path.display()))?;
        let about = |key| {
            let value = all.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
            value.ok_or_else(|| format!("{}: no {key}", path.display()))
        };
        let (tag, name) = (about("@@locale")?, about("@@x-name")?);
        let mut words = BTreeMap::new();
        for (key, value) in all.iter().filter(|(key, _)| !key.starts_with('@')) {
            let value = value.as_str().filter(|value| !value.contains('\n'));
            let value = value.ok_or_else(|| format!("{}: {key} is no line of text", path.display()))?;
            words.insert(key.clone(), value.to_owned());
        }
        let is_later = |key: &&String| {
            all.get(&format!("@{key}"))
                .is_some_and(|about| about["x-part"] == "rest")
        };
        let later = words.keys().filter(is_later).cloned().collect();
        Ok(Self {
            path: path.to_owned(),
            tag,
            name,
            words,
            later,
        })
    }

    fn compare(&self, english: &Self) -> Result<(), String> {
        let path = self.path.display();
        for (key, model) in &english.words {
            let text = self
                .words
                .get(key)
                .ok_or_else(|| format!("{path}: {key} is missing"))?;
            if placeholders(text) != placeholders(model) {
                return Err(format!("{path}: {key} has other placeholders than in English"));
            }
            if text.contains(PLURAL) && !text.contains(" other{") {
                return Err(format!("{path}: {key} has no form for `other`"));
            }
        }
        match self.words.keys().find(|key| !english.words.contains_key(*key)) {
            Some(key) => Err(format!("{path}: {key} is no word of the widget")),
            None => Ok(()),
        }
    }

    /// The keys: those of the first part, then those of the last.
    fn keys(&self) -> impl Iterator<Item = &String> {
        let early = self.words.keys().filter(|key| !self.later.contains(key));
        early.chain(&self.later)
    }

    /// A line for the tag, and one for each word in the order of English.
    fn lines(&self, english: &Self) -> String {
        let mut lines = self.tag.clone();
        for key in english.keys() {
            lines.push('\n');
            lines.push_str(self.words.get(key).map_or("", String::as_str));
        }
        lines
    }
}

/// The names in braces; of a plural only that it is one.
fn placeholders(text: &str) -> Vec<&str> {
    if text.contains(PLURAL) {
        return vec![PLURAL];
    }
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// How a word begins that depends on a number.
const PLURAL: &str = "{count, plural,";

fn code(english: &Catalogue, names: &BTreeMap<String, String>) -> String {
    let mut code = format!("const TAG: &str = {:?};\n", english.tag);
    let early = english.words.len() - english.later.len();
    for (name, keys) in [
        ("EARLY", english.keys().take(early).collect::<Vec<_>>()),
        ("LATER", english.later.iter().collect()),
    ] {
        code.push_str(&format!("static {name}: [&str; {}] = [\n", keys.len()));
        for key in keys {
            code.push_str(&format!(
                "    {:?},\n",
                english.words.get(key).map_or("", String::as_str)
            ));
        }
        code.push_str("];\n");
    }
    // English first, then the others by their tags.
    code.push_str(&format!(
        "pub(super) static LANGUAGES: [(&str, &str); {}] = [\n",
        names.len() + 1
    ));
    for (tag, name) in std::iter::once((&english.tag, &english.name)).chain(names) {
        code.push_str(&format!("    ({tag:?}, {name:?}),\n"));
    }
    code.push_str("];\n");
    let mut constants = String::new();
    code.push_str("impl Strings {\n");
    for (place, key) in english.keys().enumerate() {
        let (how, place) = match place.checked_sub(early) {
            None => ("early", place),
            Some(place) => ("later", place),
        };
        if how == "early" && key.starts_with("error_") {
            constants.push_str(&format!("const {}: usize = {place};\n", key.to_uppercase()));
            continue;
        }
        code.push_str(&format!(
            "    pub(crate) fn {key}(&self) -> &'static str {{ self.{how}({place}) }}\n"
        ));
    }
    code.push_str("}\n");
    code.push_str(&constants);
    code.push_str("#[cfg(feature = \"alone\")]\nconst OTHERS: &[(&str, &str)] = &[\n");
    for tag in names.keys() {
        code.push_str(&format!(
            "    ({tag:?}, include_str!(concat!(env!(\"OUT_DIR\"), \"/{tag}.words\"))),\n"
        ));
    }
    code.push_str("];\n");
    code
}
