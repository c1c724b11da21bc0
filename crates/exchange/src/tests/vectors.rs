//! Published test vectors through the same crates and calls that the house uses.

use std::path::PathBuf;

use hpke::kem::XWing;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, Serializable};
use ml_dsa::{EncodedSignature, EncodedVerifyingKey, MlDsa65, Signature, VerifyingKey};
use serde_json::Value;

use crate::encoded::Base64;
use crate::keys::PublicKeys;

/// Reads a file of vectors; says loudly that the test is skipped when it is not there.
fn vectors(path: &str) -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/crypto").join(path);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("SKIPPED: {} is not there", path.display());
            None
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// Gives the vector's bytes where the library asks for randomness.
struct Fixed(Vec<u8>);

impl TryRng for Fixed {
    type Error = std::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        panic!("the library asks for bytes only")
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        panic!("the library asks for bytes only")
    }
    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Self::Error> {
        target.copy_from_slice(&self.0.drain(..target.len()).collect::<Vec<_>>());
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

#[test]
fn x_wing_is_the_draft_s() {
    let Some(vectors) = vectors("xwing/test-vectors.json") else { return };
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let secret = <XWing as Kem>::PrivateKey::from_bytes(&bytes(&vector["sk"])).unwrap();
        let public = XWing::sk_to_pk(&secret);
        assert_eq!(public.to_bytes().to_vec(), bytes(&vector["pk"]));
        let (shared, enc) = XWing::encap_with_rng(&public, None, &mut Fixed(bytes(&vector["eseed"]))).unwrap();
        assert_eq!((shared.0.to_vec(), enc.to_bytes().to_vec()), (bytes(&vector["ss"]), bytes(&vector["ct"])));
        let enc = <XWing as Kem>::EncappedKey::from_bytes(&bytes(&vector["ct"])).unwrap();
        assert_eq!(XWing::decap(&secret, None, &enc).unwrap().0.to_vec(), bytes(&vector["ss"]));
    }
}

/// Verifies as parcels do, which is with an empty context.
fn verify_as_parcels_do(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let keys = PublicKeys { ed25519: Base64(Vec::new()), ml_dsa_65: Base64(key.to_vec()), x_wing: Base64(Vec::new()) };
    keys.verify_ml_dsa_65(message, signature).is_ok()
}

fn parse(key: &[u8], signature: &[u8]) -> Option<(VerifyingKey<MlDsa65>, Signature<MlDsa65>)> {
    let key = EncodedVerifyingKey::<MlDsa65>::try_from(key).ok()?;
    let signature = Signature::decode(&EncodedSignature::<MlDsa65>::try_from(signature).ok()?)?;
    Some((VerifyingKey::decode(&key), signature))
}

#[test]
fn ml_dsa_65_verifies_as_wycheproof_says() {
    let Some(file) = vectors("wycheproof/mldsa_65_verify_test.json") else { return };
    let mut tested = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let key = bytes(&group["publicKey"]);
        for test in group["tests"].as_array().unwrap() {
            let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
            let verified = match test.get("ctx").map(bytes).filter(|context| !context.is_empty()) {
                None => verify_as_parcels_do(&key, &message, &signature),
                Some(context) => parse(&key, &signature)
                    .is_some_and(|(key, signature)| key.verify_with_context(&message, &context, &signature)),
            };
            assert_eq!(verified, test["result"] == "valid", "{}: {}", test["tcId"], test["comment"]);
            tested += 1;
        }
    }
    assert_eq!(tested, file["numberOfTests"].as_u64().unwrap());
}

#[test]
fn ml_dsa_65_verifies_as_acvp_says() {
    let Some(file) = vectors("acvp/ml-dsa/sig-ver.json") else { return };
    let groups = file["testGroups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["parameterSet"] == "ML-DSA-65").unwrap();
    let key = bytes(&group["pk"]);
    let tests = group["tests"].as_array().unwrap();
    for test in tests {
        // These vectors are for the internal interface, which has no context.
        let (message, signature) = (bytes(&test["message"]), bytes(&test["signature"]));
        let verified = parse(&key, &signature).is_some_and(|(key, signature)| key.verify_internal(&message, &signature));
        assert_eq!(verified, test["testPassed"].as_bool().unwrap(), "{}: {}", test["tcId"], test["reason"]);
    }
    assert_eq!(tests.len(), 15);
}

#[test]
fn ed25519_is_rfc_8032_s_and_strict() {
    // RFC 8032 section 7.1, test 1: the empty message.
    let key = hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
    let signature = hex::decode(concat!(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555",
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ));
    let signature = signature.unwrap();
    let keys = PublicKeys { ed25519: Base64(key), ml_dsa_65: Base64(Vec::new()), x_wing: Base64(Vec::new()) };
    assert!(keys.verify_ed25519(b"", &signature).is_ok());
    assert!(keys.verify_ed25519(b"x", &signature).is_err());
    assert!(keys.verify_ed25519(b"", &signature[..63]).is_err());
    // A key of small order verifies an all-zero-like signature of everything under loose rules.
    let mut identity_point = vec![0u8; 32];
    identity_point[0] = 1;
    let mut trivial = identity_point.clone();
    trivial.extend_from_slice(&[0u8; 32]);
    let weak = PublicKeys { ed25519: Base64(identity_point), ..keys };
    assert!(weak.verify_ed25519(b"anything", &trivial).is_err());
}
