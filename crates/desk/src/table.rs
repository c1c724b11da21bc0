//! Tables of records: names, units, time column. A desk states them; the lake keeps them.

use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef, TimeUnit};

/// The types a column of records can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// Text, UTF-8.
    Text,
    /// Whole number, 64 bits.
    Integer,
    /// Whole number, 32 bits.
    Integer32,
    /// Number, double precision.
    Float,
    /// Number, single precision.
    Float32,
    /// Yes or no.
    Boolean,
    /// A moment in UTC, microseconds.
    Time,
}

impl ColumnType {
    /// The type in Arrow.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Integer32 => DataType::Int32,
            Self::Float => DataType::Float64,
            Self::Float32 => DataType::Float32,
            Self::Boolean => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name, unit last.
    pub name: &'static str,
    /// Type.
    pub column_type: ColumnType,
    /// Whether it may be empty.
    pub nullable: bool,
    /// What it means, in one sentence.
    pub description: &'static str,
}

/// One table of records. The lake adds no column of its own: `record_id` is stated like any other and comes first.
#[derive(Debug, Clone, Copy)]
pub struct TableDefinition {
    /// Name, unique in the whole house.
    pub name: &'static str,
    /// What one row is, in one sentence.
    pub description: &'static str,
    /// The columns, `record_id` (Integer, never empty) first.
    pub columns: &'static [Column],
    /// The column that says when the row happened in the world. Spans, lookback and lateness are measured on it.
    pub time_column: Option<&'static str>,
    /// Columns that only people with a purpose prompt see; detectors see them, the SQL page does not.
    pub restricted_columns: &'static [&'static str],
}

impl TableDefinition {
    /// The table's schema in Arrow.
    pub fn schema(&self) -> SchemaRef {
        crate::schema_of(self.columns)
    }
}
