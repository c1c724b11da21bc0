//! Rows of one table on their way to the sink, a batch at a time.

use crate::row_batch::{BATCH_ROWS, CellValue, RowBatch};
use crate::{Sink, SinkError, TableDefinition};

/// Rows of one table.
pub struct TableRows {
    table: &'static TableDefinition,
    rows: RowBatch,
}

impl TableRows {
    /// No rows of this table.
    pub fn new(table: &'static TableDefinition) -> Self {
        Self { table, rows: RowBatch::new(table.columns) }
    }

    /// Adds a row, the values in the order of the table's columns, and hands a full batch on.
    ///
    /// # Errors
    /// When the sink takes no more.
    pub fn push<const N: usize>(&mut self, values: [CellValue<'_>; N], sink: &mut dyn Sink) -> Result<(), SinkError> {
        self.rows.push(values);
        if self.rows.rows() >= BATCH_ROWS { self.flush(sink) } else { Ok(()) }
    }

    /// Hands on what is left.
    ///
    /// # Errors
    /// When the sink takes no more.
    pub fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), SinkError> {
        let batch = self.rows.take().map_err(|error| SinkError(format!("table {}: {error}", self.table.name)))?;
        batch.map_or(Ok(()), |batch| sink.records(self.table.name, batch))
    }
}
