//! What is in a parcel: released findings, statements, retractions, corrections, requests and answers.
//!
//! In CBOR every struct is a map with its fields' names as keys, times are RFC 3339 text, hashes are hexadecimal text. A reader
//! refuses fields it does not know; a change of this form is a new [`FORMAT`].

use std::collections::BTreeSet;

use oikos_model::{
    ContentHash, DerivedFrom, DetectorId, Fact, FactValue, Finding, FindingKey, Label, LegalBasis, Marking, NodeId, Place,
    Purpose, Reason, Scope, Selector, SelectorClass, Statement, StatementId, Timestamp, UserName,
};
use serde::{Deserialize, Serialize};

use crate::limits::{
    MAXIMUM_ANSWERS, MAXIMUM_FINDINGS, MAXIMUM_LIST_LENGTH, MAXIMUM_NAME_LENGTH, MAXIMUM_REQUESTS, MAXIMUM_RETRACTIONS,
    MAXIMUM_STATEMENTS, MAXIMUM_TEXT_LENGTH,
};
use crate::request::{AnswerOutcome, ReleaseAnswer, ReleaseAsk};

/// The version of the content's form.
pub const FORMAT: u8 = 1;

/// When something happened in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// From,
    pub from: Timestamp,
    /// to; equal to `from` for a moment.
    pub to: Timestamp,
}

/// How well the records bear out a finding, as its origin reasons. Leaves as one field, named `reasons`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasoning {
    /// Prior log-odds in bits.
    pub prior_bits: f64,
    /// Reasons for and against.
    pub reasons: Vec<Reason>,
    /// Whether the bits were calibrated against outcomes.
    pub calibrated: bool,
}

/// What a person released of one finding, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedFinding {
    /// The node whose finding it is.
    pub origin: NodeId,
    /// The finding's key as its origin shows it to others: [`NodeIdentity::released_key`](crate::NodeIdentity::released_key).
    pub key: FindingKey,
    /// The detector.
    pub detector: DetectorId,
    /// The desk the detector belongs to.
    pub desk: String,
    /// One line a person reads first, if released.
    pub title: Option<String>,
    /// When, if released.
    pub when: Option<Period>,
    /// Where, if released and anywhere.
    pub place: Option<Place>,
    /// Why, if released.
    pub reasoning: Option<Reasoning>,
    /// The released facts. Their selectors are the finding's selectors at the receiver.
    pub facts: Vec<Fact>,
    /// What it was derived from, as far as that may be named to the receiver.
    pub derived_from: Vec<DerivedFrom>,
    /// What may be done with it.
    pub marking: Marking,
}

impl ReleasedFinding {
    /// The identifiers in the released facts.
    pub fn selectors(&self) -> BTreeSet<Selector> {
        let selector_of = |fact: &Fact| match &fact.value {
            FactValue::Selector(selector) => Some(selector.clone()),
            _ => None,
        };
        self.facts.iter().filter_map(selector_of).collect()
    }

    /// Whether it is nothing but impersonal identifiers: the most that a node may release without a person.
    pub fn is_bare(&self) -> bool {
        let impersonal =
            |fact: &Fact| matches!(&fact.value, FactValue::Selector(selector) if selector.class() == SelectorClass::Impersonal);
        let Self { title, when, place, reasoning, facts, .. } = self;
        title.is_none() && when.is_none() && place.is_none() && reasoning.is_none() && facts.iter().all(impersonal)
    }

