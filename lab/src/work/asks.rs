//! Asks between two nodes: the input, the asked set's preparation, and asking.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use oikos_exchange::{
    AgreementTerms, AnswerRule, AskAnswer, AskContext, AskEntry, AskKey, AskMode, AskOutcome, AskReference, AskSet, Asking,
    CryptoFloor, Epoch, IdentityCard, MAXIMUM_SELECTORS_PER_QUESTION, NodeDescription, NodeIdentity, ParcelKind, Partner,
    PartnerClass, PartnerSet, Question, SetBuilder, SignedAgreement, SignedAskSet,
};
use oikos_model::{Evaluation, LegalBasis, NodeId, Purpose, Regime, Selector, SelectorClass, SelectorKind, Timestamp, Tlp};

use super::Found;
use crate::Failure;

/// A seed nothing was tuned on.
const SEED: u64 = 260_615;
/// One in so many of the asker's selectors is in the owner's set.
const PLANTED: usize = 10;
/// A Mersenne prime: `lab/peers/asks_psi.py` computes the same.
const MODULUS: i128 = (1 << 61) - 1;
const KIND: SelectorKind = SelectorKind::CompanyNumber;

/// A fixed moment: nothing here depends on it.
fn now() -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_second(1_790_000_000)?)
}

/// Writes the selectors of both, one a line, and two nodes with an agreement.
pub(super) fn input(folder: &Path, asker: usize, owner: usize) -> Result<Found, Failure> {
    let mut random = SplitMix(SEED);
    let held: Vec<String> = (0..owner).map(|_| selector(&mut random, 'H')).collect();
    let planted = (asker / PLANTED).min(owner);
    // Every so many-th: which ones of the owner's depends on the seed.
    let (every, step) = (asker / planted.max(1), owner / planted.max(1));
    let asked = (0..asker).map(|place| match place % every {
        0 if place / every < planted => held[place / every * step].clone(),
        _ => selector(&mut random, 'A'),
    });
    write_lines(&folder.join("asker.txt"), asked)?;
    write_lines(&folder.join("owner.txt"), held.iter().cloned())?;
    make_nodes(folder)?;
    Ok(Found::facts([("planted", planted as i64)]))
}

/// The letter keeps the asker's own selectors apart from the owner's.
fn selector(random: &mut SplitMix, letter: char) -> String {
    format!("XY-REG:{letter}{:016X}", random.next())
}

fn write_lines(path: &Path, lines: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn make_nodes(folder: &Path) -> Result<(), Failure> {
    let make = |name: &str| -> Result<NodeIdentity, Failure> {
        let description = NodeDescription {
            node: NodeId::new(name)?,
            display_name: name.to_owned(),
            country: "XY".to_owned(),
            regime: Regime::Gdpr,
            partner_class: PartnerClass::MemberState,
            address: "127.0.0.1:1".to_owned(),
        };
        let identity = NodeIdentity::generate(description, now()?)?;
        let home = folder.join(name);
        std::fs::create_dir(&home)?;
        identity.save(&home)?;
        Ok(identity)
    };
    let (asker, owner) = (make("asker")?, make("owner")?);
    let agreement = SignedAgreement::propose(terms()?, &asker)?.countersign(&owner, asker.card())?;
    std::fs::write(folder.join("agreement.json"), serde_json::to_vec(&agreement)?)?;
    Ok(())
}

fn terms() -> Result<AgreementTerms, Failure> {
    Ok(AgreementTerms {
        format: 1,
        title: "Fictional agreement of the lab".to_owned(),
        parties: [NodeId::new("asker")?, NodeId::new("owner")?].into(),
        kinds: [ParcelKind::FindingFacts].into(),
        purposes: [Purpose::new("lab")?].into(),
        tlp_ceiling: Tlp::Amber,
        regimes: [Regime::Gdpr].into(),
        pre_authorised: Default::default(),
        ask_budgets_per_day: [(KIND, u32::MAX)].into(),
        safeguards: None,
        reuse_law: None,
        onward: false,
        erase_on_leaving: false,
        neither_confirm_nor_deny: Default::default(),
        ask_purposes: Default::default(),
        retention_days: 1,
        crypto_floor: CryptoFloor::HybridPostQuantum,
        valid_from: now()?,
        valid_to: Timestamp::MAX,
    })
}

/// The two nodes again, as processes that start find them.
struct Nodes {
    asker: NodeIdentity,
    owner: NodeIdentity,
    agreement: SignedAgreement,
    context: AskContext,
    set: PathBuf,
}

impl Nodes {
    fn load(folder: &Path, mode: &str) -> Result<Self, Failure> {
        let (asker, owner) = (NodeIdentity::load(&folder.join("asker"))?, NodeIdentity::load(&folder.join("owner"))?);
        let agreement = SignedAgreement::from_text(&std::fs::read_to_string(folder.join("agreement.json"))?)?;
        let context = AskContext {
            owner: owner.node().clone(),
            asker: asker.node().clone(),
            purpose: Purpose::new("lab")?,
            class: SelectorClass::Impersonal,
            epoch: Epoch::of(now()?),
            mode: match mode {
                "unproven" => AskMode::Unproven,
                "verifiable" => AskMode::Verifiable,
                _ => return Err(format!("there is no mode {mode}").into()),
            },
        };
        Ok(Self { asker, owner, agreement, context, set: folder.join(format!("set-{mode}")) })
    }

    fn partner(&self, own: &IdentityCard, other: &IdentityCard) -> Result<Partner, Failure> {
        Ok(Partner::accept(own, other.clone(), self.agreement.clone())?)
    }
}

fn read_selectors(path: &Path) -> Result<Vec<Selector>, Failure> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.lines().map(|line| Selector { kind: KIND, value: line.to_owned() }).collect())
}

