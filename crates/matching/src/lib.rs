//! Identifiers: from what a source wrote to the one normalised form by which two sources can be seen to mean the same thing.
//!
//! Every function here refuses what fails the standard's own check, with a reason a person can act on. Names follow in a later issue.

mod identifiers;

pub use identifiers::{NotAnIdentifier, normalise};
