//! What must be true of the exchange. Helpers here; one file per subject.

mod agreement;
mod identity;
mod network;
mod parcel;
mod pre_authorised;
mod release;
mod request;
mod seeds;
mod sync;
mod vectors;

use std::collections::BTreeSet;

use oikos_model::{
    Act, Action, Actor, Assessment, ContentHash, DatasetId, DetectorId, EntityId, Evaluation, Fact, FactValue, Finding,
    FindingKey, Label, LegalBasis, Marking, NodeId, PersonCategory, Place, Purpose, Reason, RecordReference, Regime, RunId,
    Scope, Selector, SelectorKind, Statement, StatementDraft, TableName, Timestamp, Tlp, UserName,
};

use crate::*;

/// A moment: so many seconds after the agreement of [`terms`] began.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn purpose(code: &str) -> Purpose {
    Purpose::new(code).unwrap()
}

fn describe(name: &str) -> NodeDescription {
    NodeDescription {
        node: node(name),
        display_name: format!("Authority {name}"),
        country: name[..2].to_uppercase(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: "127.0.0.1:4433".to_owned(),
    }
}

fn identity(name: &str) -> NodeIdentity {
    NodeIdentity::generate(describe(name), second(-1000)).unwrap()
}

pub(crate) fn terms(one: &str, other: &str) -> AgreementTerms {
    AgreementTerms {
        format: 1,
        title: "Fictional agreement on unusual investments near cables".to_owned(),
        parties: [node(one), node(other)].into(),
        kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
        purposes: [purpose("infrastructure-protection"), purpose("fdi-screening")].into(),
        tlp_ceiling: Tlp::Amber,
        regimes: [Regime::Gdpr].into(),
        pre_authorised: BTreeSet::new(),
        ask_budgets_per_day: Default::default(),
        ask_purposes: BTreeSet::new(),
        neither_confirm_nor_deny: BTreeSet::new(),
        onward: false,
        erase_on_leaving: false,
        safeguards: None,
        reuse_law: None,
        retention_days: 90,
        crypto_floor: CryptoFloor::HybridPostQuantum,
        valid_from: second(0),
        valid_to: second(1_000_000),
    }
}

/// Two nodes with an agreement, each as itself and as the other sees it.
pub(crate) struct Pair {
    pub(crate) fi: NodeIdentity,
    pub(crate) at: NodeIdentity,
    /// FI as AT sees it.
    pub(crate) fi_partner: Partner,
    /// AT as FI sees it.
    pub(crate) at_partner: Partner,
}

impl Pair {
    fn new() -> Self {
        Self::with(terms("fi.coast-guard", "at.fdi"))
    }

    pub(crate) fn with(terms: AgreementTerms) -> Self {
        let (fi, at) = (identity("fi.coast-guard"), identity("at.fdi"));
        let proposal = SignedAgreement::propose(terms, &fi).unwrap();
        let agreement = proposal.countersign(&at, fi.card()).unwrap();
        let fi_partner = Partner::accept(at.card(), fi.card().clone(), agreement.clone()).unwrap();
        let at_partner = Partner::accept(fi.card(), at.card().clone(), agreement).unwrap();
        Self { fi, at, fi_partner, at_partner }
    }
}

fn act(actor: &str, seconds: i64) -> Act {
    Act {
        actor: Actor::Person(UserName::new(actor).unwrap()),
        action: Action::Release,
        purpose: purpose("infrastructure-protection"),
        legal_basis: LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap(),
        case: None,
        at: second(seconds),
    }
}

fn marking() -> Marking {
    Marking::new(Regime::Gdpr, Tlp::Green, [purpose("infrastructure-protection"), purpose("maritime-safety")])
}

fn label(origin: &str) -> Label {
    Label { marking: marking(), origin: node(origin), scope: Scope::Desk("sea".to_owned()) }
}

fn imo() -> Selector {
    Selector { kind: SelectorKind::Imo, value: "9074729".to_owned() }
}

fn mmsi() -> Selector {
    Selector { kind: SelectorKind::Mmsi, value: "230000001".to_owned() }
}

fn fact(name: &str, value: FactValue) -> Fact {
    Fact { name: name.to_owned(), value, marking: marking() }
}

/// A finding of FI with everything in it that must not leave unless it is released.
fn finding(key: &str, title: &str) -> Finding {
    let detector = DetectorId::new("sea.gap").unwrap();
    Finding {
        key: FindingKey::new(&detector, [key]),
        origin: node("fi.coast-guard"),
        detector,
        desk: "sea".to_owned(),
        run: Some(RunId(ContentHash::of_bytes(b"run"))),
        title: title.to_owned(),
        occurred_from: second(-500),
        occurred_to: second(-400),
        place: Some(Place { latitude: 59.5, longitude: 24.25 }),
        prior_bits: -6.5,
        reasons: vec![Reason { name: "reception".to_owned(), bits: 4.25, text: "others were heard there".to_owned() }],
        calibrated: false,
        selectors: vec![imo(), mmsi()],
        facts: vec![
            fact("imo", FactValue::Selector(imo())),
            fact("mmsi", FactValue::Selector(mmsi())),
            fact("gap_hours", FactValue::Number { number: 14.0, unit: "h".to_owned() }),
            fact("last_heard_at", FactValue::Time(second(-500))),
            fact("flag", FactValue::Text("Märkë".to_owned())),
        ],
        evidence: vec![RecordReference { table: TableName::new("ais_positions").unwrap(), record_id: 7 }],
        derived_from: Vec::new(),
        marking: marking(),
    }
}

fn statement(value: &str) -> Statement {
    let content = StatementDraft {
        entity: EntityId::new("sea.vessels/1").unwrap(),
        kind: "vessel".to_owned(),
        property: "name".to_owned(),
        value: value.to_owned(),
        valid_from: Some(second(-9000)),
        valid_to: None,
        stated_at: None,
        record: Some(RecordReference { table: TableName::new("ais_static").unwrap(), record_id: 9 }),
        person_category: PersonCategory::NotAPerson,
        assessment: Assessment::Fact,
        evaluation: Evaluation::default(),
    };
    let label = label("fi.coast-guard").id();
    Statement::record(content, node("fi.coast-guard"), DatasetId::new("sea.vessels").unwrap(), label, second(-100))
}

/// Rules that refuse nothing.
struct Permissive;

impl ReleaseRules for Permissive {
    fn check(&self, _: &ReleaseItem<'_>) -> Vec<Refusal> {
        Vec::new()
    }
}

/// Everything of a finding and a statement of FI, released to AT.
fn content(pair: &Pair) -> ParcelContent {
    let (known, act) = (KnownToPartner::default(), act("anna.virtanen", 10));
    let desk = ReleaseDesk {
        identity: &pair.fi,
        partner: &pair.at_partner,
        known: &known,
        act: &act,
        rules: &Permissive,
        onward_from: &NOBODY,
    };
    let label = label("fi.coast-guard");
    let released = desk.preview_finding(&finding("a", "Grey Petrel was silent for 14 h"), &label, &Wanted::All).release.unwrap();
    ParcelContent {
        format: FORMAT,
        from: pair.fi.node().clone(),
        to: pair.at.node().clone(),
        sequence: 1,
        agreement: pair.at_partner.agreement().terms.hash(),
        created_at: act.at,
        expires: None,
        released_by: Some(UserName::new("anna.virtanen").unwrap()),
        purpose: act.purpose.clone(),
        legal_basis: act.legal_basis.clone(),
        findings: vec![released.finding],
        statements: vec![desk.preview_statement(&statement("Grey Petrel"), &label).unwrap()],
        retractions: Vec::new(),
        rectifications: Vec::new(),
        requests: Vec::new(),
        answers: Vec::new(),
        leaves: false,
        leave_reason: None,
    }
}
