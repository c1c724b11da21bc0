use ciborium::Value;
use coset::{CborSerializable, CoseEncrypt0, CoseSign, TaggedCborSerializable};
use proptest::prelude::*;

use super::*;
use crate::content::Retraction;
use oikos_model::DerivedFrom;

fn sealed() -> (Pair, ParcelContent, SealedParcel) {
    let pair = Pair::new();
    let content = content(&pair);
    let sealed = seal(&pair.fi, pair.at.card(), &content).unwrap();
    (pair, content, sealed)
}

fn open_at(pair: &Pair, bytes: &[u8]) -> Result<ParcelContent, ParcelRefusal> {
    open(&pair.at, &pair.fi_partner, bytes, second(20))
}

#[test]
fn what_is_sealed_opens() {
    let (pair, content, sealed) = sealed();
    assert_eq!(open_at(&pair, &sealed.bytes).unwrap(), content);
    let envelope = Envelope::read(&sealed.bytes).unwrap();
    assert_eq!(envelope.id, ContentHash::of_bytes(&sealed.bytes));
    assert_eq!((&envelope.address.from, &envelope.address.to, envelope.address.sequence), (pair.fi.node(), pair.at.node(), 1));
}

#[test]
fn no_bit_can_be_changed() {
    let (pair, _, sealed) = sealed();
    // Every bit of the head, where the structure is, then every 97th: opening one costs a decapsulation.
    let bits = (0..8 * 400).chain((8 * 400..8 * sealed.bytes.len()).step_by(97));
    for bit in bits {
        let mut bytes = sealed.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open_at(&pair, &bytes).is_err(), "bit {bit} can be changed");
    }
}

#[test]
fn no_end_can_be_cut_or_added() {
    let (pair, _, sealed) = sealed();
    for length in 0..sealed.bytes.len() {
        assert_eq!(open_at(&pair, &sealed.bytes[..length]), Err(ParcelRefusal::Truncated), "{length}");
    }
    let mut longer = sealed.bytes;
    longer.push(0xf6);
    assert_eq!(open_at(&pair, &longer), Err(ParcelRefusal::Encoding(CborProblem::TrailingBytes)));
}

proptest! {
    #[test]
    fn garbage_is_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Envelope::read(&bytes).is_err());
    }
}

#[test]
fn it_opens_only_for_whom_and_from_whom_it_is() {
    let (pair, _, sealed) = sealed();
    let other = Pair::new();
    // FI itself cannot take what it sent.
    let refusal = open(&pair.fi, &pair.at_partner, &sealed.bytes, second(20)).unwrap_err();
    assert_eq!(refusal, ParcelRefusal::WrongRecipient(node("at.fdi")));
    // A node of the same name with other keys.
    assert_eq!(open(&other.at, &pair.fi_partner, &sealed.bytes, second(20)), Err(ParcelRefusal::Unopenable));
    // A sender of the same name with other keys.
    let refusal = open(&pair.at, &other.fi_partner, &sealed.bytes, second(20)).unwrap_err();
    assert!(matches!(refusal, ParcelRefusal::Form(_)), "{refusal}");
    // Taken for a third partner's.
    let (de, terms) = (identity("de.csirt"), terms("de.csirt", "at.fdi"));
    let agreement = SignedAgreement::propose(terms, &de).unwrap().countersign(&pair.at, de.card()).unwrap();
    let de = Partner::accept(pair.at.card(), de.card().clone(), agreement).unwrap();
    let refusal = open(&pair.at, &de, &sealed.bytes, second(20)).unwrap_err();
    assert_eq!(refusal, ParcelRefusal::UnknownSender(node("fi.coast-guard")));
}

#[test]
fn an_address_cannot_be_rewritten() {
    let (pair, _, sealed) = sealed();
    let message = CoseEncrypt0::from_tagged_slice(&sealed.bytes).unwrap();
    for (label, value) in [("seq", Value::from(2)), ("to", Value::from("at.fdi2")), ("from", Value::from("fi.coast-guard2"))] {
        let mut forged = message.clone();
        forged.protected.original_data = None;
        let entry = forged.protected.header.rest.iter_mut().find(|(name, _)| *name == coset::Label::Text(label.to_owned()));
        entry.unwrap().1 = value;
        assert!(open_at(&pair, &forged.to_tagged_vec().unwrap()).is_err(), "{label}");
    }
    let mut extra = message;
    extra.unprotected.rest.push((coset::Label::Text("note".to_owned()), Value::from("hello")));
    assert!(matches!(open_at(&pair, &extra.to_tagged_vec().unwrap()), Err(ParcelRefusal::Form(_))));
}

