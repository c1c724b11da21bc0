//! The asker's side of one question, from blinding to the outcome.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use oikos_model::{ContentHash, Evaluation, LegalBasis, Selector, SelectorClass};
use zeroize::Zeroizing;

use super::bytes::Bytes;
use super::context::{AskMode, CaseReference};
use super::entry::AskReference;
use super::padding::question_points;
use super::partner_set::PartnerSet;
use super::proof::{Batch, verify};
use super::question::{AskAnswer, QUESTION_FORMAT, Question};
use super::refusal::{AskError, AskRefusal};
use super::set::check_selector;
use super::voprf::{Blinded, POINT, output, random_points, read_point};
use crate::agreement::AgreementTerms;

/// What an ask found out about one selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskOutcome {
    /// The partner has it.
    Hit {
        /// What the partner finds it by.
        reference: AskReference,
        /// How good the partner's information is.
        quality: Evaluation,
    },
    /// The partner's set does not have it.
    NoHit,
    /// The partner says neither.
    NeitherConfirmedNorDenied,
}

/// The outcome for one selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskResult {
    /// What was asked about.
    pub selector: Selector,
    /// What came out.
    pub outcome: AskOutcome,
}

/// A question on its way: what was asked, and the blinds that open its answer. Blinds are overwritten when it is dropped.
pub struct Asking {
    question: Question,
    hash: ContentHash,
    selectors: Vec<Selector>,
    inputs: Vec<String>,
    blinds: Zeroizing<Vec<Scalar>>,
    /// All asked points with their padding, where a proof will be over them.
    points: Vec<RistrettoPoint>,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asking({} selectors not shown, {} points)", self.selectors.len(), self.question.count())
    }
}

impl Asking {
    /// Blinds selectors into a question to the owner of `set`. The set's pages need not be there yet.
    ///
    /// # Errors
    /// When there are none or too many, one is of another class or of a kind without a budget, or they need a case and there is
    /// none.
    pub fn start(
        set: &PartnerSet,
        terms: &AgreementTerms,
        legal_basis: LegalBasis,
        case: Option<CaseReference>,
        selectors: Vec<Selector>,
    ) -> Result<Self, AskError> {
        let context = &set.header().context;
        if context.class != SelectorClass::Impersonal && case.is_none() {
            return Err(AskError::NoCase(context.class));
        }
        if selectors.is_empty() {
            return Err(AskError::Nothing);
        }
        let count = question_points(selectors.len()).ok_or(AskError::TooManySelectors(selectors.len()))?;
        for selector in &selectors {
            check_selector(selector, context, terms)?;
        }
        let inputs: Vec<String> = selectors.iter().map(Selector::to_string).collect();
        let Blinded { blinds, mut points } = set.blinder.blind(&inputs).map_err(AskError::Random)?;
        points.extend(random_points(count - selectors.len()).map_err(AskError::Random)?);
        let mut bytes = Vec::with_capacity(count * POINT);
        points.iter().for_each(|point| bytes.extend_from_slice(point.compress().as_bytes()));
        if context.mode == AskMode::Unproven {
            points = Vec::new();
        }
        let question = Question { format: QUESTION_FORMAT, context: context.clone(), legal_basis, case, points: Bytes(bytes) };
        let hash = question.hash();
        Ok(Self { question, hash, selectors, inputs, blinds, points })
    }

    /// The question to send.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Checks the answer and looks every selector up in the set, which must be complete and the one the question was made for.
    ///
    /// # Errors
    /// When the answer is to another question, has wrong points, or does not prove that the set's key was used. Nothing of it is
    /// used then.
    pub fn finish(self, set: &PartnerSet, answer: &AskAnswer) -> Result<Vec<AskResult>, AskRefusal> {
        if set.header().context != self.question.context {
            return Err(AskRefusal::OtherContext);
        }
        set.check_complete()?;
        if answer.question != self.hash {
            return Err(AskRefusal::OtherQuestion);
        }
        if answer.points.0.len() != self.question.points.0.len() {
            return Err(AskRefusal::Form("it has another number of points than the question"));
        }
        let evaluated = self.proven_points(set, answer)?;
        if !set.confirms() {
            let outcome = AskOutcome::NeitherConfirmedNorDenied;
            return Ok(self.selectors.into_iter().map(|selector| AskResult { selector, outcome }).collect());
        }
        let asked = self.inputs.iter().zip(self.blinds.iter()).zip(&evaluated);
        let outcomes = asked.map(|((input, blind), point)| {
            let key = set.keys.derive(&output(input.as_bytes(), &set.blinder.unblind(blind, point)));
            let Some(entry) = set.find(&key.tag) else { return Ok(AskOutcome::NoHit) };
            let (reference, quality) = set.keys.open(&key, entry).ok_or(AskRefusal::Entry)?;
            Ok(AskOutcome::Hit { reference, quality })
        });
        let outcomes = outcomes.collect::<Result<Vec<_>, AskRefusal>>()?;
        Ok(self.selectors.into_iter().zip(outcomes).map(|(selector, outcome)| AskResult { selector, outcome }).collect())
    }

    /// Reads the evaluated points, all of them where there is a proof over all, and verifies it.
    fn proven_points(&self, set: &PartnerSet, answer: &AskAnswer) -> Result<Vec<RistrettoPoint>, AskRefusal> {
        let proof = answer.proof_for(self.question.context.mode)?;
        let points = answer.points.0.as_chunks::<POINT>().0;
        let needed = if proof.is_some() { points.len() } else { self.selectors.len() };
        let read = |(place, point)| read_point(point).ok_or(AskRefusal::Point(place));
        let evaluated = points[..needed].iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        if let Some(proof) = proof {
            let batch = Batch { blinded: &self.question.points.0, evaluated: &answer.points.0 };
            if !verify(set.blinder.suite(), set.blinder.public(), batch, &self.points, &evaluated, proof) {
                return Err(AskRefusal::Proof);
            }
        }
        Ok(evaluated)
    }
}
