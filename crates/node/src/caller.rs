//! Who asks, for which purpose, on which legal basis: what every service of the node is handed.

use oikos_model::{Act, Action, Actor, CaseId, LegalBasis, Purpose, Timestamp, UserName};
use oikos_policy::Principal;

/// Somebody who asks the node for something.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, with what policy needs to know of them.
    pub principal: Principal,
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
            actor: self.actor(),
            action,
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            case: self.case.clone(),
            at,
        }
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        match &self.principal {
            Principal::Person { name, .. } => Actor::Person(name.clone()),
            Principal::Node(node) => Actor::Node(node.clone()),
            Principal::Partner { node, .. } => Actor::Partner(node.clone()),
        }
    }

    /// The person, if it is one.
    pub fn person(&self) -> Option<&UserName> {
        match &self.principal {
            Principal::Person { name, .. } => Some(name),
            Principal::Node(_) | Principal::Partner { .. } => None,
        }
    }
}
