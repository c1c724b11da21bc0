//! Names and identifiers: normalising, an index that finds dirty names, scores with reasons, screening.
//!
//! - **Identifiers**: [`normalise`] and [`Standard`] bring what a source wrote into the one written form and refuse what fails the standard's
//!   own check, with a reason a person can act on.
//! - **Online identifiers**: [`wallet`], [`onion`], [`domains`], [`phone`], [`email`] and [`pgp_fingerprint`] check and normalise,
//!   each by its own standard.
//! - **Names**: [`fold`] and [`Name`] bring names of any script into small Latin words and say what each word is; [`compare_names`] compares
//!   two of them. A [`Score`] is bits of log-odds, the sum of its [`Reason`]s.
//! - **Index**: [`Index`] holds entities and finds them by their names and identifiers; a [`Searcher`] does it for one thread.
//! - **Screening**: [`Screener`] screens many subjects, ranks what it finds and, when the list changes, searches only for those to whom the
//!   change can matter. [`self_recall`] asks a list for its own names, badly written.
//! - **Texts**: [`NearDuplicates`] finds copies of one text among many, [`NamedThings`] finds watched names in them.
//! - **Calibration**: [`calibrate::fit`] fits the weights of names to labelled pairs.
//!
//! What is compared never raises a person's score for what they are: nationality and country of birth have a weight for a conflict only, and the
//! script of a name has none.

pub mod calibrate;
mod contacts;
pub mod domains;
mod entity;
mod identifiers;
mod index;
mod names;
mod onions;
mod pgp;
mod recall;
mod scoring;
mod screen;
mod texts;
mod wallets;

pub use contacts::{email, phone};
pub use entity::{Entity, Identifier, NotADate, PartialDate};
pub use identifiers::{DroneSerialNumber, NotAnIdentifier, Standard, normalise, refanged};
pub use index::{Hit, Index, MAXIMUM_FACTS, MAXIMUM_NAMES, MAXIMUM_TEXT, NotAnIndex, NotIndexed, SearchSettings, Searcher};
pub use names::script::Script;
pub use names::tables::FormClass;
pub use names::words::{MAXIMUM_CHARACTERS, MAXIMUM_WORDS, fold};
pub use names::{EntityKind, Name, Role};
pub use onions::onion;
pub use pgp::{pgp_fingerprint, pgp_keys_in};
pub use recall::{MUTATIONS, Mutation, RecallRow, mutate, self_recall};
pub use scoring::align::Means;
pub use scoring::features::NameFeature;
pub use scoring::score::{Reason, Score, WordMatch, bits_of, compare_names, name_features, value_of};
pub use scoring::weights::{EvidenceWeights, NameWeights, Weights};
pub use screen::{Alert, ListChange, Rescreened, ScreenSettings, Screener, Screening, Touched, subjects_touched};
pub use texts::{MAXIMUM_TEXT_WORDS, NamedThings, NearDuplicates, NotAName, Placed, TooManyTexts, text_of_html, text_words};
pub use wallets::{Chain, Wallet, wallet};
