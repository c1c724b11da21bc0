//! Screening: subjects against lists, ranked within an alert budget, every match with the alias that matched, its reasons, the list's legal
//! force and what was said of it before. Nothing is cut away by the budget, and nothing is decided: a person decides.

use std::collections::{BTreeMap, BTreeSet};

use oikos_matching::{EvidenceWeights, Hit, SearchSettings, Weights, bits_of};
use oikos_model::{Action, DatasetId, LabelId};
use oikos_registry::Transaction;
use oikos_screening::{Described, Listing};
use serde::{Deserialize, Serialize};

use super::decide::{MatchDecision, MatchVerdict};
use super::index::{Lists, path_of};
use super::lists::{ListView, labels_of, screened_datasets};
use super::subject::{ScreeningSubject, fingerprint};
use crate::entities::EntityPath;
use crate::{Caller, Node, NodeError, Noted};

/// Most subjects of one request; a file is sent in parts.
pub(super) const SUBJECTS_MAXIMUM: usize = 1_000;
const MATCHES_PER_SUBJECT: usize = 10;
const MATCHES_PER_SUBJECT_MAXIMUM: usize = 100;
/// From this score on, between 0 and 1, a pair is a match where nobody said otherwise.
const THRESHOLD: f64 = 0.5;
/// Most things the journal entry of one request names.
const NOTED_MAXIMUM: usize = 1_000;

/// Subjects to be screened, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScreeningRequest {
    /// Whom; 1,000 at most.
    pub subjects: Vec<ScreeningSubject>,
    /// How.
    #[serde(flatten)]
    pub settings: ScreeningSettings,
}

/// How subjects are screened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ScreeningSettings {
    /// The least score of a match, between 0 and 1; absent: 0.5, as likely as not by the weights, which are uncalibrated.
    pub threshold: Option<f64>,
    /// Most matches of one subject; absent: 10.
    pub matches_per_subject: Option<usize>,
    /// How many matches can be looked at; absent: all. The others are ranked below and marked.
    pub budget: Option<usize>,
    /// Datasets to screen against; empty: every list that the caller may read.
    pub datasets: Vec<String>,
    /// Weights in bits of what is known beside the name, by their names, where they should not be the usual ones.
    pub weights: BTreeMap<String, f32>,
}

/// A match: data agree. It becomes a hit only by a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScreeningMatch {
    /// Place in the ranking over all subjects, from 1.
    pub rank: usize,
    /// Whether it is among as many as can be looked at.
    pub within_budget: bool,
    /// The subject's id, or its place among the subjects.
    pub subject: String,
    /// Fingerprint of the subject's description, under which what is said of it is kept.
    pub fingerprint: String,
    /// Which of the subject's names matched.
    pub name: String,
    /// Which name of the listed entity it matched.
    pub alias: String,
    /// How good that alias is: `name`, `strong`, `previous` or `weak`.
    pub alias_strength: String,
    /// The script it is written in.
    pub script: String,
    /// The listed entity.
    pub entity: EntityPath,
    /// Its main name.
    pub title: String,
    /// The lists it is on, with their legal force here.
    pub lists: Vec<ListView>,
    /// Programmes or regimes it is listed under.
    pub programmes: Vec<String>,
    /// The lists' own numbers of it.
    pub references: Vec<String>,
    /// The score between 0 and 1.
    pub score: f64,
    /// The score in bits of log-odds: the sum of the reasons.
    pub bits: f32,
    /// `strong`, `likely` or `possible`.
    pub grade: String,
    /// What each feature gave.
    pub reasons: Vec<MatchReason>,
    /// Which word was matched with which, and how.
    pub words: Vec<MatchedWord>,
    /// What was said of the two before: a clearance that holds, or a hit.
    pub decision: Option<MatchDecision>,
}

/// What one feature gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatchReason {
    /// The feature.
    pub feature: String,
    /// How much of it there is, 0 to 1.
    pub value: f32,
    /// Bits of log-odds; below zero against a match.
    pub bits: f32,
}

/// Two words that stand for each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatchedWord {
    /// The subject's.
    pub subject: String,
    /// The list's.
    pub listed: String,
    /// How: `same`, `spelling`, `sound`, `initial` and so on.
    pub means: String,
}

