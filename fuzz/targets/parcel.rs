//! Parcels: the envelope as it comes; whatever looks signed, sealed under the right key so that it gets past the seal; and the
//! content inside.
#![no_main]
#![expect(clippy::unwrap_used, reason = "what is written here can be read")]

use std::sync::LazyLock;

use ciborium::Value;
use coset::{CoseEncrypt0Builder, HeaderBuilder, RegisteredLabelWithPrivate, TaggedCborSerializable};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use libfuzzer_sys::fuzz_target;
use oikos_exchange::{Envelope, ParcelContent, SEALING_ALGORITHM, open};
use oikos_fuzz::{Scene, now};

static SCENE: LazyLock<Scene> = LazyLock::new(Scene::load);

/// How a COSE_Sign structure begins: tag 98, an array of four.
const SIGNED: [u8; 3] = [0xd8, 98, 0x84];

fuzz_target!(|bytes: &[u8]| {
    let scene = &*SCENE;
    if let Ok(envelope) = Envelope::read(bytes) {
        let _ = envelope.open(&scene.at, &scene.fi_partner, now());
    }
    if bytes.starts_with(&SIGNED) {
        let _ = open(&scene.at, &scene.fi_partner, &sealed(bytes), now());
    }
    if let Ok(content) = ParcelContent::read(bytes) {
        let _ = content.check();
        // What is read can be written and read again.
        let mut written = Vec::new();
        ciborium::into_writer(&content, &mut written).unwrap();
        ParcelContent::read(&written).unwrap();
    }
});

/// Any bytes in an envelope that opens.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let (from, to) = (SCENE.fi.node().as_str(), SCENE.at.node().as_str());
    let protected = HeaderBuilder::new()
        .algorithm_label(RegisteredLabelWithPrivate::Text(SEALING_ALGORITHM.to_owned()))
        .text_value("from".to_owned(), Value::Text(from.to_owned()))
        .text_value("to".to_owned(), Value::Text(to.to_owned()))
        .text_value("seq".to_owned(), Value::Integer(1.into()))
        .build();
    let mut info = b"oikos parcel v1\0".to_vec();
    for node in [from, to] {
        info.push(node.len() as u8);
        info.extend_from_slice(node.as_bytes());
    }
    info.extend_from_slice(&1u64.to_be_bytes());
    let key = <XWing as Kem>::PublicKey::from_bytes(&SCENE.at.card().content.keys.x_wing.0).unwrap();
    let (enc, mut context) = hpke::setup_sender::<ChaCha20Poly1305, HkdfSha256, XWing>(&OpModeS::Base, &key, &info).unwrap();
    CoseEncrypt0Builder::new()
        .protected(protected)
        .unprotected(HeaderBuilder::new().text_value("enc".to_owned(), Value::Bytes(enc.to_bytes().to_vec())).build())
        .create_ciphertext(bytes, &[], |plain, aad| context.seal(plain, aad).unwrap())
        .build()
        .to_tagged_vec()
        .unwrap()
}
