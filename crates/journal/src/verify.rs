//! Verifying: the log's files against themselves and their signature, and the private entries against the log.

use std::fmt;
use std::path::PathBuf;

use oikos_model::{Act, ContentHash};
use oikos_registry::{JournalEntries, JournalRow, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::files::{Folder, LogFileError, LogFiles};
use crate::sequencer::CHECKPOINT_PATH;
use crate::tiles::{Edge, TILE_WIDTH, Tile, bundle_path, parse_bundle};
use crate::{Checkpoint, Entry, Hash, NoteVerifier, commitment_of, leaf_hash};

/// After so many problems verifying stops: the log is broken, and the first one says where.
const MOST_PROBLEMS: usize = 100;

/// What verifying found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Entries in the registry.
    pub entries: u64,
    /// The first entry that was checked; those before it were checked another time.
    pub from: u64,
    /// Of the checked ones, entries whose content was erased: their commitments still verify.
    pub erased: u64,
    /// Entries that the signed checkpoint covers; `None` without a checkpoint that verifies.
    pub checkpoint: Option<Checkpoint>,
    /// What does not hold, at most 100, in the order of the log.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether everything holds.
    pub const fn holds(&self) -> bool {
        self.problems.is_empty()
    }

    /// The first entry that does not match, where a problem can be pinned to one.
    pub fn first_bad_entry(&self) -> Option<u64> {
        self.problems.iter().filter_map(Problem::entry).min()
    }

    fn add(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// There is no checkpoint, though there are entries.
    NoCheckpoint,
    /// The checkpoint is malformed, another log's, or not signed by this key.
    BadCheckpoint {
        /// What is wrong.
        reason: String,
    },
    /// The tree over the log's entries does not have the signed root.
    RootDiffers,
    /// A file of the log is missing or malformed.
    BadFile {
        /// What is wrong, with the file's name.
        reason: String,
    },
    /// A hash in a tile is not that of what it stands for.
    TileDiffers {
        /// The file.
        path: String,
        /// Position of the first wrong hash in it.
        position: u64,
    },
    /// A position has no entry in the registry.
    MissingEntry {
        /// The position.
        index: u64,
    },
    /// An entry is in the registry at a position that comes again or too early.
    MisplacedEntry {
        /// The position.
        index: u64,
    },
    /// The content of an entry is not what its commitment was made for.
    ContentDiffers {
        /// The position.
        index: u64,
    },
    /// An entry's commitment in the registry is not the one in the log.
    CommitmentDiffers {
        /// The position.
        index: u64,
    },
    /// Content without salt or salt without content: not an erasure, which removes both.
    HalfErased {
        /// The position.
        index: u64,
    },
    /// The time beside an entry is not the time in it.
    TimeDiffers {
        /// The position.
        index: u64,
    },
}

impl Problem {
    /// The entry it is about, where it is about one.
    pub const fn entry(&self) -> Option<u64> {
        match self {
            Self::MissingEntry { index }
            | Self::MisplacedEntry { index }
            | Self::ContentDiffers { index }
            | Self::CommitmentDiffers { index }
            | Self::HalfErased { index }
            | Self::TimeDiffers { index } => Some(*index),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCheckpoint => write!(f, "there are entries but no signed checkpoint"),
            Self::BadCheckpoint { reason } => write!(f, "{reason}"),
            Self::RootDiffers => write!(f, "the entries in the log do not have the signed root"),
            Self::BadFile { reason } => write!(f, "{reason}"),
            Self::TileDiffers { path, position } => write!(f, "{path}: hash {position} is not that of what it stands for"),
            Self::MissingEntry { index } => write!(f, "entry {index} is missing"),
            Self::MisplacedEntry { index } => write!(f, "entry {index} is out of its place"),
            Self::ContentDiffers { index } => write!(f, "entry {index} was changed: its content is not what was committed to"),
            Self::CommitmentDiffers { index } => write!(f, "entry {index} was changed: its commitment is not the one in the log"),
            Self::HalfErased { index } => write!(f, "entry {index} was partly removed"),
            Self::TimeDiffers { index } => write!(f, "entry {index} was changed: the time beside it is not the time in it"),
        }
    }
}

/// Why verifying itself failed; what it finds wrong is in the [`Report`].
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file that is there cannot be read.
    #[error(transparent)]
    File(#[from] LogFileError),
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How much of the log to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Full,
    /// What came since the last time the log held, as far as the note of that in the folder fits the log's tiles. What lies before is
    /// trusted as far as the folder is.
    SinceLastTime,
}

/// Where the note of what was verified is kept.
const VERIFIED_PATH: &str = "verified";

/// How far the log was verified: to the end of a full tile, so that going on needs no part of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Verified {
    size: u64,
    root: Hash,
}

