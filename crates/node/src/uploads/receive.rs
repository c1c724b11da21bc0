//! A file while it comes in: written as it arrives, hashed, and never longer than the settings allow.

use std::io::Write;
use std::path::Path;

use oikos_model::{ContentHash, SourceId};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::NodeError;

/// A file on its way in. Dropped before it is whole, nothing of it stays.
pub(crate) struct Receiving {
    id: String,
    name: String,
    file: NamedTempFile,
    hasher: Sha256,
    bytes: u64,
    bytes_maximum: u64,
}

/// A file that came in whole, and is on the disk.
pub(super) struct Received {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) file: NamedTempFile,
    pub(super) bytes: u64,
    pub(super) source: SourceId,
}

impl Receiving {
    pub(super) fn new(folder: &Path, id: String, name: String, bytes_maximum: u64) -> Result<Self, NodeError> {
        let file = tempfile::Builder::new().prefix(&id).suffix(".part").tempfile_in(folder);
        let file = file.map_err(|source| NodeError::io("making room for a file in", folder, source))?;
        Ok(Self { id, name, file, hasher: Sha256::new(), bytes: 0, bytes_maximum })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When the file becomes longer than the node takes, or the disk refuses.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), NodeError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.bytes_maximum {
            return Err(NodeError::TooLarge(self.bytes_maximum));
        }
        self.hasher.update(bytes);
        self.file.write_all(bytes).map_err(|source| NodeError::io("writing", self.file.path(), source))
    }

    pub(super) fn finish(self) -> Result<Received, NodeError> {
        let Self { id, name, file, hasher, bytes, .. } = self;
        if bytes == 0 {
            return Err(NodeError::Invalid(format!("{name} is empty")));
        }
        file.as_file().sync_all().map_err(|source| NodeError::io("writing", file.path(), source))?;
        Ok(Received { id, name, file, bytes, source: SourceId(ContentHash(hasher.finalize().into())) })
    }
}
