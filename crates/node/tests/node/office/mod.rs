//! Authorities with agreements between them, for tests of what passes between nodes.

use std::collections::BTreeSet;
use std::sync::Arc;

use oikos_exchange::{AgreementTerms, CryptoFloor, Invitation, NodeIdentity, ParcelKind};
use oikos_model::{
    Act, Action, Actor, Assessment, Clock, DatasetId, DetectorId, EntityId, Evaluation, Fact, FactValue, Finding, FindingKey,
    FindingState, Label, LegalBasis, Marking, NodeId, PersonCategory, Purpose, Regime, Scope, Selector, SelectorKind,
    SimulatedClock, Statement, StatementDraft, Timestamp, Tlp, UserName,
};
use oikos_node::{Caller, LinkedNode, Node, NodeConfig, NodeFolder, PartnerRequest, ReleaseRequest};
use oikos_policy::{Principal, Role};
use oikos_registry::{Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

/// So many seconds after the agreements began.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

pub(crate) fn node_id(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn purpose() -> Purpose {
    Purpose::new("maritime-safety").unwrap()
}

pub(crate) fn marking() -> Marking {
    Marking::new(Regime::Gdpr, Tlp::Green, [purpose()])
}

/// One authority.
pub(crate) struct Office {
    pub(crate) node: Arc<Node>,
    pub(crate) linked: LinkedNode,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) identity: NodeIdentity,
    pub(crate) folder: NodeFolder,
    store: SqliteStore,
    _temporary: tempfile::TempDir,
}

impl Office {
    pub(crate) fn new(id: &str) -> Self {
        Self::listening(id, "127.0.0.1:1")
    }

    /// An authority whose card names this address.
    pub(crate) fn listening(id: &str, address: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = NodeFolder::new(temporary.path().join("node"));
        let config = NodeConfig {
            id: node_id(id),
            display_name: format!("Authority {id}"),
            country: "FI".into(),
            regime: Regime::Gdpr,
            default_purpose: purpose(),
            default_legal_basis: LegalBasis::new("Dir. 2002/59/EC").unwrap(),
            listen: "127.0.0.1:0".into(),
            exchange_listen: address.to_owned(),
            registry: None,
            sign_in: Default::default(),
            upload_bytes_maximum: NodeConfig::UPLOAD_BYTES_MAXIMUM,
            witnesses: 0,
        };
        let clock = Arc::new(SimulatedClock::new(second(0)));
        let as_clock: Arc<dyn Clock> = clock.clone();
        oikos_node::init(&folder, &config, &as_clock).unwrap();
        let node = Arc::new(Node::open(folder.clone(), as_clock).unwrap());
        let linked = LinkedNode::new(Arc::clone(&node));
        let identity = NodeIdentity::load(&folder.keys()).unwrap();
        let store = SqliteStore::open(folder.registry()).unwrap();
        Self { node, linked, clock, identity, folder, store, _temporary: temporary }
    }

    pub(crate) fn id(&self) -> &NodeId {
        self.node.id()
    }

    /// A person with every role that acts on what passes between nodes.
    pub(crate) fn person(&self) -> Caller {
        let roles = [Role::Releaser, Role::Analyst, Role::Administrator, Role::Supervisor].into();
        Caller {
            principal: Principal::Person { name: UserName::new("anna.virtanen").unwrap(), roles, desks: BTreeSet::new() },
            purpose: purpose(),
            legal_basis: LegalBasis::new("Dir. 2002/59/EC").unwrap(),
            case: None,
            is_stated: true,
        }
    }

    /// Reads or writes the registry past the node.
    pub(crate) fn registry<T>(&self, work: impl FnOnce(&mut dyn Transaction) -> T) -> T {
        let act = Act {
            actor: Actor::Node(self.id().clone()),
            action: Action::Detect,
            purpose: purpose(),
            legal_basis: LegalBasis::new("a test").unwrap(),
            case: None,
            at: self.clock.now(),
        };
        let mut tx = self.store.begin(&act).unwrap();
        let value = work(tx.as_mut());
        tx.commit().unwrap();
        value
    }

    pub(crate) fn label(&self) -> Label {
        Label { marking: marking(), origin: self.id().clone(), scope: Scope::Node }
    }

    /// Puts an own finding with these selectors among its facts.
    pub(crate) fn detects(&self, title: &str, selectors: &[(SelectorKind, &str)]) -> Finding {
        self.detects_again("one", title, selectors)
    }

    /// As [`detects`](Self::detects), under a key of its own: the same key again is a new revision.
    pub(crate) fn detects_again(&self, key: &str, title: &str, selectors: &[(SelectorKind, &str)]) -> Finding {
        let detector = DetectorId::new("sea.gap").unwrap();
        let selectors: Vec<Selector> =
            selectors.iter().map(|(kind, value)| Selector { kind: *kind, value: (*value).to_owned() }).collect();
        let fact = |selector: &Selector| Fact {
            name: selector.kind.code().to_owned(),
            value: FactValue::Selector(selector.clone()),
            marking: marking(),
        };
        let finding = Finding {
            key: FindingKey::new(&detector, [key]),
            origin: self.id().clone(),
            detector,
            desk: "sea".to_owned(),
            run: None,
            title: title.to_owned(),
            occurred_from: second(-500),
            occurred_to: second(-400),
            place: None,
            prior_bits: -6.0,
            reasons: Vec::new(),
            calibrated: false,
            facts: selectors.iter().map(fact).collect(),
            selectors,
            evidence: Vec::new(),
            derived_from: Vec::new(),
            marking: marking(),
        };
        let label = self.label();
        self.registry(|tx| {
            let label = tx.intern_label(&label).unwrap();
            tx.put_finding(&finding, label, false, second(0)).unwrap();
        });
        finding
    }

    /// Own statements, each with its value.
    pub(crate) fn states(&self, values: impl IntoIterator<Item = String>) -> Vec<Statement> {
        let label = self.label();
        let statement = |value: String| {
            let content = StatementDraft {
                entity: EntityId::new("sea.vessels/1").unwrap(),
                kind: "vessel".to_owned(),
                property: "name".to_owned(),
                value,
                valid_from: None,
                valid_to: None,
                stated_at: None,
                record: None,
                person_category: PersonCategory::NotAPerson,
                assessment: Assessment::Fact,
                evaluation: Evaluation::default(),
            };
            Statement::record(content, self.id().clone(), DatasetId::new("sea.vessels").unwrap(), label.id(), second(0))
        };
        let statements: Vec<Statement> = values.into_iter().map(statement).collect();
        self.registry(|tx| {
            tx.intern_label(&label).unwrap();
            tx.put_statements(&statements).unwrap();
        });
        statements
    }

    /// Releases a whole finding in a person's name.
    pub(crate) fn releases(&self, finding: &Finding, to: &Office) {
        let request = serde_json::json!({ "partner": to.id(), "finding": { "origin": finding.origin, "key": finding.key } });
        let request: ReleaseRequest = serde_json::from_value(request).unwrap();
        self.node.release(&self.person(), &request).unwrap();
    }

    /// Everything that waits for `to`, as sealed bytes.
    pub(crate) fn outbox(&self, to: &Office) -> Vec<Vec<u8>> {
        self.node.publish_journal().unwrap();
        self.registry(|tx| {
            let query = oikos_registry::OutboxQuery { partner: to.id(), sequenced_below: i64::MAX, after: 0, limit: 1_000 };
            tx.undelivered(&query).unwrap().into_iter().map(|parcel| parcel.bytes).collect()
        })
    }

    /// Carries everything that waits for `to` there, and the receipts back. Returns how many parcels were taken.
    pub(crate) fn delivers(&self, to: &Office) -> usize {
        let request = serde_json::from_value(serde_json::json!({ "partner": to.id() })).unwrap();
        let file = self.node.export_parcels(&self.person(), &request).unwrap();
        let imported = to.node.import_parcels(&to.person(), &file).unwrap();
        let receipts = oikos_node::ParcelFile { format: 1, receipts: imported.receipts, ..Default::default() };
        let acknowledged = self.node.import_parcels(&self.person(), &receipts).unwrap();
        assert!(acknowledged.lines.iter().all(|line| line.outcome == "acknowledged"), "{:?}", acknowledged.lines);
        acknowledged.lines.len()
    }

    /// The state of the only received finding.
    pub(crate) fn received(&self) -> Option<(Finding, FindingState)> {
        let query = oikos_registry::FindingQuery { received: Some(true), ..Default::default() };
        let mut found = self.registry(|tx| tx.findings(&query).unwrap());
        assert!(found.len() < 2);
        found.pop().map(|stored| (stored.finding, stored.state))
    }

    /// The newest entries of the journal, newest first.
    pub(crate) fn journal(&self) -> Vec<serde_json::Value> {
        let rows = self.registry(|tx| tx.journal_rows(0, 10_000).unwrap());
        rows.into_iter().rev().filter_map(|row| serde_json::from_str(&row.content?).ok()).collect()
    }
}

/// The terms of an agreement between two authorities.
pub(crate) fn terms(one: &Office, other: &Office) -> AgreementTerms {
    AgreementTerms {
        format: 1,
        title: "Fictional agreement".to_owned(),
        parties: [one.id().clone(), other.id().clone()].into(),
        kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
        purposes: [purpose()].into(),
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
        valid_from: second(-10),
        valid_to: second(1_000_000),
    }
}

/// One invites, the other accepts, the one takes the answer: as the program does it with files.
pub(crate) fn agree(one: &Office, other: &Office, terms: AgreementTerms) {
    let file = serde_json::to_string(&Invitation::new(terms, &one.identity).unwrap()).unwrap();
    let invitation = Invitation::from_text(&file).unwrap();
    assert!(!invitation.is_signed_by(&other.identity));
    let (partner, answer) = invitation.accept(&other.identity).unwrap();
    take_up(other, &partner);
    let answer = Invitation::from_text(&serde_json::to_string(&answer.unwrap()).unwrap()).unwrap();
    assert!(answer.is_signed_by(&one.identity));
    let (partner, nothing) = answer.accept(&one.identity).unwrap();
    assert_eq!(nothing, None);
    take_up(one, &partner);
}

fn take_up(office: &Office, partner: &oikos_exchange::Partner) {
    let request = PartnerRequest { card: partner.card().clone(), agreement: partner.agreement().clone() };
    office.node.add_partner(&office.person(), &request).unwrap();
}
