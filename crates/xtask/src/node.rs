//! Node and npm: the version check, the packages of `www`, and its scripts.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace::Workspace;
use crate::{stamp, steps};

/// The oldest major version of Node that the scripts in `www` may rely on.
const OLDEST_NODE: u32 = 20;

/// A call of `node` in `www`.
pub(crate) fn node(workspace: &Workspace) -> Command {
    let mut command = Command::new("node");
    command.current_dir(workspace.www());
    command
}

/// A call of `npm run <script>` in `www`.
pub(crate) fn script(workspace: &Workspace, name: &str) -> Command {
    let mut command = npm(workspace);
    command.args(["run", name]);
    command
}

/// Whether `www/package.json` has a script of that name.
pub(crate) fn has_script(workspace: &Workspace, name: &str) -> Result<bool> {
    let path = workspace.www().join("package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let package: Value = serde_json::from_str(&text).context("www/package.json is not JSON")?;
    Ok(package["scripts"][name].is_string())
}

/// Installs the packages of `www` exactly as locked, unless they are there already.
///
/// No package may run a script: esbuild finds its binary in its platform package and needs none.
///
/// # Errors
/// Node is missing or too old, the lockfile is missing, or npm fails.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    check_version()?;
    let lock = workspace.www().join("package-lock.json");
    let bytes = fs::read(&lock)
        .context("www/package-lock.json cannot be read: run `npm install --ignore-scripts` in www once")?;
    let digest = stamp::digest(&bytes);
    let stamp = workspace.memory().join("npm.stamp");
    // npm writes this file last, so a half finished installation is not taken for a whole one.
    let finished = workspace.www().join("node_modules/.package-lock.json").is_file();
    if finished && stamp::holds(&stamp, &digest) {
        steps::reuse("npm packages are as locked");
        return Ok(());
    }
    let mut command = npm(workspace);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    steps::run("install the npm packages of www", &mut command)?;
    stamp::set(&stamp, &digest)
}

fn npm(workspace: &Workspace) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(workspace.www());
    command
}

fn check_version() -> Result<()> {
    let Some(printed) = steps::ask("node", &["--version"]) else {
        bail!("Node {OLDEST_NODE} or newer is needed and `node` is not on PATH: see https://nodejs.org");
    };
    match major(&printed) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        Some(_) | None => {
            bail!("Node {OLDEST_NODE} or newer is needed, found {printed}: see https://nodejs.org")
        }
    }
}

fn major(printed: &str) -> Option<u32> {
    printed.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_node_prints() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major("vnext"), None);
    }
}
