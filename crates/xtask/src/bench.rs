//! `cargo xtask bench`: measures how soon the chat stands, how fast answers are read and shown, and what
//! long conversations cost.
//!
//! The programs that measure leave JSON in `target/bench`, one file each; here they are built, run and put into
//! tables. It is no check and no part of `cargo xtask test`: a wall clock says as much about the machine as about us.

mod machine;
mod report;

use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::workspace::Workspace;
use crate::{browser, build, node, steps};

/// Something to measure. The order of the variants is the order of a whole run: quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// The Markdown engine by itself.
    Native,
    /// The first opening of the panel in Chromium.
    Opening,
    /// Long conversations in Chromium.
    Transcript,
    /// Streamed answers in Chromium, beside two control pages.
    Stream,
}

impl Part {
    const ALL: [Self; 4] = [Self::Native, Self::Opening, Self::Transcript, Self::Stream];

    /// The name of its program and of its results.
    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Opening => "opening",
            Self::Transcript => "transcript",
            Self::Stream => "stream",
        }
    }

    /// What it is, as a step.
    fn what(self) -> &'static str {
        match self {
            Self::Native => "measure the Markdown engine",
            Self::Opening => "measure the first opening in Chromium",
            Self::Transcript => "measure long conversations in Chromium",
            Self::Stream => "measure streamed answers in Chromium (a quarter of an hour)",
        }
    }

    fn results(self, workspace: &Workspace) -> PathBuf {
        folder(workspace).join(format!("{}.json", self.name()))
    }
}

/// Builds what is measured, and measures it.
pub(crate) fn measure(workspace: &Workspace, chosen: &[Part], rounds: Option<NonZeroU32>) -> Result<()> {
    let is_chosen = |part: &Part| chosen.is_empty() || chosen.contains(part);
    let parts: Vec<Part> = Part::ALL.into_iter().filter(is_chosen).collect();
    let folder = folder(workspace);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    if parts.iter().any(|part| *part != Part::Native) {
        build::run(workspace)?;
        let mut server = workspace.cargo_build();
        // The server of the tests is built for its own debugging, and would be what is measured.
        server.args(["--profile", "bench", "-p", "reference-server"]);
        steps::run("compile the reference server for speed", &mut server)?;
    }
    for part in parts {
        match part {
            Part::Native => native(workspace)?,
            Part::Opening | Part::Transcript | Part::Stream => in_chromium(workspace, part, rounds)?,
        }
    }
    Ok(())
}

/// Prints the tables of what was measured last, each part whenever that was.
pub(crate) fn show(workspace: &Workspace) -> Result<()> {
    println!("\n{}", report::text(workspace)?);
    Ok(())
}

/// Puts the tables into the document that explains them.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let path = workspace.root().join("docs/PERFORMANCE.md");
    let document = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let document = report::put_between_marks(&document, &report::text(workspace)?)
        .with_context(|| format!("{} has no place for tables", path.display()))?;
    fs::write(&path, document).with_context(|| format!("cannot write {}", path.display()))
}

fn native(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "bench",
        "--locked",
        "-p",
        "miptech-chat-markdown",
        "--bench",
        "throughput",
    ]);
    let output = steps::run_and_read(Part::Native.what(), &mut command)?;
    let results = output.lines().find(|line| line.starts_with('{'));
    let results = results.context("the bench of the Markdown engine printed no results")?;
    fs::write(Part::Native.results(workspace), results).context("cannot keep the results")
}

fn in_chromium(workspace: &Workspace, part: Part, rounds: Option<NonZeroU32>) -> Result<()> {
    let chromium = browser::ensure_chromium()?;
    node::install(workspace)?;
    let mut command = node::script(workspace, "bench");
    command
        .args(["--", part.name()])
        .env("REFERENCE_SERVER", workspace.fast_reference_server())
        .env("CHROMIUM", chromium)
        .env("BENCH_RESULTS", folder(workspace));
    if let Some(rounds) = rounds {
        command.env("BENCH_ROUNDS", rounds.to_string());
    }
    steps::run(part.what(), &mut command)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("bench")
}
