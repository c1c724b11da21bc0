//! The asking side, as far as it needs no link: what is asked, who may ask it, what is written down, what came out.

use std::collections::{BTreeMap, BTreeSet};

use oikos_exchange::{AskBudget, AskOutcome, AskResult, Asking, BirthDate, Epoch, Partner, PartnerSet, person_selectors};
use oikos_model::{Action, LegalBasis, NodeId, Selector, SelectorClass, SelectorKind};
use oikos_registry::{AskCount, Direction};
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

/// An identifier as a person writes it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectorName {
    /// Its kind, for example `lei`.
    pub kind: String,
    /// Its value; it is normalised and its check digits are checked.
    pub value: String,
}

impl SelectorName {
    /// The normalised selector.
    pub(crate) fn selector(&self) -> Result<Selector, NodeError> {
        let kind = SelectorKind::from_code(&self.kind).ok_or_else(|| {
            let known: Vec<&str> = SelectorKind::ALL.iter().map(|kind| kind.code()).collect();
            NodeError::Invalid(format!("there is no kind of selector {:?}; known are {}", self.kind, known.join(", ")))
        })?;
        oikos_matching::normalise(kind, &self.value).map_err(|error| NodeError::Invalid(error.to_string()))
    }
}

/// A person by name and birth date. Neither alone is asked about.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    /// The whole name, parts in any order.
    pub name: String,
    /// Birth date, `YYYY-MM-DD`.
    pub born: String,
}

/// What to ask partners about.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// Whom; absent: every partner whose agreement has a budget for it.
    #[schema(value_type = Option<String>)]
    pub partner: Option<NodeId>,
    /// About these. What can lead to a person needs a case.
    #[serde(default)]
    pub selectors: Vec<SelectorName>,
    /// About this person, for a case.
    pub person: Option<PersonName>,
    /// About the impersonal selectors of open findings and of what is near them, as the node does by itself.
    #[serde(default)]
    pub standing: bool,
}

/// What an ask found out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AskLine {
    /// Who was asked.
    pub partner: String,
    /// About what, `kind:value`.
    pub selector: String,
    /// `hit`, `no_hit` or `neither_confirmed_nor_denied`.
    pub outcome: &'static str,
    /// The partner's opaque reference, to name in a request.
    pub reference: Option<String>,
    /// How good the partner's information is: source and information graded apart, for example `B2`.
    pub quality: Option<String>,
}

/// How one partner was asked.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PartnerAsked {
    /// Who.
    pub partner: String,
    /// Selectors asked about.
    pub selectors: usize,
    /// Points that went over the link, padding included: what the day's budget counts.
    pub points: usize,
    /// Hits among them.
    pub hits: usize,
    /// Why it was not asked, or not answered.
    pub problem: Option<String>,
}

/// What came of an ask.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct AskReport {
    /// Hits, and for asks about named selectors all others too.
    pub lines: Vec<AskLine>,
    /// Each partner.
    pub partners: Vec<PartnerAsked>,
}

/// What one partner is to be asked, class by class.
pub(crate) struct Plan {
    pub(crate) partner: Partner,
    pub(crate) by_class: BTreeMap<SelectorClass, Vec<Selector>>,
}

impl Node {
    /// Decides whom to ask about what. Policy is asked before anything is.
    pub(crate) fn plan_ask(&self, caller: &Caller, request: &AskRequest) -> Result<Vec<Plan>, NodeError> {
        let act = self.authorise(caller, Action::Ask)?;
        let named = named_selectors(request)?;
        for class in named.iter().map(Selector::class).collect::<BTreeSet<_>>() {
            let decision = self.policy().decide_ask(&caller.principal, &act, class);
            if !decision.allowed {
                let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
                self.journal_denial(&act, &reasons, named.iter().map(|selector| format!("selector:{selector}")).collect())?;
                return Err(NodeError::Denied(reasons));
            }
        }
        self.read(caller, Action::Ask, |tx| {
            let mut selectors = named;
            if request.standing {
                selectors.extend(self.worth_asking(tx, caller)?.into_keys());
            }
            let rows = tx.partners()?.into_iter().filter(|row| request.partner.as_ref().is_none_or(|asked| *asked == row.node));
            let partners = rows.map(|row| self.partner(tx, &row.node)).collect::<Result<Vec<_>, _>>()?;
            if partners.is_empty() {
                let whom = request.partner.as_ref().map_or_else(|| "any partner".to_owned(), ToString::to_string);
                return Err(NodeError::NotFound(format!("an agreement with {whom}")));
            }
            Ok(partners.into_iter().map(|partner| plan_of(partner, &selectors)).collect())
        })
    }

