//! The names that glue and wasm call each other by, and nobody else.
//!
//! wasm-bindgen gives every import of the wasm a name with sixteen digits of a hash, so that any number of modules can
//! share one glue. Ours has one, and two hundred hashes that stand in both files are three kilobytes nothing compresses.
//! What it exports for callbacks is named by the whole type of the callback.

use std::collections::BTreeMap;

use walrus::Module;

/// Gives every import, and every export that the glue alone calls, a short name, and tells which.
pub(crate) fn shorten(wasm: &mut Module) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let imports = wasm.imports.iter_mut().map(|import| &mut import.name);
    let exports = wasm.exports.iter_mut().map(|export| &mut export.name);
    for name in imports.chain(exports) {
        if PRIVATE.iter().any(|prefix| name.starts_with(prefix)) {
            let next = format!("_{}", names.len());
            let short = names.entry(name.clone()).or_insert(next);
            name.clone_from(short);
        }
    }
    names
}

/// The glue with the short names.
pub(crate) fn rename(glue: &str, names: &BTreeMap<String, String>) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
    let mut renamed = String::with_capacity(glue.len());
    for part in glue.split_inclusive(|c| !is_word(c)) {
        let word = part.trim_end_matches(|c| !is_word(c));
        let (_, end) = part.split_at(word.len());
        renamed.push_str(names.get(word).map_or(word, String::as_str));
        renamed.push_str(end);
    }
    renamed
}

/// How names begin that are wasm-bindgen's own, or made of the type of a callback.
const PRIVATE: [&str; 2] = ["__", "wasm_bindgen_"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_nobody_else_calls_are_shortened_and_each_once() {
        let mut wasm = Module::default();
        let kind = wasm.types.add(&[], &[]);
        for name in [
            "__wbg_a_0123456789abcdef",
            "__wbg_b_0123456789abcdef",
            "__wbindgen_throw",
        ] {
            wasm.add_import_func("m", name, kind);
        }
        let memory = wasm.memories.add_local(false, false, 1, None, None);
        for name in ["wasm_bindgen_1__closures_____true_", "memory"] {
            wasm.exports.add(name, memory);
        }
        let names = shorten(&mut wasm);
        let left: Vec<&str> = wasm.imports.iter().map(|import| import.name.as_str()).collect();
        assert_eq!(left, ["_0", "_1", "_2"]);
        let left: Vec<&str> = wasm.exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(left, ["_3", "memory"]);
        assert_eq!(names["__wbg_b_0123456789abcdef"], "_1");
    }

    #[test]
    fn the_glue_follows_whole_words_only() {
        let names = BTreeMap::from([("__wbg_a_0123456789abcdef".to_owned(), "_0".to_owned())]);
        let glue = "{ __wbg_a_0123456789abcdef: x__wbg_a_0123456789abcdef(\"__wbg_a_0123456789abcdef\") }";
        assert_eq!(rename(glue, &names), "{ _0: x__wbg_a_0123456789abcdef(\"_0\") }");
        assert_eq!(rename("", &names), "");
    }
}
