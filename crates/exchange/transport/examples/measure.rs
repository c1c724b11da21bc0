//! What sealing, opening and connecting cost on this machine.
//!
//! `cargo run -p oikos-exchange-transport --example measure`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for one person at a terminal")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use oikos_exchange::{
    AgreementTerms, IdentityCard, NodeDescription, NodeIdentity, ParcelContent, Partner, PartnerClass, Receipt,
    ReleasedStatement, SignedAgreement, open, seal,
};
use oikos_exchange_transport::{Client, Directory, Handler, Limits, Refused, Server};
use oikos_model::{
    Assessment, ContentHash, DatasetId, EntityId, Evaluation, Label, LegalBasis, Marking, NodeId, PersonCategory, Purpose,
    Regime, Scope, Statement, StatementDraft, Timestamp, Tlp, UserName,
};

const TERMS: &str = "
format: 1
title: measured
parties: [at.fdi, fi.coast-guard]
kinds: [finding_facts, statements]
purposes: [infrastructure-protection]
tlp_ceiling: AMBER
regimes: [GDPR]
retention_days: 90
crypto_floor: hybrid_post_quantum
valid_from: 2026-01-01T00:00:00Z
valid_to: 2027-01-01T00:00:00Z
";

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn identity(name: &str, address: &str) -> NodeIdentity {
    let description = NodeDescription {
        node: NodeId::new(name).unwrap(),
        display_name: name.to_owned(),
        country: "XX".to_owned(),
        regime: Regime::Gdpr,
        partner_class: PartnerClass::MemberState,
        address: address.to_owned(),
    };
    NodeIdentity::generate(description, now()).unwrap()
}

fn content(statements: usize, agreement: ContentHash) -> ParcelContent {
    let origin = NodeId::new("fi.coast-guard").unwrap();
    let purpose = Purpose::new("infrastructure-protection").unwrap();
    let label =
        Label { marking: Marking::new(Regime::Gdpr, Tlp::Green, [purpose.clone()]), origin: origin.clone(), scope: Scope::Node };
    let statement = |number: usize| {
        let content = StatementDraft {
            entity: EntityId::new(format!("sea.vessels/{number}")).unwrap(),
            kind: "vessel".to_owned(),
            property: "name".to_owned(),
            value: format!("Vessel {number}"),
            valid_from: Some(now()),
            valid_to: None,
            stated_at: None,
            record: None,
            person_category: PersonCategory::NotAPerson,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        };
        let dataset = DatasetId::new("sea.vessels").unwrap();
        ReleasedStatement {
            statement: Statement::record(content, origin.clone(), dataset, label.id(), now()),
            label: label.clone(),
        }
    };
    ParcelContent {
        format: 1,
        from: origin.clone(),
        to: NodeId::new("at.fdi").unwrap(),
        sequence: 1,
        agreement,
        created_at: now(),
        expires: None,
        released_by: Some(UserName::new("anna.virtanen").unwrap()),
        purpose,
        legal_basis: LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap(),
        findings: Vec::new(),
        statements: (0..statements).map(statement).collect(),
        retractions: Vec::new(),
        rectifications: Vec::new(),
        requests: Vec::new(),
        answers: Vec::new(),
        leaves: false,
        leave_reason: None,
    }
}

/// The middle of so many tries.
fn median(tries: usize, mut attempt: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..tries)
        .map(|_| {
            let start = Instant::now();
            attempt();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[tries / 2]
}

struct Knows(IdentityCard);

impl Directory for Knows {
    fn partner_with_pin(&self, pin: &ContentHash) -> Option<NodeId> {
        (self.0.content.tls_pin == *pin).then(|| self.0.node().clone())
    }
}

struct Refuses;

impl Handler for Refuses {
    async fn parcel(&self, _: NodeId, _: Bytes) -> Result<Receipt, Refused> {
        Err(Refused::finally("measuring", "nothing is taken here"))
    }
}

fn main() {
    let (fi, at) = (identity("fi.coast-guard", "127.0.0.1:1"), identity("at.fdi", "127.0.0.1:47113"));
    let terms = AgreementTerms::from_text(TERMS).unwrap();
    let hash = terms.hash();
    let agreement = SignedAgreement::propose(terms, &fi).unwrap().countersign(&at, fi.card()).unwrap();
    let partner = Partner::accept(at.card(), fi.card().clone(), agreement).unwrap();
    println!("identity card: {} bytes of JSON", serde_json::to_vec(fi.card()).unwrap().len());
    for statements in [1, 100, 1_000, 10_000] {
        let content = content(statements, hash);
        let sealed = seal(&fi, at.card(), &content).unwrap();
        let tries = if statements > 1_000 { 5 } else { 51 };
        let sealing = median(tries, || drop(seal(&fi, at.card(), &content).unwrap()));
        let opening = median(tries, || drop(open(&at, &partner, &sealed.bytes, now()).unwrap()));
        println!(
            "{statements} statements: {} bytes sealed; seal {sealing:?}, open {opening:?} (median of {tries})",
            sealed.bytes.len()
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure_link(fi, at));
}

async fn measure_link(fi: NodeIdentity, at: NodeIdentity) {
    let card = at.card().clone();
    let address: SocketAddr = card.content.description.address.parse().unwrap();
    let directory: Arc<dyn Directory> = Arc::new(Knows(fi.card().clone()));
    let server = Server::bind(address, &at, directory, Refuses, Limits::default()).await.unwrap();
    tokio::spawn(server.run(std::future::pending()));
    let client = Client::new(Arc::new(fi), Limits::default());
    let mut times = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        let connection = client.connect(&card).await.unwrap();
        times.push(start.elapsed());
        if times.len() == 1 {
            println!("link: {:?}", connection.link());
        }
    }
    times.sort();
    println!("connect with mutual TLS 1.3 on loopback, certificate made each time: median {:?} of {}", times[50], times.len());
}
