//! `cargo xtask simulate` and `replay`: programs of the simulator, compiled for speed.
//!
//! What they check and print is their own. Here they are only found, built and told what to do.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::Result;

use crate::steps;
use crate::workspace::Workspace;

/// The profile of the root manifest that optimises for speed and keeps the assertions.
const PROFILE: &str = "simulation";

/// The seeds every submission runs (`faults.md`, promise 20).
const SUBMISSION: Seeds = Seeds { first: 0, end: 2000 };

/// The seeds of a run: `0..2000` leaves the last number out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seeds {
    first: u64,
    end: u64,
}

impl Default for Seeds {
    fn default() -> Self {
        SUBMISSION
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once("..").and_then(|(first, end)| {
            let (first, end) = (first.parse().ok()?, end.parse().ok()?);
            (first < end).then_some(Self { first, end })
        });
        numbers.ok_or_else(|| "expected two growing numbers like 0..2000".to_owned())
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.end)
    }
}

/// Runs the seeds, and those that ever failed.
pub(crate) fn seeds(workspace: &Workspace, seeds: Seeds) -> Result<()> {
    let mut command = program(workspace, "simulate", &[]);
    command.args(["--seeds", &seeds.to_string()]);
    steps::run("simulate the session under every fault", &mut command)
}

/// Plants every known defect in turn and demands that the simulator finds each.
pub(crate) fn defects(workspace: &Workspace) -> Result<()> {
    let mut command = program(workspace, "simulate", &["--features", "defects"]);
    steps::run(
        "look whether the simulator finds planted defects",
        command.arg("--defects"),
    )
}

/// Tells a fresh session what the file of a trace says, and prints what changed.
pub(crate) fn replay(workspace: &Workspace, file: &Path) -> Result<()> {
    let mut command = program(workspace, "replay", &[]);
    steps::run("replay the trace", command.arg(file))
}

/// Compiles the program behind [`replay`], and tells where it is.
///
/// # Errors
/// It does not compile.
pub(crate) fn compile_replay(workspace: &Workspace) -> Result<PathBuf> {
    let mut command = workspace.cargo();
    command.args(["build", "--locked", "--quiet", "--profile", PROFILE]);
    command.args(["--package", "miptech-chat-simulator", "--bin", "replay"]);
    steps::run("compile the replay of traces", &mut command)?;
    let name = format!("replay{}", env::consts::EXE_SUFFIX);
    Ok(workspace.target().join(PROFILE).join(name))
}

/// `cargo run` of a program, to be followed by its own arguments.
fn program(workspace: &Workspace, name: &str, features: &[&str]) -> Command {
    let mut command = workspace.cargo();
    command.args(["run", "--locked", "--quiet", "--profile", PROFILE]);
    command.args(["--package", "miptech-chat-simulator", "--bin", name]);
    command.args(features).arg("--");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_as_they_are_printed() {
        let seeds: Seeds = "17..42".parse().unwrap();
        assert_eq!(seeds, Seeds { first: 17, end: 42 });
        assert_eq!(seeds.to_string(), "17..42");
    }

    #[test]
    fn seeds_that_are_none_are_refused() {
        for text in ["", "7", "7..", "..7", "7..7", "9..7", "0..=7", "-1..7", "a..b"] {
            assert!(text.parse::<Seeds>().is_err(), "{text}");
        }
    }
}
