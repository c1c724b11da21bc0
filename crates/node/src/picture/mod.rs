//! What map, timeline and graph draw: findings in a span as points, the leads among them, and the links that join them, in columns.

mod again;
mod aggregates;
mod centroids;
mod detail;
mod domains;
mod report;
mod suppression;

use std::collections::BTreeMap;

use oikos_model::{Action, FindingKey, FindingState, NodeId, Timestamp};
use oikos_picture::{Lead, LinkEvidence};
use oikos_registry::{FindingPoint, FindingQuery, Transaction};
use serde::{Deserialize, Serialize};

use crate::cases::MarkingView;
use crate::findings::seconds;
use crate::whole::{markings_of, whole};
use crate::{Caller, Node, NodeError, Noted};

pub use again::{LeadDayView, LeftOfLead, WhatIfRequest, WhatIfView};
pub use aggregates::{AggregateQuery, AggregateView, Dimension};
pub use detail::{BaseRate, FindingRef, HoldingView, LeadDetail, LinkKind, LinkView, MemberView, PlaceView, RivalView};
pub use domains::{DeskDomain, DomainSeverity, Severity};
pub use report::{Citation, ReportQuery, ReportSection, Sentence, SituationReport};

/// Most findings one picture draws.
const POINTS_MAXIMUM: usize = 50_000;
/// Most subjects of one journal entry; what is more is counted in its detail.
const SUBJECTS_MAXIMUM: usize = 1_000;

/// A span of time.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Only what ended at or after this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// Only what ended before this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// Findings as points, in columns: position 0 of each column is the first finding, strongest first.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct PointColumns {
    /// Keys.
    pub keys: Vec<String>,
    /// Positions in the list of origins.
    pub origins: Vec<usize>,
    /// Positions in the list of desks.
    pub desks: Vec<usize>,
    /// Titles.
    pub titles: Vec<String>,
    /// Beginnings, seconds since 1970.
    pub from_seconds: Vec<i64>,
    /// Ends, seconds since 1970.
    pub to_seconds: Vec<i64>,
    /// Degrees north; absent where nothing is known of the place.
    pub latitudes: Vec<Option<f64>>,
    /// Degrees east.
    pub longitudes: Vec<Option<f64>>,
    /// Whether the place is only the middle of the state of its origin.
    pub place_is_state: Vec<bool>,
    /// Log-odds in bits, uncalibrated.
    pub bits: Vec<f64>,
    /// Whether a person confirmed it.
    pub confirmed: Vec<bool>,
    /// Whether a partner released it.
    pub received: Vec<bool>,
    /// Position of its strongest lead in the list of leads; −1 for none.
    pub leads: Vec<i64>,
}

/// A lead among the points.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PictureLead {
    /// Identity.
    pub id: String,
    /// One line.
    pub title: String,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// Strength in bits, uncalibrated.
    pub score_bits: f64,
    /// Desks of its findings.
    pub desks: Vec<String>,
    /// States of their origins.
    pub states: Vec<String>,
    /// Traffic light of the whole.
    pub tlp: String,
    /// Positions of its findings among the points; those outside the span are not there.
    pub points: Vec<usize>,
}

/// A link between two points.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PictureLink {
    /// Position of the earlier finding.
    pub from: usize,
    /// Position of the later one.
    pub to: usize,
    /// Position of the lead.
    pub lead: usize,
    /// What joins them.
    pub kind: LinkKind,
    /// What it weighs.
    pub bits: f64,
    /// Whether it counts in the lead's score.
    pub counts: bool,
}

/// A node whose findings are in the picture.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PictureOrigin {
    /// The node.
    pub node: String,
    /// Its state, where known.
    pub state: Option<String>,
}

/// The picture over a span.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PictureView {
    /// What may be done with the whole. Absent where there is nothing in it.
    pub marking: Option<MarkingView>,
    /// How many findings there are in the span that the reader may see.
    pub total: u64,
    /// Whether only the strongest of them are here.
    pub is_truncated: bool,
    /// Nodes.
    pub origins: Vec<PictureOrigin>,
    /// Desks, with where in the hybrid model each stands.
    pub desks: Vec<DeskDomain>,
    /// Findings.
    pub points: PointColumns,
    /// Leads with at least one point, strongest first.
    pub leads: Vec<PictureLead>,
    /// Links whose two findings are both here.
    pub links: Vec<PictureLink>,
    /// Severity by hybrid domain.
    pub domains: Vec<DomainSeverity>,
}

