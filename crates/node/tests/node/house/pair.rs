//! Two nodes with an agreement between them, on one simulated clock, linked by the real transport. What goes over the link is recorded.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use oikos_exchange::{AgreementTerms, CryptoFloor, ParcelKind, Receipt, SignedAgreement};
use oikos_exchange_transport::{AskSetWanted, Directory, Handler, Limits, Refused, Server};
use oikos_model::{
    Act, Action, Actor, Assessment, CaseId, Clock, DatasetId, DetectorId, EntityId, Evaluation, Fact, FactValue, Finding,
    FindingKey, Label, LegalBasis, Marking, NodeId, PermittedAction, PersonCategory, Purpose, Reason, Regime, Scope, Selector,
    SelectorKind, SimulatedClock, Statement, StatementDraft, Timestamp, Tlp, UserName,
};
use oikos_node::{Caller, LinkedNode, Node, NodeConfig, NodeFolder, PartnerRequest, UserRequest};
use oikos_policy::{Principal, Role};
use oikos_registry::{Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

/// Bytes that one side sent to the other, in the clear of the link.
pub(crate) type Wire = Arc<Mutex<Vec<Vec<u8>>>>;

/// Takes what partners send as the node does, and writes it down with what goes back.
struct Recording {
    linked: LinkedNode,
    wire: Wire,
}

impl Recording {
    fn note(&self, bytes: &[u8]) {
        self.wire.lock().unwrap().push(bytes.to_vec());
    }

    fn noted(&self, answer: Result<Bytes, Refused>) -> Result<Bytes, Refused> {
        match &answer {
            Ok(bytes) => self.note(bytes),
            Err(refused) => self.note(refused.message.as_bytes()),
        }
        answer
    }
}

impl Handler for Recording {
    async fn parcel(&self, partner: NodeId, bytes: Bytes) -> Result<Receipt, Refused> {
        self.note(&bytes);
        self.linked.parcel(partner, bytes).await
    }

    async fn ask_set(&self, partner: NodeId, wanted: AskSetWanted) -> Result<Bytes, Refused> {
        self.note(format!("{wanted:?}").as_bytes());
        self.noted(self.linked.ask_set(partner, wanted).await)
    }

    async fn ask(&self, partner: NodeId, question: Bytes) -> Result<Bytes, Refused> {
        self.note(&question);
        self.noted(self.linked.ask(partner, question).await)
    }
}

/// One of the two.
pub(crate) struct Side {
    pub(crate) node: Arc<Node>,
    pub(crate) linked: LinkedNode,
    pub(crate) clock: Arc<SimulatedClock>,
    folder: NodeFolder,
    _temporary: tempfile::TempDir,
}

/// Both, and all that went between them.
pub(crate) struct Pair {
    pub(crate) at: Side,
    pub(crate) fi: Side,
    pub(crate) wire: Wire,
    runtime: tokio::runtime::Runtime,
}

pub(crate) const PURPOSES: [&str; 3] = ["fdi-screening", "infrastructure-protection", "maritime-safety"];

pub(crate) fn start() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

impl Pair {
    /// Two nodes whose agreement `change` may alter.
    pub(crate) fn new(change: impl FnOnce(&mut AgreementTerms)) -> Self {
        Self::with_a_node_of("FI", change)
    }

    /// As [`new`](Self::new), with the second node in another country.
    pub(crate) fn with_a_node_of(country: &str, change: impl FnOnce(&mut AgreementTerms)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let wire = Wire::default();
        let at = Side::new(&runtime, "at.investment-screening", "AT", "fdi-screening", &wire);
        let fi = Side::new(&runtime, "fi.coast-guard", country, "maritime-safety", &wire);
        let mut terms = terms([at.node.id().clone(), fi.node.id().clone()].into());
        change(&mut terms);
        let proposal = SignedAgreement::propose(terms, at.node.identity()).unwrap();
        let agreement = proposal.countersign(fi.node.identity(), at.node.identity().card()).unwrap();
        for (one, other) in [(&at, &fi), (&fi, &at)] {
            let request = PartnerRequest { card: other.node.identity().card().clone(), agreement: agreement.clone() };
            one.node.add_partner(&one.caller("olga", &[Role::Administrator], "fdi-screening"), &request).unwrap();
        }
        Self { at, fi, wire, runtime }
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn advance_hours(&self, hours: i64) {
        let now = Timestamp::from_second(self.at.clock.now().as_second() + hours * 3600).unwrap();
        self.at.clock.advance_to(now);
        self.fi.clock.advance_to(now);
    }

    /// Delivers everything both ways; every parcel must arrive.
    pub(crate) fn deliver(&self) {
        use oikos_node::Delivery;
        for side in [&self.at, &self.fi] {
            for line in self.wait(side.linked.deliver()).unwrap() {
                assert_eq!(line.problem, None, "{line:?}");
            }
        }
    }
}

impl Side {
    fn new(runtime: &tokio::runtime::Runtime, id: &str, country: &str, purpose: &str, wire: &Wire) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = NodeFolder::new(temporary.path().join("node"));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let config = NodeConfig {
            id: NodeId::new(id).unwrap(),
            display_name: id.into(),
            country: country.into(),
            default_purpose: Purpose::new(purpose).unwrap(),
            exchange_listen: format!("127.0.0.1:{port}"),
            registry: None,
            ..crate::house::config()
        };
        let clock = Arc::new(SimulatedClock::new(start()));
        let as_clock: Arc<dyn Clock> = clock.clone();
        oikos_node::init(&folder, &config, &as_clock).unwrap();
        let node = Arc::new(Node::open(folder.clone(), as_clock).unwrap());
        let linked = LinkedNode::new(Arc::clone(&node));
        let server = runtime.block_on(async {
            let directory: Arc<dyn Directory> = Arc::new(linked.clone());
            let recording = Recording { linked: linked.clone(), wire: Arc::clone(wire) };
            Server::bind(([127, 0, 0, 1], port).into(), node.identity(), directory, recording, Limits::default()).await
        });
        runtime.spawn(server.unwrap().run(std::future::pending()));
        Self { node, linked, clock, folder, _temporary: temporary }
    }

    /// A person with these roles, for a purpose.
    pub(crate) fn caller(&self, name: &str, roles: &[Role], purpose: &str) -> Caller {
        Caller {
            principal: Principal::Person {
                name: UserName::new(name).unwrap(),
                roles: roles.iter().copied().collect(),
                desks: BTreeSet::new(),
            },
            purpose: Purpose::new(purpose).unwrap(),
            legal_basis: LegalBasis::new("Reg. (EU) 2019/452 Art. 6").unwrap(),
            case: None,
            is_stated: true,
        }
    }

    /// Makes an account.
    pub(crate) fn employ(&self, name: &str, roles: &[&str]) {
        let request = UserRequest {
            name: UserName::new(name).unwrap(),
            display_name: name.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            password: Some(crate::house::PASSWORD.into()),
            disabled: false,
        };
        self.node.put_user(&self.caller("olga", &[Role::Administrator], "fdi-screening"), &request).unwrap();
    }

    pub(crate) fn analyst(&self, purpose: &str) -> Caller {
        self.caller("anna", &[Role::Analyst], purpose)
    }

    pub(crate) fn in_case(&self, purpose: &str, case: &str) -> Caller {
        Caller { case: Some(CaseId::new(case).unwrap()), ..self.analyst(purpose) }
    }

    pub(crate) fn releaser(&self, purpose: &str) -> Caller {
        self.caller("rita", &[Role::Releaser, Role::Analyst], purpose)
    }

    /// Puts things into the registry as an import or a run would have.
    pub(crate) fn put(&self, work: impl FnOnce(&mut dyn Transaction, &NodeId, Timestamp)) {
        let act = Act {
            actor: Actor::Node(self.node.id().clone()),
            action: Action::Import,
            purpose: Purpose::new("fdi-screening").unwrap(),
            legal_basis: LegalBasis::new("test").unwrap(),
            case: None,
            at: self.clock.now(),
        };
        let store = SqliteStore::open(self.folder.registry()).unwrap();
        let mut tx = store.begin(&act).unwrap();
        work(tx.as_mut(), self.node.id(), self.clock.now());
        tx.commit().unwrap();
    }

    /// A finding about these selectors, each a fact too, for these purposes.
    pub(crate) fn finding(&self, title: &str, selectors: &[Selector], marking: &Marking) -> FindingKey {
        let detector = DetectorId::new("sea.test").unwrap();
        let key = FindingKey::new(&detector, [title]);
        self.put(|tx, node, now| {
            let facts = selectors.iter().map(|selector| Fact {
                name: selector.kind.code().to_owned(),
                value: FactValue::Selector(selector.clone()),
                marking: marking.clone(),
            });
            let finding = Finding {
                key,
                origin: node.clone(),
                detector,
                desk: "sea".into(),
                run: None,
                title: title.into(),
                occurred_from: now,
                occurred_to: now,
                place: None,
                prior_bits: 0.0,
                reasons: vec![Reason { name: "seen".into(), bits: 4.0, text: format!("why {title}") }],
                calibrated: false,
                selectors: selectors.to_vec(),
                facts: facts.collect(),
                evidence: Vec::new(),
                derived_from: Vec::new(),
                marking: marking.clone(),
            };
            let label = Label { marking: marking.clone(), origin: node.clone(), scope: Scope::Node };
            let label = tx.intern_label(&label).unwrap();
            tx.put_finding(&finding, label, false, now).unwrap();
        });
        key
    }

    /// Companies with their LEIs, and who holds whom, as a public register says.
    pub(crate) fn register(&self, companies: &[(&str, &str)], holdings: &[(&str, &str)], marking: &Marking) {
        self.put(|tx, node, now| {
            let label = Label { marking: marking.clone(), origin: node.clone(), scope: Scope::Node };
            let label = tx.intern_label(&label).unwrap();
            let mut statements = Vec::new();
            let mut say = |entity: &str, kind: &str, property: &str, value: &str| {
                let content = StatementDraft {
                    entity: EntityId::new(entity).unwrap(),
                    kind: kind.into(),
                    property: property.into(),
                    value: value.into(),
                    valid_from: None,
                    valid_to: None,
                    stated_at: None,
                    record: None,
                    person_category: PersonCategory::NotAPerson,
                    assessment: Assessment::Fact,
                    evaluation: Evaluation::default(),
                };
                let dataset = DatasetId::new("ownership.register").unwrap();
                statements.push(Statement::record(content, node.clone(), dataset, label, now));
            };
            for (name, lei) in companies {
                say(name, "company", "name", name);
                say(name, "company", "lei", lei);
            }
            for (owner, owned) in holdings {
                let id = format!("{owner}-{owned}");
                say(&id, "ownership", "owner", owner);
                say(&id, "ownership", "owned", owned);
                say(&id, "ownership", "share", "60");
            }
            tx.put_statements(&statements).unwrap();
        });
    }
}

fn terms(parties: BTreeSet<NodeId>) -> AgreementTerms {
    AgreementTerms {
        format: 1,
        title: "Fictional agreement of a test".into(),
        parties,
        kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
        purposes: PURPOSES.iter().map(|code| Purpose::new(*code).unwrap()).collect(),
        tlp_ceiling: Tlp::Amber,
        regimes: [Regime::Gdpr].into(),
        pre_authorised: BTreeSet::new(),
        ask_budgets_per_day: [(SelectorKind::Lei, 5_000), (SelectorKind::Imo, 5_000), (SelectorKind::Iban, 5_000)].into(),
        safeguards: None,
        reuse_law: None,
        onward: false,
        erase_on_leaving: false,
        neither_confirm_nor_deny: BTreeSet::new(),
        ask_purposes: BTreeSet::new(),
        retention_days: 365,
        crypto_floor: CryptoFloor::HybridPostQuantum,
        valid_from: Timestamp::from_second(start().as_second() - 86_400).unwrap(),
        valid_to: Timestamp::from_second(start().as_second() + 400 * 86_400).unwrap(),
    }
}

pub(crate) fn marking(purposes: &[&str], tlp: Tlp) -> Marking {
    Marking::new(Regime::Gdpr, tlp, purposes.iter().map(|code| Purpose::new(*code).unwrap()))
}

/// As a notified deal is marked: for one purpose, and not to be shared.
pub(crate) fn locked() -> Marking {
    let mut marking = marking(&["fdi-screening"], Tlp::Amber);
    marking.permitted.remove(&PermittedAction::Share);
    marking
}
