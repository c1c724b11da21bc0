//! Signed notes (C2SP `signed-note`), with Ed25519 keys (signature type `0x01`).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Room for far more than the 16 signatures a verifier must accept, post-quantum ones included.
const LARGEST_NOTE_BYTES: usize = 256 * 1_024;
const ED25519: u8 = 0x01;

/// Why a note, a key name or a verifier key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The name has a space, a plus sign or a control character, or is empty.
    #[error("{0:?} is not a key name: expected printable characters without spaces and '+'")]
    BadName(String),
    /// The text is not a signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// The note has no signature by the key.
    #[error("the note is not signed by {0}")]
    NotSigned(String),
    /// The note has a signature by the key that does not verify.
    #[error("the signature by {0} does not verify: the text was changed after it was signed, or signed with another key")]
    BadSignature(String),
    /// The text is not a verifier key.
    #[error("not a verifier key: {0}")]
    BadKey(&'static str),
}

/// The private half: signs notes under a name.
#[derive(Debug)]
pub struct NoteSigner {
    verifier: NoteVerifier,
    key: SigningKey,
}

/// The public half: opens notes signed under a name. Its text form is C2SP's verifier key, `name+hex(id)+base64(type ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl NoteSigner {
    /// A signer under `name`, for a log its origin.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn new(name: impl Into<String>, key: SigningKey) -> Result<Self, NoteError> {
        Ok(Self { verifier: NoteVerifier::new(name, key.verifying_key())?, key })
    }

    /// The public half.
    pub const fn verifier(&self) -> &NoteVerifier {
        &self.verifier
    }

    /// Signs a text, which must end in a newline and hold no other control character.
    ///
    /// # Errors
    /// When the text has not this form.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text does not end in a newline"));
        }
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        Ok(format!("{text}\n{}", write_signature_line(&self.verifier.name, self.verifier.id, &signature)))
    }
}

impl NoteVerifier {
    /// A verifier of notes that `key` signs under `name`.
    ///
    /// # Errors
    /// When the name is not a key name.
    pub fn new(name: impl Into<String>, key: VerifyingKey) -> Result<Self, NoteError> {
        let name = name.into();
        check_name(&name)?;
        let id = key_id(&name, ED25519, key.as_bytes());
        Ok(Self { name, id, key })
    }

    /// The name under which notes are signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the note's signature by this key and returns the signed text. Signatures by other keys are passed over.
    ///
    /// # Errors
    /// When the note is malformed, not signed by this key, or its signature does not verify.
    pub fn open<'note>(&self, note: &'note str) -> Result<&'note str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut opened = false;
        for line in signatures.lines() {
            let (name, blob) = signature_line(line)?;
            let Some((id, signature)) = blob.split_first_chunk::<4>() else {
                return Err(NoteError::Malformed("a signature is shorter than its key id"));
            };
            if name != self.name || *id != self.id {
                continue;
            }
            let bad = || NoteError::BadSignature(self.name.clone());
            let signature = Signature::from_slice(signature).map_err(|_| bad())?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| bad())?;
            opened = true;
        }
        if opened { Ok(text) } else { Err(NoteError::NotSigned(self.name.clone())) }
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_verifier_key(&self.name, ED25519, self.key.as_bytes()))
    }
}

impl FromStr for NoteVerifier {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, signature_type, key) = parse_verifier_key(text)?;
        if signature_type != ED25519 {
            return Err(NoteError::BadKey("the key is not of the Ed25519 type"));
        }
        Self::new(name, ed25519_key(&key)?)
    }
}

/// Name, signature type and public key of a verifier key, whose id must belong to them.
pub(crate) fn parse_verifier_key(text: &str) -> Result<(&str, u8, Vec<u8>), NoteError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::BadKey("expected name+id+key"));
    };
    check_name(name)?;
    let key = BASE64.decode(key).map_err(|_| NoteError::BadKey("the key is not base64"))?;
    let Some((signature_type, key)) = key.split_first() else {
        return Err(NoteError::BadKey("there is no signature type"));
    };
    if hex::encode(key_id(name, *signature_type, key)) != id {
        return Err(NoteError::BadKey("the id does not belong to this name and key"));
    }
    Ok((name, *signature_type, key.to_vec()))
}

