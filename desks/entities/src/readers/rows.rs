//! Rows of one table, gathered into Arrow batches.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, SinkError, TableDefinition};
use oikos_model::Timestamp;

/// A value of a row.
pub(super) enum Cell {
    Integer(i64),
    Text(Option<String>),
    Number(Option<f64>),
    Time(Option<Timestamp>),
}

impl Cell {
    pub(super) fn text(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

enum Column {
    Integer(Int64Builder),
    Text(StringBuilder),
    Number(Float64Builder),
    Time(TimestampMicrosecondBuilder),
}

/// Rows of one table so far.
pub(super) struct Rows {
    table: &'static TableDefinition,
    columns: Vec<Column>,
    length: usize,
}

impl Rows {
    pub(super) fn new(table: &'static TableDefinition) -> Self {
        let column = |column_type| match column_type {
            ColumnType::Integer => Column::Integer(Int64Builder::new()),
            ColumnType::Float => Column::Number(Float64Builder::new()),
            ColumnType::Time => Column::Time(TimestampMicrosecondBuilder::new()),
            _ => Column::Text(StringBuilder::new()),
        };
        Self { table, columns: table.columns.iter().map(|definition| column(definition.column_type)).collect(), length: 0 }
    }

    pub(super) fn table(&self) -> &'static str {
        self.table.name
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds a row: one cell for each column, in their order. A cell of another type than its column's is empty, and the batch is
    /// then refused if the column may not be.
    pub(super) fn push(&mut self, cells: &[Cell]) {
        self.length += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Integer(builder), Cell::Integer(value)) => builder.append_value(*value),
                (Column::Text(builder), Cell::Text(value)) => builder.append_option(value.as_deref()),
                (Column::Number(builder), Cell::Number(value)) => builder.append_option(*value),
                (Column::Time(builder), Cell::Time(value)) => builder.append_option(value.map(|at| at.as_microsecond())),
                (Column::Integer(builder), _) => builder.append_null(),
                (Column::Text(builder), _) => builder.append_null(),
                (Column::Number(builder), _) => builder.append_null(),
                (Column::Time(builder), _) => builder.append_null(),
            }
        }
    }

    /// The rows so far as one batch; begins anew.
    pub(super) fn take(&mut self) -> Result<RecordBatch, SinkError> {
        self.length = 0;
        let arrays = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Column::Integer(builder) => Arc::new(builder.finish()),
                Column::Text(builder) => Arc::new(builder.finish()),
                Column::Number(builder) => Arc::new(builder.finish()),
                Column::Time(builder) => Arc::new(builder.finish().with_timezone("UTC")),
            }
        });
        RecordBatch::try_new(self.table.schema(), arrays.collect())
            .map_err(|error| SinkError(format!("rows of {}: {error}", self.table.name)))
    }
}
