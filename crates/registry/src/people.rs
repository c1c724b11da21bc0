//! People's accounts and sessions.

use oikos_model::{CaseId, LegalBasis, Purpose, Timestamp, UserName};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// Account name.
    pub name: UserName,
    /// The person's name.
    pub display_name: String,
    /// Role codes, as policy names them.
    pub roles: Vec<String>,
    /// Argon2id hash in PHC form; `None` for the local operator, who proves access to the folder instead.
    pub password_hash: Option<String>,
    /// Whether sign-in is refused.
    pub disabled: bool,
}

/// How the person of a session proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInProof {
    /// A password alone.
    Password,
    /// A password and a code of the second factor.
    PasswordAndCode,
    /// A password and a recovery code.
    PasswordAndRecoveryCode,
    /// A passkey that verified its user.
    Passkey,
    /// The identity provider's word, which says nothing about a second factor.
    SingleSignOn,
    /// The identity provider's word, which says that several factors were used.
    SingleSignOnWithFactors,
}

impl SignInProof {
    /// Whether more than one factor was shown.
    pub const fn has_second_factor(self) -> bool {
        !matches!(self, Self::Password | Self::SingleSignOn)
    }
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token. The token itself is never stored.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserName,
    /// How they proved it.
    pub proof: SignInProof,
    /// Since when.
    pub opened_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Timestamp,
    /// Until when at most.
    pub expires_at: Timestamp,
}

/// For what a session works, as the person said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPurposeRow {
    /// The session.
    pub token_hash: [u8; 32],
    /// The case; `None`: acts outside of any case.
    pub case: Option<CaseId>,
    /// Why.
    pub purpose: Purpose,
    /// On which legal basis.
    pub legal_basis: LegalBasis,
    /// When it was said.
    pub stated_at: Timestamp,
}

/// Accounts and sessions.
pub trait People {
    /// Creates or replaces an account.
    ///
    /// # Errors
    /// When the database fails.
    fn put_user(&mut self, user: &UserRow) -> Result<(), StoreError>;

    /// The account of this name.
    ///
    /// # Errors
    /// When the database fails.
    fn user(&self, name: &UserName) -> Result<Option<UserRow>, StoreError>;

    /// All accounts by name.
    ///
    /// # Errors
    /// When the database fails.
    fn users(&self) -> Result<Vec<UserRow>, StoreError>;

    /// Opens a session.
    ///
    /// # Errors
    /// When the database fails.
    fn put_session(&mut self, session: &SessionRow) -> Result<(), StoreError>;

    /// The session with this token hash, expired or not.
    ///
    /// # Errors
    /// When the database fails.
    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError>;

    /// A person's sessions, newest first, expired or not.
    ///
    /// # Errors
    /// When the database fails.
    fn sessions_of(&self, user: &UserName) -> Result<Vec<SessionRow>, StoreError>;

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database fails.
    fn touch_session(&mut self, token_hash: &[u8; 32], used_at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session, with what it stated.
    ///
    /// # Errors
    /// When the database fails.
    fn end_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError>;

    /// Ends all sessions of a person but one. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    fn end_sessions_of(&mut self, user: &UserName, but: Option<&[u8; 32]>) -> Result<usize, StoreError>;

    /// Removes sessions that have expired, or were not used since `idle_since`.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_sessions(&mut self, now: Timestamp, idle_since: Timestamp) -> Result<usize, StoreError>;

    /// Notes for what a session works in a case, or outside of any. A later statement for the same replaces it.
    ///
    /// # Errors
    /// When there is no such session or the database fails.
    fn put_session_purpose(&mut self, stated: &SessionPurposeRow) -> Result<(), StoreError>;

    /// For what a session said it works in this case, or outside of any.
    ///
    /// # Errors
    /// When the database fails.
    fn session_purpose(&self, token_hash: &[u8; 32], case: Option<&CaseId>) -> Result<Option<SessionPurposeRow>, StoreError>;
}
