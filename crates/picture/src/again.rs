//! A lead looked at again: without links that may be false, and as it stood day by day. Both run the computation that made the lead, on
//! its findings and on the whole register, so base rates are the same.

use std::collections::BTreeSet;

use oikos_model::Timestamp;
use oikos_registry::Transaction;

use crate::known::Known;
use crate::recompute::made_of;
use crate::{FindingReference, Lead, PictureError, PictureInput};

const DAY_SECONDS: i64 = 86_400;

/// A lead as it stood at the end of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadDay {
    /// The end of the day in UTC.
    pub end: Timestamp,
    /// Those of its findings that the node had by then.
    pub known: Vec<FindingReference>,
    /// What they made, strongest first; empty while nothing joined them.
    pub leads: Vec<Lead>,
}

/// What is left of a lead where the links with these ids (see [`Link::id`](crate::Link::id)) are false, strongest first: the lead itself with
/// a lower score, several smaller ones, or none. A finding in none of them falls away.
///
/// # Errors
/// When there is more to combine than the limits allow, or the database fails.
pub fn what_if(
    transaction: &dyn Transaction,
    input: &PictureInput,
    lead: &Lead,
    false_links: &BTreeSet<String>,
) -> Result<Vec<Lead>, PictureError> {
    let known = Known::load_lead(transaction, input, lead)?;
    leads(transaction, &known, input, false_links)
}

/// The lead at the end of each day on which the node first had one of its findings, oldest first. Findings are read in their newest
/// revision: older ones are not kept.
///
/// # Errors
/// When there is more to combine than the limits allow, or the database fails.
pub fn day_by_day(transaction: &dyn Transaction, input: &PictureInput, lead: &Lead) -> Result<Vec<LeadDay>, PictureError> {
    let known = Known::load_lead(transaction, input, lead)?;
    let day = |at: Timestamp| at.as_second().div_euclid(DAY_SECONDS);
    let days: BTreeSet<i64> = known.findings.iter().map(|stored| day(stored.first_recorded_at)).collect();
    let mut stood = Vec::with_capacity(days.len());
    for end in days.into_iter().filter_map(|day| Timestamp::from_second((day + 1) * DAY_SECONDS).ok()) {
        let earlier = known.before(end);
        let leads = leads(transaction, &earlier, input, &BTreeSet::new())?;
        stood.push(LeadDay { end, known: earlier.findings.iter().map(FindingReference::of).collect(), leads });
    }
    Ok(stood)
}

fn leads(
    transaction: &dyn Transaction,
    known: &Known,
    input: &PictureInput,
    left_out: &BTreeSet<String>,
) -> Result<Vec<Lead>, PictureError> {
    Ok(made_of(transaction, known, input, left_out)?.into_iter().map(|made| made.lead).collect())
}
