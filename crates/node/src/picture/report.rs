//! The situation report: sentences made from templates, each citing the findings or statements it rests on. What is not known is said
//! like what is. A sentence that cites nothing is a fault of ours and is not written.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{Action, FindingState};
use oikos_picture::{FindingReference, Lead, LeadMember, Link, LinkEvidence, Parameters, StatementReference};
use oikos_registry::FindingPoint;
use serde::{Deserialize, Serialize};

use super::{Gathered, Span, day, detail, domains};
use crate::cases::MarkingView;
use crate::findings::seconds;
use crate::whole::{markings_of, whole};
use crate::{Caller, Node, NodeError, Noted};

/// A report names at most so many findings: the strongest.
const FINDINGS_MAXIMUM: usize = 200;
/// Of a span so many findings are told one by one; the others are counted.
const TOLD_MAXIMUM: usize = 25;

/// Templates by code. The page has the same codes in its languages and fills in the same values.
const TEMPLATES: &[(&str, &str)] = &[
    ("lead_what", "{count} findings of the desks {desks} from {states} are read together: {bits} bits, uncalibrated."),
    (
        "lead_is_campaign",
        "That is a campaign: at least {campaign_bits} bits, {campaign_desks} desks, and two desks that name one thing.",
    ),
    ("lead_is_none", "That is a lead and no campaign: {lacks}."),
    ("happened", "{from}: {title} (desk {desk}, {origin}, {state}, {bits} bits that the records bear it out)."),
    ("joined", "{reason}"),
    ("repeats", "Further joins repeat what is counted already and add nothing: {count}."),
    ("rival", "{text}"),
    ("rival_bits", "{text} ({bits} bits)"),
    ("unknown_place", "Where this happened is not stated: {title}."),
    ("unknown_decision", "Nobody has confirmed or dismissed {count} of these findings."),
    ("unknown_share", "Which share {owner} holds of {owned} is not stated."),
    ("unknown_echoes", "{count} findings repeat what these say; whether they know more is not known."),
    ("unknown_calibration", "How often bits like these were right is not known: they rank, and are no probability."),
    ("span_what", "{count} findings of the desks {desks} ended between {from} and {to}, open or confirmed."),
    ("span_strongest", "Only the {count} strongest of {total} are looked at here."),
    ("span_rest", "{count} weaker findings are not told one by one."),
    (
        "domain",
        "{domain}: {severity}; {findings} findings, {confirmed} confirmed, {in_leads} in leads, {in_campaigns} in campaigns.",
    ),
    ("span_lead", "{kind}: {title} ({bits} bits, uncalibrated)."),
    ("span_unjoined", "What joins {count} of these findings with anything else is not known."),
];

/// Of what the report is: a lead, or the picture over a span.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The lead; absent: the picture.
    pub lead: Option<String>,
    /// Of the picture: only what ended at or after this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub from: Option<oikos_model::Timestamp>,
    /// Of the picture: only what ended before this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub to: Option<oikos_model::Timestamp>,
}

/// What a sentence rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct Citation {
    /// `finding` or `statement`.
    pub kind: String,
    /// The node that first had it.
    pub origin: String,
    /// The finding's key, or the statement's id.
    pub id: String,
}

/// One sentence with what it rests on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Sentence {
    /// Which template it is made from: the page has it in its languages.
    pub template: String,
    /// What is filled in.
    pub values: BTreeMap<String, String>,
    /// The sentence in English.
    pub text: String,
    /// What it rests on; never empty.
    pub citations: Vec<Citation>,
}

/// A part of the report.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReportSection {
    /// `situation`, `events`, `joins`, `rivals` or `unknown`.
    pub heading: String,
    /// Its sentences; empty where there is nothing to say.
    pub sentences: Vec<Sentence>,
}

/// A situation report. Its marking stands on top and bottom of every print.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SituationReport {
    /// What it is about; absent for the picture.
    pub lead: Option<String>,
    /// The lead's title; absent for the picture.
    pub title: Option<String>,
    /// What may be done with the whole; absent where nothing is in it.
    pub marking: Option<MarkingView>,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// For whom: who asked.
    pub made_for: String,
    /// For which purpose.
    pub purpose: String,
    /// First day of the span, where one was given.
    pub from: Option<String>,
    /// End of the span.
    pub to: Option<String>,
    /// Its parts.
    pub sections: Vec<ReportSection>,
}

