//! Secret keys that are the node's own: the journal's signing key and the local operator's token.

use std::path::Path;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::folder::write_new_private;
use crate::{NodeError, NodeFolder};

const JOURNAL_KEY_FILE: &str = "journal.key";

/// Makes the journal's signing key and the operator's token. Existing ones are never overwritten.
pub(crate) fn create(folder: &NodeFolder) -> Result<(), NodeError> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut()).map_err(NodeError::internal)?;
    write_new_private(&folder.keys().join(JOURNAL_KEY_FILE), hex::encode(seed.as_ref()).as_bytes())?;
    let mut token = Zeroizing::new([0u8; 32]);
    getrandom::fill(token.as_mut()).map_err(NodeError::internal)?;
    write_new_private(&folder.operator_token(), hex::encode(token.as_ref()).as_bytes())
}

/// The key that signs the journal's checkpoints.
pub(crate) fn journal_key(folder: &NodeFolder) -> Result<SigningKey, NodeError> {
    let path = folder.keys().join(JOURNAL_KEY_FILE);
    let text = Zeroizing::new(read_secret(&path)?);
    let mut seed = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut())
        .map_err(|_| NodeError::Invalid(format!("{}: expected 64 hexadecimal digits; restore it from a copy", path.display())))?;
    Ok(SigningKey::from_bytes(&seed))
}

/// What proves access to the folder: whoever can read it is the local operator.
pub fn operator_token(folder: &NodeFolder) -> Result<String, NodeError> {
    Ok(read_secret(&folder.operator_token())?.trim().to_owned())
}

fn read_secret(path: &Path) -> Result<String, NodeError> {
    std::fs::read_to_string(path).map_err(|source| NodeError::io("reading", path, source))
}
