//! RFC 9497 for ristretto255-SHA512, modes OPRF (0) and VOPRF (1): keys, evaluation, blinding, output. Proofs are next door in
//! `proof`.
//!
//! Functions take slices and do not start threads: a caller may split work as it likes. Secrets are used in constant time; what
//! is public to both sides (points on the wire, public keys) is not.

use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

use super::context::AskMode;
use super::expand::Expand;

/// Bytes of a point.
pub(crate) const POINT: usize = 32;
/// A point as it travels.
pub(crate) type PointBytes = [u8; POINT];
/// The pseudorandom output of one selector under one key.
pub(crate) type Output = Zeroizing<[u8; 64]>;
/// Points worked on at once: enough that one inversion is shared by many, few enough to stay in the processor's cache.
const BATCH: usize = 256;

/// Hash functions of one mode.
#[derive(Clone)]
pub(crate) struct Suite {
    context: Vec<u8>,
    to_group: Expand,
    to_scalar: Expand,
}

impl Suite {
    pub(crate) fn new(mode: AskMode) -> Self {
        let number = match mode {
            AskMode::Unproven => 0u8,
            AskMode::Verifiable => 1,
        };
        let context = [b"OPRFV1-".as_slice(), &[number], b"-ristretto255-SHA512"].concat();
        let to_group = Expand::new(b"HashToGroup-", &context);
        let to_scalar = Expand::new(b"HashToScalar-", &context);
        Self { context, to_group, to_scalar }
    }

    pub(crate) fn hash_to_group(&self, input: &[u8]) -> RistrettoPoint {
        RistrettoPoint::from_uniform_bytes(&self.to_group.bytes(&[input]))
    }

    pub(crate) fn hash_to_scalar(&self, message: &[&[u8]]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.to_scalar.bytes(message))
    }

    /// The tag of the seed of a proof's weights.
    pub(crate) fn seed_tag(&self) -> Vec<u8> {
        [b"Seed-".as_slice(), &self.context].concat()
    }
}

/// A length in two bytes, as the RFC writes it. Inputs are selectors: far below 65,536 bytes.
pub(crate) fn length(bytes: &[u8]) -> [u8; 2] {
    (bytes.len() as u16).to_be_bytes()
}

/// The RFC's `Finalize`, after unblinding: the hash of the input and its evaluated point.
pub(crate) fn output(input: &[u8], point: &PointBytes) -> Output {
    let mut hash = Sha512::new();
    hash.update(length(input));
    hash.update(input);
    hash.update(length(point));
    hash.update(point);
    hash.update(b"Finalize");
    Zeroizing::new(hash.finalize().into())
}

/// Reads a point that came from outside. `None`: not in its one canonical form, or the identity, which would give away the key's
/// use.
pub(crate) fn read_point(bytes: &PointBytes) -> Option<RistrettoPoint> {
    CompressedRistretto(*bytes).decompress().filter(|point| !point.is_identity())
}

/// A private key with its public key.
pub(crate) struct SecretKey {
    scalar: Scalar,
    /// Half of it: twice a product with the half is the product, and doubled points are written in batches, which shares an
    /// inversion.
    half: Scalar,
    public: PointBytes,
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.scalar.zeroize();
        self.half.zeroize();
    }
}

impl SecretKey {
    /// The RFC's `DeriveKeyPair`. `None` where no counter gives a key, which never happens (2^-2000).
    pub(crate) fn derive(suite: &Suite, seed: &[u8; 32], info: &[u8]) -> Option<Self> {
        let expand = Expand::new(b"DeriveKeyPair", &suite.context);
        let scalar = (0..=255u8)
            .map(|counter| {
                let bytes = Zeroizing::new(expand.bytes(&[seed, &length(info), info, &[counter]]));
                Scalar::from_bytes_mod_order_wide(&bytes)
            })
            .find(|scalar| *scalar != Scalar::ZERO)?;
        let public = RistrettoPoint::mul_base(&scalar).compress().to_bytes();
        Some(Self { half: scalar.div_by_2(), scalar, public })
    }

