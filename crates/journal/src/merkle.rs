//! Merkle tree hashing and the checking of proofs, as RFC 6962 section 2.1 and RFC 9162 section 2.1 define them, over SHA-256.

use oikos_model::ContentHash;
use sha2::{Digest, Sha256};

/// A hash in the tree.
pub type Hash = ContentHash;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index is not below the tree's size.
    #[error("the entry's index is not below the size of the tree")]
    IndexBeyondTree,
    /// The first tree is empty or larger than the second: there is nothing to prove.
    #[error("a consistency proof goes from a tree with entries to one that is at least as large")]
    SizesOutOfOrder,
    /// The proof has too many or too few hashes for these sizes.
    #[error("the proof does not have the number of hashes that the sizes demand")]
    WrongLength,
    /// The proof leads to another root.
    #[error("the proof leads to another root: what it is about is not in the tree, or the tree was changed")]
    WrongRoot,
}

/// The root of the tree without entries: the hash of nothing.
pub fn empty_root() -> Hash {
    ContentHash(Sha256::digest([]).into())
}

/// The hash of a leaf with this content: SHA-256 of `0x00` and the content.
pub fn leaf_hash(content: &[u8]) -> Hash {
    ContentHash(Sha256::new().chain_update([0]).chain_update(content).finalize().into())
}

/// The hash of a node with these children: SHA-256 of `0x01` and both.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    ContentHash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root over hashes that stand side by side. The last may be of a smaller tree than the others, which are all complete and of one size.
pub(crate) fn root_over(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(split_point(hashes.len() as u64) as usize);
            node_hash(&root_over(left), &root_over(right))
        }
    }
}

/// The largest power of two below `count`, which is at least 2: where RFC 9162 splits a tree.
pub(crate) const fn split_point(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// Checks that the leaf with hash `leaf` is entry `index` of the tree of `size` entries with this root (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// When the proof has the wrong length or leads elsewhere.
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexBeyondTree);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}

/// Checks that the tree of `first_size` entries with `first_root` is the beginning of the tree of `second_size` entries with
/// `second_root` (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// When the sizes are out of order, or the proof has the wrong length or leads elsewhere.
pub fn verify_consistency(
    first_size: u64,
    first_root: &Hash,
    second_size: u64,
    second_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if first_size == 0 || first_size > second_size {
        return Err(ProofError::SizesOutOfOrder);
    }
    if first_size == second_size {
        return match (proof.is_empty(), first_root == second_root) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::WrongRoot),
            (false, _) => Err(ProofError::WrongLength),
        };
    }
    // Where the first tree is complete its root is the proof's start and is not repeated in it.
    let starts_at_root = first_size.is_power_of_two();
    let (start, rest) = match (starts_at_root, proof.split_first()) {
        (true, Some(_)) => (first_root, proof),
        (false, Some((start, rest))) => (start, rest),
        (_, None) => return Err(ProofError::WrongLength),
    };
    let (mut node, mut last) = (first_size - 1, second_size - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (mut first, mut second) = (*start, *start);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            first = node_hash(sibling, &first);
            second = node_hash(sibling, &second);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            second = node_hash(&second, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    match (last, first == *first_root && second == *second_root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::WrongRoot),
        _ => Err(ProofError::WrongLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_points_are_the_largest_power_of_two_below() {
        for (count, split) in [(2, 1), (3, 2), (4, 2), (5, 4), (256, 128), (257, 256), (u64::MAX, 1 << 63)] {
            assert_eq!(split_point(count), split, "{count}");
        }
    }

    #[test]
    fn the_empty_tree_has_the_root_of_rfc_6962() {
        assert_eq!(empty_root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