/// What screening found.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ScreeningAnswer {
    /// How many subjects were screened.
    pub subjects: usize,
    /// What they were screened against.
    pub lists: Vec<ListView>,
    /// How many listed entities that is.
    pub entities: usize,
    /// All matches, the strongest first; those cleared stand last.
    pub matches: Vec<ScreeningMatch>,
    /// How many of them are within the budget.
    pub within_budget: usize,
    /// How many are cleared.
    pub cleared: usize,
}

impl Node {
    /// Screens subjects against the lists the caller may read.
    ///
    /// # Errors
    /// When policy refuses, there are no or too many subjects, one cannot be read, or a setting is out of its bounds.
    pub fn screen(&self, caller: &Caller, request: &ScreeningRequest) -> Result<ScreeningAnswer, NodeError> {
        let settings = request.settings.read()?;
        check_count(request.subjects.len())?;
        self.write(caller, Action::Screen, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let lists = self.lists(tx, &labels, request.settings.datasets()?)?;
            let matches = self.screen_against(tx, &lists, &labels, &request.subjects, &settings)?;
            let answer = answer(&lists, request.subjects.len(), matches, request.settings.budget);
            let noted = noted(&answer, &request.subjects)?;
            Ok((answer, noted))
        })
    }

    /// Every match of these subjects, unranked.
    pub(super) fn screen_against(
        &self,
        tx: &dyn Transaction,
        lists: &Lists,
        labels: &[LabelId],
        subjects: &[ScreeningSubject],
        settings: &HowToSearch,
    ) -> Result<Vec<ScreeningMatch>, NodeError> {
        let mut searcher = lists.index.searcher();
        let mut matches = Vec::new();
        for (place, subject) in subjects.iter().enumerate() {
            let subject = subject.entity(place)?;
            let hits = searcher.search(&subject, &settings.search());
            if hits.is_empty() {
                continue;
            }
            let fingerprint = fingerprint(&subject);
            let decisions = self.decisions_on(tx, &fingerprint, labels)?;
            for hit in hits {
                // A hit on an entity that is not described is on no list any more.
                if let Some(described) = lists.names.describe(&hit) {
                    let mut found = view(&hit, &described);
                    found.subject.clone_from(&subject.id);
                    found.fingerprint.clone_from(&fingerprint);
                    found.decision = decisions.iter().find(|decision| decision.entity == found.entity).cloned();
                    matches.push(found);
                }
            }
        }
        Ok(matches)
    }
}

pub(super) fn check_count(subjects: usize) -> Result<(), NodeError> {
    if (1..=SUBJECTS_MAXIMUM).contains(&subjects) {
        return Ok(());
    }
    Err(NodeError::Invalid(format!("subjects: {subjects} is not between 1 and {SUBJECTS_MAXIMUM}; send a file in parts")))
}

/// Settings that were found to be in order.
pub(super) struct HowToSearch {
    weights: Weights,
    least_bits: f32,
    limit: usize,
}

impl HowToSearch {
    fn search(&self) -> SearchSettings<'_> {
        SearchSettings { least_bits: self.least_bits, limit: self.limit, ..SearchSettings::new(&self.weights) }
    }
}

impl ScreeningSettings {
    /// The settings as the matching takes them.
    pub(super) fn read(&self) -> Result<HowToSearch, NodeError> {
        let threshold = self.threshold.unwrap_or(THRESHOLD);
        if !(0.0..=1.0).contains(&threshold) {
            return Err(NodeError::Invalid(format!("threshold: {threshold} is not between 0 and 1")));
        }
        let matches = self.matches_per_subject.unwrap_or(MATCHES_PER_SUBJECT);
        if !(1..=MATCHES_PER_SUBJECT_MAXIMUM).contains(&matches) {
            return Err(NodeError::Invalid(format!(
                "matches_per_subject: {matches} is not between 1 and {MATCHES_PER_SUBJECT_MAXIMUM}"
            )));
        }
        let weights = Weights { evidence: weighed(&self.weights)?, ..Weights::default() };
        Ok(HowToSearch { weights, least_bits: bits_of(threshold), limit: matches })
    }

    pub(super) fn datasets(&self) -> Result<BTreeSet<DatasetId>, NodeError> {
        if self.datasets.is_empty() {
            return Ok(screened_datasets());
        }
        let read = |id: &String| DatasetId::new(id).map_err(|error| NodeError::Invalid(format!("datasets: {error}")));
        self.datasets.iter().map(read).collect()
    }
}

