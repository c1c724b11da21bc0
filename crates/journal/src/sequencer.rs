//! The sequencer: brings committed entries into the log's files and signs the checkpoint.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use ed25519_dalek::SigningKey;
use oikos_model::{Act, Timestamp};
use oikos_registry::{JournalEntries, JournalRow, Store, StoreError};

use crate::files::{Folder, LogFileError, LogFiles};
use crate::tiles::{Edge, TILE_WIDTH, Tile, bundle_bytes, bundle_path, full_tiles, partial_width, partials_folder, tile_path};
use crate::{Checkpoint, CheckpointError, Cosigner, NoteError, NoteSigner, NoteVerifier, leaf_hash};

pub(crate) const CHECKPOINT_PATH: &str = "checkpoint";

/// Why no new checkpoint was signed. Nothing that was published has changed.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// A file of the log could not be read or written.
    #[error(transparent)]
    File(#[from] LogFileError),
    /// The published checkpoint is not one this key signed.
    #[error("the journal's published log is not this node's: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The registry has fewer entries than were published.
    #[error(
        "the journal lost entries: {published} are published, the registry holds {found}; restore the registry, nothing is signed until then"
    )]
    LostEntries {
        /// Entries in the published checkpoint.
        published: u64,
        /// Entries in the registry.
        found: u64,
    },
    /// The registry's entries are not those that were published.
    #[error(
        "the journal's entries are not those that were published up to {published}; run `oikos journal verify`, nothing is signed until then"
    )]
    Diverged {
        /// Entries in the published checkpoint.
        published: u64,
    },
    /// The registry's positions have a gap.
    #[error("journal entry {missing} is missing from the registry; restore the registry, nothing is signed until then")]
    Gap {
        /// The first position without an entry.
        missing: u64,
    },
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the log of one node. One per folder: the node's process owns it.
///
/// The order of writing is what makes a crash harmless: bundles and tiles first, each whole or not at all, the checkpoint last.
/// What lies beyond the published checkpoint is nobody's promise and is written again.
#[derive(Debug)]
pub struct Sequencer {
    files: Folder,
    signer: NoteSigner,
    post_quantum: Option<Cosigner>,
    turn: Mutex<()>,
}

impl Sequencer {
    /// A sequencer for the log in `folder`, signing as `origin` (for example `fi.coast-guard/journal`).
    ///
    /// # Errors
    /// When `origin` is not a name that notes can be signed under.
    pub fn open(folder: impl Into<PathBuf>, key: SigningKey, origin: &str) -> Result<Self, NoteError> {
        let signer = NoteSigner::new(origin, key)?;
        Ok(Self { files: Folder(folder.into()), signer, post_quantum: None, turn: Mutex::new(()) })
    }

    /// Signs every checkpoint a second time with ML-DSA-44, under the same origin: what C2SP `tlog-checkpoint` asks of logs.
    #[must_use]
    pub fn with_post_quantum(self, cosigner: Cosigner) -> Self {
        Self { post_quantum: Some(cosigner), ..self }
    }

    /// The second public key, where the log has one.
    pub fn post_quantum_verifier(&self) -> Option<crate::CosignatureVerifier> {
        self.post_quantum.as_ref().and_then(|cosigner| cosigner.verifiers().pop())
    }

    /// The public key under which outsiders check the log.
    pub const fn verifier(&self) -> &NoteVerifier {
        self.signer.verifier()
    }

    /// Brings every entry that is committed in `store` into the log and publishes a signed checkpoint over them.
    ///
    /// With nothing new it changes nothing. After a crash at any point the next call finishes the work.
    ///
    /// # Errors
    /// When the published log is another key's, the registry lost or changed published entries, or a file or the database fails.
    pub fn sequence(&self, store: &dyn Store, act: &Act) -> Result<Checkpoint, SequenceError> {
        // Within the turn, so that the snapshot is never older than the checkpoint.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = store.snapshot(act)?;
        let post_quantum = self.post_quantum.as_ref().map(|cosigner| (cosigner, act.at));
        sequence_and_sign(&self.files, &self.signer, post_quantum, &*snapshot)
    }

    /// The published checkpoint, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read or is not one this key signed.
    pub fn published(&self) -> Result<Option<Checkpoint>, SequenceError> {
        read_checkpoint(&self.files, self.verifier())
    }
}

/// The checkpoint published in `folder` by the holder of this key, if there is one.
///
/// # Errors
/// When the file cannot be read or is not one this key signed.
pub fn published_checkpoint(folder: impl Into<PathBuf>, verifier: &NoteVerifier) -> Result<Option<Checkpoint>, SequenceError> {
    read_checkpoint(&Folder(folder.into()), verifier)
}

