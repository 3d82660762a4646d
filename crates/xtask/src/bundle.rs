//! From the compiler's wasm to the one a page loads, under a content-hashed name, and its glue, which `www/build.mjs`
//! bundles with what else is fetched beside it.
//!
//! wasm-bindgen runs as a library of the lockfile's version, wasm-opt comes from npm's `binaryen`. Both
//! are skipped when nothing they depend on has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::split::{self, Plan};
use crate::workspace::{WASM_TARGET, Workspace};
use crate::{lockfile, names, stamp, start, steps};

/// How every hashed file begins.
const STEM: &str = "miptech-chat";

/// How many hexadecimal digits of the content's SHA-256 a file name carries.
const HASH_DIGITS: usize = 10;

/// What is done to glue and wasm here besides: another way of it makes other files of the same input.
const OWN_STEPS: [&str; 7] = [
    include_str!("names.rs"),
    include_str!("start.rs"),
    include_str!("split.rs"),
    include_str!("split/cut.rs"),
    include_str!("split/data.rs"),
    include_str!("split/graph.rs"),
    include_str!("split/table.rs"),
];

/// How wasm-opt shrinks, and what it may use. `--all-features` emits encodings that Firefox and Safari refuse.
///
/// Chosen by what is left after brotli. Large functions with one caller stay where they are: inlined they share no
/// more local variables with their likes, which compresses worse. Flattening and building the control flow anew finds
/// shorter forms than the compiler's.
const WASM_OPT: [&str; 20] = [
    "--one-caller-inline-max-function-size=28",
    "--gufa",
    "-Oz",
    "--gufa",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "--gufa-optimizing",
    "-Os",
    "--converge",
    "--merge-similar-functions",
    "-Os",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What a build of the widget gives to the JavaScript around it.
#[derive(Debug, PartialEq)]
pub(crate) struct Bundle {
    /// The names of the wasm files in `www/dist`: the first part, and those that come later, in their order.
    pub(crate) wasm: Vec<String>,
    /// Where the glue is, as wasm-bindgen wrote it but for short names.
    pub(crate) glue: PathBuf,
}

impl Bundle {
    /// Makes both files from the compiled widget, or reuses those made from the same inputs.
    pub(crate) fn produce(workspace: &Workspace) -> Result<Self> {
        let version = lockfile::wasm_bindgen_version(workspace)?;
        let raw = workspace
            .target()
            .join(WASM_TARGET)
            .join("release/miptech_chat.wasm");
        let inputs = inputs(workspace, &raw, &version)?;
        let stamp = workspace.memory().join("bundle.stamp");
        let folder = workspace.memory().join("bindgen");
        let glue = folder.join(format!("{STEM}.js"));
        if let Ok(wasm) = parts(&workspace.dist())
            && stamp::holds(&stamp, &format!("{inputs}\n{}\n", wasm.join(" ")))
            && glue.exists()
            && wasm.iter().all(|name| is_intact(&workspace.dist(), name))
        {
            steps::reuse("glue and optimised wasm are up to date");
            return Ok(Self { wasm, glue });
        }

        let plan = steps::work(&format!("generate the glue with wasm-bindgen {version}"), || {
            bind(&raw, &folder)
        })?;
        let bound = folder.join(format!("{STEM}_bg.wasm"));
        let optimised = folder.join("optimised.wasm");
        let mut optimise = tool(workspace, "wasm-opt");
        // Names tell until the end which function is which, and a gate stays a call.
        optimise
            .arg("--debuginfo")
            .args(plan.gates().map(|gate| format!("--no-inline={gate}")));
        optimise.args(WASM_OPT).arg(&bound).arg("-o").arg(&optimised);
        steps::run("optimise the wasm for size", &mut optimise)?;

        let wasm = steps::work("cut the wasm into its parts", || {
            let whole =
                fs::read(&optimised).with_context(|| format!("cannot read {}", optimised.display()))?;
            publish(&workspace.dist(), &split::cut(&whole, &plan)?)
        })?;
        stamp::set(&stamp, &format!("{inputs}\n{}\n", wasm.join(" ")))?;
        Ok(Self { wasm, glue })
    }
}

/// Finds the one hashed file of a build in `dist` whose name ends so.
///
/// # Errors
/// There is none, or more than one: the cure is a build.
pub(crate) fn find(dist: &Path, extension: &str) -> Result<String> {
    find_of(dist, STEM, extension)
}

fn find_of(dist: &Path, stem: &str, extension: &str) -> Result<String> {
    let mut names = hashed_files(dist)?
        .into_iter()
        .filter(|name| name.ends_with(extension) && is_hashed_name(stem, name));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => bail!("www/dist has no {stem}-*{extension}: run `cargo xtask build` first"),
        (Some(_), Some(_)) => {
            bail!("www/dist has more than one {stem}-*{extension}: run `cargo xtask build`")
        }
    }
}

