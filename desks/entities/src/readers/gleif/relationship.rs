//! What both forms of the file say of one relationship, and how it lands.
//!
//! Consolidation and branches are holdings of the kind that BODS calls other influence or control, as Open Ownership maps them:
//! the index names parents by accounting rules, and no share unless a quantifier says one. Funds and their managers, masters and
//! umbrellas are associations: to manage a fund is not to own it.

use oikos_model::Timestamp;

use super::lei;
use crate::readers::dates;
use crate::readers::landing::{Fault, Landing, Relation, Times};
use crate::tables::RELATIONS;

/// A relationship record.
#[derive(Default)]
pub(super) struct Relationship<'r> {
    pub(super) start: Option<&'r str>,
    pub(super) end: Option<&'r str>,
    pub(super) start_type: Option<&'r str>,
    pub(super) end_type: Option<&'r str>,
    pub(super) relationship_type: Option<&'r str>,
    pub(super) status: Option<&'r str>,
    pub(super) periods: Vec<Period<'r>>,
    pub(super) quantifiers: Vec<Quantifier<'r>>,
    pub(super) registration_status: Option<&'r str>,
    pub(super) updated_at: Option<&'r str>,
    pub(super) deleted_at: Option<&'r str>,
}

pub(super) struct Period<'r> {
    pub(super) period_type: Option<&'r str>,
    pub(super) from: Option<&'r str>,
    pub(super) to: Option<&'r str>,
}

pub(super) struct Quantifier<'r> {
    pub(super) amount: Option<&'r str>,
    pub(super) units: Option<&'r str>,
}

impl Relationship<'_> {
    pub(super) fn land(&self, landing: &mut Landing<'_>, ordinal: u64) -> Result<(), Fault> {
        for (node_type, field) in
            [(self.start_type, "Relationship.StartNode.NodeIDType"), (self.end_type, "Relationship.EndNode.NodeIDType")]
        {
            if node_type.is_some_and(|node_type| node_type != "LEI") {
                return Err(Fault::new(field, "expected LEI"));
            }
        }
        let start = lei(self.start, "Relationship.StartNode.NodeID")?;
        let end = lei(self.end, "Relationship.EndNode.NodeID")?;
        let term = self.relationship_type.ok_or_else(|| Fault::new("Relationship.RelationshipType", "is missing"))?;
        let id = format!("{start}:{term}:{end}");
        let directness = match term {
            "IS_DIRECTLY_CONSOLIDATED_BY" | "IS_INTERNATIONAL_BRANCH_OF" => Some("direct"),
            "IS_ULTIMATELY_CONSOLIDATED_BY" => Some("indirect"),
            _ => None,
        };
        let kind = if directness.is_some() { "ownership" } else { "association" };
        let subject = landing.subject(ordinal, RELATIONS.name, &id, kind, self.times())?;
        let Some(directness) = directness else {
            let relation = Relation { from: Some(&start), to: Some(&end), role: Some(term), ..Relation::default() };
            landing.say(&subject, "role", term);
            landing.relation(&subject, ("from", "to"), &relation);
            return Ok(());
        };
        let share = self.share();
        landing.say(&subject, "interest", "otherInfluenceOrControl");
        landing.say(&subject, "source_term", term);
        landing.say(&subject, "directness", directness);
        landing.each(&subject, "share", share.map(|share| share.to_string()).as_deref());
        // The index points from the child to the parent.
        let relation =
            Relation { from: Some(&end), to: Some(&start), role: Some(term), share_minimum: share, share_maximum: share };
        landing.relation(&subject, ("owner", "owned"), &relation);
        Ok(())
    }

    fn times(&self) -> Times {
        let stated_at = self.updated_at.and_then(dates::moment);
        let period = self.periods.iter().find(|period| period.period_type == Some("RELATIONSHIP_PERIOD"));
        let at = |text: Option<&str>| text.and_then(dates::moment);
        let ended = period.and_then(|period| at(period.to)).or_else(|| self.ended_by_status(stated_at));
        Times { valid_from: period.and_then(|period| at(period.from)), valid_to: at(self.deleted_at).or(ended), stated_at }
    }

    /// A relationship that is over without saying since when was over when its record last changed.
    fn ended_by_status(&self, stated_at: Option<Timestamp>) -> Option<Timestamp> {
        let is_over = matches!(self.status, Some("INACTIVE" | "NULL"))
            || matches!(self.registration_status, Some("ANNULLED" | "DUPLICATE" | "RETIRED"));
        stated_at.filter(|_| is_over)
    }

    fn share(&self) -> Option<f64> {
        let percentage = self.quantifiers.iter().find(|quantifier| quantifier.units == Some("PERCENTAGE"))?;
        percentage.amount?.parse().ok().filter(|share| (0.0..=100.0).contains(share))
    }
}
