//! An entity as people see it.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{
    Action, Assessment, DerivedFrom, EntityId, LabelId, PersonCategory, PropertyType, Statement, Timestamp, Vocabulary,
};
use oikos_picture::{EntityName, Resemblance, ResemblanceKind};
use oikos_registry::Transaction;
use serde::Serialize;

use super::judge::{JudgementView, judgements};
use super::{EntityPath, Gathered, name_of, receivers};
use crate::cases::{CaseSummary, MarkingView};
use crate::findings::{FindingSummary, seconds, summary};
use crate::whole::{markings_of, whole};
use crate::{Caller, Node, NodeError};

/// An id of the entity, as one source gives it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SourceEntity {
    /// The id.
    #[serde(flatten)]
    pub path: EntityPath,
    /// Its name there.
    pub name: Option<String>,
}

/// One statement, with who says so, when, how good it is, and how it is to be handled.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StatementView {
    /// Its id.
    pub id: String,
    /// Which of the entity's ids it is about.
    pub about: EntityPath,
    /// The kind of entity.
    pub kind: String,
    /// The property.
    pub property: String,
    /// The value.
    pub value: String,
    /// Unit of a number.
    pub unit: Option<String>,
    /// Whether the value is an identifier.
    pub is_identifier: bool,
    /// Whether the property is a protected attribute, which may only exclude a false match.
    pub is_protected: bool,
    /// Since when it is true in the world, RFC 3339.
    pub valid_from: Option<String>,
    /// Until when.
    pub valid_to: Option<String>,
    /// When its source said so.
    pub stated_at: Option<String>,
    /// When this node recorded it.
    pub recorded_at: String,
    /// When its source took it back or replaced it.
    pub ended_at: Option<String>,
    /// How good source and information are, for example `B2`.
    pub evaluation: String,
    /// `fact` or `assessment`.
    pub assessment: String,
    /// Whom it is about: `not_a_person`, `suspect`, `convicted`, `victim` or `other`.
    pub person_category: String,
    /// How it is to be handled.
    pub marking: MarkingView,
}

/// A relationship the entity stands in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RelationView {
    /// The relationship's own id.
    pub id: EntityPath,
    /// Its kind, for example `ownership`.
    pub kind: String,
    /// As what the entity stands in it, for example `owner` or `owned`.
    pub role: String,
    /// As what the other end stands in it.
    pub other_role: String,
    /// The other end; absent where the source does not name it or the reader may not see it.
    pub other: Option<SourceEntity>,
    /// Its other properties: name and value with unit.
    pub properties: BTreeMap<String, String>,
    /// Whether its source still says so.
    pub is_current: bool,
    /// Since when it holds, RFC 3339.
    pub valid_from: Option<String>,
    /// The statements it rests on.
    pub statements: Vec<String>,
}

/// A partner who received something about the entity.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReceivedBy {
    /// The partner.
    pub partner: String,
    /// What: `finding:…` or `statement:…`.
    pub what: String,
    /// Which fields; empty for a whole statement.
    pub fields: Vec<String>,
    /// Who signed; absent where an agreement pre-authorised it.
    pub released_by: Option<String>,
    /// When, RFC 3339.
    pub at: String,
    /// When it was taken back.
    pub recalled_at: Option<String>,
}

/// Why something may be the same.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ResemblanceReason {
    /// `identifier` or `name`.
    pub kind: String,
    /// What both have.
    pub value: String,
}

/// Something that may be the same, and is not held to be.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ResemblanceView {
    /// What.
    pub entity: SourceEntity,
    /// Its kind.
    pub kind: String,
    /// Why it may be.
    pub reasons: Vec<ResemblanceReason>,
    /// Whether somebody judged that it is not.
    pub judged_apart: bool,
}

/// An entity.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EntityView {
    /// A current name; its id where it has none.
    pub title: String,
    /// Its kind.
    pub kind: String,
    /// What may be done with the whole.
    pub marking: Option<MarkingView>,
    /// Its ids.
    pub members: Vec<SourceEntity>,
    /// Ids of statements whose shared identifiers made the ids one.
    pub joined_by: Vec<String>,
    /// What was judged of its ids, newest first.
    pub judgements: Vec<JudgementView>,
    /// What may be the same.
    pub resembling: Vec<ResemblanceView>,
    /// What sources say of it: current first.
    pub statements: Vec<StatementView>,
    /// What it stands in relation to: current first.
    pub relations: Vec<RelationView>,
    /// Findings that name it, strongest first.
    pub findings: Vec<FindingSummary>,
    /// Cases that one of these findings is in, as far as the reader may see cases.
    pub cases: Vec<CaseSummary>,
    /// Who received what about it.
    pub received_by: Vec<ReceivedBy>,
}