/// Points and leads before they are written in columns.
struct Gathered {
    points: Vec<FindingPoint>,
    total: u64,
    leads: Vec<Lead>,
    countries: BTreeMap<NodeId, String>,
}

impl Node {
    /// What map, timeline and graph draw.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn show_picture(&self, caller: &Caller, span: &Span) -> Result<PictureView, NodeError> {
        self.write(caller, Action::ReadFindings, |tx| {
            let gathered = self.gather_picture(tx, caller, span, POINTS_MAXIMUM)?;
            let view = gathered.view(tx)?;
            let noted = gathered.noted(span);
            Ok((view, noted))
        })
    }

    /// Findings in a span and the leads that have one of them, as far as the caller may see them.
    fn gather_picture(&self, tx: &dyn Transaction, caller: &Caller, span: &Span, most: usize) -> Result<Gathered, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::ReadFindings)?;
        let query = FindingQuery {
            labels: Some(&labels),
            states: Some(&[FindingState::Open, FindingState::Confirmed]),
            occurred_from: span.from,
            occurred_before: span.to,
            limit: most,
            ..FindingQuery::default()
        };
        let points = tx.finding_points(&query)?;
        let total = tx.count_findings(&query)?;
        let lead_labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        let mut leads = Vec::new();
        for row in tx.leads(Some(&lead_labels))? {
            leads.push(serde_json::from_value::<Lead>(row.content).map_err(NodeError::internal)?);
        }
        Ok(Gathered { points, total, leads, countries: self.countries(tx)? })
    }
}

impl Gathered {
    fn noted(&self, span: &Span) -> Noted {
        let leads = self.leads.iter().map(|lead| format!("lead:{}", lead.id));
        let findings = self.points.iter().map(|point| format!("finding:{}/{}", point.origin, point.key));
        let subjects: Vec<String> = leads.chain(findings).take(SUBJECTS_MAXIMUM).collect();
        let detail = serde_json::json!({ "picture": true, "from": span.from, "to": span.to, "findings": self.points.len(),
            "leads": self.leads.len(), "named": subjects.len() });
        let subjects = if subjects.is_empty() { vec!["list:picture".to_owned()] } else { subjects };
        Noted::about(subjects).with_detail(detail)
    }

    /// Where each finding stands among the points.
    fn positions(&self) -> BTreeMap<(&NodeId, FindingKey), usize> {
        self.points.iter().enumerate().map(|(position, point)| ((&point.origin, point.key), position)).collect()
    }

    /// Leads with a point, strongest first.
    fn leads_with_points(&self, positions: &BTreeMap<(&NodeId, FindingKey), usize>) -> Vec<(&Lead, Vec<usize>)> {
        let points = |lead: &Lead| -> Vec<usize> {
            let named = lead.members.iter().map(|member| &member.finding).chain(&lead.echoes);
            named.filter_map(|finding| positions.get(&(&finding.origin, finding.key)).copied()).collect()
        };
        self.leads.iter().map(|lead| (lead, points(lead))).filter(|(_, points)| !points.is_empty()).collect()
    }

    fn view(&self, tx: &dyn Transaction) -> Result<PictureView, NodeError> {
        let positions = self.positions();
        let with_points = self.leads_with_points(&positions);
        let labels = self.points.iter().map(|point| point.label);
        let markings = markings_of(tx, labels)?.into_iter().chain(with_points.iter().map(|(lead, _)| lead.marking.clone()));
        let mut origins = Numbered::default();
        let mut desks = Numbered::default();
        let points = self.columns(&mut origins, &mut desks, &with_points);
        let links = with_points.iter().enumerate().flat_map(|(number, (lead, _))| links(lead, number, &positions)).collect();
        let origin = |node: &NodeId| PictureOrigin { node: node.to_string(), state: self.countries.get(node).cloned() };
        Ok(PictureView {
            marking: whole(markings).as_ref().map(MarkingView::from),
            total: self.total,
            is_truncated: self.total > self.points.len() as u64,
            domains: domains::severities(self.weighed(&points, &with_points)),
            origins: origins.list.into_iter().map(origin).collect(),
            desks: desks.list.into_iter().map(|desk| domains::desk_domain(desk)).collect(),
            points,
            leads: with_points.into_iter().map(|(lead, points)| picture_lead(lead, points)).collect(),
            links,
        })
    }

