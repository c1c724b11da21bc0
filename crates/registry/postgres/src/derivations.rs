//! What was derived from what: the index that recall walks, one step at a time.

use oikos_model::{ContentHash, DerivedFrom};
use oikos_registry::StoreError;

use crate::transaction::PostgresTransaction;
use crate::values::params;

/// A thing that something can be derived from, without its revision: kind, origin and id.
pub(crate) struct Source<'a> {
    pub(crate) kind: &'static str,
    pub(crate) origin: &'a str,
    pub(crate) id: ContentHash,
}

impl<'a> From<&'a DerivedFrom> for Source<'a> {
    fn from(derived_from: &'a DerivedFrom) -> Self {
        match derived_from {
            DerivedFrom::Finding { origin, key, .. } => Self { kind: "finding", origin: origin.as_str(), id: key.0 },
            DerivedFrom::Statement { origin, id } => Self { kind: "statement", origin: origin.as_str(), id: id.0 },
        }
    }
}

impl PostgresTransaction<'_> {
    /// Replaces what `derived` was derived from.
    pub(crate) fn put_derivations(&mut self, derived: &str, sources: &[DerivedFrom]) -> Result<(), StoreError> {
        self.erase_derivations(derived)?;
        let sql = "INSERT INTO derivation (source_kind, source_origin, source_id, derived) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        for source in sources.iter().map(Source::from) {
            self.execute("recording a derivation", sql, params![source.kind, source.origin, source.id.0, derived])?;
        }
        Ok(())
    }

    /// Forgets what `derived` was derived from.
    pub(crate) fn erase_derivations(&mut self, derived: &str) -> Result<(), StoreError> {
        self.execute("erasing a derivation", "DELETE FROM derivation WHERE derived = $1", params![derived]).map(drop)
    }

    /// What lists `source` among what it was derived from.
    pub(crate) fn derivations_of(&self, source: &DerivedFrom) -> Result<Vec<String>, StoreError> {
        let source = Source::from(source);
        let sql = "SELECT derived FROM derivation WHERE source_kind = $1 AND source_origin = $2 AND source_id = $3 \
                   ORDER BY derived";
        self.read_all("derivation", sql, params![source.kind, source.origin, source.id.0], |columns| columns.value(0))
    }
}
