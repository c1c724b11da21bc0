//! One entry of a set: a tag to find it by and a sealed answer, both from the selector's pseudorandom output. Without the output
//! an entry is random bytes, so padding is random bytes too.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use oikos_model::{ContentHash, Evaluation, InformationGrade, Selector, SourceGrade};
use serde::{Deserialize, Serialize};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::voprf::Output;
use crate::encoded::Base64;

pub(crate) const TAG: usize = 16;
const REFERENCE: usize = 16;
/// Two characters of the 4x4 system.
const QUALITY: usize = 2;
const SEAL: usize = 16;
const SEALED: usize = REFERENCE + QUALITY + SEAL;
/// Bytes of an entry.
pub(crate) const ENTRY: usize = TAG + SEALED;

/// An entry as it is published.
pub(crate) type EntryBytes = [u8; ENTRY];

/// What a hit gives: 16 random bytes by which its owner finds again what was hit. They say nothing to anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskReference(pub [u8; REFERENCE]);

impl AskReference {
    /// A fresh random reference.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; REFERENCE];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Serialize for AskReference {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Base64(self.0.to_vec()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AskReference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Base64::deserialize(deserializer)?.0;
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("expected 16 bytes as base64"))
    }
}

/// One selector of the asked side, and what a hit on it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskEntry {
    /// The selector, normalised.
    pub selector: Selector,
    /// What its owner finds it by.
    pub reference: AskReference,
    /// How good the information is.
    pub quality: Evaluation,
}

/// What entries of one set are bound to: the hash of its context, public key and salt.
pub(crate) struct EntryKeys {
    binding: ContentHash,
    info: Vec<u8>,
}

/// Tag and key of one selector's entry.
pub(crate) struct EntryKey {
    pub(crate) tag: [u8; TAG],
    seal: Zeroizing<[u8; 32]>,
}

impl EntryKeys {
    pub(crate) fn new(binding: ContentHash) -> Self {
        let info = [b"oikos/ask-entry/v1\0".as_slice(), &binding.0].concat();
        Self { binding, info }
    }

    /// HKDF-Expand with SHA-512 (RFC 5869) of the output, which is uniform already: 16 bytes of tag, then 32 of key.
    pub(crate) fn derive(&self, output: &Output) -> EntryKey {
        let mut bytes = Zeroizing::new([0u8; TAG + 32]);
        #[expect(clippy::expect_used, reason = "64 bytes are a key for SHA-512, and 48 are one block of it")]
        Hkdf::<Sha512>::from_prk(output.as_ref())
            .ok()
            .and_then(|hkdf| hkdf.expand(&self.info, bytes.as_mut()).ok())
            .expect("lengths are fixed and fit");
        let mut key = EntryKey { tag: [0; TAG], seal: Zeroizing::new([0; 32]) };
        key.tag.copy_from_slice(&bytes[..TAG]);
        key.seal.copy_from_slice(&bytes[TAG..]);
        key
    }

    /// The entry of a selector. Its key seals this once: the set's salt is in it.
    pub(crate) fn seal(&self, key: &EntryKey, reference: AskReference, quality: Evaluation) -> EntryBytes {
        let mut entry = [0; ENTRY];
        let (tag, sealed) = entry.split_at_mut(TAG);
        let (plain, seal) = sealed.split_at_mut(REFERENCE + QUALITY);
        tag.copy_from_slice(&key.tag);
        plain[..REFERENCE].copy_from_slice(&reference.0);
        plain[REFERENCE..].copy_from_slice(&quality_bytes(quality));
        #[expect(clippy::expect_used, reason = "18 bytes are not too many for this cipher")]
        let mac = key.cipher().encrypt_inout_detached(&Nonce::default(), &self.binding.0, plain.into()).expect("18 bytes");
        seal.copy_from_slice(&mac);
        entry
    }

    /// Opens the sealed answer of an entry. `None`: it was not sealed for this selector in this set, or holds no quality.
    pub(crate) fn open(&self, key: &EntryKey, entry: &EntryBytes) -> Option<(AskReference, Evaluation)> {
        let (plain, seal) = entry[TAG..].split_at(REFERENCE + QUALITY);
        let mut plain: [u8; REFERENCE + QUALITY] = plain.try_into().ok()?;
        let seal = seal.try_into().ok()?;
        key.cipher().decrypt_inout_detached(&Nonce::default(), &self.binding.0, plain.as_mut_slice().into(), seal).ok()?;
        let (reference, quality) = plain.split_at(REFERENCE);
        Some((AskReference(reference.try_into().ok()?), read_quality(quality)?))
    }
}

impl EntryKey {
    fn cipher(&self) -> ChaCha20Poly1305 {
        let seal: &[u8; 32] = &self.seal;
        ChaCha20Poly1305::new(seal.into())
    }
}

/// The code of the 4x4 system, for example `B2`.
fn quality_bytes(quality: Evaluation) -> [u8; QUALITY] {
    let source = match quality.source {
        SourceGrade::A => b'A',
        SourceGrade::B => b'B',
        SourceGrade::C => b'C',
        SourceGrade::X => b'X',
    };
    let information = match quality.information {
        InformationGrade::One => b'1',
        InformationGrade::Two => b'2',
        InformationGrade::Three => b'3',
        InformationGrade::Four => b'4',
    };
    [source, information]
}

fn read_quality(bytes: &[u8]) -> Option<Evaluation> {
    let [source, information] = bytes else { return None };
    let source = match source {
        b'A' => SourceGrade::A,
        b'B' => SourceGrade::B,
        b'C' => SourceGrade::C,
        b'X' => SourceGrade::X,
        _ => return None,
    };
    let information = match information {
        b'1' => InformationGrade::One,
        b'2' => InformationGrade::Two,
        b'3' => InformationGrade::Three,
        b'4' => InformationGrade::Four,
        _ => return None,
    };
    Some(Evaluation { source, information })
}
