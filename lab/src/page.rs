//! Benchmark `page`: how much the first load brings, and how soon the page paints what somebody did, with full lists, graph and map.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::measure;
use crate::row::{Benchmark, Row};
use crate::{Failure, Size, machine, root, say};

const FINDINGS: usize = 100_000;
/// The first load before lazy parts, compressed.
const FIRST_LOAD_KB_MAXIMUM: f64 = 200.0;
/// Interaction to next paint, 75th percentile: "good" of Core Web Vitals.
const PAINT_MS_MAXIMUM: f64 = 200.0;

/// A node that serves its page, ended when this goes.
struct Served {
    process: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path, size: Size) -> Result<Benchmark, Failure> {
    let mut benchmark = Benchmark::default();
    let findings = if size == Size::Small { FINDINGS / 20 } else { FINDINGS };
    let nodes = folder.join("nodes");
    let program = std::env::current_exe()?.with_file_name("oikos");
    say("A small sea and a register first, then findings on top ...");
    let story = Command::new(&program)
        .args(["demo", "--small", "--once", "--json", "--folder"])
        .arg(&nodes)
        .stdout(Stdio::null())
        .status()?;
    if !story.success() {
        return Err(format!("{} demo failed ({story})", program.display()).into());
    }
    let node = nodes.join("fi");
    let filled = measure::ours("page-fill", [node.as_os_str().to_owned(), findings.to_string().into()])?;
    let served = serve(&program, &node)?;
    let mut command = Command::new("node");
    command.arg(root().join("lab/page/measure.mjs")).arg(&served.address);
    let measured = measure::run(command)?;
    let there = filled.fact("findings").unwrap_or_default();
    let mut add = |name: &str, input: String, unit, fact: &str, most: Option<f64>| {
        let ours = measured.fact(fact).map(|thousandths| thousandths as f64 / 1_000.0);
        match ours.zip(most) {
            Some((value, most)) if value > most => {
                benchmark.failures.push(format!("{name}: {value:.0} {unit}, more than {most}"))
            }
            None if ours.is_none() => benchmark.failures.push(format!("{name} was not measured")),
            _ => {}
        }
        benchmark.rows.push(row(name, input, ours, unit));
    };
    add("first_load_kb", "sign-in page, gzip".to_owned(), "kB", "first_load", Some(FIRST_LOAD_KB_MAXIMUM));
    for (name, what) in [("inbox", "findings in the inbox"), ("graph", "nodes in the graph"), ("map", "points on the map")] {
        let count = measured.fact(&format!("{name}_count")).unwrap_or_default();
        let acts = measured.fact(&format!("{name}_acts")).unwrap_or_default();
        let input = format!("{count} {what} ({there} findings at the node), {acts} acts");
        add(name, input.clone(), "ms", &format!("{name}_p75"), Some(PAINT_MS_MAXIMUM));
        add(&format!("{name}_longest"), input, "ms", &format!("{name}_longest"), None);
    }
    benchmark.notes.extend(NOTES.iter().map(|note| (*note).to_owned()));
    Ok(benchmark)
}

const NOTES: [&str; 2] = [
    "There is no peer that shows the same things. Interaction to next paint as browsers report it (Event Timing, 8 ms steps; what is too short \
     to be reported counts as 16 ms), 75th percentile over key presses, clicks and drags by a script, in Chromium with its software renderer \
     on the machine that also runs the node.",
    "first_load_kb: bytes that came over the network, headers too, until the sign-in page stands.",
];

fn row(name: &str, input: String, ours: Option<f64>, unit: &'static str) -> Row {
    Row {
        name: name.to_owned(),
        input,
        ours,
        peer: None,
        unit,
        ratio: None,
        accuracy_ours: None,
        accuracy_peer: None,
        machine: machine::describe(),
        command: "cargo xtask bench page".to_owned(),
    }
}

/// Serves a node's page on a free port and waits until it says where.
fn serve(program: &Path, node: &Path) -> Result<Served, Failure> {
    let mut process = Command::new(program).args(["serve", "--json", "--node"]).arg(node).stdout(Stdio::piped()).spawn()?;
    let output = process.stdout.take().ok_or("the node has no output")?;
    let mut served = Served { process, address: String::new() };
    let mut text = String::new();
    // What it says is one JSON object, over several lines or not.
    for line in BufReader::new(output).lines() {
        text.push_str(&line?);
        if let Ok(said) = serde_json::from_str::<serde_json::Value>(&text) {
            served.address = said["page"].as_str().ok_or("the node did not say where its page is")?.to_owned();
            return Ok(served);
        }
    }
    Err("the node ended before it served".into())
}
