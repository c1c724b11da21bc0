//! A partner as people see it: what was agreed, how the link fares, what may still be asked today.

use oikos_exchange::{AgreementTerms, AskBudget, NotInForce, Partner};
use oikos_model::{SelectorClass, Timestamp};
use oikos_registry::{AskCount, Direction, LinkRow, Transaction, Waiting};
use serde::Serialize;

use crate::findings::seconds;
use crate::{Node, NodeError};

const DAY_SECONDS: i64 = 86_400;

/// A partner as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PartnerView {
    /// Its node id.
    pub node: String,
    /// The authority's name.
    pub display_name: String,
    /// Its state.
    pub country: String,
    /// What two people compare before they trust the card.
    pub fingerprint: String,
    /// The agreement's title.
    pub agreement: String,
    /// Purposes it covers.
    pub purposes: Vec<String>,
    /// The most restricted traffic light that may pass.
    pub tlp_ceiling: String,
    /// Since when, RFC 3339.
    pub accepted_at: String,
    /// When it ends, RFC 3339.
    pub valid_to: String,
    /// Whole days until it ends; negative: since it ended.
    pub days_left: i64,
    /// When it was left, RFC 3339.
    pub left_at: Option<String>,
    /// `in_force`, `not_yet`, `expired` or `left`.
    pub state: String,
    /// What was agreed.
    pub terms: TermsView,
    /// What may still be asked today, by purpose and class.
    pub budgets: Vec<AskBudgetView>,
    /// How many parcels wait for it.
    pub queued: u64,
    /// Since when the oldest waits, RFC 3339.
    pub queued_since: Option<String>,
    /// For how long the oldest has waited.
    pub queue_age_seconds: Option<i64>,
    /// When it was last reached, or reached this node, RFC 3339.
    pub last_seen_at: Option<String>,
    /// When reaching it last failed, RFC 3339.
    pub last_failed_at: Option<String>,
    /// What was wrong with the link when it failed last, where it did not work since.
    pub link_problem: Option<String>,
    /// By how many seconds its clock was ahead of this node's when its receipt came last, as far as known; negative: behind.
    pub clock_ahead_seconds: Option<i64>,
    /// Numbers of parcels that did not arrive although later ones did: `from-to`.
    pub missing: Vec<String>,
    /// What is wrong with its journal, as this node saw it as its witness.
    pub journal_problem: Option<String>,
    /// What it refuses to cosign of this node's journal.
    pub witness_refusal: Option<String>,
}

/// The terms of an agreement, as both signed them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TermsView {
    /// The hash by which parcels and journals name them.
    pub hash: String,
    /// The two nodes.
    pub parties: Vec<String>,
    /// In force from, RFC 3339,
    pub valid_from: String,
    /// up to, RFC 3339.
    pub valid_to: String,
    /// What may pass: `finding_facts`, `statements`.
    pub kinds: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// The most restricted traffic light that may pass.
    pub tlp_ceiling: String,
    /// Under which regimes.
    pub regimes: Vec<String>,
    /// Kinds of identifier that pass without a person.
    pub pre_authorised: Vec<String>,
    /// Purposes for which asks are answered.
    pub ask_purposes: Vec<String>,
    /// Asks a day by kind of identifier, `kind: number`.
    pub ask_budgets_per_day: Vec<String>,
    /// Classes of identifier for which every ask gets the same answer.
    pub neither_confirm_nor_deny: Vec<String>,
    /// Whether impersonal findings may be passed on inside the Union.
    pub onward: bool,
    /// Whether what was received is erased when either side leaves.
    pub erase_on_leaving: bool,
    /// Days after which what was received is erased.
    pub retention_days: u16,
    /// The instrument that holds appropriate safeguards.
    pub safeguards: Option<String>,
    /// The law that authorises other uses of law-enforcement data.
    pub reuse_law: Option<String>,
}

/// What may be asked in one class for one purpose today.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AskBudgetView {
    /// The purpose.
    pub purpose: String,
    /// `impersonal`, `linkable` or `personal`.
    pub class: String,
    /// Points a day, padding included.
    pub per_day: u64,
    /// Points left today.
    pub left_today: u64,
}