    /// The finding as its receiver keeps it, released at `released_at`, with every marking bound by `bind`.
    ///
    /// What was not released is filled with the least that is true: the title is the detector's id, and the time is the whole
    /// past up to the release.
    pub(crate) fn into_finding(self, released_at: Timestamp, bind: impl Fn(&Marking) -> Marking) -> Finding {
        let selectors = self.selectors().into_iter().collect();
        let when = self.when.unwrap_or(Period { from: Timestamp::UNIX_EPOCH, to: released_at });
        let reasoning = self.reasoning.unwrap_or(Reasoning { prior_bits: 0.0, reasons: Vec::new(), calibrated: false });
        Finding {
            key: self.key,
            origin: self.origin,
            title: self.title.unwrap_or_else(|| self.detector.to_string()),
            detector: self.detector,
            desk: self.desk,
            run: None,
            occurred_from: when.from,
            occurred_to: when.to,
            place: self.place,
            prior_bits: reasoning.prior_bits,
            reasons: reasoning.reasons,
            calibrated: reasoning.calibrated,
            selectors,
            facts: self.facts.into_iter().map(|fact| Fact { marking: bind(&fact.marking), ..fact }).collect(),
            evidence: Vec::new(),
            derived_from: self.derived_from,
            marking: bind(&self.marking),
        }
    }
}

/// A statement on its way, whole, without the record it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedStatement {
    /// The statement. Its label id is the label's.
    pub statement: Statement,
    /// Its label, with the scope of the whole node: to whom at its origin it belongs is nobody else's business.
    pub label: Label,
}

/// The origin takes something back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retraction {
    /// What, as the receiver knows it. A finding is taken back whatever its revision.
    pub what: DerivedFrom,
    /// Why, in words.
    pub reason: String,
    /// When it was taken back.
    pub at: Timestamp,
}

/// The origin says that something it released was wrong. What is right travels beside it, or follows when a person releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rectification {
    /// What was wrong, as the receiver knows it. A finding's revision is the wrong one, as the origin names it.
    pub what: DerivedFrom,
    /// Of a statement: the one that says it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<StatementId>,
    /// What was wrong about it, in words.
    pub reason: String,
    /// When it was corrected.
    pub at: Timestamp,
}

/// What a sealed parcel holds. Its identity is (from, to, sequence); the id under which it travels is the hash of its sealed bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParcelContent {
    /// The form: [`FORMAT`].
    pub format: u8,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Its number among the parcels from this sender to this receiver, from 1.
    pub sequence: u64,
    /// The terms under which it is sent, by their hash.
    pub agreement: ContentHash,
    /// When it was made: when what is in it was released.
    pub created_at: Timestamp,
    /// After this moment it must not be taken any more.
    pub expires: Option<Timestamp>,
    /// The person who signed the release or the request. Without one go retractions, leaving, answers that neither confirm nor deny,
    /// and impersonal identifiers that the agreement pre-authorises.
    pub released_by: Option<UserName>,
    /// Why it was released.
    pub purpose: Purpose,
    /// The law the release rests on.
    pub legal_basis: LegalBasis,
    /// Released findings.
    pub findings: Vec<ReleasedFinding>,
    /// Statements.
    pub statements: Vec<ReleasedStatement>,
    /// Retractions.
    pub retractions: Vec<Retraction>,
    /// Corrections of what was released before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rectifications: Vec<Rectification>,
    /// Requests for release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<ReleaseAsk>,
    /// Answers to requests of the receiver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<ReleaseAnswer>,
    /// Whether the sender leaves the agreement as of `created_at`.
    pub leaves: bool,
    /// Why it leaves, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_reason: Option<String>,
}

/// What about a parcel's content breaks a rule that holds for every parcel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentProblem {
    /// There is too much of something.
    #[error("{what} has {found}, more than {limit}")]
    TooMuch {
        /// Of what.
        what: String,
        /// How much is there: entries of a list, bytes of a text.
        found: usize,
        /// How much is allowed.
        limit: usize,
    },
    /// A field is not what it should be.
    #[error("{what}: {problem}")]
    Field {
        /// Which.
        what: String,
        /// What is wrong.
        problem: &'static str,
    },
}

pub(crate) fn at_most(what: impl FnOnce() -> String, found: usize, limit: usize) -> Result<(), ContentProblem> {
    if found <= limit { Ok(()) } else { Err(ContentProblem::TooMuch { what: what(), found, limit }) }
}

pub(crate) fn must(holds: bool, what: impl FnOnce() -> String, problem: &'static str) -> Result<(), ContentProblem> {
    if holds { Ok(()) } else { Err(ContentProblem::Field { what: what(), problem }) }
}

