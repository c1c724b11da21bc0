//! Computing the picture: from what may be combined to the node's leads.

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::{ContentHasher, DerivedFrom, Label, Marking, Scope, Statement};
use oikos_registry::{LeadRow, StoreError, StoredFinding, Transaction};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::echo::Voices;
use crate::known::Known;
use crate::lead::{FindingReference, Lead, LeadMember, StatementReference};
use crate::link::{Candidate, Evidence, Groups, Link, LinkEvidence, settle};
use crate::register::Register;
use crate::rival::rivals;
use crate::{Parameters, PictureError, PictureInput, path, selector};

/// What computing the picture did: the content of the *combination* entry that the caller writes in the journal, in the same transaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PictureSummary {
    /// Findings it was allowed to look at.
    pub findings: usize,
    /// Statements it was allowed to look at.
    pub statements: usize,
    /// Leads there are now, campaigns among them.
    pub leads: usize,
    /// Campaigns there are now.
    pub campaigns: usize,
    /// Links in them.
    pub links: usize,
    /// What was combined, as subjects of a journal entry: `lead:<id>` and `finding:<origin>/<key>`, each once.
    pub subjects: Vec<String>,
}

/// A lead before it has its id, with the scope it belongs to.
pub(crate) struct Made {
    pub(crate) lead: Lead,
    scope: Scope,
    /// Statements that name things on paths, beside those that links cite.
    named_by: BTreeSet<StatementReference>,
}

/// Computes the leads anew and replaces the node's leads by them. The same content gives the same leads, whatever the order of the store.
///
/// The caller begins the transaction with an act of [`Combine`](oikos_model::Action::Combine) and journals the summary.
///
/// # Errors
/// When there is more to combine than the limits allow, or the database fails. Then nothing is to be committed.
pub fn recompute(transaction: &mut dyn Transaction, input: &PictureInput) -> Result<PictureSummary, PictureError> {
    let known = Known::load(transaction, input)?;
    let made = made_of(transaction, &known, input, &BTreeSet::new())?;
    let mut rows = Vec::with_capacity(made.len());
    for made in &made {
        let label = Label { marking: made.lead.marking.clone(), origin: input.node.clone(), scope: made.scope.clone() };
        let label = transaction.intern_label(&label)?;
        rows.push(LeadRow {
            id: made.lead.id.clone(),
            label,
            is_campaign: made.lead.is_campaign,
            score_bits: made.lead.score_bits,
            first_seen_at: input.now,
            content: serde_json::to_value(&made.lead)?,
            derived_from: sources(made),
        });
    }
    transaction.replace_leads(&rows)?;
    Ok(summary(&known, &made))
}

/// The leads in what is known, as if the links with these ids were not there.
pub(crate) fn made_of(
    transaction: &dyn Transaction,
    known: &Known,
    input: &PictureInput,
    left_out: &BTreeSet<String>,
) -> Result<Vec<Made>, PictureError> {
    let mut made = Vec::new();
    for context in known.contexts(input.now) {
        made.extend(leads_in(transaction, known, &context, input, left_out)?);
    }
    Ok(with_ids(without_repetition(made)))
}

/// The leads inside one purpose and circle of readers.
fn leads_in(
    transaction: &dyn Transaction,
    known: &Known,
    context: &Context,
    input: &PictureInput,
    left_out: &BTreeSet<String>,
) -> Result<Vec<Made>, PictureError> {
    let admitted: Vec<usize> =
        (0..known.findings.len()).filter(|finding| known.admits(context, &known.findings[*finding])).collect();
    let voices = Voices::of(&known.findings, &admitted);
    let register = Register::build(known, |statement| known.admits_statement(context, statement))?;
    let mut links = selector::links(known, &register, &voices, &input.parameters);
    links.extend(path::links(known, &register, &voices, &input.parameters));
    links.retain(|link| !left_out.contains(&link.id(known)));
    settle(&mut links, |finding| voices.voice(finding));
    let maker = Maker { transaction, known, context, register: &register, voices: &voices, input };
    let mut made = Vec::new();
    for links in components(&links, &voices) {
        let lead = maker.lead(&links)?;
        if lead.lead.desks.len() >= input.parameters.lead_desks {
            made.push(lead);
        }
    }
    Ok(made)
}

/// Links that hang together, in the order of their first voices.
fn components<'links>(links: &'links [Candidate], voices: &Voices<'_>) -> Vec<Vec<&'links Candidate>> {
    let mut groups = Groups::default();
    for link in links {
        groups.unite(voices.voice(link.from), voices.voice(link.to));
    }
    let mut components: BTreeMap<usize, Vec<&Candidate>> = BTreeMap::new();
    for link in links {
        components.entry(groups.leader(voices.voice(link.from))).or_default().push(link);
    }
    components.into_values().collect()
}

