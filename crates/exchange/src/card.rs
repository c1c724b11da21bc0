//! Identity cards: what a node tells others about itself, signed by itself. A card is trusted because two people compared its
//! fingerprint when they made the agreement, not because an authority issued it.

use oikos_model::{ContentHash, NodeId, Regime, Timestamp};
use serde::{Deserialize, Serialize};

use crate::canonical::signed_bytes;
use crate::keys::{DualSignature, PublicKeys, SignatureError};

/// What kind of partner a node is to others: policy's tables are by partner class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerClass {
    /// An authority of a Member State.
    MemberState,
    /// An institution, body, office or agency of the Union.
    UnionBody,
    /// An authority of a country outside the Union.
    ThirdCountry,
    /// An international organisation.
    InternationalOrganisation,
}

impl PartnerClass {
    /// All classes, in the order in which golden tables print them.
    pub const ALL: [Self; 4] = [Self::MemberState, Self::UnionBody, Self::ThirdCountry, Self::InternationalOrganisation];
}

/// What a node's operator says of it; the keys are added by the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeDescription {
    /// The node's id, which outlives its keys.
    pub node: NodeId,
    /// The authority's name.
    pub display_name: String,
    /// ISO 3166-1 alpha-2 code of its country; `EU` for a Union body.
    pub country: String,
    /// The data-protection regime it works under.
    pub regime: Regime,
    /// What kind of partner it is to others.
    pub partner_class: PartnerClass,
    /// Where it listens: `host:port`.
    pub address: String,
}

impl NodeDescription {
    /// # Errors
    /// Names the field that is not what it should be.
    pub(crate) fn check(&self) -> Result<(), CardError> {
        let problem = |field, problem| Err(CardError::Field { field, problem });
        if self.display_name.trim().is_empty() || self.display_name.len() > 200 || self.display_name.chars().any(char::is_control)
        {
            return problem("display_name", "expected 1 to 200 printable bytes");
        }
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return problem("country", "expected two capital letters (ISO 3166-1 alpha-2)");
        }
        let port = self.address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        if self.address.len() > 255 || !self.address.is_ascii() || !matches!(port, Some(Ok(_))) {
            return problem("address", "expected host:port");
        }
        Ok(())
    }
}

/// Why an identity card is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// It is not JSON of the right shape.
    #[error("the identity card cannot be read: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It is larger than any card.
    #[error("the identity card has more than {} bytes", IdentityCard::MAXIMUM_LENGTH)]
    TooLarge,
    /// A field is not what it should be.
    #[error("the identity card's {field}: {problem}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// It is not signed by its own keys.
    #[error("the identity card is not signed by its own keys: {0}; ask the partner for a fresh card")]
    Signature(#[from] SignatureError),
}

/// What a node's two signatures on its card cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardContent {
    /// What the operator says of the node.
    pub description: NodeDescription,
    /// Keys to verify and to seal with.
    pub keys: PublicKeys,
    /// SHA-256 of the subject public key info of its TLS certificate: the pin. The certificate around the key may change.
    pub tls_pin: ContentHash,
    /// When the card was made. Of two cards of one node with the same keys, the younger holds.
    pub issued_at: Timestamp,
}

/// A node's public identity: who it is, its keys and where it listens, signed by those keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityCard {
    /// What is signed.
    pub content: CardContent,
    /// By the card's own keys.
    pub signatures: DualSignature,
}

impl IdentityCard {
    /// A card is about 8 kB; more than this is none.
    pub const MAXIMUM_LENGTH: usize = 32 * 1024;

    pub(crate) fn signed_bytes(content: &CardContent) -> Vec<u8> {
        signed_bytes("identity-card", content)
    }

    /// Reads and verifies a card from its JSON text.
    ///
    /// # Errors
    /// Says whether the text, a field or a signature is wrong.
    pub fn from_json(text: &str) -> Result<Self, CardError> {
        if text.len() > Self::MAXIMUM_LENGTH {
            return Err(CardError::TooLarge);
        }
        let card: Self = serde_json::from_str(text)?;
        card.verify()?;
        Ok(card)
    }

    /// Checks the fields and that both signatures are by the card's own keys.
    ///
    /// # Errors
    /// Says which field or signature is wrong.
    pub fn verify(&self) -> Result<(), CardError> {
        self.content.description.check()?;
        self.content.keys.sealing_key()?;
        Ok(self.content.keys.verify(&Self::signed_bytes(&self.content), &self.signatures)?)
    }

    /// The node's id.
    pub fn node(&self) -> &NodeId {
        &self.content.description.node
    }

    /// What two people read to each other, in groups of four, before they trust a card: a hash of its keys and pin.
    pub fn fingerprint(&self) -> String {
        let keys = &self.content.keys;
        let hash = oikos_model::ContentHasher::new("identity-fingerprint")
            .field(self.node().as_str().as_bytes())
            .field(&keys.ed25519.0)
            .field(&keys.ml_dsa_65.0)
            .field(&keys.x_wing.0)
            .field(&self.content.tls_pin.0)
            .finish()
            .to_string();
        let groups: Vec<&str> = (0..10).map(|group| &hash[group * 4..group * 4 + 4]).collect();
        groups.join(" ")
    }
}