impl Node {
    pub(super) fn entity_view(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        path: &EntityPath,
        gathered: &Gathered,
    ) -> Result<EntityView, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        let writer = Writer { tx, labels: &labels, vocabulary: Vocabulary::load().map_err(NodeError::internal)? };
        let members: Result<Vec<_>, NodeError> =
            gathered.thing.members.iter().map(|member| writer.source_entity(member)).collect();
        let members = members?;
        let relations = writer.relations(&gathered.referring)?;
        let used = gathered.statements.iter().chain(&gathered.referring).map(|statement| statement.label);
        let used = used.chain(gathered.findings.iter().map(|stored| stored.label));
        let markings = markings_of(tx, used)?;
        Ok(EntityView {
            title: title(path, &members),
            kind: gathered.statements.first().map(|statement| statement.content.kind.clone()).unwrap_or_default(),
            marking: whole(markings).as_ref().map(MarkingView::from),
            members,
            joined_by: gathered.thing.joined_by.iter().map(|statement| statement.id.to_string()).collect(),
            judgements: judgements(&gathered.thing.judgements),
            resembling: gathered.thing.resembling.iter().map(|one| writer.resemblance(one)).collect::<Result<_, NodeError>>()?,
            statements: writer.statements(&gathered.statements)?,
            relations,
            findings: gathered.findings.iter().map(summary).collect(),
            cases: self.cases_with_findings(tx, caller, &gathered.findings)?,
            received_by: received_by(tx, gathered)?,
        })
    }
}

fn title(path: &EntityPath, members: &[SourceEntity]) -> String {
    let own = members.iter().find(|member| member.path == *path).and_then(|member| member.name.clone());
    own.or_else(|| members.iter().find_map(|member| member.name.clone())).unwrap_or_else(|| path.entity.to_string())
}

/// Writes statements as people read them.
struct Writer<'work> {
    tx: &'work dyn Transaction,
    labels: &'work [LabelId],
    vocabulary: Vocabulary,
}

