//! Accounts, as administrators manage them.

use oikos_model::{Action, UserName};
use oikos_policy::{Principal, Role};
use oikos_registry::{SubjectRow, Transaction, UserRow};
use serde::{Deserialize, Serialize};

use crate::init::OPERATOR;
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted, attempts, people};

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
    /// Whether there is a confirmed second factor by time.
    pub second_factor: bool,
    /// How many passkeys there are.
    pub passkeys: usize,
    /// Whether a subject of the identity provider is bound.
    pub single_sign_on: bool,
    /// Until when sign-ins by password are not heard, because too many failed, RFC 3339.
    pub delayed_until: Option<String>,
}

impl Node {
    /// The caller's own account.
    ///
    /// # Errors
    /// When the caller is no person with an account here.
    pub fn user_view(&self, caller: &Caller) -> Result<UserView, NodeError> {
        self.read(caller, Action::ReadNode, |tx| {
            let name = own_name(caller)?;
            let row = tx.user(name)?.ok_or_else(|| NodeError::NotFound(format!("user {name}")))?;
            self.view_of(tx, row)
        })
    }

    pub(crate) fn view_of(&self, tx: &dyn Transaction, row: UserRow) -> Result<UserView, NodeError> {
        let delayed_until = attempts::delayed_until(tx, &row.name, self.clock().now())?;
        Ok(UserView {
            second_factor: tx.second_factor(&row.name)?.is_some_and(|factor| factor.confirmed),
            passkeys: tx.passkeys_of(&row.name)?.len(),
            single_sign_on: tx.subject_of(&row.name)?.is_some(),
            delayed_until: delayed_until.map(crate::findings::seconds),
            name: row.name.to_string(),
            display_name: row.display_name,
            roles: row.roles,
            disabled: row.disabled,
        })
    }

    /// Makes or changes an account. A new password, or disabling it, ends its sessions.
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
            let ends_sessions = earlier.is_some() && (new_hash.is_some() || request.disabled);
            let sessions_ended = if ends_sessions { tx.end_sessions_of(&request.name, None)? } else { 0 };
            let has_new_password = new_hash.is_some();
            let password_hash = new_hash.or_else(|| earlier.and_then(|user| user.password_hash));
            let row = UserRow {
                name: request.name.clone(),
                display_name: request.display_name.clone(),
                roles: request.roles.clone(),
                password_hash,
                disabled: request.disabled,
            };
            tx.put_user(&row)?;
            let detail = serde_json::json!({ "roles": row.roles, "disabled": row.disabled, "new_password": has_new_password,
                "sessions_ended": sessions_ended });
            Ok((self.view_of(tx, row)?, Noted::about(vec![format!("user:{}", request.name)]).with_detail(detail)))
        })
    }

    /// All accounts.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_users(&self, caller: &Caller) -> Result<Vec<UserView>, NodeError> {
        self.write(caller, Action::ManageUsers, |tx| {
            let users = tx.users()?.into_iter().map(|row| self.view_of(tx, row)).collect::<Result<_, _>>()?;
            Ok((users, Noted::about(vec!["list:users".into()])))
        })
    }

    /// Removes somebody's second factor, recovery codes and passkeys, and ends their sessions: for a device that is lost.
    ///
    /// # Errors
    /// When policy refuses, there is no such account, or it is the caller's own: whoever took over a session must not get rid of the
    /// second factor with it.
    pub fn reset_second_factor(&self, caller: &Caller, name: &UserName) -> Result<UserView, NodeError> {
        self.change_user(caller, name, |tx, row| {
            if caller.person() == Some(name) {
                return Err(NodeError::Invalid(
                    "another administrator, or whoever owns the folder, resets your second factor".into(),
                ));
            }
            let had = tx.remove_second_factor(name)?;
            let passkeys = tx.passkeys_of(name)?;
            passkeys.iter().try_for_each(|passkey| tx.remove_passkey(name, &passkey.credential).map(drop))?;
            let ended = tx.end_sessions_of(&row.name, None)?;
            Ok(serde_json::json!({ "second_factor": "reset", "had_one": had, "passkeys_removed": passkeys.len(),
                "sessions_ended": ended }))
        })
    }

    /// Lets an account be heard again at once after too many failures.
    ///
    /// # Errors
    /// When policy refuses or there is no such account.
    pub fn unlock_user(&self, caller: &Caller, name: &UserName) -> Result<UserView, NodeError> {
        self.change_user(caller, name, |tx, row| Ok(serde_json::json!({ "unlocked": attempts::forget(tx, &row.name)? })))
    }

    /// Binds a subject of the identity provider to an account. From then on that person signs in there.
    ///
    /// # Errors
    /// When policy refuses, there is no such account, no provider is set, or one of the two is bound already.
    pub fn bind_subject(&self, caller: &Caller, name: &UserName, subject: &str) -> Result<UserView, NodeError> {
        let provider = self.config().sign_in.oidc.as_ref();
        let provider = provider.ok_or_else(|| NodeError::Conflict("node.yaml names no identity provider".into()))?;
        if subject.is_empty() || subject.len() > 255 || subject.chars().any(char::is_control) {
            return Err(NodeError::Invalid("a subject has 1 to 255 printable bytes: the `sub` of the provider".into()));
        }
        let bound_by = own_name(caller)?.clone();
        self.change_user(caller, name, |tx, row| {
            tx.bind_subject(&SubjectRow {
                issuer: provider.issuer.clone(),
                subject: subject.to_owned(),
                user: row.name.clone(),
                bound_by,
                bound_at: self.clock().now(),
            })
            .map_err(|error| match error {
                oikos_registry::StoreError::Conflict(text) => NodeError::Conflict(text),
                other => other.into(),
            })?;
            Ok(serde_json::json!({ "issuer": provider.issuer, "subject": subject }))
        })
    }

    /// Removes the binding of an account, and ends its sessions.
    ///
    /// # Errors
    /// When policy refuses, or there is no such account or binding.
    pub fn unbind_subject(&self, caller: &Caller, name: &UserName) -> Result<UserView, NodeError> {
        self.change_user(caller, name, |tx, row| {
            if !tx.unbind_subject(&row.name)? {
                return Err(NodeError::NotFound(format!("a subject bound to {name}")));
            }
            let ended = tx.end_sessions_of(&row.name, None)?;
            Ok(serde_json::json!({ "subject": "removed", "sessions_ended": ended }))
        })
    }

    /// Changes something about an account that is there. `change` gives what the journal says of it.
    fn change_user(
        &self,
        caller: &Caller,
        name: &UserName,
        change: impl FnOnce(&mut dyn Transaction, &UserRow) -> Result<serde_json::Value, NodeError>,
    ) -> Result<UserView, NodeError> {
        self.write(caller, Action::ManageUsers, |tx| {
            let row = tx.user(name)?.ok_or_else(|| NodeError::NotFound(format!("user {name}")))?;
            let detail = change(tx, &row)?;
            Ok((self.view_of(tx, row)?, Noted::about(vec![format!("user:{name}")]).with_detail(detail)))
        })
    }
}