/// The wasm files of a build in `dist`: the first part, and those that come later, in their order.
///
/// # Errors
/// One of them is missing, or there more than once: the cure is a build.
pub(crate) fn parts(dist: &Path) -> Result<Vec<String>> {
    stems().map(|stem| find_of(dist, &stem, ".wasm")).collect()
}

/// How the files of the parts begin.
fn stems() -> impl Iterator<Item = String> {
    let later = split::LATER.iter().map(|part| format!("{STEM}-{part}"));
    std::iter::once(STEM.to_owned()).chain(later)
}

/// Replaces the hashed wasm files in `dist` by these.
fn publish(dist: &Path, parts: &[Vec<u8>]) -> Result<Vec<String>> {
    fs::create_dir_all(dist).with_context(|| format!("cannot create {}", dist.display()))?;
    for name in hashed_files(dist)?.iter().filter(|name| name.ends_with(".wasm")) {
        fs::remove_file(dist.join(name)).with_context(|| format!("cannot remove {name}"))?;
    }
    let named = stems().zip(parts);
    named
        .map(|(stem, bytes)| {
            let name = hashed_name(&stem, bytes, "wasm");
            fs::write(dist.join(&name), bytes).with_context(|| format!("cannot write {name}"))?;
            Ok(name)
        })
        .collect()
}

/// Whether a file still holds what its name says.
fn is_intact(dist: &Path, wasm: &str) -> bool {
    let stem = wasm.rsplit_once('-').map_or(wasm, |(stem, _)| stem);
    fs::read(dist.join(wasm)).is_ok_and(|bytes| hashed_name(stem, &bytes, "wasm") == wasm)
}

/// One line for everything the two files depend on.
fn inputs(workspace: &Workspace, raw: &Path, wasm_bindgen: &str) -> Result<String> {
    let bytes = fs::read(raw).with_context(|| format!("cannot read {}", raw.display()))?;
    let parts = [
        &stamp::digest(&bytes),
        wasm_bindgen,
        &installed_version(workspace, "binaryen")?,
        &WASM_OPT.join(" "),
        &stamp::digest(OWN_STEPS.concat().as_bytes()),
    ];
    Ok(parts.join(" "))
}

fn installed_version(workspace: &Workspace, package: &str) -> Result<String> {
    let manifest = workspace
        .www()
        .join("node_modules")
        .join(package)
        .join("package.json");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("www/package.json must list `{package}` in its devDependencies"))?;
    let manifest: Value =
        serde_json::from_str(&text).with_context(|| format!("the manifest of {package} is not JSON"))?;
    Ok(manifest["version"].to_string())
}

