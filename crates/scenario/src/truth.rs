//! The ground truth: what was put into the files, and what should come out. Written as `truth.json`; no desk reads it.

use oikos_model::{Selector, SelectorKind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ScenarioOptions;
use crate::cast::Cast;
use crate::coverage::Coverage;
use crate::deals::Deals;
use crate::fleet::Fleet;
use crate::geography::SABLE_2;
use crate::itinerary::{ferry_stop, petrel_loitering};
use crate::options::DEAL_DAYS_BEFORE;

/// The Austrian node.
const AT: &str = "at.investment-screening";
/// The Finnish node.
const FI: &str = "fi.coast-guard";

/// A file of the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTruth {
    /// Path below the scenario's folder.
    pub path: String,
    /// The node that imports it.
    pub node: String,
    /// The desk whose reader reads it.
    pub desk: String,
    /// The format: `ais-nmea`, `vessel-register`, `corridors` or `bods`.
    pub format: String,
    /// Whole entries: AIS sentences, rows, features or statements.
    pub entries: u64,
    /// Damaged lines beside them, to be rejected.
    pub damaged: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl FileTruth {
    pub(crate) fn new(path: &str, state: &str, desk: &str, format: &str, entries: u64, sha256: String) -> Self {
        let node = if state == "at" { AT } else { FI };
        let [path, node, desk, format] = [path, node, desk, format].map(str::to_owned);
        Self { path, node, desk, format, entries, damaged: 0, sha256 }
    }
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyTruth {
    /// Name.
    pub name: String,
    /// Legal Entity Identifier.
    pub lei: String,
    /// Country, ISO 3166-1 alpha-2; `XY` is invented.
    pub country: String,
}

/// A ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VesselTruth {
    /// Name.
    pub name: String,
    /// Maritime Mobile Service Identity.
    pub mmsi: String,
    /// IMO ship number.
    pub imo: Option<String>,
    /// Its present owner.
    pub owner: CompanyTruth,
}

/// Something that happens and should be found, or found and not joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the story (DESIGN section 13).
    pub number: u8,
    /// Node at which it is seen.
    pub node: String,
    /// Desk that sees it.
    pub desk: String,
    /// Detectors that should find it.
    pub detectors: Vec<String>,
    /// What happens, in words.
    pub what: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// The ship, where there is one.
    pub vessel: Option<VesselTruth>,
    /// Companies: the buyer and the target, where it is a deal.
    pub companies: Vec<CompanyTruth>,
}

/// Something that looks like an event and must not be joined to one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decoy {
    /// Short name.
    pub name: String,
    /// Node at which it is seen.
    pub node: String,
    /// Detectors that may find it.
    pub detectors: Vec<String>,
    /// Why it is innocent.
    pub why_innocent: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// By what it is known.
    pub selectors: Vec<Selector>,
}

/// A receiver that heard nothing for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// The receiver.
    pub station: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// The lead that should form at the Austrian node, once the Finnish findings are released to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The events it joins, by number.
    pub events: Vec<u8>,
    /// The path in the public register that joins them, from the buyer up to the common parent and down to the shipowner.
    pub path: Vec<CompanyTruth>,
    /// The common parent: the middle of the path.
    pub common_parent: CompanyTruth,
}

/// What was put into the files, and what should come out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroundTruth {
    /// What the scenario was made from.
    pub options: ScenarioOptions,
    /// D0, 00:00 UTC.
    pub day_zero: Timestamp,
    /// Every file but the truth itself.
    pub files: Vec<FileTruth>,
    /// What should be found.
    pub events: Vec<Event>,
    /// What must not be joined.
    pub decoys: Vec<Decoy>,
    /// Innocent silences of whole areas.
    pub outages: Vec<Outage>,
    /// What should be joined.
    pub expected_lead: Lead,
    /// Texts that must never leave the Austrian node: of the notified deals, every id, and the names and LEIs of the two targets.
    pub secrets: Vec<String>,
}

