//! Erasure: records whose time is over, or that must go, leave the lake. A file carries one import and one label, so it goes whole.

use oikos_model::Timestamp;
use oikos_registry::{SnapshotId, Transaction};

use crate::{Lake, LakeError};

/// What must go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Everything one import brought.
    Import(u32),
    /// Everything whose label's marking has expired.
    Expired,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErasedFiles {
    /// Paths of the files.
    pub paths: Vec<String>,
    /// Records in them.
    pub records: i64,
    /// Imports they came from, ascending.
    pub imports: Vec<u32>,
    /// The snapshot that does not have them any more; `None` where there was nothing to erase.
    pub snapshot: Option<SnapshotId>,
}

impl Lake {
    /// Erases records: no snapshot sees them, their statistics leave the catalogue, and checkpoints of monitors, which were fed
    /// with them, are removed. Their bytes leave the disk with the next [`sweep`](Self::sweep), after the transaction committed.
    ///
    /// # Errors
    /// When the registry refuses.
    pub fn erase(&self, transaction: &mut dyn Transaction, erasure: Erasure, at: Timestamp) -> Result<ErasedFiles, LakeError> {
        let expired: Vec<_> = match erasure {
            Erasure::Import(_) => Vec::new(),
            Erasure::Expired => {
                let labels = transaction.labels()?.into_iter();
                labels.filter(|(_, label)| label.marking.is_expired(at)).map(|(id, _)| id).collect()
            }
        };
        let snapshot = transaction.current_snapshot()?;
        let mut erased = ErasedFiles::default();
        let mut ids = Vec::new();
        for table in transaction.tables()? {
            for file in transaction.data_files(&table.name, snapshot)? {
                let must_go = match erasure {
                    Erasure::Import(number) => file.import_number == number,
                    Erasure::Expired => expired.contains(&file.label),
                };
                if must_go {
                    ids.push(file.id);
                    erased.records += file.record_count;
                    erased.imports.push(file.import_number);
                    erased.paths.push(file.path);
                }
            }
        }
        erased.imports.sort_unstable();
        erased.imports.dedup();
        if !ids.is_empty() {
            erased.snapshot = Some(transaction.erase_data_files(&ids, &[], at)?);
            transaction.erase_checkpoints()?;
        }
        Ok(erased)
    }
}
