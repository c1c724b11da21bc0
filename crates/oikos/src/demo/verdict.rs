//! The verdict: whether Quiet Tide's conditions hold for the events played so far (DESIGN section 13).

use std::collections::{BTreeMap, BTreeSet};

use oikos_model::NodeId;
use oikos_node::{
    Caller, FindingName, LeadView, Node, NodeError, ReceivedLine, ReceivedPage, ReleaseLine, ReleasePage, ReleaseRequest,
};
use oikos_scenario::GroundTruth;
use serde::Serialize;
use serde_json::Value;

use super::stage::Authority;
use super::story::{Discovery, findings, inbox, key_of, on};
use super::{Narrator, Stage};
use crate::failure::Failure;

/// What came of the story.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    /// Own findings per node.
    findings: BTreeMap<String, u64>,
    /// Leads at all nodes.
    leads: usize,
    /// Leads per node.
    leads_per_node: BTreeMap<String, usize>,
    /// Campaigns at any node. Two desks make none.
    campaigns: usize,
    /// Decoys in any lead.
    decoys_joined: usize,
    /// Campaigns whose findings all come from one node.
    single_node_campaigns: usize,
    /// Received fields and statements that nobody released, and secrets of the notified deals that FI's folder holds.
    fields_crossed_unreleased: usize,
    /// Whether both journals verify.
    journal_verified: bool,
    /// Whether AT's lead joins the deal with the ship through their common parent.
    expected_lead: bool,
    /// Selectors on which AT's asks hit at FI, before anything was released.
    hits: BTreeSet<String>,
    /// Whether AT's ask found FI's ship through the common parent.
    discovered_by_ask: bool,
    /// Hits on anything that is not on the path to the common parent.
    hits_elsewhere: usize,
    /// Hits of FI's ask at AT, whose deal is locked.
    hits_on_the_deal: usize,
    /// Fields and statements that had crossed when an ask hit for the first time.
    fields_crossed_before_release: usize,
    /// Whether FI saw the path before AT released it.
    path_seen_before_release: bool,
    /// Whether FI sees the register's path to the common parent.
    path_seen_by_fi: bool,
    /// Whether AT's node refused to release the deal.
    deal_refused: bool,
    /// AT's strongest lead.
    lead: Option<Value>,
    /// Whether all of it is as it should be.
    pub(crate) holds: bool,
}

impl Verdict {
    /// Judges the story's end.
    pub(crate) async fn of(stage: &Stage, truth: &GroundTruth, discovery: Discovery) -> Result<Self, Failure> {
        let (mut own, mut leads) = (BTreeMap::new(), BTreeMap::new());
        let mut all_leads = Vec::new();
        for authority in [&stage.at, &stage.fi] {
            own.insert(authority.id().to_string(), inbox(authority, false).await?.total);
            let analyst = authority.analyst()?;
            let views = on(authority, move |node| node.list_leads(&analyst)).await?;
            leads.insert(authority.id().to_string(), views.len());
            all_leads.extend(views);
        }
        let crossed = unreleased(&stage.fi, &stage.at).await?
            + unreleased(&stage.at, &stage.fi).await?
            + secrets_in(stage.fi.folder(), &truth.secrets)?;
        let campaigns: Vec<&LeadView> = all_leads.iter().filter(|lead| lead.is_campaign).collect();
        let mut verdict = Self {
            findings: own,
            campaigns: campaigns.len(),
            decoys_joined: decoys_joined(&all_leads, truth),
            single_node_campaigns: campaigns.iter().filter(|lead| origins(lead).len() < 2).count(),
            fields_crossed_unreleased: crossed,
            journal_verified: verifies(&stage.at).await? && verifies(&stage.fi).await?,
            expected_lead: all_leads.iter().any(|lead| joins_deal_and_ship(lead, truth)),
            discovered_by_ask: ship_owner(truth).is_some_and(|owner| discovery.hits.contains(&owner)),
            hits_elsewhere: discovery.hits.iter().filter(|hit| !on_the_path(truth).contains(*hit)).count(),
            hits: discovery.hits,
            hits_on_the_deal: discovery.hits_at_at,
            fields_crossed_before_release: discovery.crossed_before_release,
            path_seen_before_release: discovery.path_seen_before_release,
            path_seen_by_fi: path_seen(&stage.fi, truth).await?,
            deal_refused: deal_is_refused(stage).await?,
            lead: all_leads.first().map(|lead| lead.lead.clone()),
            leads: leads.values().sum(),
            leads_per_node: leads,
            holds: false,
        };
        verdict.holds = verdict.judge(stage);
        Ok(verdict)
    }

