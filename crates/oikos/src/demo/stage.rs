//! The stage: two nodes with simulated clocks on one machine, linked over loopback by the real transport.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oikos_exchange::{AgreementTerms, CryptoFloor, ParcelKind, SignedAgreement};
use oikos_model::{Clock, LegalBasis, NodeId, Purpose, Regime, SelectorKind, SimulatedClock, Timestamp, Tlp, UserName};
use oikos_node::{
    Caller, Grounds, LinkedNode, Node, NodeConfig, NodeFolder, PartnerRequest, SecondFactorRule, SignInRequest, SignInSettings,
    UserRequest,
};

use super::Narrator;
use crate::failure::Failure;

/// Everyone's password in the demonstration: its nodes listen on loopback only and hold fiction.
pub(crate) const PASSWORD: &str = "quiet-tide-on-loopback";

/// One authority on the stage.
pub(crate) struct Authority {
    pub(crate) linked: LinkedNode,
    clock: Arc<SimulatedClock>,
    folder: PathBuf,
    page_port: u16,
    analyst: UserName,
    releaser: UserName,
    others: [(&'static str, &'static str, &'static str); 4],
}

/// Both authorities.
pub(crate) struct Stage {
    pub(crate) at: Authority,
    pub(crate) fi: Authority,
}

/// What makes one authority differ from another.
struct Casting {
    folder: &'static str,
    id: &'static str,
    name: &'static str,
    country: &'static str,
    purpose: &'static str,
    legal_basis: &'static str,
    analyst: (&'static str, &'static str),
    releaser: (&'static str, &'static str),
    desk: &'static str,
    /// Who else works there, with their one role.
    others: [(&'static str, &'static str, &'static str); 4],
}

const AT: Casting = Casting {
    folder: "at",
    id: "at.investment-screening",
    name: "Investment screening office (fictional)",
    country: "AT",
    purpose: "fdi-screening",
    legal_basis: "Reg. (EU) 2019/452 Art. 6",
    analyst: ("jonas.gruber", "Jonas Gruber"),
    releaser: ("eva.huber", "Eva Huber"),
    desk: "desk:ownership",
    others: [
        ("clara.moser", "Clara Moser", "supervisor"),
        ("felix.wagner", "Felix Wagner", "data-protection-officer"),
        ("ida.bauer", "Ida Bauer", "auditor"),
        ("paul.steiner", "Paul Steiner", "administrator"),
    ],
};

const FI: Casting = Casting {
    folder: "fi",
    id: "fi.coast-guard",
    name: "Coast guard (fictional)",
    country: "FI",
    purpose: "maritime-safety",
    legal_basis: "Dir. 2002/59/EC",
    analyst: ("mikko.laine", "Mikko Laine"),
    releaser: ("anna.virtanen", "Anna Virtanen"),
    desk: "desk:sea",
    others: [
        ("sari.niemi", "Sari Niemi", "supervisor"),
        ("olli.korhonen", "Olli Korhonen", "data-protection-officer"),
        ("tiina.heikkinen", "Tiina Heikkinen", "auditor"),
        ("jari.salo", "Jari Salo", "administrator"),
    ],
};

impl Stage {
    /// Makes both nodes, their people and the agreement.
    pub(crate) async fn set(folder: &Path, day_zero: Timestamp) -> Result<Self, Failure> {
        let start = days_from(day_zero, -126)?;
        let at = Authority::new(folder, &AT, start).await?;
        let fi = Authority::new(folder, &FI, start).await?;
        let stage = Self { at, fi };
        stage.agree(start, days_from(day_zero, 365)?)?;
        Ok(stage)
    }

    /// Moves both clocks.
    pub(crate) fn advance_to(&self, now: Timestamp) {
        self.at.clock.advance_to(now);
        self.fi.clock.advance_to(now);
    }

    /// Both sign one agreement and take each other up.
    fn agree(&self, valid_from: Timestamp, valid_to: Timestamp) -> Result<(), Failure> {
        let purposes = ["fdi-screening", "infrastructure-protection", "maritime-safety"];
        let terms = AgreementTerms {
            format: 1,
            title: "Quiet Tide: critical infrastructure at sea (fictional)".to_owned(),
            parties: [self.at.id().clone(), self.fi.id().clone()].into(),
            kinds: [ParcelKind::FindingFacts, ParcelKind::Statements].into(),
            purposes: purposes.into_iter().filter_map(|code| Purpose::new(code).ok()).collect(),
            tlp_ceiling: Tlp::Amber,
            regimes: BTreeSet::from([Regime::Gdpr]),
            pre_authorised: BTreeSet::new(),
            ask_budgets_per_day: [SelectorKind::Lei, SelectorKind::CompanyNumber, SelectorKind::Imo]
                .map(|kind| (kind, 50_000))
                .into(),
            ask_purposes: BTreeSet::new(),
            neither_confirm_nor_deny: BTreeSet::new(),
            onward: false,
            erase_on_leaving: false,
            safeguards: None,
            reuse_law: None,
            retention_days: 730,
            crypto_floor: CryptoFloor::HybridPostQuantum,
            valid_from,
            valid_to,
        };
        let failure = |error: oikos_exchange::AgreementError| Failure::new(error.to_string());
        let (at, fi) = (self.at.linked.node().identity(), self.fi.linked.node().identity());
        let proposal = SignedAgreement::propose(terms, at).map_err(failure)?;
        let agreement = proposal.countersign(fi, at.card()).map_err(failure)?;
        for (one, other) in [(&self.at, &self.fi), (&self.fi, &self.at)] {
            let card = other.linked.node().identity().card().clone();
            let request = PartnerRequest { card, agreement: agreement.clone() };
            one.linked.node().add_partner(&one.operator()?, &request)?;
        }
        Ok(())
    }

    /// Serves both pages until somebody ends it. The clocks stand still at the story's end.
    pub(crate) async fn serve(&self, narrator: &Narrator) -> Result<(), Failure> {
        let mut pages = Vec::new();
        for authority in [&self.at, &self.fi] {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", authority.page_port));
            let listener = listener.await.map_err(|error| Failure::new(error.to_string()))?;
            let people = format!("{} or {}", authority.analyst, authority.releaser);
            let page = page_origin(authority.page_port);
            narrator.say(&format!("{}: {page}   sign in as {people}, password {PASSWORD}", authority.id()));
            let others: Vec<String> = authority.others.iter().map(|(account, _, role)| format!("{account} ({role})")).collect();
            narrator.say(&format!("    or as {}", others.join(", ")));
            let router = authority.linked.router();
            pages.push(tokio::spawn(async move { axum::serve(listener, router).await }));
        }
        narrator.say("Ctrl-C ends it.");
        crate::commands::serve::interrupted().await;
        pages.iter().for_each(tokio::task::JoinHandle::abort);
        Ok(())
    }
}

impl Authority {
    async fn new(parent: &Path, casting: &Casting, start: Timestamp) -> Result<Self, Failure> {
        let invalid = |error: oikos_model::IdentifierError| Failure::new(error.to_string());
        // The partner's card names where it listens, and passkeys are bound to where the page is, so both ports are chosen first.
        let (port, page_port) = free_ports().await?;
        let config = NodeConfig {
            id: NodeId::new(casting.id).map_err(invalid)?,
            display_name: casting.name.to_owned(),
            country: casting.country.to_owned(),
            regime: Regime::Gdpr,
            default_purpose: Purpose::new(casting.purpose).map_err(invalid)?,
            default_legal_basis: LegalBasis::new(casting.legal_basis).map_err(invalid)?,
            listen: format!("127.0.0.1:{page_port}"),
            exchange_listen: format!("127.0.0.1:{port}"),
            registry: None,
            witnesses: 0,
            upload_bytes_maximum: NodeConfig::UPLOAD_BYTES_MAXIMUM,
            // The story's clock is not the one of anybody's authenticator app.
            sign_in: SignInSettings {
                second_factor: SecondFactorRule::Optional,
                public_origin: Some(page_origin(page_port)),
                ..SignInSettings::default()
            },
        };
        let clock = Arc::new(SimulatedClock::new(start));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let folder = NodeFolder::new(parent.join(casting.folder));
        oikos_node::init(&folder, &config, &as_clock)?;
        let linked = LinkedNode::new(Arc::new(Node::open(folder.clone(), as_clock)?));
        let authority = Self {
            linked,
            clock,
            folder: folder.root().to_owned(),
            page_port,
            analyst: UserName::new(casting.analyst.0).map_err(invalid)?,
            releaser: UserName::new(casting.releaser.0).map_err(invalid)?,
            others: casting.others,
        };
        authority.employ(casting.analyst, &["analyst", "data-protection-officer", casting.desk])?;
        authority.employ(casting.releaser, &["releaser", "analyst", casting.desk])?;
        for (account, name, role) in casting.others {
            authority.employ((account, name), &[role, casting.desk])?;
        }
        let server = authority.linked.listen(([127, 0, 0, 1], port).into()).await?;
        tokio::spawn(server.run(std::future::pending()));
        Ok(authority)
    }

    fn employ(&self, (account, name): (&str, &str), roles: &[&str]) -> Result<(), Failure> {
        let request = UserRequest {
            name: UserName::new(account).map_err(|error| Failure::new(error.to_string()))?,
            display_name: name.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            password: Some(PASSWORD.to_owned()),
            disabled: false,
        };
        self.linked.node().put_user(&self.operator()?, &request)?;
        Ok(())
    }

    pub(crate) fn id(&self) -> &NodeId {
        self.linked.node().id()
    }

    /// The authority's present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whoever owns the folder.
    pub(crate) fn operator(&self) -> Result<Caller, Failure> {
        let token = oikos_node::operator_token(&NodeFolder::new(&self.folder))?;
        Ok(self.linked.node().caller_of_token(&token, Grounds::default())?)
    }

    /// The analyst, signed in.
    pub(crate) fn analyst(&self) -> Result<Caller, Failure> {
        self.signed_in(&self.analyst, Grounds::default())
    }

    /// The releaser, signed in, for a purpose.
    pub(crate) fn releaser(&self, purpose: &str) -> Result<Caller, Failure> {
        let purpose = Purpose::new(purpose).map_err(|error| Failure::new(error.to_string()))?;
        self.signed_in(&self.releaser, Grounds { purpose: Some(purpose), ..Grounds::default() })
    }

    /// The analyst as data-protection officer, for oversight.
    pub(crate) fn for_oversight(&self) -> Result<Caller, Failure> {
        let purpose = Purpose::new("oversight").map_err(|error| Failure::new(error.to_string()))?;
        self.signed_in(&self.analyst, Grounds { purpose: Some(purpose), ..Grounds::default() })
    }

    /// The node's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn signed_in(&self, name: &UserName, grounds: Grounds) -> Result<Caller, Failure> {
        let request = SignInRequest { name: name.clone(), password: PASSWORD.to_owned(), code: None };
        let node = self.linked.node();
        let token = node.sign_in(&request, None)?.token;
        let purpose = grounds.purpose.unwrap_or_else(|| node.config().default_purpose.clone());
        Ok(node.caller_of_token(&token, Grounds { purpose: Some(purpose), ..grounds })?)
    }
}

/// Two ports of loopback that nothing listens on. Both are held until both are known, or they might be one.
async fn free_ports() -> Result<(u16, u16), Failure> {
    let failure = |error: std::io::Error| Failure::new(error.to_string());
    let one = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failure)?;
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(failure)?;
    Ok((one.local_addr().map_err(failure)?.port(), other.local_addr().map_err(failure)?.port()))
}

/// Where people find a page of the stage. Passkeys are bound to a host name, and an address is none.
fn page_origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// A day of the story: midnight UTC so many days from the cable fault.
pub(crate) fn days_from(day_zero: Timestamp, days: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_second(day_zero.as_second() + days * 86_400).map_err(|error| Failure::new(error.to_string()))
}
