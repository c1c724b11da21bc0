//! One function per command.

use std::process::{Command, ExitCode};

use crate::budget::Meter;
use crate::steps::{cargo, complain, is_installed, must, root, run, say};
use crate::web;

/// What a cold `cargo xtask demo` may cost.
const DEMO_BUDGET_CPU_MINUTES: f64 = 40.0;
/// What a cold `cargo xtask test` may cost on top.
const TEST_BUDGET_CPU_MINUTES: f64 = 15.0;

/// Builds the program and lives through Quiet Tide. The exit code is the demo's: 0 only if the scenario's conditions hold.
pub(crate) fn demo(rest: &[&str]) -> Result<ExitCode, String> {
    let meter = Meter::start("build", DEMO_BUDGET_CPU_MINUTES);
    web::build()?;
    // The whole workspace, because tests build it too: another selection of packages would resolve other features and build the engine twice.
    must("building", &mut cargo(["build", "--workspace"]))?;
    say(&meter.report());
    let program = target_folder().join("debug").join("oikos");
    run(Command::new(program).arg("demo").args(rest).current_dir(root()))
}

/// Runs every test. What a test needs beyond Rust and is not there, it says itself and skips loudly.
pub(crate) fn test(rest: &[&str]) -> Result<ExitCode, String> {
    must("format check (cargo fmt repairs it)", &mut cargo(["fmt", "--all", "--check"]))?;
    let meter = Meter::start("tests, with their build", TEST_BUDGET_CPU_MINUTES);
    web::build()?;
    let mut command = cargo(["test", "--workspace", "--no-fail-fast"]);
    let code = run(command.args(rest).args(["--", "--nocapture"]).env("RUST_BACKTRACE", "0"));
    say(&meter.report());
    code
}

/// Clippy as the law of the house, and cargo-deny where it is installed.
pub(crate) fn lint() -> Result<ExitCode, String> {
    must("clippy", &mut cargo(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    if is_installed("cargo-deny") {
        must("cargo deny", &mut cargo(["deny", "check", "licenses", "bans", "sources"]))?;
    } else {
        complain("SKIPPED: cargo-deny is not installed (cargo install cargo-deny); licences were not checked");
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the lab.
pub(crate) fn bench(rest: &[&str]) -> Result<ExitCode, String> {
    web::build()?;
    must("building", &mut cargo(["build", "--quiet", "--workspace"]))?;
    run(Command::new(target_folder().join("debug").join("oikos-lab")).arg("bench").args(rest).current_dir(root()))
}

/// The program for use.
pub(crate) fn build() -> Result<ExitCode, String> {
    web::build()?;
    run(&mut cargo(["build", "--release", "--package", "oikos"]))
}

/// Scaffolds a detector; the desks know how.
pub(crate) fn new_detector(desk: &str, name: &str) -> Result<ExitCode, String> {
    must("building", &mut cargo(["build", "--quiet", "--workspace", "--example", "new_detector"]))?;
    run(Command::new(target_folder().join("debug/examples/new_detector")).args([desk, name]).current_dir(root()))
}

/// Writes what is generated: manual pages of the desks, golden policy tables, the golden OpenAPI document.
pub(crate) fn docs() -> Result<ExitCode, String> {
    for (package, variable) in
        [("oikos-policy", "OIKOS_UPDATE_GOLDEN"), ("oikos-desks", "OIKOS_UPDATE_DOCS"), ("oikos-node", "OIKOS_UPDATE_GOLDEN")]
    {
        must(package, cargo(["test", "--quiet", "--package", package]).env(variable, "1"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn target_folder() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), std::path::PathBuf::from)
}
