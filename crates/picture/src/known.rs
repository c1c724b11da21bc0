//! What the picture may look at: read once, from one transaction.

use std::collections::BTreeMap;

use oikos_model::{
    DerivedFrom, FindingState, Judgement, Label, LabelId, Marking, NodeId, PropertyType, Scope, Selector, SelectorKind,
    Statement, Timestamp, Vocabulary,
};
use oikos_registry::{FindingQuery, StatementQuery, StoredFinding, Transaction};

use crate::context::Context;
use crate::{Lead, Parameters, PictureError, PictureInput};

/// Identifiers by which entities of different sources are seen to be one. A radio's MMSI changes hands and is not among them.
pub(crate) const IDENTITY_KINDS: [SelectorKind; 3] = [SelectorKind::Lei, SelectorKind::CompanyNumber, SelectorKind::Imo];
const PAGE: usize = 10_000;

/// Everything permitted, in an order that does not depend on the store's.
#[derive(Debug, Default, Clone)]
pub(crate) struct Known {
    pub(crate) labels: BTreeMap<LabelId, Label>,
    /// By origin and key; an origin has a key once.
    pub(crate) findings: Vec<StoredFinding>,
    /// Statements of relationships and of identifiers, by id: one statement heard from many is one.
    pub(crate) statements: Vec<Statement>,
    pub(crate) judgements: Vec<Judgement>,
    /// For each identifying property's name: the kind of identifier.
    pub(crate) identifiers: BTreeMap<String, SelectorKind>,
}

impl Known {
    /// Reads findings and statements.
    pub(crate) fn load(transaction: &dyn Transaction, input: &PictureInput) -> Result<Self, PictureError> {
        let mut known = Self::load_register(transaction, &input.permitted_labels, &input.parameters, input.now)?;
        known.findings = load_findings(transaction, input)?;
        Ok(known)
    }

    /// Reads the findings of one lead, as far as they still stand and are permitted, and statements.
    pub(crate) fn load_lead(transaction: &dyn Transaction, input: &PictureInput, lead: &Lead) -> Result<Self, PictureError> {
        let mut known = Self::load_register(transaction, &input.permitted_labels, &input.parameters, input.now)?;
        let mut findings = Vec::new();
        for named in lead.members.iter().map(|member| &member.finding).chain(&lead.echoes) {
            let stands = |stored: &StoredFinding| {
                matches!(stored.state, FindingState::Open | FindingState::Confirmed)
                    && input.permitted_labels.contains(&stored.label)
            };
            findings.extend(transaction.finding(&named.origin, named.key)?.filter(stands));
        }
        known.findings = in_order(transaction, findings)?;
        Ok(known)
    }

    /// What of this was recorded before a moment.
    pub(crate) fn before(&self, moment: Timestamp) -> Self {
        let mut earlier = self.clone();
        earlier.findings.retain(|stored| stored.first_recorded_at < moment);
        earlier.statements.retain(|statement| statement.recorded_at < moment);
        earlier
    }

    /// Reads statements only.
    pub(crate) fn load_register(
        transaction: &dyn Transaction,
        permitted: &[LabelId],
        parameters: &Parameters,
        now: Timestamp,
    ) -> Result<Self, PictureError> {
        let identifiers = identifying_properties()?;
        let ownership = StatementQuery { labels: Some(permitted), kind: Some("ownership"), ..StatementQuery::default() };
        let mut statements = pages(transaction, &ownership, parameters.max_statements)?;
        for property in identifiers.keys() {
            let named = StatementQuery { labels: Some(permitted), property: Some(property), ..StatementQuery::default() };
            statements.extend(pages(transaction, &named, parameters.max_statements.saturating_sub(statements.len()))?);
        }
        statements.retain(|statement| is_current(statement, now));
        statements.sort_by_key(|statement| statement.id);
        statements.dedup_by_key(|statement| statement.id);
        let mut labels: BTreeMap<LabelId, Label> = transaction.labels()?.into_iter().collect();
        labels.retain(|id, _| permitted.contains(id));
        Ok(Self { labels, findings: Vec::new(), statements, judgements: transaction.judgements()?, identifiers })
    }

