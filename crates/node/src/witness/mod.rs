//! Partners as each other's witnesses (C2SP `tlog-witness` over the link): who keeps two journals, or takes entries back, is found out by
//! those who remember.
//!
//! **Keys.** A journal's keys and a witness's keys are not on the identity card: cards are compared by people and outlive them. A node states
//! them in [`JournalKeys`], signed by both keys of its card, over the link. The card is pinned by the agreement, so whoever trusts the partner
//! can trust the statement, against quantum computers too; and the keys are separate ones, since the message of an Ed25519 cosignature
//! names no cosigner and a key that signs it must sign nothing else.
//!
//! **Entries.** Taking up a log, a change of its keys and every refusal are journaled. A cosignature is not: it is itself signed and timed and
//! kept by both, and an entry for each would make two quiet nodes write about each other for ever.

mod afresh;
mod answering;
mod asking;
mod view;

use oikos_exchange::{AttestationKind, Attested};
use oikos_journal::{CosignatureVerifier, NoteVerifier};
use oikos_model::{NodeId, Timestamp};
use oikos_registry::{Transaction, WitnessedLog};
use serde::{Deserialize, Serialize};

use crate::{Node, NodeError};

pub use afresh::JournalTrust;
pub use view::{TrustedCheckpoint, WatchedLogLine, WitnessLine};

/// A node's journal keys as C2SP verifier keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalKeys {
    /// Whose they are.
    pub(crate) node: NodeId,
    /// What signs its checkpoints: Ed25519 (`0x01`).
    pub(crate) log: String,
    /// What signs them a second time: ML-DSA-44 (`0x06`).
    pub(crate) log_post_quantum: String,
    /// What it cosigns others' checkpoints with: Ed25519 (`0x04`) and ML-DSA-44 (`0x06`).
    pub(crate) witness: Vec<String>,
    /// When it was stated.
    pub(crate) stated_at: Timestamp,
}

/// The keys with both signatures of the node's card.
pub(crate) type StatedKeys = Attested<JournalKeys>;

/// The name under which a node cosigns.
pub(crate) fn witness_name(node: &NodeId) -> String {
    format!("{node}/witness")
}

impl JournalKeys {
    /// The log's key, which signs under the node's id.
    fn log_verifier(&self) -> Result<NoteVerifier, NodeError> {
        let verifier: NoteVerifier = self.log.parse().map_err(invalid)?;
        if verifier.name() == self.node.as_str() {
            return Ok(verifier);
        }
        Err(NodeError::Invalid(format!("the journal key of {} signs as {:?}", self.node, verifier.name())))
    }

    /// The witness's keys, which sign under the node's witness name.
    pub(crate) fn witness_verifiers(&self) -> Result<Vec<CosignatureVerifier>, NodeError> {
        let name = witness_name(&self.node);
        let parsed: Result<Vec<CosignatureVerifier>, _> = self.witness.iter().take(4).map(|key| key.parse()).collect();
        let verifiers = parsed.map_err(invalid)?;
        if verifiers.is_empty() || verifiers.iter().any(|verifier| verifier.name() != name) {
            return Err(NodeError::Invalid(format!("the witness keys of {} do not sign as {name}", self.node)));
        }
        Ok(verifiers)
    }

    /// Whether both name the same keys.
    fn same_keys(&self, other: &Self) -> bool {
        let stated_at = self.stated_at;
        *self == Self { stated_at, ..other.clone() }
    }
}

fn invalid(error: impl std::fmt::Display) -> NodeError {
    NodeError::Invalid(error.to_string())
}

/// The keys in a row, which were verified when they came.
pub(crate) fn keys_of(log: &WitnessedLog) -> Result<JournalKeys, NodeError> {
    let stated: StatedKeys = serde_json::from_value(log.keys.clone()).map_err(NodeError::internal)?;
    Ok(stated.content)
}

impl Node {
    /// This node's journal keys, stated now.
    pub(crate) fn stated_keys(&self) -> Result<StatedKeys, NodeError> {
        let post_quantum = self.sequencer().post_quantum_verifier();
        let keys = JournalKeys {
            node: self.id().clone(),
            log: self.sequencer().verifier().to_string(),
            log_post_quantum: post_quantum.ok_or_else(|| NodeError::internal("the journal has no second key"))?.to_string(),
            witness: self.cosigner().verifiers().iter().map(ToString::to_string).collect(),
            stated_at: self.clock().now(),
        };
        Ok(self.identity().attest(AttestationKind::JournalKeys, keys))
    }

    /// Checks keys that a partner stated, and that they are the partner's.
    fn check_stated(&self, tx: &dyn Transaction, from: &NodeId, text: &str) -> Result<StatedKeys, NodeError> {
        let stated: StatedKeys = serde_json::from_str(text).map_err(invalid)?;
        let partner = self.partner(tx, from)?;
        stated.verify(AttestationKind::JournalKeys, partner.card()).map_err(invalid)?;
        if stated.content.node != *from {
            return Err(NodeError::Invalid(format!("the keys are those of {}, stated by {from}", stated.content.node)));
        }
        stated.content.log_verifier()?;
        stated.content.witness_verifiers()?;
        Ok(stated)
    }
}
