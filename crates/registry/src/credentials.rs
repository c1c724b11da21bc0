//! What people prove themselves with besides a password: second factors, recovery codes, passkeys, an identity provider's subject;
//! and the challenges that are open meanwhile.

use oikos_model::{Timestamp, UserName};

use crate::StoreError;

/// A second factor by time (RFC 6238).
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactorRow {
    /// Whose.
    pub user: UserName,
    /// The shared secret.
    pub secret: Vec<u8>,
    /// Whether a first code has proved that the person's device holds the secret. Before that it counts for nothing.
    pub confirmed: bool,
    /// The newest time step whose code was accepted: no code of it or before is accepted again.
    pub last_step: Option<u64>,
    /// When the secret was made.
    pub enrolled_at: Timestamp,
}

impl std::fmt::Debug for SecondFactorRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactorRow").field("user", &self.user).field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// A passkey of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// The credential id, chosen by the authenticator.
    pub credential: Vec<u8>,
    /// Whose.
    pub user: UserName,
    /// What its owner calls it.
    pub name: String,
    /// The public key, as the authenticator gave it (COSE).
    pub public_key: Vec<u8>,
    /// The authenticator's count of signatures, 0 where it keeps none.
    pub sign_count: u32,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it last signed somebody in.
    pub used_at: Option<Timestamp>,
}

/// An open question to somebody who signs in or registers something: answered once, in time, or never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeRow {
    /// SHA-256 of the challenge itself.
    pub id: [u8; 32],
    /// What is being proved, so that an answer to one question is none to another.
    pub kind: String,
    /// Whose, where that is known before the answer.
    pub user: Option<UserName>,
    /// What the asker must remember until the answer.
    pub content: serde_json::Value,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A person's name at an identity provider, bound to an account by an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectRow {
    /// The provider.
    pub issuer: String,
    /// The person there.
    pub subject: String,
    /// The account here.
    pub user: UserName,
    /// Who bound it.
    pub bound_by: UserName,
    /// When.
    pub bound_at: Timestamp,
}

/// Second factors, passkeys, subjects and challenges.
pub trait Credentials {
    /// Creates or replaces a person's second factor.
    ///
    /// # Errors
    /// When the database fails.
    fn put_second_factor(&mut self, factor: &SecondFactorRow) -> Result<(), StoreError>;

    /// A person's second factor, confirmed or not.
    ///
    /// # Errors
    /// When the database fails.
    fn second_factor(&self, user: &UserName) -> Result<Option<SecondFactorRow>, StoreError>;

    /// Removes a person's second factor and recovery codes. Returns whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_second_factor(&mut self, user: &UserName) -> Result<bool, StoreError>;

    /// Replaces a person's recovery codes by these, as hashes.
    ///
    /// # Errors
    /// When the database fails.
    fn replace_recovery_codes(&mut self, user: &UserName, hashes: &[[u8; 32]]) -> Result<(), StoreError>;

    /// Uses up a recovery code. Returns whether it was one.
    ///
    /// # Errors
    /// When the database fails.
    fn use_recovery_code(&mut self, user: &UserName, hash: &[u8; 32]) -> Result<bool, StoreError>;

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// When the database fails.
    fn recovery_codes_left(&self, user: &UserName) -> Result<u64, StoreError>;

    /// Creates a passkey, or replaces one with the same credential id.
    ///
    /// # Errors
    /// When the credential id belongs to another person, or the database fails.
    fn put_passkey(&mut self, passkey: &PasskeyRow) -> Result<(), StoreError>;

    /// The passkey with this credential id.
    ///
    /// # Errors
    /// When the database fails.
    fn passkey(&self, credential: &[u8]) -> Result<Option<PasskeyRow>, StoreError>;

    /// A person's passkeys, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn passkeys_of(&self, user: &UserName) -> Result<Vec<PasskeyRow>, StoreError>;

    /// Removes a passkey of this person. Returns whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_passkey(&mut self, user: &UserName, credential: &[u8]) -> Result<bool, StoreError>;

    /// Opens a challenge.
    ///
    /// # Errors
    /// When the database fails.
    fn put_challenge(&mut self, challenge: &ChallengeRow) -> Result<(), StoreError>;

    /// Takes a challenge: whoever takes it is the only one.
    ///
    /// # Errors
    /// When the database fails.
    fn take_challenge(&mut self, id: &[u8; 32]) -> Result<Option<ChallengeRow>, StoreError>;

    /// Removes challenges that have expired, and of the others all but the newest `keep`.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_challenges(&mut self, now: Timestamp, keep: usize) -> Result<usize, StoreError>;

    /// Binds a subject to an account.
    ///
    /// # Errors
    /// When the subject or the account is bound already, or the database fails.
    fn bind_subject(&mut self, subject: &SubjectRow) -> Result<(), StoreError>;

    /// The binding of a provider's subject.
    ///
    /// # Errors
    /// When the database fails.
    fn subject(&self, issuer: &str, subject: &str) -> Result<Option<SubjectRow>, StoreError>;

    /// The binding of an account.
    ///
    /// # Errors
    /// When the database fails.
    fn subject_of(&self, user: &UserName) -> Result<Option<SubjectRow>, StoreError>;

    /// Removes the binding of an account. Returns whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    fn unbind_subject(&mut self, user: &UserName) -> Result<bool, StoreError>;
}
