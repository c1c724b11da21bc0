//! A desk: one domain of work, as lists.

use arrow::record_batch::RecordBatch;

use crate::{Kernel, Reader, TableDefinition};

/// Small dated data a desk brings along, for example a state's screening steps. It is no record: it has no origin but the repository.
#[derive(Clone, Copy)]
pub struct ReferenceTable {
    /// The name by which steps read it.
    pub name: &'static str,
    /// What it is and where its values come from.
    pub description: &'static str,
    /// Its rows.
    pub rows: fn() -> RecordBatch,
}

/// One domain of work. Everything a node needs to know of it is in these lists.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Name, the first part of its detectors' ids.
    pub name: &'static str,
    /// Who asks what of it, in one sentence.
    pub question: &'static str,
    /// The purpose its detectors run for, a code in the vocabulary.
    pub purpose: &'static str,
    /// The legal basis its detectors run on, as a citation.
    pub legal_basis: &'static str,
    /// Tables of records.
    pub tables: &'static [TableDefinition],
    /// Reference data.
    pub references: &'static [ReferenceTable],
    /// Readers.
    pub readers: &'static [&'static dyn Reader],
    /// Kernels.
    pub kernels: &'static [&'static dyn Kernel],
    /// Detector files: name below `detectors/` and text.
    pub detectors: &'static [(&'static str, &'static str)],
}
