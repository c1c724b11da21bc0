//! Agreements: a text that two people wrote and both nodes signed. It says what may be exchanged, for what, how strictly marked,
//! and for how long it is kept. Whatever it does not allow is refused, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{
    ContentHash, HandlingCode, LegalBasis, Marking, NodeId, PermittedAction, Purpose, Regime, SelectorClass, SelectorKind,
    Timestamp, Tlp,
};
use serde::{Deserialize, Serialize};

use crate::canonical::signed_bytes;
use crate::card::IdentityCard;
use crate::identity::NodeIdentity;
use crate::keys::{DualSignature, SignatureError};

/// What a parcel can carry under an agreement. Retractions are always carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelKind {
    /// Released facts of findings.
    FindingFacts,
    /// Whole statements.
    Statements,
}

impl std::fmt::Display for ParcelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::FindingFacts => "finding_facts",
            Self::Statements => "statements",
        })
    }
}

/// The weakest cryptography the parties accept. There is one level: a classical-only link is refused. A weaker level would be
/// one more name here, and taking it would be journaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CryptoFloor {
    /// Hybrid key exchange (X25519MLKEM768, X-Wing) and both signatures (Ed25519, ML-DSA-65).
    HybridPostQuantum,
}

/// What two nodes agree on. Written by people as YAML or JSON; every field must be there but those with a stated default. A field
/// that came after the first agreements were signed is not written where it says nothing, so their signatures still hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementTerms {
    /// The form of these terms: 1.
    pub format: u8,
    /// The agreement's name, as both authorities' files know it.
    pub title: String,
    /// The two nodes.
    pub parties: BTreeSet<NodeId>,
    /// What may be exchanged.
    pub kinds: BTreeSet<ParcelKind>,
    /// For which purposes. What is sent keeps only these of its purposes.
    pub purposes: BTreeSet<Purpose>,
    /// The most restricted traffic light that may be sent.
    pub tlp_ceiling: Tlp,
    /// Things governed by these regimes only.
    pub regimes: BTreeSet<Regime>,
    /// Kinds of selector that a node may release without a person; impersonal ones only. Default: none.
    #[serde(default)]
    pub pre_authorised: BTreeSet<SelectorKind>,
    /// How many asks a day each party answers, by kind of selector. Default: none.
    #[serde(default)]
    pub ask_budgets_per_day: BTreeMap<SelectorKind, u32>,
    /// The purposes for which asks are answered, of the purposes above. Default: all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ask_purposes: BTreeSet<Purpose>,
    /// Classes of selector for which every ask gets the same answer, which neither confirms nor denies. Default: none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub neither_confirm_nor_deny: BTreeSet<SelectorClass>,
    /// Whether each originator consents in general that the other passes on impersonal findings inside the Union. Default: no.
    #[serde(default, skip_serializing_if = "is_false")]
    pub onward: bool,
    /// Whether what was received is erased as soon as either side leaves. Default: it is erased at its own retention.
    #[serde(default, skip_serializing_if = "is_false")]
    pub erase_on_leaving: bool,
    /// The instrument that holds appropriate safeguards (Dir. (EU) 2016/680 Art. 37; GDPR Art. 46), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safeguards: Option<String>,
    /// The law that authorises other uses of law-enforcement data (Dir. (EU) 2016/680 Art. 9(1)), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_law: Option<String>,
    /// Days after its release by which the receiver must have erased what it got.
    pub retention_days: u16,
    /// The weakest cryptography accepted.
    pub crypto_floor: CryptoFloor,
    /// In force from this moment,
    pub valid_from: Timestamp,
    /// up to, but not at, this one.
    pub valid_to: Timestamp,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Why an agreement cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// The text is no YAML or JSON of the right shape.
    #[error("the agreement cannot be read: {0}")]
    Syntax(String),
    /// It is larger than any agreement.
    #[error("the agreement has more than {} bytes", AgreementTerms::MAXIMUM_LENGTH)]
    TooLarge,
    /// A term contradicts itself or the law of the house.
    #[error("the agreement's {term}: {problem}")]
    Term {
        /// The term.
        term: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The node is not one of the two.
    #[error("{0} is not a party to the agreement")]
    NotAParty(NodeId),
    /// A party has not signed.
    #[error("{0} has not signed the agreement")]
    NotSigned(NodeId),
    /// A party's signature is wrong.
    #[error("{party} did not sign these terms: {source}")]
    Signature {
        /// The party.
        party: NodeId,
        /// Which signature fails.
        source: SignatureError,
    },
    /// It is too early or too late.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
}

