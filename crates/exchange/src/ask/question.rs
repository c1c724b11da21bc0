//! A question and its answer as they travel: CBOR, refused before they are read if too large, too deep or too many.

use oikos_model::{ContentHash, LegalBasis, NodeId, SelectorClass, Timestamp};
use serde::{Deserialize, Serialize};

use super::budget::AskBudget;
use super::bytes::Bytes;
use super::context::{AskContext, AskMode, CaseReference};
use super::padding::{MAXIMUM_SELECTORS_PER_QUESTION, question_points};
use super::proof::PROOF;
use super::refusal::AskRefusal;
use super::voprf::POINT;
use crate::limits::{CborLimits, check_cbor};
use crate::partner::Partner;

/// The most bytes of a question: its points and 4 kB for the rest.
pub const MAXIMUM_QUESTION_BYTES: usize = MAXIMUM_SELECTORS_PER_QUESTION * POINT + 4096;
/// The most bytes of an answer: its points and 4 kB for the rest.
pub const MAXIMUM_ANSWER_BYTES: usize = MAXIMUM_SELECTORS_PER_QUESTION * POINT + 4096;

pub(crate) const QUESTION_FORMAT: u8 = 1;
pub(crate) const ANSWER_FORMAT: u8 = 1;
const LIMITS: CborLimits = CborLimits { items: 40, depth: 3 };

/// A question: blinded points, and why they are asked. It says nothing of what is asked but its class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The form of this question: 1.
    pub format: u8,
    /// Who asks whom, for what, about which class, on which day.
    pub context: AskContext,
    /// The law that allows the asker to ask.
    pub legal_basis: LegalBasis,
    /// The asker's case, under a reference that says nothing. Linkable and personal selectors are asked for a case only.
    pub case: Option<CaseReference>,
    /// Blinded points end to end, padded with points nobody knows anything of.
    pub points: Bytes,
}

impl Question {
    /// Reads a question. Points are checked when it is answered.
    ///
    /// # Errors
    /// Says what is wrong with its size, encoding or form.
    pub fn read(bytes: &[u8]) -> Result<Self, AskRefusal> {
        let question: Self = read_cbor(bytes, MAXIMUM_QUESTION_BYTES, LIMITS)?;
        if question.format != QUESTION_FORMAT {
            return Err(AskRefusal::UnknownFormat(question.format));
        }
        if question.points.0.len() % POINT != 0 || question_points(question.count()) != Some(question.count()) {
            return Err(AskRefusal::Form("its points are not one of the padded sizes"));
        }
        if question.context.class != SelectorClass::Impersonal && question.case.is_none() {
            return Err(AskRefusal::NoCase(question.context.class));
        }
        Ok(question)
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_cbor(self, self.points.0.len())
    }

    /// A hash of the whole question: the answer and both journals name it.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of_bytes(&self.to_bytes())
    }

    /// How many points it has, padding included: what a budget counts.
    pub fn count(&self) -> usize {
        self.points.0.len() / POINT
    }

    /// Checks, on the asked side, that `partner` may ask this now: it is who the question says, the agreement is in force and
    /// covers the purpose, the day is today, and the day's budget has room after the `spent` points of this asker, purpose and
    /// class.
    ///
    /// # Errors
    /// Says why not.
    pub fn check_allowed(&self, own: &NodeId, partner: &Partner, spent: u64, now: Timestamp) -> Result<(), AskRefusal> {
        if self.context.owner != *own || self.context.asker != *partner.node() {
            return Err(AskRefusal::OtherContext);
        }
        self.context.check(partner, now)?;
        AskBudget::of(&partner.agreement().terms, self.context.class).check(spent, self.count())
    }
}

/// An answer: the evaluated points in the order of the question's, and the proof that one key was used for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskAnswer {
    /// The form of this answer: 1.
    pub format: u8,
    /// The hash of the question.
    pub question: ContentHash,
    /// Evaluated points end to end.
    pub points: Bytes,
    /// The proof over all of them, in the verifiable mode.
    pub proof: Option<Bytes>,
}

impl AskAnswer {
    /// Reads an answer. Points and proof are checked when the question's state takes it.
    ///
    /// # Errors
    /// Says what is wrong with its size, encoding or form.
    pub fn read(bytes: &[u8]) -> Result<Self, AskRefusal> {
        let answer: Self = read_cbor(bytes, MAXIMUM_ANSWER_BYTES, LIMITS)?;
        if answer.format != ANSWER_FORMAT {
            return Err(AskRefusal::UnknownFormat(answer.format));
        }
        Ok(answer)
    }

    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_cbor(self, self.points.0.len())
    }

    /// The proof, if there is one of the right length and the mode asks for one.
    pub(crate) fn proof_for(&self, mode: AskMode) -> Result<Option<&[u8; PROOF]>, AskRefusal> {
        match (mode, &self.proof) {
            (AskMode::Unproven, None) => Ok(None),
            (AskMode::Verifiable, Some(proof)) => proof.0.as_slice().try_into().map(Some).map_err(|_| AskRefusal::Proof),
            _ => Err(AskRefusal::Proof),
        }
    }
}

/// Reads CBOR within limits.
pub(crate) fn read_cbor<T: serde::de::DeserializeOwned>(bytes: &[u8], most: usize, limits: CborLimits) -> Result<T, AskRefusal> {
    if bytes.len() > most {
        return Err(AskRefusal::Oversized { length: bytes.len(), limit: most });
    }
    check_cbor(bytes, limits)?;
    ciborium::de::from_reader_with_recursion_limit(bytes, limits.depth * 2)
        .map_err(|error| AskRefusal::Content(error.to_string().chars().take(300).collect()))
}

/// Writes CBOR.
pub(crate) fn to_cbor<T: Serialize>(value: &T, about: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(about + 1024);
    #[expect(clippy::expect_used, reason = "writing to memory does not fail and these types have only plain serialisers")]
    ciborium::into_writer(value, &mut bytes).expect("it serialises");
    bytes
}
