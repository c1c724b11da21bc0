//! Gradient-boosted decision trees for a yes-or-no outcome, with contributions that add up.
//!
//! Why our own: of the crates looked at, the kept ones (`perpetual`, `forust-ml`) bring thread pools, random numbers and their
//! own serialisation, and give no promise that the same rows give the same trees to the last bit; `gbdt` sorts every feature at
//! every node. A finding must come out the same on every machine, so this is one thread, no randomness, and sums in the order of
//! the rows.
//!
//! Method: second-order boosting of the logistic loss (Friedman 2001, Annals of Statistics 29(5); Chen and Guestrin 2016, KDD) on
//! binned features (Ke et al. 2017, NeurIPS). Contributions: Saabas (2014), the change of the expected value along the path of a
//! row. Its known limit: of features that only work together, the one nearer to the root gets less.

/// Bins of a feature. Bin 0 holds what is missing.
const BINS: usize = 64;

/// How trees are grown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) trees: usize,
    pub(crate) depth: usize,
    pub(crate) learning_rate: f64,
    /// Least rows on either side of a split.
    pub(crate) least_rows: usize,
    /// Shrinks leaves with little in them: the L2 penalty λ of Chen and Guestrin.
    pub(crate) penalty: f64,
}

/// One feature as bins: the upper bound of each, and the bin of each row.
pub(crate) struct BinnedFeature {
    bounds: Vec<f64>,
    bins: Vec<u8>,
}

impl BinnedFeature {
    /// Cuts the values at their quantiles, so that bins hold about as many rows each.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let mut bounds: Vec<f64> = (1..BINS).filter_map(|cut| sorted.get(last * cut / (BINS - 1))).copied().collect();
        bounds.dedup();
        let bins = values.iter().map(|value| bin_of(&bounds, *value)).collect();
        Self { bounds, bins }
    }
}

/// The bin of a value: 0 where it is missing, else one more than the number of bounds below it.
fn bin_of(bounds: &[f64], value: f64) -> u8 {
    if value.is_nan() {
        return 0;
    }
    let below = bounds.partition_point(|bound| *bound < value);
    u8::try_from(below.min(BINS - 2) + 1).unwrap_or(u8::MAX)
}

#[derive(Debug, Clone, Copy)]
struct Split {
    feature: usize,
    /// Rows in this bin or a lower one go left.
    bin: u8,
    left: usize,
    right: usize,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    split: Option<Split>,
    /// A leaf's value; of an inner node, the mean of the leaves below it, weighted by their rows.
    value: f64,
    rows: usize,
}

/// A trained model.
pub(crate) struct Model {
    bounds: Vec<Vec<f64>>,
    trees: Vec<Vec<Node>>,
    /// What a row gets before anything is known of it, in log-odds.
    base: f64,
}

impl Model {
    /// Trains on rows whose outcome is known.
    pub(crate) fn train(features: &[BinnedFeature], outcomes: &[bool], settings: Settings) -> Self {
        let positive = outcomes.iter().filter(|outcome| **outcome).count() as f64;
        let start = ((positive + 0.5) / (outcomes.len() as f64 - positive + 0.5)).ln();
        let mut scores = vec![start; outcomes.len()];
        let mut trees = Vec::with_capacity(settings.trees);
        for _ in 0..settings.trees {
            let slopes: Vec<Slope> = scores.iter().zip(outcomes).map(|(score, outcome)| Slope::of(*score, *outcome)).collect();
            let mut growing = Growing { features, slopes: &slopes, settings, nodes: Vec::new(), scores: &mut scores };
            let mut rows: Vec<u32> = (0..).take(outcomes.len()).collect();
            let histograms = growing.histograms(&rows);
            growing.grow(&mut rows, histograms, 0);
            trees.push(growing.nodes);
        }
        let base = start + trees.iter().filter_map(|tree| tree.first()).map(|root| root.value).sum::<f64>();
        Self { bounds: features.iter().map(|feature| feature.bounds.clone()).collect(), trees, base }
    }

    /// The log-odds before anything is known of a row.
    pub(crate) fn base(&self) -> f64 {
        self.base
    }

    /// What each feature of a row adds to the log-odds. Base and contributions together are the model's log-odds.
    pub(crate) fn contributions(&self, row: &[f64]) -> Vec<f64> {
        let bins: Vec<u8> = self.bounds.iter().zip(row).map(|(bounds, value)| bin_of(bounds, *value)).collect();
        let mut contributions = vec![0.0; self.bounds.len()];
        for tree in &self.trees {
            let Some(mut node) = tree.first() else { continue };
            while let Some(split) = node.split {
                let next = &tree[if bins[split.feature] <= split.bin { split.left } else { split.right }];
                contributions[split.feature] += next.value - node.value;
                node = next;
            }
        }
        contributions
    }
}

