//! STIX 2.1 patterning (OASIS, part 9): a parser for the whole grammar, and a matcher over observations.
//!
//! Where the specification is silent the OASIS tools decide, whose recorded verdicts are a test. MATCHES uses regular expressions without
//! look-around and back-references, which cannot be made to take for ever; a pattern that needs them is refused with what is wrong.

mod address;
mod compare;
mod lexer;
mod observe;
mod parser;
mod pattern;
#[cfg(test)]
mod verdict_tests;

pub(crate) use address::Cidr;
pub(crate) use observe::{Observation, matches};
pub(crate) use parser::parse;
pub(crate) use pattern::{Comparison, Literal, Observed, Operator, Path, Pattern, Step, Test};

/// The version of the patterning language. They differ in one rule: since 2.1 an expression may have each qualifier once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// STIX 2.0.
    V20,
    /// STIX 2.1.
    V21,
}

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: {problem}")]
pub(crate) struct PatternError {
    /// Where in the pattern.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) problem: String,
}

/// Why it cannot be said whether a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MatchError {
    /// A literal cannot be compared with what the observation holds.
    #[error("{0}")]
    Incomparable(String),
    /// There are too many combinations of observations to try.
    #[error("more than {0} combinations of observations were tried")]
    TooMany(usize),
}