/// Puts leads in words.
struct Maker<'work, 'known> {
    transaction: &'work dyn Transaction,
    known: &'known Known,
    context: &'work Context,
    register: &'work Register<'known>,
    voices: &'work Voices<'known>,
    input: &'work PictureInput,
}

impl Maker<'_, '_> {
    fn lead(&self, candidates: &[&Candidate]) -> Result<Made, PictureError> {
        let numbers: BTreeSet<usize> =
            candidates.iter().flat_map(|link| [link.from, link.to]).map(|finding| self.voices.voice(finding)).collect();
        let mut members: Vec<&StoredFinding> = numbers.iter().map(|number| &self.known.findings[*number]).collect();
        members.sort_by_key(|member| member.finding.occurred_from);
        let echoes = numbers.iter().flat_map(|voice| self.voices.echoes(*voice)).collect::<BTreeSet<usize>>();
        let echoes: Vec<&StoredFinding> = echoes.iter().map(|echo| &self.known.findings[*echo]).collect();
        let (names, naming) = self.names(candidates)?;
        let mut links: Vec<Link> = candidates.iter().map(|candidate| self.link(candidate, &names)).collect();
        links.sort_by(|one, two| two.bits().total_cmp(&one.bits()).then_with(|| (&one.from, &one.to).cmp(&(&two.from, &two.to))));
        let cited = candidates.iter().flat_map(|link| link.statements.iter().map(|position| self.register.statement(*position)));
        let cited: Vec<&Statement> = cited.chain(&naming).collect();
        let score_bits = candidates.iter().filter(|link| link.counts).map(|link| link.bits()).sum();
        let desks: BTreeSet<String> = members.iter().map(|member| member.finding.desk.clone()).collect();
        let lacks = self.lacks(candidates, desks.len(), score_bits);
        let lead = Lead {
            id: String::new(),
            title: title(&members),
            score_bits,
            calibrated: false,
            is_campaign: lacks.is_empty(),
            lacks,
            rivals: rivals(&members, &links),
            links,
            echoes: echoes.iter().map(|echo| FindingReference::of(echo)).collect(),
            desks: desks.into_iter().collect(),
            states: states(&members, &self.input.parameters),
            occurred_from: members.iter().map(|member| member.finding.occurred_from).min().unwrap_or(self.input.now),
            occurred_to: members.iter().map(|member| member.finding.occurred_to).max().unwrap_or(self.input.now),
            marking: self.marking(&members, &echoes, &cited),
            members: members.iter().map(|member| LeadMember::of(member)).collect(),
        };
        let named_by = naming.iter().map(StatementReference::of).collect();
        Ok(Made { lead, scope: self.scope(&members, &echoes, &cited), named_by })
    }

    /// Names of all things on the paths, and the statements that give them.
    fn names(&self, candidates: &[&Candidate]) -> Result<(BTreeMap<usize, String>, Vec<Statement>), StoreError> {
        let mut names = BTreeMap::new();
        let mut statements = Vec::new();
        for candidate in candidates {
            let Evidence::Path { edges, things, parent, .. } = &candidate.evidence else { continue };
            let on_edges =
                edges.iter().flatten().flat_map(|edge| [&edge.owner, &edge.owned]).map(|node| Register::thing_of(node));
            for thing in on_edges.chain(*things).chain([*parent]) {
                if names.contains_key(&thing) {
                    continue;
                }
                let admits = |statement: &Statement| self.known.admits_statement(self.context, statement);
                let (name, named) = self.register.name(self.transaction, &self.input.permitted_labels, admits, thing)?;
                names.insert(thing, name);
                statements.extend(named);
            }
        }
        Ok((names, statements))
    }

    fn link(&self, candidate: &Candidate, names: &BTreeMap<usize, String>) -> Link {
        let evidence = self.evidence(&candidate.evidence, names);
        let finding = |position: usize| FindingReference::of(&self.known.findings[position]);
        Link {
            from: finding(candidate.from),
            to: finding(candidate.to),
            reason: reason(candidate, names),
            evidence,
            surprise_bits: candidate.surprise_bits,
            time_bits: candidate.time_bits,
            counts: candidate.counts,
            statements: candidate.statements.iter().map(|statement| self.register.reference(*statement)).collect(),
        }
    }

