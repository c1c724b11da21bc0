//! Asks over the hybrid link on the loopback interface.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use oikos_exchange::{
    AgreementTerms, AnswerRule, AskContext, AskEntry, AskKey, AskMode, AskOutcome, AskReference, AskSet, Asking, CryptoFloor,
    Epoch, MAXIMUM_QUESTION_BYTES, NodeDescription, NodeIdentity, ParcelKind, Partner, PartnerClass, Question, Receipt,
    SetBuilder, SignedAgreement,
};
use oikos_exchange_transport::{AskSetWanted, Client, DeliveryError, Directory, Handler, Limits, Refused, Server};
use oikos_model::{
    ContentHash, Evaluation, LegalBasis, NodeId, Purpose, Regime, Selector, SelectorClass, SelectorKind, Timestamp, Tlp,
};
use tokio::sync::oneshot;

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn identity(name: &str) -> Arc<NodeIdentity> {
    let description = NodeDescription {
        node: NodeId::new(name).unwrap(),
        display_name: name.to_owned(),
        country: "FI".to_owned(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: "127.0.0.1:1".to_owned(),
    };
    Arc::new(NodeIdentity::generate(description, now()).unwrap())
}

fn purpose() -> Purpose {
    Purpose::new("maritime-safety").unwrap()
}

fn imo(number: u32) -> Selector {
    Selector { kind: SelectorKind::Imo, value: number.to_string() }
}

/// The agreement as each side sees the other.
struct Nodes {
    asker: Arc<NodeIdentity>,
    owner: Arc<NodeIdentity>,
    owner_partner: Partner,
    asker_partner: Partner,
}

fn nodes() -> Nodes {
    let (asker, owner) = (identity("fi.coast-guard"), identity("at.fdi"));
    let terms = AgreementTerms {
        format: 1,
        title: "Fictional agreement".to_owned(),
        parties: [asker.node().clone(), owner.node().clone()].into(),
        kinds: [ParcelKind::FindingFacts].into(),
        purposes: [purpose()].into(),
        tlp_ceiling: Tlp::Amber,
        regimes: [Regime::Gdpr].into(),
        pre_authorised: Default::default(),
        ask_budgets_per_day: [(SelectorKind::Imo, 128)].into(),
        ask_purposes: Default::default(),
        neither_confirm_nor_deny: Default::default(),
        onward: false,
        erase_on_leaving: false,
        safeguards: None,
        reuse_law: None,
        retention_days: 1,
        crypto_floor: CryptoFloor::HybridPostQuantum,
        valid_from: now(),
        valid_to: Timestamp::MAX,
    };
    let agreement = SignedAgreement::propose(terms, &asker).unwrap().countersign(&owner, asker.card()).unwrap();
    let owner_partner = Partner::accept(asker.card(), owner.card().clone(), agreement.clone()).unwrap();
    let asker_partner = Partner::accept(owner.card(), asker.card().clone(), agreement).unwrap();
    Nodes { asker, owner, owner_partner, asker_partner }
}

struct OnePartner(Partner);

impl Directory for OnePartner {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        (self.0.card().content.tls_pin == *pin).then(|| self.0.node().clone())
    }
}

/// The asked side as a node does it: one set, and a count of what was asked.
struct Desk {
    owner: Arc<NodeIdentity>,
    partner: Partner,
    key: AskKey,
    set: AskSet,
    spent: Mutex<u64>,
}

impl Handler for Desk {
    async fn parcel(&self, _: NodeId, _: Bytes) -> Result<Receipt, Refused> {
        Err(Refused::finally("form", "asks only"))
    }

    async fn ask_set(&self, partner: NodeId, wanted: AskSetWanted) -> Result<Bytes, Refused> {
        let context = self.key.context();
        if (partner, wanted.purpose, wanted.class, wanted.epoch)
            != (context.asker.clone(), context.purpose.clone(), context.class, context.epoch)
        {
            return Err(Refused::finally("no_set", "there is no such set"));
        }
        match wanted.page {
            None => Ok(self.set.signed().to_bytes().into()),
            Some(page) => self.set.page(page as usize).map(Bytes::from).ok_or_else(|| Refused::finally("page", "no such page")),
        }
    }

    async fn ask(&self, _: NodeId, question: Bytes) -> Result<Bytes, Refused> {
        let question = Question::read(&question).map_err(|refusal| Refused::from(&refusal))?;
        let mut spent = self.spent.lock().unwrap();
        question.check_allowed(self.owner.node(), &self.partner, *spent, now()).map_err(|refusal| Refused::from(&refusal))?;
        *spent += question.count() as u64;
        Ok(self.key.answer(&question).map_err(|refusal| Refused::from(&refusal))?.to_bytes().into())
    }
}

struct Silent;

impl Handler for Silent {
    async fn parcel(&self, _: NodeId, _: Bytes) -> Result<Receipt, Refused> {
        Err(Refused::finally("form", "nothing"))
    }
}

