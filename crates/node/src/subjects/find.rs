//! Finding what is held about a person: by identifier through the indexes, by name and birth date among the people sources describe.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{DatasetId, EntityId, Finding, NodeId, Statement, StatementId};
use oikos_registry::{FindingQuery, StatementQuery, StoredFinding, Transaction};
use serde::Serialize;

use super::Person;
use crate::NodeError;
use crate::findings::seconds;

const PAGE: usize = 5_000;

/// A statement that is held.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeldStatement {
    /// Its id.
    pub id: String,
    /// Who says so: node and dataset.
    pub source: String,
    /// The property.
    pub property: String,
    /// The value.
    pub value: String,
    /// Since when it is held, RFC 3339.
    pub recorded_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
}

/// A finding that names the person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeldFinding {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What it says; only in an export.
    #[schema(value_type = Option<Object>)]
    pub finding: Option<Finding>,
    /// Whether it came from a partner.
    pub received: bool,
}

/// What is held about a person.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct HeldView {
    /// Statements.
    pub statements: Vec<HeldStatement>,
    /// Findings, own and received.
    pub findings: Vec<HeldFinding>,
}

/// What is held, as it is.
#[derive(Default)]
pub(super) struct Held {
    pub(super) statements: BTreeMap<StatementId, Statement>,
    pub(super) findings: Vec<StoredFinding>,
}

type Entity = (NodeId, DatasetId, EntityId);

fn entity_of(statement: &Statement) -> Entity {
    (statement.origin.clone(), statement.dataset.clone(), statement.content.entity.clone())
}

impl Held {
    /// Everything that names the person, and nothing else.
    pub(super) fn find(tx: &dyn Transaction, person: &Person) -> Result<Self, NodeError> {
        let mut held = Self::default();
        let mut people: BTreeSet<Entity> = BTreeSet::new();
        for selector in &person.selectors {
            for statement in tx.statements_naming(selector)? {
                if statement.content.kind == "person" {
                    people.insert(entity_of(&statement));
                }
                held.statements.insert(statement.id, statement);
            }
            let query = FindingQuery { selector: Some(selector), ..FindingQuery::default() };
            for stored in tx.findings(&query)? {
                if !held.findings.iter().any(|known| same(known, &stored)) {
                    held.findings.push(stored);
                }
            }
        }
        if let Some(name) = &person.name {
            people.extend(people_named(tx, name)?);
        }
        for entity in people {
            let statements = statements_of(tx, &entity)?;
            if fits_birth_date(&statements, person.birth_date.as_deref()) {
                held.statements.extend(statements.into_iter().map(|statement| (statement.id, statement)));
            }
        }
        Ok(held)
    }

    /// What journal entries name.
    pub(super) fn subjects(&self) -> impl Iterator<Item = String> {
        let findings = self.findings.iter().map(|stored| format!("finding:{}/{}", stored.finding.origin, stored.finding.key));
        self.statements.keys().map(|id| format!("statement:{id}")).chain(findings)
    }

    pub(super) fn view(&self, whole: bool) -> HeldView {
        let statement = |statement: &Statement| HeldStatement {
            id: statement.id.to_string(),
            source: format!("{} {}", statement.origin, statement.dataset),
            property: format!("{} {}", statement.content.kind, statement.content.property),
            value: statement.content.value.clone(),
            recorded_at: seconds(statement.recorded_at),
            ended_at: statement.ended_at.map(seconds),
        };
        let finding = |stored: &StoredFinding| HeldFinding {
            origin: stored.finding.origin.to_string(),
            key: stored.finding.key.to_string(),
            title: stored.finding.title.clone(),
            finding: whole.then(|| stored.finding.clone()),
            received: stored.received,
        };
        HeldView {
            statements: self.statements.values().map(statement).collect(),
            findings: self.findings.iter().map(finding).collect(),
        }
    }
}

fn same(one: &StoredFinding, other: &StoredFinding) -> bool {
    (&one.finding.origin, one.finding.key) == (&other.finding.origin, other.finding.key)
}

/// The people whom a source gives this name, compared without case, spaces and the order of its parts.
fn people_named(tx: &dyn Transaction, name: &str) -> Result<BTreeSet<Entity>, NodeError> {
    let wanted = comparable(name);
    let mut people = BTreeSet::new();
    let mut after = None;
    loop {
        let query = StatementQuery {
            kind: Some("person"),
            property: Some("name"),
            include_ended: true,
            after,
            limit: PAGE,
            ..StatementQuery::default()
        };
        let page = tx.statements(&query)?;
        people.extend(page.iter().filter(|statement| comparable(&statement.content.value) == wanted).map(entity_of));
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.id),
            _ => return Ok(people),
        }
    }
}

fn comparable(name: &str) -> Vec<String> {
    let letters = |c: char| !c.is_alphanumeric();
    let mut parts: Vec<String> = name.split(letters).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    parts.sort();
    parts
}

fn statements_of(tx: &dyn Transaction, (origin, dataset, entity): &Entity) -> Result<Vec<Statement>, NodeError> {
    let query = StatementQuery {
        origin: Some(origin),
        dataset: Some(dataset),
        entity: Some(entity),
        include_ended: true,
        ..StatementQuery::default()
    };
    Ok(tx.statements(&query)?)
}

/// Whether the sources' birth dates agree with the one given, as far as both go. Who has none on record may be the person.
fn fits_birth_date(statements: &[Statement], given: Option<&str>) -> bool {
    let Some(given) = given else { return true };
    let mut dates = statements.iter().filter(|one| one.content.property == "birth_date").map(|one| one.content.value.as_str());
    let agrees = |date: &str| date.starts_with(given) || given.starts_with(date);
    let mut known = dates.by_ref().peekable();
    known.peek().is_none() || known.any(agrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_spaces_and_order() {
        assert_eq!(comparable("  Aino-Kaisa SALAINEN "), comparable("salainen, aino kaisa"));
        assert_ne!(comparable("Aino Salainen"), comparable("Aina Salainen"));
    }
}
