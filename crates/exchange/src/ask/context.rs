//! What a key, a set and a question are for: who asks whom, for which purpose, about which class of selector, on which day.

use oikos_model::{ContentHash, ContentHasher, NodeId, Purpose, SelectorClass, Timestamp};
use serde::{Deserialize, Serialize};

use super::refusal::AskRefusal;
use crate::partner::Partner;

const SECONDS_PER_DAY: i64 = 86_400;
/// How far a partner's clock may be off, and how long after midnight a question of the day before is still answered.
const TOLERANCE_SECONDS: i64 = 3600;

/// A day in UTC, counted from 1970-01-01. Keys of asks change with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The day of this moment. Moments before 1970 count as its first day.
    pub fn of(now: Timestamp) -> Self {
        Self(u32::try_from(now.as_second().div_euclid(SECONDS_PER_DAY)).unwrap_or(0))
    }

    /// The first second of the day after, if a time stamp can name it.
    pub fn end(self) -> Option<Timestamp> {
        Timestamp::from_second((i64::from(self.0) + 1) * SECONDS_PER_DAY).ok()
    }

    /// Checks that the day is today's, give or take an hour.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_current(self, now: Timestamp) -> Result<(), AskRefusal> {
        let begin = i64::from(self.0) * SECONDS_PER_DAY;
        let current = begin - TOLERANCE_SECONDS..begin + SECONDS_PER_DAY + TOLERANCE_SECONDS;
        if current.contains(&now.as_second()) { Ok(()) } else { Err(AskRefusal::OtherEpoch { epoch: self, now }) }
    }
}

/// Whether answers are proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskMode {
    /// VOPRF: each answer proves that the key of the signed header was used. Nodes ask this way.
    Verifiable,
    /// OPRF: no proof. Half as dear; for comparisons in the lab. A dishonest answerer could use another key and hide hits unseen.
    Unproven,
}

/// Whether a set's owner confirms hits at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerRule {
    /// A hit is confirmed by its reference.
    Hits,
    /// Nothing is confirmed or denied: the set is padding only, so every ask ends the same way.
    NeitherConfirmNorDeny,
}

/// What one key is for. A selector of one class asked in the context of another never hits: an answerer cannot see what is asked,
/// so the class is in the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskContext {
    /// Whose set is asked.
    pub owner: NodeId,
    /// Who asks.
    pub asker: NodeId,
    /// For which purpose.
    pub purpose: Purpose,
    /// About which class of selector.
    pub class: SelectorClass,
    /// On which day.
    pub epoch: Epoch,
    /// With or without proofs.
    pub mode: AskMode,
}

impl AskContext {
    /// Checks that anything of this context may pass between this node and `partner` now: the agreement is in force and answers
    /// asks for this purpose, and the day is today's.
    ///
    /// # Errors
    /// Says why not.
    pub fn check(&self, partner: &Partner, now: Timestamp) -> Result<(), AskRefusal> {
        partner.check_in_force(now)?;
        let terms = &partner.agreement().terms;
        let purposes = if terms.ask_purposes.is_empty() { &terms.purposes } else { &terms.ask_purposes };
        if !purposes.contains(&self.purpose) {
            return Err(AskRefusal::Purpose(self.purpose.clone()));
        }
        self.epoch.check_current(now)
    }

    /// A hash of all fields: what keys are derived for.
    pub(crate) fn hash(&self) -> ContentHash {
        ContentHasher::new("ask-context")
            .field(self.owner.as_str().as_bytes())
            .field(self.asker.as_str().as_bytes())
            .field(self.purpose.as_str().as_bytes())
            .field(&[self.class as u8, self.mode as u8])
            .field(&self.epoch.0.to_be_bytes())
            .finish()
    }
}

/// A case as a partner sees it: the same case gives the same reference to one partner, and says nothing else.
/// Made by [`NodeIdentity::case_reference`](crate::NodeIdentity::case_reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseReference(pub ContentHash);