/// The agreement does not apply at this moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInForce {
    /// Its time has not come.
    #[error("the agreement applies only from {0}")]
    NotYet(Timestamp),
    /// Its time is over.
    #[error("the agreement expired at {0}; propose a new one")]
    Expired(Timestamp),
    /// A party left it.
    #[error("the agreement was left at {0}")]
    Left(Timestamp),
}

/// Why a thing is outside an agreement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutsideAgreement {
    /// The kind is not agreed.
    #[error("the agreement does not cover {0}")]
    Kind(ParcelKind),
    /// The purpose of the release is not agreed.
    #[error("the agreement does not cover the purpose {0}")]
    Purpose(Purpose),
    /// The thing may not be used for the purpose of the release.
    #[error("it is not marked for the purpose {0}")]
    NotMarkedForPurpose(Purpose),
    /// None of the thing's purposes is agreed.
    #[error("none of its purposes is covered by the agreement")]
    NoCommonPurpose,
    /// It is marked more strictly than agreed.
    #[error("it is {}, above the agreement's ceiling {}", .marked.code(), .ceiling.code())]
    Ceiling {
        /// Its traffic light.
        marked: Tlp,
        /// The agreement's ceiling.
        ceiling: Tlp,
    },
    /// It is governed by a regime that is not agreed.
    #[error("it is governed by {}, which the agreement does not cover", .0.code())]
    Regime(Regime),
    /// Its marking does not permit sharing.
    #[error("its marking does not permit sharing")]
    NotShareable,
    /// A handling code forbids it.
    #[error("its handling code {0:?} forbids sending it by software")]
    Handling(HandlingCode),
    /// It should have been erased.
    #[error("it expired at {0}")]
    Expired(Timestamp),
}

impl AgreementTerms {
    /// A few kilobytes; more than this is no agreement.
    pub const MAXIMUM_LENGTH: usize = 64 * 1024;
    const FORMAT: u8 = 1;

    /// Reads terms from YAML or JSON and checks them.
    ///
    /// # Errors
    /// Says what is wrong with the text or with a term.
    pub fn from_text(text: &str) -> Result<Self, AgreementError> {
        let terms: Self = from_text(text)?;
        terms.check()?;
        Ok(terms)
    }

    fn check(&self) -> Result<(), AgreementError> {
        let problem = |term, problem: &str| Err(AgreementError::Term { term, problem: problem.to_owned() });
        if self.format != Self::FORMAT {
            return problem("format", "this version knows format 1 only");
        }
        if self.title.trim().is_empty() || self.title.len() > 200 || self.title.chars().any(char::is_control) {
            return problem("title", "expected 1 to 200 printable bytes");
        }
        if self.parties.len() != 2 {
            return problem("parties", "expected two different nodes");
        }
        if self.kinds.is_empty() || self.purposes.is_empty() || self.regimes.is_empty() {
            return problem("kinds, purposes, regimes", "each needs at least one; an agreement on nothing is none");
        }
        if let Some(kind) = self.pre_authorised.iter().find(|kind| kind.class() != SelectorClass::Impersonal) {
            let problem = format!("{} can lead to a person; only impersonal kinds may be released without a person", kind.code());
            return Err(AgreementError::Term { term: "pre_authorised", problem });
        }
        if !self.ask_purposes.is_subset(&self.purposes) {
            return problem("ask_purposes", "each must be among the purposes of the agreement");
        }
        let cites = |text: &Option<String>| text.as_deref().is_none_or(|text| LegalBasis::new(text).is_ok());
        if !cites(&self.safeguards) {
            return problem("safeguards", "expected 1 to 255 printable bytes naming the instrument");
        }
        if !cites(&self.reuse_law) {
            return problem("reuse_law", "expected 1 to 255 printable bytes citing the law");
        }
        if self.retention_days == 0 {
            return problem("retention_days", "expected at least one day");
        }
        if self.valid_from >= self.valid_to {
            return problem("valid_from, valid_to", "it ends before it begins");
        }
        Ok(())
    }