impl GroundTruth {
    pub(crate) fn new(options: &ScenarioOptions, cast: &Cast, fleet: &Fleet, deals: &Deals, files: Vec<FileTruth>) -> Self {
        let path = [&cast.calder, &cast.calder_intermediate, &cast.meridian, &cast.tarn_intermediate, &cast.tarn_shipping];
        let targets = [&cast.danuva, &cast.honest_target];
        let of_targets = targets.into_iter().flat_map(|target| [target.name.clone(), target.lei.clone()]);
        Self {
            options: options.clone(),
            day_zero: options.day(0),
            files,
            events: vec![deal(options, cast), loitering(options, fleet)],
            decoys: vec![repair_stop(options, fleet), honest_buyer(options, cast)],
            outages: Coverage::new(options).outages(),
            expected_lead: Lead {
                events: vec![1, 5],
                path: path.map(|company| company.truth()).into(),
                common_parent: cast.meridian.truth(),
            },
            secrets: deals.ids().into_iter().chain(of_targets).collect(),
        }
    }

    /// The event with this number in the story.
    pub fn event(&self, number: u8) -> Option<&Event> {
        self.events.iter().find(|event| event.number == number)
    }
}

fn owned(detectors: &[&str]) -> Vec<String> {
    detectors.iter().map(|detector| (*detector).to_owned()).collect()
}

fn deal(options: &ScenarioOptions, cast: &Cast) -> Event {
    let at = options.day(DEAL_DAYS_BEFORE);
    Event {
        number: 1,
        node: AT.to_owned(),
        desk: "ownership".to_owned(),
        detectors: owned(&["ownership.just-below-step"]),
        what: "Calder Reach buys 24.9 % of Danuva Port Data".to_owned(),
        from: at,
        to: at,
        vessel: None,
        companies: vec![cast.calder.truth(), cast.danuva.truth()],
    }
}

fn loitering(options: &ScenarioOptions, fleet: &Fleet) -> Event {
    let plan = petrel_loitering(options);
    Event {
        number: 5,
        node: FI.to_owned(),
        desk: "sea".to_owned(),
        detectors: owned(&["sea.loitering", "sea.gap"]),
        what: format!("Grey Petrel loiters over {} until {}, then is silent until {}", SABLE_2.code, plan.to, plan.silent_to),
        from: plan.from,
        to: plan.silent_to,
        vessel: Some(fleet.truth(fleet.petrel())),
        companies: Vec::new(),
    }
}

fn repair_stop(options: &ScenarioOptions, fleet: &Fleet) -> Decoy {
    let plan = ferry_stop(options);
    let ferry = fleet.truth(fleet.ferry());
    let selector = |kind, value: &str| Selector { kind, value: value.to_owned() };
    let mut selectors = vec![selector(SelectorKind::Mmsi, &ferry.mmsi), selector(SelectorKind::Lei, &ferry.owner.lei)];
    selectors.extend(ferry.imo.as_deref().map(|imo| selector(SelectorKind::Imo, imo)));
    Decoy {
        name: "ferry-repair-stop".to_owned(),
        node: FI.to_owned(),
        detectors: owned(&["sea.loitering"]),
        why_innocent: "not under command for repairs, reporting all the while, owned by nobody in the story".to_owned(),
        from: plan.from,
        to: plan.to,
        selectors,
    }
}

fn honest_buyer(options: &ScenarioOptions, cast: &Cast) -> Decoy {
    let at = options.day(DEAL_DAYS_BEFORE + 29);
    let selectors = [&cast.honest_buyer, &cast.honest_target]
        .map(|company| Selector { kind: SelectorKind::Lei, value: company.lei.clone() })
        .into();
    Decoy {
        name: "honest-buyer".to_owned(),
        node: AT.to_owned(),
        detectors: owned(&["ownership.just-below-step"]),
        why_innocent: "an owner-run company takes a minority stake; no state and no ship above or below it".to_owned(),
        from: at,
        to: at,
        selectors,
    }
}