/// Checks the log in `folder` and the entries in `store` against each other and against the key.
///
/// Recomputes every commitment from its private entry, every leaf, every tile, the root and the signature. Entries past the
/// checkpoint are checked by themselves only: they are not published yet.
///
/// # Errors
/// When the database or the file system fails. What does not hold is in the report.
pub fn verify(
    folder: impl Into<PathBuf>,
    store: &dyn Store,
    act: &Act,
    key: &NoteVerifier,
    extent: Extent,
) -> Result<Report, VerifyError> {
    let files = Folder(folder.into());
    // The checkpoint first: a snapshot taken after it holds every entry it covers.
    let mut report = Report::default();
    let checkpoint = open_checkpoint(&files, key, &mut report)?;
    let snapshot = store.snapshot(act)?;
    check(&files, checkpoint, &*snapshot, extent, &mut report)?;
    Ok(report)
}

#[cfg(test)]
pub(crate) fn verify_files<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    key: &NoteVerifier,
    entries: &E,
) -> Result<Report, VerifyError> {
    verify_part(files, key, entries, Extent::Full)
}

#[cfg(test)]
fn verify_part<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    key: &NoteVerifier,
    entries: &E,
    extent: Extent,
) -> Result<Report, VerifyError> {
    let mut report = Report::default();
    let checkpoint = open_checkpoint(files, key, &mut report)?;
    check(files, checkpoint, entries, extent, &mut report)?;
    Ok(report)
}

/// The signed checkpoint, or the bytes' absence as `None`. What does not verify is reported.
fn open_checkpoint(files: &impl LogFiles, key: &NoteVerifier, report: &mut Report) -> Result<Option<Checkpoint>, VerifyError> {
    let Some(bytes) = files.read(CHECKPOINT_PATH)? else { return Ok(None) };
    let note = String::from_utf8_lossy(&bytes);
    match Checkpoint::open(&note, key) {
        Ok(checkpoint) => Ok(Some(checkpoint)),
        Err(error) => {
            report.add(Problem::BadCheckpoint { reason: error.to_string() });
            Ok(None)
        }
    }
}

fn check<E: JournalEntries + ?Sized>(
    files: &impl LogFiles,
    checkpoint: Option<Checkpoint>,
    entries: &E,
    extent: Extent,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let covered = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
    let edge = match extent {
        Extent::Full => Edge::default(),
        Extent::SinceLastTime => verified_edge(files, covered).unwrap_or_default(),
    };
    let mut expected = edge.size();
    (report.from, report.entries) = (expected, expected);
    let mut log = PublicLog { files, edge, size: covered, broken: false };
    let mut whole_tiles = None;
    loop {
        let rows = entries.journal_rows(i64::try_from(expected).unwrap_or(i64::MAX), TILE_WIDTH)?;
        let published = log.next_bundle(report)?;
        if (rows.is_empty() && published.is_empty()) || report.problems.len() >= MOST_PROBLEMS {
            break;
        }
        let start = expected;
        let mut rows = rows.into_iter().peekable();
        for position in start..start + TILE_WIDTH as u64 {
            let commitment = published.get((position - start) as usize);
            while let Some(early) = rows.next_if(|row| row.index < position as i64) {
                report.add(Problem::MisplacedEntry { index: early.index.max(0) as u64 });
            }
            match rows.next_if(|row| row.index == position as i64) {
                Some(row) => check_row(&row, position, commitment, report),
                None if position < covered || rows.peek().is_some() => report.add(Problem::MissingEntry { index: position }),
                None => {}
            }
        }
        expected += TILE_WIDTH as u64;
        if log.edge.size() == expected {
            whole_tiles = Some(Verified { size: expected, root: log.edge.root() });
        }
    }
    match &checkpoint {
        Some(checkpoint) if !log.broken && log.edge.root() != checkpoint.root => report.add(Problem::RootDiffers),
        None if report.entries > 0 && report.problems.is_empty() => report.add(Problem::NoCheckpoint),
        _ => {}
    }
    report.checkpoint = checkpoint;
    match whole_tiles.filter(|_| report.holds()).map(|verified| serde_json::to_vec(&verified)) {
        Some(Ok(note)) => Ok(files.write(VERIFIED_PATH, &note)?),
        _ => Ok(()),
    }
}