impl Writer<'_> {
    fn source_entity(&self, name: &EntityName) -> Result<SourceEntity, NodeError> {
        Ok(SourceEntity { path: EntityPath::of(name), name: name_of(self.tx, name, self.labels)? })
    }

    fn resemblance(&self, one: &Resemblance) -> Result<ResemblanceView, NodeError> {
        let reason = |reason: &ResemblanceKind| match reason {
            ResemblanceKind::Identifier(selector) => {
                ResemblanceReason { kind: "identifier".to_owned(), value: selector.to_string() }
            }
            ResemblanceKind::Name(name) => ResemblanceReason { kind: "name".to_owned(), value: name.clone() },
        };
        Ok(ResemblanceView {
            entity: SourceEntity { path: EntityPath::of(&one.entity), name: one.name.clone() },
            kind: one.kind.clone(),
            reasons: one.reasons.iter().map(reason).collect(),
            judged_apart: one.judged_apart,
        })
    }

    fn statements(&self, statements: &[Statement]) -> Result<Vec<StatementView>, NodeError> {
        let mut in_order: Vec<&Statement> = statements.iter().collect();
        in_order.sort_by_key(|one| (one.ended_at.is_some(), &one.content.property, std::cmp::Reverse(one.recorded_at), one.id));
        in_order.into_iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&self, statement: &Statement) -> Result<StatementView, NodeError> {
        let content = &statement.content;
        let property = self.vocabulary.property(&content.kind, &content.property);
        let label = self.tx.label(statement.label)?;
        let label = label.ok_or_else(|| NodeError::Internal(format!("the label {} is missing", statement.label)))?;
        let (origin, dataset) = (statement.origin.clone(), statement.dataset.clone());
        Ok(StatementView {
            id: statement.id.to_string(),
            about: EntityPath { origin, dataset, entity: content.entity.clone() },
            kind: content.kind.clone(),
            property: content.property.clone(),
            value: content.value.clone(),
            unit: property.and_then(|property| property.unit.clone()),
            is_identifier: property.is_some_and(|one| matches!(one.property_type, PropertyType::Selector(_))),
            is_protected: property.is_some_and(|property| property.protected),
            valid_from: content.valid_from.map(seconds),
            valid_to: content.valid_to.map(seconds),
            stated_at: content.stated_at.map(seconds),
            recorded_at: seconds(statement.recorded_at),
            ended_at: statement.ended_at.map(seconds),
            evaluation: content.evaluation.to_string(),
            assessment: assessment_code(content.assessment).to_owned(),
            person_category: category_code(content.person_category).to_owned(),
            marking: MarkingView::from(&label.marking),
        })
    }

    /// The relationships that point to the entity, each once for each end it points with.
    fn relations(&self, referring: &[Statement]) -> Result<Vec<RelationView>, NodeError> {
        let mut seen = BTreeSet::new();
        let mut relations = Vec::new();
        for pointing in referring {
            let kind = self.vocabulary.kind(&pointing.content.kind);
            let Some((from, to)) = kind.and_then(|kind| kind.relationship.as_ref()) else { continue };
            let role = &pointing.content.property;
            let other_role = if role == from { to } else { from };
            let name = EntityName {
                origin: pointing.origin.clone(),
                dataset: pointing.dataset.clone(),
                entity: pointing.content.entity.clone(),
            };
            if seen.insert((name.clone(), role.clone())) {
                relations.push(self.relation(pointing, &name, role, other_role)?);
            }
        }
        relations.sort_by_key(|relation| !relation.is_current);
        Ok(relations)
    }

    fn relation(&self, pointing: &Statement, name: &EntityName, role: &str, other_role: &str) -> Result<RelationView, NodeError> {
        let statements = super::statements_of(self.tx, name, self.labels)?;
        // Of what its source corrected the newest word counts.
        let newest = |property: &str| {
            let said = statements.iter().filter(|one| one.content.property == property);
            said.min_by_key(|one| (one.ended_at.is_some(), std::cmp::Reverse(one.recorded_at)))
        };
        let other = newest(other_role).and_then(|end| EntityId::new(end.content.value.as_str()).ok());
        let other = other.map(|entity| EntityName { entity, ..name.clone() });
        let mut properties = BTreeMap::new();
        for statement in statements.iter().filter(|one| one.content.property != role && one.content.property != other_role) {
            if let Some(said) = newest(&statement.content.property) {
                let property = self.vocabulary.property(&said.content.kind, &said.content.property);
                let unit = property.and_then(|property| property.unit.as_ref());
                let value = unit.map_or_else(|| said.content.value.clone(), |unit| format!("{} {unit}", said.content.value));
                properties.insert(said.content.property.clone(), value);
            }
        }
        Ok(RelationView {
            id: EntityPath::of(name),
            kind: pointing.content.kind.clone(),
            role: role.to_owned(),
            other_role: other_role.to_owned(),
            other: other.as_ref().map(|other| self.source_entity(other)).transpose()?,
            properties,
            is_current: pointing.ended_at.is_none() && pointing.content.valid_to.is_none_or(|until| until > self.tx.act().at),
            valid_from: pointing.content.valid_from.map(seconds),
            statements: statements.iter().map(|statement| statement.id.to_string()).collect(),
        })
    }
}

fn received_by(tx: &dyn Transaction, gathered: &Gathered) -> Result<Vec<ReceivedBy>, NodeError> {
    let statements = gathered.statements.iter().chain(&gathered.referring);
    let statements = statements.map(|one| DerivedFrom::Statement { origin: one.origin.clone(), id: one.id });
    let findings = gathered.findings.iter().map(|stored| DerivedFrom::Finding {
        origin: stored.finding.origin.clone(),
        key: stored.finding.key,
        revision: stored.finding.revision(),
    });
    let mut received: Vec<(Timestamp, ReceivedBy)> = Vec::new();
    for what in findings.chain(statements).collect::<BTreeSet<_>>() {
        for row in receivers(tx, &what)? {
            let name = match &row.what {
                DerivedFrom::Finding { origin, key, .. } => format!("finding:{origin}/{key}"),
                DerivedFrom::Statement { id, .. } => format!("statement:{id}"),
            };
            let line = ReceivedBy {
                partner: row.partner.to_string(),
                what: name,
                fields: row.fields,
                released_by: row.released_by.map(|name| name.to_string()),
                at: seconds(row.at),
                recalled_at: row.recalled_at.map(seconds),
            };
            received.push((row.at, line));
        }
    }
    received.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(received.into_iter().map(|(_, line)| line).collect())
}

const fn assessment_code(assessment: Assessment) -> &'static str {
    match assessment {
        Assessment::Fact => "fact",
        Assessment::Assessment => "assessment",
    }
}

const fn category_code(category: PersonCategory) -> &'static str {
    match category {
        PersonCategory::NotAPerson => "not_a_person",
        PersonCategory::Suspect => "suspect",
        PersonCategory::Convicted => "convicted",
        PersonCategory::Victim => "victim",
        PersonCategory::Other => "other",
    }
}