impl Node {
    /// The situation report of a lead, or of the picture over a span.
    ///
    /// # Errors
    /// When policy refuses, or there is no such lead that the caller may know of.
    pub fn situation_report(&self, caller: &Caller, query: &ReportQuery) -> Result<SituationReport, NodeError> {
        self.write(caller, Action::ReadLeads, |tx| {
            let empty = SituationReport {
                lead: None,
                title: None,
                marking: None,
                made_at: seconds(self.clock().now()),
                made_for: caller.actor().to_string(),
                purpose: caller.purpose.to_string(),
                from: query.from.map(day),
                to: query.to.map(day),
                sections: Vec::new(),
            };
            if let Some(id) = &query.lead {
                let (_, lead) = self.readable_lead(tx, caller, id)?;
                let detail = serde_json::json!({ "report": true });
                let report = SituationReport {
                    lead: Some(lead.id.clone()),
                    title: Some(lead.title.clone()),
                    marking: Some(MarkingView::from(&lead.marking)),
                    sections: of_lead(&lead),
                    ..empty
                };
                return Ok((report, detail::noted(&lead).with_detail(detail)));
            }
            let span = Span { from: query.from, to: query.to };
            let gathered = self.gather_picture(tx, caller, &span, FINDINGS_MAXIMUM)?;
            let positions = gathered.positions();
            let told = gathered.leads_with_points(&positions);
            let markings = markings_of(tx, gathered.points.iter().map(|point| point.label))?;
            let leads = told.iter().map(|(lead, _)| lead.marking.clone());
            let marking = whole(markings.into_iter().chain(leads)).as_ref().map(MarkingView::from);
            let detail = serde_json::json!({ "report": true, "from": span.from, "to": span.to });
            let report = SituationReport { marking, sections: of_picture(&gathered, &told, &empty), ..empty };
            let noted: Noted = gathered.noted(&span).with_detail(detail);
            Ok((report, noted))
        })
    }
}

/// A sentence from a template.
fn sentence(template: &str, values: &[(&str, String)], citations: impl IntoIterator<Item = Citation>) -> Sentence {
    let pattern = TEMPLATES.iter().find(|(code, _)| *code == template).map_or("", |(_, pattern)| *pattern);
    let values: BTreeMap<String, String> = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let citations: BTreeSet<Citation> = citations.into_iter().collect();
    Sentence { template: template.to_owned(), text: fill(pattern, &values), values, citations: citations.into_iter().collect() }
}

