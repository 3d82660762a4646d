//! `cargo xtask build`: leaves `www/dist` complete.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::bundle::Bundle;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{node, steps, tools};

/// Compiles the widget, makes its wasm and its glue, and lets `www/build.mjs` add the JavaScript doors.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure_wasm_target()?;
    let library = tools::ensure_rust_source()?;
    node::install(workspace)?;
    compile(workspace, &library)?;
    let bundle = Bundle::produce(workspace)?;
    let mut doors = node::node(workspace);
    doors
        .args(["build.mjs", "--wasm", &bundle.wasm.join(","), "--glue"])
        .arg(&bundle.glue);
    steps::run("bundle the JavaScript doors of www", &mut doors)?;
    println!("\nwww/dist is complete.");
    Ok(())
}

/// Compiles the widget together with the standard library, whose sources are in `library`.
fn compile(workspace: &Workspace, library: &Path) -> Result<()> {
    let mut fetch = workspace.cargo();
    fetch.args(["fetch", "--locked", "--target", WASM_TARGET]);
    with_own_std(&mut fetch);
    steps::run("fetch the dependencies", &mut fetch)?;
    let mut command = workspace.cargo();
    // The manifest asks for an rlib too, for the tests. Beside one cargo leaves out the optimisation across crates,
    // which is a tenth of the download.
    command.args([
        "rustc",
        "--locked",
        "--release",
        "--lib",
        "--crate-type",
        "cdylib",
        "--no-default-features",
        "--target",
        WASM_TARGET,
        "-p",
        "miptech-chat",
    ]);
    with_own_std(&mut command);
    let mut flags = SILENCE.map(str::to_owned).to_vec();
    flags.extend(remapped_paths(workspace, library)?);
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    steps::run("compile the widget to WebAssembly", &mut command)
}

/// A panic is a trap at once: it has no words and formats none. Whoever called the widget's code sees the trap
/// (`www/src/guard.ts`), and a message would tell a visitor nothing.
const SILENCE: [&str; 5] = [
    "-Cpanic=immediate-abort",
    "-Zunstable-options",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // Tells which function leads to which (`split.rs`); nothing of it is left in what is published.
    "-Clink-arg=--emit-relocs",
];

/// Lets this one call build the standard library for size (`docs/decisions/0012-standard-library-from-source.md`).
///
/// The pinned compiler takes these flags only with the variable, which no other call is given.
fn with_own_std(command: &mut Command) {
    command
        .args([
            "-Zbuild-std=std,panic_abort",
            "-Zbuild-std-features=optimize_for_size",
        ])
        .env("RUSTC_BOOTSTRAP", "1");
}

/// Flags that shorten the source paths in panic messages: what a visitor downloads names no folder of the machine
/// it was built on, and every byte counts.
fn remapped_paths(workspace: &Workspace, library: &Path) -> Result<Vec<String>> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
        .context("neither CARGO_HOME nor HOME is set")?;
    let mut folders = vec![workspace.root().to_path_buf(), library.to_path_buf()];
    // Absent before the first download of a dependency; `cargo fetch` has made it by then or fails by itself.
    if let Ok(registries) = fs::read_dir(home.join("registry/src")) {
        folders.extend(registries.flatten().map(|entry| entry.path()));
    }
    Ok(folders
        .iter()
        .map(|folder| format!("--remap-path-prefix={}/=", folder.display()))
        .collect())
}