/// First and second derivative of the loss of a row, or sums of them, and how many rows.
#[derive(Debug, Clone, Copy, Default)]
struct Slope {
    first: f64,
    second: f64,
    rows: usize,
}

impl Slope {
    fn of(score: f64, outcome: bool) -> Self {
        let probability = 1.0 / (1.0 + (-score).exp());
        let outcome = if outcome { 1.0 } else { 0.0 };
        Self { first: probability - outcome, second: probability * (1.0 - probability), rows: 1 }
    }

    fn add(&mut self, other: &Self) {
        self.first += other.first;
        self.second += other.second;
        self.rows += other.rows;
    }

    fn less(&self, other: &Self) -> Self {
        Self { first: self.first - other.first, second: self.second - other.second, rows: self.rows - other.rows }
    }

    /// How much the loss falls with the best value here, times two.
    fn gain(&self, penalty: f64) -> f64 {
        self.first * self.first / (self.second + penalty)
    }
}

type Histogram = [Slope; BINS];

struct Growing<'a> {
    features: &'a [BinnedFeature],
    slopes: &'a [Slope],
    settings: Settings,
    nodes: Vec<Node>,
    scores: &'a mut [f64],
}

impl Growing<'_> {
    fn histograms(&self, rows: &[u32]) -> Vec<Histogram> {
        let mut histograms = vec![[Slope::default(); BINS]; self.features.len()];
        for (histogram, feature) in histograms.iter_mut().zip(self.features) {
            for row in rows {
                histogram[usize::from(feature.bins[*row as usize])].add(&self.slopes[*row as usize]);
            }
        }
        histograms
    }

    /// Grows the node of these rows and all below it, depth first; gives its place.
    fn grow(&mut self, rows: &mut [u32], histograms: Vec<Histogram>, depth: usize) -> usize {
        let place = self.nodes.len();
        self.nodes.push(Node { split: None, value: 0.0, rows: rows.len() });
        let best = if depth < self.settings.depth { self.best_split(&histograms) } else { None };
        let Some((feature, bin)) = best else {
            self.become_leaf(place, rows);
            return place;
        };
        let bins = &self.features[feature].bins;
        // Stable: rows keep their order, so sums come out the same.
        rows.sort_by_key(|row| bins[*row as usize] > bin);
        let middle = rows.partition_point(|row| bins[*row as usize] <= bin);
        let (left_rows, right_rows) = rows.split_at_mut(middle);
        let left_is_smaller = left_rows.len() <= right_rows.len();
        let smaller = self.histograms(if left_is_smaller { left_rows } else { right_rows });
        let larger = histograms.iter().zip(&smaller).map(|(all, part)| std::array::from_fn(|bin| all[bin].less(&part[bin])));
        let larger: Vec<Histogram> = larger.collect();
        drop(histograms);
        let (left, right) = if left_is_smaller { (smaller, larger) } else { (larger, smaller) };
        let left = self.grow(left_rows, left, depth + 1);
        let right = self.grow(right_rows, right, depth + 1);
        let (one, other) = (self.nodes[left], self.nodes[right]);
        let weighted = one.value * one.rows as f64 + other.value * other.rows as f64;
        self.nodes[place].value = weighted / (one.rows + other.rows) as f64;
        self.nodes[place].split = Some(Split { feature, bin, left, right });
        place
    }

    /// The split that lowers the loss most; of equal ones the first.
    fn best_split(&self, histograms: &[Histogram]) -> Option<(usize, u8)> {
        let Settings { least_rows, penalty, .. } = self.settings;
        let mut best = None;
        let mut best_gain = 1e-9;
        for (feature, histogram) in histograms.iter().enumerate() {
            let mut all = Slope::default();
            histogram.iter().for_each(|bin| all.add(bin));
            let mut left = Slope::default();
            for (bin, slope) in (0u8..).zip(&histogram[..BINS - 1]) {
                left.add(slope);
                let right = all.less(&left);
                if slope.rows == 0 || left.rows < least_rows || right.rows < least_rows {
                    continue;
                }
                let gain = left.gain(penalty) + right.gain(penalty) - all.gain(penalty);
                if gain > best_gain {
                    (best, best_gain) = (Some((feature, bin)), gain);
                }
            }
        }
        best
    }

    fn become_leaf(&mut self, place: usize, rows: &[u32]) {
        let mut sum = Slope::default();
        rows.iter().for_each(|row| sum.add(&self.slopes[*row as usize]));
        let value = -sum.first / (sum.second + self.settings.penalty) * self.settings.learning_rate;
        self.nodes[place].value = value;
        for row in rows {
            self.scores[*row as usize] += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETTINGS: Settings = Settings { trees: 20, depth: 3, learning_rate: 0.3, least_rows: 2, penalty: 1.0 };

    fn train(rows: &[[f64; 2]], outcomes: &[bool]) -> Model {
        let features: Vec<BinnedFeature> =
            (0..2).map(|feature| BinnedFeature::of(&rows.iter().map(|row| row[feature]).collect::<Vec<_>>())).collect();
        Model::train(&features, outcomes, SETTINGS)
    }

    fn log_odds(model: &Model, row: &[f64]) -> f64 {
        model.base() + model.contributions(row).iter().sum::<f64>()
    }

    #[test]
    fn it_learns_what_no_line_can_say() {
        // Exclusive or needs two levels.
        let rows: Vec<[f64; 2]> = (0..400).map(|row| [f64::from(row % 2), f64::from(row / 2 % 2)]).collect();
        let outcomes: Vec<bool> = (0..400).map(|row| (row % 2 == 1) != (row / 2 % 2 == 1) || row % 97 == 0).collect();
        let model = train(&rows, &outcomes);
        assert!(log_odds(&model, &[1.0, 0.0]) > 2.0 && log_odds(&model, &[0.0, 1.0]) > 2.0);
        assert!(log_odds(&model, &[0.0, 0.0]) < -1.0 && log_odds(&model, &[1.0, 1.0]) < -1.0);
    }

    #[test]
    fn one_tree_of_one_split_is_what_the_paper_says() {
        let features = [BinnedFeature::of(&[0.0, 0.0, 1.0, 1.0])];
        let one_tree = Settings { trees: 1, depth: 1, learning_rate: 1.0, least_rows: 1, penalty: 1.0 };
        let model = Model::train(&features, &[false, false, true, true], one_tree);
        // Two rows of p = 0.5 on each side: G = ±1, H = 0.5, so the leaves are ∓1/1.5 and the start is ln(2.5/2.5) = 0.
        assert!((log_odds(&model, &[0.0]) + 2.0 / 3.0).abs() < 1e-12);
        assert!((log_odds(&model, &[1.0]) - 2.0 / 3.0).abs() < 1e-12);
        assert!((model.contributions(&[1.0])[0] - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn values_are_cut_between_and_missing_ones_stand_apart() {
        let feature = BinnedFeature::of(&[1.0, 2.0, f64::NAN, 3.0]);
        assert_eq!(feature.bins, [1, 2, 0, 3]);
        assert_eq!((bin_of(&feature.bounds, 0.0), bin_of(&feature.bounds, 2.5), bin_of(&feature.bounds, 9.0)), (1, 3, 4));
        assert!(BinnedFeature::of(&[f64::NAN; 3]).bounds.is_empty());
    }

    proptest! {
        #[test]
        fn base_and_contributions_are_the_sum_of_the_leaves(
            rows in prop::collection::vec((prop::array::uniform2(-5.0..5.0f64), any::<bool>()), 8..120),
            asked in prop::array::uniform2(-6.0..6.0f64),
        ) {
            let outcomes: Vec<bool> = rows.iter().map(|row| row.1).collect();
            let rows: Vec<[f64; 2]> = rows.iter().map(|row| row.0).collect();
            let model = train(&rows, &outcomes);
            let roots: f64 = model.trees.iter().map(|tree| tree[0].value).sum();
            let bins: Vec<u8> = model.bounds.iter().zip(asked).map(|(bounds, value)| bin_of(bounds, value)).collect();
            let leaves: f64 = model.trees.iter().map(|tree| {
                let mut node = &tree[0];
                while let Some(split) = node.split {
                    node = &tree[if bins[split.feature] <= split.bin { split.left } else { split.right }];
                }
                node.value
            }).sum();
            prop_assert!((log_odds(&model, &asked) - (model.base() - roots + leaves)).abs() < 1e-9);
            let again = train(&rows, &outcomes);
            prop_assert_eq!(log_odds(&model, &asked).to_bits(), log_odds(&again, &asked).to_bits());
        }
    }
}