    fn judge(&self, stage: &Stage) -> bool {
        let at_fi = self.leads_per_node.get(stage.fi.id().as_str()).copied().unwrap_or_default();
        self.expected_lead
            && at_fi == 0
            && self.campaigns == 0
            && self.decoys_joined == 0
            && self.single_node_campaigns == 0
            && self.fields_crossed_unreleased == 0
            && self.journal_verified
            && self.discovered_by_ask
            && self.hits_elsewhere == 0
            && self.hits_on_the_deal == 0
            && self.fields_crossed_before_release == 0
            && !self.path_seen_before_release
            && self.path_seen_by_fi
            && self.deal_refused
    }

    /// Tells the verdict to people.
    pub(crate) fn tell(&self, narrator: &Narrator) {
        if let Some(lead) = &self.lead {
            let view = serde_json::json!({ "lead": lead, "is_campaign": lead["is_campaign"], "score_bits": lead["score_bits"],
                "tlp": lead["marking"]["tlp"] });
            narrator.say("");
            crate::commands::leads::print_lead(&view);
        }
        let word = |good: bool| if good { "yes" } else { "NO" };
        narrator.say("");
        for (question, answer) in [
            ("AT's ask found FI's ship before anything was released", word(self.discovered_by_ask)),
            (
                "nothing but that hit, and the locked deal was not known to FI",
                word(self.hits_elsewhere == 0 && self.hits_on_the_deal == 0),
            ),
            ("no field had crossed by then", word(self.fields_crossed_before_release == 0)),
            ("AT's lead joins the deal with the ship", word(self.expected_lead)),
            ("no decoy is joined", word(self.decoys_joined == 0)),
            ("no node sees a campaign in two desks", word(self.campaigns == 0 && self.single_node_campaigns == 0)),
            ("nothing crossed that nobody released", word(self.fields_crossed_unreleased == 0)),
            ("AT's node refuses to release the notified deal", word(self.deal_refused)),
            ("FI sees the register's path to the common parent", word(self.path_seen_by_fi)),
            ("both journals verify", word(self.journal_verified)),
        ] {
            narrator.say(&format!("{answer:>4}  {question}"));
        }
    }
}

/// The owner of the ship, as asks name it.
fn ship_owner(truth: &GroundTruth) -> Option<String> {
    let vessel = truth.event(5).and_then(|event| event.vessel.as_ref())?;
    Some(format!("lei:{}", vessel.owner.lei))
}

/// The companies from the buyer over the common parent to the ship's owner, and the ship.
fn on_the_path(truth: &GroundTruth) -> BTreeSet<String> {
    let companies = truth.expected_lead.path.iter().map(|company| format!("lei:{}", company.lei));
    let vessel = truth.event(5).and_then(|event| event.vessel.as_ref());
    companies
        .chain(ship_owner(truth))
        .chain(vessel.and_then(|vessel| vessel.imo.as_ref()).map(|imo| format!("imo:{imo}")))
        .collect()
}

fn members(lead: &LeadView) -> impl Iterator<Item = &Value> {
    lead.lead["members"].as_array().into_iter().flatten()
}

fn origins(lead: &LeadView) -> BTreeSet<String> {
    members(lead).filter_map(|member| member["origin"].as_str()).map(str::to_owned).collect()
}

/// Whether an own finding about the deal and a received one about the ship are joined through the common parent.
fn joins_deal_and_ship(lead: &LeadView, truth: &GroundTruth) -> bool {
    let (Some(deal), Some(ship)) = (truth.event(1), truth.event(5)) else { return false };
    let names_buyer = |member: &Value| deal.companies.first().is_some_and(|buyer| title_has(member, &buyer.name));
    let is_deal = |member: &&Value| deal.detectors.iter().any(|detector| member["detector"] == **detector) && names_buyer(member);
    let is_ship = |member: &&Value| {
        ship.detectors.iter().any(|detector| member["detector"] == **detector)
            && ship.vessel.as_ref().is_some_and(|vessel| title_has(member, &vessel.name) || title_has(member, &vessel.mmsi))
    };
    let parent = truth.expected_lead.common_parent.name.as_str();
    let through_parent = lead.lead["links"].as_array().into_iter().flatten().any(|link| link["parent"] == parent);
    members(lead).any(|member| is_deal(&member)) && members(lead).any(|member| is_ship(&member)) && through_parent
}

fn title_has(member: &Value, name: &str) -> bool {
    member["title"].as_str().is_some_and(|title| title.to_lowercase().contains(&name.to_lowercase()))
}

