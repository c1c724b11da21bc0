//! Search: identifiers, names, titles of findings and leads, each as far as the caller may see it.

use std::collections::BTreeSet;

use oikos_model::{Action, FindingKey, NodeId, Selector, SelectorKind};
use oikos_picture::EntityName;
use oikos_registry::{FindingPoint, FindingQuery, Transaction};
use serde::{Deserialize, Serialize};

use super::EntityPath;
use crate::findings::{seconds, state_code};
use crate::{Caller, Node, NodeError, Noted};

/// Shortest question: one letter is no question.
const QUESTION_CHARACTERS_MINIMUM: usize = 2;
const QUESTION_BYTES_MAXIMUM: usize = 200;
/// Most hits of one group.
const HITS_MAXIMUM: usize = 50;
const HITS_SHOWN: usize = 10;

/// What to search for.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// Words, or an identifier, also as `kind:value`; 2 characters at least.
    pub q: String,
    /// At most so many of each group; 10 where absent, 50 at most.
    pub limit: Option<usize>,
}

/// Which entities to search for.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntitySearch {
    /// Words of its name, or an identifier, also as `kind:value`; 2 characters at least.
    pub q: String,
    /// Only entities of this kind.
    pub kind: Option<String>,
    /// At most so many; 10 where absent, 50 at most.
    pub limit: Option<usize>,
}

/// An entity that was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EntityHit {
    /// Which.
    pub entity: EntityPath,
    /// Its kind.
    pub kind: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What was found: the identifier as `kind:value`, or the name.
    pub found_by: String,
    /// Whether it was found by an identifier, exactly.
    pub is_identifier: bool,
    /// Whether its source still says so.
    pub is_current: bool,
}

/// A finding that was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FindingHit {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
    /// Its desk.
    pub desk: String,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// When it ended, RFC 3339.
    pub occurred_to: String,
    /// Whether it was found by an identifier it names.
    pub is_identifier: bool,
}

/// A lead that was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeadHit {
    /// Identity.
    pub id: String,
    /// One line.
    pub title: String,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// Strength in bits.
    pub score_bits: f64,
}

/// What was found.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct SearchAnswer {
    /// Entities: by identifier first.
    pub entities: Vec<EntityHit>,
    /// Findings: by identifier first, then the strongest.
    pub findings: Vec<FindingHit>,
    /// Leads, strongest first.
    pub leads: Vec<LeadHit>,
}

impl Node {
    /// Searches everything the caller may see.
    ///
    /// # Errors
    /// When policy refuses, or the question is too short or too long.
    pub fn search(&self, caller: &Caller, query: &SearchQuery) -> Result<SearchAnswer, NodeError> {
        let question = question(&query.q)?;
        let limit = limit(query.limit);
        self.write(caller, Action::Search, |tx| {
            let answer = SearchAnswer {
                entities: self.find_entities(tx, caller, question, None, limit)?,
                findings: self.find_findings(tx, caller, question, limit)?,
                leads: self.find_leads(tx, caller, question, limit)?,
            };
            Ok((answer.clone(), noted(&answer)))
        })
    }

    /// Searches entities.
    ///
    /// # Errors
    /// When policy refuses, or the question is too short or too long.
    pub fn search_entities(&self, caller: &Caller, query: &EntitySearch) -> Result<Vec<EntityHit>, NodeError> {
        let question = question(&query.q)?;
        self.write(caller, Action::ReadStatements, |tx| {
            let entities = self.find_entities(tx, caller, question, query.kind.as_deref(), limit(query.limit))?;
            let answer = SearchAnswer { entities, ..SearchAnswer::default() };
            Ok((answer.entities.clone(), noted(&answer)))
        })
    }