/// Prepares the asked set, as its owner does once a day, and writes it as it travels.
pub(super) fn prepare(folder: &Path, mode: &str) -> Result<Found, Failure> {
    let nodes = Nodes::load(folder, mode)?;
    let selectors = read_selectors(&folder.join("owner.txt"))?;
    let count = selectors.len() as i64;
    let entry = |(place, selector): (u64, Selector)| {
        let mut reference = [0; 16];
        reference[..8].copy_from_slice(&place.to_be_bytes());
        AskEntry { selector, reference: AskReference(reference), quality: Evaluation::default() }
    };
    let entries: Vec<AskEntry> = (0..).zip(selectors).map(entry).collect();
    let key = AskKey::derive(&nodes.owner, nodes.context)?;
    let builder = SetBuilder::new(&key)?;
    let sealed = builder.seal(&nodes.agreement.terms, &entries)?;
    drop(entries);
    write_set(&builder.publish(&nodes.owner, AnswerRule::Hits, vec![sealed], now()?)?, &nodes.set)?;
    Ok(Found::facts([("entries", count)]))
}

fn write_set(set: &AskSet, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir(folder)?;
    std::fs::write(folder.join("header"), set.signed().to_bytes())?;
    for (number, page) in (0..).map_while(|number| Some((number, set.page(number)?))) {
        std::fs::write(folder.join(number.to_string()), page)?;
    }
    Ok(())
}

/// Takes the set, asks about every selector, and answers: both sides in turn, over the bytes that travel.
pub(super) fn ask(folder: &Path, mode: &str) -> Result<Found, Failure> {
    let nodes = Nodes::load(folder, mode)?;
    let owner_partner = nodes.partner(nodes.asker.card(), nodes.owner.card())?;
    let asker_partner = nodes.partner(nodes.owner.card(), nodes.asker.card())?;
    let (set, set_bytes) = take_set(&nodes, &owner_partner)?;
    let key = AskKey::derive(&nodes.owner, nodes.context.clone())?;
    let selectors = read_selectors(&folder.join("asker.txt"))?;
    let (mut hits, mut mark, mut asked, mut ask_bytes) = (0, 0_i128, 0, 0);
    for (number, part) in selectors.chunks(MAXIMUM_SELECTORS_PER_QUESTION).enumerate() {
        let basis = LegalBasis::new("fictional")?;
        let asking = Asking::start(&set, &nodes.agreement.terms, basis, None, part.to_vec())?;
        let question_bytes = asking.question().to_bytes();
        let question = Question::read(&question_bytes)?;
        question.check_allowed(nodes.owner.node(), &asker_partner, asked, now()?)?;
        asked += question.count() as u64;
        let answer_bytes = key.answer(&question)?.to_bytes();
        ask_bytes += question_bytes.len() + answer_bytes.len();
        for (place, result) in asking.finish(&set, &AskAnswer::read(&answer_bytes)?)?.iter().enumerate() {
            if matches!(result.outcome, AskOutcome::Hit { .. }) {
                hits += 1;
                mark = (mark * 1_000_003 + (number * MAXIMUM_SELECTORS_PER_QUESTION + place) as i128) % MODULUS;
            }
        }
    }
    let facts = [
        ("hits", hits),
        ("hits_fingerprint", i64::try_from(mark)?),
        ("points", i64::try_from(asked)?),
        ("set_bytes", set_bytes as i64),
        ("ask_bytes", ask_bytes as i64),
    ];
    Ok(Found::facts(facts))
}

fn take_set(nodes: &Nodes, owner: &Partner) -> Result<(PartnerSet, usize), Failure> {
    let header = std::fs::read(nodes.set.join("header"))?;
    let mut length = header.len();
    let mut set = PartnerSet::accept(SignedAskSet::read(&header)?, nodes.asker.node(), owner, now()?)?;
    let missing: Vec<usize> = set.missing().collect();
    for number in missing {
        let page = std::fs::read(nodes.set.join(number.to_string()))?;
        length += page.len();
        set.take_page(&page)?;
    }
    Ok((set, length))
}
