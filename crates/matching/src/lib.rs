//! Names and identifiers.
mod identifiers;
mod names;
mod scoring;

pub use identifiers::{NotAnIdentifier, normalise};
pub use names::script::Script;
pub use names::tables::FormClass;
pub use names::words::{MAXIMUM_CHARACTERS, MAXIMUM_WORDS, fold};
pub use names::{EntityKind, Name, Role};
