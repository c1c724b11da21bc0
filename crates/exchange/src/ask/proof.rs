//! RFC 9497's proofs (section 2.2): one key was used for a public key and for every point of a batch. The verifier knows only
//! public things and takes variable time; the prover's key and nonce take constant time.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use sha2::{Digest, Sha512};

use super::voprf::{GENERATOR, POINT, PointBytes, SecretKey, Suite, length, random_scalar};

/// Bytes of a proof: a challenge and a response.
pub(crate) const PROOF: usize = 64;

/// A batch as it travelled: the asked points and the evaluated ones, end to end.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) blinded: &'a [u8],
    pub(crate) evaluated: &'a [u8],
}

/// The RFC's `GenerateProof`, for points that `blinded` holds.
pub(crate) fn prove(
    suite: &Suite,
    key: &SecretKey,
    batch: Batch<'_>,
    points: &[RistrettoPoint],
) -> Result<[u8; PROOF], getrandom::Error> {
    Ok(prove_with(suite, key, batch, points, &*random_scalar()?))
}

/// [`prove`] with a given nonce, which must never be used twice. The RFC's vectors give theirs.
pub(crate) fn prove_with(
    suite: &Suite,
    key: &SecretKey,
    batch: Batch<'_>,
    points: &[RistrettoPoint],
    nonce: &Scalar,
) -> [u8; PROOF] {
    let public = key.public();
    let weights = weights(suite, &public, batch);
    let asked = RistrettoPoint::vartime_multiscalar_mul(&weights, points);
    let answered = asked * key.scalar();
    let nonce_points = (RistrettoPoint::mul_base(nonce), asked * nonce);
    let challenge = challenge(suite, &public, &asked, &answered, &nonce_points);
    let response = nonce - challenge * key.scalar();
    let mut proof = [0; PROOF];
    proof[..POINT].copy_from_slice(challenge.as_bytes());
    proof[POINT..].copy_from_slice(response.as_bytes());
    proof
}

/// The RFC's `VerifyProof`.
pub(crate) fn verify(
    suite: &Suite,
    public: &RistrettoPoint,
    batch: Batch<'_>,
    blinded: &[RistrettoPoint],
    evaluated: &[RistrettoPoint],
    proof: &[u8; PROOF],
) -> bool {
    let (scalars, _) = proof.as_chunks::<POINT>();
    let [claimed, response] = scalars else { return false };
    let read = |bytes: &PointBytes| Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes));
    let (Some(claimed), Some(response)) = (read(claimed), read(response)) else { return false };
    let public_bytes = public.compress().to_bytes();
    let weights = weights(suite, &public_bytes, batch);
    let asked = RistrettoPoint::vartime_multiscalar_mul(&weights, blinded);
    let answered = RistrettoPoint::vartime_multiscalar_mul(&weights, evaluated);
    if asked.is_identity() || answered.is_identity() {
        return false;
    }
    let combine = |point: &RistrettoPoint, image: &RistrettoPoint| {
        RistrettoPoint::vartime_multiscalar_mul([&response, &claimed], [point, image])
    };
    let nonce_points = (combine(&GENERATOR, public), combine(&asked, &answered));
    challenge(suite, &public_bytes, &asked, &answered, &nonce_points) == claimed
}

/// The RFC's `ComputeComposites`, first half: a weight for each pair of points, from a hash over public key, place and pair.
fn weights(suite: &Suite, public: &PointBytes, batch: Batch<'_>) -> Vec<Scalar> {
    let tag = suite.seed_tag();
    let mut hash = Sha512::new();
    for part in [public.as_slice(), &tag] {
        hash.update(length(part));
        hash.update(part);
    }
    let seed: [u8; 64] = hash.finalize().into();
    let (blinded, evaluated) = (batch.blinded.as_chunks::<POINT>().0, batch.evaluated.as_chunks::<POINT>().0);
    let weight = |(place, (asked, answered)): (usize, (&PointBytes, &PointBytes))| {
        // A batch has at most 65,536 pairs, so a place fits two bytes.
        let place = (place as u16).to_be_bytes();
        suite.hash_to_scalar(&[&length(&seed), &seed, &place, &length(asked), asked, &length(answered), answered, b"Composite"])
    };
    blinded.iter().zip(evaluated).enumerate().map(weight).collect()
}

fn challenge(
    suite: &Suite,
    public: &PointBytes,
    asked: &RistrettoPoint,
    answered: &RistrettoPoint,
    nonce_points: &(RistrettoPoint, RistrettoPoint),
) -> Scalar {
    let points = [*public, write(asked), write(answered), write(&nonce_points.0), write(&nonce_points.1)];
    let mut transcript = Vec::with_capacity(points.len() * (POINT + 2) + 9);
    for point in &points {
        transcript.extend_from_slice(&length(point));
        transcript.extend_from_slice(point);
    }
    transcript.extend_from_slice(b"Challenge");
    suite.hash_to_scalar(&[&transcript])
}

fn write(point: &RistrettoPoint) -> PointBytes {
    point.compress().to_bytes()
}