/// Fills values into a pattern, once: a value is never read as a pattern.
fn fill(pattern: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, on)| Some((before, on.split_once('}')?))) {
        text.push_str(before);
        text.push_str(values.get(name).map_or("", String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn section(heading: &str, sentences: Vec<Sentence>) -> ReportSection {
    let cited = sentences.into_iter().filter(|sentence| !sentence.citations.is_empty());
    ReportSection { heading: heading.to_owned(), sentences: cited.collect() }
}

fn finding(reference: &FindingReference) -> Citation {
    Citation { kind: "finding".to_owned(), origin: reference.origin.to_string(), id: reference.key.to_string() }
}

fn statement(reference: &StatementReference) -> Citation {
    Citation { kind: "statement".to_owned(), origin: reference.origin.to_string(), id: reference.id.to_string() }
}

fn point(point: &FindingPoint) -> Citation {
    Citation { kind: "finding".to_owned(), origin: point.origin.to_string(), id: point.key.to_string() }
}

fn bits(bits: f64) -> String {
    format!("{bits:.1}")
}

fn of_lead(lead: &Lead) -> Vec<ReportSection> {
    vec![
        section("situation", what_is_a_lead(lead)),
        section("events", lead.members.iter().map(happened).collect()),
        section("joins", joins(lead)),
        section("rivals", rivals(lead)),
        section("unknown", unknown_of_lead(lead)),
    ]
}

fn members(lead: &Lead) -> impl Iterator<Item = Citation> {
    lead.members.iter().map(|member| finding(&member.finding))
}

fn what_is_a_lead(lead: &Lead) -> Vec<Sentence> {
    let Parameters { campaign_bits, campaign_desks, .. } = Parameters::default();
    let what = [
        ("count", lead.members.len().to_string()),
        ("desks", lead.desks.join(", ")),
        ("states", if lead.states.is_empty() { "?".to_owned() } else { lead.states.join(", ") }),
        ("bits", bits(lead.score_bits)),
    ];
    let standing = if lead.is_campaign {
        let values = [("campaign_bits", bits(campaign_bits)), ("campaign_desks", campaign_desks.to_string())];
        sentence("lead_is_campaign", &values, members(lead))
    } else {
        sentence("lead_is_none", &[("lacks", lead.lacks.join("; "))], members(lead))
    };
    vec![sentence("lead_what", &what, members(lead)), standing]
}

fn happened(member: &LeadMember) -> Sentence {
    let values = [
        ("from", seconds(member.occurred_from)),
        ("title", member.title.clone()),
        ("desk", member.desk.clone()),
        ("origin", member.finding.origin.to_string()),
        ("state", crate::findings::state_code(member.state).to_owned()),
        ("bits", bits(member.score_bits)),
    ];
    sentence("happened", &values, [finding(&member.finding)])
}

fn ends(link: &Link) -> impl Iterator<Item = Citation> {
    [finding(&link.from), finding(&link.to)].into_iter().chain(link.statements.iter().map(statement))
}

fn joins(lead: &Lead) -> Vec<Sentence> {
    let (counted, repeated): (Vec<&Link>, Vec<&Link>) = lead.links.iter().partition(|link| link.counts);
    let joined = counted.iter().map(|link| sentence("joined", &[("reason", link.reason.clone())], ends(link)));
    let mut sentences: Vec<Sentence> = joined.collect();
    if !repeated.is_empty() {
        let cited = repeated.iter().flat_map(|link| ends(link));
        sentences.push(sentence("repeats", &[("count", repeated.len().to_string())], cited));
    }
    sentences
}

fn rivals(lead: &Lead) -> Vec<Sentence> {
    let rivals = lead.rivals.iter().map(|rival| {
        let cited: Vec<Citation> = rival.about.as_ref().map_or_else(|| members(lead).collect(), |about| vec![finding(about)]);
        match rival.bits {
            Some(against) => sentence("rival_bits", &[("text", rival.text.clone()), ("bits", bits(against))], cited),
            None => sentence("rival", &[("text", rival.text.clone())], cited),
        }
    });
    rivals.collect()
}

fn unknown_of_lead(lead: &Lead) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::new();
    let placeless = lead.members.iter().filter(|member| member.place.is_none());
    sentences.extend(
        placeless.map(|member| sentence("unknown_place", &[("title", member.title.clone())], [finding(&member.finding)])),
    );
    let open: Vec<Citation> =
        lead.members.iter().filter(|member| member.state == FindingState::Open).map(|member| finding(&member.finding)).collect();
    sentences.push(sentence("unknown_decision", &[("count", open.len().to_string())], open));
    for link in &lead.links {
        let LinkEvidence::OwnershipPath { steps, .. } = &link.evidence else { continue };
        for step in steps.iter().filter(|step| step.share_percent.is_none()) {
            let values = [("owner", step.owner.clone()), ("owned", step.owned.clone())];
            sentences.push(sentence("unknown_share", &values, step.statements.iter().map(statement)));
        }
    }
    let echoes = lead.echoes.iter().map(finding);
    sentences.push(sentence("unknown_echoes", &[("count", lead.echoes.len().to_string())], echoes));
    if !lead.calibrated {
        sentences.push(sentence("unknown_calibration", &[], members(lead)));
    }
    sentences
}

type Told<'a> = [(&'a Lead, Vec<usize>)];

fn of_picture(gathered: &Gathered, told: &Told<'_>, report: &SituationReport) -> Vec<ReportSection> {
    let joined: BTreeSet<usize> = told.iter().flat_map(|(_, points)| points.iter().copied()).collect();
    let leads = told.iter().map(|(lead, _)| {
        let kind = if lead.is_campaign { "campaign" } else { "lead" };
        let values = [("kind", kind.to_owned()), ("title", lead.title.clone()), ("bits", bits(lead.score_bits))];
        sentence("span_lead", &values, members(lead))
    });
    let joins = leads.chain(told.iter().flat_map(|(lead, _)| joins(lead)));
    vec![
        section("situation", what_is_a_span(gathered, told, report)),
        section("events", events(gathered)),
        section("joins", joins.collect()),
        section("rivals", told.iter().flat_map(|(lead, _)| rivals(lead)).collect()),
        section("unknown", unknown_of_span(gathered, &joined)),
    ]
}