/// Runs wasm-bindgen over `raw` and leaves its output alone in `folder`; tells what of it comes when.
fn bind(raw: &Path, folder: &Path) -> Result<Plan> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let mut output = Bindgen::new()
        .input_path(raw)
        .out_name(STEM)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .demangle(false)
        .remove_producers_section(true)
        .generate_output()?;
    // Every crate with bindings is listed, most of them with nothing.
    let inline = output.snippets().iter().filter(|(_, parts)| !parts.is_empty());
    if let Some(snippet) = inline
        .map(|(name, _)| name)
        .chain(output.local_modules().keys())
        .min()
    {
        bail!("the glue must be one file, but a dependency brings its own JavaScript: {snippet}");
    }
    let module = output.wasm_mut();
    let linked = fs::read(raw).with_context(|| format!("cannot read {}", raw.display()))?;
    let plan = Plan::of(&linked, module)?;
    // What the linker left for the plan is of the module as it was.
    for section in ["linking", "reloc.CODE", "reloc.DATA"] {
        module.customs.remove_raw(section);
    }
    let short = names::shorten(module);
    output.emit(folder)?;
    let glue = folder.join(format!("{STEM}.js"));
    let text = start::simplify(&names::rename(output.js(), &short))?;
    fs::write(&glue, text).with_context(|| format!("cannot write {}", glue.display()))?;
    Ok(plan)
}

/// A program of a package in www.
fn tool(workspace: &Workspace, name: &str) -> Command {
    let name = if cfg!(windows) {
        format!("{name}.cmd")
    } else {
        name.to_owned()
    };
    let program: PathBuf = workspace.www().join("node_modules/.bin").join(name);
    Command::new(program)
}

fn hashed_name(stem: &str, bytes: &[u8], extension: &str) -> String {
    let digest = stamp::digest(bytes);
    format!("{stem}-{}.{extension}", digest.split_at(HASH_DIGITS).0)
}

/// The names in `dist` that a build gave, in order; none when there is no such folder.
fn hashed_files(dist: &Path) -> Result<Vec<String>> {
    if !dist.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if stems().any(|stem| is_hashed_name(&stem, &name)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn is_hashed_name(stem: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('-')) else {
        return false;
    };
    let Some((hash, extension)) = rest.split_once('.') else {
        return false;
    };
    hash.len() == HASH_DIGITS
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        && matches!(extension, "wasm" | "js")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashed_name_carries_ten_digits_of_its_content() {
        assert_eq!(hashed_name(STEM, b"", "wasm"), "miptech-chat-e3b0c44298.wasm");
    }

    #[test]
    fn only_names_a_build_gave_are_taken_for_hashed_files() {
        assert!(is_hashed_name(STEM, "miptech-chat-e3b0c44298.wasm"));
        assert!(is_hashed_name(STEM, "miptech-chat-e3b0c44298.js"));
        assert!(!is_hashed_name(STEM, "miptech-chat-e3b0c44298.d.ts"));
        assert!(!is_hashed_name(STEM, "miptech-chat-element.js"));
        assert!(!is_hashed_name(STEM, "miptech-chat-rest-e3b0c44298.wasm"));
        assert!(!is_hashed_name(STEM, "loader.js"));
    }

    #[test]
    fn publishing_replaces_the_wasm_of_the_last_build() {
        let folder = std::env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let dist = folder.join("dist");
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("miptech-chat-0123456789.wasm"), "old").unwrap();
        fs::write(dist.join("miptech-chat-rest-0123456789.wasm"), "old").unwrap();
        fs::write(dist.join("miptech-chat-0123456789.js"), "stays").unwrap();

        let bytes: Vec<Vec<u8>> = stems().map(String::into_bytes).collect();
        let wasm = publish(&dist, &bytes).unwrap();
        assert_eq!(parts(&dist).unwrap(), wasm);
        assert!(wasm.iter().all(|name| is_intact(&dist, name)));
        assert!(dist.join("miptech-chat-0123456789.js").exists());

        fs::write(dist.join(wasm.last().unwrap()), "edited").unwrap();
        assert!(!wasm.iter().all(|name| is_intact(&dist, name)));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_missing_build_names_its_cure() {
        let error = find(Path::new("no/such/dist"), ".js").unwrap_err().to_string();
        assert!(error.contains("cargo xtask build"), "{error}");
    }
}
