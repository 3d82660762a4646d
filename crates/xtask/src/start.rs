//! How the glue starts the wasm.
//!
//! wasm-bindgen starts whatever it is given: an address, a request, an answer, bytes, at once or later, with a warning for
//! each old way of asking. Our loader compiles the module itself, because it has to tell why that failed, and hands over the
//! module: the rest is two kilobytes nobody calls.

use anyhow::{Context, Result};

/// The glue with a start that takes a compiled module, once for all who ask; what only the others needed is left for the
/// minifier to drop.
pub(crate) fn simplify(glue: &str) -> Result<String> {
    let (rest, _) = glue
        .split_once(THEIRS)
        .with_context(|| format!("this wasm-bindgen does not end its glue with `{THEIRS}`"))?;
    Ok([rest, OURS].concat())
}

/// What the glue ends with.
const THEIRS: &str = "export { initSync, __wbg_init as default };";

const OURS: &str = "\
let started;
export default function ({ module_or_path: module }) {
    return (started ??= WebAssembly.instantiate(module, __wbg_get_imports()).then(
        (instance) => __wbg_finalize_init(instance, module),
        (failure) => {
            started = undefined;
            throw failure;
        },
    ));
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_of_our_own_stands_in_the_place_of_theirs_and_nothing_else_changes() {
        let glue = format!("function __wbg_get_imports() {{}}\n{THEIRS}");
        let simplified = simplify(&glue).unwrap();
        assert!(simplified.starts_with("function __wbg_get_imports() {}\nlet started;"));
        assert!(!simplified.contains("initSync"));
    }

    #[test]
    fn a_glue_that_ends_in_another_way_is_an_error() {
        assert!(simplify("export { start as default };").is_err());
    }
}
