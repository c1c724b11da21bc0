//! A partner: its card and the agreement with it, both verified. The only way to get one is to verify them.

use oikos_model::{NodeId, Timestamp};
use oikos_registry::PartnerRow;

use crate::agreement::{AgreementError, NotInForce, SignedAgreement};
use crate::card::{CardError, IdentityCard};

/// Why a partner is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// Its card is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The agreement is wrong.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// It is this node itself.
    #[error("{0} is this node; a node is not its own partner")]
    Itself(NodeId),
    /// The stored row does not read back.
    #[error("the stored partner {node} cannot be read: {problem}")]
    Damaged {
        /// The partner.
        node: NodeId,
        /// What is wrong.
        problem: String,
    },
}

/// A node with which there is an agreement that both signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    card: IdentityCard,
    agreement: SignedAgreement,
    left_at: Option<Timestamp>,
}

impl Partner {
    /// Accepts a partner: verifies its card, and the agreement against both cards. It need not be in force yet.
    ///
    /// # Errors
    /// Says what about card or agreement is wrong.
    pub fn accept(own: &IdentityCard, card: IdentityCard, agreement: SignedAgreement) -> Result<Self, PartnerError> {
        card.verify()?;
        if card.node() == own.node() {
            return Err(PartnerError::Itself(card.node().clone()));
        }
        agreement.verify(own, &card)?;
        Ok(Self { card, agreement, left_at: None })
    }

    /// Reads a partner back from the registry and verifies it again: the database is not trusted with who the partners are.
    ///
    /// # Errors
    /// Says what about the row, the card or the agreement is wrong.
    pub fn from_row(row: &PartnerRow, own: &IdentityCard) -> Result<Self, PartnerError> {
        let damaged = |problem: String| PartnerError::Damaged { node: row.node.clone(), problem };
        let card: IdentityCard = serde_json::from_value(row.identity.clone()).map_err(|error| damaged(error.to_string()))?;
        let agreement = serde_json::from_value(row.agreement.clone()).map_err(|error| damaged(error.to_string()))?;
        if *card.node() != row.node {
            return Err(damaged(format!("its card is {}'s", card.node())));
        }
        let partner = Self::accept(own, card, agreement)?;
        Ok(Self { left_at: row.left_at, ..partner })
    }

    /// The row to keep in the registry.
    ///
    /// # Errors
    /// When card or agreement cannot be written as JSON.
    pub fn to_row(&self, accepted_at: Timestamp) -> Result<PartnerRow, PartnerError> {
        let damaged = |error: serde_json::Error| PartnerError::Damaged { node: self.node().clone(), problem: error.to_string() };
        Ok(PartnerRow {
            node: self.node().clone(),
            identity: serde_json::to_value(&self.card).map_err(damaged)?,
            agreement: serde_json::to_value(&self.agreement).map_err(damaged)?,
            accepted_at,
            left_at: self.left_at,
        })
    }

    /// The partner's node id.
    pub fn node(&self) -> &NodeId {
        self.card.node()
    }

    /// Its identity card.
    pub fn card(&self) -> &IdentityCard {
        &self.card
    }

    /// The agreement with it.
    pub fn agreement(&self) -> &SignedAgreement {
        &self.agreement
    }

    /// When either side left.
    pub fn left_at(&self) -> Option<Timestamp> {
        self.left_at
    }

    /// Leaves the agreement: from `at` on nothing new is sent or taken. Retractions still travel, both ways. The partner is told
    /// by a parcel whose draft says [`leaves`](crate::ParcelDraft::leaves).
    pub fn leave(&mut self, at: Timestamp) {
        self.left_at = Some(self.left_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// Checks that new things may pass between the two nodes at `now`.
    ///
    /// # Errors
    /// Says why not.
    pub fn check_in_force(&self, now: Timestamp) -> Result<(), NotInForce> {
        match self.left_at {
            Some(left) if left <= now => Err(NotInForce::Left(left)),
            _ => self.agreement.terms.check_in_force(now),
        }
    }
}