    fn evidence(&self, evidence: &Evidence, names: &BTreeMap<usize, String>) -> LinkEvidence {
        match evidence {
            Evidence::Shared { selectors: [selector, selector_to], holders, population } => LinkEvidence::SharedSelector {
                selector: selector.clone(),
                selector_to: selector_to.clone(),
                class: selector.class().max(selector_to.class()),
                holders: *holders,
                population: *population,
            },
            Evidence::Path { selectors: [selector, selector_to], parent, edges, out_degree, reach, entities, .. } => {
                LinkEvidence::OwnershipPath {
                    selector: selector.clone(),
                    selector_to: selector_to.clone(),
                    parent: names.get(parent).cloned().unwrap_or_default(),
                    steps: edges.iter().flatten().filter_map(|edge| self.register.step(edge, names)).collect(),
                    parent_out_degree: *out_degree,
                    reach: *reach,
                    entities: *entities,
                }
            }
        }
    }

    /// What the lead lacks to be a campaign.
    fn lacks(&self, links: &[&Candidate], desks: usize, score_bits: f64) -> Vec<String> {
        let Parameters { campaign_desks, campaign_bits, .. } = self.input.parameters;
        let desk = |finding: usize| &self.known.findings[self.voices.voice(finding)].finding.desk;
        let joins_desks = |link: &&Candidate| link.counts && !link.is_path() && desk(link.from) != desk(link.to);
        let mut lacks = Vec::new();
        if desks < campaign_desks {
            lacks.push(format!("a campaign has findings of at least {campaign_desks} desks, this has {desks}"));
        }
        if score_bits < campaign_bits {
            lacks.push(format!("a campaign has at least {campaign_bits:.1} bits, this has {score_bits:.1}"));
        }
        if !links.iter().any(joins_desks) {
            lacks.push("no two desks name the same thing: ownership alone is guilt by association".to_owned());
        }
        lacks
    }

    fn marking(&self, members: &[&StoredFinding], echoes: &[&StoredFinding], cited: &[&Statement]) -> Marking {
        let findings = members.iter().chain(echoes).map(|finding| self.known.marking_of(finding));
        let statements = cited.iter().filter_map(|statement| self.known.labels.get(&statement.label));
        let markings = findings.chain(statements.map(|label| label.marking.clone()));
        let joined = markings.reduce(|joined, next| joined.join(&next));
        // Without a part there is nothing that could be used for anything; a lead has two.
        joined.unwrap_or_else(|| Marking::new(oikos_model::Regime::Led, oikos_model::Tlp::Red, []))
    }

    /// The narrower scope, if anything in the lead has it.
    fn scope(&self, members: &[&StoredFinding], echoes: &[&StoredFinding], cited: &[&Statement]) -> Scope {
        let findings = members.iter().chain(echoes).map(|finding| finding.label);
        let labels = findings.chain(cited.iter().map(|statement| statement.label));
        let mut scopes = labels.filter_map(|label| self.known.labels.get(&label)).map(|label| &label.scope);
        scopes.find(|scope| **scope != Scope::Node).cloned().unwrap_or(Scope::Node)
    }
}

fn reason(candidate: &Candidate, names: &BTreeMap<usize, String>) -> String {
    let bits = candidate.surprise_bits;
    let said = match &candidate.evidence {
        Evidence::Shared { selectors: [one, other], holders, population } if one == other => {
            format!("Both name {one}. {holders} here carry it, of about {population} identifiers of its kind: {bits:.1} bits.")
        }
        Evidence::Shared { selectors: [one, other], holders, population } => {
            format!(
                "Both name one thing, one as {one}, the other as {other}. {holders} here carry it, of about {population}: {bits:.1} bits."
            )
        }
        Evidence::Path { selectors: [one, other], things, parent, edges, reach, entities, .. } => {
            let name = |thing: &usize| names.get(thing).map_or("", String::as_str);
            let chain = |edges: &[oikos_desk::graph::OwnershipEdge]| {
                let below = edges.iter().map(|edge| {
                    let share = edge.share_percent.map_or("an unstated share".to_owned(), |share| format!("{share} %"));
                    format!(" holds {share} of {}", name(&Register::thing_of(&edge.owned)))
                });
                below.collect::<Vec<_>>().join(", which")
            };
            let chains = edges.iter().filter(|edges| !edges.is_empty()).map(|edges| format!("{}{}", name(parent), chain(edges)));
            format!(
                "One names {} ({one}), the other {} ({other}). {}. {reach} of {entities} entities stand as close below {}: {bits:.1} bits.",
                name(&things[0]),
                name(&things[1]),
                chains.collect::<Vec<_>>().join("; "),
                name(parent),
            )
        }
    };
    if candidate.time_bits > 0.0 { format!("{said} Close in time: {:.1} bits more.", candidate.time_bits) } else { said }
}

