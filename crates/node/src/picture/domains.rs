//! Hybrid domains: which domain a desk's findings belong to, and how serious what is known in each domain is.
//!
//! Severity is a word about a domain, with the counts it rests on. It is never about a person, and no number is made of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("hybrid.yaml");

/// The model's words, and what we read into our desks.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    domains: Vec<String>,
    desks: BTreeMap<String, DeskReading>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskReading {
    /// The first is where its findings are counted.
    domains: Vec<String>,
    space: Option<String>,
    level: Option<String>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| yaml_serde::from_str(FILE).unwrap_or_default());

/// Where in the model a desk's findings stand.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeskDomain {
    /// The desk.
    pub desk: String,
    /// Its domains, the one in which its findings are counted first; empty for a desk the model's reading does not know.
    pub domains: Vec<String>,
    /// `governance`, `civic` or `services`.
    pub space: Option<String>,
    /// `international`, `national` or `local`.
    pub level: Option<String>,
}

/// How serious what is known in a domain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// No finding.
    Quiet,
    /// Findings, none of them confirmed or joined with another desk's.
    Noted,
    /// A finding was confirmed, or is in a lead.
    Raised,
    /// A finding is in a campaign.
    Serious,
    /// Findings of two states or more are in campaigns.
    Severe,
}

impl Severity {
    /// The word as the API writes it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Noted => "noted",
            Self::Raised => "raised",
            Self::Serious => "serious",
            Self::Severe => "severe",
        }
    }
}

/// A domain with its severity and the counts it rests on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DomainSeverity {
    /// The domain.
    pub domain: String,
    /// How serious.
    pub severity: Severity,
    /// Open and confirmed findings counted in it.
    pub findings: usize,
    /// Of these, confirmed by a person.
    pub confirmed: usize,
    /// Of these, in a lead.
    pub in_leads: usize,
    /// Of these, in a campaign.
    pub in_campaigns: usize,
    /// States whose findings are in campaigns.
    pub states: Vec<String>,
}

/// What severity looks at in one finding.
pub(crate) struct Weighed<'a> {
    pub(crate) desk: &'a str,
    pub(crate) state: Option<&'a str>,
    pub(crate) is_confirmed: bool,
    pub(crate) in_lead: bool,
    pub(crate) in_campaign: bool,
}

/// All domains of the model, in its order.
pub(crate) fn domains() -> &'static [String] {
    &MODEL.domains
}

/// The domain in which a desk's findings are counted.
pub(crate) fn domain_of(desk: &str) -> Option<&'static str> {
    MODEL.desks.get(desk)?.domains.first().map(String::as_str)
}

/// Where in the model a desk stands.
pub(crate) fn desk_domain(desk: &str) -> DeskDomain {
    let reading = MODEL.desks.get(desk);
    DeskDomain {
        desk: desk.to_owned(),
        domains: reading.map(|reading| reading.domains.clone()).unwrap_or_default(),
        space: reading.and_then(|reading| reading.space.clone()),
        level: reading.and_then(|reading| reading.level.clone()),
    }
}

/// Severity by domain, in the order of the model.
pub(crate) fn severities<'a>(findings: impl IntoIterator<Item = Weighed<'a>>) -> Vec<DomainSeverity> {
    let mut by_domain: BTreeMap<&str, (DomainSeverity, BTreeSet<&str>)> = BTreeMap::new();
    for finding in findings {
        let Some(domain) = domain_of(finding.desk) else { continue };
        let (counts, states) = by_domain.entry(domain).or_insert_with(|| (quiet(domain), BTreeSet::new()));
        counts.findings += 1;
        counts.confirmed += usize::from(finding.is_confirmed);
        counts.in_leads += usize::from(finding.in_lead);
        counts.in_campaigns += usize::from(finding.in_campaign);
        states.extend(finding.state.filter(|_| finding.in_campaign));
    }
    let severity = |domain: &String| {
        let Some((mut counts, states)) = by_domain.remove(domain.as_str()) else { return quiet(domain) };
        counts.states = states.into_iter().map(str::to_owned).collect();
        counts.severity = word(&counts);
        counts
    };
    domains().iter().map(severity).collect()
}

fn word(counts: &DomainSeverity) -> Severity {
    match counts {
        DomainSeverity { states, .. } if states.len() >= 2 => Severity::Severe,
        DomainSeverity { in_campaigns: 1.., .. } => Severity::Serious,
        DomainSeverity { confirmed: 1.., .. } | DomainSeverity { in_leads: 1.., .. } => Severity::Raised,
        DomainSeverity { findings: 1.., .. } => Severity::Noted,
        _ => Severity::Quiet,
    }
}

fn quiet(domain: &str) -> DomainSeverity {
    DomainSeverity {
        domain: domain.to_owned(),
        severity: Severity::Quiet,
        findings: 0,
        confirmed: 0,
        in_leads: 0,
        in_campaigns: 0,
        states: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_models_words_and_reads_only_these() {
        let model: Model = yaml_serde::from_str(FILE).unwrap();
        let (spaces, levels) = (["governance", "civic", "services"], ["international", "national", "local"]);
        assert_eq!(model.domains.len(), 13);
        for (desk, reading) in &model.desks {
            assert!(reading.domains.iter().all(|domain| model.domains.contains(domain)), "{desk}");
            assert!(reading.space.iter().all(|space| spaces.contains(&space.as_str())), "{desk}");
            assert!(reading.level.iter().all(|level| levels.contains(&level.as_str())), "{desk}");
        }
        // A desk without detectors has no findings that could be counted.
        for desk in oikos_desks::DESKS.iter().filter(|desk| !desk.detectors.is_empty()) {
            assert!(domain_of(desk.name).is_some(), "the desk {} has no domain", desk.name);
        }
    }

    #[test]
    fn severity_rises_with_what_people_and_other_desks_bear_out() {
        let finding = |confirmed, lead, campaign, state| Weighed {
            desk: "sea",
            state,
            is_confirmed: confirmed,
            in_lead: lead,
            in_campaign: campaign,
        };
        let of = |findings: Vec<Weighed<'static>>| {
            severities(findings).into_iter().find(|one| one.domain == "infrastructure").unwrap().severity
        };
        assert_eq!(of(vec![]), Severity::Quiet);
        assert_eq!(of(vec![finding(false, false, false, None)]), Severity::Noted);
        assert_eq!(of(vec![finding(true, false, false, None)]), Severity::Raised);
        assert_eq!(of(vec![finding(false, true, false, Some("FI"))]), Severity::Raised);
        assert_eq!(of(vec![finding(false, true, true, Some("FI"))]), Severity::Serious);
        let two = vec![finding(false, true, true, Some("FI")), finding(false, true, true, Some("EE"))];
        assert_eq!(of(two), Severity::Severe);
        assert_eq!(severities([]).len(), 13);
    }
}
