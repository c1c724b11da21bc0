//! What a node states of itself beside cards, agreements and parcels: signed twice, verified against its card.

use serde::{Deserialize, Serialize};

use crate::canonical::signed_bytes;
use crate::{DualSignature, IdentityCard, NodeIdentity, SignatureError};

/// What kind of thing is stated, so that a signature on one kind is never taken for one on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttestationKind {
    /// The keys of the node's journal, and of the node as a witness of others' journals.
    JournalKeys,
    /// The manifest of an evidence bundle.
    EvidenceManifest,
}

impl AttestationKind {
    const fn code(self) -> &'static str {
        match self {
            Self::JournalKeys => "journal-keys",
            Self::EvidenceManifest => "evidence-manifest",
        }
    }
}

/// Something a node states, with its two signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attested<T> {
    /// What it states.
    pub content: T,
    /// Both signatures, over the content's canonical form.
    pub signatures: DualSignature,
}

impl NodeIdentity {
    /// States something in the node's name.
    pub fn attest<T: Serialize>(&self, kind: AttestationKind, content: T) -> Attested<T> {
        let signatures = self.sign(&signed_bytes(kind.code(), &content));
        Attested { content, signatures }
    }
}

impl<T: Serialize> Attested<T> {
    /// Checks that the node of this card states it.
    ///
    /// # Errors
    /// Says which of the two signatures does not verify.
    pub fn verify(&self, kind: AttestationKind, card: &IdentityCard) -> Result<(), SignatureError> {
        card.content.keys.verify(&signed_bytes(kind.code(), &self.content), &self.signatures)
    }
}
