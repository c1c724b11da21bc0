//! Accounts, as people manage them, and finding out who a request comes from.

use oikos_model::{Action, CaseId, LegalBasis, Purpose, UserName};
use oikos_policy::{Principal, Role};
use oikos_registry::{Store, UserRow};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::init::OPERATOR;
use crate::{Caller, Node, NodeError, Noted, people};

/// An account to be made or changed.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRequest {
    /// Account name, for example `anna.virtanen`.
    #[schema(value_type = String)]
    pub name: UserName,
    /// The person's name.
    pub display_name: String,
    /// Role codes (analyst, supervisor, releaser, data-protection-officer, auditor, administrator), and `desk:<name>` for each desk
    /// of which the person is a member.
    pub roles: Vec<String>,
    /// Password, 15 characters or more. Absent: the one there was stays.
    pub password: Option<String>,
    /// Whether sign-in is refused.
    #[serde(default)]
    pub disabled: bool,
}

/// An account as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UserView {
    /// Account name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
    /// Role codes and desks.
    pub roles: Vec<String>,
    /// Whether sign-in is refused.
    pub disabled: bool,
}

impl From<UserRow> for UserView {
    fn from(row: UserRow) -> Self {
        Self { name: row.name.to_string(), display_name: row.display_name, roles: row.roles, disabled: row.disabled }
    }
}

/// The purpose, legal basis and case a request names; what it leaves out is the node's default.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    /// Why.
    pub purpose: Option<Purpose>,
    /// On which legal basis.
    pub legal_basis: Option<LegalBasis>,
    /// For which case.
    pub case: Option<CaseId>,
}

impl Node {
    /// Who a token belongs to: a signed-in person, or the local operator.
    ///
    /// # Errors
    /// When the token is neither.
    pub fn caller_of_token(&self, token: &str, grounds: Grounds) -> Result<Caller, NodeError> {
        let operator = crate::keys::operator_token(self.folder())?;
        let row = if token.as_bytes().ct_eq(operator.as_bytes()).into() {
            let name = UserName::new(OPERATOR).map_err(NodeError::internal)?;
            self.account(&name)?
                .filter(|user| !user.disabled)
                .ok_or(NodeError::NotSignedIn("the operator's account is disabled"))?
        } else {
            let act = self.itself().act(Action::SignIn, self.clock().now());
            people::user_of_token(self.store().snapshot(&act)?.as_ref(), token, act.at)?
        };
        self.caller_for(row, grounds)
    }

    fn account(&self, name: &UserName) -> Result<Option<UserRow>, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        Ok(self.store().snapshot(&act)?.user(name)?)
    }

    pub(crate) fn caller_for(&self, user: UserRow, grounds: Grounds) -> Result<Caller, NodeError> {
        let defaults = self.itself();
        let principal = Principal::person(user.name, user.roles.iter().map(String::as_str)).map_err(NodeError::internal)?;
        Ok(Caller {
            principal,
            purpose: grounds.purpose.unwrap_or(defaults.purpose),
            legal_basis: grounds.legal_basis.unwrap_or(defaults.legal_basis),
            case: grounds.case,
        })
    }

    /// The caller's own account.
    ///
    /// # Errors
    /// When the caller is no person with an account here.
    pub fn user_view(&self, caller: &Caller) -> Result<UserView, NodeError> {
        let name = caller.person().ok_or(NodeError::NotSignedIn("only people have accounts"))?;
        let row = self.account(name)?.ok_or_else(|| NodeError::NotFound(format!("user {name}")))?;
        Ok(UserView::from(row))
    }

    /// Signs a person in. Returns the session's token and the account. A refusal is journaled like a success.
    ///
    /// # Errors
    /// The same refusal whether name, password or the account's state is at fault.
    pub fn sign_in(&self, name: &UserName, password: &str) -> Result<(String, UserView), NodeError> {
        let row = match self.account(name)? {
            Some(row) if people::may_sign_in(&row, password) => row,
            Some(_) => return Err(self.refuse_sign_in(name)?),
            None => {
                people::waste_the_time_of_a_check(password);
                return Err(self.refuse_sign_in(name)?);
            }
        };
        let caller = self.caller_for(row.clone(), Grounds::default())?;
        self.write(&caller, Action::SignIn, |tx| {
            let token = people::open_session(tx, name, self.clock().now())?;
            Ok(((token, UserView::from(row)), Noted::about(vec![format!("user:{name}")])))
        })
    }

    /// Journals that a sign-in was refused. The entry names what was typed as a name, cut short, since it may be no account.
    fn refuse_sign_in(&self, name: &UserName) -> Result<NodeError, NodeError> {
        const REASON: &str = "name or password is wrong, or the account is disabled";
        let act = self.itself().act(Action::SignIn, self.clock().now());
        self.journal_denial(&act, &[REASON.to_owned()], vec![format!("user:{name}")])?;
        Ok(NodeError::NotSignedIn(REASON))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the registry fails.
    pub fn sign_out(&self, caller: &Caller, token: &str) -> Result<(), NodeError> {
        self.write(caller, Action::SignIn, |tx| {
            tx.end_session(&people::token_hash(token))?;
            Ok(((), Noted::about(vec!["session:own".into()]).with_detail(serde_json::json!({ "ended": true }))))
        })
    }

    /// Makes or changes an account.
    ///
    /// # Errors
    /// When policy refuses, a role is unknown, or the password is too short.
    pub fn put_user(&self, caller: &Caller, request: &UserRequest) -> Result<UserView, NodeError> {
        let codes = request.roles.iter().map(String::as_str);
        Principal::person(request.name.clone(), codes).map_err(|error| NodeError::Invalid(error.to_string()))?;
        if request.name.as_str() == OPERATOR || request.roles.iter().any(|role| role == Role::Operator.code()) {
            return Err(NodeError::Invalid(
                "the operator's account belongs to whoever owns the folder; give a person a name of their own".into(),
            ));
        }
        let new_hash = request.password.as_deref().map(people::hash_password).transpose()?;
        self.write(caller, Action::ManageUsers, |tx| {
            let earlier = tx.user(&request.name)?;
            let password_hash = new_hash.or_else(|| earlier.and_then(|user| user.password_hash));
            let row = UserRow {
                name: request.name.clone(),
                display_name: request.display_name.clone(),
                roles: request.roles.clone(),
                password_hash,
                disabled: request.disabled,
            };
            tx.put_user(&row)?;
            let detail = serde_json::json!({ "roles": row.roles, "disabled": row.disabled });
            Ok((UserView::from(row), Noted::about(vec![format!("user:{}", request.name)]).with_detail(detail)))
        })
    }

    /// All accounts.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_users(&self, caller: &Caller) -> Result<Vec<UserView>, NodeError> {
        self.write(caller, Action::ManageUsers, |tx| {
            let users = tx.users()?.into_iter().map(UserView::from).collect();
            Ok((users, Noted::about(vec!["list:users".into()])))
        })
    }
}
