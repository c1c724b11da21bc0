//! Sealing and opening: the envelope of a parcel. The same bytes travel by HTTPS, as a file over an air gap, or store-and-forward.
//!
//! From the inside out:
//! 1. The [content](ParcelContent) as CBOR.
//! 2. `COSE_Sign` (RFC 9052, tag 98) over it. Body's protected header: content type [`CONTENT_TYPE`]. Exactly two signatures, in
//!    this order: Ed25519 (alg −19, RFC 9864) and ML-DSA-65 (alg −49, RFC 9964). Each protected header holds alg and kid
//!    (SHA-256 of the public key); unprotected headers are empty.
//! 3. Sealed with HPKE (RFC 9180) in base mode: KEM X-Wing (0x647a), KDF HKDF-SHA256 (0x0001), AEAD ChaCha20-Poly1305 (0x0003).
//!    `info` is a context text, then sender, receiver (each with its length) and sequence.
//! 4. Carried in `COSE_Encrypt0` (tag 16). COSE has no registered algorithm for HPKE with X-Wing yet, so the protected header's alg is the private
//!    text [`SEALING_ALGORITHM`], beside the texts `from`, `to` and the number `seq`; the unprotected header holds the HPKE
//!    encapsulated key under `enc`. HPKE's `aad` is the `Enc_structure` of RFC 9052, so the protected header is bound.
//!
//! An envelope has one form only: whatever is not byte for byte what a writer of this version writes is refused. The sender is
//! proven by the signatures inside, not by the seal: anyone can seal to a public key.

use ciborium::Value;
use coset::iana::Algorithm;
use coset::{
    AsCborValue, CoseEncrypt0, CoseEncrypt0Builder, CoseSign, CoseSignBuilder, CoseSignature, CoseSignatureBuilder, Header,
    HeaderBuilder, Label as HeaderLabel, RegisteredLabelWithPrivate, TaggedCborSerializable,
};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use oikos_model::{ContentHash, Fact, FactValue, NodeId, Timestamp};

use crate::agreement::{OutsideAgreement, ParcelKind};
use crate::card::IdentityCard;
use crate::content::{FORMAT, ParcelContent};
use crate::identity::NodeIdentity;
use crate::keys::{PublicKeys, SignatureAlgorithm, SignatureError};
use crate::limits::{CborLimits, MAXIMUM_PARCEL_LENGTH, check_cbor};
use crate::partner::Partner;
use crate::refusal::{ParcelRefusal, SealError};

/// The content type in the protected header of the signed body.
pub const CONTENT_TYPE: &str = "application/vnd.oikos.parcel+cbor";
/// The private algorithm name in the protected header of the envelope: HPKE with its KEM, KDF and AEAD ids.
pub const SEALING_ALGORITHM: &str = "HPKE-647a-0001-0003";

const ENVELOPE_LIMITS: CborLimits = CborLimits { items: 16, depth: 4 };
const SIGNED_LIMITS: CborLimits = CborLimits { items: 32, depth: 6 };
/// 20,000 statements of about 75 items each.
const CONTENT_LIMITS: CborLimits = CborLimits { items: 2_000_000, depth: 16 };
/// A protected header of ours is shorter; a longer one is not parsed at all.
const MAXIMUM_HEADER_LENGTH: usize = 512;
/// How far ahead of ours a partner's clock may be.
const CLOCK_TOLERANCE_SECONDS: i64 = 3600;

/// A parcel ready to travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedParcel {
    /// Hash of the bytes.
    pub id: ContentHash,
    /// What travels.
    pub bytes: Vec<u8>,
}

/// Signs `content` with both keys of `identity` and seals it to `recipient`.
///
/// # Errors
/// When the content breaks a rule of all parcels, names other parties, or is too large. HPKE panics if the operating system has no random bytes.
pub fn seal(identity: &NodeIdentity, recipient: &IdentityCard, content: &ParcelContent) -> Result<SealedParcel, SealError> {
    content.check()?;
    if content.from != *identity.node() || content.to != *recipient.node() {
        return Err(SealError::Parties { from: content.from.clone(), to: content.to.clone() });
    }
    let signed = sign(identity, content)?;
    let address = Address { from: content.from.clone(), to: content.to.clone(), sequence: content.sequence };
    let bytes = seal_signed(recipient, &address, &signed)?;
    if bytes.len() > MAXIMUM_PARCEL_LENGTH {
        return Err(SealError::TooLarge { length: bytes.len(), limit: MAXIMUM_PARCEL_LENGTH });
    }
    Ok(SealedParcel { id: ContentHash::of_bytes(&bytes), bytes })
}

