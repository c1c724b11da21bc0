//! Benchmark `exchange`: a million findings to a partner, a recall at 26 partners, and how soon a finding is seen near and far.

use std::path::Path;

use crate::measure::{self, Measured};
use crate::row::{Benchmark, Row};
use crate::{Failure, Size, machine};

const SYNC_FEW: usize = 250_000;
const SYNC_MANY: usize = 1_000_000;
const PARTNERS: usize = 26;
const SAMPLES_NEAR: usize = 400;
const SAMPLES_FAR: usize = 200;
/// How much more memory four times the findings may take.
const GROWTH_MAXIMUM: f64 = 1.5;

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path, size: Size) -> Result<Benchmark, Failure> {
    let mut benchmark = Benchmark::default();
    let part = if size == Size::Small { 20 } else { 1 };
    sync(&mut benchmark, folder, [SYNC_FEW / part, SYNC_MANY / part])?;
    recall(&mut benchmark, folder)?;
    visible(&mut benchmark, folder, "visible_loopback", "exchange-visible", SAMPLES_NEAR / part, "loopback")?;
    let link = "300 ms each way, 2 % of segments 1 s late";
    visible(&mut benchmark, folder, "visible_geo", "exchange-visible-geo", SAMPLES_FAR / part, link)?;
    benchmark.notes.extend(NOTES.iter().map(|note| (*note).to_owned()));
    Ok(benchmark)
}

const NOTES: [&str; 4] = [
    "There is no peer: no public program sends findings that are signed twice, sealed, journaled and acknowledged, so there is nothing that \
     does the same work. Times here are elapsed time, also where other work shares the machine.",
    "sync: both ends run in one process, so memory is that of two nodes. Per parcel of 1,000 findings: composed, signed with Ed25519 and \
     ML-DSA-65, sealed with X-Wing, journaled and queued in one commit; one TLS link; opened, verified, stored, journaled and committed by the \
     receiver; its receipt verified and committed. Not in it: the sender's own finding rows, policy, signing checkpoints, computing leads.",
    "visible (the 99th percentile; `_p50` and `_longest` beside it): from before the finding is stored at its node until a reader at the partner finds it, over a new link each time: two commits \
     at the sender, delivery at once (as `oikos release` does; by the clock a parcel waits up to five seconds more), the receiver's commit, the \
     receipt. Not in it: policy, signing the checkpoint, computing leads.",
    "visible_geo models a relay in user space: every segment of up to 1,448 bytes arrives 300 ms after it was read, 2 % of them another \
     second later (one retransmission timeout, RFC 6298), and what is behind waits; TCP's own handshake is a pause of 600 ms. Not modelled: \
     the congestion window after a loss, fast retransmit, a second loss of one segment, bandwidth.",
];

fn sync(benchmark: &mut Benchmark, folder: &Path, sizes: [usize; 2]) -> Result<(), Failure> {
    let mut peaks = Vec::new();
    for findings in sizes {
        let place = folder.join(format!("sync{findings}"));
        let measured = measure::ours("exchange-sync", [place.as_os_str().to_owned(), findings.to_string().into()])?;
        let arrived = measured.fact("arrived").unwrap_or_default();
        if usize::try_from(arrived)? != findings {
            benchmark.failures.push(format!("sync: {arrived} of {findings} findings arrived"));
        }
        let input = format!("{findings} findings, 1,000 to a parcel, loopback");
        benchmark.add("sync", &input, seconds(&measured), "s");
        benchmark.add("sync_cpu", &input, Some(measured.cpu_seconds), "CPU s");
        benchmark.add("sync_memory", &input, measured.peak_mebibytes(), "MiB peak");
        peaks.extend(measured.peak_mebibytes());
        std::fs::remove_dir_all(&place)?;
    }
    if let [few, many] = peaks.as_slice() {
        let input = format!("peak at {} over peak at {} findings", sizes[1], sizes[0]);
        benchmark.add("sync_growth", &input, Some(many / few), "times");
        if many / few > GROWTH_MAXIMUM {
            benchmark.failures.push(format!("sync: four times the findings take {:.1} times the memory", many / few));
        }
    }
    Ok(())
}

fn recall(benchmark: &mut Benchmark, folder: &Path) -> Result<(), Failure> {
    let place = folder.join("recall");
    let measured = measure::ours("exchange-recall", [place.as_os_str().to_owned(), PARTNERS.to_string().into()])?;
    let fact = |name| measured.fact(name).unwrap_or(-1);
    if (fact("recalled"), fact("unacknowledged")) != (PARTNERS as i64, 0) {
        let (recalled, open) = (fact("recalled"), fact("unacknowledged"));
        benchmark
            .failures
            .push(format!("recall: {recalled} of {PARTNERS} partners hold it as recalled, {open} did not acknowledge"));
    }
    let input = format!("1 finding at {PARTNERS} partners, loopback, until the last receipt");
    benchmark.add("recall", &input, seconds(&measured), "s");
    benchmark.add("recall_parcels", &input, Some(fact("parcels") as f64), "parcels");
    Ok(())
}

fn visible(benchmark: &mut Benchmark, folder: &Path, work: &str, task: &str, samples: usize, link: &str) -> Result<(), Failure> {
    let place = folder.join(work);
    let measured = measure::ours(task, [place.as_os_str().to_owned(), samples.to_string().into()])?;
    let milliseconds = |name| measured.fact(name).map(|microseconds| microseconds as f64 / 1_000.0);
    let stalls = measured.fact("stalls").unwrap_or_default();
    let input = match stalls {
        0 => format!("{samples} samples, {link}"),
        _ => format!("{samples} samples, {link}, {stalls} segments late"),
    };
    for (name, measure) in [("p99_us", ""), ("p50_us", "_p50"), ("longest_us", "_longest")] {
        benchmark.add(&format!("{work}{measure}"), &input, milliseconds(name), "ms");
    }
    Ok(())
}

fn seconds(measured: &Measured) -> Option<f64> {
    measured.fact("elapsed_us").map(|microseconds| microseconds as f64 / 1_000_000.0)
}

impl Benchmark {
    /// Adds a measure that nobody else can be compared on.
    fn add(&mut self, name: &str, input: &str, ours: Option<f64>, unit: &'static str) {
        self.rows.push(Row {
            name: name.to_owned(),
            input: input.to_owned(),
            ours,
            peer: None,
            unit,
            ratio: None,
            accuracy_ours: None,
            accuracy_peer: None,
            machine: machine::describe(),
            command: "cargo xtask bench exchange".to_owned(),
        });
    }
}
