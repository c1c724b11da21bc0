//! The lake: a folder of files, and what its sessions share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry, ObjectStoreUrl};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::object_store::local::LocalFileSystem;
use oikos_desk::TableDefinition;
use oikos_model::LabelId;
use oikos_registry::{Catalogue, DataFile};

use crate::memory::SharedMemory;
use crate::staging::{create_folder, is_data_path, remove_file, sync_folder};
use crate::workers::Workers;
use crate::{LakeError, LakeLimits, Permits, Session, SessionLimits, Staging};

/// The address under which the engine finds the data folder. It knows no other: there is no way from a query to the file system.
pub(crate) const STORE: &str = "lake://data";

/// How many spilled parts of a sort are merged at a time; without a limit a merge takes all the memory that is left.
const SPILL_MERGE_FAN_IN: usize = 16;

/// The records of one node. One process owns the folder.
#[derive(Debug, Clone)]
pub struct Lake {
    pub(crate) folders: Arc<Folders>,
    pub(crate) engine: Arc<EngineParts>,
    limits: LakeLimits,
}

/// What all sessions share: threads, memory, temporary files.
#[derive(Debug)]
pub(crate) struct EngineParts {
    pub(crate) workers: Workers,
    pub(crate) environment: Arc<RuntimeEnv>,
    pub(crate) target_partitions: usize,
    pub(crate) memory_bytes: usize,
}

impl Lake {
    /// Opens the lake in `folder`, which is created if it is not there. Each table has a folder in it; what queries put aside for a
    /// while lies in `.spill`, which is no table's name.
    /// Call [`sweep`](Self::sweep) next, before anything is staged.
    ///
    /// # Errors
    /// When the folder cannot be used or the query engine does not start.
    pub fn open(folder: &Path, limits: LakeLimits) -> Result<Self, LakeError> {
        let folders = Folders { data: folder.to_owned(), staged: Mutex::default() };
        let spill = folder.join(".spill");
        create_folder(folder)?;
        // What a killed process put aside is of no use to anyone, and may hold records that are to be erased.
        if spill.exists() {
            std::fs::remove_dir_all(&spill).map_err(|error| LakeError::file("emptying", &spill, error))?;
        }
        create_folder(&spill)?;
        let environment = environment(&folders.data, &spill, &limits).map_err(|error| LakeError::Engine(error.to_string()))?;
        let workers = Workers::start(limits.target_partitions).map_err(|error| LakeError::Engine(error.to_string()))?;
        let LakeLimits { target_partitions, memory_bytes, .. } = limits;
        let engine = EngineParts { workers, environment, target_partitions, memory_bytes };
        Ok(Self { folders: Arc::new(folders), engine: Arc::new(engine), limits })
    }

    /// Starts to write the records of one import into one table. All of them carry one label.
    ///
    /// # Errors
    /// When the table's name is not in the right form.
    pub fn stage(&self, table: &TableDefinition, import_number: u32, label: LabelId) -> Result<Staging, LakeError> {
        Staging::new(Arc::clone(&self.folders), self.limits.clone(), table, import_number, label)
    }

    /// Removes staged files whose transaction did not commit.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn discard(&self, files: &[DataFile]) -> Result<(), LakeError> {
        files.iter().try_for_each(|file| self.folders.remove_staged(&file.path))
    }

    /// Opens a session over the newest snapshot. It sees what `permits` name and nothing else.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn session(&self, catalogue: &dyn Catalogue, permits: &Permits, limits: SessionLimits) -> Result<Session, LakeError> {
        Session::open(Arc::clone(&self.engine), catalogue, permits, limits)
    }

    /// Bytes that sessions hold of the memory they share.
    pub fn memory_in_use_bytes(&self) -> usize {
        self.engine.environment.memory_pool.reserved()
    }
}

/// The engine's surroundings: bounded memory, bounded disk, and the data folder as the only place with files.
fn environment(data: &Path, spill: &Path, limits: &LakeLimits) -> datafusion::error::Result<Arc<RuntimeEnv>> {
    let stores = DefaultObjectStoreRegistry::new();
    stores.deregister_store(ObjectStoreUrl::local_filesystem().as_ref())?;
    stores.register_store(ObjectStoreUrl::parse(STORE)?.as_ref(), Arc::new(LocalFileSystem::new_with_prefix(data)?));
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![spill.to_owned()]))
        .with_max_temp_directory_size(limits.spill_bytes)
        .with_max_spill_merge_fan_in(SPILL_MERGE_FAN_IN);
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(SharedMemory::new(limits.memory_bytes)))
        .with_disk_manager_builder(disk)
        .with_object_store_registry(Arc::new(stores))
        .build_arc()
}

/// The data folder, and which of its files the catalogue does not know because they are being staged.
#[derive(Debug)]
pub(crate) struct Folders {
    pub(crate) data: PathBuf,
    staged: Mutex<BTreeSet<String>>,
}

impl Folders {
    /// Where the file with this path in the catalogue lies.
    pub(crate) fn data_path(&self, path: &str) -> PathBuf {
        self.data.join(path)
    }

    /// Paths that are staged and not yet known to be committed.
    pub(crate) fn staged(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note_staged(&self, path: &str) {
        self.staged().insert(path.to_owned());
    }

    pub(crate) fn remove_staged(&self, path: &str) -> Result<(), LakeError> {
        if !self.staged().remove(path) || !is_data_path(path) {
            return Ok(());
        }
        remove_file(&self.data_path(path))
    }

    /// Creates the folder of the table that `path` belongs to. Returns where the file lies.
    pub(crate) fn create_table_folder(&self, path: &str) -> Result<PathBuf, LakeError> {
        let full = self.data_path(path);
        full.parent().map_or(Ok(()), create_folder)?;
        Ok(full)
    }

    /// Makes lasting what was created or removed beside the file with this path.
    pub(crate) fn sync_folder_of(&self, path: &str) -> Result<(), LakeError> {
        self.data_path(path).parent().map_or(Ok(()), sync_folder)
    }
}
