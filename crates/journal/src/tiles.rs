//! The layout of a log on disk (C2SP `tlog-tiles`): Merkle tiles of 256 hashes, bundles of 256 entries, and the growing right edge.

use oikos_model::ContentHash;

use crate::Hash;
use crate::files::{LogFileError, LogFiles};
use crate::merkle::root_over;

/// Hashes in a full tile, entries in a full bundle.
pub(crate) const TILE_WIDTH: usize = 256;
/// Levels of tiles for trees of up to 2^63 entries.
const LEVELS: usize = 8;

/// The path of tile `index` at `level` that holds `width` hashes: `tile/0/x001/234`, or `tile/0/x001/234.p/17` where it is partial.
pub(crate) fn tile_path(level: usize, index: u64, width: usize) -> String {
    format!("tile/{level}/{}{}", index_path(index), partial_suffix(width))
}

/// The path of entry bundle `index` that holds `width` entries.
pub(crate) fn bundle_path(index: u64, width: usize) -> String {
    format!("tile/entries/{}{}", index_path(index), partial_suffix(width))
}

/// The folder of the partial forms of a tile or bundle.
pub(crate) fn partials_folder(full_path: &str) -> String {
    format!("{full_path}.p")
}

/// Three digits per path element, all but the last with an `x` before them: 1234067 is `x001/x234/067`.
fn index_path(index: u64) -> String {
    let last = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    let mut path = last;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    path
}

fn partial_suffix(width: usize) -> String {
    if width == TILE_WIDTH { String::new() } else { format!(".p/{width}") }
}

/// How many hashes the rightmost, partial tile at `level` has in a tree of `size` entries; 0 when there is none.
pub(crate) const fn partial_width(size: u64, level: usize) -> usize {
    ((size >> (8 * level)) % TILE_WIDTH as u64) as usize
}

/// How many full tiles a tree of `size` entries has at `level`.
pub(crate) const fn full_tiles(size: u64, level: usize) -> u64 {
    // Level 7 of a tree with 2^63 entries is the last; its full tiles would need 2^64.
    if level + 1 >= LEVELS { 0 } else { size >> (8 * (level + 1)) }
}

/// A tile as it was completed or as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tile {
    pub(crate) level: usize,
    pub(crate) index: u64,
    pub(crate) hashes: Vec<Hash>,
}

impl Tile {
    pub(crate) fn path(&self) -> String {
        tile_path(self.level, self.index, self.hashes.len())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| hash.0).collect()
    }

    /// Reads a tile. Where the partial one is gone because the full one replaced it, that one's beginning is read.
    pub(crate) fn read(files: &impl LogFiles, level: usize, index: u64, width: usize) -> Result<Self, LogFileError> {
        let path = tile_path(level, index, width);
        let (bytes, path) = match files.read(&path)? {
            Some(bytes) => (bytes, path),
            None if width < TILE_WIDTH => {
                let full_path = tile_path(level, index, TILE_WIDTH);
                let full = files.read(&full_path)?.ok_or(LogFileError::Missing(path))?;
                (full.get(..width * 32).unwrap_or_default().to_vec(), full_path)
            }
            None => return Err(LogFileError::Missing(path)),
        };
        let (chunks, rest) = bytes.as_chunks::<32>();
        if chunks.len() != width || !rest.is_empty() {
            let problem = format!("expected {} bytes, found {}", width * 32, bytes.len());
            return Err(LogFileError::Damaged { path, problem });
        }
        Ok(Self { level, index, hashes: chunks.iter().copied().map(ContentHash).collect() })
    }
}

/// The entries of a bundle: each with its length before it, in two bytes, big-endian.
pub(crate) fn bundle_bytes(entries: &[[u8; 32]]) -> Vec<u8> {
    entries.iter().flat_map(|entry| [&[0, 32], entry.as_slice()].concat()).collect()
}

/// The entries of a bundle, of any length.
pub(crate) fn parse_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or("it ends within an entry's length")?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or("it ends within an entry")?;
        entries.push(entry);
        rest = after;
        if entries.len() > TILE_WIDTH {
            return Err("it holds more than 256 entries".into());
        }
    }
    Ok(entries)
}

/// The right edge of a growing tree: at each level the hashes that do not fill a tile yet. With the full tiles left of it, it is the whole tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edge {
    size: u64,
    levels: [Vec<Hash>; LEVELS],
}