/// Steps 3 and 4: seals signed bytes to `recipient` and puts them in the envelope.
pub(crate) fn seal_signed(recipient: &IdentityCard, address: &Address, signed: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = recipient.content.keys.sealing_key()?;
    let (enc, mut context) = hpke::setup_sender::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &key, &address.info())
        .map_err(|_| SealError::Sealing)?;
    let unprotected = HeaderBuilder::new().text_value("enc".to_owned(), Value::Bytes(enc.to_bytes().to_vec())).build();
    CoseEncrypt0Builder::new()
        .protected(address.header())
        .unprotected(unprotected)
        .try_create_ciphertext(signed, &[], |plain, aad| context.seal(plain, aad).map_err(|_| SealError::Sealing))?
        .build()
        .to_tagged_vec()
        .map_err(|_| SealError::Sealing)
}

/// Steps 1 and 2: writes the content and signs it with both keys.
pub(crate) fn sign(identity: &NodeIdentity, content: &ParcelContent) -> Result<Vec<u8>, SealError> {
    let mut payload = Vec::new();
    ciborium::into_writer(content, &mut payload).map_err(|_| SealError::Sealing)?;
    let keys = &identity.card().content.keys;
    CoseSignBuilder::new()
        .protected(body_header())
        .payload(payload)
        .add_created_signature(unsigned(keys, SignatureAlgorithm::Ed25519), &[], |bytes| identity.sign_ed25519(bytes))
        .add_created_signature(unsigned(keys, SignatureAlgorithm::MlDsa65), &[], |bytes| identity.sign_ml_dsa_65(bytes))
        .build()
        .to_tagged_vec()
        .map_err(|_| SealError::Sealing)
}

fn body_header() -> Header {
    HeaderBuilder::new().content_type(CONTENT_TYPE.to_owned()).build()
}

fn signature_header(keys: &PublicKeys, algorithm: SignatureAlgorithm) -> Header {
    let registered = match algorithm {
        SignatureAlgorithm::Ed25519 => Algorithm::Ed25519,
        SignatureAlgorithm::MlDsa65 => Algorithm::ML_DSA_65,
    };
    HeaderBuilder::new().algorithm(registered).key_id(keys.key_id(algorithm).to_vec()).build()
}

fn unsigned(keys: &PublicKeys, algorithm: SignatureAlgorithm) -> CoseSignature {
    CoseSignatureBuilder::new().protected(signature_header(keys, algorithm)).build()
}

/// What anyone can read on the outside of a parcel. Proven only once the parcel is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Who says to have sent it.
    pub from: NodeId,
    /// For whom it is.
    pub to: NodeId,
    /// Its number in the sequence between them.
    pub sequence: u64,
}

impl Address {
    fn header(&self) -> Header {
        HeaderBuilder::new()
            .algorithm_label(RegisteredLabelWithPrivate::Text(SEALING_ALGORITHM.to_owned()))
            .text_value("from".to_owned(), Value::Text(self.from.to_string()))
            .text_value("to".to_owned(), Value::Text(self.to.to_string()))
            .text_value("seq".to_owned(), Value::Integer(self.sequence.into()))
            .build()
    }

    /// HPKE's context: a parcel sealed for one place in one sequence opens at no other.
    fn info(&self) -> Vec<u8> {
        let mut info = b"oikos parcel v1\0".to_vec();
        for node in [&self.from, &self.to] {
            // A node id has at most 63 bytes.
            info.push(node.as_str().len() as u8);
            info.extend_from_slice(node.as_str().as_bytes());
        }
        info.extend_from_slice(&self.sequence.to_be_bytes());
        info
    }

    fn read(header: &Header) -> Option<Self> {
        let [(_, from), (_, to), (_, sequence)] = header.rest.as_slice() else { return None };
        let from = NodeId::new(from.as_text()?).ok()?;
        let to = NodeId::new(to.as_text()?).ok()?;
        // The registry counts in signed 64 bits.
        let sequence = sequence.as_integer()?.try_into().ok().filter(|&sequence: &u64| i64::try_from(sequence).is_ok())?;
        Some(Self { from, to, sequence })
    }
}

/// A parcel whose outside was read, and nothing more.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Hash of the sealed bytes.
    pub id: ContentHash,
    /// What is written on it.
    pub address: Address,
    sealed: CoseEncrypt0,
}

