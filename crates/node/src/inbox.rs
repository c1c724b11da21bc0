//! Partners, and what they send.

use oikos_exchange::{IdentityCard, Outcome, Partner, PreparedParcel, Receipt, ReceiveError, Received, SignedAgreement};
use oikos_exchange_transport::Refused;
use oikos_model::{Action, NodeId};
use oikos_policy::{PartnerClass, Principal};
use oikos_registry::Transaction;
use serde::Deserialize;

use crate::{Caller, Node, NodeError, Noted, PartnerView};

/// A partner to be taken up: its card, and the agreement both signed.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerRequest {
    /// Its identity card.
    #[schema(value_type = Object)]
    pub card: IdentityCard,
    /// The agreement with both signatures.
    #[schema(value_type = Object)]
    pub agreement: SignedAgreement,
}

impl Node {
    /// Takes up a partner whose card and agreement verify.
    ///
    /// # Errors
    /// When policy refuses, or card or agreement do not verify.
    pub fn add_partner(&self, caller: &Caller, request: &PartnerRequest) -> Result<PartnerView, NodeError> {
        let partner = Partner::accept(self.identity().card(), request.card.clone(), request.agreement.clone())
            .map_err(|error| NodeError::Invalid(error.to_string()))?;
        let now = self.clock().now();
        self.write(caller, Action::ManagePartners, |tx| {
            let row = partner.to_row(now).map_err(NodeError::internal)?;
            tx.put_partner(&row)?;
            let detail =
                serde_json::json!({ "agreement": partner.agreement().terms.hash(), "fingerprint": partner.card().fingerprint() });
            let view = self.partner_view(tx, &partner, now)?;
            Ok((view, Noted::about(vec![format!("partner:{}", partner.node())]).with_detail(detail)))
        })
    }

    /// All partners.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_partners(&self, caller: &Caller) -> Result<Vec<PartnerView>, NodeError> {
        self.read(caller, Action::ReadPartners, |tx| {
            let rows = tx.partners()?;
            rows.iter().map(|row| self.partner_view(tx, &self.partner(tx, &row.node)?, row.accepted_at)).collect()
        })
    }

    /// Takes a parcel from a partner whose link was authenticated, joins what it brought into the picture, and gives the signed receipt.
    /// A refusal is journaled with its reason; nothing of a refused parcel is kept.
    ///
    /// # Errors
    /// The refusal as the partner may see it.
    pub fn receive_parcel(&self, from: &NodeId, bytes: &[u8]) -> Result<Receipt, Refused> {
        let failed = |_: NodeError| Refused::for_now("store", "the node could not store the parcel");
        let caller = self.partner_as_caller(from).map_err(failed)?;
        let act =
            self.authorise(&caller, Action::ReceiveParcel).map_err(|error| Refused::finally(error.code(), error.to_string()))?;
        let mut refusal = None;
        let outcome = self.write_then(
            &caller,
            Action::ReceiveParcel,
            |tx| {
                let row = tx.partner(from)?.ok_or_else(|| NodeError::NotFound(format!("partner {from}")))?;
                match oikos_exchange::receive(tx, self.identity(), &row, bytes, act.at) {
                    Ok(received) => {
                        let mut erased_at_its_word = 0;
                        if let Outcome::Applied(applied) = &received.outcome {
                            let partner = self.partner(tx, from)?;
                            self.take_requests(tx, &partner, &applied.content, act.at)?;
                            erased_at_its_word = crate::subjects::erase_retracted(tx, from, &applied.content)?;
                        }
                        let (passed_on, mut followed) = self.follow_up(tx, &received)?;
                        if let Outcome::Applied(applied) = &received.outcome {
                            // Last: what is passed on and reopened is found by what is erased here.
                            followed.erased = crate::subjects::erase_retracted(tx, from, &applied.content)?;
                        }
                        tx.note_link(from, act.at, None)?;
                        let (subjects, mut detail) = noted_of(&received, followed);
                        if erased_at_its_word > 0 {
                            detail["erased_at_its_word"] = erased_at_its_word.into();
                        }
                        Ok(((received.receipt, passed_on), Noted::about(subjects).with_detail(detail)))
                    }
                    Err(error) => {
                        refusal = Some(Refused::from(&error));
                        Err(NodeError::Invalid(reason_of(&error)))
                    }
                }
            },
            |tx, (receipt, passed_on), index| {
                for parcel in passed_on {
                    parcel.queue(tx, index)?;
                }
                Ok(receipt)
            },
        );
        match outcome {
            Ok(receipt) => {
                // The parcel is safe. A picture that cannot be computed now is computed with the next change.
                let _ = self.recompute_picture(&self.itself());
                Ok(receipt)
            }
            Err(error) => {
                self.journal_denial(&act, &[error.to_string()], vec![format!("partner:{from}")]).map_err(failed)?;
                Err(refusal.unwrap_or_else(|| failed(error)))
            }
        }
    }

    /// What follows from what a parcel took back or corrected: those who got it from this node are told, in the same transaction, and
    /// people's decisions that rest on it are open again.
    fn follow_up(&self, tx: &mut dyn Transaction, received: &Received) -> Result<(Vec<PreparedParcel>, FollowUp), NodeError> {
        let mut followed = FollowUp::default();
        let Outcome::Applied(applied) = &received.outcome else { return Ok((Vec::new(), followed)) };
        let retracted = applied.content.retractions.iter().map(|it| (&it.what, &it.reason));
        let rectified = applied.content.rectifications.iter().map(|it| (&it.what, &it.reason));
        for (what, reason) in retracted.chain(rectified) {
            followed.reopened.extend(self.reopen_derived(tx, what, reason)?);
        }
        let mut prepared = Vec::new();
        for (node, draft) in oikos_exchange::pass_on(tx, self.identity(), applied)? {
            let partner = self.partner(tx, &node)?;
            prepared.push(self.prepared(tx, &partner, draft)?);
            followed.passed_on_to.push(node.to_string());
        }
        Ok((prepared, followed))
    }

    pub(crate) fn partner_as_caller(&self, node: &NodeId) -> Result<Caller, NodeError> {
        let principal = Principal::Partner { node: node.clone(), class: PartnerClass::MemberState };
        let caller = Caller { principal, ..self.itself() };
        let act = caller.act(Action::ReceiveParcel, self.clock().now());
        let partner = self.partner(self.store().snapshot(&act)?.as_ref(), node)?;
        let class = crate::passage::principal_class(partner.card().content.description.partner_class);
        Ok(Caller { principal: Principal::Partner { node: node.clone(), class }, ..caller })
    }
}

