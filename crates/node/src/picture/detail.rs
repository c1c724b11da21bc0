//! One lead: what is in it, what joins it, how surprising that is, and what else could explain it.

use oikos_model::{Action, SelectorClass};
use oikos_picture::{FindingReference, Lead, LeadMember, Link, LinkEvidence, Parameters, PathStep, Rival, RivalKind};
use oikos_registry::{LeadRow, Transaction};
use serde::Serialize;

use crate::cases::MarkingView;
use crate::findings::{seconds, state_code};
use crate::{Caller, Node, NodeError, Noted};

/// A finding by origin and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct FindingRef {
    /// The node whose finding it is.
    pub origin: String,
    /// Its key.
    pub key: String,
}

/// A place on earth, WGS 84.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlaceView {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A finding in a lead.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MemberView {
    /// Which.
    pub finding: FindingRef,
    /// Its desk.
    pub desk: String,
    /// Its detector.
    pub detector: String,
    /// Its title.
    pub title: String,
    /// Beginning, RFC 3339.
    pub occurred_from: String,
    /// End, RFC 3339.
    pub occurred_to: String,
    /// Where, if anywhere.
    pub place: Option<PlaceView>,
    /// Its own score in bits, which is not part of the lead's.
    pub score_bits: f64,
    /// Where it stands.
    pub state: String,
    /// Whether a partner released it.
    pub received: bool,
}

/// What joins two findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Both name one thing.
    SharedSelector,
    /// What they name has one parent.
    OwnershipPath,
}

/// Where a link's surprise comes from: so many of so many.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BaseRate {
    /// How many share it: findings and holdings that carry the identifier, or entities as close below the parent.
    pub some: usize,
    /// Out of how many: identifiers of the kind, or entities of the register.
    pub all: usize,
}

/// One holding on a proof path.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HoldingView {
    /// Who holds, by name.
    pub owner: String,
    /// Who holds, as the source names it.
    pub owner_entity: String,
    /// What is held, by name.
    pub owned: String,
    /// What is held, as the source names it.
    pub owned_entity: String,
    /// The share in percent; absent where the source does not say.
    pub share_percent: Option<f64>,
    /// The node that first had the statements.
    pub origin: String,
    /// The dataset they are from.
    pub dataset: String,
    /// The statements of the holding.
    pub statements: Vec<String>,
}

/// Why two findings are read together.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LinkView {
    /// By what what-if questions name it.
    pub id: String,
    /// The earlier finding.
    pub from: FindingRef,
    /// The later one.
    pub to: FindingRef,
    /// What joins them.
    pub kind: LinkKind,
    /// By what the earlier finding names it, as `kind:value`.
    pub selector: String,
    /// By what the later finding names it.
    pub selector_to: String,
    /// How much a shared identifier says about a person: `impersonal`, `linkable` or `personal`.
    pub class: String,
    /// Surprise of what joins them, in bits.
    pub surprise_bits: f64,
    /// Bits for closeness in time, bounded.
    pub time_bits: f64,
    /// Whether its bits are in the lead's score, or repeat what other links of its kind say.
    pub counts: bool,
    /// Where the surprise comes from.
    pub base_rate: BaseRate,
    /// The reason in words.
    pub reason: String,
    /// Who stands behind both; for a path.
    pub parent: Option<String>,
    /// The proof: holdings from the parent down to each end.
    pub steps: Vec<HoldingView>,
    /// Every statement it rests on.
    pub statements: Vec<String>,
}

/// What else could explain a lead.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RivalView {
    /// `coincidence`, `common_hub`, `counter_evidence` or `one_source`.
    pub kind: String,
    /// In words, with its numbers.
    pub text: String,
    /// Bits that a finding's own counter-evidence gives it, below 0.
    pub bits: Option<f64>,
    /// The finding it is about.
    pub about: Option<FindingRef>,
}

/// A lead with everything in it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeadDetail {
    /// Identity.
    pub id: String,
    /// One line.
    pub title: String,
    /// What may be done with the whole.
    pub marking: MarkingView,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// The sum of the bits of the links that count.
    pub score_bits: f64,
    /// Whether the bits were calibrated against outcomes.
    pub calibrated: bool,
    /// How many bits a campaign needs.
    pub campaign_bits: f64,
    /// How many desks a campaign needs.
    pub campaign_desks: usize,
    /// What it lacks to be a campaign, in words.
    pub lacks: Vec<String>,
    /// When it was first computed here, RFC 3339.
    pub first_seen_at: String,
    /// Its findings in the order of time.
    pub members: Vec<MemberView>,
    /// Findings that repeat a member and add nothing.
    pub echoes: Vec<FindingRef>,
    /// Why they are read together, strongest first.
    pub links: Vec<LinkView>,
    /// What else could explain them, counter-evidence among it.
    pub rivals: Vec<RivalView>,
    /// Desks.
    pub desks: Vec<String>,
    /// States of the origins.
    pub states: Vec<String>,
    /// When the first began, RFC 3339.
    pub occurred_from: String,
    /// When the last ended, RFC 3339.
    pub occurred_to: String,
}

impl FindingRef {
    pub(super) fn of(reference: &FindingReference) -> Self {
        Self { origin: reference.origin.to_string(), key: reference.key.to_string() }
    }
}

