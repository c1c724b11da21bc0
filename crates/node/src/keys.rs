//! Secret keys that are the node's own: the journal's signing keys, the witness's keys and the local operator's token.

use std::path::Path;

use ed25519_dalek::SigningKey;
use oikos_journal::Cosigner;
use zeroize::Zeroizing;

use crate::folder::write_new_private;
use crate::{NodeError, NodeFolder};

const JOURNAL_KEY_FILE: &str = "journal.key";
/// What signs the journal's checkpoints a second time, and what this node cosigns others' with. Made when they are first needed, so that
/// older nodes get theirs too.
const JOURNAL_POST_QUANTUM_KEY_FILE: &str = "journal-ml-dsa-44.key";
const WITNESS_KEY_FILE: &str = "witness.key";
const WITNESS_POST_QUANTUM_KEY_FILE: &str = "witness-ml-dsa-44.key";

/// Makes the journal's signing key and the operator's token. Existing ones are never overwritten.
pub(crate) fn create(folder: &NodeFolder) -> Result<(), NodeError> {
    make_seed(&folder.keys().join(JOURNAL_KEY_FILE))?;
    let mut token = Zeroizing::new([0u8; 32]);
    getrandom::fill(token.as_mut()).map_err(NodeError::internal)?;
    write_new_private(&folder.operator_token(), hex::encode(token.as_ref()).as_bytes())
}

/// The key that signs the journal's checkpoints.
pub(crate) fn journal_key(folder: &NodeFolder) -> Result<SigningKey, NodeError> {
    let seed = read_seed(&folder.keys().join(JOURNAL_KEY_FILE))?;
    Ok(SigningKey::from_bytes(&seed))
}

/// What signs the journal's checkpoints a second time, under the journal's origin.
pub(crate) fn journal_cosigner(folder: &NodeFolder, origin: &str) -> Result<Cosigner, NodeError> {
    let seed = seed_made_once(&folder.keys().join(JOURNAL_POST_QUANTUM_KEY_FILE))?;
    Cosigner::log(origin, &seed).map_err(NodeError::internal)
}

/// What this node cosigns its partners' journals with.
pub(crate) fn witness_cosigner(folder: &NodeFolder, name: String) -> Result<Cosigner, NodeError> {
    let ed25519 = seed_made_once(&folder.keys().join(WITNESS_KEY_FILE))?;
    let ml_dsa_44 = seed_made_once(&folder.keys().join(WITNESS_POST_QUANTUM_KEY_FILE))?;
    Cosigner::witness(name, &ed25519, &ml_dsa_44).map_err(NodeError::internal)
}

fn seed_made_once(path: &Path) -> Result<Zeroizing<[u8; 32]>, NodeError> {
    if !path.exists() {
        make_seed(path)?;
    }
    read_seed(path)
}

fn make_seed(path: &Path) -> Result<(), NodeError> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut()).map_err(NodeError::internal)?;
    write_new_private(path, Zeroizing::new(hex::encode(seed.as_ref())).as_bytes())
}

fn read_seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, NodeError> {
    let text = Zeroizing::new(read_secret(path)?);
    let mut seed = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), seed.as_mut())
        .map_err(|_| NodeError::Invalid(format!("{}: expected 64 hexadecimal digits; restore it from a copy", path.display())))?;
    Ok(seed)
}

/// What proves access to the folder: whoever can read it is the local operator.
pub fn operator_token(folder: &NodeFolder) -> Result<String, NodeError> {
    Ok(read_secret(&folder.operator_token())?.trim().to_owned())
}

fn read_secret(path: &Path) -> Result<String, NodeError> {
    std::fs::read_to_string(path).map_err(|source| NodeError::io("reading", path, source))
}
