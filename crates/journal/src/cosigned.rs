//! Checkpoints with their witnesses' cosignatures, kept in the log's folder as `cosigned/SIZE`.

use std::path::{Path, PathBuf};

use crate::files::{Folder, LogFileError, LogFiles};

const FOLDER: &str = "cosigned";
/// Older ones say nothing that the newest do not.
const MOST_KEPT: usize = 32;

/// Keeps the note of the checkpoint of this size; an older note of the same size is replaced.
///
/// # Errors
/// When the folder cannot be written.
pub fn keep_cosigned(folder: impl Into<PathBuf>, size: u64, note: &str) -> Result<(), LogFileError> {
    let folder = folder.into();
    Folder(folder.clone()).write(&format!("{FOLDER}/{size}"), note.as_bytes())?;
    for old in cosigned_sizes(&folder)?.into_iter().skip(MOST_KEPT) {
        let path = format!("{FOLDER}/{old}");
        std::fs::remove_file(folder.join(&path)).map_err(|source| LogFileError::Io { doing: "removing", path, source })?;
    }
    Ok(())
}

/// The sizes of the cosigned checkpoints that are kept, newest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn cosigned_sizes(folder: &Path) -> Result<Vec<u64>, LogFileError> {
    let failed = |source| LogFileError::Io { doing: "reading", path: FOLDER.to_owned(), source };
    let entries = match std::fs::read_dir(folder.join(FOLDER)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed)?,
    };
    let mut sizes = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        sizes.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    Ok(sizes)
}

/// The note of the cosigned checkpoint of this size, where it is kept.
///
/// # Errors
/// When it cannot be read.
pub fn cosigned_note(folder: impl Into<PathBuf>, size: u64) -> Result<Option<String>, LogFileError> {
    let path = format!("{FOLDER}/{size}");
    let Some(bytes) = Folder(folder.into()).read(&path)? else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| LogFileError::Damaged { path, problem: "it is not UTF-8".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        assert!(cosigned_sizes(folder.path()).unwrap().is_empty());
        for size in 1..=40 {
            keep_cosigned(folder.path(), size, &format!("note {size}")).unwrap();
        }
        keep_cosigned(folder.path(), 40, "note 40, two witnesses").unwrap();
        let sizes = cosigned_sizes(folder.path()).unwrap();
        assert_eq!((sizes.len(), sizes[0], sizes[31]), (32, 40, 9));
        assert_eq!(cosigned_note(folder.path(), 40).unwrap().unwrap(), "note 40, two witnesses");
        assert_eq!(cosigned_note(folder.path(), 8).unwrap(), None);
    }
}
