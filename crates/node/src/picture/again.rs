//! A lead looked at again: what if a link were false, and how it stood day by day.

use std::collections::BTreeSet;

use oikos_model::{Action, Timestamp};
use oikos_picture::{Lead, PictureInput};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};

use super::day;
use super::detail::{FindingRef, noted};
use crate::{Caller, Node, NodeError};

/// Links that are supposed to be false.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfRequest {
    /// Their ids, as the lead shows them.
    pub false_links: BTreeSet<String>,
}

/// A lead that is left, or that was there on a day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeftOfLead {
    /// Strength in bits.
    pub score_bits: f64,
    /// Whether it is over the campaign threshold.
    pub is_campaign: bool,
    /// What it lacks to be a campaign, in words.
    pub lacks: Vec<String>,
    /// Its findings.
    pub members: Vec<FindingRef>,
    /// Ids of its links that count.
    pub counting_links: Vec<String>,
    /// Ids of all its links.
    pub links: Vec<String>,
}

/// What would be left.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WhatIfView {
    /// The lead's score as it is.
    pub score_bits: f64,
    /// Whether it is a campaign as it is.
    pub is_campaign: bool,
    /// What is left, strongest first; empty where nothing joins any two of its findings.
    pub left: Vec<LeftOfLead>,
    /// Findings that are not in the strongest of what is left.
    pub fallen_away: Vec<FindingRef>,
}

/// The lead at the end of one day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LeadDayView {
    /// The day in UTC, as `2026-03-10`.
    pub day: String,
    /// Those of its findings that the node had by the day's end.
    pub known: Vec<FindingRef>,
    /// What they made, strongest first; empty while nothing joined them.
    pub leads: Vec<LeftOfLead>,
}

impl LeftOfLead {
    fn of(lead: &Lead) -> Self {
        Self {
            score_bits: lead.score_bits,
            is_campaign: lead.is_campaign,
            lacks: lead.lacks.clone(),
            members: lead.members.iter().map(|member| FindingRef::of(&member.finding)).collect(),
            counting_links: lead.links.iter().filter(|link| link.counts).map(oikos_picture::Link::id).collect(),
            links: lead.links.iter().map(oikos_picture::Link::id).collect(),
        }
    }
}

impl Node {
    /// What would be left of a lead if links of it were false, computed as the lead was. Nothing is changed.
    ///
    /// # Errors
    /// When policy refuses, there is no such lead that the caller may know of, or it has no such link.
    pub fn what_if(&self, caller: &Caller, id: &str, request: &WhatIfRequest) -> Result<WhatIfView, NodeError> {
        self.write(caller, Action::ReadLeads, |tx| {
            let (_, lead) = self.readable_lead(tx, caller, id)?;
            let known: BTreeSet<String> = lead.links.iter().map(oikos_picture::Link::id).collect();
            if let Some(unknown) = request.false_links.iter().find(|link| !known.contains(*link)) {
                return Err(NodeError::NotFound(format!("link {unknown} of lead {id}")));
            }
            let input = self.lead_input(tx, caller)?;
            let left = oikos_picture::what_if(tx, &input, &lead, &request.false_links).map_err(NodeError::internal)?;
            let kept: BTreeSet<FindingRef> =
                left.first().map(|lead| LeftOfLead::of(lead).members).into_iter().flatten().collect();
            let members = lead.members.iter().map(|member| FindingRef::of(&member.finding));
            let view = WhatIfView {
                score_bits: lead.score_bits,
                is_campaign: lead.is_campaign,
                left: left.iter().map(LeftOfLead::of).collect(),
                fallen_away: members.filter(|member| !kept.contains(member)).collect(),
            };
            let detail = serde_json::json!({ "what_if_false": request.false_links });
            Ok((view, noted(&lead).with_detail(detail)))
        })
    }

    /// The lead at the end of each day on which the node first had one of its findings, oldest first.
    ///
    /// # Errors
    /// When policy refuses, or there is no such lead that the caller may know of.
    pub fn lead_day_by_day(&self, caller: &Caller, id: &str) -> Result<Vec<LeadDayView>, NodeError> {
        self.write(caller, Action::ReadLeads, |tx| {
            let (_, lead) = self.readable_lead(tx, caller, id)?;
            let input = self.lead_input(tx, caller)?;
            let days = oikos_picture::day_by_day(tx, &input, &lead).map_err(NodeError::internal)?;
            let view = |stood: &oikos_picture::LeadDay| LeadDayView {
                day: day(Timestamp::from_second(stood.end.as_second() - 1).unwrap_or(stood.end)),
                known: stood.known.iter().map(FindingRef::of).collect(),
                leads: stood.leads.iter().map(LeftOfLead::of).collect(),
            };
            let detail = serde_json::json!({ "day_by_day": days.len() });
            Ok((days.iter().map(view).collect(), noted(&lead).with_detail(detail)))
        })
    }

    /// What a lead is computed from again: what this reader may see of leads.
    fn lead_input(&self, tx: &dyn Transaction, caller: &Caller) -> Result<PictureInput, NodeError> {
        let permitted_labels = self.permitted_labels(tx, caller, Action::ReadLeads)?;
        self.picture_input(tx, permitted_labels)
    }
}
