//! The node's folder: one file tree that can be copied or thrown away. One process owns it at a time.
//!
//! ```text
//! node.yaml          settings
//! registry.sqlite    statements, findings, people, partners, the lake's catalogue, the journal's private entries; none where the settings
//!                    name a server
//! lake/              records as Parquet files
//! journal/           tiles and signed checkpoints
//! keys/              secret keys, readable by the owner alone
//! rejects/           rows that did not land, one file per import
//! uploads/           files that people sent and that wait for their import, at most a day
//! operator.token     whoever can read it is the local operator
//! owner.lock         held by the process that owns the folder
//! server.json        where that process listens
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::NodeError;

/// The paths below a node's folder.
#[derive(Debug, Clone)]
pub struct NodeFolder {
    root: PathBuf,
}

impl NodeFolder {
    /// Names the folder; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `node.yaml`.
    pub fn settings(&self) -> PathBuf {
        self.root.join("node.yaml")
    }

    /// The node's own adequacy decisions, where it has any.
    pub fn transfers(&self) -> PathBuf {
        self.root.join("transfers.yaml")
    }

    /// `registry.sqlite`.
    pub fn registry(&self) -> PathBuf {
        self.root.join("registry.sqlite")
    }

    /// `keys/registry.password`: of the registry's server, where the settings name one that wants it.
    pub fn registry_password(&self) -> PathBuf {
        self.keys().join("registry.password")
    }

    /// `lake/`.
    pub fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// `journal/`.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// `keys/`.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// `rejects/`.
    pub fn rejects(&self) -> PathBuf {
        self.root.join("rejects")
    }

    /// `uploads/`.
    pub fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    /// `operator.token`.
    pub fn operator_token(&self) -> PathBuf {
        self.root.join("operator.token")
    }

    /// `server.json`.
    pub fn server(&self) -> PathBuf {
        self.root.join("server.json")
    }

    /// Makes the folder and its private parts, readable by the owner alone.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn create(&self) -> Result<(), NodeError> {
        let parts = [self.root.clone(), self.lake(), self.journal(), self.keys(), self.rejects(), self.uploads()];
        parts.iter().try_for_each(|folder| create_private(folder))
    }

    /// Takes the folder for this process. The lock ends with the process, however it ends.
    ///
    /// # Errors
    /// [`NodeError::Owned`] when another process has it.
    pub fn own(&self) -> Result<FolderLock, NodeError> {
        let path = self.root.join("owner.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| NodeError::io("opening the folder's lock", &path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(NodeError::Owned(self.root.clone())),
            Err(TryLockError::Error(source)) => Err(NodeError::io("locking the node's folder", &path, source)),
        }
    }
}

/// Proof that this process owns the folder, for as long as it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Makes a folder that only its owner can read, unless it is there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn create_private(folder: &Path) -> Result<(), NodeError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| NodeError::io("making the node's folder", folder, source))
}

/// Writes a file that must not exist yet, readable by the owner alone, and makes it lasting.
///
/// # Errors
/// When it exists or cannot be written.
pub(crate) fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), NodeError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| NodeError::io("creating", path, source))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| NodeError::io("writing", path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_owns_the_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = NodeFolder::new(temporary.path().join("node"));
        folder.create().unwrap();
        let lock = folder.own().unwrap();
        assert!(matches!(folder.own(), Err(NodeError::Owned(_))));
        drop(lock);
        assert!(folder.own().is_ok());
    }

    #[test]
    fn secrets_are_private_and_never_overwritten() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("secret");
        write_new_private(&path, b"one").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write_new_private(&path, b"two").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }
}
