//! Proofs made from the published tiles: that an entry is in the log, and that a later log begins with an earlier one (RFC 9162
//! sections 2.1.3.1 and 2.1.4.1).

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::files::{Folder, LogFileError, LogFiles};
use crate::merkle::{node_hash, root_over, split_point};
use crate::tiles::{TILE_WIDTH, Tile, full_tiles, partial_width};
use crate::{Checkpoint, Hash, ProofError, verify_consistency, verify_inclusion};

/// Shows that a leaf is in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// Position of the entry.
    pub index: u64,
    /// Size of the tree.
    pub size: u64,
    /// Hash of the entry's leaf, [`leaf_hash`](crate::leaf_hash) of its commitment.
    pub leaf: Hash,
    /// The siblings from the leaf up.
    pub hashes: Vec<Hash>,
}

/// Shows that a tree is the beginning of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// Size of the earlier tree.
    pub first_size: u64,
    /// Size of the later tree.
    pub second_size: u64,
    /// The hashes, in the order of RFC 9162.
    pub hashes: Vec<Hash>,
}

/// Why no proof could be made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The entry is not in the published log yet, or the sizes are out of order.
    #[error("nothing to prove: {asked} lies beyond the published log's {size} entries")]
    Beyond {
        /// Index or size asked for.
        asked: u64,
        /// Size of the published log.
        size: u64,
    },
    /// A tile could not be read.
    #[error(transparent)]
    File(#[from] LogFileError),
}

impl InclusionProof {
    /// Checks the proof against a checkpoint of its size.
    ///
    /// # Errors
    /// When the checkpoint has another size or the proof does not lead to its root.
    pub fn verify(&self, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        if checkpoint.size != self.size {
            return Err(ProofError::WrongLength);
        }
        verify_inclusion(self.index, self.size, &self.leaf, &self.hashes, &checkpoint.root)
    }
}

impl ConsistencyProof {
    /// Checks the proof against checkpoints of its two sizes.
    ///
    /// # Errors
    /// When a checkpoint has another size, or the proof does not lead to both roots.
    pub fn verify(&self, first: &Checkpoint, second: &Checkpoint) -> Result<(), ProofError> {
        if (first.size, second.size) != (self.first_size, self.second_size) {
            return Err(ProofError::WrongLength);
        }
        verify_consistency(first.size, &first.root, second.size, &second.root, &self.hashes)
    }
}

/// Proves that entry `index` is in the log in `folder`, as `checkpoint` has it.
///
/// # Errors
/// When the entry is not covered by the checkpoint or a tile cannot be read.
pub fn prove_inclusion(folder: impl Into<PathBuf>, checkpoint: &Checkpoint, index: u64) -> Result<InclusionProof, ProveError> {
    let size = checkpoint.size;
    if index >= size {
        return Err(ProveError::Beyond { asked: index, size });
    }
    let tree = TiledTree::new(Folder(folder.into()), size);
    let mut hashes = Vec::new();
    path(&tree, index, 0, size, &mut hashes)?;
    Ok(InclusionProof { index, size, leaf: tree.hash(index, index + 1)?, hashes })
}

/// Proves that the log in `folder`, as `checkpoint` has it, begins with what it was at `first_size` entries.
///
/// # Errors
/// When the earlier size is 0 or beyond the checkpoint, or a tile cannot be read.
pub fn prove_consistency(
    folder: impl Into<PathBuf>,
    first_size: u64,
    checkpoint: &Checkpoint,
) -> Result<ConsistencyProof, ProveError> {
    let size = checkpoint.size;
    if first_size == 0 || first_size > size {
        return Err(ProveError::Beyond { asked: first_size, size });
    }
    let tree = TiledTree::new(Folder(folder.into()), size);
    let mut hashes = Vec::new();
    subproof(&tree, first_size, 0, size, true, &mut hashes)?;
    Ok(ConsistencyProof { first_size, second_size: size, hashes })
}

/// `PATH(m, D[start:end])` of RFC 9162.
fn path<F: LogFiles>(tree: &TiledTree<F>, index: u64, start: u64, end: u64, hashes: &mut Vec<Hash>) -> Result<(), LogFileError> {
    if end - start == 1 {
        return Ok(());
    }
    let middle = start + split_point(end - start);
    let sibling = if index < middle {
        path(tree, index, start, middle, hashes)?;
        tree.hash(middle, end)?
    } else {
        path(tree, index, middle, end, hashes)?;
        tree.hash(start, middle)?
    };
    hashes.push(sibling);
    Ok(())
}

