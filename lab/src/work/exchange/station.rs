//! The least of two nodes that an exchange needs: keys, agreement, registry and journal on each side, the real transport between them.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use oikos_exchange::{
    AgreementTerms, FindingRelease, IdentityCard, NodeDescription, NodeIdentity, ParcelDraft, Partner, PartnerClass, Receipt,
    ReceiveError, ReleasedFinding, SignedAgreement,
};
use oikos_exchange_transport::{Directory, Handler, Limits, Refused, Server};
use oikos_journal::{Entry, Outcome};
use oikos_model::{
    Act, Action, Actor, ContentHash, DerivedFrom, DetectorId, Fact, FactValue, Finding, FindingKey, FindingState, Label,
    LegalBasis, Marking, NodeId, Purpose, Regime, Scope, Selector, SelectorKind, Timestamp, Tlp, UserName,
};
use oikos_registry::{FindingQuery, NoticeQuery, OutboxQuery, OutgoingParcel, PartnerRow, Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

use crate::Failure;

const TERMS: &str = "
format: 1
title: The lab's agreement (fictional)
parties: [ONE, OTHER]
kinds: [finding_facts, statements]
purposes: [maritime-safety]
tlp_ceiling: AMBER
regimes: [GDPR]
retention_days: 90
crypto_floor: hybrid_post_quantum
valid_from: 2026-01-01T00:00:00Z
valid_to: 2030-01-01T00:00:00Z
";

fn moment() -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_second(1_790_000_000)?)
}

fn identity(name: &str) -> Result<NodeIdentity, Failure> {
    let description = NodeDescription {
        node: NodeId::new(name)?,
        display_name: format!("Authority {name} (fictional)"),
        country: "FI".to_owned(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: "127.0.0.1:1".to_owned(),
    };
    Ok(NodeIdentity::generate(description, moment()?)?)
}

fn act(actor: Actor, action: Action) -> Result<Act, Failure> {
    Ok(Act {
        actor,
        action,
        purpose: Purpose::new("maritime-safety")?,
        legal_basis: LegalBasis::new("Dir. 2002/59/EC")?,
        case: None,
        at: moment()?,
    })
}

/// Writes an entry as a node does, in the transaction of its act.
fn journal(tx: &mut dyn Transaction, subjects: Vec<String>) -> Result<i64, Failure> {
    let entry =
        Entry { act: tx.act().clone(), outcome: Outcome::Allowed, subjects, recipient: None, detail: serde_json::Value::Null };
    Ok(oikos_journal::record(tx, &entry)?)
}

/// A partner who receives.
pub(super) struct Station {
    identity: Arc<NodeIdentity>,
    store: Arc<SqliteStore>,
}

impl Station {
    pub(super) fn new(folder: &Path, name: &str) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let store = Arc::new(SqliteStore::open(folder.join("registry.sqlite"))?);
        Ok(Self { identity: Arc::new(identity(name)?), store })
    }

    /// Listens for an office. The server runs until the process ends.
    pub(super) async fn listen(&self, office: &Office) -> Result<SocketAddr, Failure> {
        let number = office.cards.iter().position(|card| card.node() == self.identity.node()).ok_or("it is no partner")?;
        let row = office.rows.get(number).cloned().ok_or("it is no partner")?;
        let pin = office.identity.card().content.tls_pin;
        let directory: Arc<dyn Directory> = Arc::new(OnePartner { pin, node: office.identity.node().clone() });
        let desk = Desk { identity: Arc::clone(&self.identity), store: Arc::clone(&self.store), row };
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any_port, &self.identity, directory, desk, Limits::default()).await?;
        let address = server.local_address();
        tokio::spawn(server.run(std::future::pending()));
        Ok(address)
    }

    fn snapshot(&self) -> Result<Box<dyn Transaction + '_>, Failure> {
        Ok(self.store.snapshot(&act(Actor::Node(self.identity.node().clone()), Action::ReadFindings)?)?)
    }

    pub(super) fn count_findings(&self) -> Result<u64, Failure> {
        Ok(self.snapshot()?.count_findings(&FindingQuery::default())?)
    }

    pub(super) fn count_recalled(&self) -> Result<i64, Failure> {
        let recalled = FindingQuery { states: Some(&[FindingState::Recalled]), ..FindingQuery::default() };
        Ok(i64::try_from(self.snapshot()?.count_findings(&recalled)?)?)
    }

    /// Whether a reader sees this finding.
    pub(super) fn sees(&self, key: FindingKey) -> Result<bool, Failure> {
        let found = self.snapshot()?.findings(&FindingQuery { received: Some(true), ..FindingQuery::default() })?;
        Ok(found.iter().any(|stored| stored.finding.key == key))
    }
}

