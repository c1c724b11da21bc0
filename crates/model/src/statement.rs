//! Statements: what one source says of one entity, with its times, its origin and its label.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hash::ContentHasher;
use crate::{Assessment, DatasetId, EntityId, Evaluation, LabelId, NodeId, PersonCategory, RecordReference, StatementId};

/// What a reader found a source saying. The node adds origin, recording time and label when it lands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementDraft {
    /// The entity, scoped to the dataset.
    pub entity: EntityId,
    /// The entity's kind, a name in the vocabulary, for example `company` or `ownership`.
    pub kind: String,
    /// The property, a name the kind defines.
    pub property: String,
    /// The value as text, normalised where the property's type says how. Of a reference: the entity id it points to.
    pub value: String,
    /// Since when it is true in the world, where the source says so.
    pub valid_from: Option<Timestamp>,
    /// Until when it is true in the world, where the source says so.
    pub valid_to: Option<Timestamp>,
    /// When its source said so, where known.
    pub stated_at: Option<Timestamp>,
    /// The record it was read from.
    pub record: Option<RecordReference>,
    /// Whom it is about.
    pub person_category: PersonCategory,
    /// Fact or assessment.
    pub assessment: Assessment,
    /// How good source and information are.
    pub evaluation: Evaluation,
}

/// One (entity, property, value) with who says so, since when, on which record and under which label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Hash of origin, dataset, entity, property, value and `valid_from`.
    pub id: StatementId,
    /// The node that first recorded it.
    pub origin: NodeId,
    /// The dataset it belongs to.
    pub dataset: DatasetId,
    /// What the source says.
    #[serde(flatten)]
    pub content: StatementDraft,
    /// When this node recorded it.
    pub recorded_at: Timestamp,
    /// When it stopped being said: retracted, or replaced by its source. The row stays until it expires.
    pub ended_at: Option<Timestamp>,
    /// The interned label.
    pub label: LabelId,
}

impl Statement {
    /// Records what a source says.
    pub fn record(content: StatementDraft, origin: NodeId, dataset: DatasetId, label: LabelId, recorded_at: Timestamp) -> Self {
        let id = Self::id_of(&origin, &dataset, &content);
        Self { id, origin, dataset, content, recorded_at, ended_at: None, label }
    }

    /// The id that a statement with this origin, dataset and content has. A receiver checks it against the one it was sent.
    pub fn id_of(origin: &NodeId, dataset: &DatasetId, content: &StatementDraft) -> StatementId {
        let valid_from = content.valid_from.map(|at| at.as_microsecond().to_be_bytes());
        StatementId(
            ContentHasher::new("statement")
                .field(origin.as_str().as_bytes())
                .field(dataset.as_str().as_bytes())
                .field(content.entity.as_str().as_bytes())
                .field(content.property.as_bytes())
                .field(content.value.as_bytes())
                .optional(valid_from.as_ref().map(<[u8; 8]>::as_slice))
                .finish(),
        )
    }
}
