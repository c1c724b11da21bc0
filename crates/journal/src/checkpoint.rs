//! Checkpoints: how large a log is and its root, as a signed note (C2SP `tlog-checkpoint`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use oikos_model::ContentHash;
use serde::{Deserialize, Serialize};

use crate::{Hash, NoteError, NoteSigner, NoteVerifier};

/// The state of a log at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The log's identity; its key signs under the same name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is refused.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error("checkpoint: {0}")]
    Malformed(&'static str),
    /// It is another log's.
    #[error("checkpoint: it belongs to the log {found:?}, expected {expected:?}")]
    OtherLog {
        /// The origin it names.
        found: String,
        /// The origin asked for.
        expected: String,
    },
}

impl Checkpoint {
    /// Signs the checkpoint. Its origin is the signer's name.
    ///
    /// # Errors
    /// When origin and signer's name differ.
    pub fn sign(&self, signer: &NoteSigner) -> Result<String, CheckpointError> {
        self.check_origin(signer.verifier().name())?;
        let text = format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root.0));
        Ok(signer.sign(&text)?)
    }

    /// Opens a signed checkpoint of the log whose key this is.
    ///
    /// # Errors
    /// When the signature does not verify, the text is not a checkpoint, or it names another log.
    pub fn open(note: &str, verifier: &NoteVerifier) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(verifier.open(note)?)?;
        checkpoint.check_origin(verifier.name())?;
        Ok(checkpoint)
    }

    /// Reads the note's text. Extension lines are passed over: they say nothing about the tree.
    pub(crate) fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Malformed("there is no origin line"))?;
        let size = lines.next().ok_or(CheckpointError::Malformed("there is no size line"))?;
        let root = lines.next().ok_or(CheckpointError::Malformed("there is no root line"))?;
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Malformed("an extension line is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size: parse_size(size)?, root: parse_root(root)? })
    }

    fn check_origin(&self, expected: &str) -> Result<(), CheckpointError> {
        if self.origin == expected {
            return Ok(());
        }
        Err(CheckpointError::OtherLog { found: self.origin.chars().take(80).collect(), expected: expected.to_owned() })
    }
}

fn parse_size(text: &str) -> Result<u64, CheckpointError> {
    let malformed = CheckpointError::Malformed("the size is not a decimal number without leading zeros");
    let size: u64 = text.parse().map_err(|_| malformed.clone())?;
    if size.to_string() == text { Ok(size) } else { Err(malformed) }
}

fn parse_root(text: &str) -> Result<Hash, CheckpointError> {
    let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(ContentHash).ok_or(CheckpointError::Malformed("the root is not 32 bytes in base64"))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::empty_root;

    #[test]
    fn signing_and_opening_agree() {
        let signer = NoteSigner::new("fi.coast-guard/journal", SigningKey::from_bytes(&[1; 32])).unwrap();
        let checkpoint = Checkpoint { origin: "fi.coast-guard/journal".into(), size: 12, root: empty_root() };
        let note = checkpoint.sign(&signer).unwrap();
        assert_eq!(Checkpoint::open(&note, signer.verifier()).unwrap(), checkpoint);
        assert!(Checkpoint::open(&note.replace("\n12\n", "\n13\n"), signer.verifier()).is_err());
        let other = Checkpoint { origin: "at.fdi/journal".into(), ..checkpoint };
        assert!(matches!(other.sign(&signer), Err(CheckpointError::OtherLog { .. })));
    }

    #[test]
    fn malformed_texts_are_refused() {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(Checkpoint::parse(&format!("o\n0\n{root}\nextension\n")).unwrap().root, empty_root());
        for bad in ["", "o\n", "o\n1\n", "\n1\nx\n", &format!("o\n01\n{root}\n"), &format!("o\n+1\n{root}\n"), "o\n1\nAAAA\n"] {
            assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
        }
    }
}