/// The published checkpoint as a note, with all of the log's own signatures.
///
/// # Errors
/// When the file cannot be read.
pub fn published_note(folder: impl Into<PathBuf>) -> Result<Option<String>, SequenceError> {
    read_note(&Folder(folder.into()))
}

fn read_note(files: &impl LogFiles) -> Result<Option<String>, SequenceError> {
    let Some(bytes) = files.read(CHECKPOINT_PATH)? else { return Ok(None) };
    Ok(Some(String::from_utf8(bytes).map_err(|_| CheckpointError::Malformed("it is not UTF-8"))?))
}

fn read_checkpoint(files: &impl LogFiles, verifier: &NoteVerifier) -> Result<Option<Checkpoint>, SequenceError> {
    let Some(note) = read_note(files)? else { return Ok(None) };
    Ok(Some(Checkpoint::open(&note, verifier)?))
}

#[cfg(test)]
pub(crate) fn sequence<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    signer: &NoteSigner,
    entries: &E,
) -> Result<Checkpoint, SequenceError> {
    sequence_and_sign(files, signer, None, entries)
}

fn sequence_and_sign<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    signer: &NoteSigner,
    post_quantum: Option<(&Cosigner, Timestamp)>,
    entries: &E,
) -> Result<Checkpoint, SequenceError> {
    let published = read_checkpoint(files, signer.verifier())?;
    let published_size = published.as_ref().map_or(0, |checkpoint| checkpoint.size);
    let length = u64::try_from(entries.journal_length()?).unwrap_or(0);
    if length < published_size {
        return Err(SequenceError::LostEntries { published: published_size, found: length });
    }
    let mut edge = published_edge(files, published.as_ref(), entries)?;
    match published {
        Some(published) if length == published_size => return Ok(published),
        _ => {}
    }
    append(files, &mut edge, length, entries)?;
    let checkpoint = Checkpoint { origin: signer.verifier().name().to_owned(), size: edge.size(), root: edge.root() };
    let mut note = checkpoint.sign(signer)?;
    if let Some((cosigner, at)) = post_quantum {
        let lines = cosigner.sign(signer.verifier().open(&note).map_err(CheckpointError::from)?, at)?;
        note.push_str(&lines);
    }
    files.write(CHECKPOINT_PATH, note.as_bytes())?;
    remove_outgrown_partials(files, published_size, edge.size())?;
    Ok(checkpoint)
}

/// The edge of the published tree, made from the registry's entries and the tiles left of them; its root must be the published one.
fn published_edge<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    published: Option<&Checkpoint>,
    entries: &E,
) -> Result<Edge, SequenceError> {
    let Some(published) = published else { return Ok(Edge::default()) };
    let tail = partial_width(published.size, 0);
    let rows = page(entries, published.size - tail as u64, tail)?;
    let leaves = rows.iter().map(|row| leaf_hash(&row.commitment)).collect();
    let edge = Edge::open(files, published.size, leaves)?;
    if edge.root() == published.root { Ok(edge) } else { Err(SequenceError::Diverged { published: published.size }) }
}

/// Writes bundles and tiles for the entries up to `length`, one bundle at a time.
fn append<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    edge: &mut Edge,
    length: u64,
    entries: &E,
) -> Result<(), SequenceError> {
    while edge.size() < length {
        let bundle = edge.size() / TILE_WIDTH as u64;
        let start = bundle * TILE_WIDTH as u64;
        let width = (length - start).min(TILE_WIDTH as u64) as usize;
        let commitments: Vec<[u8; 32]> = page(entries, start, width)?.iter().map(|row| row.commitment).collect();
        files.write(&bundle_path(bundle, width), &bundle_bytes(&commitments))?;
        for commitment in &commitments[(edge.size() - start) as usize..] {
            for tile in edge.push(leaf_hash(commitment)) {
                write_tile(files, &tile)?;
            }
        }
    }
    for tile in edge.partial_tiles() {
        write_tile(files, &tile)?;
    }
    Ok(())
}

fn write_tile(files: &impl LogFiles, tile: &Tile) -> Result<(), LogFileError> {
    files.write(&tile.path(), &tile.bytes())
}

/// Exactly `count` rows from `start` on, without a gap.
fn page<E: JournalEntries + ?Sized>(entries: &E, start: u64, count: usize) -> Result<Vec<JournalRow>, SequenceError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let gap = |missing| SequenceError::Gap { missing };
    let rows = entries.journal_rows(i64::try_from(start).map_err(|_| gap(start))?, count)?;
    let wrong = rows.iter().zip(start..).find(|(row, expected)| u64::try_from(row.index) != Ok(*expected));
    match wrong {
        Some((_, expected)) => Err(gap(expected)),
        None if rows.len() < count => Err(gap(start + rows.len() as u64)),
        None => Ok(rows),
    }
}