impl Node {
    pub(crate) fn partner_view(
        &self,
        tx: &dyn Transaction,
        partner: &Partner,
        accepted_at: Timestamp,
    ) -> Result<PartnerView, NodeError> {
        let (description, terms) = (&partner.card().content.description, &partner.agreement().terms);
        let LinkRow { seen_at, failed_at, problem, clock_ahead_seconds } = tx.link(partner.node())?;
        let waiting = tx.waiting(partner.node())?;
        let missing = oikos_exchange::missing_from(tx, partner.node())?;
        let now = self.clock().now();
        Ok(PartnerView {
            node: partner.node().to_string(),
            display_name: description.display_name.clone(),
            country: description.country.clone(),
            fingerprint: partner.card().fingerprint(),
            agreement: terms.title.clone(),
            purposes: terms.purposes.iter().map(ToString::to_string).collect(),
            tlp_ceiling: terms.tlp_ceiling.code().to_owned(),
            accepted_at: seconds(accepted_at),
            valid_to: seconds(terms.valid_to),
            days_left: (terms.valid_to.as_second() - now.as_second()).div_euclid(DAY_SECONDS),
            left_at: partner.left_at().map(seconds),
            state: state_of(partner, now).to_owned(),
            terms: terms_view(terms),
            budgets: self.ask_budgets(tx, partner)?,
            queued: waiting.map_or(0, |Waiting { parcels, .. }| parcels),
            queued_since: waiting.map(|Waiting { since, .. }| seconds(since)),
            queue_age_seconds: waiting.map(|Waiting { since, .. }| now.as_second() - since.as_second()),
            last_seen_at: seen_at.map(seconds),
            last_failed_at: failed_at.map(seconds),
            link_problem: problem,
            clock_ahead_seconds,
            missing: missing.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect(),
            journal_problem: tx.witnessed_log(partner.node())?.and_then(|log| log.problem),
            witness_refusal: self.witness_refusals(|refusals| refusals.get(partner.node()).cloned()),
        })
    }

    fn ask_budgets(&self, tx: &dyn Transaction, partner: &Partner) -> Result<Vec<AskBudgetView>, NodeError> {
        let (terms, day, mut budgets) = (&partner.agreement().terms, self.ask_epoch().0, Vec::new());
        for purpose in terms.answered_purposes() {
            for class in [SelectorClass::Impersonal, SelectorClass::Linkable, SelectorClass::Personal] {
                let budget = AskBudget::of(terms, class);
                if budget.0 > 0 {
                    let (partner, direction) = (partner.node(), Direction::Outgoing);
                    let spent = tx.asked(&AskCount { partner, direction, purpose, class, day })?;
                    budgets.push(AskBudgetView {
                        purpose: purpose.to_string(),
                        class: class_code(class).to_owned(),
                        per_day: budget.0,
                        left_today: budget.left(spent),
                    });
                }
            }
        }
        Ok(budgets)
    }
}

const fn class_code(class: SelectorClass) -> &'static str {
    match class {
        SelectorClass::Impersonal => "impersonal",
        SelectorClass::Linkable => "linkable",
        SelectorClass::Personal => "personal",
    }
}

fn terms_view(terms: &AgreementTerms) -> TermsView {
    let listed = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<String>>();
    TermsView {
        hash: terms.hash().to_string(),
        parties: listed(&mut terms.parties.iter().map(ToString::to_string)),
        valid_from: seconds(terms.valid_from),
        valid_to: seconds(terms.valid_to),
        kinds: listed(&mut terms.kinds.iter().map(ToString::to_string)),
        purposes: listed(&mut terms.purposes.iter().map(ToString::to_string)),
        tlp_ceiling: terms.tlp_ceiling.code().to_owned(),
        regimes: listed(&mut terms.regimes.iter().map(|regime| regime.code().to_owned())),
        pre_authorised: listed(&mut terms.pre_authorised.iter().map(|kind| kind.code().to_owned())),
        ask_purposes: listed(&mut terms.answered_purposes().iter().map(ToString::to_string)),
        ask_budgets_per_day: listed(
            &mut terms.ask_budgets_per_day.iter().map(|(kind, number)| format!("{}: {number}", kind.code())),
        ),
        neither_confirm_nor_deny: listed(&mut terms.neither_confirm_nor_deny.iter().map(|class| class_code(*class).to_owned())),
        onward: terms.onward,
        erase_on_leaving: terms.erase_on_leaving,
        retention_days: terms.retention_days,
        safeguards: terms.safeguards.clone(),
        reuse_law: terms.reuse_law.clone(),
    }
}

fn state_of(partner: &Partner, now: Timestamp) -> &'static str {
    match partner.check_in_force(now) {
        Ok(()) => "in_force",
        Err(NotInForce::NotYet(_)) => "not_yet",
        Err(NotInForce::Expired(_)) => "expired",
        Err(NotInForce::Left(_)) => "left",
    }
}
