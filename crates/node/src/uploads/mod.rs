//! Files people hand to the node over the API: kept in a folder of their own until they are imported, at most a day. Each belongs to whoever
//! sent it. What it is called is kept beside it and never becomes a path.

mod look;
mod receive;

use std::fs::File;
use std::path::{Path, PathBuf};

use oikos_model::{Action, Actor, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use look::BEGINNING_BYTES;
pub(crate) use look::recognising;
pub use look::{FirstRows, ReaderLook, RejectView, TableRows};
pub(crate) use receive::Receiving;

use crate::folder::write_new_private;
use crate::{Caller, Node, NodeError, Noted};

/// How long a file waits for its import.
const KEPT_SECONDS: i64 = 86_400;
/// Most files that wait at once.
const MOST_WAITING: usize = 200;
/// Longest name that is kept, characters.
const LONGEST_NAME_CHARACTERS: usize = 120;

/// What is kept beside a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UploadNote {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) source: SourceId,
    pub(crate) by: Actor,
    pub(crate) at: Timestamp,
}

/// A file that waits for its import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UploadView {
    /// Id, to import it by.
    pub id: String,
    /// Its name, as it will stand in the list of imports.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub source: String,
    /// Until when it waits, RFC 3339.
    pub until: String,
    /// Readers that recognise it, the one an import would take first; where none does, all of them with the reason.
    pub readers: Vec<ReaderLook>,
    /// Where the same bytes landed before.
    pub known: Vec<KnownImport>,
}

/// An import of the same bytes.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct KnownImport {
    /// Its number.
    pub number: u32,
    /// The dataset it went into.
    pub dataset: String,
    /// When, RFC 3339.
    pub at: String,
}