impl ParcelContent {
    /// Whether anything new is in it, beyond taking back and leaving.
    pub fn brings_something(&self) -> bool {
        !self.findings.is_empty() || !self.statements.is_empty() || !self.requests.is_empty() || !self.answers.is_empty()
    }

    /// Whether anything in it needs the name of a person who stands for it.
    fn needs_a_person(&self) -> bool {
        let neutral = |answer: &ReleaseAnswer| answer.outcome == AnswerOutcome::NeitherConfirmedNorDenied;
        let bare = self.findings.iter().all(ReleasedFinding::is_bare);
        !bare || !self.statements.is_empty() || !self.requests.is_empty() || !self.answers.iter().all(neutral)
    }

    /// Checks everything that holds for a parcel between any two nodes: limits, and that everything in it is the sender's own and
    /// carries nothing that stays home. The agreement is checked apart.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn check(&self) -> Result<(), ContentProblem> {
        at_most(|| "findings".into(), self.findings.len(), MAXIMUM_FINDINGS)?;
        at_most(|| "statements".into(), self.statements.len(), MAXIMUM_STATEMENTS)?;
        at_most(|| "retractions".into(), self.retractions.len(), MAXIMUM_RETRACTIONS)?;
        must(self.sequence > 0, || "sequence".into(), "sequences begin at 1")?;
        at_most(|| "requests".into(), self.requests.len(), MAXIMUM_REQUESTS)?;
        at_most(|| "answers".into(), self.answers.len(), MAXIMUM_ANSWERS)?;
        let signed = self.released_by.is_some() || !self.needs_a_person();
        must(signed, || "released_by".into(), "a release must be signed by a person")?;
        let mut keys = BTreeSet::new();
        for finding in &self.findings {
            let unique = keys.insert(finding.key);
            must(unique, || format!("finding {}", finding.key), "it is in the parcel twice")?;
            check_finding(finding, &self.from)?;
        }
        let mut ids = BTreeSet::new();
        for released in &self.statements {
            let unique = ids.insert(released.statement.id);
            must(unique, || format!("statement {}", released.statement.id), "it is in the parcel twice")?;
            check_statement(released, &self.from)?;
        }
        for retraction in &self.retractions {
            let name = || "retraction".to_owned();
            must(*origin_of(&retraction.what) == self.from, name, "only the origin may take a thing back")?;
            at_most(name, retraction.reason.len(), MAXIMUM_TEXT_LENGTH)?;
        }
        at_most(|| "rectifications".into(), self.rectifications.len(), MAXIMUM_RETRACTIONS)?;
        self.rectifications.iter().try_for_each(|rectification| check_rectification(rectification, &self.from))?;
        at_most(|| "leave_reason".into(), self.leave_reason.as_ref().map_or(0, String::len), MAXIMUM_TEXT_LENGTH)?;
        let mut requests = BTreeSet::new();
        for request in &self.requests {
            must(requests.insert(request.id), || format!("request {}", request.id), "it is in the parcel twice")?;
            request.check()?;
        }
        let mut answered = BTreeSet::new();
        for answer in &self.answers {
            must(answered.insert(answer.request), || format!("answer to {}", answer.request), "it is in the parcel twice")?;
            answer.check()?;
        }
        Ok(())
    }
}

fn check_rectification(rectification: &Rectification, sender: &NodeId) -> Result<(), ContentProblem> {
    let name = || "rectification".to_owned();
    must(origin_of(&rectification.what) == sender, name, "only the origin may correct a thing")?;
    let is_statement = matches!(rectification.what, DerivedFrom::Statement { .. });
    must(is_statement == rectification.replaced_by.is_some(), name, "a statement, and only one, names what replaces it")?;
    must(!rectification.reason.trim().is_empty(), name, "it does not say what was wrong")?;
    at_most(name, rectification.reason.len(), MAXIMUM_TEXT_LENGTH)
}

/// The node that a thing comes from.
pub(crate) fn origin_of(what: &DerivedFrom) -> &NodeId {
    match what {
        DerivedFrom::Finding { origin, .. } | DerivedFrom::Statement { origin, .. } => origin,
    }
}