/// A running server and the card to find it by.
async fn serve<H: Handler>(nodes: &Nodes, handler: H) -> (oikos_exchange::IdentityCard, oneshot::Sender<()>) {
    let directory = Arc::new(OnePartner(nodes.asker_partner.clone()));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let listening = Server::bind(any_port, &nodes.owner, directory, handler, Limits::default()).await.unwrap();
    let mut card = nodes.owner.card().clone();
    card.content.description.address = listening.local_address().to_string();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listening.run(async { drop(stopped.await) }));
    (card, stop)
}

fn wanted() -> AskSetWanted {
    AskSetWanted { purpose: purpose(), class: SelectorClass::Impersonal, epoch: Epoch::of(now()), page: None }
}

fn desk(nodes: &Nodes, held: u32) -> Desk {
    let context = AskContext {
        owner: nodes.owner.node().clone(),
        asker: nodes.asker.node().clone(),
        purpose: purpose(),
        class: SelectorClass::Impersonal,
        epoch: Epoch::of(now()),
        mode: AskMode::Verifiable,
    };
    let key = AskKey::derive(&nodes.owner, context).unwrap();
    let builder = SetBuilder::new(&key).unwrap();
    let entry = |number| AskEntry { selector: imo(number), reference: AskReference([1; 16]), quality: Evaluation::default() };
    let entries: Vec<AskEntry> = (0..held).map(entry).collect();
    let sealed = builder.seal(&nodes.asker_partner.agreement().terms, &entries).unwrap();
    let set = builder.publish(&nodes.owner, AnswerRule::Hits, vec![sealed], now()).unwrap();
    Desk { owner: Arc::clone(&nodes.owner), partner: nodes.asker_partner.clone(), key, set, spent: Mutex::new(0) }
}

fn code(error: DeliveryError) -> String {
    match error {
        DeliveryError::Refused(refused) => refused.code,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_partner_asks_over_the_link_until_its_budget_is_used_up() {
    let nodes = nodes();
    let (card, _stop) = serve(&nodes, desk(&nodes, 3)).await;
    let client = Client::new(Arc::clone(&nodes.asker), Limits::default());
    let mut connection = client.connect(&card).await.unwrap();
    assert_eq!(connection.link().key_exchange, "X25519MLKEM768");
    let set = connection.ask_set(&nodes.owner_partner, &wanted(), now()).await.unwrap();
    let start = |selectors| {
        let basis = LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap();
        Asking::start(&set, &nodes.owner_partner.agreement().terms, basis, None, selectors).unwrap()
    };
    for _ in 0..2 {
        let asking = start(vec![imo(2), imo(3)]);
        let answer = connection.ask(asking.question()).await.unwrap();
        let results = asking.finish(&set, &answer).unwrap();
        assert!(matches!(results[0].outcome, AskOutcome::Hit { reference: AskReference([1, ..]), .. }));
        assert_eq!(results[1].outcome, AskOutcome::NoHit);
    }
    assert_eq!(code(connection.ask(start(vec![imo(2)]).question()).await.unwrap_err()), "budget");
}

#[tokio::test]
async fn a_set_longer_than_other_answers_is_taken_whole() {
    let nodes = nodes();
    let desk = desk(&nodes, 1025);
    assert!(desk.set.page(0).unwrap().len() > 64 * 1024);
    let (card, _stop) = serve(&nodes, desk).await;
    let client = Client::new(Arc::clone(&nodes.asker), Limits::default());
    let set = client.connect(&card).await.unwrap().ask_set(&nodes.owner_partner, &wanted(), now()).await.unwrap();
    assert_eq!((set.missing().count(), set.header().count), (0, 2048));
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let nodes = nodes();
    let (card, _stop) = serve(&nodes, desk(&nodes, 3)).await;
    let client = Client::new(Arc::clone(&nodes.asker), Limits::default());
    let mut connection = client.connect(&card).await.unwrap();
    let yesterday = AskSetWanted { epoch: Epoch(wanted().epoch.0 - 1), ..wanted() };
    assert_eq!(code(connection.ask_set(&nodes.owner_partner, &yesterday, now()).await.unwrap_err()), "no_set");
    let set = connection.ask_set(&nodes.owner_partner, &wanted(), now()).await.unwrap();
    let basis = LegalBasis::new("fictional").unwrap();
    let asking = Asking::start(&set, &nodes.owner_partner.agreement().terms, basis, None, vec![imo(1)]).unwrap();
    let mut question = asking.question().clone();
    question.points.0 = vec![0; MAXIMUM_QUESTION_BYTES + 1];
    assert_eq!(code(connection.ask(&question).await.unwrap_err()), "oversized");
    question.points.0 = vec![0; 64 * 32];
    assert_eq!(code(connection.ask(&question).await.unwrap_err()), "point");
}

#[tokio::test]
async fn a_node_that_offers_no_asks_says_so() {
    let nodes = nodes();
    let (card, _stop) = serve(&nodes, Silent).await;
    let client = Client::new(Arc::clone(&nodes.asker), Limits::default());
    let mut connection = client.connect(&card).await.unwrap();
    assert_eq!(code(connection.ask_set(&nodes.owner_partner, &wanted(), now()).await.unwrap_err()), "not_offered");
}