/// Seals anything as a parcel of FI to AT, the way `seal` does after signing.
fn seal_anything(pair: &Pair, signed: &[u8]) -> Vec<u8> {
    crate::parcel::seal_signed(pair.at.card(), &Address { from: node("fi.coast-guard"), to: node("at.fdi"), sequence: 1 }, signed)
        .unwrap()
}

fn signed_message(pair: &Pair, content: &ParcelContent) -> CoseSign {
    CoseSign::from_tagged_slice(&crate::parcel::sign(&pair.fi, content).unwrap()).unwrap()
}

#[test]
fn both_signatures_must_be_there_and_verify() {
    let pair = Pair::new();
    let content = content(&pair);
    let message = signed_message(&pair, &content);
    let attempt = |message: CoseSign| open_at(&pair, &seal_anything(&pair, &message.to_tagged_vec().unwrap()));
    assert_eq!(attempt(message.clone()), Ok(content.clone()));
    // The signatures of another node of this name.
    let other = Pair::new();
    let others = signed_message(&other, &content);
    for (which, algorithm) in [(0, SignatureAlgorithm::Ed25519), (1, SignatureAlgorithm::MlDsa65)] {
        let mut forged = message.clone();
        forged.signatures[which].signature = others.signatures[which].signature.clone();
        assert_eq!(attempt(forged), Err(ParcelRefusal::BadSignature(algorithm)));
        let mut emptied = message.clone();
        emptied.signatures[which].signature = Vec::new();
        assert!(attempt(emptied).is_err());
        let mut flipped = message.clone();
        flipped.signatures[which].signature[10] ^= 1;
        assert_eq!(attempt(flipped), Err(ParcelRefusal::BadSignature(algorithm)));
        let mut one = message.clone();
        one.signatures.remove(which);
        assert!(matches!(attempt(one), Err(ParcelRefusal::Form(_))));
        let mut twice = message.clone();
        twice.signatures[1 - which] = twice.signatures[which].clone();
        assert!(matches!(attempt(twice), Err(ParcelRefusal::Form(_))));
    }
    let mut three = message.clone();
    three.signatures.push(three.signatures[0].clone());
    assert!(matches!(attempt(three), Err(ParcelRefusal::Form(_))));
    let mut swapped = message.clone();
    swapped.signatures.swap(0, 1);
    assert!(matches!(attempt(swapped), Err(ParcelRefusal::Form(_))));
    let mut headers_swapped = message.clone();
    let (first, second) = headers_swapped.signatures.split_at_mut(1);
    std::mem::swap(&mut first[0].protected, &mut second[0].protected);
    assert!(matches!(attempt(headers_swapped), Err(ParcelRefusal::Form(_))));
    let mut unprotected = message.clone();
    unprotected.signatures[0].unprotected.key_id = vec![1];
    assert!(matches!(attempt(unprotected), Err(ParcelRefusal::Form(_))));
    // Another payload under the same signatures.
    let mut changed = content.clone();
    changed.findings[0].title = Some("Nothing happened".to_owned());
    let mut exchanged = message.clone();
    exchanged.payload = signed_message(&pair, &changed).payload;
    assert_eq!(attempt(exchanged), Err(ParcelRefusal::BadSignature(SignatureAlgorithm::Ed25519)));
    let mut absent = message;
    absent.payload = None;
    assert!(attempt(absent).is_err());
}

#[test]
fn what_was_signed_for_one_is_not_another_s() {
    // A recipient re-seals what it got to a third node: the address inside the signatures gives it away.
    let pair = Pair::new();
    let message = crate::parcel::sign(&pair.fi, &content(&pair)).unwrap();
    let address = Address { from: node("fi.coast-guard"), to: node("at.fdi"), sequence: 2 };
    let bytes = crate::parcel::seal_signed(pair.at.card(), &address, &message).unwrap();
    assert!(matches!(open_at(&pair, &bytes), Err(ParcelRefusal::Form(_))));
}

