//! Findings: what a detector concluded from records, with its reasons. Facts may travel; records stay home.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hash::ContentHasher;
use crate::{Actor, ContentHash, DetectorId, LabelId, Marking, NodeId, RunId, Selector, SelectorKind, StatementId, TableName};

/// A record in this node's lake: table and record id. It never leaves the node except in an evidence bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordReference {
    /// The table.
    pub table: TableName,
    /// Import number in the upper 32 bits, position in the source (line or ordinal, from 1) in the lower 32.
    pub record_id: i64,
}

impl RecordReference {
    /// The number of the import that brought the record.
    pub const fn import_number(&self) -> u32 {
        (self.record_id >> 32) as u32
    }

    /// The line or ordinal in the source, from 1.
    pub const fn position(&self) -> u32 {
        (self.record_id & 0xffff_ffff) as u32
    }

    /// Puts the two parts together. An import number has at most 31 bits, so the id is never negative.
    pub const fn record_id(import_number: u32, position: u32) -> i64 {
        (((import_number & 0x7fff_ffff) as i64) << 32) | position as i64
    }
}

/// The identity of a finding through all its revisions: hash of the detector's id and of the key columns its head names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingKey(pub ContentHash);

impl FindingKey {
    /// The key of a finding by `detector` with these key values, in the order of the head.
    pub fn new<'a>(detector: &DetectorId, key_values: impl IntoIterator<Item = &'a str>) -> Self {
        let start = ContentHasher::new("finding").field(detector.as_str().as_bytes());
        Self(key_values.into_iter().fold(start, |hasher, value| hasher.field(value.as_bytes())).finish())
    }
}

impl std::fmt::Display for FindingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for FindingKey {
    type Err = crate::IdentifierError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The content of a finding at one time: a hash of what it says.
pub type FindingRevision = ContentHash;

/// One reason for or against, in bits of log-odds. Reasons add up to the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The feature, by the name the detector's head gives it.
    pub name: String,
    /// Bits of log-odds: positive speaks for the finding, negative against (counter-evidence).
    pub bits: f64,
    /// The reason in words, with its numbers.
    pub text: String,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum FactValue {
    /// Words.
    Text(String),
    /// A number with the unit it is in; `""` where it has none.
    Number {
        /// The number.
        number: f64,
        /// Unit, for example `h`, `kn`, `%`.
        unit: String,
    },
    /// A moment.
    Time(Timestamp),
    /// An identifier others can look up.
    Selector(Selector),
}

/// One typed thing a finding says, with its own marking: the unit of release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The fact's name in the detector's head.
    pub name: String,
    /// What it says.
    #[serde(flatten)]
    pub value: FactValue,
    /// What may be done with this fact. At least as strict as the finding's.
    pub marking: Marking,
}

/// A place on earth, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// What something was derived from. Recall walks these, and one origin counts once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DerivedFrom {
    /// A finding, own or received.
    Finding {
        /// The node it comes from.
        origin: NodeId,
        /// Its key.
        key: FindingKey,
        /// The revision used.
        revision: FindingRevision,
    },
    /// A statement, own or received.
    Statement {
        /// The node it comes from.
        origin: NodeId,
        /// Its id.
        id: StatementId,
    },
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nobody decided yet.
    Open,
    /// A person confirmed it.
    Confirmed,
    /// A person dismissed it.
    Dismissed,
    /// A re-run on the same inputs no longer gives it.
    Superseded,
    /// Its origin took it back.
    Recalled,
}

/// What a detector concluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identity through all revisions.
    pub key: FindingKey,
    /// The node whose detector concluded it.
    pub origin: NodeId,
    /// The detector.
    pub detector: DetectorId,
    /// The desk the detector belongs to.
    pub desk: String,
    /// The run that gave this revision. Absent in a received finding: runs stay home.
    pub run: Option<RunId>,
    /// One line a person reads first.
    pub title: String,
    /// When it began in the world.
    pub occurred_from: Timestamp,
    /// When it ended in the world; equal to `occurred_from` for a moment.
    pub occurred_to: Timestamp,
    /// Where, if anywhere.
    pub place: Option<Place>,
    /// Prior log-odds in bits before any reason, as the head declares it.
    pub prior_bits: f64,
    /// Reasons for (positive) and against (negative).
    pub reasons: Vec<Reason>,
    /// Whether the bits were calibrated against outcomes.
    pub calibrated: bool,
    /// By what others may know the same thing.
    pub selectors: Vec<Selector>,
    /// What may travel.
    pub facts: Vec<Fact>,
    /// The records it rests on. Empty in a received finding: records stay home.
    pub evidence: Vec<RecordReference>,
    /// What it was derived from, beyond records.
    pub derived_from: Vec<DerivedFrom>,
    /// What may be done with the finding as a whole: at least as strict as its inputs.
    pub marking: Marking,
}

impl Finding {
    /// Prior plus all reasons, in bits of log-odds. Never a score of a person's risk: it says how well the records bear out the finding.
    pub fn score_bits(&self) -> f64 {
        self.prior_bits + self.reasons.iter().map(|reason| reason.bits).sum::<f64>()
    }

    /// The hash of what the finding says. The run that gave it and the order of its lists do not count, so re-running gives the same revision.
    pub fn revision(&self) -> FindingRevision {
        let mut said = self.clone();
        said.run = None;
        said.selectors.sort();
        said.evidence.sort();
        said.derived_from.sort();
        said.reasons.sort_by(|one, two| one.name.cmp(&two.name));
        said.facts.sort_by(|one, two| one.name.cmp(&two.name));
        #[expect(clippy::expect_used, reason = "a finding has only string keys; floats that are not finite become null")]
        let text = serde_json::to_vec(&said).expect("a finding serialises");
        ContentHasher::new("finding-revision").field(&text).finish()
    }

    /// Selectors of one kind.
    pub fn selectors_of(&self, kind: SelectorKind) -> impl Iterator<Item = &Selector> {
        self.selectors.iter().filter(move |selector| selector.kind == kind)
    }

    /// The fact of this name.
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.name == name)
    }
}

/// What a person decided about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// It is so.
    Confirm,
    /// It is not, or does not matter.
    Dismiss,
    /// An earlier decision is taken back, by a person or by a material change.
    Reopen,
}

/// A decision on a finding's key. It stays when the finding is revised, until a declared material change reopens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The finding.
    pub key: FindingKey,
    /// The node whose finding it is.
    pub origin: NodeId,
    /// The revision the person saw.
    pub revision: FindingRevision,
    /// What was decided.
    pub kind: DecisionKind,
    /// Why, in words. A dismissal must have one.
    pub reason: String,
    /// By whom.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// Label of the finding at that time.
    pub label: LabelId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_ids_hold_import_and_position() {
        let id = RecordReference::record_id(7, 4_000_000_000);
        let reference = RecordReference { table: TableName::new("t").unwrap(), record_id: id };
        assert_eq!((reference.import_number(), reference.position()), (7, 4_000_000_000));
        assert!(RecordReference::record_id(u32::MAX, u32::MAX) > 0);
    }

    #[test]
    fn keys_depend_on_every_key_value_and_their_order() {
        let detector = DetectorId::new("sea.gap").unwrap();
        let key = FindingKey::new(&detector, ["a", "b"]);
        assert_ne!(key, FindingKey::new(&detector, ["b", "a"]));
        assert_ne!(key, FindingKey::new(&detector, ["ab"]));
    }
}
