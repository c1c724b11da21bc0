//! What the node releases by itself: impersonal identifiers of open findings, of the kinds that an agreement names. Policy decides each;
//! what can lead to a person never goes this way, whatever an agreement says. The journal names the node as the one who released.

use std::collections::BTreeSet;

use oikos_exchange::{FindingRelease, KnownToPartner, NOBODY, ParcelDraft, Partner, ReleaseDesk, Wanted};
use oikos_model::{Action, DerivedFrom, FactValue, Finding, FindingState, Purpose, SelectorClass};
use oikos_registry::{FindingQuery, ReleaseQuery, StoredFinding, Transaction};
use serde::Serialize;

use crate::passage::Grounds;
use crate::release::{PolicyRules, subject_of};
use crate::{Caller, Node, NodeError, Noted};

/// How many findings one parcel brings.
const FINDINGS_MAXIMUM: usize = 500;
/// How many open findings are read at once.
const PAGE: usize = 500;

/// What the node released to one partner.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PreAuthorisedLine {
    /// To whom.
    pub partner: String,
    /// How many findings.
    pub findings: usize,
    /// The parcel.
    pub parcel: String,
}

impl Node {
    /// Releases to every partner what its agreement pre-authorises and it does not have yet. Nothing is journaled where nothing leaves.
    ///
    /// # Errors
    /// When policy refuses the node this act, or the registry fails.
    pub fn release_pre_authorised(&self) -> Result<Vec<PreAuthorisedLine>, NodeError> {
        let looking = self.itself().act(Action::Release, self.clock().now());
        let snapshot = self.store().snapshot(&looking)?;
        let mut partners = Vec::new();
        for row in snapshot.partners()? {
            let partner = self.partner(snapshot.as_ref(), &row.node)?;
            let Some(caller) = self.releasing_for(&partner) else { continue };
            if !self.pre_authorised_for(snapshot.as_ref(), &caller, &partner)?.is_empty() {
                partners.push((partner, caller));
            }
        }
        drop(snapshot);
        partners.iter().map(|(partner, caller)| self.release_pre_authorised_to(partner, caller)).collect()
    }

    /// Has the node do now what it does by the clock. Whoever may carry parcels may ask for it.
    ///
    /// # Errors
    /// When policy refuses, or the registry fails.
    pub fn release_pre_authorised_now(&self, caller: &Caller) -> Result<Vec<PreAuthorisedLine>, NodeError> {
        self.write(caller, Action::DeliverParcel, |_| Ok(((), Noted::about(vec!["releases:pre-authorised".into()]))))?;
        self.release_pre_authorised()
    }

    fn release_pre_authorised_to(&self, partner: &Partner, caller: &Caller) -> Result<PreAuthorisedLine, NodeError> {
        self.write_then(
            caller,
            Action::Release,
            |tx| {
                let findings = self.pre_authorised_for(tx, caller, partner)?;
                let subjects = findings.iter().map(|release| subject_of(&release.what)).collect();
                let line = PreAuthorisedLine {
                    partner: partner.node().to_string(),
                    findings: findings.len(),
                    parcel: String::new(),
                };
                let prepared = self.prepared(tx, partner, ParcelDraft { findings, ..ParcelDraft::default() })?;
                let detail = serde_json::json!({ "pre_authorised": partner.agreement().terms.pre_authorised,
                    "agreement": prepared.content.agreement, "parcel": prepared.parcel.id, "sequence": prepared.content.sequence });
                let line = PreAuthorisedLine { parcel: prepared.parcel.id.to_string(), ..line };
                let noted = Noted::about(subjects).with_recipient(partner.node().clone()).with_detail(detail);
                Ok(((line, prepared), noted))
            },
            |tx, (line, prepared), index| {
                prepared.queue(tx, index)?;
                Ok(line)
            },
        )
    }

    /// The node as it releases to this partner: for its own purpose where the agreement covers that, else for the first it covers.
    fn releasing_for(&self, partner: &Partner) -> Option<Caller> {
        let terms = &partner.agreement().terms;
        if terms.pre_authorised.is_empty() || partner.check_in_force(self.clock().now()).is_err() {
            return None;
        }
        let itself = self.itself();
        let purpose = terms.purposes.get(&itself.purpose).or_else(|| terms.purposes.first())?.clone();
        Some(Caller { purpose, ..itself })
    }

    fn pre_authorised_for(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
    ) -> Result<Vec<FindingRelease>, NodeError> {
        let mut releases = Vec::new();
        let open = [FindingState::Open];
        for page in 0.. {
            let query = FindingQuery {
                origin: Some(self.id()),
                received: Some(false),
                states: Some(&open),
                offset: page * PAGE,
                limit: PAGE,
                ..FindingQuery::default()
            };
            let findings = tx.findings(&query)?;
            for stored in &findings {
                releases.extend(self.pre_authorised_of(tx, caller, partner, stored)?);
                if releases.len() == FINDINGS_MAXIMUM {
                    return Ok(releases);
                }
            }
            if findings.len() < PAGE {
                break;
            }
        }
        Ok(releases)
    }

    /// What of one finding leaves, where the partner does not have this revision of it already.
    fn pre_authorised_of(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        partner: &Partner,
        stored: &StoredFinding,
    ) -> Result<Option<FindingRelease>, NodeError> {
        let names = pre_authorised_facts(&stored.finding, partner, &caller.purpose);
        if names.is_empty() {
            return Ok(None);
        }
        let finding = &stored.finding;
        let what = DerivedFrom::Finding { origin: finding.origin.clone(), key: finding.key, revision: finding.revision() };
        let query = ReleaseQuery { partner: Some(partner.node()), what: Some(&what), ..ReleaseQuery::default() };
        // What a person released once is the person's to release again: this must not replace it by less.
        let has_it = |release: &oikos_registry::ReleaseRow| {
            release.what == what || release.released_by.is_some() || release.recalled_at.is_some()
        };
        if tx.releases(&query)?.iter().any(has_it) {
            return Ok(None);
        }
        let label = self.label(tx, stored.label)?;
        let known = KnownToPartner::among(tx, partner.node(), &finding.derived_from)?;
        let (act, rules) =
            (caller.act(Action::Release, self.clock().now()), PolicyRules { node: self, caller, grounds: Grounds::default() });
        let desk =
            ReleaseDesk { identity: self.identity(), partner, known: &known, act: &act, rules: &rules, onward_from: &NOBODY };
        Ok(desk.preview_finding(finding, &label, &Wanted::Names(names)).release)
    }
}

/// The names of the facts that hold an impersonal identifier of a kind that the agreement names. A name that the finding also uses for
/// something else would let that leave, so the kinds are looked at here, by policy, when sealing, and by the receiver.
fn pre_authorised_facts(finding: &Finding, partner: &Partner, purpose: &Purpose) -> BTreeSet<String> {
    if !finding.marking.purposes.contains(purpose) {
        return BTreeSet::new();
    }
    let kinds = &partner.agreement().terms.pre_authorised;
    let allowed = |value: &FactValue| match value {
        FactValue::Selector(selector) => selector.class() == SelectorClass::Impersonal && kinds.contains(&selector.kind),
        _ => false,
    };
    finding.facts.iter().filter(|fact| allowed(&fact.value)).map(|fact| fact.name.clone()).collect()
}
