//! Entities: what sources say of one, by which ids it is known, what it stands in relation to, which findings are about it, and who received it.

mod judge;
mod ownership;
mod search;
mod view;

use std::collections::BTreeSet;

use oikos_model::{Action, DatasetId, DerivedFrom, EntityId, LabelId, NodeId, Selector, Statement, Vocabulary};
use oikos_picture::{EntityName, Thing};
use oikos_registry::{FindingQuery, ReleaseQuery, StatementQuery, StoredFinding, Transaction};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

pub use judge::{EntityVerdict, JudgeRequest, JudgementView, MergePreview};
pub use ownership::{OwnershipEdge, OwnershipGraph, OwnershipNode};
pub use search::{EntityHit, EntitySearch, FindingHit, LeadHit, SearchAnswer, SearchQuery};
pub use view::{EntityView, ReceivedBy, RelationView, ResemblanceReason, ResemblanceView, SourceEntity, StatementView};

/// Most statements, relationships and findings that one page of an entity shows.
const SHOWN_MAXIMUM: usize = 500;

/// An entity as one source names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntityPath {
    /// The node that first had it.
    #[schema(value_type = String)]
    #[param(value_type = String)]
    pub origin: NodeId,
    /// The dataset.
    #[schema(value_type = String)]
    #[param(value_type = String)]
    pub dataset: DatasetId,
    /// Its id in the dataset.
    #[schema(value_type = String)]
    #[param(value_type = String)]
    pub entity: EntityId,
}

impl EntityPath {
    pub(crate) fn of(name: &EntityName) -> Self {
        Self { origin: name.origin.clone(), dataset: name.dataset.clone(), entity: name.entity.clone() }
    }

    pub(crate) fn name(&self) -> EntityName {
        EntityName { origin: self.origin.clone(), dataset: self.dataset.clone(), entity: self.entity.clone() }
    }

    pub(crate) fn subject(&self) -> String {
        format!("entity:{}/{}/{}", self.origin, self.dataset, self.entity)
    }
}

/// Everything about one entity that its reader may see.
struct Gathered {
    thing: Thing,
    /// Statements about any of its ids, ended ones too.
    statements: Vec<Statement>,
    /// Statements of others that point to one of its ids, ended ones too.
    referring: Vec<Statement>,
    findings: Vec<StoredFinding>,
}

impl Node {
    /// One entity.
    ///
    /// # Errors
    /// When policy refuses, or no statement that the caller may see is about it.
    pub fn show_entity(&self, caller: &Caller, path: &EntityPath) -> Result<EntityView, NodeError> {
        self.write(caller, Action::ReadStatements, |tx| {
            let gathered = self.gather_entity(tx, caller, path)?;
            let view = self.entity_view(tx, caller, path, &gathered)?;
            let members = gathered.thing.members.iter().map(|member| EntityPath::of(member).subject());
            let subjects: BTreeSet<String> = members.chain([path.subject()]).take(SHOWN_MAXIMUM).collect();
            let detail = serde_json::json!({ "statements": gathered.statements.len(), "findings": gathered.findings.len() });
            Ok((view, Noted::about(subjects.into_iter().collect()).with_detail(detail)))
        })
    }

    fn gather_entity(&self, tx: &dyn Transaction, caller: &Caller, path: &EntityPath) -> Result<Gathered, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        let thing = oikos_picture::thing(tx, &path.name(), &labels, None).map_err(NodeError::internal)?;
        let mut statements = Vec::new();
        let mut referring = Vec::new();
        for member in &thing.members {
            statements.extend(statements_of(tx, member, &labels)?);
            let pointing = tx.statements_referring_to(&member.entity, &labels, SHOWN_MAXIMUM)?;
            let beside = |one: &Statement| one.origin == member.origin && one.dataset == member.dataset;
            referring.extend(pointing.into_iter().filter(beside));
        }
        if statements.is_empty() {
            return Err(NodeError::NotFound(format!("entity {} of {} at {}", path.entity, path.dataset, path.origin)));
        }
        let findings = self.findings_about(tx, caller, &selectors_of(&statements)?)?;
        Ok(Gathered { thing, statements, referring, findings })
    }

    /// Findings that name one of these identifiers, as far as the caller may see them, strongest first.
    fn findings_about(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        selectors: &BTreeSet<Selector>,
    ) -> Result<Vec<StoredFinding>, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
        let mut findings: Vec<StoredFinding> = Vec::new();
        for selector in selectors {
            let query =
                FindingQuery { labels: Some(&labels), selector: Some(selector), limit: SHOWN_MAXIMUM, ..FindingQuery::default() };
            findings.extend(tx.findings(&query)?);
        }
        findings.sort_by(|one, other| identity(one).cmp(&identity(other)));
        findings.dedup_by(|one, other| identity(one) == identity(other));
        findings.sort_by(|one, other| other.finding.score_bits().total_cmp(&one.finding.score_bits()));
        findings.truncate(SHOWN_MAXIMUM);
        Ok(findings)
    }
}

fn identity(stored: &StoredFinding) -> (&NodeId, oikos_model::FindingKey) {
    (&stored.finding.origin, stored.finding.key)
}

/// Statements about one id, ended ones too.
pub(crate) fn statements_of(tx: &dyn Transaction, name: &EntityName, labels: &[LabelId]) -> Result<Vec<Statement>, NodeError> {
    let query = StatementQuery {
        labels: Some(labels),
        origin: Some(&name.origin),
        dataset: Some(&name.dataset),
        entity: Some(&name.entity),
        include_ended: true,
        limit: SHOWN_MAXIMUM,
        ..StatementQuery::default()
    };
    Ok(tx.statements(&query)?)
}

/// A current name of one id; its newest ended one where it has none.
fn name_of(tx: &dyn Transaction, name: &EntityName, labels: &[LabelId]) -> Result<Option<String>, NodeError> {
    let query = StatementQuery {
        labels: Some(labels),
        origin: Some(&name.origin),
        dataset: Some(&name.dataset),
        entity: Some(&name.entity),
        property: Some("name"),
        include_ended: true,
        limit: 16,
        ..StatementQuery::default()
    };
    let mut named = tx.statements(&query)?;
    named.sort_by_key(|statement| (statement.ended_at.is_some(), std::cmp::Reverse(statement.ended_at)));
    Ok(named.into_iter().next().map(|statement| statement.content.value))
}

/// The identifiers that statements give.
fn selectors_of(statements: &[Statement]) -> Result<BTreeSet<Selector>, NodeError> {
    let vocabulary = Vocabulary::load().map_err(NodeError::internal)?;
    let selector = |statement: &Statement| {
        let kind = vocabulary.selector_kind(&statement.content.kind, &statement.content.property)?;
        Some(Selector { kind, value: statement.content.value.clone() })
    };
    Ok(statements.iter().filter_map(selector).collect())
}

/// Who received a statement or a finding.
fn receivers(tx: &dyn Transaction, what: &DerivedFrom) -> Result<Vec<oikos_registry::ReleaseRow>, NodeError> {
    Ok(tx.releases(&ReleaseQuery { what: Some(what), ..ReleaseQuery::default() })?)
}