/// The usual weights with these in place of theirs.
fn weighed(changes: &BTreeMap<String, f32>) -> Result<EvidenceWeights, NodeError> {
    let mut weights = serde_json::to_value(EvidenceWeights::default()).map_err(NodeError::internal)?;
    for (name, bits) in changes {
        let known = weights.get_mut(name).filter(|_| bits.is_finite() && bits.abs() <= 100.0);
        let slot = known.ok_or_else(|| NodeError::Invalid(format!("weights: there is no weight {name:?} of {bits} bits")))?;
        *slot = serde_json::json!(bits);
    }
    serde_json::from_value(weights).map_err(NodeError::internal)
}

fn view(hit: &Hit, described: &Described<'_>) -> ScreeningMatch {
    let score = hit.score.value();
    let of_listings = |of: fn(&Listing) -> &BTreeSet<String>| {
        let all: BTreeSet<&String> = described.listings.iter().flat_map(|listing| of(listing)).collect();
        all.into_iter().cloned().collect()
    };
    ScreeningMatch {
        rank: 0,
        within_budget: true,
        subject: String::new(),
        fingerprint: String::new(),
        name: hit.name.clone(),
        alias: hit.alias.clone(),
        alias_strength: described.strength.code().to_owned(),
        script: described.script.name().to_owned(),
        entity: path_of(&described.key),
        title: described.name.to_owned(),
        lists: described.lists.iter().map(|list| ListView::from(*list)).collect(),
        programmes: of_listings(|listing| &listing.programmes),
        references: of_listings(|listing| &listing.references),
        score,
        bits: hit.score.bits,
        grade: grade(score).to_owned(),
        reasons: hit
            .score
            .reasons
            .iter()
            .map(|reason| MatchReason { feature: reason.feature.to_owned(), value: reason.value, bits: reason.bits })
            .collect(),
        words: hit
            .score
            .words
            .iter()
            .map(|word| MatchedWord {
                subject: word.first.clone(),
                listed: word.second.clone(),
                means: serde_json::to_value(word.means)
                    .ok()
                    .and_then(|code| code.as_str().map(str::to_owned))
                    .unwrap_or_default(),
            })
            .collect(),
        decision: None,
    }
}

fn grade(score: f64) -> &'static str {
    match score {
        0.95.. => "strong",
        0.7.. => "likely",
        _ => "possible",
    }
}

/// Ranks matches: those cleared last, then by score.
pub(super) fn answer(lists: &Lists, subjects: usize, mut matches: Vec<ScreeningMatch>, budget: Option<usize>) -> ScreeningAnswer {
    let is_cleared = |one: &ScreeningMatch| one.decision.as_ref().is_some_and(|said| said.verdict == MatchVerdict::Cleared);
    matches.sort_by(|one, other| {
        let by_score = is_cleared(one).cmp(&is_cleared(other)).then_with(|| other.bits.total_cmp(&one.bits));
        by_score.then_with(|| (&one.subject, &one.entity).cmp(&(&other.subject, &other.entity)))
    });
    for (place, found) in matches.iter_mut().enumerate() {
        found.rank = place + 1;
        found.within_budget = !is_cleared(found) && budget.is_none_or(|budget| place < budget);
    }
    ScreeningAnswer {
        subjects,
        lists: lists.datasets().flat_map(labels_of).map(|label| ListView::from(&label)).collect(),
        entities: lists.index.len(),
        within_budget: matches.iter().filter(|found| found.within_budget).count(),
        cleared: matches.iter().filter(|found| is_cleared(found)).count(),
        matches,
    }
}

/// Who was screened, by fingerprint, and whom it matched. The names themselves do not go into the journal.
fn noted(answer: &ScreeningAnswer, subjects: &[ScreeningSubject]) -> Result<Noted, NodeError> {
    let mut named: Vec<String> = Vec::new();
    for (place, subject) in subjects.iter().enumerate() {
        named.push(format!("screened:{}", fingerprint(&subject.entity(place)?)));
    }
    let matched: BTreeSet<String> = answer.matches.iter().map(|found| found.entity.subject()).collect();
    named.extend(matched);
    named.truncate(NOTED_MAXIMUM);
    let detail = serde_json::json!({ "subjects": answer.subjects, "matches": answer.matches.len(), "entities": answer.entities });
    Ok(Noted::about(named).with_detail(detail))
}
