//! What a session may see. Policy decides it; the lake only obeys.

use std::collections::{BTreeMap, BTreeSet};

use oikos_desk::TableDefinition;
use oikos_model::{LabelId, Marking, Timestamp};

/// Which columns of a table a session sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnsPermit {
    /// All.
    All,
    /// Only these.
    Only(BTreeSet<String>),
}

impl ColumnsPermit {
    /// All columns but those the table calls restricted: what a person sees without a purpose prompt.
    pub fn unrestricted(table: &TableDefinition) -> Self {
        let open = table.columns.iter().filter(|column| !table.restricted_columns.contains(&column.name));
        Self::Only(open.map(|column| column.name.to_owned()).collect())
    }

    /// Whether the column is seen.
    pub fn allows(&self, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(columns) => columns.contains(column),
        }
    }
}

/// What a session may see: nothing else exists for it.
#[derive(Debug, Clone)]
pub struct Permits {
    /// Tables and their columns.
    pub tables: BTreeMap<String, ColumnsPermit>,
    /// Labels that policy permits for the act, with their markings. Files of other labels are not there.
    pub labels: BTreeMap<LabelId, Marking>,
    /// The present: a label whose marking has expired is not permitted, whatever `labels` says. Queries of people see it as `$now`.
    pub now: Timestamp,
}

impl Permits {
    /// The marking of a label that is permitted and has not expired.
    pub(crate) fn marking(&self, label: LabelId) -> Option<&Marking> {
        self.labels.get(&label).filter(|marking| !marking.is_expired(self.now))
    }
}