/// `SUBPROOF(m, D[start:end], known)` of RFC 9162, with `first_end` the end of the earlier tree.
fn subproof<F: LogFiles>(
    tree: &TiledTree<F>,
    first_end: u64,
    start: u64,
    end: u64,
    known: bool,
    hashes: &mut Vec<Hash>,
) -> Result<(), LogFileError> {
    if first_end == end {
        if !known {
            hashes.push(tree.hash(start, end)?);
        }
        return Ok(());
    }
    let middle = start + split_point(end - start);
    let sibling = if first_end <= middle {
        subproof(tree, first_end, start, middle, known, hashes)?;
        tree.hash(middle, end)?
    } else {
        subproof(tree, first_end, middle, end, false, hashes)?;
        tree.hash(start, middle)?
    };
    hashes.push(sibling);
    Ok(())
}

/// A tree of known size, read from tiles, each once.
struct TiledTree<F> {
    files: F,
    size: u64,
    tiles: RefCell<HashMap<(usize, u64), Vec<Hash>>>,
}

impl<F: LogFiles> TiledTree<F> {
    fn new(files: F, size: u64) -> Self {
        Self { files, size, tiles: RefCell::default() }
    }

    /// The root of the subtree over `start..end`, a range that RFC 9162's splitting gives.
    fn hash(&self, start: u64, end: u64) -> Result<Hash, LogFileError> {
        let count = end - start;
        if !count.is_power_of_two() {
            let middle = start + split_point(count);
            return Ok(node_hash(&self.hash(start, middle)?, &self.hash(middle, end)?));
        }
        // A complete subtree: at the highest level of tiles that is not above it, its hashes stand side by side in one tile.
        let level = count.trailing_zeros() as usize / 8;
        let first = start >> (8 * level);
        let offset = (first % TILE_WIDTH as u64) as usize;
        let width = (count >> (8 * level)) as usize;
        Ok(root_over(&self.tile(level, first / TILE_WIDTH as u64)?[offset..offset + width]))
    }

    fn tile(&self, level: usize, index: u64) -> Result<Vec<Hash>, LogFileError> {
        if let Some(hashes) = self.tiles.borrow().get(&(level, index)) {
            return Ok(hashes.clone());
        }
        let width = if index < full_tiles(self.size, level) { TILE_WIDTH } else { partial_width(self.size, level) };
        let hashes = Tile::read(&self.files, level, index, width)?.hashes;
        self.tiles.borrow_mut().insert((level, index), hashes.clone());
        Ok(hashes)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::files::testing::{Rows, root_of, rows};
    use crate::sequencer::sequence;
    use crate::{NoteSigner, leaf_hash};

    fn published(all: &Rows) -> (tempfile::TempDir, Checkpoint) {
        let folder = tempfile::tempdir().unwrap();
        let signer = NoteSigner::new("at.fdi/journal", SigningKey::from_bytes(&[3; 32])).unwrap();
        let checkpoint = sequence(&Folder(folder.path().to_owned()), &signer, all).unwrap();
        (folder, checkpoint)
    }

    #[test]
    fn every_entry_has_a_proof_that_holds_for_it_alone() {
        let all = rows(300);
        let (folder, checkpoint) = published(&all);
        for index in [0, 1, 2, 127, 128, 254, 255, 256, 257, 298, 299] {
            let proof = prove_inclusion(folder.path(), &checkpoint, index).unwrap();
            assert_eq!(proof.leaf, leaf_hash(&all.0[index as usize].commitment));
            proof.verify(&checkpoint).unwrap();
            assert!(InclusionProof { index: index ^ 1, ..proof.clone() }.verify(&checkpoint).is_err());
            assert!(InclusionProof { leaf: leaf_hash(b"other"), ..proof }.verify(&checkpoint).is_err());
        }
        assert!(matches!(prove_inclusion(folder.path(), &checkpoint, 300), Err(ProveError::Beyond { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_log_is_consistent_with_each_of_its_beginnings(size in 1usize..700, part in 0.0f64..1.0) {
            let all = rows(size);
            let (folder, second) = published(&all);
            let first_size = 1 + (part * (size - 1) as f64) as usize;
            let first = Checkpoint { size: first_size as u64, root: root_of(&all.0[..first_size]), ..second.clone() };
            let proof = prove_consistency(folder.path(), first_size as u64, &second).unwrap();
            prop_assert!(proof.verify(&first, &second).is_ok());
            let other = Checkpoint { root: leaf_hash(b"another log"), ..first };
            prop_assert!(proof.verify(&other, &second).is_err());
        }
    }
}
