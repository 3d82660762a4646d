//! What `Cargo.lock` says about wasm-bindgen.
//!
//! The macro in the widget and the tool that reads its output speak a private format that changes with
//! every release, so both must be of one version.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::workspace::Workspace;

#[derive(Debug, Deserialize)]
struct Lockfile {
    package: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// The one version of wasm-bindgen in the lockfile.
///
/// # Errors
/// The widget's version is not the tool's, or one of them is missing.
pub(crate) fn wasm_bindgen_version(workspace: &Workspace) -> Result<String> {
    let path = workspace.root().join("Cargo.lock");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    common_version(&text)
}

fn common_version(text: &str) -> Result<String> {
    let lockfile: Lockfile = toml::from_str(text).context("Cargo.lock is not a lockfile")?;
    let widget = version_of(&lockfile, "wasm-bindgen")?;
    let tool = version_of(&lockfile, "wasm-bindgen-cli-support")?;
    if widget != tool {
        bail!(
            "Cargo.lock has wasm-bindgen {widget} but wasm-bindgen-cli-support {tool}; they must be equal: \
             run `cargo update -p wasm-bindgen-cli-support --precise {widget}` \
             or `cargo update -p wasm-bindgen --precise {tool}`"
        );
    }
    Ok(widget.to_owned())
}

fn version_of<'a>(lockfile: &'a Lockfile, name: &str) -> Result<&'a str> {
    let mut versions = lockfile.package.iter().filter(|package| package.name == name);
    match (versions.next(), versions.next()) {
        (Some(package), None) => Ok(&package.version),
        (None, _) => bail!("Cargo.lock has no {name}: run `cargo metadata` once to complete it"),
        (Some(_), Some(_)) => bail!("Cargo.lock has more than one {name}: run `cargo tree -d` to see why"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str)]) -> String {
        let entry = |(name, version): &(&str, &str)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
        };
        packages.iter().map(entry).collect()
    }

    #[test]
    fn equal_versions_are_the_answer() {
        let text = lock(&[
            ("wasm-bindgen", "0.2.130"),
            ("wasm-bindgen-cli-support", "0.2.130"),
        ]);
        assert_eq!(common_version(&text).unwrap(), "0.2.130");
    }

    #[test]
    fn unequal_versions_name_the_cure() {
        let text = lock(&[
            ("wasm-bindgen", "0.2.131"),
            ("wasm-bindgen-cli-support", "0.2.130"),
        ]);
        let error = common_version(&text).unwrap_err().to_string();
        assert!(
            error.contains("cargo update -p wasm-bindgen-cli-support --precise 0.2.131"),
            "{error}"
        );
    }

    #[test]
    fn a_second_copy_is_refused() {
        let text = lock(&[("wasm-bindgen", "0.2.130"), ("wasm-bindgen", "0.2.99")]);
        assert!(
            common_version(&text)
                .unwrap_err()
                .to_string()
                .contains("more than one wasm-bindgen")
        );
    }

    #[test]
    fn a_missing_package_is_named() {
        let error = common_version(&lock(&[("wasm-bindgen", "0.2.130")]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no wasm-bindgen-cli-support"), "{error}");
    }
}