    fn find_entities(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        question: &str,
        kind: Option<&str>,
        limit: usize,
    ) -> Result<Vec<EntityHit>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        let mut hits: Vec<EntityHit> = Vec::new();
        for selector in identifiers(question) {
            for statement in tx.statements_naming(&selector)?.iter().filter(|one| labels.contains(&one.label)) {
                let (origin, dataset) = (statement.origin.clone(), statement.dataset.clone());
                let name = EntityName { origin, dataset, entity: statement.content.entity.clone() };
                hits.push(EntityHit {
                    entity: EntityPath::of(&name),
                    kind: statement.content.kind.clone(),
                    name: super::name_of(tx, &name, &labels)?,
                    found_by: selector.to_string(),
                    is_identifier: true,
                    is_current: statement.ended_at.is_none(),
                });
            }
        }
        for named in tx.entities_named(question, &labels, HITS_MAXIMUM)? {
            hits.push(EntityHit {
                entity: EntityPath { origin: named.origin, dataset: named.dataset, entity: named.entity },
                kind: named.kind,
                name: Some(named.name.clone()),
                found_by: named.name,
                is_identifier: false,
                is_current: named.is_current,
            });
        }
        let mut seen = BTreeSet::new();
        hits.retain(|hit| kind.is_none_or(|kind| hit.kind == kind) && seen.insert(hit.entity.clone()));
        hits.truncate(limit);
        Ok(hits)
    }

    fn find_findings(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        question: &str,
        limit: usize,
    ) -> Result<Vec<FindingHit>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
        let mut seen: BTreeSet<(NodeId, FindingKey)> = BTreeSet::new();
        let mut hits = Vec::new();
        for selector in identifiers(question) {
            let query = FindingQuery { labels: Some(&labels), selector: Some(&selector), limit, ..FindingQuery::default() };
            let points = tx.finding_points(&query)?;
            hits.extend(points.iter().filter(|point| seen.insert((point.origin.clone(), point.key))).map(|one| hit(one, true)));
        }
        let points = tx.findings_titled(question, &labels, limit)?;
        hits.extend(points.iter().filter(|point| seen.insert((point.origin.clone(), point.key))).map(|one| hit(one, false)));
        hits.truncate(limit);
        Ok(hits)
    }

    fn find_leads(&self, tx: &dyn Transaction, caller: &Caller, question: &str, limit: usize) -> Result<Vec<LeadHit>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        let words: Vec<String> = question.split_whitespace().map(str::to_lowercase).collect();
        let mut hits = Vec::new();
        for row in tx.leads(Some(&labels))? {
            let title = row.content["title"].as_str().unwrap_or_default().to_owned();
            let lower = title.to_lowercase();
            if row.id.starts_with(question) || words.iter().all(|word| lower.contains(word)) {
                hits.push(LeadHit { id: row.id, title, is_campaign: row.is_campaign, score_bits: row.score_bits });
            }
        }
        hits.truncate(limit);
        Ok(hits)
    }
}

fn question(text: &str) -> Result<&str, NodeError> {
    let text = text.trim();
    if text.chars().count() < QUESTION_CHARACTERS_MINIMUM || text.len() > QUESTION_BYTES_MAXIMUM {
        return Err(NodeError::Invalid(format!(
            "search for {QUESTION_CHARACTERS_MINIMUM} characters at least and {QUESTION_BYTES_MAXIMUM} bytes at most"
        )));
    }
    Ok(text)
}

fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(HITS_SHOWN).clamp(1, HITS_MAXIMUM)
}

/// Every identifier the question can be read as: the one it names as `kind:value`, or whatever kind takes it.
fn identifiers(question: &str) -> Vec<Selector> {
    let named = question.split_once(':').and_then(|(kind, value)| Some((SelectorKind::from_code(kind.trim())?, value.trim())));
    let kinds: Vec<(SelectorKind, &str)> = match named {
        Some(named) => vec![named],
        None => SelectorKind::ALL.iter().map(|kind| (*kind, question)).collect(),
    };
    kinds.into_iter().filter_map(|(kind, value)| oikos_matching::normalise(kind, value).ok()).collect()
}

fn hit(point: &FindingPoint, is_identifier: bool) -> FindingHit {
    FindingHit {
        origin: point.origin.to_string(),
        key: point.key.to_string(),
        desk: point.desk.clone(),
        title: point.title.clone(),
        state: state_code(point.state).to_owned(),
        occurred_to: seconds(point.occurred_to),
        is_identifier,
    }
}

/// What was found, and not what was searched for: the question may name a person who is not here.
fn noted(answer: &SearchAnswer) -> Noted {
    let entities = answer.entities.iter().map(|hit| hit.entity.subject());
    let findings = answer.findings.iter().map(|hit| format!("finding:{}/{}", hit.origin, hit.key));
    let leads = answer.leads.iter().map(|hit| format!("lead:{}", hit.id));
    let mut subjects: Vec<String> = entities.chain(findings).chain(leads).collect();
    if subjects.is_empty() {
        subjects.push("list:search".to_owned());
    }
    Noted::about(subjects).with_detail(serde_json::json!({ "search": true, "entities": answer.entities.len(),
        "findings": answer.findings.len(), "leads": answer.leads.len() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_every_identifier_it_can_be() {
        let imo = identifiers("imo:9074729");
        assert_eq!((imo.len(), imo[0].kind), (1, SelectorKind::Imo));
        assert!(identifiers("9074729").iter().any(|selector| selector.kind == SelectorKind::Imo));
        assert!(identifiers("9074728").iter().all(|selector| selector.kind != SelectorKind::Imo), "a wrong check digit");
        assert!(question(" x ").is_err() && question(&"x".repeat(201)).is_err());
    }
}
