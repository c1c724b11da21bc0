//! Authorising or declining a bundle: always by another person than the one who prepared it.

use oikos_model::Action;
use serde::Deserialize;

use super::{Bundle, BundleView, Decided, State, person};
use crate::{Caller, Node, NodeError, Noted};

/// What a person decides.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleDecision {
    /// Authorise it, or decline it.
    pub authorise: bool,
    /// Why; needed where it is declined.
    #[serde(default)]
    pub reason: String,
}

impl Node {
    /// Authorises or declines a prepared bundle.
    ///
    /// # Errors
    /// When policy refuses, the caller prepared it, it was decided already, or nobody says why it is declined.
    pub fn decide_bundle(&self, caller: &Caller, id: &str, decision: &BundleDecision) -> Result<BundleView, NodeError> {
        let by = person(caller)?;
        let reason = decision.reason.trim().to_owned();
        if reason.len() > 1_000 || (!decision.authorise && reason.is_empty()) {
            return Err(NodeError::Invalid("say why it is declined, in 1 to 1,000 bytes".into()));
        }
        let now = self.clock().now();
        let mut same_person = false;
        let outcome = self.write_then(
            caller,
            Action::AuthoriseBundle,
            |tx| {
                let bundle = Bundle::read(tx, id)?;
                if bundle.state != State::Prepared {
                    return Err(NodeError::Conflict(format!("bundle {id} is {} already", bundle.state.code())));
                }
                if bundle.prepared_by == by {
                    same_person = true;
                    return Err(NodeError::Denied(vec![format!("{by} prepared it: another person authorises")]));
                }
                if decision.authorise {
                    // Whoever answers for it must be allowed to: label by label, by today's rules.
                    self.gather_bundle(tx, caller, Action::AuthoriseBundle, &bundle)?;
                }
                let detail = serde_json::json!({ "authorised": decision.authorise, "reason": reason,
                    "prepared_by": bundle.prepared_by, "recipient": bundle.recipient });
                let noted = Noted::about(bundle.subjects()).with_detail(detail);
                Ok((bundle, noted))
            },
            |tx, bundle, index| {
                let state = if decision.authorise { State::Authorised } else { State::Declined };
                let decided = Some(Decided { by: by.clone(), at: now, reason: reason.clone(), entry: index });
                let bundle = Bundle { state, decided, ..bundle };
                bundle.put(tx)?;
                Ok(bundle.view())
            },
        );
        if same_person {
            let act = caller.act(Action::AuthoriseBundle, now);
            self.journal_denial(&act, &[format!("{by} prepared it: another person authorises")], vec![format!("bundle:{id}")])?;
        }
        outcome
    }
}
