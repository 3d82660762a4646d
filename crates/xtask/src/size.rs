//! `cargo xtask size`: what a visitor downloads, and the gate above `budgets.toml`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

use crate::bundle;
use crate::workspace::Workspace;

/// Limits in bytes; see `budgets.toml` for what each one counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budgets {
    loader_gzip_bytes: usize,
    open_widget_brotli_bytes: usize,
}

/// The bytes of one file, as it is and as a server sends it.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the table and compares it with the budgets.
///
/// # Errors
/// There is no build, or something is over its budget.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let path = workspace.root().join("budgets.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let budgets: Budgets = toml::from_str(&text).context("budgets.toml")?;

    let dist = workspace.dist();
    let (chunk, wasm) = (bundle::find(&dist, ".js")?, bundle::find(&dist, ".wasm")?);
    let names = ["loader.js", &chunk, &wasm, "index.js"];
    let [loader, glue, wasm, index] = weigh_all(&dist, names)?;
    let open_widget = loader.plus(glue).plus(wasm);

    println!("{:<32}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    row(names[0], loader);
    row(names[1], glue);
    row(names[2], wasm);
    row("open widget, all three", open_widget);
    row("index.js (in place of the loader)", index.plus(shared(&dist)?));

    let over = overruns(&budgets, loader, open_widget);
    if over.is_empty() {
        println!(
            "within budget: loader {} of {} bytes gzip, open widget {} of {} bytes brotli",
            loader.gzip, budgets.loader_gzip_bytes, open_widget.brotli, budgets.open_widget_brotli_bytes
        );
        return Ok(());
    }
    bail!("over budget: {}", over.join("; "))
}

impl Weight {
    fn of(bytes: &[u8]) -> Result<Self> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes)?;
        let parameters = brotli::enc::BrotliEncoderParams {
            quality: 11,
            lgwin: 22,
            ..Default::default()
        };
        let mut compressed = Vec::new();
        brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
        Ok(Self {
            raw: bytes.len(),
            gzip: gzip.finish()?.len(),
            brotli: compressed.len(),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

/// What the ES modules share, and a page with any of them fetches.
fn shared(dist: &Path) -> Result<Weight> {
    let mut all = Weight::default();
    for entry in fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))? {
        let entry = entry.context("cannot list the files of a build")?;
        if entry.file_name().to_string_lossy().starts_with("shared-") {
            let bytes = fs::read(entry.path()).context("cannot read a file of the build")?;
            all = all.plus(Weight::of(&bytes)?);
        }
    }
    Ok(all)
}

/// Weighs the files side by side, since the best compression is slow.
fn weigh_all<const N: usize>(dist: &Path, names: [&str; N]) -> Result<[Weight; N]> {
    let weigh = |name: &str| {
        let bytes = fs::read(dist.join(name))
            .with_context(|| format!("www/dist/{name} cannot be read: run `cargo xtask build` first"))?;
        Weight::of(&bytes)
    };
    let mut weights = [Weight::default(); N];
    thread::scope(|scope| {
        let threads = names.map(|name| scope.spawn(move || weigh(name)));
        for (weight, thread) in weights.iter_mut().zip(threads) {
            *weight = thread.join().map_err(|_| anyhow!("compression panicked"))??;
        }
        Ok(weights)
    })
}

fn overruns(budgets: &Budgets, loader: Weight, open_widget: Weight) -> Vec<String> {
    let checks = [
        ("loader.js, gzip", loader.gzip, budgets.loader_gzip_bytes),
        (
            "open widget, brotli",
            open_widget.brotli,
            budgets.open_widget_brotli_bytes,
        ),
    ];
    let over = checks.into_iter().filter(|(_, found, budget)| found > budget);
    over.map(|(what, found, budget)| {
        format!("{what} is {found} bytes, {} above its {budget}", found - budget)
    })
    .collect()
}

fn row(name: &str, weight: Weight) {
    println!(
        "{name:<34}{:>8}{:>10}{:>10}",
        weight.raw, weight.gzip, weight.brotli
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGETS: Budgets = Budgets {
        loader_gzip_bytes: 100,
        open_widget_brotli_bytes: 1000,
    };

    fn weight(gzip: usize, brotli: usize) -> Weight {
        Weight { raw: 0, gzip, brotli }
    }

    #[test]
    fn a_size_equal_to_its_budget_is_within() {
        assert!(overruns(&BUDGETS, weight(100, 0), weight(0, 1000)).is_empty());
    }

    #[test]
    fn each_overrun_is_named_with_its_excess() {
        let over = overruns(&BUDGETS, weight(101, 0), weight(0, 1007));
        assert_eq!(over.len(), 2);
        assert!(
            over[0].contains("loader.js, gzip is 101 bytes, 1 above its 100"),
            "{over:?}"
        );
        assert!(
            over[1].contains("open widget, brotli is 1007 bytes, 7 above its 1000"),
            "{over:?}"
        );
    }

    #[test]
    fn repetition_weighs_less_when_compressed() {
        let weight = Weight::of(&b"chat ".repeat(100)).unwrap();
        assert_eq!(weight.raw, 500);
        assert!(weight.gzip < 60 && weight.brotli < 60, "{weight:?}");
    }

    #[test]
    fn an_unknown_budget_is_refused() {
        let text = "loader_gzip_bytes = 1\nopen_widget_brotli_bytes = 1\nlauncher_bytes = 1\n";
        assert!(toml::from_str::<Budgets>(text).is_err());
    }
}