    /// The purposes for which asks are answered.
    pub fn answered_purposes(&self) -> &BTreeSet<Purpose> {
        if self.ask_purposes.is_empty() { &self.purposes } else { &self.ask_purposes }
    }

    /// The hash by which parcels and journals name these terms.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of_bytes(&self.signed_bytes())
    }

    fn signed_bytes(&self) -> Vec<u8> {
        signed_bytes("agreement", self)
    }

    /// Checks that the agreement applies at `now`.
    ///
    /// # Errors
    /// Says since when it does not, or from when it will.
    pub fn check_in_force(&self, now: Timestamp) -> Result<(), NotInForce> {
        if now < self.valid_from {
            return Err(NotInForce::NotYet(self.valid_from));
        }
        if now >= self.valid_to {
            return Err(NotInForce::Expired(self.valid_to));
        }
        Ok(())
    }

    /// Checks that a thing of this kind with this marking may be sent for `purpose` under these terms.
    ///
    /// # Errors
    /// The first term that it is outside of.
    pub fn check_admits(
        &self,
        kind: ParcelKind,
        marking: &Marking,
        purpose: &Purpose,
        now: Timestamp,
    ) -> Result<(), OutsideAgreement> {
        if !self.kinds.contains(&kind) {
            return Err(OutsideAgreement::Kind(kind));
        }
        if !self.purposes.contains(purpose) {
            return Err(OutsideAgreement::Purpose(purpose.clone()));
        }
        if let Some(expired) = marking.expires.filter(|&expires| expires <= now) {
            return Err(OutsideAgreement::Expired(expired));
        }
        if marking.purposes.is_disjoint(&self.purposes) {
            return Err(OutsideAgreement::NoCommonPurpose);
        }
        if !marking.purposes.contains(purpose) {
            return Err(OutsideAgreement::NotMarkedForPurpose(purpose.clone()));
        }
        if marking.tlp > self.tlp_ceiling {
            return Err(OutsideAgreement::Ceiling { marked: marking.tlp, ceiling: self.tlp_ceiling });
        }
        if let Some(&regime) = marking.regimes.difference(&self.regimes).next() {
            return Err(OutsideAgreement::Regime(regime));
        }
        if !marking.permitted.contains(&PermittedAction::Share) {
            return Err(OutsideAgreement::NotShareable);
        }
        // H3 is a restriction in free text: software cannot know what it says.
        if marking.handling.contains(&HandlingCode::H3) {
            return Err(OutsideAgreement::Handling(HandlingCode::H3));
        }
        Ok(())
    }

    /// The marking of a thing at its receiver: its own, joined with what the agreement allows. Purposes intersect, it must be
    /// erased by the agreement's retention after its release, and it may not be shared onward unless the agreement says so.
    #[must_use]
    pub fn bind(&self, marking: &Marking, released_at: Timestamp) -> Marking {
        let mut permitted: BTreeSet<_> = [PermittedAction::Read, PermittedAction::Process, PermittedAction::Act].into();
        if self.onward {
            permitted.insert(PermittedAction::Share);
        }
        let expires_second = released_at.as_second() + 86_400 * i64::from(self.retention_days);
        marking.join(&Marking {
            regimes: BTreeSet::new(),
            tlp: Tlp::Clear,
            permitted,
            handling: BTreeSet::new(),
            purposes: self.purposes.clone(),
            // Past the last moment that a time stamp can name (in the year 9999) there is nothing to erase by.
            expires: Timestamp::from_second(expires_second).ok(),
        })
    }
}