/// A file's name as it was sent, made fit to be shown and kept: its last part, without control characters.
pub(crate) fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible =
        |c: &char| !c.is_control() && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = last.chars().filter(visible).take(LONGEST_NAME_CHARACTERS).collect();
    match plain.trim().trim_matches('.') {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

impl Node {
    /// Makes room for a file that is about to come in.
    ///
    /// # Errors
    /// When policy refuses, or too many files wait already.
    pub(crate) fn receive_upload(&self, caller: &Caller, name: &str) -> Result<Receiving, NodeError> {
        self.authorise(caller, Action::Import)?;
        let folder = self.uploads_folder()?;
        if notes(&folder)?.len() >= MOST_WAITING {
            return Err(NodeError::Conflict(format!("{MOST_WAITING} files wait for their import; import or discard some first")));
        }
        let id = crate::ids::new_id(self.clock().now());
        Receiving::new(&folder, id, plain_name(name), self.config().upload_bytes_maximum)
    }

    /// Keeps a file that came in whole, and says what it is.
    ///
    /// # Errors
    /// When policy refuses or the file cannot be kept.
    pub(crate) fn keep_upload(&self, caller: &Caller, receiving: Receiving) -> Result<UploadView, NodeError> {
        let folder = self.uploads_folder()?;
        let received = receiving.finish()?;
        let note = UploadNote {
            name: received.name,
            bytes: received.bytes,
            source: received.source,
            by: caller.actor(),
            at: self.clock().now(),
        };
        self.write(caller, Action::Import, |_| {
            let text = serde_json::to_vec(&note).map_err(NodeError::internal)?;
            write_new_private(&note_path(&folder, &received.id), &text)?;
            let kept = data_path(&folder, &received.id);
            received.file.persist(&kept).map_err(|error| NodeError::io("keeping", &kept, error.error))?;
            let detail = serde_json::json!({ "received": note.name, "bytes": note.bytes, "source": note.source });
            Ok(((), Noted::about(vec![format!("upload:{}", received.id)]).with_detail(detail)))
        })?;
        self.show_upload(caller, &received.id)
    }

    /// What a file that waits is: which readers recognise it, its first rows, and whether it landed before.
    ///
    /// # Errors
    /// When policy refuses, or it is not here or not theirs.
    pub fn show_upload(&self, caller: &Caller, id: &str) -> Result<UploadView, NodeError> {
        let (path, note) = self.upload(caller, id)?;
        let readers = look::look(&path, self.clock().now())?;
        self.write(caller, Action::Import, |tx| {
            let same = tx.imports()?.into_iter().filter(|import| import.source == note.source && !import.erased);
            let known = same.map(|import| KnownImport {
                number: import.number,
                dataset: import.dataset.to_string(),
                at: import.at.to_string(),
            });
            let until = Timestamp::from_second(note.at.as_second() + KEPT_SECONDS).map_err(NodeError::internal)?;
            let view = UploadView {
                id: id.to_owned(),
                name: note.name.clone(),
                bytes: note.bytes,
                source: note.source.0.to_string(),
                until: until.to_string(),
                readers,
                known: known.collect(),
            };
            Ok((view, Noted::about(vec![format!("upload:{id}")])))
        })
    }

    /// Discards a file that waits.
    ///
    /// # Errors
    /// When policy refuses, or it is not here or not theirs.
    pub fn discard_upload(&self, caller: &Caller, id: &str) -> Result<(), NodeError> {
        self.upload(caller, id)?;
        let detail = serde_json::json!({ "discarded": true });
        self.write(caller, Action::Import, |_| Ok(((), Noted::about(vec![format!("upload:{id}")]).with_detail(detail))))?;
        self.remove_upload(id)
    }

    /// The file of an upload, and what is known of it; only for whoever sent it.
    pub(crate) fn upload(&self, caller: &Caller, id: &str) -> Result<(PathBuf, UploadNote), NodeError> {
        self.authorise(caller, Action::Import)?;
        let not_here = || NodeError::NotFound(format!("upload {}", plain_name(id)));
        if !is_id(id) {
            return Err(not_here());
        }
        let folder = self.uploads_folder()?;
        let note = read_note(&note_path(&folder, id)).ok_or_else(not_here)?;
        let path = data_path(&folder, id);
        if note.by != caller.actor() || !path.is_file() { Err(not_here()) } else { Ok((path, note)) }
    }

    /// Removes a file that was imported or discarded.
    pub(crate) fn remove_upload(&self, id: &str) -> Result<(), NodeError> {
        let folder = self.uploads_folder()?;
        remove(&data_path(&folder, id))?;
        remove(&note_path(&folder, id))
    }

    /// Removes files that waited longer than a day, and what is left of those that never came in whole.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn sweep_uploads(&self) -> Result<(), NodeError> {
        let folder = self.uploads_folder()?;
        let oldest = self.clock().now().as_second() - KEPT_SECONDS;
        for (id, note) in notes(&folder)? {
            if note.is_none_or(|note| note.at.as_second() <= oldest) {
                self.remove_upload(&id)?;
            }
        }
        let entries = std::fs::read_dir(&folder).map_err(|source| NodeError::io("reading", &folder, source))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let part_age = || std::fs::metadata(&path).and_then(|data| data.modified()).ok()?.elapsed().ok();
            let is_old_part = name.ends_with(".part") && part_age().is_none_or(|age| age.as_secs() > KEPT_SECONDS.unsigned_abs());
            let is_orphan = name.strip_suffix(".data").is_some_and(|id| !note_path(&folder, id).exists());
            if is_old_part || is_orphan {
                remove(&path)?;
            }
        }
        Ok(())
    }

    fn uploads_folder(&self) -> Result<PathBuf, NodeError> {
        let folder = self.folder().uploads();
        crate::folder::create_private(&folder)?;
        Ok(folder)
    }
}

fn is_id(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn data_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.data"))
}

fn note_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.json"))
}

fn read_note(path: &Path) -> Option<UploadNote> {
    serde_json::from_reader(File::open(path).ok()?).ok()
}

/// Ids of what waits, with their notes where these can be read.
fn notes(folder: &Path) -> Result<Vec<(String, Option<UploadNote>)>, NodeError> {
    let entries = std::fs::read_dir(folder).map_err(|source| NodeError::io("reading", folder, source))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let ids = names.filter_map(|name| name.strip_suffix(".json").filter(|id| is_id(id)).map(str::to_owned));
    Ok(ids.map(|id| (id.clone(), read_note(&note_path(folder, &id)))).collect())
}

fn remove(path: &Path) -> Result<(), NodeError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(NodeError::io("removing", path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_becomes_a_path() {
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\data\\ships.csv"), "ships.csv");
        assert_eq!(plain_name(".."), "unnamed");
        assert_eq!(plain_name("a\u{202e}b\nc.csv"), "abc.csv");
        assert_eq!(plain_name(&"x".repeat(500)).len(), 120);
        assert!(is_id("0198c0de-0000-7000-8000-000000000000") && !is_id("../registry.sqlite") && !is_id(""));
    }
}
