//! Fuzzing what partners send, with cargo-fuzz: a nightly toolchain and libFuzzer.

use std::process::{Command, ExitCode};

use crate::steps::{cargo, must, root, run, say};

const TARGETS: [&str; 10] =
    ["parcel", "ask", "agreement", "names", "list-eu", "list-un", "list-ofac", "list-ftm", "list-gleif", "list-psc"];
const DEFAULT_SECONDS: u32 = 600;

/// Runs one fuzzer or all, one after another. The exit code is 0 only if none found anything.
pub(crate) fn fuzz(words: &[&str]) -> Result<ExitCode, String> {
    let (targets, seconds) = arguments(words)?;
    if !nightly(["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        must("installing cargo-fuzz", nightly(["install", "cargo-fuzz", "--locked"]).current_dir(root()))?;
    }
    let folder = root().join("fuzz");
    let test = "every_seed_of_the_fuzzers_is_taken_by_its_decoder";
    let mut seeds = cargo(["test", "--quiet", "--package", "oikos-exchange", "--lib", test]);
    must("making seeds", seeds.env("OIKOS_FUZZ_FOLDER", &folder))?;
    for target in targets {
        say(&format!("fuzzing {target} for {seconds} s"));
        let limits = [format!("-max_total_time={seconds}"), "-rss_limit_mb=2048".to_owned(), "-timeout=20".to_owned()];
        let mut fuzzer = nightly(["fuzz", "run", target]);
        if target.starts_with("list-") {
            // Readers of lists begin with the desk's own fixtures; what the fuzzer finds goes into the first folder.
            let corpus = folder.join("corpus").join(target);
            std::fs::create_dir_all(&corpus).map_err(|error| format!("making {}: {error}", corpus.display()))?;
            fuzzer.arg(corpus).arg(root().join("desks/entities/fixtures"));
        }
        fuzzer.args(["--", "-max_len=131072", "-print_final_stats=1"]);
        let code = run(fuzzer.args(limits).current_dir(&folder))?;
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Cargo of the nightly toolchain, through rustup whatever toolchain runs this.
fn nightly<const N: usize>(words: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly").args(words).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    command
}

fn arguments<'a>(words: &[&'a str]) -> Result<(Vec<&'a str>, u32), String> {
    let (mut targets, mut seconds) = (Vec::new(), DEFAULT_SECONDS);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--seconds" => {
                let value = words.next().and_then(|value| value.parse().ok()).filter(|seconds| *seconds > 0);
                seconds = value.ok_or("--seconds needs a number above 0")?;
            }
            target if TARGETS.contains(&target) && targets.is_empty() => targets.push(target),
            other => return Err(format!("expected one of {} or --seconds N, not {other:?}", TARGETS.join(", "))),
        }
    }
    Ok((if targets.is_empty() { TARGETS.to_vec() } else { targets }, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_all_and_for_how_long() {
        assert_eq!(arguments(&[]), Ok((TARGETS.to_vec(), 600)));
        assert_eq!(arguments(&["ask", "--seconds", "5"]), Ok((vec!["ask"], 5)));
        for wrong in [&["what"][..], &["ask", "ask"], &["--seconds"], &["--seconds", "0"], &["--seconds", "x"]] {
            assert!(arguments(wrong).is_err(), "{wrong:?}");
        }
    }
}
