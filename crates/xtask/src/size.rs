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
    until_sent_brotli_bytes: usize,
    with_answers_brotli_bytes: usize,
}

/// What a visitor has downloaded by when.
#[derive(Clone, Copy, Debug, Default)]
struct Downloads {
    loader: Weight,
    /// Until a message can be sent.
    until_sent: Weight,
    /// Until an answer stands as it is meant to look.
    with_answers: Weight,
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
    let (chunk, parts) = (bundle::find(&dist, ".js")?, bundle::parts(&dist)?);
    let names: Vec<&str> = ["loader.js", &chunk]
        .into_iter()
        .chain(parts.iter().map(String::as_str))
        .chain(["index.js"])
        .collect();
    let weights = weigh_all(&dist, &names)?;
    let [loader, glue, first, answers, rest, _trace, index] = weights[..] else {
        bail!("the widget has {} parts, and not four", parts.len());
    };
    let until_sent = loader.plus(glue).plus(first);
    let downloads = Downloads {
        loader,
        until_sent,
        with_answers: until_sent.plus(answers),
    };

    println!("{:<40}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli");
    for (name, weight) in names
        .iter()
        .zip(&weights)
        .filter(|(name, _)| **name != "index.js")
    {
        row(name, *weight);
    }
    row("until a message can be sent", until_sent);
    row("with answers", downloads.with_answers);
    row("all that a visitor fetches", downloads.with_answers.plus(rest));
    row("index.js (in place of the loader)", index.plus(shared(&dist)?));

    let over = overruns(&budgets, &downloads);
    if over.is_empty() {
        println!(
            "within budget: loader {} of {} bytes gzip, brotli {} of {} bytes until a message can be sent, {} of {} with answers",
            loader.gzip,
            budgets.loader_gzip_bytes,
            until_sent.brotli,
            budgets.until_sent_brotli_bytes,
            downloads.with_answers.brotli,
            budgets.with_answers_brotli_bytes
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
fn weigh_all(dist: &Path, names: &[&str]) -> Result<Vec<Weight>> {
    let weigh = |name: &str| {
        let bytes = fs::read(dist.join(name))
            .with_context(|| format!("www/dist/{name} cannot be read: run `cargo xtask build` first"))?;
        Weight::of(&bytes)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = names
            .iter()
            .map(|name| scope.spawn(move || weigh(name)))
            .collect();
        let weights = threads.into_iter().map(thread::ScopedJoinHandle::join);
        weights
            .map(|weight| weight.map_err(|_| anyhow!("compression panicked"))?)
            .collect()
    })
}

fn overruns(budgets: &Budgets, downloads: &Downloads) -> Vec<String> {
    let checks = [
        (
            "loader.js, gzip",
            downloads.loader.gzip,
            budgets.loader_gzip_bytes,
        ),
        (
            "until a message can be sent, brotli",
            downloads.until_sent.brotli,
            budgets.until_sent_brotli_bytes,
        ),
        (
            "with answers, brotli",
            downloads.with_answers.brotli,
            budgets.with_answers_brotli_bytes,
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
        "{name:<40}{:>10}{:>10}{:>10}",
        weight.raw, weight.gzip, weight.brotli
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGETS: Budgets = Budgets {
        loader_gzip_bytes: 100,
        until_sent_brotli_bytes: 1000,
        with_answers_brotli_bytes: 1500,
    };

    fn weight(gzip: usize, brotli: usize) -> Weight {
        Weight { raw: 0, gzip, brotli }
    }

    fn downloads(gzip: usize, until_sent: usize, with_answers: usize) -> Downloads {
        Downloads {
            loader: weight(gzip, 0),
            until_sent: weight(0, until_sent),
            with_answers: weight(0, with_answers),
        }
    }

    #[test]
    fn a_size_equal_to_its_budget_is_within() {
        assert!(overruns(&BUDGETS, &downloads(100, 1000, 1500)).is_empty());
    }

    #[test]
    fn each_overrun_is_named_with_its_excess() {
        let over = overruns(&BUDGETS, &downloads(101, 1007, 1501));
        assert_eq!(
            over,
            [
                "loader.js, gzip is 101 bytes, 1 above its 100",
                "until a message can be sent, brotli is 1007 bytes, 7 above its 1000",
                "with answers, brotli is 1501 bytes, 1 above its 1500",
            ]
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
        let known = "loader_gzip_bytes = 1\nuntil_sent_brotli_bytes = 1\nwith_answers_brotli_bytes = 1\n";
        assert!(toml::from_str::<Budgets>(known).is_ok());
        assert!(toml::from_str::<Budgets>(&format!("{known}launcher_bytes = 1\n")).is_err());
    }
}
