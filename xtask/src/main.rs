//! `cargo xtask`: the few commands a newcomer needs. It builds and runs; it contains no logic of Oikos, so it compiles in a second.

mod budget;
mod commands;
mod fuzz;
mod steps;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  demo [--once] [--json] [--seed N] [--small] [--folder FOLDER]
                         build, then live through Quiet Tide on two nodes; serves the page until Ctrl-C, or ends by itself with --once
  test [FILTER]          format check, every test of the workspace, and the documentation's examples
  lint                   clippy with the workspace's lints as errors, and the licence and duplicate checks where cargo-deny is installed
  bench [NAME] [--json]  benchmarks against named public peers; writes lab/RESULTS.md, with --small it does not
  fuzz [TARGET] [--seconds N]
                         fuzz what partners send and lists say (parcel, ask, names, list-un …), 600 s each; needs nightly Rust, installs cargo-fuzz
  e2e [FILE] [OPTION]    the page's tests in a real Chromium, on the demonstration's nodes
  screenshots            pictures of every page, light and dark, wide and narrow, in web/screenshots
  build                  the `oikos` program for use: target/release/oikos
  new detector DESK NAME scaffold a detector with its corpus
  docs                   write docs/desks/*.md and the golden tables from their sources

Example: cargo xtask demo --once --json
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo", rest @ ..] => commands::demo(rest),
        ["test", rest @ ..] => commands::test(rest),
        ["lint"] => commands::lint(),
        ["bench", rest @ ..] => commands::bench(rest),
        ["fuzz", rest @ ..] => fuzz::fuzz(rest),
        ["e2e", rest @ ..] => web::e2e(rest),
        ["screenshots", rest @ ..] => web::screenshots(rest),
        ["build"] => commands::build(),
        ["new", "detector", desk, name] => commands::new_detector(desk, name),
        ["docs"] => commands::docs(),
        [] | ["help" | "--help" | "-h"] => {
            steps::say(HELP);
            return ExitCode::SUCCESS;
        }
        _ => Err(format!("unknown command {:?}\n\n{HELP}", words.join(" "))),
    };
    match outcome {
        Ok(code) => code,
        Err(message) => {
            steps::complain(&message);
            ExitCode::FAILURE
        }
    }
}
