//! People's accounts and sessions.

use oikos_model::{Timestamp, UserName};
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

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token. The token itself is never stored.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserName,
    /// Until when.
    pub expires_at: Timestamp,
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

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    fn end_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError>;

    /// Removes expired sessions.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_expired_sessions(&mut self, now: Timestamp) -> Result<usize, StoreError>;
}
