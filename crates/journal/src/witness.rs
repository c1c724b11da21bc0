//! The witness protocol (C2SP `tlog-witness`, `add-checkpoint`), without input or output: the request's text, and what a witness that
//! remembers a log says to it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use oikos_model::ContentHash;

use crate::{Checkpoint, CheckpointError, Hash, NoteVerifier, empty_root, verify_consistency};

/// The largest request that is read: a note may carry many post-quantum signatures.
pub const LARGEST_REQUEST_BYTES: usize = 128 * 1_024;
const MOST_PROOF_LINES: usize = 63;

/// A log's request for a cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the newest checkpoint that the log knows the witness to have cosigned.
    pub old_size: u64,
    /// Proof that the log of that size is the beginning of the new one.
    pub proof: Vec<Hash>,
    /// The new checkpoint as a signed note.
    pub note: String,
}

/// What a witness remembers of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// Size of the newest checkpoint it cosigned; 0 where there is none.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Remembered {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefusal {
    /// The request is not in the protocol's form.
    #[error("not an add-checkpoint request: {0}")]
    Malformed(&'static str),
    /// The witness does not know the log.
    #[error("this log is not known here; state its keys first")]
    UnknownLog,
    /// The checkpoint is not one that the log's key signed.
    #[error("{0}")]
    NotSigned(CheckpointError),
    /// The proof starts from another size than the one cosigned last.
    #[error("the newest checkpoint cosigned here has {0} entries; prove from there")]
    OtherSize(u64),
    /// The checkpoint does not continue what was cosigned.
    #[error("the checkpoint does not continue the log that was cosigned: {0}")]
    Inconsistent(String),
}

impl WitnessRefusal {
    /// The protocol's HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownLog => 404,
            Self::OtherSize(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }
}

impl AddCheckpoint {
    /// Whether a witness that remembers this of the log may cosign. Nothing is signed or changed.
    ///
    /// # Errors
    /// The protocol's refusals, in its order.
    pub fn examine(&self, log: &NoteVerifier, remembered: &Remembered) -> Result<Checkpoint, WitnessRefusal> {
        let checkpoint = Checkpoint::open(&self.note, log).map_err(WitnessRefusal::NotSigned)?;
        if self.old_size > checkpoint.size {
            return Err(WitnessRefusal::Malformed("the old size is above the checkpoint's"));
        }
        if self.old_size != remembered.size {
            return Err(WitnessRefusal::OtherSize(remembered.size));
        }
        let inconsistent = |problem: &str| Err(WitnessRefusal::Inconsistent(problem.to_owned()));
        if checkpoint.size == 0 && checkpoint.root != empty_root() {
            return inconsistent("a log without entries has another root");
        }
        if self.old_size == 0 {
            return if self.proof.is_empty() { Ok(checkpoint) } else { inconsistent("from nothing there is nothing to prove") };
        }
        let proven = verify_consistency(remembered.size, &remembered.root, checkpoint.size, &checkpoint.root, &self.proof);
        match proven {
            Ok(()) => Ok(checkpoint),
            Err(error) => inconsistent(&error.to_string()),
        }
    }
}

