//! `cargo xtask build`: leaves `www/dist` complete.

use anyhow::Result;

use crate::bundle::Bundle;
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{node, steps, tools};

/// Compiles the widget, makes its two hashed files, and lets `www/build.mjs` add the JavaScript doors.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    tools::ensure_wasm_target()?;
    node::install(workspace)?;
    compile(workspace)?;
    let bundle = Bundle::produce(workspace)?;
    let mut doors = node::node(workspace);
    doors.args(["build.mjs", "--wasm", &bundle.wasm, "--glue", &bundle.glue]);
    steps::run("bundle the JavaScript doors of www", &mut doors)?;
    println!("\nwww/dist is complete.");
    Ok(())
}

fn compile(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo_build();
    command.args([
        "--release",
        "--lib",
        "--target",
        WASM_TARGET,
        "-p",
        "miptech-chat",
    ]);
    // A stripped module has no list of its target features, which wasm-bindgen reads. It and wasm-opt
    // remove all that stripping would.
    command.env("CARGO_PROFILE_RELEASE_STRIP", "none");
    steps::run("compile the widget to WebAssembly", &mut command)
}