/// Partial tiles and bundles whose full form is now published may go (tlog-tiles, "Partial Tiles").
fn remove_outgrown_partials(files: &impl LogFiles, before: u64, now: u64) -> Result<(), LogFileError> {
    for level in 0.. {
        let (first, end) = (full_tiles(before, level), full_tiles(now, level));
        if end == 0 {
            break;
        }
        if first < end && partial_width(before, level) > 0 {
            files.remove_folder(&partials_folder(&tile_path(level, first, TILE_WIDTH)))?;
            if level == 0 {
                files.remove_folder(&partials_folder(&bundle_path(first, TILE_WIDTH)))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::files::testing::{CrashingFolder, Rows, entry, root_of, rows};

    fn signer() -> NoteSigner {
        NoteSigner::new("at.fdi/journal", SigningKey::from_bytes(&[3; 32])).unwrap()
    }

    fn first(rows: &Rows, count: usize) -> Rows {
        Rows(rows.0[..count].to_vec())
    }

    #[test]
    fn the_checkpoint_s_root_is_that_of_the_whole_tree_at_every_size() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder(folder.path().to_owned());
        let all = rows(530);
        for size in [0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 530] {
            let checkpoint = sequence(&files, &signer(), &first(&all, size)).unwrap();
            assert_eq!((checkpoint.size, checkpoint.root), (size as u64, root_of(&all.0[..size])), "{size}");
            assert_eq!(read_checkpoint(&files, signer().verifier()).unwrap().unwrap(), checkpoint);
        }
        assert!(!folder.path().join("tile/0/000.p").exists(), "outgrown partial tiles are removed");
        assert!(folder.path().join("tile/0/002.p/18").exists() && folder.path().join("tile/entries/002.p/18").exists());
    }

    #[test]
    fn with_nothing_new_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let real = Folder(folder.path().to_owned());
        let all = rows(5);
        let checkpoint = sequence(&real, &signer(), &all).unwrap();
        let read_only = CrashingFolder { folder: real, writes_left: Cell::new(0) };
        assert_eq!(sequence(&read_only, &signer(), &all).unwrap(), checkpoint);
    }

    #[test]
    fn a_crash_before_any_write_leaves_the_old_checkpoint_and_the_next_call_finishes() {
        let all = rows(600);
        for crash_at in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let real = Folder(folder.path().to_owned());
            let old = sequence(&real, &signer(), &first(&all, 250)).unwrap();
            let crashing = CrashingFolder { folder: real.clone(), writes_left: Cell::new(crash_at) };
            match sequence(&crashing, &signer(), &first(&all, 590)) {
                Ok(new) => assert_eq!(new.size, 590),
                Err(_) => assert_eq!(read_checkpoint(&real, signer().verifier()).unwrap().unwrap(), old, "crash at {crash_at}"),
            }
            // More entries were committed before the node came back.
            let finished = sequence(&real, &signer(), &all).unwrap();
            assert_eq!(finished.root, root_of(&all.0));
            let report = crate::verify::verify_files(&real, signer().verifier(), &all).unwrap();
            assert!(report.problems.is_empty(), "crash at {crash_at}: {:?}", report.problems);
        }
    }

    #[test]
    fn a_registry_that_lost_or_changed_entries_is_not_signed_over() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder(folder.path().to_owned());
        let all = rows(10);
        sequence(&files, &signer(), &all).unwrap();
        assert!(matches!(sequence(&files, &signer(), &first(&all, 9)), Err(SequenceError::LostEntries { .. })));
        let mut changed = rows(11);
        assert!(matches!(sequence(&files, &signer(), &changed), Err(SequenceError::Diverged { published: 10 })));
        changed.0.remove(4);
        assert!(matches!(sequence(&files, &signer(), &changed), Err(SequenceError::Gap { missing: 4 })));
        let other = NoteSigner::new("at.fdi/journal", SigningKey::from_bytes(&[4; 32])).unwrap();
        assert!(matches!(sequence(&files, &other, &all), Err(SequenceError::Checkpoint(_))));
    }

    #[test]
    fn erased_content_does_not_change_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder(folder.path().to_owned());
        let mut all = rows(3);
        let before = sequence(&files, &signer(), &all).unwrap();
        all.erase_journal_content(1).unwrap();
        assert_eq!(sequence(&files, &signer(), &all).unwrap(), before);
        crate::record(&mut all, &entry("import:4")).unwrap();
        assert_eq!(sequence(&files, &signer(), &all).unwrap().size, 4);
    }
}