/// What a received parcel set in motion here.
#[derive(Default)]
struct FollowUp {
    reopened: Vec<String>,
    passed_on_to: Vec<String>,
    /// What was erased because the person concerned asked for it.
    erased: usize,
}

fn noted_of(received: &Received, followed: FollowUp) -> (Vec<String>, serde_json::Value) {
    let parcel = format!("parcel:{}", received.receipt.content.parcel);
    let Outcome::Applied(applied) = &received.outcome else {
        return (vec![parcel], serde_json::json!({ "duplicate": true }));
    };
    let findings = applied.content.findings.iter().map(|finding| format!("finding:{}/{}", finding.origin, finding.key));
    let statements = applied.content.statements.iter().map(|released| format!("statement:{}", released.statement.id));
    let missing: Vec<String> = applied.missing.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect();
    let detail = serde_json::json!({ "sequence": applied.content.sequence, "findings": applied.findings.len(),
        "new_statements": applied.new_statements, "recalled": applied.recalled.len(), "rectified": applied.rectified.len(),
        "requests": applied.content.requests.len(), "missing": missing, "reopened": followed.reopened, "erased_for_person": followed.erased, "passed_on_to": followed.passed_on_to,
        "left": applied.content.leaves, "leave_reason": applied.content.leave_reason,
        "erased": { "statements": applied.erased.statements, "findings": applied.erased.findings } });
    let requests = applied.content.requests.iter().map(|ask| format!("request:{}", ask.id));
    let answers = applied.content.answers.iter().map(|answer| format!("request:{}", answer.request));
    (std::iter::once(parcel).chain(findings).chain(statements).chain(requests).chain(answers).collect(), detail)
}

fn reason_of(error: &ReceiveError) -> String {
    match error {
        ReceiveError::Refused(refusal) => format!("parcel refused: {refusal}"),
        ReceiveError::Store(error) => error.to_string(),
    }
}
