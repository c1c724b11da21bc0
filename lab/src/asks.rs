//! Benchmark `asks`: which of the asker's selectors does a partner hold? Against openmined_psi on the same selectors, with the
//! same answer.

use std::path::Path;

use crate::measure::{self, Measured};
use crate::row::{Benchmark, Row};
use crate::{Failure, Size, machine, peers};

const PEER: &str = "openmined_psi";
const SCRIPT: &str = "asks_psi.py";
/// Ours must be so many times cheaper with the asked set's preparation counted apart.
const LEAST_RATIO: f64 = 1.5;
/// And so many times with everything counted.
const LEAST_RATIO_ALL_IN: f64 = 1.0;

/// How many selectors the asker and the owner of the asked set have.
struct Input {
    name: &'static str,
    asker: usize,
    owner: usize,
}

const FULL: [Input; 2] = [
    Input { name: "asks_100k_1m", asker: 100_000, owner: 1_000_000 },
    Input { name: "asks_1m_1m", asker: 1_000_000, owner: 1_000_000 },
];
const SMALL: [Input; 2] = [
    Input { name: "asks_10k_100k", asker: 10_000, owner: 100_000 },
    Input { name: "asks_16k_16k", asker: 16_000, owner: 16_000 },
];

/// One side's two processes: the asked set's preparation, and everything after it.
struct Cost {
    prepare: Measured,
    ask: Measured,
}

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path, size: Size) -> Result<Benchmark, Failure> {
    let mut benchmark = Benchmark::default();
    let inputs = match size {
        Size::Full => FULL,
        Size::Small => SMALL,
    };
    for input in &inputs {
        let folder = folder.join(input.name);
        std::fs::create_dir(&folder)?;
        let numbers = [input.asker.to_string(), input.owner.to_string()];
        let path = folder.as_os_str();
        let made = measure::ours("asks-input", [path].into_iter().chain(numbers.iter().map(AsRef::as_ref)))?;
        let planted = made.fact("planted").unwrap_or_default();
        let peer = peer(&folder);
        for (suffix, mode) in [("", "unproven"), ("_malicious", "verifiable")] {
            let ours = ours(&folder, mode)?;
            let name = format!("{}{suffix}", input.name);
            let text = format!("asker {}, owner {}, {planted} in both", input.asker, input.owner);
            compare(&mut benchmark, &name, &text, &ours, peer.as_ref(), planted);
        }
    }
    notes(&mut benchmark);
    Ok(benchmark)
}

fn ours(folder: &Path, mode: &str) -> Result<Cost, Failure> {
    let run = |task| measure::ours(task, [folder.as_os_str(), mode.as_ref()]);
    Ok(Cost { prepare: run("asks-prepare")?, ask: run("asks-ask")? })
}

fn peer(folder: &Path) -> Option<Cost> {
    let run = |task: &str| peers::run(SCRIPT, [task.as_ref(), folder.as_os_str()]);
    Some(Cost { prepare: run("prepare")?, ask: run("ask")? })
}

fn compare(benchmark: &mut Benchmark, name: &str, input: &str, ours: &Cost, peer: Option<&Cost>, planted: i64) {
    for (who, cost) in [("ours", Some(ours)), (PEER, peer)] {
        if let Some(found) = cost.map(|cost| cost.ask.fact("hits")).filter(|found| *found != Some(planted)) {
            benchmark.failures.push(format!("{name}: {who} found {found:?} of {planted}"));
        }
    }
    if let Some(peer) = peer.filter(|peer| peer.ask.fact("hits_fingerprint") != ours.ask.fact("hits_fingerprint")) {
        benchmark.failures.push(format!("{name}: {} found other selectors than ours", peer.ask.report.version));
    }
    let seconds = |cost: &Cost| (cost.ask.cpu_seconds, cost.prepare.cpu_seconds);
    let mut row = |suffix: &str, what: &str, unit, of: &dyn Fn(&Cost) -> Option<f64>, least: Option<f64>| {
        let (our_cost, peer_cost) = (of(ours), peer.and_then(of));
        let ratio = peer_cost.zip(our_cost).filter(|(_, ours)| *ours > 0.0).map(|(peer, ours)| peer / ours);
        if let Some((ratio, least)) = ratio.zip(least).filter(|(ratio, least)| ratio < least) {
            benchmark.failures.push(format!("{name}{suffix}: the ratio is {ratio:.2}, below {least}"));
        }
        let accuracy = |cost: &Cost| cost.ask.fact("hits").map(|hits| hits as f64 / planted as f64);
        benchmark.rows.push(Row {
            name: format!("{name}{suffix}"),
            input: format!("{input}; {what}"),
            ours: our_cost,
            peer: peer_cost,
            unit,
            ratio,
            accuracy_ours: accuracy(ours),
            accuracy_peer: peer.and_then(accuracy),
            machine: machine::describe(),
            command: "cargo xtask bench asks".to_owned(),
        });
    };
    let malicious = name.ends_with("_malicious");
    let least = |ratio| (!malicious).then_some(ratio);
    let asking = "the asked set's preparation counted apart";
    row("", asking, "CPU s", &|cost| Some(seconds(cost).0), least(LEAST_RATIO));
    row("_prepare", "the asked set's preparation alone", "CPU s", &|cost| Some(seconds(cost).1), None);
    row("_all_in", "preparation and asking", "CPU s", &|cost| Some(seconds(cost).0 + seconds(cost).1), least(LEAST_RATIO_ALL_IN));
    row("_memory", asking, "MiB peak", &|cost| cost.ask.peak_mebibytes(), None);
    let mebibytes = |cost: &Cost, fact| cost.ask.fact(fact).map(|bytes| bytes as f64 / (1024.0 * 1024.0));
    row("_set_transfer", "bytes of the asked set on the wire", "MiB", &|cost| mebibytes(cost, "set_bytes"), None);
    row("_ask_transfer", "bytes of questions and answers on the wire", "MiB", &|cost| mebibytes(cost, "ask_bytes"), None);
}

fn notes(benchmark: &mut Benchmark) {
    for note in [
        "Selectors are generated, one in ten of the asker's (at most) is in the owner's set, and both must find exactly these: the count and \
         a fingerprint of their places are compared. One thread each. CPU seconds are those of whole processes: `prepare` reads the owner's \
         selectors and writes the asked set to disk, `ask` reads it and plays asker and owner in one process. Elements per CPU second are the \
         number of selectors over these, so their ratio is the ratio given.",
        "Ours is what nodes do: questions of up to 65,536 points, padded to the next size (100,000 selectors cost 131,072 evaluations), sets \
         padded to 1,048,576 entries, an answer for each hit that only who asked for that selector can open, and a signed commitment. The peer \
         does none of these; its set is the plain list of points, its fastest form (`DataStructure.RAW`).",
        "`_malicious`: with a batched proof for each answer that the key of the signed set was used, made and verified. The peer has no such mode: \
         it is measured as above, where a dishonest owner is not noticed.",
        "Ours: RFC 9497 with ristretto255, a selector's hash blinded by addition. The peer: ECDH on P-256, as its Python package.",
    ] {
        benchmark.notes.push(note.to_owned());
    }
}
