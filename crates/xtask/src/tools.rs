//! Programs that are no libraries of ours: Rust targets and tools, installed into the target folder on demand.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::workspace::{WASM_TARGET, Workspace};
use crate::{lockfile, steps};

/// The version of Trunk that continuous integration builds `index.html` with.
const TRUNK_VERSION: &str = "0.21.14";

/// What to do where the sources of the standard library cannot be fetched.
const NO_SOURCES: &str = "the widget is built together with the standard library, whose sources this toolchain \
    lacks; `rustup component add rust-src` adds them and needs the network once";

/// Adds the wasm target when the toolchain lacks it.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    if sysroot()?.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        return Ok(());
    }
    let mut command = std::process::Command::new("rustup");
    steps::run(
        "add the wasm target to the toolchain",
        command.args(["target", "add", WASM_TARGET]),
    )
}

/// Adds the sources of the standard library when the toolchain lacks them, and returns their folder.
///
/// # Errors
/// They cannot be had. A build without them would be another, heavier file under the same version, so there is none.
pub(crate) fn ensure_rust_source() -> Result<PathBuf> {
    let library = sysroot()?.join("lib/rustlib/src/rust/library");
    // What cargo reads first; a folder alone may be left over.
    let lock = library.join("Cargo.lock");
    if !lock.is_file() {
        let mut command = std::process::Command::new("rustup");
        steps::run(
            "add the sources of the standard library to the toolchain",
            command.args(["component", "add", "rust-src"]),
        )
        .context(NO_SOURCES)?;
    }
    if !lock.is_file() {
        bail!("{NO_SOURCES}: {} is missing", lock.display());
    }
    Ok(library)
}

fn sysroot() -> Result<PathBuf> {
    steps::ask("rustc", &["--print", "sysroot"])
        .map(PathBuf::from)
        .context("`rustc` is not on PATH: see https://rustup.rs")
}

/// Installs the command line tools of the lockfile's wasm-bindgen, and returns the test runner.
pub(crate) fn ensure_wasm_bindgen(workspace: &Workspace) -> Result<PathBuf> {
    let version = lockfile::wasm_bindgen_version(workspace)?;
    let runner = binary(workspace, "wasm-bindgen-test-runner");
    let wanted = format!("wasm-bindgen-test-runner {version}");
    if steps::ask(&runner, &["--version"]).as_deref() != Some(wanted.as_str()) {
        install(workspace, "wasm-bindgen-cli", &version)?;
    }
    Ok(runner)
}

/// Finds Trunk, or installs it under continuous integration; `None` when a person has not got it.
pub(crate) fn find_trunk(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let own = binary(workspace, "trunk");
    if is_continuous_integration() {
        if steps::ask(&own, &["--version"]).as_deref() != Some(&format!("trunk {TRUNK_VERSION}")) {
            install(workspace, "trunk", TRUNK_VERSION)?;
        }
        return Ok(Some(own));
    }
    Ok(own
        .is_file()
        .then_some(own)
        .or_else(|| steps::find_on_path("trunk")))
}

/// The folder of the installed programs.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("bin")
}

fn binary(workspace: &Workspace, name: &str) -> PathBuf {
    folder(workspace).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Installs with the program's own lockfile.
///
/// A registry mirror may lag behind that lockfile; then the same version of the program is built with the
/// dependencies the mirror has, and the output says so.
fn install(workspace: &Workspace, name: &str, version: &str) -> Result<()> {
    let title = format!("install {name} {version} (takes minutes, once)");
    let command = |locked: bool| {
        let mut command = workspace.cargo();
        command.args(["install", name, "--version", &format!("={version}"), "--root"]);
        command.arg(workspace.tools());
        if locked {
            command.arg("--locked");
        }
        command
    };
    let Err(error) = steps::run(&title, &mut command(true)) else {
        return Ok(());
    };
    println!("    {error:#}");
    println!("    trying again without --locked: {name} stays {version}, its dependencies may be others");
    steps::run(&title, &mut command(false))
}

fn is_continuous_integration() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
