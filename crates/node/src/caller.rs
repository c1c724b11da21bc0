//! Who asks, for which purpose, on which legal basis: what every service of the node is handed.

use oikos_model::{Act, Action, Actor, CaseId, LegalBasis, Purpose, Timestamp, UserName};
use oikos_policy::Principal;

use crate::NodeError;

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
    /// Whether somebody said so, for the session or for this request. What nobody said is the node's default, which opens no case
    /// data to a person.
    pub is_stated: bool,
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

    /// Refuses an act on case data for which nobody said a purpose.
    ///
    /// # Errors
    /// [`NodeError::PurposeRequired`].
    pub(crate) fn check_stated(&self, action: Action) -> Result<(), NodeError> {
        if self.is_stated || !is_on_case_data(action) {
            return Ok(());
        }
        Err(NodeError::PurposeRequired(self.case.clone()))
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

/// Whatever is not listed here is on case data.
pub(crate) const fn is_on_case_data(action: Action) -> bool {
    !matches!(
        action,
        Action::SignIn
            | Action::ReadNode
            | Action::StatePurpose
            | Action::ManageOwnAccess
            | Action::ManageUsers
            | Action::ReadJobs
            | Action::ManagePartners
            | Action::ReadPartners
            | Action::ReadJournal
            | Action::Erase
            | Action::SetAlertBudget
            | Action::KeepFilters
            | Action::ReviewAccess
            | Action::ReadStatistics
            | Action::ReadDesks
            | Action::WriteDetector
            | Action::ChangeDetector
    )
}
