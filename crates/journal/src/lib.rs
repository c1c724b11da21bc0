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
//! that covers them. Partners who remember checkpoints and check consistency between them show that.

mod checkpoint;
mod entry;
mod files;
mod merkle;
mod note;
mod proof;
mod sequencer;
mod tiles;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, JournalError, Outcome, RecordedEntry, commitment_of, read, record};
pub use files::LogFileError;
pub use merkle::{Hash, ProofError, empty_root, leaf_hash, node_hash, verify_consistency, verify_inclusion};
pub use note::{NoteError, NoteSigner, NoteVerifier};
pub use proof::{ConsistencyProof, InclusionProof, ProveError, prove_consistency, prove_inclusion};
pub use sequencer::{SequenceError, Sequencer, published_checkpoint};
pub use verify::{Problem, Report, VerifyError, verify};
