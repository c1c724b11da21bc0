//! Names and identifiers.
pub mod calibrate;
mod entity;
mod identifiers;
mod index;
mod names;
mod recall;
mod scoring;
mod screen;

pub use entity::{Entity, Identifier, NotADate, PartialDate};
pub use identifiers::{NotAnIdentifier, Standard, normalise};
pub use index::{Hit, Index, MAXIMUM_FACTS, MAXIMUM_NAMES, MAXIMUM_TEXT, NotAnIndex, NotIndexed, SearchSettings, Searcher};
pub use recall::{MUTATIONS, Mutation, RecallRow, mutate, self_recall};
pub use screen::{Alert, ListChange, Rescreened, ScreenSettings, Screener, Screening, Touched};
pub use names::script::Script;
pub use names::tables::FormClass;
pub use names::words::{MAXIMUM_CHARACTERS, MAXIMUM_WORDS, fold};
pub use names::{EntityKind, Name, Role};
pub use scoring::align::Means;
pub use scoring::features::NameFeature;
pub use scoring::score::{Reason, Score, WordMatch, bits_of, compare_names, name_features, value_of};
pub use scoring::weights::{EvidenceWeights, NameWeights, Weights};