impl Edge {
    /// The edge of a tree of `size` entries: the hashes of the leaves past the last full tile, and what is on disk above them.
    pub(crate) fn open(files: &impl LogFiles, size: u64, leaves: Vec<Hash>) -> Result<Self, LogFileError> {
        let mut edge = Self { size, ..Self::default() };
        edge.levels[0] = leaves;
        for level in 1..LEVELS {
            let width = partial_width(size, level);
            if width > 0 {
                edge.levels[level] = Tile::read(files, level, full_tiles(size, level), width)?.hashes;
            }
        }
        Ok(edge)
    }

    /// The edge that the tree had at `size` entries, all of them in full tiles, read from the tiles of the tree of `now` entries.
    pub(crate) fn of_beginning(files: &impl LogFiles, size: u64, now: u64) -> Result<Self, LogFileError> {
        let mut edge = Self { size, ..Self::default() };
        for level in 1..LEVELS {
            let (width, index) = (partial_width(size, level), full_tiles(size, level));
            if width > 0 {
                let written = if index < full_tiles(now, level) { TILE_WIDTH } else { partial_width(now, level) };
                edge.levels[level] = Tile::read(files, level, index, written)?.hashes[..width.min(written)].to_vec();
            }
        }
        Ok(edge)
    }

    /// How many entries the tree has.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. Returns the tiles that it filled, lowest first.
    pub(crate) fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        self.size += 1;
        let mut filled = Vec::new();
        let mut hash = leaf;
        for (level, hashes) in self.levels.iter_mut().enumerate() {
            hashes.push(hash);
            if hashes.len() < TILE_WIDTH {
                break;
            }
            let tile = Tile { level, index: full_tiles(self.size, level) - 1, hashes: std::mem::take(hashes) };
            hash = root_over(&tile.hashes);
            filled.push(tile);
        }
        filled
    }

    /// The partial tiles, lowest first.
    pub(crate) fn partial_tiles(&self) -> impl Iterator<Item = Tile> {
        let unfilled = self.levels.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty());
        unfilled.map(|(level, hashes)| Tile { level, index: full_tiles(self.size, level), hashes: hashes.clone() })
    }

    /// The root. What stands right at one level is the last, smaller tree of the level above, so each level takes the one below along.
    pub(crate) fn root(&self) -> Hash {
        let mut right: Option<Hash> = None;
        for hashes in &self.levels {
            let side_by_side: Vec<Hash> = hashes.iter().copied().chain(right).collect();
            right = (!side_by_side.is_empty()).then(|| root_over(&side_by_side));
        }
        right.unwrap_or_else(crate::empty_root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path(0, 1_234, 256), "tile/0/x001/234");
        assert_eq!(tile_path(1, 0, 17), "tile/1/000.p/17");
        assert_eq!(bundle_path(273, 112), "tile/entries/273.p/112");
    }

    #[test]
    fn a_tree_of_70_000_has_the_tiles_of_the_specification_s_example() {
        assert_eq!([0, 1, 2].map(|level| full_tiles(70_000, level)), [273, 1, 0]);
        assert_eq!([0, 1, 2, 3].map(|level| partial_width(70_000, level)), [112, 17, 1, 0]);
        assert_eq!([0, 1].map(|level| partial_width(256, level)), [0, 1]);
    }

    #[test]
    fn the_edge_s_root_is_the_root_over_all_leaves() {
        let leaves: Vec<Hash> = (0u32..66_100).map(|number| leaf_hash(&number.to_be_bytes())).collect();
        let mut edge = Edge::default();
        let mut tiles = 0;
        for (count, leaf) in leaves.iter().enumerate() {
            if count < 600 || count % 9_973 == 0 || (65_530..65_540).contains(&count) {
                assert_eq!(edge.root(), root_over(&leaves[..count]), "{count} entries");
            }
            tiles += edge.push(*leaf).len();
        }
        assert_eq!(edge.root(), root_over(&leaves));
        assert_eq!(tiles, 66_100 / 256 + 1);
        let widths: Vec<_> = edge.partial_tiles().map(|tile| (tile.level, tile.index, tile.hashes.len())).collect();
        assert_eq!(widths, [(0, 258, 52), (1, 1, 2), (2, 0, 1)]);
    }

    #[test]
    fn bundles_read_back_and_damage_is_named() {
        let bytes = bundle_bytes(&[[1; 32], [2; 32]]);
        assert_eq!(parse_bundle(&bytes).unwrap(), [[1; 32].as_slice(), &[2; 32]]);
        assert!(parse_bundle(&bytes[..bytes.len() - 1]).is_err());
        assert!(parse_bundle(&[0]).is_err());
        assert!(parse_bundle(&vec![0; 2 * 257]).is_err());
    }
}