/// Decoys that are a member of any lead: by a name or identifier in a member's title, by their detector and time.
fn decoys_joined(leads: &[LeadView], truth: &GroundTruth) -> usize {
    let is_decoy = |member: &Value| {
        truth
            .decoys
            .iter()
            .filter(|decoy| {
                let by_detector = decoy.detectors.iter().any(|detector| member["detector"] == **detector);
                by_detector && decoy.selectors.iter().any(|selector| title_has(member, &selector.value))
            })
            .count()
    };
    leads.iter().flat_map(members).map(is_decoy).sum()
}

/// What `receiver` holds of `sender` that nobody at `sender` released: fields and statements.
async fn unreleased(receiver: &Authority, sender: &Authority) -> Result<usize, Failure> {
    let (analyst, releaser) = (receiver.analyst()?, sender.analyst()?);
    let origin = sender.id().clone();
    let received = on(receiver, move |node| all_received(node, &analyst, &origin)).await?;
    let mut released: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in on(sender, move |node| all_releases(node, &releaser)).await? {
        released.entry(line.known_as).or_default().extend(line.fields);
    }
    let crossed = received.iter().map(|line| match released.get(&line.what) {
        None => line.fields.len().max(1),
        Some(fields) => line.fields.iter().filter(|field| !fields.contains(*field)).count(),
    });
    Ok(crossed.sum())
}

/// Every page of what was received: all findings, and the statements of one origin.
fn all_received(node: &Node, caller: &Caller, origin: &NodeId) -> Result<Vec<ReceivedLine>, NodeError> {
    let mut all: Vec<ReceivedLine> = Vec::new();
    loop {
        let page = ReceivedPage { offset: all.len(), ..ReceivedPage::default() };
        let lines = node.list_received(caller, &page)?;
        let before = all.len();
        all.extend(lines.into_iter().filter(|line| line.what.starts_with("finding:")));
        if all.len() == before {
            break;
        }
    }
    let mut after = None;
    loop {
        let page = ReceivedPage { statements_of: Some(origin.clone()), after, ..ReceivedPage::default() };
        let lines = node.list_received(caller, &page)?;
        let last = lines.last().and_then(|line| line.what.strip_prefix("statement:")?.parse().ok());
        all.extend(lines);
        if last.is_none() {
            return Ok(all);
        }
        after = last;
    }
}

/// Every page of what was released.
fn all_releases(node: &Node, caller: &Caller) -> Result<Vec<ReleaseLine>, NodeError> {
    let mut all: Vec<ReleaseLine> = Vec::new();
    loop {
        let page = ReleasePage { after: all.last().map(|line| line.id.clone()), ..ReleasePage::default() };
        let lines = node.list_releases(caller, &page)?;
        if lines.is_empty() {
            return Ok(all);
        }
        all.extend(lines);
    }
}

/// How many of the secrets stand anywhere in a node's folder, byte for byte.
fn secrets_in(folder: &std::path::Path, secrets: &[String]) -> Result<usize, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).map_err(unreadable)?;
            found.extend(secrets.iter().filter(|secret| contains(&bytes, secret.as_bytes())));
        }
    }
    Ok(found.len())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

async fn verifies(authority: &Authority) -> Result<bool, Failure> {
    let officer = authority.for_oversight()?;
    Ok(on(authority, move |node| node.verify_journal(&officer)).await?.verified)
}

pub(crate) async fn path_seen(fi: &Authority, truth: &GroundTruth) -> Result<bool, Failure> {
    let Some(vessel) = truth.event(5).and_then(|event| event.vessel.clone()) else { return Ok(false) };
    let analyst = fi.analyst()?;
    let view = on(fi, move |node| node.ownership_around(&analyst, "lei", &vessel.owner.lei)).await?;
    Ok(view.parents.contains(&truth.expected_lead.common_parent.name))
}

/// AT's releaser tries to release each finding that rests on a notified deal; the node must refuse.
async fn deal_is_refused(stage: &Stage) -> Result<bool, Failure> {
    let releaser = stage.at.releaser("fdi-screening")?;
    for line in findings(&stage.at, false).await? {
        let finding = Some(FindingName { origin: None, key: key_of(&line)? });
        let request =
            ReleaseRequest { partner: stage.fi.id().clone(), finding, fields: None, register_around: None, derogation: None };
        let releaser = releaser.clone();
        let outcome = on(&stage.at, move |node| Ok(node.release(&releaser, &request))).await?;
        match outcome {
            Err(NodeError::Denied(_)) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(false),
        }
    }
    Ok(true)
}
