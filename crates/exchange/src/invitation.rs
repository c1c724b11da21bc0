//! Invitations: one file with the inviter's card and the terms it signed. The invited one signs too and answers with a file of the same
//! form, so that each side has the other's card and an agreement with both signatures after one exchange of files.

use serde::{Deserialize, Serialize};

use crate::agreement::{AgreementError, AgreementTerms, SignedAgreement};
use crate::card::IdentityCard;
use crate::identity::NodeIdentity;
use crate::partner::{Partner, PartnerError};

/// A card and an agreement that its node signed: an invitation, or the answer to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The form: 1.
    pub format: u8,
    /// Who sends it.
    pub card: IdentityCard,
    /// The terms, signed by the sender; in an answer by both.
    pub agreement: SignedAgreement,
}

/// Why an invitation is not made or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// It is no JSON of the right shape.
    #[error("the invitation cannot be read: {0}")]
    Syntax(String),
    /// The terms are wrong, or not signed.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// Card and agreement do not make a partner.
    #[error(transparent)]
    Partner(#[from] PartnerError),
}

impl Invitation {
    /// A card and an agreement are some 20 kB; more than this is no invitation.
    pub const MAXIMUM_LENGTH: usize = 128 * 1024;
    const FORMAT: u8 = 1;

    /// Invites the other party of these terms.
    ///
    /// # Errors
    /// When the terms are wrong or this node is not a party.
    pub fn new(terms: AgreementTerms, identity: &NodeIdentity) -> Result<Self, InvitationError> {
        let agreement = SignedAgreement::propose(terms, identity)?;
        Ok(Self { format: Self::FORMAT, card: identity.card().clone(), agreement })
    }

    /// Reads an invitation or an answer, and checks that its sender signed both card and terms.
    ///
    /// # Errors
    /// Says what is wrong with the text, the card or the terms.
    pub fn from_text(text: &str) -> Result<Self, InvitationError> {
        if text.len() > Self::MAXIMUM_LENGTH {
            return Err(InvitationError::Syntax(format!("it has more than {} bytes", Self::MAXIMUM_LENGTH)));
        }
        let invitation: Self = serde_json::from_str(text).map_err(|error| InvitationError::Syntax(error.to_string()))?;
        if invitation.format != Self::FORMAT {
            return Err(InvitationError::Syntax(format!("this version knows format {} only", Self::FORMAT)));
        }
        invitation.card.verify().map_err(PartnerError::from)?;
        invitation.agreement.check_signed_by(&invitation.card)?;
        Ok(invitation)
    }

    /// Whether this node signed already: then it is the answer to an invitation of this node.
    pub fn is_signed_by(&self, identity: &NodeIdentity) -> bool {
        self.agreement.signatures.contains_key(identity.node())
    }

    /// Accepts it: signs where this node did not sign yet. Gives the partner, and the answer to send where there is one to send.
    ///
    /// # Errors
    /// When the sender did not sign these terms, or card and agreement do not make a partner.
    pub fn accept(self, identity: &NodeIdentity) -> Result<(Partner, Option<Self>), InvitationError> {
        let signed_before = self.is_signed_by(identity);
        let agreement = match signed_before {
            true => self.agreement,
            false => self.agreement.countersign(identity, &self.card)?,
        };
        let partner = Partner::accept(identity.card(), self.card, agreement.clone())?;
        let answer = Self { format: Self::FORMAT, card: identity.card().clone(), agreement };
        Ok((partner, (!signed_before).then_some(answer)))
    }
}

impl AgreementTerms {
    /// The terms as a person reads them before signing, one sentence each.
    pub fn in_words(&self) -> Vec<String> {
        let list = |items: Vec<String>| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
        let kinds = |kinds: &std::collections::BTreeSet<oikos_model::SelectorKind>| {
            list(kinds.iter().map(|kind| kind.code().to_owned()).collect())
        };
        let mut words = vec![
            format!("Between {}.", list(self.parties.iter().map(ToString::to_string).collect())),
            format!("In force from {} up to {}.", self.valid_from, self.valid_to),
            format!("May pass: {}.", list(self.kinds.iter().map(ToString::to_string).collect())),
            format!("For: {}.", list(self.purposes.iter().map(ToString::to_string).collect())),
            format!(
                "Up to {}; under {}.",
                self.tlp_ceiling.code(),
                list(self.regimes.iter().map(|it| it.code().to_owned()).collect())
            ),
            format!("Without a person, from open findings: {}.", kinds(&self.pre_authorised)),
            format!("Asks are answered for: {}.", list(self.answered_purposes().iter().map(ToString::to_string).collect())),
            format!("What was received is erased {} days after its release.", self.retention_days),
            match self.erase_on_leaving {
                true => "When either side leaves, what was received is erased at once.".to_owned(),
                false => "When either side leaves, what was received is erased at its retention.".to_owned(),
            },
            match self.onward {
                true => "Impersonal findings may be passed on inside the Union; a recall follows them.".to_owned(),
                false => "Nothing is passed on.".to_owned(),
            },
        ];
        let budgets = self.ask_budgets_per_day.iter().map(|(kind, most)| format!("{most} {}", kind.code()));
        words.push(format!("Asks a day: {}.", list(budgets.collect())));
        words.extend(self.safeguards.as_ref().map(|instrument| format!("Safeguards: {instrument}.")));
        words.extend(self.reuse_law.as_ref().map(|law| format!("Other uses of law-enforcement data: {law}.")));
        words
    }
}