/// What a checkpoint that the log's key signed says against the log, beside what was cosigned before: that it went back, or that it has
/// two histories. A request that merely came late looks like the first, so the next good one clears that; two histories stay proven.
pub fn misbehaviour(checkpoint: &Checkpoint, remembered: &Remembered) -> Option<String> {
    let (size, known) = (checkpoint.size, remembered.size);
    match size.cmp(&known) {
        std::cmp::Ordering::Less => {
            Some(format!("it showed {size} entries after {known} were cosigned: entries were taken back"))
        }
        std::cmp::Ordering::Equal if checkpoint.root != remembered.root => {
            Some(format!("it signed two histories of {known} entries"))
        }
        _ => None,
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", BASE64.encode(hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = WitnessRefusal;

    fn from_str(text: &str) -> Result<Self, WitnessRefusal> {
        let malformed = WitnessRefusal::Malformed;
        if text.len() > LARGEST_REQUEST_BYTES {
            return Err(malformed("it is larger than 128 KiB"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(malformed("there is no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old_size = old_size.ok_or(malformed("the first line is not `old` and a size"))?;
        let proof: Vec<Hash> =
            lines.map(hash_line).collect::<Option<_>>().ok_or(malformed("a proof line is no hash in base64"))?;
        if proof.len() > MOST_PROOF_LINES {
            return Err(malformed("the proof has more than 63 lines"));
        }
        Ok(Self { old_size, proof, note: note.to_owned() })
    }
}

/// A decimal number without leading zeros or a sign.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

/// A hash as base64 on a line of its own.
pub(crate) fn hash_line(line: &str) -> Option<Hash> {
    BASE64.decode(line).ok().and_then(|bytes| bytes.try_into().ok()).map(ContentHash)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::files::Folder;
    use crate::files::testing::{Rows, rows};
    use crate::sequencer::sequence;
    use crate::{NoteSigner, leaf_hash, prove_consistency};

    fn signer() -> NoteSigner {
        NoteSigner::new("at.fdi", SigningKey::from_bytes(&[3; 32])).unwrap()
    }

    fn request(all: &Rows, old_size: u64) -> (AddCheckpoint, Checkpoint) {
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = sequence(&Folder(folder.path().to_owned()), &signer(), all).unwrap();
        let proof = match old_size {
            0 => Vec::new(),
            _ => prove_consistency(folder.path(), old_size, &checkpoint).map(|proof| proof.hashes).unwrap_or_default(),
        };
        (AddCheckpoint { old_size, proof, note: checkpoint.sign(&signer()).unwrap() }, checkpoint)
    }

    fn remembered(checkpoint: &Checkpoint) -> Remembered {
        Remembered { size: checkpoint.size, root: checkpoint.root }
    }

    #[test]
    fn a_growing_log_is_cosigned_step_by_step() {
        let all = rows(40);
        let mut known = Remembered::nothing();
        for size in [0, 1, 1, 7, 32, 33, 40] {
            let (request, _) = request(&Rows(all.0[..size].to_vec()), known.size);
            let read: AddCheckpoint = request.to_string().parse().unwrap();
            assert_eq!(read, request);
            known = remembered(&read.examine(signer().verifier(), &known).unwrap());
        }
    }

    #[test]
    fn a_rollback_a_fork_and_a_wrong_start_are_refused_with_the_protocol_s_status() {
        let all = rows(20);
        let (_, newest) = request(&all, 0);
        let known = remembered(&newest);
        let refusal = |request: AddCheckpoint| request.examine(signer().verifier(), &known).unwrap_err();
        let (back, shorter) = request(&Rows(all.0[..15].to_vec()), 0);
        assert_eq!(refusal(back.clone()).status(), 409);
        assert_eq!(refusal(AddCheckpoint { old_size: 20, ..back }).status(), 400);
        assert!(misbehaviour(&shorter, &known).unwrap().contains("taken back"));
        let (fork, other) = request(&rows(20), 20);
        assert_eq!(refusal(fork).status(), 422);
        assert!(misbehaviour(&other, &known).unwrap().contains("two histories"));
        let (longer_fork, longer) = request(&rows(25), 20);
        assert_eq!(refusal(longer_fork).status(), 422);
        assert_eq!(misbehaviour(&longer, &known), None, "that takes the proof, which fails");
        let (same, _) = request(&all, 20);
        assert_eq!(same.examine(signer().verifier(), &known).unwrap(), newest);
        assert_eq!(refusal(AddCheckpoint { note: same.note.replace("\n20\n", "\n21\n"), ..same }).status(), 403);
    }

    #[test]
    fn what_the_protocol_forbids_is_refused() {
        let (request, _) = request(&rows(3), 0);
        let with_proof = AddCheckpoint { proof: vec![leaf_hash(b"x")], ..request.clone() };
        assert_eq!(with_proof.examine(signer().verifier(), &Remembered::nothing()).unwrap_err().status(), 422);
        let long = AddCheckpoint { proof: vec![leaf_hash(b"x"); 64], ..request.clone() };
        assert_eq!(long.to_string().parse::<AddCheckpoint>().unwrap_err().status(), 400);
        for bad in ["", "old 1\n", "old 01\n\nx", "old -1\n\nx", "new 1\n\nx", "old 1\nzzz\n\nx"] {
            assert_eq!(bad.parse::<AddCheckpoint>().unwrap_err().status(), 400, "{bad:?}");
        }
        let empty = Checkpoint { origin: "at.fdi".into(), size: 0, root: leaf_hash(b"x") }.sign(&signer()).unwrap();
        let empty = AddCheckpoint { note: empty, ..request };
        assert_eq!(empty.examine(signer().verifier(), &Remembered::nothing()).unwrap_err().status(), 422);
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_reads_back_as_it_is(text in "(old [0-9]{1,3}\n)?([A-Za-z0-9+/=]{0,50}\n){0,4}\n?.{0,40}") {
            if let Ok(read) = text.parse::<AddCheckpoint>() {
                prop_assert_eq!(read.to_string().parse::<AddCheckpoint>(), Ok(read));
            }
        }
    }
}
