//! How the glue starts the wasm.
//!
//! wasm-bindgen starts whatever it is given: an address, a request, an answer, bytes, at once or later, with a warning for
//! each old way of asking. Our loader compiles the module itself, because it has to tell why that failed, and makes the
//! instance itself, because nothing thrown in there may reach the page (`www/src/guard.ts`): the rest is two kilobytes
//! nobody calls.

use anyhow::{Context, Result};

/// The glue with a start that is given what makes an instance's exports of its imports; what only wasm-bindgen's own ways
/// needed is left for the minifier to drop.
pub(crate) fn simplify(glue: &str) -> Result<String> {
    let (rest, _) = glue
        .split_once(THEIRS)
        .with_context(|| format!("this wasm-bindgen does not end its glue with `{THEIRS}`"))?;
    Ok([rest, OURS].concat())
}

/// What the glue ends with.
const THEIRS: &str = "export { initSync, __wbg_init as default };";

const OURS: &str = "\
export async function start(instantiate) {
    __wbg_finalize_init({ exports: await instantiate(__wbg_get_imports()) });
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_of_our_own_stands_in_the_place_of_theirs_and_nothing_else_changes() {
        let glue = format!("function __wbg_get_imports() {{}}\n{THEIRS}");
        let simplified = simplify(&glue).unwrap();
        assert!(simplified.starts_with("function __wbg_get_imports() {}\nexport async function start("));
        assert!(!simplified.contains("initSync"));
    }

    #[test]
    fn a_glue_that_ends_in_another_way_is_an_error() {
        assert!(simplify("export { start as default };").is_err());
    }
}
