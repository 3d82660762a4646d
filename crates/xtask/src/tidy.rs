//! `cargo xtask tidy`: the walls between rooms and the house rules, as checks on text.
//!
//! Every check is a function from a tree of files to findings, so that its tests need no repository. The
//! compiler and clippy keep what they can; here is the rest.

mod acceptance;
mod bans;
mod dependencies;
mod files;
mod imports;
mod source;
mod tree;

use anyhow::{Result, bail};

use crate::steps;
use crate::tidy::tree::{Finding, Tree};
use crate::workspace::Workspace;

/// Checks all files of the repository, tracked or new, but not ignored ones.
///
/// # Errors
/// There are findings, which are printed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let tree = Tree::read(workspace.root())?;
    let findings = check(&tree);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => steps::reuse(format!("tidy: {} files follow the house rules", tree.len())),
        1 => bail!("tidy: one finding"),
        count => bail!("tidy: {count} findings"),
    }
    Ok(())
}

fn check(tree: &Tree) -> Vec<Finding> {
    let checks = [
        acceptance::check,
        files::module_docs,
        files::lengths,
        files::module_files,
        files::changelog,
        files::machine_paths,
        dependencies::check,
        imports::check,
        bans::check,
        bans::clocks,
        bans::paths_of_the_platform,
        bans::lifted_lints,
        bans::printed_values,
    ];
    let mut findings: Vec<_> = checks.iter().flat_map(|check| check(tree)).collect();
    findings.sort();
    findings
}
