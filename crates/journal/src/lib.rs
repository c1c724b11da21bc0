//! The journal: the tamper-evident log of every act.
//!
//! It has two halves. The **private** half are entries in the registry, written by [`record`] in the act's own transaction: who
//! did what, why, on which legal basis, touching what, for whom. The **public** half is a Merkle log whose leaves are salted
//! commitments to those entries: the [`Sequencer`] writes it as files anyone can copy and check, in the layout of C2SP
//! `tlog-tiles` with a signed `tlog-checkpoint`. Erasing the content of an entry leaves its commitment, so the log still verifies.
//!
//! [`verify`] compares the two halves and names the first entry that does not match. [`prove_inclusion`] and [`prove_consistency`]
//! make the proofs of RFC 9162 for people who hold only a checkpoint.
//!
//! What a log alone cannot show: that its owner did not keep two logs, or take back the newest entries together with the checkpoint
//! that covers them. Partners show that: as witnesses they remember each other's newest checkpoint, check that the next continues it
//! ([`AddCheckpoint`], C2SP `tlog-witness`), and cosign it ([`Cosigner`], C2SP `tlog-cosignature`). An [`OfflineProof`] (C2SP
//! `tlog-proof`) carries an entry's commitment, its path to a checkpoint and the cosignatures, for whoever has no node.

mod checkpoint;
mod cosignature;
mod cosigned;
mod entry;
mod files;
mod merkle;
mod note;
mod offline_proof;
mod proof;
mod sequencer;
mod tiles;
mod verify;
mod witness;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{CosignatureVerifier, Cosigner};
pub use cosigned::{cosigned_note, cosigned_sizes, keep_cosigned};
pub use entry::{Entry, JournalError, Outcome, RecordedEntry, commitment_of, erase, read, record};
pub use files::LogFileError;
pub use merkle::{Hash, ProofError, empty_root, leaf_hash, node_hash, verify_consistency, verify_inclusion};
pub use note::{NoteError, NoteSigner, NoteVerifier};
pub use offline_proof::{
    Cosigned, DisclosedEntry, OfflineProof, OfflineProofError, OfflineProveError, cosigned_by, prove_offline,
};
pub use proof::{ConsistencyProof, InclusionProof, ProveError, prove_consistency, prove_inclusion};
pub use sequencer::{SequenceError, Sequencer, published_checkpoint, published_note};
pub use verify::{Extent, Problem, Report, VerifyError, verify};
pub use witness::{AddCheckpoint, LARGEST_REQUEST_BYTES, Remembered, WitnessRefusal, misbehaviour};
