//! Triage: the inbox ranked within each desk's budget, and people's work on findings, which is kept apart from their decisions.

mod budget;
mod counts;
mod filters;
mod list;
mod undo;
mod work;

use oikos_model::{Action, FindingKey, NodeId, UserName};
use oikos_registry::{CaseItemKind, Transaction, UserRow};
use serde::Serialize;

use crate::release::FindingName;
use crate::{Caller, Node, NodeError};

pub use budget::{BudgetRequest, BudgetView};
pub use counts::{InboxCounts, ValueCount};
pub use filters::{SavedFilter, SavedFilters};
pub use list::{InboxFilter, InboxLine, InboxPage};
pub use undo::{RefusedUndo, UndoReport, UndoRequest};
pub use work::{WorkLine, WorkReport, WorkRequest, WorkStep, WorkView};

/// Most findings that one act works on.
const BULK_MAXIMUM: usize = 500;

/// A case by its id, with its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CaseName {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Somebody who can be given work.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Colleague {
    /// Account name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
    /// Whether it is who asks.
    pub is_me: bool,
}

impl Node {
    /// The people who can be given findings and tasks.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_colleagues(&self, caller: &Caller) -> Result<Vec<Colleague>, NodeError> {
        self.read(caller, Action::AssignFinding, |tx| {
            let fit = tx.users()?.into_iter().filter(|user| self.can_work(caller, user));
            Ok(fit.map(|user| Colleague { is_me: caller.person() == Some(&user.name), ..colleague(user) }).collect())
        })
    }

    /// Whether somebody's account is in use and its roles let them work on findings.
    fn can_work(&self, caller: &Caller, user: &UserRow) -> bool {
        let principal = oikos_policy::Principal::person(user.name.clone(), user.roles.iter().map(String::as_str));
        let Ok(principal) = principal else { return false };
        !user.disabled && self.may_ever(&Caller { principal, ..caller.clone() }, Action::DecideFinding)
    }

    /// Refuses to give work to somebody who could not do it.
    pub(crate) fn check_colleague(&self, tx: &dyn Transaction, caller: &Caller, name: &UserName) -> Result<(), NodeError> {
        match tx.user(name)? {
            Some(user) if self.can_work(caller, &user) => Ok(()),
            _ => Err(NodeError::Invalid(format!("nobody called {name} works on findings here"))),
        }
    }

    /// The cases a thing is in, of those the caller may see.
    pub(crate) fn visible_cases_with(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        kind: CaseItemKind,
        reference: &str,
    ) -> Result<Vec<CaseName>, NodeError> {
        let mut names = Vec::new();
        for id in tx.cases_with(kind, reference)? {
            let Some(row) = tx.case(&id)? else { continue };
            let Some(label) = tx.label(row.label)? else { continue };
            if self.may(caller, Action::ReadCases, &label) {
                names.push(CaseName { id: id.to_string(), title: crate::cases::title_of(&row)? });
            }
        }
        Ok(names)
    }

    /// Origin and key of each named finding, once.
    fn named(&self, names: &[FindingName]) -> Result<Vec<(NodeId, FindingKey)>, NodeError> {
        if names.is_empty() || names.len() > BULK_MAXIMUM {
            return Err(NodeError::Invalid(format!("name 1 to {BULK_MAXIMUM} findings")));
        }
        let mut seen = std::collections::BTreeSet::new();
        let whole = names.iter().map(|name| (name.origin.clone().unwrap_or_else(|| self.id().clone()), name.key));
        Ok(whole.filter(|name| seen.insert(name.clone())).collect())
    }
}

fn colleague(user: UserRow) -> Colleague {
    Colleague { name: user.name.to_string(), display_name: user.display_name, is_me: false }
}

/// How the journal and cases name a finding, without its kind.
pub(crate) fn reference_of(origin: &NodeId, key: FindingKey) -> String {
    format!("{origin}/{key}")
}