/// Terms with the parties' signatures. Signed by one it is a proposal, by both an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAgreement {
    /// What is agreed.
    pub terms: AgreementTerms,
    /// By whom it is signed.
    pub signatures: BTreeMap<NodeId, DualSignature>,
}

impl SignedAgreement {
    /// Signs terms as the first party.
    ///
    /// # Errors
    /// When the terms are wrong or the node is not a party.
    pub fn propose(terms: AgreementTerms, identity: &NodeIdentity) -> Result<Self, AgreementError> {
        terms.check()?;
        Self { terms, signatures: BTreeMap::new() }.signed_by(identity)
    }

    /// Signs a proposal of `other` as the second party.
    ///
    /// # Errors
    /// When the terms are wrong, the node is not a party, or `other` did not sign these terms.
    pub fn countersign(self, identity: &NodeIdentity, other: &IdentityCard) -> Result<Self, AgreementError> {
        self.terms.check()?;
        self.check_signature_of(other)?;
        self.signed_by(identity)
    }

    fn signed_by(mut self, identity: &NodeIdentity) -> Result<Self, AgreementError> {
        if !self.terms.parties.contains(identity.node()) {
            return Err(AgreementError::NotAParty(identity.node().clone()));
        }
        self.signatures.insert(identity.node().clone(), identity.sign(&self.terms.signed_bytes()));
        Ok(self)
    }

    /// Reads a proposal or an agreement from YAML or JSON. Checks the terms, not the signatures.
    ///
    /// # Errors
    /// Says what is wrong with the text or with a term.
    pub fn from_text(text: &str) -> Result<Self, AgreementError> {
        let agreement: Self = from_text(text)?;
        agreement.terms.check()?;
        Ok(agreement)
    }

    /// Checks the terms and that the node of this card signed them.
    ///
    /// # Errors
    /// Says what is wrong with a term, or that the signature is missing or wrong.
    pub fn check_signed_by(&self, card: &IdentityCard) -> Result<(), AgreementError> {
        self.terms.check()?;
        self.check_signature_of(card)
    }

    /// Checks the terms and that exactly these two parties signed them.
    ///
    /// # Errors
    /// Says what is wrong with a term, or whose signature is missing or wrong.
    pub fn verify(&self, one: &IdentityCard, other: &IdentityCard) -> Result<(), AgreementError> {
        self.terms.check()?;
        if let Some(stranger) = self.signatures.keys().find(|node| *node != one.node() && *node != other.node()) {
            return Err(AgreementError::NotAParty(stranger.clone()));
        }
        self.check_signature_of(one)?;
        self.check_signature_of(other)
    }

    fn check_signature_of(&self, card: &IdentityCard) -> Result<(), AgreementError> {
        let party = card.node();
        if !self.terms.parties.contains(party) {
            return Err(AgreementError::NotAParty(party.clone()));
        }
        let signature = self.signatures.get(party).ok_or_else(|| AgreementError::NotSigned(party.clone()))?;
        let verified = card.content.keys.verify(&self.terms.signed_bytes(), signature);
        verified.map_err(|source| AgreementError::Signature { party: party.clone(), source })
    }
}

/// JSON is YAML, so one reader reads both.
fn from_text<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, AgreementError> {
    if text.len() > AgreementTerms::MAXIMUM_LENGTH {
        return Err(AgreementError::TooLarge);
    }
    yaml_serde::from_str(text).map_err(|error| AgreementError::Syntax(error.to_string()))
}
