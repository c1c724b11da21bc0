//! Fan-in and fan-out: many accounts pay one, or one pays many, within a window; or fewer accounts, each of which splits what it
//! pays.
//!
//! Windows that hold enough and overlap are one episode. Parameters: `window_hours`, `least_accounts`, `least_split_accounts`,
//! `split_hours`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::graph::{Edge, Graph, Node};
use super::pattern::{Pattern, Usual};
use super::search::{GraphKernel, Search, over_nodes};
use super::{count, micros, positive};

/// Amounts of a split payment that differ by no more than this factor belong together.
const ALIKE_FACTOR: f64 = 2.0;

/// One account is paid by many.
pub(crate) const FAN_IN: GraphKernel =
    GraphKernel { name: "fan_in", start: |name, parameters| Ok(Box::new(Fans::start(name, parameters, Direction::In)?)) };

/// One account pays many.
pub(crate) const FAN_OUT: GraphKernel =
    GraphKernel { name: "fan_out", start: |name, parameters| Ok(Box::new(Fans::start(name, parameters, Direction::Out)?)) };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

impl Direction {
    fn row(self, graph: &Graph, node: Node) -> &[Edge] {
        if self == Self::In { graph.into(node) } else { graph.out(node) }
    }

    fn other(self, graph: &Graph, edge: Edge) -> Node {
        if self == Self::In { graph.from(edge) } else { graph.to(edge) }
    }
}

pub(super) struct Fans {
    direction: Direction,
    window: i64,
    least_accounts: usize,
    least_split_accounts: usize,
    split: i64,
}

impl Fans {
    pub(super) fn start(
        kernel: &'static str,
        parameters: &oikos_desk::Parameters,
        direction: Direction,
    ) -> Result<Self, oikos_desk::KernelError> {
        Ok(Self {
            direction,
            window: micros(positive(kernel, parameters, "window_hours")?),
            least_accounts: count(kernel, parameters, "least_accounts")?,
            least_split_accounts: count(kernel, parameters, "least_split_accounts")?,
            split: micros(positive(kernel, parameters, "split_hours")?),
        })
    }

    /// The episodes of an account.
    pub(super) fn of(&self, graph: &Graph, node: Node) -> Vec<Pattern> {
        let row = self.direction.row(graph, node);
        if row.len() < self.least_accounts.min(2 * self.least_split_accounts) {
            return Vec::new();
        }
        let splits = self.splits(graph, row);
        let episodes = self.episodes(graph, row, &splits);
        episodes
            .into_iter()
            .map(|episode| Pattern {
                usual: self.usual(graph, row, &episode.range),
                ..self.pattern(graph, node, row, &splits, &episode)
            })
            .collect()
    }

    /// The busiest window of an episode beside the time around it; `None` where what was read is not longer than a window.
    fn usual(&self, graph: &Graph, row: &[Edge], episode: &Range<usize>) -> Option<Usual> {
        let windows = graph.duration() as f64 / self.window as f64;
        if windows <= 1.0 {
            return None;
        }
        let (mut left, mut peak) = (episode.start, episode.start..episode.start);
        for right in episode.clone() {
            while graph.at(row[right]) - graph.at(row[left]) > self.window {
                left += 1;
            }
            if right + 1 - left > peak.len() {
                peak = left..right + 1;
            }
        }
        let others =
            |range: Range<usize>| row[range].iter().map(|edge| self.direction.other(graph, *edge)).collect::<HashSet<Node>>();
        let (before, inside, after) = (others(0..peak.start), others(peak.clone()), others(peak.end..row.len()));
        Some(Usual {
            peak_transfers: peak.len() as f64,
            // Less than a window around the busiest one says little of what is usual, so it counts as a whole one.
            transfers: (row.len() - peak.len()) as f64 / (windows - 1.0).max(1.0),
            known_share: inside.iter().filter(|other| before.contains(other) || after.contains(other)).count() as f64
                / inside.len().max(1) as f64,
        })
    }

    /// Which transfers of a row have another of the same two accounts within the hours that count as a split.
    fn splits(&self, graph: &Graph, row: &[Edge]) -> Vec<bool> {
        let mut splits = vec![false; row.len()];
        let mut last: HashMap<Node, usize> = HashMap::new();
        for (place, edge) in row.iter().enumerate() {
            if let Some(before) = last.insert(self.direction.other(graph, *edge), place)
                && graph.at(*edge) - graph.at(row[before]) <= self.split
            {
                splits[before] = true;
                splits[place] = true;
            }
        }
        splits
    }

    fn episodes(&self, graph: &Graph, row: &[Edge], splits: &[bool]) -> Vec<Episode> {
        let (mut all, mut split) = (Distinct::default(), Distinct::default());
        let mut episodes: Vec<Episode> = Vec::new();
        let mut left = 0;
        for (right, edge) in row.iter().enumerate() {
            let other = self.direction.other(graph, *edge);
            all.add(other);
            if splits[right] {
                split.add(other);
            }
            while graph.at(*edge) - graph.at(row[left]) > self.window {
                let gone = self.direction.other(graph, row[left]);
                all.remove(gone);
                if splits[left] {
                    split.remove(gone);
                }
                left += 1;
            }
            let is_wide = all.0.len() >= self.least_accounts;
            if !is_wide && split.0.len() < self.least_split_accounts {
                continue;
            }
            match episodes.last_mut().filter(|episode| episode.range.end > left) {
                Some(episode) => {
                    episode.range.end = right + 1;
                    episode.is_wide |= is_wide;
                }
                None => episodes.push(Episode { range: left..right + 1, is_wide }),
            }
        }
        episodes
    }

    /// Of a wide fan all its transfers; of one that shows by splits those that are split and those of about their amount.
    fn pattern(&self, graph: &Graph, node: Node, row: &[Edge], splits: &[bool], episode: &Episode) -> Pattern {
        let amounts = || episode.range.clone().filter(|place| splits[*place]).map(|place| graph.amount(row[place]));
        let least = amounts().fold(f64::INFINITY, f64::min) / ALIKE_FACTOR;
        let greatest = amounts().fold(0.0, f64::max) * ALIKE_FACTOR;
        let belongs =
            |place: &usize| episode.is_wide || splits[*place] || (least..=greatest).contains(&graph.amount(row[*place]));
        let edges: Vec<Edge> = episode.range.clone().filter(belongs).map(|place| row[place]).collect();
        let mut others: Vec<Node> = edges.iter().map(|edge| self.direction.other(graph, *edge)).collect();
        others.sort_unstable();
        others.dedup();
        let split_transfers = episode.range.clone().filter(|place| splits[*place]).count();
        Pattern { split_transfers, ..Pattern::of(node, others.len(), edges) }
    }
}

impl Search for Fans {
    fn find(&self, graph: &Graph) -> Vec<Pattern> {
        over_nodes(graph, || (), |(), node| self.of(graph, node))
    }
}

struct Episode {
    range: Range<usize>,
    is_wide: bool,
}

/// How often each account is in a window.
#[derive(Default)]
struct Distinct(HashMap<Node, usize>);

impl Distinct {
    fn add(&mut self, node: Node) {
        *self.0.entry(node).or_default() += 1;
    }

    fn remove(&mut self, node: Node) {
        if let Some(count) = self.0.get_mut(&node) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&node);
            }
        }
    }
}
