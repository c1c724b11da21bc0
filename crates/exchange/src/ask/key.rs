//! The asked side's key of one context, and answering with it.

use zeroize::Zeroizing;

use super::bytes::Bytes;
use super::context::{AskContext, AskMode};
use super::proof::{Batch, prove};
use super::question::{ANSWER_FORMAT, AskAnswer, Question};
use super::refusal::{AskError, AskRefusal};
use super::voprf::{PointBytes, SecretKey, Suite, read_point};
use crate::identity::NodeIdentity;

/// The key of one context. It is derived anew when it is needed and kept nowhere.
pub struct AskKey {
    pub(crate) suite: Suite,
    pub(crate) context: AskContext,
    pub(crate) secret: SecretKey,
}

impl std::fmt::Debug for AskKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AskKey({:?}, secret not shown)", self.context)
    }
}

impl AskKey {
    /// Derives the key of a context from a secret of the node, which owns the set.
    ///
    /// # Errors
    /// When the context is another node's.
    pub fn derive(identity: &NodeIdentity, context: AskContext) -> Result<Self, AskError> {
        if context.owner != *identity.node() || context.asker == context.owner {
            return Err(AskError::Parties { owner: context.owner, asker: context.asker });
        }
        let suite = Suite::new(context.mode);
        let seed: Zeroizing<[u8; 32]> = identity.ask_seed(&context);
        let secret = SecretKey::derive(&suite, &seed, b"oikos ask key v1").ok_or(AskError::NoKey)?;
        Ok(Self { suite, context, secret })
    }

    /// What the key is for.
    pub fn context(&self) -> &AskContext {
        &self.context
    }

    /// The public key, which is in the header of the set.
    pub fn public(&self) -> PointBytes {
        self.secret.public()
    }

    /// Evaluates the points of a question, with a proof where the mode has one. Whether the question may be asked at all,
    /// [`Question::check_allowed`] says; this does not.
    ///
    /// # Errors
    /// When the question is for another key, or a point is not one.
    pub fn answer(&self, question: &Question) -> Result<AskAnswer, AskRefusal> {
        if question.context != self.context {
            return Err(AskRefusal::OtherContext);
        }
        let points = question.points.0.as_chunks().0;
        let read = |(place, point)| read_point(point).ok_or(AskRefusal::Point(place));
        let points = points.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        let evaluated = self.secret.evaluate(&points);
        let proof = match self.context.mode {
            AskMode::Unproven => None,
            AskMode::Verifiable => {
                let batch = Batch { blinded: &question.points.0, evaluated: &evaluated };
                let proof = prove(&self.suite, &self.secret, batch, &points).map_err(|_| AskRefusal::Busy)?;
                Some(Bytes(proof.to_vec()))
            }
        };
        Ok(AskAnswer { format: ANSWER_FORMAT, question: question.hash(), points: Bytes(evaluated), proof })
    }
}