fn title(members: &[&StoredFinding]) -> String {
    let (Some(first), Some(last)) = (members.first(), members.last()) else { return String::new() };
    match members.len() {
        2 => format!("{} / {}", first.finding.title, last.finding.title),
        count => format!("{} / {} and {} more", first.finding.title, last.finding.title, count - 2),
    }
}

fn states(members: &[&StoredFinding], parameters: &Parameters) -> Vec<String> {
    let states = members.iter().filter_map(|member| parameters.countries.get(&member.finding.origin).cloned());
    states.collect::<BTreeSet<_>>().into_iter().collect()
}

/// One lead for the same findings joined by the same statements, though it came up inside several purposes: its marking allows them all. Of their
/// scores the lowest stands.
fn without_repetition(mut made: Vec<Made>) -> Vec<Made> {
    made.sort_by(|one, two| one.lead.score_bits.total_cmp(&two.lead.score_bits));
    let mut seen = BTreeSet::new();
    made.retain(|made| {
        let links = made.lead.links.iter().map(|link| (link.from.clone(), link.to.clone(), link.statements.clone()));
        let members = made.lead.members.iter().map(|member| member.finding.clone());
        let echoes = made.lead.echoes.clone();
        let scope = format!("{:?}", made.scope);
        let named_by = made.named_by.clone();
        seen.insert((members.collect::<BTreeSet<_>>(), links.collect::<BTreeSet<_>>(), echoes, named_by, scope))
    });
    made
}

/// Gives ids, strongest first: the plain hash of the members to the strongest lead of these members.
fn with_ids(mut made: Vec<Made>) -> Vec<Made> {
    for made in &mut made {
        made.lead.id = id(&made.lead, None);
    }
    made.sort_by(|one, two| two.lead.score_bits.total_cmp(&one.lead.score_bits).then_with(|| one.lead.id.cmp(&two.lead.id)));
    let mut taken = BTreeSet::new();
    for made in &mut made {
        if !taken.insert(made.lead.id.clone()) {
            made.lead.id = id(&made.lead, Some(&made.scope));
            taken.insert(made.lead.id.clone());
        }
    }
    // What still has the same id has the same findings, purposes and scope: the strongest stands.
    made.dedup_by(|later, earlier| later.lead.id == earlier.lead.id);
    made
}

/// The hash of the members, and of purposes and scope where they must tell leads apart.
fn id(lead: &Lead, scope: Option<&Scope>) -> String {
    let members: BTreeSet<(&str, String)> =
        lead.members.iter().map(|member| (member.finding.origin.as_str(), member.finding.key.to_string())).collect();
    let mut hasher = ContentHasher::new("lead");
    for (origin, key) in &members {
        hasher = hasher.field(origin.as_bytes()).field(key.as_bytes());
    }
    if let Some(scope) = scope {
        hasher = hasher.field(b"within").field(format!("{scope:?}").as_bytes());
        hasher = lead.marking.purposes.iter().fold(hasher, |hasher, purpose| hasher.field(purpose.as_str().as_bytes()));
    }
    hasher.finish().to_string()
}

/// Everything the lead was derived from: its findings, its echoes, and every statement its links and names rest on.
fn sources(made: &Made) -> Vec<DerivedFrom> {
    let lead = &made.lead;
    let findings = lead.members.iter().map(|member| &member.finding).chain(&lead.echoes).map(FindingReference::derived_from);
    let statements =
        lead.links.iter().flat_map(|link| &link.statements).chain(&made.named_by).map(StatementReference::derived_from);
    findings.chain(statements).collect::<BTreeSet<_>>().into_iter().collect()
}

fn summary(known: &Known, made: &[Made]) -> PictureSummary {
    let leads = made.iter().map(|made| format!("lead:{}", made.lead.id));
    let members = made.iter().flat_map(|made| &made.lead.members).map(|member| member.finding.to_string());
    let subjects: BTreeSet<String> = leads.chain(members).collect();
    PictureSummary {
        findings: known.findings.len(),
        statements: known.statements.len(),
        leads: made.len(),
        campaigns: made.iter().filter(|made| made.lead.is_campaign).count(),
        links: made.iter().map(|made| made.lead.links.len()).sum(),
        subjects: subjects.into_iter().collect(),
    }
}
