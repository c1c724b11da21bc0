//! The log's files: read whole, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Larger than any file of a log: a full bundle of the longest entries the layout allows.
const LARGEST_FILE_BYTES: u64 = 256 * (2 + 65_535);

/// Why a file of the log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// The file system failed.
    #[error("{doing} {path} of the journal's log failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file that the checkpoint's size demands is not there.
    #[error("{0} of the journal's log is missing; restore it from a copy, or from a partner who has one")]
    Missing(String),
    /// A file does not have the form that its name and the checkpoint demand.
    #[error("{path} of the journal's log is damaged: {problem}; restore it from a copy, or from a partner who has one")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

/// Where a log's files are. Paths are relative, with `/`.
pub(crate) trait LogFiles {
    /// The file's bytes; `None` when it is not there.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, LogFileError>;

    /// Puts a file there whole, lasting, in place of what was there.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), LogFileError>;

    /// Removes a folder of partial tiles that a full one replaced. That it is not there is fine.
    fn remove_folder(&self, path: &str) -> Result<(), LogFileError>;
}

/// A folder on a file system that keeps what was synced.
#[derive(Debug, Clone)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    fn full(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

impl LogFiles for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, LogFileError> {
        let failed = |source| LogFileError::Io { doing: "reading", path: path.to_owned(), source };
        let file = match File::open(self.full(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > LARGEST_FILE_BYTES {
            return Err(LogFileError::Damaged { path: path.to_owned(), problem: "it is larger than any file of a log".into() });
        }
        Ok(Some(bytes))
    }

    /// A temporary file beside it, synced, then renamed, then the folder synced: a crash leaves the old file or the new one.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), LogFileError> {
        let target = self.full(path);
        let write = || -> io::Result<()> {
            let folder = target.parent().unwrap_or(&self.0);
            create_folders(folder)?;
            let temporary = target.with_extension("tmp");
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &target)?;
            sync_folder(folder)
        };
        write().map_err(|source| LogFileError::Io { doing: "writing", path: path.to_owned(), source })
    }

    fn remove_folder(&self, path: &str) -> Result<(), LogFileError> {
        match fs::remove_dir_all(self.full(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LogFileError::Io { doing: "removing", path: path.to_owned(), source: error })
            }
            _ => Ok(()),
        }
    }
}

/// Creates a folder and those above it, each entry synced in the folder that holds it.
fn create_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        create_folders(above)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => sync_folder(above)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    // A relative path with one part has the empty path above it: the working directory.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) mod testing {
    //! A registry's journal rows in memory, and a folder that fails on demand.

    use std::cell::Cell;

    use oikos_model::{Act, Action, Actor, LegalBasis, NodeId, Purpose, Timestamp};
    use oikos_registry::{JournalEntries, JournalIndex, JournalQuery, JournalRow, NewJournalRow, StoreError};

    use super::*;
    use crate::{Entry, Outcome};

    #[derive(Debug, Default, Clone)]
    pub(crate) struct Rows(pub(crate) Vec<JournalRow>);

    impl JournalEntries for Rows {
        fn append_journal(&mut self, entry: &NewJournalRow) -> Result<i64, StoreError> {
            let index = self.0.len() as i64;
            self.0.push(JournalRow {
                index,
                content: Some(entry.content.clone()),
                salt: Some(entry.salt),
                commitment: entry.commitment,
                at: entry.at,
            });
            Ok(index)
        }

        fn journal_rows(&self, from: i64, limit: usize) -> Result<Vec<JournalRow>, StoreError> {
            Ok(self.0.iter().filter(|row| row.index >= from).take(limit).cloned().collect())
        }

        fn journal_length(&self) -> Result<i64, StoreError> {
            Ok(self.0.len() as i64)
        }

        fn erase_journal_content(&mut self, index: i64) -> Result<(), StoreError> {
            let row = &mut self.0[index as usize];
            (row.content, row.salt) = (None, None);
            Ok(())
        }
    }

    /// The registry's contract tests prove the index; here it only has to be there.
    impl JournalIndex for Rows {
        fn index_journal(&mut self, _position: i64, _terms: &[String]) -> Result<(), StoreError> {
            Ok(())
        }

        fn search_journal(&self, _query: &JournalQuery) -> Result<Vec<i64>, StoreError> {
            Ok(Vec::new())
        }

        fn erase_journal_terms(&mut self, _position: i64) -> Result<(), StoreError> {
            Ok(())
        }
    }

    pub(crate) fn entry(subject: &str) -> Entry {
        Entry {
            act: Act {
                actor: Actor::Node(NodeId::new("at.fdi").unwrap()),
                action: Action::Import,
                purpose: Purpose::new("fdi-screening").unwrap(),
                legal_basis: LegalBasis::new("Reg. (EU) 2019/452 Art. 6").unwrap(),
                case: None,
                at: Timestamp::from_second(1_800_000_000).unwrap(),
            },
            outcome: Outcome::Allowed,
            subjects: vec![subject.into()],
            recipient: None,
            detail: serde_json::Value::Null,
        }
    }

    /// Rows with this many entries.
    pub(crate) fn rows(count: usize) -> Rows {
        let mut rows = Rows::default();
        for number in 0..count {
            crate::record(&mut rows, &entry(&format!("import:{number}"))).unwrap();
        }
        rows
    }

    /// The root over these rows, computed without tiles.
    pub(crate) fn root_of(rows: &[JournalRow]) -> crate::Hash {
        let leaves: Vec<crate::Hash> = rows.iter().map(|row| crate::leaf_hash(&row.commitment)).collect();
        crate::merkle::root_over(&leaves)
    }

    /// Fails every write from a given one on, and leaves half a temporary file behind, as a crash does.
    pub(crate) struct CrashingFolder {
        pub(crate) folder: Folder,
        pub(crate) writes_left: Cell<usize>,
    }

    impl LogFiles for CrashingFolder {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, LogFileError> {
            self.folder.read(path)
        }

        fn write(&self, path: &str, bytes: &[u8]) -> Result<(), LogFileError> {
            if self.writes_left.get() == 0 {
                let target = self.folder.full(path);
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::write(target.with_extension("tmp"), &bytes[..bytes.len() / 2]).unwrap();
                return Err(LogFileError::Io { doing: "writing", path: path.to_owned(), source: io::Error::other("crash") });
            }
            self.writes_left.set(self.writes_left.get() - 1);
            self.folder.write(path, bytes)
        }

        fn remove_folder(&self, path: &str) -> Result<(), LogFileError> {
            self.folder.remove_folder(path)
        }
    }
}