fn check_finding(finding: &ReleasedFinding, sender: &NodeId) -> Result<(), ContentProblem> {
    let name = || format!("finding {}", finding.key);
    must(finding.origin == *sender, name, "its origin is not the sender; passing on is not agreed")?;
    let detectors_desk = finding.detector.as_str().split('.').next();
    must(detectors_desk == Some(finding.desk.as_str()), name, "its desk is not its detector's")?;
    at_most(|| format!("{}: facts", name()), finding.facts.len(), MAXIMUM_LIST_LENGTH)?;
    at_most(|| format!("{}: derived_from", name()), finding.derived_from.len(), MAXIMUM_LIST_LENGTH)?;
    at_most(|| format!("{}: title", name()), finding.title.as_ref().map_or(0, String::len), MAXIMUM_TEXT_LENGTH)?;
    if let Some(when) = finding.when {
        must(when.from <= when.to, name, "it ended before it began")?;
    }
    if let Some(place) = finding.place {
        let on_earth = (-90.0..=90.0).contains(&place.latitude) && (-180.0..=180.0).contains(&place.longitude);
        must(on_earth, name, "its place is not on earth")?;
    }
    if let Some(reasoning) = &finding.reasoning {
        at_most(|| format!("{}: reasons", name()), reasoning.reasons.len(), MAXIMUM_LIST_LENGTH)?;
        must(reasoning.prior_bits.is_finite(), name, "its prior is not a number")?;
        for reason in &reasoning.reasons {
            must(reason.bits.is_finite(), name, "a reason's bits are not a number")?;
            at_most(|| format!("{}: reason's name", name()), reason.name.len(), MAXIMUM_NAME_LENGTH)?;
            at_most(|| format!("{}: reason's text", name()), reason.text.len(), MAXIMUM_TEXT_LENGTH)?;
        }
    }
    let mut names = BTreeSet::new();
    for fact in &finding.facts {
        must(names.insert(&fact.name), name, "two facts have one name")?;
        check_fact(fact, name)?;
    }
    Ok(())
}

fn check_fact(fact: &Fact, finding: impl Fn() -> String) -> Result<(), ContentProblem> {
    let name = || format!("{}: fact {:?}", finding(), fact.name.chars().take(40).collect::<String>());
    at_most(name, fact.name.len(), MAXIMUM_NAME_LENGTH)?;
    match &fact.value {
        FactValue::Text(text) => at_most(name, text.len(), MAXIMUM_TEXT_LENGTH),
        FactValue::Number { number, unit } => {
            must(number.is_finite(), name, "it is not a number")?;
            at_most(name, unit.len(), MAXIMUM_NAME_LENGTH)
        }
        FactValue::Selector(selector) => at_most(name, selector.value.len(), MAXIMUM_NAME_LENGTH),
        FactValue::Time(_) => Ok(()),
    }
}

fn check_statement(released: &ReleasedStatement, sender: &NodeId) -> Result<(), ContentProblem> {
    let ReleasedStatement { statement, label } = released;
    let name = || format!("statement {}", statement.id);
    must(statement.origin == *sender, name, "its origin is not the sender; passing on is not agreed")?;
    let id = Statement::id_of(&statement.origin, &statement.dataset, &statement.content);
    must(id == statement.id, name, "its id is not the hash of its content")?;
    must(label.origin == *sender && label.scope == Scope::Node, name, "its label is not the sender's for a whole node")?;
    must(label.id() == statement.label, name, "its label id is not its label's")?;
    must(statement.content.record.is_none(), name, "it names a record; records stay home")?;
    must(statement.ended_at.is_none(), name, "it has ended; what ended is taken back, not sent")?;
    at_most(|| format!("{}: kind", name()), statement.content.kind.len(), MAXIMUM_NAME_LENGTH)?;
    at_most(|| format!("{}: property", name()), statement.content.property.len(), MAXIMUM_NAME_LENGTH)?;
    at_most(|| format!("{}: value", name()), statement.content.value.len(), MAXIMUM_TEXT_LENGTH)
}
