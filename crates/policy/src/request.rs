//! A question to policy and its answer.

use std::fmt;

use oikos_model::{Act, Label};

use crate::Principal;

/// What an act is done with.
#[derive(Debug, Clone, Copy)]
pub enum Resource<'a> {
    /// The node itself: for acts without a label, and to ask whether a principal may ever do this act with data.
    Node,
    /// Something that carries this label.
    Label(&'a Label),
}

/// May `principal` do `act` with `resource`?
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks. Refused unless it is the act's actor.
    pub principal: &'a Principal,
    /// What they want to do, why, for which case and when.
    pub act: &'a Act,
    /// With what.
    pub resource: Resource<'a>,
}

/// A rule that decided, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyReason {
    /// The rule's id, for example `purpose-not-marked`.
    pub rule: String,
    /// What the rule says, with the law it rests on where it names one.
    pub text: String,
}

impl fmt::Display for PolicyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text, self.rule)
    }
}

/// What policy decided and which rules decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the act may be done.
    pub allowed: bool,
    /// When allowed, the rules that allow it; when not, the rules that forbid it, or `nothing-allows-it`. Never empty.
    pub reasons: Vec<PolicyReason>,
}

impl Decision {
    pub(crate) fn deny(rule: &str, text: &str) -> Self {
        Self { allowed: false, reasons: vec![PolicyReason { rule: rule.to_owned(), text: text.to_owned() }] }
    }

    /// The reasons as one line for an error message.
    pub fn summary(&self) -> String {
        self.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}
