//! Everything this repository can do to itself: `cargo xtask <command>`.
//!
//! Builds, checks and serves what the other crates and `www` contain; nothing here reaches a visitor.
//! Must never depend on a crate of this workspace, so that it builds when they do not.

mod bench;
mod browser;
mod build;
mod bundle;
mod demo;
mod fleet;
mod lockfile;
mod names;
mod node;
mod page_config;
mod purity;
mod simulate;
mod size;
mod split;
mod stamp;
mod start;
mod steps;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::bench::Part;
use crate::simulate::Seeds;
use crate::test::Check;
use crate::workspace::Workspace;

/// Everything this repository can do to itself.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Measure how fast answers are read and shown, and what long conversations cost.
    Bench {
        /// What to measure, always in the order of this list; everything when nothing is named.
        #[arg(value_enum)]
        parts: Vec<Part>,
        /// How many rounds a stream has at most, for an impatient look.
        #[arg(long)]
        rounds: Option<NonZeroU32>,
        /// Write the tables into docs/PERFORMANCE.md.
        #[arg(long)]
        write: bool,
        /// Measure nothing: show what was measured last.
        #[arg(long)]
        last: bool,
    },
    /// Build the widget: leaves www/dist complete.
    Build,
    /// Build everything and serve the demo page until Ctrl-C.
    Demo {
        /// Where the reference server listens.
        #[arg(long, default_value = "127.0.0.1:8000")]
        listen: SocketAddr,
    },
    /// Cut 100 000 simulated clients at one instant and hold their return to its targets.
    Fleet {
        /// How many clients instead.
        #[arg(long)]
        clients: Option<u64>,
    },
    /// Write config.js, the page's options from the environment, into a folder.
    PageConfig {
        /// Where the page will be; a hook of Trunk leaves it out, because Trunk names its folder by itself.
        folder: Option<PathBuf>,
    },
    /// Tell a fresh session what an exported trace says, and print what changed.
    Replay {
        /// The file.
        trace: PathBuf,
    },
    /// Run the session in simulated browsers under every fault, one run for each seed.
    Simulate {
        /// The seeds, the last one left out.
        #[arg(long, default_value_t)]
        seeds: Seeds,
        /// Look afterwards whether planted defects are found.
        #[arg(long)]
        defects: bool,
    },
    /// Print what a visitor downloads and fail above budgets.toml.
    Size,
    /// Run every check in order, or only the named ones.
    Test {
        /// The checks to run, always in the order of this list.
        #[arg(value_enum)]
        checks: Vec<Check>,
    },
    /// Check the walls between rooms and the house rules.
    Tidy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match task {
        Task::Bench {
            parts,
            rounds,
            write,
            last,
        } => {
            if !last {
                bench::measure(&workspace, &parts, rounds)?;
            }
            bench::show(&workspace)?;
            if write {
                bench::write(&workspace)?;
            }
        }
        Task::Build => build::run(&workspace)?,
        Task::Demo { listen } => demo::run(&workspace, listen)?,
        Task::Fleet { clients } => fleet::run(&workspace, clients)?,
        Task::PageConfig { folder } => page_config::run(folder)?,
        Task::Replay { trace } => simulate::replay(&workspace, &std::path::absolute(trace)?)?,
        Task::Simulate { seeds, defects } => {
            simulate::seeds(&workspace, seeds)?;
            if defects {
                simulate::defects(&workspace)?;
            }
        }
        Task::Size => size::run(&workspace)?,
        Task::Test { checks } => return Ok(test::run(&workspace, &checks)),
        Task::Tidy => tidy::run(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}
