//! Accounts, passwords and sessions.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use oikos_model::{Timestamp, UserName};
use oikos_registry::{SessionRow, Transaction, UserRow};
use sha2::{Digest, Sha256};

use crate::NodeError;

/// How long a session lasts without signing in again.
const SESSION_HOURS: i64 = 10;
/// Least length of a password, in characters (NIST SP 800-63B-4 asks for 15 where there is no second factor).
const PASSWORD_CHARACTERS_MINIMUM: usize = 15;
/// Greatest length of a password, in bytes: hashing must not become a way to keep the node busy.
const PASSWORD_BYTES_MAXIMUM: usize = 256;

/// Hashes a password with Argon2id (RFC 9106) at the crate's recommended parameters.
///
/// # Errors
/// When the password is too short or too long.
pub(crate) fn hash_password(password: &str) -> Result<String, NodeError> {
    if password.chars().count() < PASSWORD_CHARACTERS_MINIMUM || password.len() > PASSWORD_BYTES_MAXIMUM {
        return Err(NodeError::Invalid(format!(
            "a password has {PASSWORD_CHARACTERS_MINIMUM} characters or more, and at most {PASSWORD_BYTES_MAXIMUM} bytes"
        )));
    }
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(NodeError::internal)?;
    Ok(hash.to_string())
}

/// Whether this account can sign in with this password. An account without a password never can.
pub(crate) fn may_sign_in(user: &UserRow, password: &str) -> bool {
    let Some(hash) = user.password_hash.as_deref().and_then(|text| PasswordHash::new(text).ok()) else { return false };
    let fits = password.len() <= PASSWORD_BYTES_MAXIMUM && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    fits && !user.disabled
}

/// The same work as for an account that exists, so that time does not tell which names there are.
pub(crate) fn waste_the_time_of_a_check(password: &str) {
    let password = &password.as_bytes()[..password.len().min(PASSWORD_BYTES_MAXIMUM)];
    let _ = Argon2::default().hash_password(password);
}

/// Opens a session for somebody who proved who they are. Its token is shown once and never stored.
pub(crate) fn open_session(tx: &mut dyn Transaction, name: &UserName, now: Timestamp) -> Result<String, NodeError> {
    let mut token = [0u8; 32];
    getrandom::fill(&mut token).map_err(NodeError::internal)?;
    let token = hex::encode(token);
    let expires_at = now.checked_add(jiff::SignedDuration::from_hours(SESSION_HOURS)).map_err(NodeError::internal)?;
    tx.erase_expired_sessions(now)?;
    tx.put_session(&SessionRow { token_hash: token_hash(&token), user: name.clone(), expires_at })?;
    Ok(token)
}

/// The account a token's session belongs to.
///
/// # Errors
/// When there is no such session, it is over, or the account is disabled.
pub(crate) fn user_of_token(tx: &dyn Transaction, token: &str, now: Timestamp) -> Result<UserRow, NodeError> {
    let session = tx.session(&token_hash(token))?.ok_or(NodeError::NotSignedIn("the session is over"))?;
    if session.expires_at <= now {
        return Err(NodeError::NotSignedIn("the session is over"));
    }
    match tx.user(&session.user)? {
        Some(user) if !user.disabled => Ok(user),
        _ => Err(NodeError::NotSignedIn("the account is disabled")),
    }
}

/// What is stored of a token.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
