//! Passwords, and the tokens of sessions.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};

use crate::NodeError;

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

/// Whether this is the password behind a hash. Where there is no hash the work is the same, so that time does not tell which accounts
/// there are.
pub(crate) fn is_password(password: &str, hash: Option<&str>) -> bool {
    let checked = &password.as_bytes()[..password.len().min(PASSWORD_BYTES_MAXIMUM)];
    let Some(hash) = hash.and_then(|text| PasswordHash::new(text).ok()) else {
        let _ = Argon2::default().hash_password(checked);
        return false;
    };
    let fits = Argon2::default().verify_password(checked, &hash).is_ok();
    fits && password.len() <= PASSWORD_BYTES_MAXIMUM
}

/// A token nobody can guess, in hexadecimal.
pub(crate) fn new_token() -> Result<String, NodeError> {
    let mut token = [0u8; 32];
    getrandom::fill(&mut token).map_err(NodeError::internal)?;
    Ok(hex::encode(token))
}

/// What is stored of a token.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