struct OnePartner {
    pin: ContentHash,
    node: NodeId,
}

impl Directory for OnePartner {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        (*pin == self.pin).then(|| self.node.clone())
    }
}

struct Desk {
    identity: Arc<NodeIdentity>,
    store: Arc<SqliteStore>,
    row: PartnerRow,
}

impl Desk {
    fn take(&self, bytes: &[u8]) -> Result<Receipt, Failure> {
        let mut tx = self.store.begin(&act(Actor::Partner(self.row.node.clone()), Action::ReceiveParcel)?)?;
        let received = oikos_exchange::receive(tx.as_mut(), &self.identity, &self.row, bytes, moment()?).map_err(text_of)?;
        journal(tx.as_mut(), vec![format!("parcel:{}", received.receipt.content.parcel)])?;
        tx.commit()?;
        Ok(received.receipt)
    }
}

fn text_of(error: ReceiveError) -> String {
    error.to_string()
}

impl Handler for Desk {
    async fn parcel(&self, _partner: NodeId, bytes: hyper::body::Bytes) -> Result<Receipt, Refused> {
        tokio::task::block_in_place(|| self.take(&bytes)).map_err(|failure| Refused::finally("lab", failure.to_string()))
    }
}

/// The office that releases, with its partners.
pub(super) struct Office {
    pub(super) identity: Arc<NodeIdentity>,
    store: SqliteStore,
    /// Each partner as this office sees it.
    partners: Vec<Partner>,
    /// This office as each partner sees it.
    rows: Vec<PartnerRow>,
    cards: Vec<IdentityCard>,
}