/// Signs and seals content without the checks that an honest sender makes.
fn dishonest(pair: &Pair, change: impl FnOnce(&mut ParcelContent)) -> Result<ParcelContent, ParcelRefusal> {
    let mut content = content(pair);
    change(&mut content);
    let address = Address { from: content.from.clone(), to: content.to.clone(), sequence: content.sequence };
    let bytes = crate::parcel::seal_signed(pair.at.card(), &address, &crate::parcel::sign(&pair.fi, &content).unwrap()).unwrap();
    open_at(pair, &bytes)
}

#[test]
fn a_signed_parcel_must_keep_the_rules_too() {
    let pair = Pair::new();
    let rule = |change: &dyn Fn(&mut ParcelContent)| {
        let refusal = dishonest(&pair, change).unwrap_err();
        assert!(matches!(refusal, ParcelRefusal::Rule(_)), "{refusal}");
        refusal.to_string()
    };
    assert!(rule(&|c| c.findings[0].origin = node("de.csirt")).contains("passing on"));
    assert!(rule(&|c| c.statements[0].statement.origin = node("de.csirt")).contains("passing on"));
    assert!(rule(&|c| c.statements[0].statement.content.value = "Other".to_owned()).contains("hash of its content"));
    assert!(rule(&|c| c.statements[0].label.marking.tlp = Tlp::Clear).contains("label id"));
    assert!(rule(&|c| c.statements[0].statement.content.record = statement("x").content.record).contains("records stay home"));
    assert!(rule(&|c| c.statements[0].statement.ended_at = Some(second(0))).contains("ended"));
    assert!(rule(&|c| c.findings.push(c.findings[0].clone())).contains("twice"));
    assert!(rule(&|c| c.statements.push(c.statements[0].clone())).contains("twice"));
    assert!(rule(&|c| c.findings[0].facts = vec![c.findings[0].facts[0].clone(); 2]).contains("one name"));
    assert!(rule(&|c| c.findings[0].place = Some(Place { latitude: f64::NAN, longitude: 0.0 })).contains("on earth"));
    assert!(rule(&|c| c.findings[0].desk = "ownership".to_owned()).contains("desk"));
    assert!(rule(&|c| c.released_by = None).contains("signed by a person"));
    assert!(rule(&|c| c.sequence = 0).contains("begin at 1"));
    let taken_back = |origin: &str| Retraction {
        what: DerivedFrom::Statement { origin: node(origin), id: statement("x").id },
        reason: "wrong ship".to_owned(),
        at: second(15),
    };
    assert!(rule(&|c| c.retractions.push(taken_back("at.fdi"))).contains("only the origin"));
    assert!(dishonest(&pair, |c| c.retractions.push(taken_back("fi.coast-guard"))).is_ok());
}

#[test]
fn limits_hold() {
    let pair = Pair::new();
    let too_much = |change: &dyn Fn(&mut ParcelContent)| {
        let refusal = dishonest(&pair, change).unwrap_err();
        assert!(matches!(refusal, ParcelRefusal::Rule(ContentProblem::TooMuch { .. })), "{refusal}");
    };
    too_much(&|c| c.findings = vec![c.findings[0].clone(); MAXIMUM_FINDINGS + 1]);
    too_much(&|c| c.statements = vec![c.statements[0].clone(); MAXIMUM_STATEMENTS + 1]);
    too_much(&|c| c.findings[0].facts = vec![c.findings[0].facts[0].clone(); MAXIMUM_LIST_LENGTH + 1]);
    too_much(&|c| c.findings[0].title = Some("x".repeat(MAXIMUM_TEXT_LENGTH + 1)));
    too_much(&|c| c.findings[0].facts[0].name = "x".repeat(MAXIMUM_NAME_LENGTH + 1));
    let huge = vec![0u8; MAXIMUM_PARCEL_LENGTH + 1];
    assert!(matches!(open_at(&pair, &huge), Err(ParcelRefusal::Oversized { .. })));
    // Deep nesting inside the seal, signed or not.
    let nested = vec![0x81; 100_000];
    assert!(matches!(open_at(&pair, &seal_anything(&pair, &nested)), Err(ParcelRefusal::Encoding(CborProblem::TooDeep(_)))));
    // The largest honest parcel: as many statements as there may be.
    let mut full = content(&pair);
    full.statements = (0..MAXIMUM_STATEMENTS)
        .map(|number| {
            let statement = statement(&format!("Vessel {number}"));
            let label = Label { scope: Scope::Node, ..label("fi.coast-guard") };
            let mut released = ReleasedStatement { statement, label };
            released.statement.content.record = None;
            released.statement.label = released.label.id();
            released
        })
        .collect();
    let sealed = seal(&pair.fi, pair.at.card(), &full);
    match sealed {
        Ok(sealed) => assert_eq!(open_at(&pair, &sealed.bytes).unwrap().statements.len(), MAXIMUM_STATEMENTS),
        Err(error) => assert!(matches!(error, SealError::TooLarge { .. }), "{error}"),
    }
}