impl Envelope {
    /// Reads the outside of a parcel: to find out whose it says to be, before its sender's keys are looked up.
    ///
    /// # Errors
    /// When it is too large, truncated, or not in the one form an envelope has.
    pub fn read(bytes: &[u8]) -> Result<Self, ParcelRefusal> {
        if bytes.len() > MAXIMUM_PARCEL_LENGTH {
            return Err(ParcelRefusal::Oversized { length: bytes.len(), limit: MAXIMUM_PARCEL_LENGTH });
        }
        check_cbor(bytes, ENVELOPE_LIMITS)?;
        let Ok(Value::Tag(CoseEncrypt0::TAG, value)) = ciborium::from_reader(bytes) else {
            return Err(ParcelRefusal::Form("it is no COSE_Encrypt0"));
        };
        check_header_length(&value)?;
        let sealed = CoseEncrypt0::from_cbor_value(*value).map_err(|_| ParcelRefusal::Form("it is no COSE_Encrypt0"))?;
        let address = Address::read(&sealed.protected.header).ok_or(ParcelRefusal::Form("its address cannot be read"))?;
        let envelope = Self { id: ContentHash::of_bytes(bytes), address, sealed };
        // One form only: written again it must give the same bytes.
        let mut rewritten = envelope.sealed.clone();
        rewritten.protected = coset::ProtectedHeader { original_data: None, header: envelope.address.header() };
        rewritten.unprotected = envelope.unprotected();
        match rewritten.to_tagged_vec() {
            Ok(written) if written == bytes => Ok(envelope),
            _ => Err(ParcelRefusal::Form("it is not written as this version writes it")),
        }
    }

    /// The unprotected header with the encapsulated key alone.
    fn unprotected(&self) -> Header {
        let rest = self.sealed.unprotected.rest.first().cloned();
        let is_key = |(label, value): &(HeaderLabel, Value)| *label == HeaderLabel::Text("enc".to_owned()) && value.is_bytes();
        Header { rest: rest.into_iter().filter(is_key).collect(), ..Header::default() }
    }

    fn unseal(&self, identity: &NodeIdentity) -> Result<Vec<u8>, ParcelRefusal> {
        let enc = self.sealed.unprotected.rest.first().and_then(|(_, value)| value.as_bytes());
        let enc = enc.and_then(|bytes| <XWing as Kem>::EncappedKey::from_bytes(bytes).ok()).ok_or(ParcelRefusal::Unopenable)?;
        let (key, info) = (identity.opening_key(), self.address.info());
        let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeR::Base, key, &enc, &info)
            .map_err(|_| ParcelRefusal::Unopenable)?;
        let open = |sealed: &[u8], aad: &[u8]| context.open(sealed, aad).map_err(|_| ParcelRefusal::Unopenable);
        self.sealed.decrypt_ciphertext(&[], || ParcelRefusal::Form("it holds nothing"), open)
    }

    /// Checks that it says to be from `partner` to `own`.
    pub(crate) fn check_parties(&self, own: &NodeId, partner: &NodeId) -> Result<(), ParcelRefusal> {
        if self.address.to != *own {
            return Err(ParcelRefusal::WrongRecipient(self.address.to.clone()));
        }
        if self.address.from != *partner {
            return Err(ParcelRefusal::UnknownSender(self.address.from.clone()));
        }
        Ok(())
    }

    /// Opens the parcel: unseals it, verifies both signatures against the partner's card, and checks its content and the agreement.
    ///
    /// # Errors
    /// Says why the parcel is refused. Whether it was received before is the inbox's to say.
    pub fn open(&self, identity: &NodeIdentity, partner: &Partner, now: Timestamp) -> Result<ParcelContent, ParcelRefusal> {
        self.check_parties(identity.node(), partner.node())?;
        let payload = verified_payload(&self.unseal(identity)?, &partner.card().content.keys)?;
        let content = ParcelContent::read(&payload)?;
        if (&content.from, &content.to, content.sequence) != (&self.address.from, &self.address.to, self.address.sequence) {
            return Err(ParcelRefusal::Form("its address is not the one its sender signed"));
        }
        content.check()?;
        check_terms(&content, partner, now)?;
        Ok(content)
    }
}

/// Opens the sealed bytes of a parcel from `partner`.
///
/// # Errors
/// See [`Envelope::read`] and [`Envelope::open`].
pub fn open(identity: &NodeIdentity, partner: &Partner, bytes: &[u8], now: Timestamp) -> Result<ParcelContent, ParcelRefusal> {
    Envelope::read(bytes)?.open(identity, partner, now)
}

/// The first entry of a COSE array is its protected header.
fn check_header_length(value: &Value) -> Result<(), ParcelRefusal> {
    match value.as_array().and_then(|array| array.first()).and_then(Value::as_bytes) {
        Some(header) if header.len() <= MAXIMUM_HEADER_LENGTH => Ok(()),
        _ => Err(ParcelRefusal::Form("its protected header is missing or too long")),
    }
}

