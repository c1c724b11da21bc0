//! Signing in with a password, and with a code where the account has a second factor.

use std::net::IpAddr;

use oikos_model::{Action, UserName};
use oikos_registry::{SignInProof, Transaction, UserRow};
use serde::Deserialize;

use crate::attempts::Sources;
use crate::error::Factor;
use crate::sessions::SignedInPerson;
use crate::{Caller, Grounds, Node, NodeError, Noted, UserView, attempts, people, second_factor};

/// The one answer to whoever proves nothing.
const NOT_PROVEN: &str = "name, password or code is wrong, or the account is disabled";

/// Who wants to sign in, and with what.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Account name.
    #[schema(value_type = String)]
    pub name: UserName,
    /// Password.
    pub password: String,
    /// The second factor's code, or a recovery code. Needed once one is enrolled; the answer `code_required` asks for it.
    pub code: Option<String>,
}

/// Somebody who just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session's token, shown once.
    pub token: String,
    /// The account.
    pub user: UserView,
    /// Codes of the actions this person may do at all.
    pub actions: Vec<&'static str>,
    /// Whether the session can do nothing but enrol a second factor.
    pub must_enrol: bool,
}

impl Node {
    /// Signs a person in. A refusal is journaled like a success, and counted: after some, the node answers later and later.
    ///
    /// # Errors
    /// The same refusal whether name, password, code or the account's state is at fault; [`NodeError::FactorRequired`] where only the
    /// second factor is missing; [`NodeError::TooManyAttempts`].
    pub fn sign_in(&self, request: &SignInRequest, address: Option<IpAddr>) -> Result<SignedIn, NodeError> {
        let _turn = self.sign_in_turn();
        let sources = Sources::of(&request.name, address);
        self.hear(&sources)?;
        let row = self.account(&request.name)?;
        let hash = row.as_ref().and_then(|row| row.password_hash.as_deref());
        let is_password = people::is_password(&request.password, hash);
        let Some(row) = row.filter(|row| is_password && !row.disabled) else {
            return Err(self.not_proven(&request.name, &sources)?);
        };
        let outcome = self.admit(&row, |tx| self.proof_beyond_password(tx, &row, request.code.as_deref()));
        match outcome {
            Err(NodeError::NotSignedIn(_)) => Err(self.not_proven(&request.name, &sources)?),
            Err(NodeError::FactorRequired(factor)) => {
                let act = self.itself().act(Action::SignIn, self.clock().now());
                let reason = NodeError::FactorRequired(factor).to_string();
                self.journal_denial(&act, &[reason], vec![format!("user:{}", row.name)])?;
                Err(NodeError::FactorRequired(factor))
            }
            other => other,
        }
    }

    fn not_proven(&self, name: &UserName, sources: &Sources) -> Result<NodeError, NodeError> {
        self.count_failure(name, sources, NOT_PROVEN)?;
        Ok(NodeError::NotSignedIn(NOT_PROVEN))
    }

    /// What the person proved beyond the password. A code is used up in this transaction or not at all.
    fn proof_beyond_password(
        &self,
        tx: &mut dyn Transaction,
        row: &UserRow,
        code: Option<&str>,
    ) -> Result<SignInProof, NodeError> {
        match (tx.second_factor(&row.name)?.filter(|factor| factor.confirmed), code) {
            (Some(_), None) => Err(NodeError::FactorRequired(Factor::Code)),
            (Some(factor), Some(code)) => {
                let used = second_factor::use_code(tx, factor, code, self.clock().now())?;
                used.ok_or(NodeError::NotSignedIn(NOT_PROVEN))
            }
            // A password alone must not open what a passkey guards.
            (None, _) if !tx.passkeys_of(&row.name)?.is_empty() => Err(NodeError::FactorRequired(Factor::Passkey)),
            (None, _) => Ok(SignInProof::Password),
        }
    }

    /// Opens a session for an account once `prove` says how its person proved it; failures under its name are forgotten.
    pub(crate) fn admit(
        &self,
        row: &UserRow,
        prove: impl FnOnce(&mut dyn Transaction) -> Result<SignInProof, NodeError>,
    ) -> Result<SignedIn, NodeError> {
        let caller = self.caller_for(row.clone(), Grounds::default())?;
        let (token, user, proof) = self.write(&caller, Action::SignIn, |tx| {
            let proof = prove(tx)?;
            attempts::forget(tx, &row.name)?;
            let token = self.open_session(tx, &row.name, proof)?;
            let user = self.view_of(tx, row.clone())?;
            let noted = Noted::about(vec![format!("user:{}", row.name)]).with_detail(serde_json::json!({ "proof": proof }));
            Ok(((token, user, proof), noted))
        })?;
        let must_enrol = !proof.has_second_factor() && self.config().sign_in.needs_second_factor(&row.roles);
        let actions = if must_enrol { Vec::new() } else { self.allowed_actions(&caller) };
        Ok(SignedIn { token, user, actions, must_enrol })
    }

    /// Replaces the caller's own password; their other sessions end.
    ///
    /// # Errors
    /// When the present password is wrong (which counts as a failed sign-in), or the new one is too short or too long.
    pub fn change_password(&self, caller: &Caller, token: &str, present: &str, new: &str) -> Result<(), NodeError> {
        let hash = people::hash_password(new)?;
        let _turn = self.sign_in_turn();
        let SignedInPerson { user, session } = self.person_of_token(token)?;
        let session =
            session.ok_or_else(|| NodeError::Invalid("the operator signs in by the folder and has no password".into()))?;
        let sources = Sources::of(&user.name, None);
        self.hear(&sources)?;
        if !people::is_password(present, user.password_hash.as_deref()) {
            self.count_failure(&user.name, &sources, "the present password is wrong")?;
            return Err(NodeError::Invalid("the present password is wrong".into()));
        }
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let name = user.name.clone();
            tx.put_user(&UserRow { password_hash: Some(hash), ..user })?;
            let ended = tx.end_sessions_of(&name, Some(&session.token_hash))?;
            let detail = serde_json::json!({ "password": "changed", "sessions_ended": ended });
            Ok(((), Noted::about(vec![format!("user:{name}")]).with_detail(detail)))
        })
    }
}
