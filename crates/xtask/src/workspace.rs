//! Where things are: the root, the target folder, `www` and the tools installed on demand.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The target a widget is compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The folders every task works in, as absolute paths.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the root two folders above this crate's manifest, and the target folder from `CARGO_TARGET_DIR`
    /// (relative to the current folder, as for Cargo) or beside the root manifest.
    pub(crate) fn find() -> Result<Self> {
        // Cargo says at run time which checkout it was called in. What it said when compiling may be another
        // one: two checkouts with one target folder share this binary.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .context("the xtask crate lies two folders below the workspace root")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
            Some(value) => env::current_dir()
                .context("the current folder has no path")?
                .join(value),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    pub(crate) fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("www/dist")
    }

    /// Root of `cargo install`, so that nothing is installed outside the target folder.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// What this crate remembers between runs.
    pub(crate) fn memory(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The debug build of the reference server.
    pub(crate) fn reference_server(&self) -> PathBuf {
        self.server_in("debug")
    }

    /// Its build for speed, which `cargo xtask bench` measures with.
    pub(crate) fn fast_reference_server(&self) -> PathBuf {
        self.server_in("release")
    }

    fn server_in(&self, folder: &str) -> PathBuf {
        self.target
            .join(folder)
            .join(format!("reference-server{}", env::consts::EXE_SUFFIX))
    }

    /// A call of the Cargo that runs this task, in the root, with the same target folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// `cargo build --locked`, to be followed by what to build.
    pub(crate) fn cargo_build(&self) -> Command {
        let mut command = self.cargo();
        command.args(["build", "--locked"]);
        command
    }
}