    fn columns<'a>(
        &'a self,
        origins: &mut Numbered<&'a NodeId>,
        desks: &mut Numbered<&'a str>,
        leads: &[(&Lead, Vec<usize>)],
    ) -> PointColumns {
        let mut columns = PointColumns { leads: vec![-1; self.points.len()], ..PointColumns::default() };
        for point in &self.points {
            let state = self.countries.get(&point.origin).and_then(|country| centroids::centroid(country));
            let place = point.place.map(|place| [place.latitude, place.longitude]).or(state);
            columns.keys.push(point.key.to_string());
            columns.origins.push(origins.number(&point.origin));
            columns.desks.push(desks.number(point.desk.as_str()));
            columns.titles.push(point.title.clone());
            columns.from_seconds.push(point.occurred_from.as_second());
            columns.to_seconds.push(point.occurred_to.as_second());
            columns.latitudes.push(place.map(|[north, _]| north));
            columns.longitudes.push(place.map(|[_, east]| east));
            columns.place_is_state.push(point.place.is_none() && state.is_some());
            columns.bits.push((point.score_bits * 10.0).round() / 10.0);
            columns.confirmed.push(point.state == FindingState::Confirmed);
            columns.received.push(point.received);
        }
        // The strongest lead is written last.
        for (number, (_, points)) in leads.iter().enumerate().rev() {
            for point in points {
                columns.leads[*point] = i64::try_from(number).unwrap_or(-1);
            }
        }
        columns
    }

    fn weighed<'a>(
        &'a self,
        columns: &'a PointColumns,
        leads: &'a [(&Lead, Vec<usize>)],
    ) -> impl Iterator<Item = domains::Weighed<'a>> {
        let in_campaign =
            move |position: usize| usize::try_from(columns.leads[position]).is_ok_and(|number| leads[number].0.is_campaign);
        self.points.iter().enumerate().map(move |(position, point)| domains::Weighed {
            desk: &point.desk,
            state: self.countries.get(&point.origin).map(String::as_str),
            is_confirmed: point.state == FindingState::Confirmed,
            in_lead: columns.leads[position] >= 0,
            in_campaign: in_campaign(position),
        })
    }
}

/// Things numbered in the order in which they first come up.
#[derive(Debug)]
struct Numbered<T> {
    list: Vec<T>,
    numbers: BTreeMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { list: Vec::new(), numbers: BTreeMap::new() }
    }
}

impl<T: Copy + Ord> Numbered<T> {
    fn number(&mut self, one: T) -> usize {
        let next = self.list.len();
        let number = *self.numbers.entry(one).or_insert(next);
        if number == next {
            self.list.push(one);
        }
        number
    }
}

fn links(lead: &Lead, number: usize, positions: &BTreeMap<(&NodeId, FindingKey), usize>) -> Vec<PictureLink> {
    let position = |finding: &oikos_picture::FindingReference| positions.get(&(&finding.origin, finding.key)).copied();
    let link = |link: &oikos_picture::Link| {
        Some(PictureLink {
            from: position(&link.from)?,
            to: position(&link.to)?,
            lead: number,
            kind: kind_of(&link.evidence),
            bits: link.bits(),
            counts: link.counts,
        })
    };
    lead.links.iter().filter_map(link).collect()
}

fn kind_of(evidence: &LinkEvidence) -> LinkKind {
    match evidence {
        LinkEvidence::SharedSelector { .. } => LinkKind::SharedSelector,
        LinkEvidence::OwnershipPath { .. } => LinkKind::OwnershipPath,
    }
}

fn picture_lead(lead: &Lead, points: Vec<usize>) -> PictureLead {
    PictureLead {
        id: lead.id.clone(),
        title: lead.title.clone(),
        is_campaign: lead.is_campaign,
        score_bits: lead.score_bits,
        desks: lead.desks.clone(),
        states: lead.states.clone(),
        tlp: lead.marking.tlp.code().to_owned(),
        points,
    }
}

/// A span as a report writes it.
fn day(at: Timestamp) -> String {
    seconds(at).chars().take(10).collect()
}