/// Checks that both signatures are there and verify. Returns the bytes they cover.
fn verified_payload(signed: &[u8], keys: &PublicKeys) -> Result<Vec<u8>, ParcelRefusal> {
    const FORM: ParcelRefusal = ParcelRefusal::Form("it does not hold exactly the two signatures of its form");
    check_cbor(signed, SIGNED_LIMITS)?;
    let Ok(Value::Tag(CoseSign::TAG, value)) = ciborium::from_reader(signed) else { return Err(FORM) };
    check_header_length(&value)?;
    for signature in value.as_array().and_then(|array| array.get(3)).and_then(Value::as_array).ok_or(FORM)? {
        check_header_length(signature)?;
    }
    let message = CoseSign::from_cbor_value(*value).map_err(|_| FORM)?;
    let algorithms = [SignatureAlgorithm::Ed25519, SignatureAlgorithm::MlDsa65];
    if message.protected.header != body_header() || !message.unprotected.is_empty() || message.signatures.len() != 2 {
        return Err(FORM);
    }
    for (signature, algorithm) in message.signatures.iter().zip(algorithms) {
        if signature.protected.header != signature_header(keys, algorithm) || !signature.unprotected.is_empty() {
            return Err(FORM);
        }
    }
    for (which, algorithm) in algorithms.into_iter().enumerate() {
        message
            .verify_signature(which, &[], |signature, bytes| match algorithm {
                SignatureAlgorithm::Ed25519 => keys.verify_ed25519(bytes, signature),
                SignatureAlgorithm::MlDsa65 => keys.verify_ml_dsa_65(bytes, signature),
            })
            .map_err(|error| match error {
                SignatureError::Invalid(algorithm) => ParcelRefusal::BadSignature(algorithm),
                SignatureError::MalformedKey(_) => ParcelRefusal::BadSignature(algorithm),
            })?;
    }
    message.payload.ok_or(FORM)
}

impl ParcelContent {
    /// Reads the CBOR inside of a parcel. Whether the content keeps the rules, [`check`](Self::check) says.
    ///
    /// # Errors
    /// When it is too deep, has too many items, is not of the right shape, or of a format that this version does not know.
    pub fn read(payload: &[u8]) -> Result<Self, ParcelRefusal> {
        check_cbor(payload, CONTENT_LIMITS)?;
        let content: Self = ciborium::de::from_reader_with_recursion_limit(payload, CONTENT_LIMITS.depth * 2)
            .map_err(|error| ParcelRefusal::Content(error.to_string().chars().take(300).collect()))?;
        if content.format != FORMAT {
            return Err(ParcelRefusal::UnknownFormat(content.format));
        }
        Ok(content)
    }
}

/// Checks a parcel's content against the agreement: on sending, so that nothing leaves that would be refused, and on receiving.
/// Only new things need an agreement in force: what was taken back must reach those who have it also when all is over.
///
/// # Errors
/// Says what is outside the agreement.
pub(crate) fn check_terms(content: &ParcelContent, partner: &Partner, now: Timestamp) -> Result<(), ParcelRefusal> {
    if content.created_at.as_second() > now.as_second() + CLOCK_TOLERANCE_SECONDS {
        return Err(ParcelRefusal::FromTheFuture(content.created_at));
    }
    if !content.brings_something() {
        return Ok(());
    }
    let terms = &partner.agreement().terms;
    if content.agreement != terms.hash() {
        return Err(ParcelRefusal::OtherAgreement);
    }
    partner.check_in_force(now)?;
    for request in &content.requests {
        if !terms.answered_purposes().contains(&request.purpose) {
            let (what, problem) = (format!("request {}", request.id), OutsideAgreement::Purpose(request.purpose.clone()));
            return Err(ParcelRefusal::OutsideAgreement { what, problem });
        }
    }
    if content.released_by.is_none() {
        let pre_authorised =
            |fact: &Fact| matches!(&fact.value, FactValue::Selector(selector) if terms.pre_authorised.contains(&selector.kind));
        if let Some(finding) = content.findings.iter().find(|finding| !finding.facts.iter().all(pre_authorised)) {
            return Err(ParcelRefusal::NotPreAuthorised(format!("finding {}", finding.key)));
        }
    }
    if let Some(expired) = content.expires.filter(|&expires| expires <= now) {
        return Err(ParcelRefusal::Expired(expired));
    }
    let outside = |what: String| move |problem| ParcelRefusal::OutsideAgreement { what, problem };
    for finding in &content.findings {
        let markings = std::iter::once(&finding.marking).chain(finding.facts.iter().map(|fact| &fact.marking));
        for marking in markings {
            terms
                .check_admits(ParcelKind::FindingFacts, marking, &content.purpose, now)
                .map_err(outside(format!("finding {}", finding.key)))?;
        }
    }
    for released in &content.statements {
        terms
            .check_admits(ParcelKind::Statements, &released.label.marking, &content.purpose, now)
            .map_err(outside(format!("statement {}", released.statement.id)))?;
    }
    Ok(())
}