#[test]
fn a_parcel_stays_inside_the_agreement() {
    let pair = Pair::new();
    let outside = |change: &dyn Fn(&mut ParcelContent)| dishonest(&pair, change).unwrap_err().to_string();
    assert!(outside(&|c| c.findings[0].marking.tlp = Tlp::Red).contains("TLP:RED, above"));
    assert!(outside(&|c| c.findings[0].facts[1].marking.purposes.clear()).contains("purposes"));
    assert!(outside(&|c| c.purpose = purpose("crime-prevention")).contains("does not cover the purpose crime-prevention"));
    assert!(outside(&|c| c.agreement = ContentHash::of_bytes(b"other")).contains("other terms"));
    assert!(outside(&|c| c.created_at = second(20 + 7200)).contains("still to come"));
    assert!(outside(&|c| c.expires = Some(second(20))).contains("expired"));
    assert!(outside(&|c| c.format = 2).contains("format 2"));
    let narrow = Pair::with(AgreementTerms { kinds: [ParcelKind::Statements].into(), ..terms("fi.coast-guard", "at.fdi") });
    // What the wide agreement allows, sent under the narrow one.
    let mut sent = content(&pair);
    sent.agreement = narrow.at_partner.agreement().terms.hash();
    let address = Address { from: sent.from.clone(), to: sent.to.clone(), sequence: sent.sequence };
    let signed = crate::parcel::sign(&narrow.fi, &sent).unwrap();
    let bytes = crate::parcel::seal_signed(narrow.at.card(), &address, &signed).unwrap();
    let refusal = open_at(&narrow, &bytes).unwrap_err();
    assert!(refusal.to_string().contains("does not cover finding_facts"), "{refusal}");
}

#[test]
fn after_the_end_only_what_is_taken_back_travels() {
    let (pair, mut content, sealed) = sealed();
    let late = second(1_000_001);
    let refusal = open(&pair.at, &pair.fi_partner, &sealed.bytes, late).unwrap_err();
    assert_eq!(refusal, ParcelRefusal::NotInForce(NotInForce::Expired(second(1_000_000))));
    assert!(matches!(
        open(&pair.at, &pair.fi_partner, &sealed.bytes, second(-3599)),
        Err(ParcelRefusal::FromTheFuture(_)) | Err(ParcelRefusal::NotInForce(_))
    ));
    let mut left = pair.fi_partner.clone();
    left.leave(second(15));
    assert!(matches!(open(&pair.at, &left, &sealed.bytes, second(20)), Err(ParcelRefusal::NotInForce(NotInForce::Left(_)))));
    let what = DerivedFrom::Statement { origin: node("fi.coast-guard"), id: content.statements[0].statement.id };
    content.findings.clear();
    content.statements.clear();
    content.released_by = None;
    content.retractions = vec![Retraction { what, reason: "wrong ship".to_owned(), at: second(15) }];
    let sealed = seal(&pair.fi, pair.at.card(), &content).unwrap();
    assert_eq!(open(&pair.at, &left, &sealed.bytes, late), Ok(content));
}

#[test]
fn an_envelope_shows_no_content() {
    let (_, _, sealed) = sealed();
    for word in ["Grey Petrel", "9074729", "anna.virtanen", "infrastructure"] {
        assert!(!sealed.bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
    let message = CoseEncrypt0::from_tagged_slice(&sealed.bytes).unwrap();
    assert_eq!(message.unprotected.rest.len(), 1);
    // A reader of plain COSE can read the outside.
    assert_eq!(message.protected.header.clone().to_vec().unwrap(), message.protected.original_data.unwrap());
}
