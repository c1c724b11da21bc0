//! One measure of one benchmark.

use serde::Serialize;

use crate::machine;
use crate::measure::Measured;

/// One measure, as DESIGN section 12 states it. `ratio` > 1 means ours is better; every measure here is a cost.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// Benchmark, work and measure, with the peer behind `vs`.
    pub(crate) name: String,
    /// The input and its size.
    pub(crate) input: String,
    /// What ours cost.
    pub(crate) ours: Option<f64>,
    /// What the peer cost; null without one.
    pub(crate) peer: Option<f64>,
    /// The unit of both.
    pub(crate) unit: &'static str,
    /// The peer's cost over ours.
    pub(crate) ratio: Option<f64>,
    /// Share of the known truth that ours gave, 0 to 1, where there is one.
    pub(crate) accuracy_ours: Option<f64>,
    /// The same of the peer.
    pub(crate) accuracy_peer: Option<f64>,
    /// What it was measured on.
    pub(crate) machine: String,
    /// How to measure it again.
    pub(crate) command: String,
}

impl Row {
    /// The row as people read it.
    pub(crate) fn line(&self) -> String {
        let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.2}"));
        let (ours, peer, ratio) = (number(self.ours), number(self.peer), number(self.ratio));
        format!("{}: ours {ours} {}, peer {peer}, ratio {ratio} ({})", self.name, self.unit, self.input)
    }
}

/// What one benchmark gave.
#[derive(Debug, Default)]
pub(crate) struct Benchmark {
    /// The measures.
    pub(crate) rows: Vec<Row>,
    /// What people need to know to read them.
    pub(crate) notes: Vec<String>,
    /// What did not hold: other work than the peer's, or a limit that was broken.
    pub(crate) failures: Vec<String>,
}

/// What is compared: the measures of one piece of work.
pub(crate) struct Comparison<'a> {
    /// The benchmark.
    pub(crate) benchmark: &'a str,
    /// The work.
    pub(crate) work: &'a str,
    /// The peer's name without its version, for a row without one; `None` where nobody is named.
    pub(crate) peer_name: Option<&'a str>,
    /// The input and its size.
    pub(crate) input: &'a str,
    /// Shares of the truth: ours and the peer's.
    pub(crate) accuracy: (Option<f64>, Option<f64>),
    /// Facts that must be the same.
    pub(crate) same: &'a [&'a str],
}

impl Benchmark {
    /// Adds CPU seconds and peak memory of one piece of work, and checks that both did the same.
    pub(crate) fn compare(&mut self, comparison: &Comparison<'_>, ours: &Measured, peer: Option<&Measured>) {
        let against = match (peer, comparison.peer_name) {
            (Some(peer), _) => format!(" vs {}", peer.report.version),
            (None, Some(name)) => format!(" vs {name} (no peer)"),
            (None, None) => String::new(),
        };
        if let Some(peer) = peer {
            self.check_same(comparison, ours, peer);
        }
        let mut add = |measure: &str, unit, of: &dyn Fn(&Measured) -> Option<f64>| {
            let (our_cost, peer_cost) = (of(ours), peer.and_then(of));
            self.rows.push(Row {
                name: format!("{}/{}/{measure}{against}", comparison.benchmark, comparison.work),
                input: comparison.input.to_owned(),
                ours: our_cost,
                peer: peer_cost,
                unit,
                ratio: peer_cost.zip(our_cost).filter(|(_, ours)| *ours > 0.0).map(|(peer, ours)| peer / ours),
                accuracy_ours: comparison.accuracy.0,
                accuracy_peer: comparison.accuracy.1,
                machine: machine::describe(),
                command: format!("cargo xtask bench {}", comparison.benchmark),
            });
        };
        add("cpu", "CPU s", &|measured| Some(measured.cpu_seconds));
        add("memory", "MiB peak", &Measured::peak_mebibytes);
        if ours.fact("bytes").is_some() {
            add("disk", "MiB", &|measured| measured.fact("bytes").map(|bytes| bytes as f64 / (1024.0 * 1024.0)));
        }
    }

    fn check_same(&mut self, comparison: &Comparison<'_>, ours: &Measured, peer: &Measured) {
        for fact in comparison.same {
            let (ours, theirs) = (ours.fact(fact), peer.fact(fact));
            if ours.is_none() || ours != theirs {
                let Comparison { benchmark, work, .. } = comparison;
                let problem = format!("{benchmark}/{work}: {fact} is {ours:?} of ours and {theirs:?} of {}", peer.report.version);
                self.failures.push(problem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Report;

    fn measured(rows: i64, cpu_seconds: f64) -> Measured {
        let facts = [("rows".to_owned(), rows)].into();
        Measured { report: Report { version: "x 1".into(), peak_kib: Some(2048), facts, positions: Vec::new() }, cpu_seconds }
    }

    const COMPARISON: Comparison<'_> =
        Comparison { benchmark: "b", work: "w", peer_name: Some("x"), input: "i", accuracy: (None, None), same: &["rows"] };

    #[test]
    fn a_cheaper_ours_has_a_ratio_above_one() {
        let mut benchmark = Benchmark::default();
        benchmark.compare(&COMPARISON, &measured(5, 2.0), Some(&measured(5, 6.0)));
        assert_eq!((benchmark.rows[0].ratio, benchmark.rows[0].name.as_str()), (Some(3.0), "b/w/cpu vs x 1"));
        assert!(benchmark.failures.is_empty());
    }

    #[test]
    fn other_work_is_a_failure_and_no_peer_is_none() {
        let mut benchmark = Benchmark::default();
        benchmark.compare(&COMPARISON, &measured(5, 2.0), Some(&measured(4, 6.0)));
        assert_eq!(benchmark.failures.len(), 1);
        let mut benchmark = Benchmark::default();
        benchmark.compare(&COMPARISON, &measured(5, 2.0), None);
        assert_eq!((benchmark.rows[0].peer, benchmark.rows[0].ratio, benchmark.failures.len()), (None, None, 0));
    }
}
