//! Evidence bundles: who prepared what for whom, and what became of it.

use oikos_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// An evidence bundle on its way out, or out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundleRow {
    /// Its id.
    pub id: String,
    /// Where it stands: a code of the node's.
    pub state: String,
    /// When it was prepared.
    pub prepared_at: Timestamp,
    /// What is in it, for whom, and who decided, in the node's JSON form. References, never records.
    pub content: serde_json::Value,
}

/// Evidence bundles.
pub trait Bundles {
    /// Adds a bundle or replaces its row.
    ///
    /// # Errors
    /// When the database fails.
    fn put_bundle(&mut self, bundle: &BundleRow) -> Result<(), StoreError>;

    /// The bundle with this id.
    ///
    /// # Errors
    /// When the database fails.
    fn bundle(&self, id: &str) -> Result<Option<BundleRow>, StoreError>;

    /// All bundles, newest first.
    ///
    /// # Errors
    /// When the database fails.
    fn bundles(&self) -> Result<Vec<BundleRow>, StoreError>;
}
