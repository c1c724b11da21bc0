//! Benchmark `finance`: the patterns each transfer closes, beside IBM's Graph Feature Preprocessor on the same transfers; with a hub too;
//! and reading pacs.008.

use std::path::Path;

use crate::measure;
use crate::row::{Benchmark, Comparison};
use crate::{Failure, Size, peers};

const SCRIPT: &str = "finance_gfp.py";
/// An account with more transfers in a window is not walked through by ours; the peer has no such limit.
const HUB_TRANSFERS: &str = "1000";
/// Payments that a core reads in a second at the least.
const LEAST_MESSAGES_PER_SECOND: f64 = 50_000.0;

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path, size: Size) -> Result<Benchmark, Failure> {
    let mut benchmark = Benchmark::default();
    let (transfers, accounts, messages) =
        if size == Size::Full { ("1000000", "100000", "500000") } else { ("100000", "10000", "50000") };
    for (work, with_hub) in [("patterns", "even"), ("hub", "hub")] {
        let path = folder.join(format!("{work}.csv"));
        measure::ours("finance-write", [path.as_os_str(), transfers.as_ref(), accounts.as_ref(), with_hub.as_ref()])?;
        let ours = measure::ours("finance-features", [path.as_os_str(), HUB_TRANSFERS.as_ref()])?;
        let peer = peers::run(SCRIPT, [path.as_os_str()]);
        let input = format!("{transfers} transfers, {accounts} accounts, 10 days, {with_hub}");
        let comparison = Comparison {
            benchmark: "finance",
            work,
            peer_name: Some("snapml GFP"),
            input: &input,
            accuracy: (None, None),
            same: &["transfers"],
        };
        benchmark.compare(&comparison, &ours, peer.as_ref());
    }
    pacs008(&mut benchmark, folder, messages)?;
    benchmark.notes.push(
        "patterns, hub: fan, degree, scatter-gather, temporal cycles and simple cycles of up to 10 transfers, windows of 24 h (scatter-gather 6 h), for \
         every transfer. The peer runs with one thread in batches of 1,024, as its documentation does; ours on all processors, CPU seconds of all threads \
         counted. That both count the same is the desk's differential test on the AMLSim set, not this benchmark. Ours does not walk through an account \
         with more than 1,000 transfers in a window and says so; the peer does. In `hub` every seventh transfer is one account's. Whole processes: \
         reading the file and, for the peer, the start of Python are in."
            .to_owned(),
    );
    Ok(benchmark)
}

fn pacs008(benchmark: &mut Benchmark, folder: &Path, messages: &str) -> Result<(), Failure> {
    let path = folder.join("pacs008.xml");
    measure::ours("finance-write-pacs008", [path.as_os_str(), messages.as_ref()])?;
    let ours = measure::ours("finance-read-pacs008", [path.as_os_str()])?;
    let input = format!("{messages} payments in documents of 1,000, nothing stored");
    let comparison =
        Comparison { benchmark: "finance", work: "pacs008", peer_name: None, input: &input, accuracy: (None, None), same: &[] };
    benchmark.compare(&comparison, &ours, None);
    let rate = ours.fact("messages").unwrap_or_default() as f64 / ours.cpu_seconds.max(0.01);
    benchmark.notes.push(format!("pacs008: {rate:.0} messages a CPU second."));
    if rate < LEAST_MESSAGES_PER_SECOND {
        benchmark.failures.push(format!("pacs008: {rate:.0} messages a CPU second, below {LEAST_MESSAGES_PER_SECOND:.0}"));
    }
    Ok(())
}
