//! `cargo xtask demo`: builds everything and serves the demo page until Ctrl-C.

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{build, page_config, steps};

/// Builds the widget and the reference server, then becomes the server.
pub(crate) fn run(workspace: &Workspace, listen: SocketAddr) -> Result<()> {
    // A minute of building is better not spent on an address that cannot be had.
    check_free(listen)?;
    build::run(workspace)?;
    compile_server(workspace)?;
    let folder = workspace.target().join("demo");
    let pages = lay_out(&workspace.www().join("demo"), &folder)?;
    page_config::write(&pages)?;

    let mut server = Command::new(workspace.reference_server());
    server.current_dir(workspace.root());
    server.arg("--listen").arg(listen.to_string());
    server.arg("--database").arg(folder.join("platform.sqlite"));
    server.args(["--knowledge", "docs", "--dist", "www/dist"]);
    server.arg("--pages").arg(pages);
    check_free(listen)?;
    println!("\n    The demo is at  http://{listen}/\n    Ctrl-C ends it.\n");
    let _ = std::io::stdout().flush();
    become_server(server)
}

/// Copies the demo's pages, so that what the environment says about the platform stands beside them and not among the
/// sources.
fn lay_out(sources: &Path, folder: &Path) -> Result<PathBuf> {
    let pages = folder.join("pages");
    fs::create_dir_all(&pages).with_context(|| format!("cannot create {}", pages.display()))?;
    let entries = fs::read_dir(sources).with_context(|| format!("cannot read {}", sources.display()))?;
    for entry in entries {
        let source = entry.context("cannot read the demo's pages")?.path();
        let name = source.file_name().context("a page has a name")?;
        fs::copy(&source, pages.join(name)).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(pages)
}

/// Compiles the reference server without optimisation: it is fast enough, and much sooner there.
pub(crate) fn compile_server(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo_build();
    steps::run(
        "compile the reference server",
        command.args(["-p", "reference-server"]),
    )
}

fn check_free(listen: SocketAddr) -> Result<()> {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {} is taken by another program: end that one, \
                 or choose another address with `cargo xtask demo --listen 127.0.0.1:8001`",
                listen.port()
            )
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {listen}")),
    }
}

/// Replaces this process by the server, so that Ctrl-C and every other signal reach it directly.
#[cfg(unix)]
fn become_server(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("cannot start the reference server")
}

/// Waits for the server; the console sends Ctrl-C to both processes.
#[cfg(not(unix))]
fn become_server(mut server: Command) -> Result<()> {
    let status = server.status().context("cannot start the reference server")?;
    if !status.success() {
        bail!("the reference server ended ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_served_are_copies() {
        let folder = std::env::temp_dir().join(format!("miptech-demo-{}", std::process::id()));
        let sources = folder.join("sources");
        fs::create_dir_all(&sources).unwrap();
        fs::write(sources.join("index.html"), "a page").unwrap();
        fs::write(sources.join(page_config::FILE), "as checked in").unwrap();
        for _ in 0..2 {
            let pages = lay_out(&sources, &folder).unwrap();
            page_config::write(&pages).unwrap();
            let served = |name| fs::read_to_string(pages.join(name)).unwrap();
            assert_eq!(served("index.html"), "a page");
            assert!(served(page_config::FILE).starts_with("window.MIPTechChatConfig = {"));
        }
        let source = fs::read_to_string(sources.join(page_config::FILE)).unwrap();
        assert_eq!(source, "as checked in");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_taken_port_names_the_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = check_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(error.contains("--listen"), "{error}");
    }

    #[test]
    fn a_free_port_is_left_free() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        check_free(address).unwrap();
        check_free(address).unwrap();
    }
}
