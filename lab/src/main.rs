//! The lab: runs ours and a named public peer on the same input, checks that both did the same work, and reports what each cost.
//!
//! `oikos-lab bench [NAME] [--json] [--small]`. Every measured piece of work is a process of its own, ours too (`oikos-lab work …`), so that
//! CPU time and memory are counted in the same way for both. How to add a benchmark is in `lab/README.md`.

mod asks;
mod exchange;
mod finance;
mod lake;
mod machine;
mod measure;
mod names;
mod page;
mod peers;
mod results;
mod row;
mod sea;
mod work;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use row::Benchmark;

/// What went wrong, in words.
type Failure = Box<dyn std::error::Error>;

/// How much work a benchmark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// What is reported.
    Full,
    /// A tenth or less, where a benchmark has it: to try it out. Not reported.
    Small,
}

/// A benchmark by its name.
type Run = fn(&Path, Size) -> Result<Benchmark, Failure>;

const BENCHMARKS: [(&str, Run); 7] = [
    ("sea", |folder, _| sea::run(folder)),
    ("lake", |folder, _| lake::run(folder)),
    ("asks", asks::run),
    ("exchange", exchange::run),
    ("names", names::run),
    ("finance", finance::run),
    ("page", page::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["bench", rest @ ..] => bench(rest),
        ["work", task, rest @ ..] => work::run(task, rest).map(|()| true),
        _ => Err(usage().into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(&format!("oikos-lab: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let names: Vec<&str> = BENCHMARKS.iter().map(|(name, _)| *name).collect();
    format!("oikos-lab bench [NAME] [--json] [--small]; NAME is one of: {}", names.join(", "))
}

/// Runs one benchmark or all. `false`: one of them did not hold what it must.
fn bench(words: &[&str]) -> Result<bool, Failure> {
    let json = words.contains(&"--json");
    let size = if words.contains(&"--small") { Size::Small } else { Size::Full };
    let names: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "--json" | "--small")).collect();
    let chosen: Vec<_> = BENCHMARKS.iter().filter(|(name, _)| names.is_empty() || names.contains(name)).collect();
    if chosen.is_empty() || names.len() > 1 {
        return Err(usage().into());
    }
    let mut holds = true;
    for (name, run) in chosen {
        let folder = tempfile::tempdir()?;
        let benchmark = run(folder.path(), size)?;
        for row in &benchmark.rows {
            let line = if json { serde_json::to_string(row)? } else { row.line() };
            writeln!(std::io::stdout(), "{line}")?;
        }
        for failure in &benchmark.failures {
            say(&format!("FAILED: {failure}"));
            holds = false;
        }
        if size == Size::Full {
            results::write(&root(), name, &benchmark)?;
        }
    }
    Ok(holds)
}

/// Says something on standard error, so that standard output stays free for results.
fn say(text: &str) {
    // A closed terminal is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The repository's root.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}