    /// The contexts in which there are at least two findings: each purpose, for the whole node and for every narrower scope.
    pub(crate) fn contexts(&self, now: Timestamp) -> Vec<Context> {
        let mut contexts: Vec<Context> = Vec::new();
        for finding in &self.findings {
            let Some(label) = self.labels.get(&finding.label) else { continue };
            for purpose in &finding.finding.marking.purposes {
                for scope in [Scope::Node, label.scope.clone()] {
                    let context = Context { purpose: purpose.clone(), scope, now };
                    if !contexts.contains(&context) {
                        contexts.push(context);
                    }
                }
            }
        }
        contexts.retain(|context| self.findings.iter().filter(|finding| self.admits(context, finding)).count() > 1);
        contexts.sort_by(|one, two| {
            (&one.purpose, one.scope != Scope::Node)
                .cmp(&(&two.purpose, two.scope != Scope::Node))
                .then_with(|| format!("{:?}", one.scope).cmp(&format!("{:?}", two.scope)))
        });
        contexts
    }

    /// Whether a finding may be combined in this context, by its label and by its own marking.
    pub(crate) fn admits(&self, context: &Context, finding: &StoredFinding) -> bool {
        self.labels.get(&finding.label).is_some_and(|label| context.admits(label))
            && context.admits_marking(&finding.finding.marking)
    }

    /// Whether a statement may be combined in this context.
    pub(crate) fn admits_statement(&self, context: &Context, statement: &Statement) -> bool {
        self.labels.get(&statement.label).is_some_and(|label| context.admits(label))
    }

    /// The marking of a finding: its own, joined with its label's.
    pub(crate) fn marking_of(&self, finding: &StoredFinding) -> Marking {
        let own = &finding.finding.marking;
        self.labels.get(&finding.label).map_or_else(|| own.clone(), |label| own.join(&label.marking))
    }

    /// The identifier that a statement gives its entity, if it gives one.
    pub(crate) fn identifier(&self, statement: &Statement) -> Option<Selector> {
        let kind = *self.identifiers.get(&statement.content.property)?;
        Some(Selector { kind, value: statement.content.value.clone() })
    }
}

fn identifying_properties() -> Result<BTreeMap<String, SelectorKind>, PictureError> {
    let vocabulary = Vocabulary::load()?;
    let mut identifiers = BTreeMap::new();
    for (name, property) in vocabulary.kinds().flat_map(|kind| &kind.properties) {
        if let PropertyType::Selector(kind) = property.property_type
            && IDENTITY_KINDS.contains(&kind)
        {
            identifiers.insert(name.clone(), kind);
        }
    }
    Ok(identifiers)
}

pub(crate) fn is_current(statement: &Statement, now: Timestamp) -> bool {
    statement.ended_at.is_none() && statement.content.valid_to.is_none_or(|until| until > now)
}

fn pages(transaction: &dyn Transaction, query: &StatementQuery<'_>, limit: usize) -> Result<Vec<Statement>, PictureError> {
    let mut statements: Vec<Statement> = Vec::new();
    loop {
        let after = statements.last().map(|statement| statement.id);
        let page = transaction.statements(&StatementQuery { after, limit: PAGE, ..query.clone() })?;
        let is_last = page.len() < PAGE;
        statements.extend(page);
        if statements.len() > limit {
            return Err(PictureError::TooMany { what: "statements", limit });
        }
        if is_last {
            return Ok(statements);
        }
    }
}

fn load_findings(transaction: &dyn Transaction, input: &PictureInput) -> Result<Vec<StoredFinding>, PictureError> {
    let limit = input.parameters.max_findings;
    let query = FindingQuery {
        labels: Some(&input.permitted_labels),
        states: Some(&[FindingState::Open, FindingState::Confirmed]),
        limit: limit.saturating_add(1),
        ..FindingQuery::default()
    };
    let findings = transaction.findings(&query)?;
    if findings.len() > limit {
        return Err(PictureError::TooMany { what: "findings", limit });
    }
    in_order(transaction, findings)
}

/// Without what was recalled, each once, in an order that does not depend on the store's.
fn in_order(transaction: &dyn Transaction, findings: Vec<StoredFinding>) -> Result<Vec<StoredFinding>, PictureError> {
    let mut kept = Vec::with_capacity(findings.len());
    for finding in findings {
        // A recall that came before the finding, or whose state change is still under way, holds all the same.
        if !finding.received || !transaction.has_recall_notice(&derived_from(&finding))? {
            kept.push(finding);
        }
    }
    kept.sort_by(|one, two| identity(one).cmp(&identity(two)));
    kept.dedup_by(|one, two| identity(one) == identity(two));
    Ok(kept)
}

fn identity(finding: &StoredFinding) -> (&NodeId, oikos_model::FindingKey) {
    (&finding.finding.origin, finding.finding.key)
}

/// The finding as something others are derived from.
pub(crate) fn derived_from(finding: &StoredFinding) -> DerivedFrom {
    let finding = &finding.finding;
    DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() }
}