    pub(crate) fn public(&self) -> PointBytes {
        self.public
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    /// The RFC's `BlindEvaluate` of many points.
    pub(crate) fn evaluate(&self, points: &[RistrettoPoint]) -> Vec<u8> {
        let mut evaluated = Vec::with_capacity(points.len() * POINT);
        let mut halves = Vec::with_capacity(BATCH);
        for batch in points.chunks(BATCH) {
            halves.clear();
            halves.extend(batch.iter().map(|point| point * self.half));
            for point in RistrettoPoint::double_and_compress_batch(&halves) {
                evaluated.extend_from_slice(point.as_bytes());
            }
        }
        evaluated
    }

    /// The RFC's `Evaluate` of many inputs: what the asked side knows of its own selectors, given to `each` in their order.
    pub(crate) fn outputs<T: AsRef<[u8]>>(&self, suite: &Suite, inputs: &[T], mut each: impl FnMut(usize, &Output)) {
        let mut halves = Zeroizing::new(Vec::with_capacity(BATCH));
        for (number, batch) in inputs.chunks(BATCH).enumerate() {
            halves.clear();
            halves.extend(batch.iter().map(|input| suite.hash_to_group(input.as_ref()) * self.half));
            let points = RistrettoPoint::double_and_compress_batch(halves.iter());
            for (place, (input, point)) in batch.iter().zip(points).enumerate() {
                each(number * BATCH + place, &output(input.as_ref(), point.as_bytes()));
            }
        }
    }
}

/// The asker's side of one public key.
///
/// The RFC blinds an input's point `H` as `r·H` and unblinds with `1/r`. Here it is `H + r·G`, unblinded by taking `r·pk` away:
/// two products with fixed points, which cost less than half. Both hide `H` perfectly (the blinded point is uniform), the
/// answerer does the same with both, and the output is the same; a test compares it with the RFC's vectors. Jarecki, Krawczyk and
/// Xu (ePrint 2021/273) show what can go wrong with this blinding: it is unsafe where `pk` is not authenticated. Here `pk` is in
/// a header with both signatures of its owner, in the verifiable mode each answer proves it, and it is hashed into what a tag and
/// an answer's key are derived from.
pub(crate) struct Blinder {
    suite: Suite,
    public: RistrettoPoint,
    table: Box<RistrettoBasepointTable>,
}

/// Blinded inputs.
pub(crate) struct Blinded {
    /// Secret until the answer is there.
    pub(crate) blinds: Zeroizing<Vec<Scalar>>,
    /// What is asked.
    pub(crate) points: Vec<RistrettoPoint>,
}

impl Blinder {
    /// `None`: the public key is not a point in its canonical form, or the identity.
    pub(crate) fn new(suite: Suite, public: &PointBytes) -> Option<Self> {
        let public = read_point(public)?;
        Some(Self { suite, public, table: Box::new(RistrettoBasepointTable::create(&public)) })
    }

    pub(crate) fn suite(&self) -> &Suite {
        &self.suite
    }

    pub(crate) fn public(&self) -> &RistrettoPoint {
        &self.public
    }

    /// Blinds inputs with fresh random blinds.
    pub(crate) fn blind<T: AsRef<[u8]>>(&self, inputs: &[T]) -> Result<Blinded, getrandom::Error> {
        let blinds = random_scalars(inputs.len())?;
        let blind = |(input, blind): (&T, &Scalar)| self.suite.hash_to_group(input.as_ref()) + RistrettoPoint::mul_base(blind);
        let points = inputs.iter().zip(blinds.iter()).map(blind).collect();
        Ok(Blinded { blinds, points })
    }

    /// Unblinds the evaluated point of an input.
    pub(crate) fn unblind(&self, blind: &Scalar, evaluated: &RistrettoPoint) -> PointBytes {
        (evaluated - &*self.table * blind).compress().to_bytes()
    }
}

fn random_scalars(count: usize) -> Result<Zeroizing<Vec<Scalar>>, getrandom::Error> {
    let mut scalars = Zeroizing::new(Vec::with_capacity(count));
    let mut bytes = Zeroizing::new([0u8; 64 * BATCH]);
    while scalars.len() < count {
        getrandom::fill(bytes.as_mut())?;
        let (wide, _) = bytes.as_chunks::<64>();
        let left = count - scalars.len();
        scalars.extend(wide.iter().take(left).map(Scalar::from_bytes_mod_order_wide));
    }
    Ok(scalars)
}

/// One fresh random scalar.
pub(crate) fn random_scalar() -> Result<Zeroizing<Scalar>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0u8; 64]);
    getrandom::fill(bytes.as_mut())?;
    Ok(Zeroizing::new(Scalar::from_bytes_mod_order_wide(&bytes)))
}

/// Random points of which nobody knows anything: padding of a question.
pub(crate) fn random_points(count: usize) -> Result<Vec<RistrettoPoint>, getrandom::Error> {
    let mut points = Vec::with_capacity(count);
    let mut bytes = [0u8; 64 * BATCH];
    while points.len() < count {
        getrandom::fill(&mut bytes)?;
        let (uniform, _) = bytes.as_chunks::<64>();
        let left = count - points.len();
        points.extend(uniform.iter().take(left).map(RistrettoPoint::from_uniform_bytes));
    }
    Ok(points)
}

/// The group's generator.
pub(crate) const GENERATOR: RistrettoPoint = RISTRETTO_BASEPOINT_POINT;
