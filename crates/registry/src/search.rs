//! Searching by words, and findings in the few columns that a picture of many needs.

use oikos_model::{DatasetId, DetectorId, EntityId, FindingKey, FindingState, LabelId, NodeId, Place, Statement, Timestamp};

use crate::{FindingQuery, StoreError};

/// An entity under a name that a source gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntity {
    /// The node that first had the statement.
    pub origin: NodeId,
    /// The dataset.
    pub dataset: DatasetId,
    /// The entity.
    pub entity: EntityId,
    /// Its kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// Whether its source still says so.
    pub is_current: bool,
}

/// A finding without its reasons, facts and evidence: what a map, a timeline or a list of many shows.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingPoint {
    /// The node whose finding it is.
    pub origin: NodeId,
    /// Its key.
    pub key: FindingKey,
    /// The detector.
    pub detector: DetectorId,
    /// The desk.
    pub desk: String,
    /// Where it stands.
    pub state: FindingState,
    /// Label.
    pub label: LabelId,
    /// Whether it came from a partner.
    pub received: bool,
    /// Log-odds in bits.
    pub score_bits: f64,
    /// When it began in the world.
    pub occurred_from: Timestamp,
    /// When it ended in the world.
    pub occurred_to: Timestamp,
    /// One line.
    pub title: String,
    /// Where, if anywhere.
    pub place: Option<Place>,
}

/// Search. Words are compared without case and accents; each is found by its beginning, and all must be there.
pub trait Search {
    /// Entities whose name has all of these words, in statements with a permitted label: current names first, then the shortest. A text
    /// without a word finds nothing.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn entities_named(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<NamedEntity>, StoreError>;

    /// Statements with a permitted label that point to this entity, ended ones too, in the order of their ids: the ends of its relationships. An
    /// entity id is one of the statement's own origin and dataset.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn statements_referring_to(&self, entity: &EntityId, labels: &[LabelId], limit: usize) -> Result<Vec<Statement>, StoreError>;

    /// Findings with a permitted label whose title has all of these words, in whatever state, strongest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn findings_titled(&self, words: &str, labels: &[LabelId], limit: usize) -> Result<Vec<FindingPoint>, StoreError>;

    /// Findings in the order of [`findings`](crate::Findings::findings), in few columns.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn finding_points(&self, query: &FindingQuery<'_>) -> Result<Vec<FindingPoint>, StoreError>;
}