impl Node {
    /// One lead with everything in it.
    ///
    /// # Errors
    /// When policy refuses, or there is none that the caller may know of.
    pub fn show_lead(&self, caller: &Caller, id: &str) -> Result<LeadDetail, NodeError> {
        self.write(caller, Action::ReadLeads, |tx| {
            let (row, lead) = self.readable_lead(tx, caller, id)?;
            Ok((detail(&row, &lead), noted(&lead)))
        })
    }

    /// The lead, if the caller may see it. What may not be known of looks as if it were not there.
    pub(super) fn readable_lead(&self, tx: &dyn Transaction, caller: &Caller, id: &str) -> Result<(LeadRow, Lead), NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        let row = tx.leads(Some(&labels))?.into_iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| NodeError::NotFound(format!("lead {id}")))?;
        let lead = serde_json::from_value(row.content.clone()).map_err(NodeError::internal)?;
        Ok((row, lead))
    }
}

/// What the journal says of somebody who looked at a lead: the lead and all that is in it.
pub(super) fn noted(lead: &Lead) -> Noted {
    let findings = lead.members.iter().map(|member| member.finding.to_string());
    Noted::about(std::iter::once(format!("lead:{}", lead.id)).chain(findings).take(super::SUBJECTS_MAXIMUM).collect())
}

fn detail(row: &LeadRow, lead: &Lead) -> LeadDetail {
    let Parameters { campaign_bits, campaign_desks, .. } = Parameters::default();
    LeadDetail {
        id: row.id.clone(),
        title: lead.title.clone(),
        marking: MarkingView::from(&lead.marking),
        is_campaign: lead.is_campaign,
        score_bits: lead.score_bits,
        calibrated: lead.calibrated,
        campaign_bits,
        campaign_desks,
        lacks: lead.lacks.clone(),
        first_seen_at: seconds(row.first_seen_at),
        members: lead.members.iter().map(member).collect(),
        echoes: lead.echoes.iter().map(FindingRef::of).collect(),
        links: lead.links.iter().map(link).collect(),
        rivals: lead.rivals.iter().map(rival).collect(),
        desks: lead.desks.clone(),
        states: lead.states.clone(),
        occurred_from: seconds(lead.occurred_from),
        occurred_to: seconds(lead.occurred_to),
    }
}

fn member(member: &LeadMember) -> MemberView {
    MemberView {
        finding: FindingRef::of(&member.finding),
        desk: member.desk.clone(),
        detector: member.detector.to_string(),
        title: member.title.clone(),
        occurred_from: seconds(member.occurred_from),
        occurred_to: seconds(member.occurred_to),
        place: member.place.map(|place| PlaceView { latitude: place.latitude, longitude: place.longitude }),
        score_bits: member.score_bits,
        state: state_code(member.state).to_owned(),
        received: member.received,
    }
}

fn link(link: &Link) -> LinkView {
    let (selector, selector_to) = match &link.evidence {
        LinkEvidence::SharedSelector { selector, selector_to, .. }
        | LinkEvidence::OwnershipPath { selector, selector_to, .. } => (selector, selector_to),
    };
    let (base_rate, parent, steps) = match &link.evidence {
        LinkEvidence::SharedSelector { holders, population, .. } => {
            (BaseRate { some: *holders, all: *population }, None, Vec::new())
        }
        LinkEvidence::OwnershipPath { parent, steps, reach, entities, .. } => {
            (BaseRate { some: *reach, all: *entities }, Some(parent.clone()), steps.iter().map(step).collect())
        }
    };
    LinkView {
        id: link.id(),
        from: FindingRef::of(&link.from),
        to: FindingRef::of(&link.to),
        kind: super::kind_of(&link.evidence),
        selector: selector.to_string(),
        selector_to: selector_to.to_string(),
        class: class_code(selector.class().max(selector_to.class())).to_owned(),
        surprise_bits: link.surprise_bits,
        time_bits: link.time_bits,
        counts: link.counts,
        base_rate,
        reason: link.reason.clone(),
        parent,
        steps,
        statements: link.statements.iter().map(|statement| statement.id.to_string()).collect(),
    }
}

fn step(step: &PathStep) -> HoldingView {
    HoldingView {
        owner: step.owner.clone(),
        owner_entity: step.owner_entity.to_string(),
        owned: step.owned.clone(),
        owned_entity: step.owned_entity.to_string(),
        share_percent: step.share_percent,
        origin: step.origin.to_string(),
        dataset: step.dataset.to_string(),
        statements: step.statements.iter().map(|statement| statement.id.to_string()).collect(),
    }
}

fn rival(rival: &Rival) -> RivalView {
    let kind = match rival.kind {
        RivalKind::Coincidence => "coincidence",
        RivalKind::CommonHub => "common_hub",
        RivalKind::CounterEvidence => "counter_evidence",
        RivalKind::OneSource => "one_source",
    };
    RivalView {
        kind: kind.to_owned(),
        text: rival.text.clone(),
        bits: rival.bits,
        about: rival.about.as_ref().map(FindingRef::of),
    }
}

const fn class_code(class: SelectorClass) -> &'static str {
    match class {
        SelectorClass::Impersonal => "impersonal",
        SelectorClass::Linkable => "linkable",
        SelectorClass::Personal => "personal",
    }
}
