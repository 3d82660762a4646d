//! The proof that the session core touches nothing outside itself: its wasm has no imports.
//!
//! The core is compiled as an example that exports `drive`, which walks through a whole conversation. A
//! build that exports nothing would have no imports either, so the export is required too.

use std::fs;

use anyhow::{Context, Result, bail};
use walrus::{ExportItem, Module};

use crate::steps;
use crate::workspace::{WASM_TARGET, Workspace};

/// The export that keeps the check from being vacuous.
const ENTRY: &str = "drive";

/// Builds the example and looks into it.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo_build();
    command.args([
        "-p",
        "miptech-chat-session",
        "--example",
        "purity",
        "--target",
        WASM_TARGET,
        "--release",
    ]);
    steps::run("compile the session core alone to WebAssembly", &mut command)?;
    let path = workspace
        .target()
        .join(WASM_TARGET)
        .join("release/examples/purity.wasm");
    steps::work("look for imports in the session core", || {
        let bytes = fs::read(&path).with_context(|| {
            format!(
                "{} is missing: the example must have the crate type cdylib",
                path.display()
            )
        })?;
        check(&bytes)
    })
}

fn check(wasm: &[u8]) -> Result<()> {
    let module = Module::from_buffer(wasm).context("the example is not WebAssembly")?;
    let imports: Vec<_> = module
        .imports
        .iter()
        .map(|import| format!("{}.{}", import.module, import.name))
        .collect();
    if !imports.is_empty() {
        bail!(
            "the session core must import nothing, but it imports {}",
            imports.join(", ")
        );
    }
    let is_entry =
        |export: &walrus::Export| export.name == ENTRY && matches!(export.item, ExportItem::Function(_));
    if !module.exports.iter().any(is_entry) {
        bail!("the example must export the function `{ENTRY}`, else it proves nothing");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use walrus::{FunctionBuilder, ModuleConfig};

    use super::*;

    /// A module whose function is exported under `name`.
    fn exporting(name: &str) -> Module {
        let mut module = Module::with_config(ModuleConfig::new());
        let function = FunctionBuilder::new(&mut module.types, &[], &[]).finish(vec![], &mut module.funcs);
        module.exports.add(name, function);
        module
    }

    #[test]
    fn a_module_that_exports_drive_and_imports_nothing_is_pure() {
        check(&exporting("drive").emit_wasm()).unwrap();
    }

    #[test]
    fn an_import_is_named() {
        let mut module = exporting("drive");
        let kind = module.types.add(&[], &[]);
        module.add_import_func("env", "now", kind);
        let error = check(&module.emit_wasm()).unwrap_err().to_string();
        assert!(error.contains("env.now"), "{error}");
    }

    #[test]
    fn a_module_without_drive_proves_nothing() {
        let error = check(&exporting("other").emit_wasm()).unwrap_err().to_string();
        assert!(error.contains("`drive`"), "{error}");
    }

    #[test]
    fn something_else_than_wasm_is_refused() {
        assert!(check(b"<!doctype html>").is_err());
    }
}
