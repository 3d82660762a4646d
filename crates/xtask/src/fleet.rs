//! `cargo xtask fleet`: a program of the simulator, compiled for speed.
//!
//! What it checks and prints is its own. Here it is only found, built and given its size.

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

/// The profile of the root manifest that optimises for speed and keeps the assertions.
const PROFILE: &str = "simulation";

/// Cuts a fleet of clients at one instant and prints what their return does to the platform.
pub(crate) fn run(workspace: &Workspace, clients: Option<u64>) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--quiet", "--profile", PROFILE]);
    command.args(["--package", "miptech-chat-simulator", "--bin", "fleet", "--"]);
    if let Some(clients) = clients {
        command.args(["--clients", &clients.to_string()]);
    }
    steps::run("cut a fleet of clients at one instant", &mut command)
}
