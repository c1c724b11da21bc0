//! Who asks, in which role, for which purpose: what every service of the node is handed.

use oikos_model::{Act, Action, Actor, CaseId, LegalBasis, Purpose, Timestamp, UserName};

/// Somebody who asks the node for something.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Role codes of a person; empty for a partner and for the node itself.
    pub roles: Vec<String>,
    /// Why.
    pub purpose: Purpose,
    /// On which legal basis.
    pub legal_basis: LegalBasis,
    /// For which case.
    pub case: Option<CaseId>,
}

impl Caller {
    /// The act this caller is about to do.
    pub fn act(&self, action: Action, at: Timestamp) -> Act {
        Act {
            actor: self.actor.clone(),
            action,
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            case: self.case.clone(),
            at,
        }
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&UserName> {
        match &self.actor {
            Actor::Person(user) => Some(user),
            Actor::Partner(_) | Actor::Node(_) => None,
        }
    }
}
