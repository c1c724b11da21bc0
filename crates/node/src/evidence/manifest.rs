//! What a bundle says of itself, and the node's seal on it.

use std::collections::BTreeMap;

use oikos_model::{CaseId, ContentHash, Marking, NodeId, Timestamp, UserName};
use serde::{Deserialize, Serialize};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SEAL: &str = "manifest.seal.json";
pub(super) const CARD: &str = "card.json";
pub(super) const JOURNAL_KEYS: &str = "journal-keys.json";
pub(super) const PREPARATION: &str = "proofs/preparation";
pub(super) const AUTHORISATION: &str = "proofs/authorisation";

/// The manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u8,
    pub(super) bundle: String,
    pub(super) node: NodeId,
    pub(super) case: CaseId,
    pub(super) purpose: String,
    pub(super) legal_basis: String,
    pub(super) recipient: String,
    pub(super) prepared_by: UserName,
    pub(super) prepared_at: Timestamp,
    pub(super) authorised_by: UserName,
    pub(super) authorised_at: Timestamp,
    pub(super) written_by: UserName,
    pub(super) written_at: Timestamp,
    pub(super) marking: Marking,
    /// SHA-256 of every other file but the seal.
    pub(super) sha256: BTreeMap<String, ContentHash>,
}

pub(super) const FORMAT: u8 = 1;

/// What the node signs with both its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    pub(super) bundle: String,
    /// SHA-256 of the manifest's bytes.
    pub(super) manifest_sha256: ContentHash,
}

/// The first line of every file of data: whose it is and how it is marked, so that a file that goes astray still says so.
#[derive(Debug, Serialize)]
pub(super) struct FileHead<'bundle> {
    pub(super) bundle: &'bundle str,
    pub(super) tlp: &'static str,
    pub(super) marking: &'bundle Marking,
    pub(super) notice: &'static str,
}
