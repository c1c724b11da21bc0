//! RFC 9497's vectors for ristretto255-SHA512: all of modes OPRF and VOPRF, batches too.

use std::path::PathBuf;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use serde_json::Value;

use crate::ask::AskMode;
use crate::ask::proof::{Batch, PROOF, prove_with, verify};
use crate::ask::voprf::{Blinder, PointBytes, SecretKey, Suite, output, read_point};

fn vectors() -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/crypto/voprf-rfc9497/allVectors.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// A batch is one text with commas between its parts.
fn parts(value: &Value) -> Vec<Vec<u8>> {
    value.as_str().unwrap().split(',').map(|part| hex::decode(part).unwrap()).collect()
}

fn scalar(bytes: &[u8]) -> Scalar {
    Scalar::from_canonical_bytes(bytes.try_into().unwrap()).unwrap()
}

fn points(parts: &[Vec<u8>]) -> Vec<RistrettoPoint> {
    parts.iter().map(|part| read_point(&PointBytes::try_from(part.as_slice()).unwrap()).unwrap()).collect()
}

fn suite_vectors(mode: AskMode, number: u64) -> Option<(Suite, SecretKey, Vec<Value>)> {
    let all = vectors()?;
    let group = all.iter().find(|group| group["identifier"] == "ristretto255-SHA512" && group["mode"] == number).unwrap();
    let suite = Suite::new(mode);
    let key = SecretKey::derive(&suite, &bytes(&group["seed"]).try_into().unwrap(), &bytes(&group["keyInfo"])).unwrap();
    assert_eq!(key.scalar().as_bytes().to_vec(), bytes(&group["skSm"]));
    if mode == AskMode::Verifiable {
        assert_eq!(key.public().to_vec(), bytes(&group["pkSm"]));
    }
    Some((suite, key, group["vectors"].as_array().unwrap().clone()))
}

/// Hash to group, evaluation and output are the RFC's; so are our outputs, with our blinding.
fn check_evaluation(suite: &Suite, key: &SecretKey, vector: &Value) {
    let (inputs, outputs) = (parts(&vector["Input"]), parts(&vector["Output"]));
    let blinds: Vec<Scalar> = parts(&vector["Blind"]).iter().map(|blind| scalar(blind)).collect();
    let blinded: Vec<Vec<u8>> = inputs
        .iter()
        .zip(&blinds)
        .map(|(input, blind)| (suite.hash_to_group(input) * blind).compress().to_bytes().to_vec())
        .collect();
    assert_eq!(blinded, parts(&vector["BlindedElement"]));
    let evaluated = key.evaluate(&points(&blinded));
    assert_eq!(evaluated, parts(&vector["EvaluationElement"]).concat());
    for ((input, blind), (element, expected)) in inputs.iter().zip(&blinds).zip(evaluated.as_chunks().0.iter().zip(&outputs)) {
        let unblinded = (read_point(element).unwrap() * blind.invert()).compress().to_bytes();
        assert_eq!(output(input, &unblinded).as_slice(), expected);
    }
    key.outputs(suite, &inputs, |place, found| assert_eq!(found.as_slice(), outputs[place]));
    let blinder = Blinder::new(suite.clone(), &key.public()).unwrap();
    let ours = blinder.blind(&inputs).unwrap();
    let answered = key.evaluate(&ours.points);
    for (place, element) in answered.as_chunks().0.iter().enumerate() {
        let unblinded = blinder.unblind(&ours.blinds[place], &read_point(element).unwrap());
        assert_eq!(output(&inputs[place], &unblinded).as_slice(), outputs[place]);
    }
}

#[test]
fn oprf_is_the_rfc_s() {
    let Some((suite, key, vectors)) = suite_vectors(AskMode::Unproven, 0) else { return };
    assert_eq!(vectors.len(), 2);
    vectors.iter().for_each(|vector| check_evaluation(&suite, &key, vector));
}

#[test]
fn voprf_and_its_proofs_are_the_rfc_s() {
    let Some((suite, key, vectors)) = suite_vectors(AskMode::Verifiable, 1) else { return };
    assert_eq!(vectors.iter().map(|vector| vector["Batch"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 1, 2]);
    for vector in &vectors {
        check_evaluation(&suite, &key, vector);
        let (blinded, evaluated) = (parts(&vector["BlindedElement"]), parts(&vector["EvaluationElement"]));
        let (blinded_bytes, evaluated_bytes) = (blinded.concat(), evaluated.concat());
        let batch = Batch { blinded: &blinded_bytes, evaluated: &evaluated_bytes };
        let nonce = scalar(&bytes(&vector["Proof"]["r"]));
        let proof = prove_with(&suite, &key, batch, &points(&blinded), &nonce);
        assert_eq!(proof.to_vec(), bytes(&vector["Proof"]["proof"]));
        let public = read_point(&key.public()).unwrap();
        let holds = |proof: &[u8; PROOF]| verify(&suite, &public, batch, &points(&blinded), &points(&evaluated), proof);
        assert!(holds(&proof));
        for bit in 0..PROOF * 8 {
            let mut changed = proof;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!holds(&changed), "bit {bit}");
        }
    }
}

#[test]
fn identity_and_second_forms_of_points_are_refused() {
    assert!(read_point(&[0; 32]).is_none(), "the identity");
    assert!(read_point(&[0xff; 32]).is_none(), "above the field's prime");
    // The field's prime itself: zero in a second form.
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    assert!(read_point(&prime).is_none());
    // A negative field element: RFC 9496 A.2.
    let mut one = [0; 32];
    one[0] = 1;
    assert!(read_point(&one).is_none());
    assert!(read_point(RistrettoPoint::mul_base(&Scalar::ONE).compress().as_bytes()).is_some());
}
