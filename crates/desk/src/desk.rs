//! A desk: one domain of work, as lists.

use arrow::record_batch::RecordBatch;
use oikos_model::{HandlingCode, Marking, PermittedAction, Purpose, Regime, Timestamp, Tlp};

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

/// A dataset an import goes into: what it is, which formats carry it, and how everything in it is marked unless the person who
/// imports says stricter.
#[derive(Debug, Clone, Copy)]
pub struct DatasetDefinition {
    /// Id, for example `ownership.public-register`; the desk's name comes first.
    pub id: &'static str,
    /// What it is, in one sentence.
    pub description: &'static str,
    /// Names of the formats that carry it. The first dataset that lists a format is the one an import without `--dataset` goes into.
    pub formats: &'static [&'static str],
    /// Regime.
    pub regime: Regime,
    /// Traffic light.
    pub tlp: Tlp,
    /// Purpose codes.
    pub purposes: &'static [&'static str],
    /// What a reader may do with it.
    pub permitted: &'static [PermittedAction],
    /// Handling codes.
    pub handling: &'static [HandlingCode],
    /// Kept so many days after the import.
    pub retention_days: u32,
}

impl DatasetDefinition {
    /// The marking of everything an import at `imported_at` brings into this dataset.
    pub fn marking(&self, imported_at: Timestamp) -> Marking {
        let hours = i64::from(self.retention_days) * 24;
        // A purpose that is not in the right form is left out, which can only make the marking stricter; the corpus test refuses it.
        let purposes = self.purposes.iter().filter_map(|code| Purpose::new(*code).ok());
        Marking {
            permitted: self.permitted.iter().copied().collect(),
            handling: self.handling.iter().copied().collect(),
            expires: imported_at.checked_add(jiff::SignedDuration::from_hours(hours)).ok(),
            ..Marking::new(self.regime, self.tlp, purposes)
        }
    }
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
    /// Datasets its imports go into.
    pub datasets: &'static [DatasetDefinition],
    /// Tables of records.
    pub tables: &'static [TableDefinition],
    /// Reference data.
    pub references: &'static [ReferenceTable],
    /// Readers.
    pub readers: &'static [&'static dyn Reader],
    /// Kernels.
    pub kernels: &'static [&'static dyn Kernel],
    /// Detector files: file name below `detectors/`, for example `gap.md`, and text.
    pub detectors: &'static [(&'static str, &'static str)],
}

impl Desk {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&'static TableDefinition> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The kernel of this name.
    pub fn kernel(&self, name: &str) -> Option<&'static dyn Kernel> {
        self.kernels.iter().copied().find(|kernel| kernel.name() == name)
    }

    /// The reader of the format of this name.
    pub fn reader(&self, format: &str) -> Option<&'static dyn Reader> {
        self.readers.iter().copied().find(|reader| reader.format().name == format)
    }
}
