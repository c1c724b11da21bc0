//! Two nodes with an agreement, linked over loopback, that can be closed, changed on disk and opened again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oikos_exchange::{AgreementTerms, CryptoFloor, ParcelKind, SignedAgreement};
use oikos_model::{Clock, LegalBasis, NodeId, Purpose, Regime, SimulatedClock, Timestamp, Tlp, UserName};
use oikos_node::{Caller, Grounds, LinkedNode, Node, NodeConfig, NodeFolder, PartnerRequest, UserRequest};
use oikos_policy::Principal;

const PASSWORD: &str = "a-password-of-length";

pub(crate) struct Member {
    /// Absent only while the node is closed.
    pub(crate) linked: Option<LinkedNode>,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) root: PathBuf,
    port: u16,
    serving: Option<tokio::task::JoinHandle<()>>,
}

pub(crate) struct Pair {
    pub(crate) fi: Member,
    pub(crate) at: Member,
    temporary: tempfile::TempDir,
}

pub(crate) fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

impl Pair {
    pub(crate) async fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let fi = Member::new(temporary.path(), "fi.coast-guard", "FI").await;
        let at = Member::new(temporary.path(), "at.fdi", "AT").await;
        let pair = Self { fi, at, temporary };
        let terms = AgreementTerms {
            format: 1,
            title: "A fictional agreement".to_owned(),
            parties: [pair.at.node().id().clone(), pair.fi.node().id().clone()].into(),
            kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
            purposes: [Purpose::new("maritime-safety").unwrap(), Purpose::new("fdi-screening").unwrap()].into(),
            tlp_ceiling: Tlp::Amber,
            regimes: BTreeSet::from([Regime::Gdpr]),
            pre_authorised: BTreeSet::new(),
            ask_budgets_per_day: Default::default(),
            safeguards: None,
            reuse_law: None,
            onward: false,
            neither_confirm_nor_deny: BTreeSet::new(),
            ask_purposes: BTreeSet::new(),
            erase_on_leaving: false,
            retention_days: 730,
            crypto_floor: CryptoFloor::HybridPostQuantum,
            valid_from: moment(-1000),
            valid_to: moment(100_000_000),
        };
        let (at, fi) = (pair.at.node().identity(), pair.fi.node().identity());
        let agreement = SignedAgreement::propose(terms, at).unwrap().countersign(fi, at.card()).unwrap();
        for (one, other) in [(&pair.at, &pair.fi), (&pair.fi, &pair.at)] {
            let card = other.node().identity().card().clone();
            one.node().add_partner(&one.operator(), &PartnerRequest { card, agreement: agreement.clone() }).unwrap();
        }
        pair
    }

    pub(crate) fn folder(&self) -> &Path {
        self.temporary.path()
    }

    pub(crate) fn advance_to(&self, now: Timestamp) {
        self.fi.clock.advance_to(now);
        self.at.clock.advance_to(now);
    }
}

impl Member {
    async fn new(parent: &Path, id: &str, country: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let clock = Arc::new(SimulatedClock::new(moment(0)));
        let config = NodeConfig {
            exchange_listen: format!("127.0.0.1:{port}"),
            registry: None,
            id: NodeId::new(id).unwrap(),
            country: country.into(),
            upload_bytes_maximum: NodeConfig::UPLOAD_BYTES_MAXIMUM,
            witnesses: 1,
            default_legal_basis: LegalBasis::new("a test").unwrap(),
            ..super::config()
        };
        let root = parent.join(id);
        let as_clock: Arc<dyn Clock> = clock.clone();
        oikos_node::init(&NodeFolder::new(&root), &config, &as_clock).unwrap();
        let mut member = Self { linked: None, clock, root, port, serving: None };
        member.open().await;
        member
    }

    /// Opens the node and serves its partners.
    pub(crate) async fn open(&mut self) {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let node = Node::open(NodeFolder::new(&self.root), clock).unwrap();
        let linked = LinkedNode::new(Arc::new(node));
        let server = linked.listen(([127, 0, 0, 1], self.port).into()).await.unwrap();
        self.serving = Some(tokio::spawn(server.run(std::future::pending())));
        self.linked = Some(linked);
    }

    /// Ends the node: its folder is free once this returns.
    pub(crate) async fn close(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.abort();
        drop(serving.await);
        let node = Arc::downgrade(self.linked.take().unwrap().node());
        while node.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn linked(&self) -> &LinkedNode {
        self.linked.as_ref().unwrap()
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        self.linked().node()
    }

    pub(crate) fn operator(&self) -> Caller {
        let token = oikos_node::operator_token(&NodeFolder::new(&self.root)).unwrap();
        self.node().caller_of_token(&token, Grounds::default()).unwrap()
    }

    /// A person with these roles, signed in for a purpose.
    pub(crate) fn person(&self, name: &str, roles: &[&str], purpose: &str) -> Caller {
        let request = UserRequest {
            name: UserName::new(name).unwrap(),
            display_name: name.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            password: Some(PASSWORD.to_owned()),
            disabled: false,
        };
        self.node().put_user(&self.operator(), &request).unwrap();
        let principal = Principal::person(request.name, roles.iter().copied()).unwrap();
        Caller { principal, purpose: Purpose::new(purpose).unwrap(), ..self.operator() }
    }

    pub(crate) fn officer(&self) -> Caller {
        self.person("dora", &["data-protection-officer"], "oversight")
    }
}
