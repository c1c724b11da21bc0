//! What the authenticator says (Web Authentication sections 6.1 and 7). Bytes from a stranger: each length is checked before use.

use ciborium::Value;
use coset::{AsCborValue, CoseKey};
use oikos_registry::PasskeyRow;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::client::{Ceremony, ClientData};
use super::public_key::PublicKey;
use super::{PasskeyAnswer, PasskeyError, decoded};

const ATTESTATION_BYTES_MAXIMUM: usize = 16_384;
const AUTHENTICATOR_DATA_BYTES_MAXIMUM: usize = 8_192;
/// The standard's own limit (section 5.8.3).
const CREDENTIAL_BYTES_MAXIMUM: usize = 1_023;
const SIGNATURE_BYTES_MAXIMUM: usize = 1_024;
const HANDLE_BYTES_MAXIMUM: usize = 64;
const CBOR_DEPTH_MAXIMUM: usize = 8;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// The authenticator's data, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    sign_count: u32,
    /// Credential id and public key, when one was just made.
    credential: Option<(Vec<u8>, CoseKey)>,
}

impl AuthenticatorData {
    /// Takes it apart; what is left over at the end makes it malformed.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let malformed = || PasskeyError::Malformed("the authenticator's data");
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or_else(malformed)?;
        let (flags, rest) = rest.split_first().ok_or_else(malformed)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or_else(malformed)?;
        let credential = if flags & HAS_CREDENTIAL != 0 { Some(read_credential(&mut rest)?) } else { None };
        if flags & HAS_EXTENSIONS != 0 && !matches!(read_cbor(&mut rest)?, Value::Map(_)) {
            return Err(malformed());
        }
        if !rest.is_empty() {
            return Err(malformed());
        }
        Ok(Self { rp_id_hash: *rp_id_hash, flags: *flags, sign_count: u32::from_be_bytes(*count), credential })
    }

    /// Whether it was asked for this place, with somebody there whom the authenticator recognised.
    fn check(&self, rp_id: &str) -> Result<(), PasskeyError> {
        if self.rp_id_hash != <[u8; 32]>::from(Sha256::digest(rp_id.as_bytes())) {
            return Err(PasskeyError::Other("the relying party"));
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(PasskeyError::Missing("the user's presence"));
        }
        if self.flags & USER_VERIFIED == 0 {
            return Err(PasskeyError::Missing("the user's verification"));
        }
        Ok(())
    }
}

/// Credential id and public key. The authenticator's model is not looked at.
fn read_credential(rest: &mut &[u8]) -> Result<(Vec<u8>, CoseKey), PasskeyError> {
    const MODEL_BYTES: usize = 16;
    let malformed = || PasskeyError::Malformed("the credential");
    let after_model = rest.get(MODEL_BYTES..).ok_or_else(malformed)?;
    let (length, after_length) = after_model.split_first_chunk::<2>().ok_or_else(malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_BYTES_MAXIMUM {
        return Err(malformed());
    }
    let (id, after_id) = after_length.split_at_checked(length).ok_or_else(malformed)?;
    *rest = after_id;
    let key = CoseKey::from_cbor_value(read_cbor(rest)?).map_err(|_| PasskeyError::Malformed("the public key"))?;
    Ok((id.to_vec(), key))
}

fn read_cbor(rest: &mut &[u8]) -> Result<Value, PasskeyError> {
    let value = ciborium::de::from_reader_with_recursion_limit(&mut *rest, CBOR_DEPTH_MAXIMUM);
    value.map_err(|_| PasskeyError::Malformed("CBOR"))
}

/// A passkey that was just made, as its maker tells it.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) challenge: Vec<u8>,
    pub(super) credential: Vec<u8>,
    /// COSE.
    pub(super) public_key: Vec<u8>,
    pub(super) sign_count: u32,
    client: ClientData,
    authenticator: AuthenticatorData,
}

