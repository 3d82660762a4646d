//! The machine that was measured on, in one line.

use std::{fs, thread};

/// Processor, cores and memory, as far as the system tells.
pub(super) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let processor = value(&cpu, "model name").unwrap_or("a processor of unknown make");
    let memory = value(&memory, "MemTotal").and_then(gibibytes);
    let memory = memory.map_or_else(String::new, |size| format!(", {size} GiB of memory"));
    let system = std::env::consts::OS;
    format!("{processor}, {cores} cores{memory}, {system}")
}

/// What stands behind a name and a colon in the files of Linux.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
        .next()
}

/// `25276512 kB` in the unit people speak of.
fn gibibytes(size: &str) -> Option<u64> {
    let kibibytes: u64 = size.strip_suffix("kB")?.trim().parse().ok()?;
    Some((kibibytes + 512 * 1024) / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_linux_are_read() {
        let cpu = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nprocessor\t: 1\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(value(cpu, "model name"), Some("Some CPU @ 2 GHz"));
        assert_eq!(value(cpu, "model"), None);
        assert_eq!(gibibytes("25276512 kB"), Some(24));
        assert_eq!(gibibytes("much"), None);
    }
}