/// The edge of the tree as far as it was verified, where the note of that fits the tiles. Any doubt means: check everything.
fn verified_edge(files: &impl LogFiles, covered: u64) -> Option<Edge> {
    let note = files.read(VERIFIED_PATH).ok()??;
    let verified: Verified = serde_json::from_slice(&note).ok()?;
    if verified.size > covered || !verified.size.is_multiple_of(TILE_WIDTH as u64) {
        return None;
    }
    let edge = Edge::of_beginning(files, verified.size, covered).ok()?;
    (edge.root() == verified.root).then_some(edge)
}

/// Checks one entry by itself and, where it is published, against the log.
fn check_row(row: &JournalRow, index: u64, published: Option<&Vec<u8>>, report: &mut Report) {
    report.entries += 1;
    if published.is_some_and(|published| published.as_slice() != row.commitment) {
        report.add(Problem::CommitmentDiffers { index });
    }
    match (&row.content, &row.salt) {
        (None, None) => report.erased += 1,
        (Some(content), Some(salt)) if commitment_of(salt, content) == ContentHash(row.commitment) => {
            // The registry keeps microseconds; the entry keeps all of the time.
            let same_time = |entry: Entry| entry.act.at.as_microsecond() == row.at.as_microsecond();
            if !serde_json::from_str(content).is_ok_and(same_time) {
                report.add(Problem::TimeDiffers { index });
            }
        }
        (Some(_), Some(_)) => report.add(Problem::ContentDiffers { index }),
        _ => report.add(Problem::HalfErased { index }),
    }
}

/// The log's files, read from left to right, each tile compared with what it must be.
struct PublicLog<'files, F> {
    files: &'files F,
    edge: Edge,
    size: u64,
    /// A bundle is missing or malformed: nothing right of it can be recomputed.
    broken: bool,
}