fn what_is_a_span(gathered: &Gathered, told: &Told<'_>, report: &SituationReport) -> Vec<Sentence> {
    let points = &gathered.points;
    let desks: BTreeSet<&str> = points.iter().map(|point| point.desk.as_str()).collect();
    let end = |given: &Option<String>| given.clone().unwrap_or_else(|| "…".to_owned());
    let values = [
        ("count", gathered.total.to_string()),
        ("desks", desks.into_iter().collect::<Vec<_>>().join(", ")),
        ("from", end(&report.from)),
        ("to", end(&report.to)),
    ];
    let mut sentences = vec![sentence("span_what", &values, points.iter().map(point))];
    if gathered.total > points.len() as u64 {
        let values = [("count", points.len().to_string()), ("total", gathered.total.to_string())];
        sentences.push(sentence("span_strongest", &values, points.iter().map(point)));
    }
    sentences.extend(domains_of(gathered, told));
    sentences
}

/// A sentence for each domain in which there is something.
fn domains_of(gathered: &Gathered, told: &Told<'_>) -> Vec<Sentence> {
    let lead_of = |position: usize| told.iter().find(|(_, points)| points.contains(&position)).map(|(lead, _)| *lead);
    let weighed = gathered.points.iter().enumerate().map(|(position, point)| domains::Weighed {
        desk: &point.desk,
        state: gathered.countries.get(&point.origin).map(String::as_str),
        is_confirmed: point.state == FindingState::Confirmed,
        in_lead: lead_of(position).is_some(),
        in_campaign: lead_of(position).is_some_and(|lead| lead.is_campaign),
    });
    let severities = domains::severities(weighed).into_iter().filter(|domain| domain.findings > 0);
    let sentences = severities.map(|domain| {
        let cited = gathered.points.iter().filter(|point| domains::domain_of(&point.desk) == Some(domain.domain.as_str()));
        let values = [
            ("domain", domain.domain.clone()),
            ("severity", domain.severity.code().to_owned()),
            ("findings", domain.findings.to_string()),
            ("confirmed", domain.confirmed.to_string()),
            ("in_leads", domain.in_leads.to_string()),
            ("in_campaigns", domain.in_campaigns.to_string()),
        ];
        sentence("domain", &values, cited.map(point))
    });
    sentences.collect()
}

fn events(gathered: &Gathered) -> Vec<Sentence> {
    let (told, rest) = gathered.points.split_at(gathered.points.len().min(TOLD_MAXIMUM));
    let mut in_time: Vec<&FindingPoint> = told.iter().collect();
    in_time.sort_by_key(|point| point.occurred_from);
    let happened = in_time.into_iter().map(|told| {
        let values = [
            ("from", seconds(told.occurred_from)),
            ("title", told.title.clone()),
            ("desk", told.desk.clone()),
            ("origin", told.origin.to_string()),
            ("state", crate::findings::state_code(told.state).to_owned()),
            ("bits", bits(told.score_bits)),
        ];
        sentence("happened", &values, [point(told)])
    });
    let mut sentences: Vec<Sentence> = happened.collect();
    sentences.push(sentence("span_rest", &[("count", rest.len().to_string())], rest.iter().map(point)));
    sentences
}

fn unknown_of_span(gathered: &Gathered, joined: &BTreeSet<usize>) -> Vec<Sentence> {
    let points = &gathered.points;
    let count = |cited: &Vec<Citation>| [("count", cited.len().to_string())];
    let open: Vec<Citation> = points.iter().filter(|one| one.state == FindingState::Open).map(point).collect();
    let alone = points.iter().enumerate().filter(|(position, _)| !joined.contains(position));
    let alone: Vec<Citation> = alone.map(|(_, one)| point(one)).collect();
    let mut sentences =
        vec![sentence("unknown_decision", &count(&open), open.clone()), sentence("span_unjoined", &count(&alone), alone.clone())];
    let placeless = points.iter().take(TOLD_MAXIMUM).filter(|one| one.place.is_none());
    sentences.extend(placeless.map(|one| sentence("unknown_place", &[("title", one.title.clone())], [point(one)])));
    sentences.push(sentence("unknown_calibration", &[], points.iter().map(point)));
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_never_read_as_a_pattern() {
        let values = BTreeMap::from([("title".to_owned(), "{from} {title}".to_owned()), ("from".to_owned(), "now".to_owned())]);
        assert_eq!(fill("{from}: {title}.", &values), "now: {from} {title}.");
        assert_eq!(fill("no such {thing}.", &values), "no such .");
    }

    #[test]
    fn a_sentence_without_a_citation_is_not_written() {
        let uncited = sentence("unknown_decision", &[("count", "0".into())], []);
        assert!(section("unknown", vec![uncited]).sentences.is_empty());
    }
}
