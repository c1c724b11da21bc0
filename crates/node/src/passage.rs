//! How policy is asked whether something may pass to a partner: by a release, as a hit of its ask, or as the selector of a request.

use std::collections::BTreeSet;

use oikos_exchange::{ParcelKind, Partner, PartnerClass as CardClass};
use oikos_model::{Act, Label, Regime, SelectorClass, SelectorKind, Timestamp};
use oikos_policy::{
    Ceilings, DerogationGround, Item, ItemKind, PartnerClass, Passage, Principal, Recipient, RecipientRegime, Refusal,
};

use crate::{Caller, Node};

/// What else a release rests on, besides the thing, the partner and the agreement.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Grounds<'a> {
    /// A second person who releases with the first.
    pub(crate) second: Option<&'a Principal>,
    /// The ground on which one transfer outside the Union is made without adequacy or safeguards.
    pub(crate) derogation: Option<DerogationGround>,
    /// Whether the originator permitted in a signed record that it goes on.
    pub(crate) provider_permits: bool,
    /// The kind of identifier that it is, where it is one: agreements pre-authorise by kind.
    pub(crate) identifier: Option<SelectorKind>,
}

impl Node {
    /// Asks policy whether this may pass to the partner.
    ///
    /// # Errors
    /// Every rule that refuses.
    pub(crate) fn check_passage(
        &self,
        caller: &Caller,
        act: &Act,
        partner: &Partner,
        item: Item<'_>,
        grounds: &Grounds<'_>,
    ) -> Result<(), Vec<Refusal>> {
        let regimes = &item.label.marking.regimes;
        let fits = |ground: DerogationGround| regimes.iter().all(|regime| ground.law(*regime).is_some());
        self.policy().check_release(&Passage {
            act,
            principal: &caller.principal,
            second: grounds.second,
            sender: self.id(),
            item,
            recipient: &self.recipient(partner, regimes, act.at),
            agreement: &ceilings(partner, act.at, grounds.identifier),
            provider_permits: grounds.provider_permits,
            derogation: grounds.derogation.is_some_and(fits),
        })
    }

    /// Whether a selector that carries this label may pass to the partner by this act: as a hit of its ask, or in a request.
    pub(crate) fn selector_may_pass(
        &self,
        caller: &Caller,
        act: &Act,
        partner: &Partner,
        label: &Label,
        class: SelectorClass,
    ) -> Result<(), Vec<Refusal>> {
        self.check_passage(caller, act, partner, Item { label, kind: ItemKind::Selector, class }, &Grounds::default())
    }

    /// What the partner is in law for data under these regimes at this moment: outside the Union the transfer table decides.
    fn recipient(&self, partner: &Partner, regimes: &BTreeSet<Regime>, at: Timestamp) -> Recipient {
        let description = &partner.card().content.description;
        let outside = RecipientRegime::None;
        let union = RecipientRegime::Union(description.regime);
        match description.partner_class {
            CardClass::MemberState => Recipient { class: PartnerClass::MemberState, regime: union },
            CardClass::UnionBody => Recipient { class: PartnerClass::EuBody, regime: union },
            CardClass::InternationalOrganisation => Recipient { class: PartnerClass::InternationalOrganisation, regime: outside },
            CardClass::ThirdCountry => {
                let safeguards = partner.agreement().terms.safeguards.is_some();
                let class = self.transfers().class_of(&description.country, regimes, safeguards, at);
                Recipient { class, regime: outside }
            }
        }
    }
}

/// The class of a partner as a principal: what it may do on the link does not depend on the data.
pub(crate) fn principal_class(class: CardClass) -> PartnerClass {
    match class {
        CardClass::MemberState => PartnerClass::MemberState,
        CardClass::UnionBody => PartnerClass::EuBody,
        CardClass::ThirdCountry => PartnerClass::ThirdCountryDerogation,
        CardClass::InternationalOrganisation => PartnerClass::InternationalOrganisation,
    }
}

/// How far the agreement goes at this moment.
fn ceilings(partner: &Partner, at: Timestamp, kind: Option<SelectorKind>) -> Ceilings {
    let terms = &partner.agreement().terms;
    let of_parcels = terms.kinds.iter().map(|kind| match kind {
        ParcelKind::FindingFacts => ItemKind::Finding,
        ParcelKind::Statements => ItemKind::Statement,
    });
    // A budget for asks is what makes selectors pass: in hits, and in the requests that follow them.
    let of_asks = (!terms.ask_budgets_per_day.is_empty()).then_some(ItemKind::Selector);
    // A finding's fact is pre-authorised where it is an identifier of a kind that the agreement names.
    let pre_authorised = kind.is_some_and(|kind| terms.pre_authorised.contains(&kind));
    Ceilings {
        in_force: partner.check_in_force(at).is_ok(),
        tlp: terms.tlp_ceiling,
        purposes: terms.purposes.clone(),
        kinds: of_parcels.chain(of_asks).collect(),
        pre_authorised: pre_authorised.then_some(ItemKind::Finding).into_iter().collect(),
        safeguards: terms.safeguards.is_some(),
        reuse_law: terms.reuse_law.is_some(),
    }
}