impl<F: LogFiles> PublicLog<'_, F> {
    /// The entries of the next bundle; none at the end or where the log is broken.
    fn next_bundle(&mut self, report: &mut Report) -> Result<Vec<Vec<u8>>, VerifyError> {
        let start = self.edge.size();
        if self.broken || start >= self.size {
            return Ok(Vec::new());
        }
        let width = (self.size - start).min(TILE_WIDTH as u64) as usize;
        let entries = match self.read_bundle(start / TILE_WIDTH as u64, width) {
            Ok(entries) => entries,
            Err(error @ LogFileError::Io { .. }) => return Err(error.into()),
            Err(error) => {
                self.broken = true;
                report.add(Problem::BadFile { reason: error.to_string() });
                return Ok(Vec::new());
            }
        };
        for entry in &entries {
            for tile in self.edge.push(leaf_hash(entry)) {
                self.compare(&tile, report)?;
            }
        }
        if self.edge.size() == self.size {
            for tile in self.edge.partial_tiles() {
                self.compare(&tile, report)?;
            }
        }
        Ok(entries)
    }

    fn read_bundle(&self, index: u64, width: usize) -> Result<Vec<Vec<u8>>, LogFileError> {
        let path = bundle_path(index, width);
        let bytes = match self.files.read(&path)? {
            // The full bundle replaced it: its beginning is the same.
            None if width < TILE_WIDTH => self.files.read(&bundle_path(index, TILE_WIDTH))?,
            found => found,
        };
        let bytes = bytes.ok_or_else(|| LogFileError::Missing(path.clone()))?;
        let damaged = |problem| LogFileError::Damaged { path: path.clone(), problem };
        let entries = parse_bundle(&bytes).map_err(damaged)?;
        if entries.len() < width {
            return Err(damaged(format!("expected {width} entries, found {}", entries.len())));
        }
        Ok(entries[..width].iter().map(|entry| entry.to_vec()).collect())
    }

    fn compare(&self, expected: &Tile, report: &mut Report) -> Result<(), VerifyError> {
        match Tile::read(self.files, expected.level, expected.index, expected.hashes.len()) {
            Ok(found) => {
                let differs = |(found, expected): (&Hash, &Hash)| found != expected;
                if let Some(position) = found.hashes.iter().zip(&expected.hashes).position(differs) {
                    report.add(Problem::TileDiffers { path: expected.path(), position: position as u64 });
                }
                Ok(())
            }
            Err(error @ LogFileError::Io { .. }) => Err(error.into()),
            Err(error) => {
                report.add(Problem::BadFile { reason: error.to_string() });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::NoteSigner;
    use crate::files::testing::{Rows, rows};
    use crate::sequencer::sequence;

    struct Log {
        folder: tempfile::TempDir,
        signer: NoteSigner,
        rows: Rows,
    }

    impl Log {
        fn published(count: usize) -> Self {
            let signer = NoteSigner::new("at.fdi/journal", SigningKey::from_bytes(&[3; 32])).unwrap();
            let log = Self { folder: tempfile::tempdir().unwrap(), signer, rows: rows(count) };
            sequence(&log.files(), &log.signer, &log.rows).unwrap();
            log
        }

        fn files(&self) -> Folder {
            Folder(self.folder.path().to_owned())
        }

        fn verify(&self) -> Report {
            verify_files(&self.files(), self.signer.verifier(), &self.rows).unwrap()
        }

        fn flip(&self, path: &str, at: usize) {
            let path = self.folder.path().join(path);
            let mut bytes = fs::read(&path).unwrap();
            bytes[at] ^= 1;
            fs::write(path, bytes).unwrap();
        }
    }

    #[test]
    fn an_honest_log_holds_with_erased_and_unpublished_entries() {
        let mut log = Log::published(600);
        log.rows.erase_journal_content(17).unwrap();
        crate::record(&mut log.rows, &crate::files::testing::entry("import:601")).unwrap();
        let report = log.verify();
        assert!(report.holds(), "{:?}", report.problems);
        assert_eq!((report.entries, report.erased, report.checkpoint.unwrap().size), (601, 1, 600));
    }

    #[test]
    fn verifying_goes_on_where_it_held_the_last_time() {
        let mut log = Log::published(600);
        let since = |log: &Log| verify_part(&log.files(), log.signer.verifier(), &log.rows, Extent::SinceLastTime).unwrap();
        assert_eq!(since(&log).from, 0);
        for number in 600..900 {
            crate::record(&mut log.rows, &crate::files::testing::entry(&format!("import:{number}"))).unwrap();
        }
        sequence(&log.files(), &log.signer, &log.rows).unwrap();
        let report = since(&log);
        assert!(report.holds(), "{:?}", report.problems);
        assert_eq!((report.from, report.entries), (512, 900));
        log.rows.0[800].commitment[0] ^= 1;
        assert_eq!(since(&log).first_bad_entry(), Some(800));
        log.rows.0[800].commitment[0] ^= 1;
        log.rows.0[5].commitment[0] ^= 1;
        assert!(since(&log).holds(), "what was checked before is not read again");
        assert_eq!(log.verify().first_bad_entry(), Some(5), "and a full check finds it");
        log.flip("tile/1/000.p/3", 40);
        assert_eq!(since(&log).from, 0, "a note that does not fit the tiles is not believed");
    }

    #[test]
    fn a_journal_nobody_used_holds() {
        let log = Log::published(0);
        assert!(log.verify().holds());
        let never_published = Log { folder: tempfile::tempdir().unwrap(), ..log };
        assert!(never_published.verify().holds());
    }

    #[test]
    fn a_changed_row_is_named() {
        let mut log = Log::published(300);
        let content = log.rows.0[270].content.as_mut().unwrap();
        *content = content.replace("import:270", "import:271");
        log.rows.0[280].commitment[0] ^= 1;
        log.rows.0[290].salt = None;
        log.rows.0[295].at = oikos_model::Timestamp::from_second(1).unwrap();
        let report = log.verify();
        assert_eq!(report.first_bad_entry(), Some(270));
        assert_eq!(
            report.problems,
            [
                Problem::ContentDiffers { index: 270 },
                Problem::CommitmentDiffers { index: 280 },
                Problem::ContentDiffers { index: 280 },
                Problem::HalfErased { index: 290 },
                Problem::TimeDiffers { index: 295 },
            ]
        );
    }

    #[test]
    fn an_entry_rewritten_with_a_fitting_commitment_is_named() {
        let mut log = Log::published(20);
        let forged = rows(20);
        log.rows.0[5] = forged.0[5].clone();
        assert_eq!(log.verify().problems, [Problem::CommitmentDiffers { index: 5 }]);
    }

    #[test]
    fn deleted_and_reordered_entries_are_named() {
        let mut log = Log::published(20);
        log.rows.0.remove(7);
        assert_eq!(log.verify().problems, [Problem::MissingEntry { index: 7 }]);
        let mut log = Log::published(20);
        log.rows.0.truncate(18);
        assert_eq!(log.verify().first_bad_entry(), Some(18));
        let mut log = Log::published(20);
        log.rows.0.swap(3, 4);
        (log.rows.0[3].index, log.rows.0[4].index) = (3, 4);
        assert_eq!(log.verify().problems, [Problem::CommitmentDiffers { index: 3 }, Problem::CommitmentDiffers { index: 4 }]);
        let mut log = Log::published(20);
        log.rows.0[19].index = i64::MAX;
        assert_eq!(log.verify().first_bad_entry(), Some(19), "and a far position does not make it run for ever");
    }

    #[test]
    fn a_flipped_byte_in_any_file_is_found() {
        for (path, at) in [
            ("tile/0/000", 40),
            ("tile/0/001.p/44", 0),
            ("tile/1/000.p/1", 31),
            ("tile/entries/000", 2),
            ("tile/entries/000", 0),
            ("tile/entries/001.p/44", 1400),
            ("checkpoint", 16),
            ("checkpoint", 100),
        ] {
            let log = Log::published(300);
            log.flip(path, at);
            assert!(!log.verify().holds(), "{path} at {at}");
        }
        let log = Log::published(300);
        log.flip("tile/0/000", 40);
        assert_eq!(log.verify().problems, [Problem::TileDiffers { path: "tile/0/000".into(), position: 1 }]);
    }

    #[test]
    fn missing_files_and_truncated_files_are_found() {
        for path in ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
        {
            let log = Log::published(300);
            fs::remove_file(log.folder.path().join(path)).unwrap();
            assert!(!log.verify().holds(), "{path} removed");
            fs::write(log.folder.path().join(path), b"").unwrap();
            assert!(!log.verify().holds(), "{path} emptied");
        }
    }

    #[test]
    fn a_checkpoint_by_another_key_or_rolled_back_over_more_entries_is_found() {
        let log = Log::published(10);
        let other = NoteSigner::new("at.fdi/journal", SigningKey::from_bytes(&[4; 32])).unwrap();
        let forged = Checkpoint { origin: "at.fdi/journal".into(), size: 10, root: crate::empty_root() }.sign(&other).unwrap();
        fs::write(log.folder.path().join("checkpoint"), forged).unwrap();
        assert!(matches!(log.verify().problems.as_slice(), [Problem::BadCheckpoint { .. }]));
    }
}
