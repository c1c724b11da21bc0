//! A score: bits of log-odds, the sum of its reasons.

use serde::Serialize;

use super::align::{Means, View};
use super::evidence::Evidence;
use super::features::{NameFeature, Values, compare};
use super::weights::Weights;
use crate::names::tables::FormClass;
use crate::names::{EntityKind, Name};

/// One reason of a score: what was compared, how it came out, and what it gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The feature's name.
    pub feature: &'static str,
    /// How much of it there is, 0 to 1.
    pub value: f32,
    /// What it gave: bits of log-odds, below zero against a match.
    pub bits: f32,
}

/// A word of one name and the word of the other it stands for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordMatch {
    /// The word of the first name, normalised.
    pub first: String,
    /// The word of the second name, normalised.
    pub second: String,
    /// How it stands for it.
    pub means: Means,
    /// How alike they are, 0 to 1.
    pub similarity: f32,
}

/// How much speaks for two names, or two entities, being the same. `bits` is the sum of the reasons' bits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Bits of log-odds.
    pub bits: f32,
    /// Every reason that gave something; the first is what stands before anything is compared.
    pub reasons: Vec<Reason>,
    /// Which word was matched with which.
    pub words: Vec<WordMatch>,
}

impl Score {
    /// The score between 0 and 1. Uncalibrated: half means that the weights see as much for as against.
    pub fn value(&self) -> f64 {
        value_of(self.bits)
    }
}

/// A score in bits as a number between 0 and 1.
pub fn value_of(bits: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(bits)).exp2())
}

/// The bits of a number between 0 and 1: the other way round.
pub fn bits_of(value: f64) -> f32 {
    let value = value.clamp(1e-12, 1.0 - 1e-12);
    (value / (1.0 - value)).log2() as f32
}

/// The features of two names where no index knows how rare their words are. The same in both directions.
pub fn name_features(kind: EntityKind, first: &str, second: &str) -> [f32; NameFeature::COUNT] {
    let (first, second) = (Name::new(kind, first), Name::new(kind, second));
    let (a, b) = (views(&first), views(&second));
    compare(kind, (&a, first.form), (&b, second.form)).0
}

/// Compares two names where no index knows how rare their words are. The score is the same in both directions.
pub fn compare_names(kind: EntityKind, first: &str, second: &str, weights: &Weights) -> Score {
    let (first, second) = (Name::new(kind, first), Name::new(kind, second));
    let (a, b) = (views(&first), views(&second));
    explain(kind, (&a, first.form), (&b, second.form), &[], weights)
}

fn views(name: &Name) -> Vec<View<'_>> {
    name.tokens.iter().map(|token| View::of(token, 1.0)).collect()
}

/// Compares and tells every reason.
pub(crate) fn explain(
    kind: EntityKind,
    first: (&[View<'_>], Option<FormClass>),
    second: (&[View<'_>], Option<FormClass>),
    evidence: &[Evidence],
    weights: &Weights,
) -> Score {
    let (a, b) = (first.0, second.0);
    let (values, alignment, swapped) = compare(kind, first, second);
    let reasons = reasons(&values, evidence, weights, kind);
    let text = |view: &View<'_>| String::from_utf8_lossy(view.text).into_owned();
    let words = alignment.pairs.iter().map(|pair| {
        let (x, y) = if swapped { (pair.second, pair.first) } else { (pair.first, pair.second) };
        let (x, y) = (&a[usize::from(x)], &b[usize::from(y)]);
        WordMatch { first: text(x), second: text(y), means: pair.means, similarity: pair.similarity }
    });
    Score { bits: reasons.iter().fold(0.0, |sum, reason| sum + reason.bits), reasons, words: words.collect() }
}

fn reasons(values: &Values, evidence: &[Evidence], weights: &Weights, kind: EntityKind) -> Vec<Reason> {
    let names = weights.names(kind);
    let base = Reason { feature: "base", value: 1.0, bits: names.base };
    let features = NameFeature::ALL.iter().map(|feature| {
        let value = values[*feature as usize];
        Reason { feature: feature.name(), value, bits: names.get(*feature) * value }
    });
    let evidence = evidence.iter().map(|evidence| Reason { feature: evidence.name, value: 1.0, bits: evidence.bits });
    std::iter::once(base).chain(features.filter(|reason| reason.value != 0.0)).chain(evidence).collect()
}