    /// Blinds a question and writes down that it is asked: of a person's question what about, of a standing one a commitment.
    pub(crate) fn begin_ask(
        &self,
        caller: &Caller,
        set: &PartnerSet,
        partner: &Partner,
        selectors: Vec<Selector>,
    ) -> Result<Asking, NodeError> {
        let context = &set.header().context;
        let case = caller.case.as_ref().map(|case| self.identity().case_reference(partner.node(), case));
        let basis: LegalBasis = caller.legal_basis.clone();
        let about: Vec<String> = match caller.person() {
            Some(_) => selectors.iter().map(|selector| format!("selector:{selector}")).collect(),
            None => Vec::new(),
        };
        let asking = Asking::start(set, &partner.agreement().terms, basis, case, selectors)
            .map_err(|error| NodeError::Invalid(error.to_string()))?;
        let points = asking.question().count() as u64;
        let count = AskCount {
            partner: partner.node(),
            direction: Direction::Outgoing,
            purpose: &context.purpose,
            class: context.class,
            day: context.epoch.0,
        };
        self.write(caller, Action::Ask, |tx| {
            let budget = AskBudget::of(&partner.agreement().terms, context.class);
            let spent = tx.asked(&count)?;
            budget.check(spent, asking.question().count()).map_err(|error| NodeError::Conflict(error.to_string()))?;
            tx.count_asked(&count, points)?;
            let subjects = std::iter::once(format!("ask:{}", asking.question().hash())).chain(about).collect();
            let detail = serde_json::json!({ "points": points, "class": context.class, "set": set.header().commitment });
            Ok(((), Noted::about(subjects).with_recipient(partner.node().clone()).with_detail(detail)))
        })?;
        Ok(asking)
    }

    /// Keeps the hits, and gives what came out as people see it.
    pub(crate) fn finish_ask(
        &self,
        caller: &Caller,
        partner: &Partner,
        results: Vec<AskResult>,
    ) -> Result<Vec<AskLine>, NodeError> {
        self.keep_hits(caller, partner, &results)?;
        Ok(results.into_iter().map(|result| line_of(partner.node(), &result)).collect())
    }

    /// Today, as keys of asks count days.
    pub(crate) fn ask_epoch(&self) -> Epoch {
        Epoch::of(self.clock().now())
    }
}

fn named_selectors(request: &AskRequest) -> Result<Vec<Selector>, NodeError> {
    let mut named = request.selectors.iter().map(SelectorName::selector).collect::<Result<Vec<_>, _>>()?;
    if let Some(PersonName { name, born }) = &request.person {
        let born: BirthDate = born.parse().map_err(|error: oikos_exchange::PersonError| NodeError::Invalid(error.to_string()))?;
        named.extend(person_selectors(name, born).map_err(|error| NodeError::Invalid(error.to_string()))?);
    }
    if named.is_empty() && !request.standing {
        return Err(NodeError::Invalid(
            "name what to ask about, for example lei:529900T8BM49AURSDO55, or ask about open findings".into(),
        ));
    }
    Ok(named)
}

fn plan_of(partner: Partner, selectors: &[Selector]) -> Plan {
    let mut by_class: BTreeMap<SelectorClass, BTreeSet<Selector>> = BTreeMap::new();
    for selector in selectors.iter().filter(|selector| AskBudget::covers(&partner.agreement().terms, selector.kind)) {
        by_class.entry(selector.class()).or_default().insert(selector.clone());
    }
    let by_class = by_class.into_iter().map(|(class, selectors)| (class, selectors.into_iter().collect())).collect();
    Plan { partner, by_class }
}

fn line_of(partner: &NodeId, result: &AskResult) -> AskLine {
    let (outcome, reference, quality) = match &result.outcome {
        AskOutcome::Hit { reference, quality } => ("hit", Some(hex::encode(reference.0)), Some(quality.to_string())),
        AskOutcome::NoHit => ("no_hit", None, None),
        AskOutcome::NeitherConfirmedNorDenied => ("neither_confirmed_nor_denied", None, None),
    };
    AskLine { partner: partner.to_string(), selector: result.selector.to_string(), outcome, reference, quality }
}
