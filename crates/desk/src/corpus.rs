//! corpus

use arrow::record_batch::RecordBatch;

use crate::{Engine, EngineError, TableDefinition};

/// An engine into which a test loads rows.
pub trait CorpusEngine: Engine {
    /// Adds rows to a table; an empty batch makes the table known.
    ///
    /// # Errors
    /// When the engine does not take them.
    fn load(&mut self, table: &TableDefinition, batch: RecordBatch) -> Result<(), EngineError>;
}
