//! Seeds of the fuzzers: one real example of everything a partner sends. Each must be taken by the decoder it is a seed for. With
//! `OIKOS_FUZZ_FOLDER` they are written there, beside the keys they were made with: `cargo xtask fuzz` does that.

use std::path::Path;

use super::*;
use crate::ask::{AskKey, AskSet, PartnerSet};
use crate::parcel::{Address, seal_signed, sign};

/// A seed's fuzzer, name and bytes.
type Seed = (&'static str, &'static str, Vec<u8>);

fn budgets() -> AgreementTerms {
    let mut terms = terms("fi.coast-guard", "at.fdi");
    terms.ask_budgets_per_day = [(SelectorKind::Imo, 100_000)].into();
    terms
}

fn parcels(pair: &Pair) -> Vec<Seed> {
    let content = content(pair);
    let mut payload = Vec::new();
    ciborium::into_writer(&content, &mut payload).unwrap();
    assert_eq!(ParcelContent::read(&payload).unwrap(), content);
    let signed = sign(&pair.fi, &content).unwrap();
    let sealed = seal(&pair.fi, pair.at.card(), &content).unwrap().bytes;
    open(&pair.at, &pair.fi_partner, &sealed, second(10)).unwrap();
    let address = Address { from: pair.fi.node().clone(), to: pair.at.node().clone(), sequence: content.sequence };
    let resealed = seal_signed(pair.at.card(), &address, &signed).unwrap();
    open(&pair.at, &pair.fi_partner, &resealed, second(10)).unwrap();
    vec![("parcel", "sealed", sealed), ("parcel", "signed", signed), ("parcel", "content", payload)]
}

fn asks(pair: &Pair) -> Vec<Seed> {
    let context = AskContext {
        owner: pair.at.node().clone(),
        asker: pair.fi.node().clone(),
        purpose: purpose("infrastructure-protection"),
        class: imo().class(),
        epoch: Epoch::of(second(10)),
        mode: AskMode::Verifiable,
    };
    let key = AskKey::derive(&pair.at, context).unwrap();
    let builder = SetBuilder::new(&key).unwrap();
    let entry = AskEntry { selector: imo(), reference: AskReference([7; 16]), quality: Evaluation::default() };
    let sealed = builder.seal(&pair.fi_partner.agreement().terms, &[entry]).unwrap();
    let published: AskSet = builder.publish(&pair.at, AnswerRule::Hits, vec![sealed], second(10)).unwrap();
    let (header, page) = (published.signed().to_bytes(), published.page(0).unwrap());
    let mut set = PartnerSet::accept(SignedAskSet::read(&header).unwrap(), pair.fi.node(), &pair.at_partner, second(10)).unwrap();
    set.take_page(&page).unwrap();
    let basis = LegalBasis::new("Dir. (EU) 2022/2557 Art. 14").unwrap();
    let asking = Asking::start(&set, &pair.at_partner.agreement().terms, basis, None, vec![imo()]).unwrap();
    let question = asking.question().to_bytes();
    let answer = key.answer(&Question::read(&question).unwrap()).unwrap();
    let (answer_bytes, results) = (answer.to_bytes(), asking.finish(&set, &answer).unwrap());
    assert!(matches!(results[0].outcome, AskOutcome::Hit { .. }));
    vec![("ask", "header", header), ("ask", "page", page), ("ask", "question", question), ("ask", "answer", answer_bytes)]
}

fn agreements(pair: &Pair) -> Vec<Seed> {
    let agreement = pair.at_partner.agreement();
    let (signed, card) = (serde_json::to_vec(agreement).unwrap(), serde_json::to_vec(pair.at.card()).unwrap());
    let (terms, yaml) = (serde_json::to_vec(&agreement.terms).unwrap(), yaml_serde::to_string(&agreement.terms).unwrap());
    assert_eq!(SignedAgreement::from_text(std::str::from_utf8(&signed).unwrap()).unwrap(), *agreement);
    assert_eq!(AgreementTerms::from_text(&yaml).unwrap(), agreement.terms);
    IdentityCard::from_json(std::str::from_utf8(&card).unwrap()).unwrap();
    let yaml = yaml.into_bytes();
    vec![
        ("agreement", "signed", signed),
        ("agreement", "card", card),
        ("agreement", "terms", terms),
        ("agreement", "terms-yaml", yaml),
    ]
}

#[test]
fn every_seed_of_the_fuzzers_is_taken_by_its_decoder() {
    let pair = Pair::with(budgets());
    let seeds: Vec<Seed> = [parcels(&pair), asks(&pair), agreements(&pair)].concat();
    let Some(folder) = std::env::var_os("OIKOS_FUZZ_FOLDER") else { return };
    let folder = Path::new(&folder);
    for (fuzzer, name, bytes) in seeds {
        let corpus = folder.join("corpus").join(fuzzer);
        std::fs::create_dir_all(&corpus).unwrap();
        std::fs::write(corpus.join(name), bytes).unwrap();
    }
    for (name, identity) in [("fi", &pair.fi), ("at", &pair.at)] {
        let home = folder.join("scene").join(name);
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).unwrap();
        identity.save(&home).unwrap();
    }
    let agreement = serde_json::to_vec(pair.at_partner.agreement()).unwrap();
    std::fs::write(folder.join("scene/agreement.json"), agreement).unwrap();
}