impl Registration {
    pub(super) fn read(client_data: &str, attestation_object: &str) -> Result<Self, PasskeyError> {
        let (client, _) = ClientData::read(client_data)?;
        let attestation = decoded(attestation_object, "the attestation", ATTESTATION_BYTES_MAXIMUM)?;
        let authenticator = AuthenticatorData::read(&unattested(&attestation)?)?;
        let (credential, key) = authenticator.credential.clone().ok_or(PasskeyError::Missing("the credential"))?;
        // A key that could never verify anything is refused now, not at the first sign-in.
        PublicKey::of(&key)?;
        let public_key = coset::CborSerializable::to_vec(key).map_err(|_| PasskeyError::Malformed("the public key"))?;
        let sign_count = authenticator.sign_count;
        Ok(Self { challenge: client.challenge()?, credential, public_key, sign_count, client, authenticator })
    }

    pub(super) fn check(&self, origin: &str, rp_id: &str) -> Result<(), PasskeyError> {
        self.client.check(Ceremony::Create, origin)?;
        self.authenticator.check(rp_id)
    }
}

/// The authenticator's data inside an attestation object that attests nothing.
fn unattested(bytes: &[u8]) -> Result<Vec<u8>, PasskeyError> {
    let malformed = || PasskeyError::Malformed("the attestation");
    let mut rest = bytes;
    let Value::Map(entries) = read_cbor(&mut rest)? else { return Err(malformed()) };
    if !rest.is_empty() || entries.len() != 3 {
        return Err(malformed());
    }
    let (mut data, mut is_none, mut is_empty) = (None, false, false);
    for (key, value) in entries {
        match (key.as_text(), value) {
            (Some("fmt"), Value::Text(format)) => is_none = format == "none",
            (Some("attStmt"), Value::Map(statement)) => is_empty = statement.is_empty(),
            (Some("authData"), Value::Bytes(bytes)) if bytes.len() <= AUTHENTICATOR_DATA_BYTES_MAXIMUM => data = Some(bytes),
            _ => return Err(malformed()),
        }
    }
    if !is_none || !is_empty {
        return Err(PasskeyError::Other("the attestation's format"));
    }
    data.ok_or_else(malformed)
}

/// An authenticator's answer at sign-in.
#[derive(Debug)]
pub(super) struct Assertion {
    pub(super) challenge: Vec<u8>,
    pub(super) credential: Vec<u8>,
    pub(super) sign_count: u32,
    client: ClientData,
    authenticator: AuthenticatorData,
    user_handle: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Assertion {
    pub(super) fn read(answer: &PasskeyAnswer) -> Result<Self, PasskeyError> {
        let (client, client_bytes) = ClientData::read(&answer.client_data)?;
        let data = decoded(&answer.authenticator_data, "the authenticator's data", AUTHENTICATOR_DATA_BYTES_MAXIMUM)?;
        let authenticator = AuthenticatorData::read(&data)?;
        let mut signed = data;
        signed.extend_from_slice(&Sha256::digest(&client_bytes));
        Ok(Self {
            challenge: client.challenge()?,
            credential: decoded(&answer.id, "the credential", CREDENTIAL_BYTES_MAXIMUM)?,
            sign_count: authenticator.sign_count,
            user_handle: decoded(&answer.user_handle, "the user's handle", HANDLE_BYTES_MAXIMUM)?,
            signature: decoded(&answer.signature, "the signature", SIGNATURE_BYTES_MAXIMUM)?,
            client,
            authenticator,
            signed,
        })
    }

    /// Whether this is the answer of this passkey to a question of this node.
    pub(super) fn check(&self, origin: &str, rp_id: &str, handle: &[u8], passkey: &PasskeyRow) -> Result<(), PasskeyError> {
        self.client.check(Ceremony::Get, origin)?;
        self.authenticator.check(rp_id)?;
        if !bool::from(self.user_handle.ct_eq(handle)) {
            return Err(PasskeyError::Other("the user"));
        }
        let key: CoseKey =
            coset::CborSerializable::from_slice(&passkey.public_key).map_err(|_| PasskeyError::Malformed("the public key"))?;
        PublicKey::of(&key)?.verify(&self.signed, &self.signature)?;
        self.check_count(passkey.sign_count)
    }

    /// A count that does not go up may be that of a copy. Authenticators that keep none always show 0.
    pub(super) fn check_count(&self, known: u32) -> Result<(), PasskeyError> {
        let shown = self.sign_count;
        if shown > known || (shown == 0 && known == 0) { Ok(()) } else { Err(PasskeyError::Counter { known, shown }) }
    }
}