impl Office {
    pub(super) fn new(folder: &Path, name: &str, stations: &[&Station]) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let own = identity(name)?;
        let (mut partners, mut rows, mut cards) = (Vec::new(), Vec::new(), Vec::new());
        for station in stations {
            let text = TERMS.replace("ONE", name).replace("OTHER", station.identity.node().as_str());
            let proposal = SignedAgreement::propose(AgreementTerms::from_text(&text)?, &own)?;
            let agreement = proposal.countersign(&station.identity, own.card())?;
            partners.push(Partner::accept(own.card(), station.identity.card().clone(), agreement.clone())?);
            rows.push(Partner::accept(station.identity.card(), own.card().clone(), agreement)?.to_row(moment()?)?);
            cards.push(station.identity.card().clone());
        }
        let store = SqliteStore::open(folder.join("registry.sqlite"))?;
        Ok(Self { identity: Arc::new(own), store, partners, rows, cards })
    }

    /// A partner's card with the address at which it listens now. A client only dials it; it need not be the signed one.
    pub(super) fn card_at(&self, partner: usize, address: SocketAddr) -> IdentityCard {
        let mut card = self.partner(partner).card().clone();
        card.content.description.address = address.to_string();
        card
    }

    fn partner(&self, number: usize) -> &Partner {
        &self.partners[number]
    }

    fn act(&self, action: Action) -> Result<Act, Failure> {
        act(Actor::Person(UserName::new("anna.virtanen")?), action)
    }

    /// Stores an own finding. Returns the key by which partners will know it.
    pub(super) fn store_finding(&self, number: usize) -> Result<FindingKey, Failure> {
        let finding = finding(self.identity.node(), number)?;
        let mut tx = self.store.begin(&self.act(Action::Detect)?)?;
        let label = Label { marking: finding.marking.clone(), origin: finding.origin.clone(), scope: Scope::Node };
        let label = tx.intern_label(&label)?;
        tx.put_finding(&finding, label, false, moment()?)?;
        journal(tx.as_mut(), vec![format!("finding:{}/{}", finding.origin, finding.key)])?;
        tx.commit()?;
        Ok(self.identity.released_key(finding.key))
    }

    /// Releases findings to one partner in one parcel: composed, signed, sealed, journaled and queued in one transaction.
    pub(super) fn release(&self, partner: usize, numbers: Range<usize>) -> Result<OutgoingParcel, Failure> {
        let mut tx = self.store.begin(&self.act(Action::Release)?)?;
        let findings = numbers.map(|number| self.released(number)).collect::<Result<_, Failure>>()?;
        let draft = ParcelDraft { findings, ..ParcelDraft::default() };
        let prepared = oikos_exchange::prepare(tx.as_ref(), &self.identity, self.partner(partner), draft)?;
        let (id, sequence) = (prepared.parcel.id, prepared.content.sequence);
        let index = journal(tx.as_mut(), vec![format!("parcel:{id}")])?;
        prepared.queue(tx.as_mut(), index)?;
        tx.commit()?;
        let waiting = self.waiting(partner)?;
        Ok(waiting.into_iter().find(|parcel| parcel.sequence == sequence).ok_or("the parcel is not in the outbox")?)
    }

    fn released(&self, number: usize) -> Result<FindingRelease, Failure> {
        let Finding { key, origin, detector, desk, title, facts, marking, .. } = finding(self.identity.node(), number)?;
        let what = DerivedFrom::Finding { origin: origin.clone(), key, revision: ContentHash::of_bytes(&number.to_be_bytes()) };
        let released = ReleasedFinding {
            origin,
            key: self.identity.released_key(key),
            detector,
            desk,
            title: Some(title),
            when: None,
            place: None,
            reasoning: None,
            facts,
            derived_from: Vec::new(),
            marking,
        };
        Ok(FindingRelease { what, fields: vec!["title".to_owned(), "imo".to_owned()], finding: released })
    }

    /// What waits for one partner.
    pub(super) fn waiting(&self, partner: usize) -> Result<Vec<OutgoingParcel>, Failure> {
        let tx = self.store.snapshot(&self.act(Action::DeliverParcel)?)?;
        let node = self.partner(partner).node();
        let query = OutboxQuery { partner: node, sequenced_below: i64::MAX, after: 0, limit: 100 };
        Ok(oikos_exchange::ready(tx.as_ref(), &query)?)
    }

    pub(super) fn acknowledge(&self, partner: usize, parcel: ContentHash, receipt: &Receipt) -> Result<(), Failure> {
        let mut tx = self.store.begin(&self.act(Action::DeliverParcel)?)?;
        oikos_exchange::acknowledge(tx.as_mut(), &self.identity, self.partner(partner), parcel, receipt, moment()?)?;
        journal(tx.as_mut(), vec![format!("parcel:{parcel}")])?;
        Ok(tx.commit()?)
    }

    /// Takes a finding back at everyone who has it.
    pub(super) fn recall(&self, number: usize) -> Result<(), Failure> {
        let what = self.released(number)?.what;
        let mut tx = self.store.begin(&self.act(Action::Recall)?)?;
        let told = oikos_exchange::recall(tx.as_mut(), &self.identity, &what, "wrong ship")?;
        let index = journal(tx.as_mut(), vec![format!("finding:{number}")])?;
        for (node, retraction) in told {
            let partner = self.partners.iter().find(|partner| *partner.node() == node).ok_or("it is no partner")?;
            let draft = ParcelDraft { retractions: vec![retraction], ..ParcelDraft::default() };
            oikos_exchange::prepare(tx.as_ref(), &self.identity, partner, draft)?.queue(tx.as_mut(), index)?;
        }
        Ok(tx.commit()?)
    }

    /// How many partners have not acknowledged a recall.
    pub(super) fn unacknowledged(&self) -> Result<i64, Failure> {
        let tx = self.store.snapshot(&self.act(Action::ReadFindings)?)?;
        let query = NoticeQuery { unacknowledged: true, ..NoticeQuery::default() };
        Ok(i64::try_from(tx.notices(&query)?.len())?)
    }
}

fn finding(origin: &NodeId, number: usize) -> Result<Finding, Failure> {
    let detector = DetectorId::new("sea.gap")?;
    let marking = Marking::new(Regime::Gdpr, Tlp::Green, [Purpose::new("maritime-safety")?]);
    let selector = Selector { kind: SelectorKind::Imo, value: format!("{:07}", number % 10_000_000) };
    let fact = Fact { name: "imo".to_owned(), value: FactValue::Selector(selector.clone()), marking: marking.clone() };
    Ok(Finding {
        key: FindingKey::new(&detector, [number.to_string().as_str()]),
        origin: origin.clone(),
        detector,
        desk: "sea".to_owned(),
        run: None,
        title: format!("A ship of the lab was silent for {number} minutes"),
        occurred_from: moment()?,
        occurred_to: moment()?,
        place: None,
        prior_bits: 0.0,
        reasons: Vec::new(),
        calibrated: false,
        selectors: vec![selector],
        facts: vec![fact],
        evidence: Vec::new(),
        derived_from: Vec::new(),
        marking,
    })
}
