//! Receipts: a receiver's signed word that it has a parcel. A recall is acknowledged by the receipt of the parcel that carried it.

use oikos_model::{ContentHash, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::canonical::signed_bytes;
use crate::card::IdentityCard;
use crate::identity::NodeIdentity;
use crate::keys::{DualSignature, SignatureError};

/// What a receipt's two signatures cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptContent {
    /// The parcel: hash of its sealed bytes.
    pub parcel: ContentHash,
    /// Who sent it.
    pub sender: NodeId,
    /// Who has it.
    pub receiver: NodeId,
    /// When the receiver answered.
    pub received_at: Timestamp,
}

/// A receiver's signed word that it opened a parcel and keeps what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What is signed.
    pub content: ReceiptContent,
    /// By the receiver.
    pub signatures: DualSignature,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is about another parcel or between other nodes.
    #[error("the receipt is not by {receiver} for a parcel of {sender}")]
    Parties {
        /// The sender that was expected.
        sender: NodeId,
        /// The receiver that was expected.
        receiver: NodeId,
    },
    /// It is about another parcel.
    #[error("the receipt is for the parcel {}, not for {}", .found.short(), .expected.short())]
    Parcel {
        /// The parcel it names.
        found: ContentHash,
        /// The parcel that was sent.
        expected: ContentHash,
    },
    /// It is not signed by the receiver.
    #[error("the receipt is not signed by its receiver: {0}")]
    Signature(#[from] SignatureError),
}

impl Receipt {
    /// Signs that this node has the parcel.
    pub fn sign(identity: &NodeIdentity, parcel: ContentHash, sender: NodeId, now: Timestamp) -> Self {
        let content = ReceiptContent { parcel, sender, receiver: identity.node().clone(), received_at: now };
        let signatures = identity.sign(&signed_bytes("receipt", &content));
        Self { content, signatures }
    }

    /// Checks that `receiver` signed to have got `parcel` from `sender`.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn verify(&self, parcel: ContentHash, sender: &NodeId, receiver: &IdentityCard) -> Result<(), ReceiptError> {
        if self.content.sender != *sender || self.content.receiver != *receiver.node() {
            return Err(ReceiptError::Parties { sender: sender.clone(), receiver: receiver.node().clone() });
        }
        if self.content.parcel != parcel {
            return Err(ReceiptError::Parcel { found: self.content.parcel, expected: parcel });
        }
        Ok(receiver.content.keys.verify(&signed_bytes("receipt", &self.content), &self.signatures)?)
    }
}