pub(crate) fn write_verifier_key(name: &str, signature_type: u8, key: &[u8]) -> String {
    let encoded = BASE64.encode([[signature_type].as_slice(), key].concat());
    format!("{name}+{}+{encoded}", hex::encode(key_id(name, signature_type, key)))
}

pub(crate) fn ed25519_key(bytes: &[u8]) -> Result<VerifyingKey, NoteError> {
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoteError::BadKey("an Ed25519 key has 32 bytes"))?;
    VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::BadKey("the bytes are no Ed25519 key"))
}

/// One signature line: `— name base64(id ‖ signature)`.
pub(crate) fn write_signature_line(name: &str, id: [u8; 4], signature: &[u8]) -> String {
    format!("— {name} {}\n", BASE64.encode([id.as_slice(), signature].concat()))
}

/// Whether notes can be signed under this name.
pub(crate) fn check_name(name: &str) -> Result<(), NoteError> {
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > 255 || name.chars().any(is_bad) {
        return Err(NoteError::BadName(name.chars().take(80).collect()));
    }
    Ok(())
}

/// First four bytes of SHA-256 over name, newline, signature type and public key.
pub(crate) fn key_id(name: &str, signature_type: u8, key: &[u8]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', signature_type]).chain_update(key).finalize();
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
    [a, b, c, d]
}

fn check_characters(note: &str) -> Result<(), NoteError> {
    if note.len() > LARGEST_NOTE_BYTES {
        return Err(NoteError::Malformed("it is larger than 256 KiB"));
    }
    if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Malformed("it holds control characters"));
    }
    Ok(())
}

/// Splits at the last empty line; the text keeps its own final newline.
pub(crate) fn split(note: &str) -> Result<(&str, &str), NoteError> {
    check_characters(note)?;
    let blank = note.rfind("\n\n").ok_or(NoteError::Malformed("there is no empty line before the signatures"))?;
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NoteError::Malformed("the last signature line does not end in a newline"));
    }
    Ok((text, signatures))
}

pub(crate) fn signature_line(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let malformed = NoteError::Malformed("a signature line is not `— name base64`");
    let (name, blob) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(malformed.clone())?;
    Ok((name, BASE64.decode(blob).map_err(|_| malformed)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of C2SP's signed-note.
    const VERIFIER: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_specification_s_example_opens() {
        let verifier: NoteVerifier = VERIFIER.parse().unwrap();
        assert_eq!(verifier.open(NOTE).unwrap(), "This is an example message.\n");
        assert_eq!(verifier.to_string(), VERIFIER);
    }

    #[test]
    fn signing_and_opening_agree_and_other_signatures_are_passed_over() {
        let signer = NoteSigner::new("node.example/log", SigningKey::from_bytes(&[7; 32])).unwrap();
        let note = signer.sign("hello\n\nworld\n").unwrap();
        assert_eq!(signer.verifier().open(&note).unwrap(), "hello\n\nworld\n");
        let foreign = NOTE.lines().last().unwrap();
        assert!(signer.verifier().open(&format!("{note}{foreign}\n")).is_ok());
        assert!(matches!(VERIFIER.parse::<NoteVerifier>().unwrap().open(&note), Err(NoteError::NotSigned(_))));
    }

    #[test]
    fn a_changed_text_or_signature_is_refused() {
        let verifier: NoteVerifier = VERIFIER.parse().unwrap();
        assert!(matches!(verifier.open(&NOTE.replace("This", "That")), Err(NoteError::BadSignature(_))));
        assert!(matches!(verifier.open(&NOTE.replace("yaQM=", "yaQI=")), Err(NoteError::BadSignature(_))));
        for malformed in ["", "\n\n", "text\n", "text\n\n", "text\n\n- a AAAA\n", "text\r\n\n— a AAAA\n", "text\n\n— a %%%%\n"]
        {
            assert!(verifier.open(malformed).is_err(), "{malformed:?}");
        }
    }

    #[test]
    fn names_and_keys_are_checked() {
        for bad in ["", "a b", "a+b", "a\u{a0}b"] {
            assert!(NoteSigner::new(bad, SigningKey::from_bytes(&[7; 32])).is_err(), "{bad:?}");
        }
        for bad in ["", "a+b", "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "a+00000000+AA=="] {
            assert!(bad.parse::<NoteVerifier>().is_err(), "{bad:?}");
        }
    }
}
