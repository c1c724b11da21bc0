//! Rows of one table on their way to the sink, a batch at a time.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Sink, SinkError, TableDefinition};
use oikos_model::Timestamp;

/// How many rows are held before they go to the sink.
const BATCH_ROWS: usize = 8_192;

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Integer(i64),
    Integer32(i32),
    Float(f64),
    Float32(f32),
    Boolean(bool),
    Time(Timestamp),
}

macro_rules! cell_from {
    ($($type:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$type> for Cell<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+
    };
}

cell_from!(i64 => Integer, i32 => Integer32, f64 => Float, f32 => Float32, bool => Boolean, Timestamp => Time);

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Integer32(Int32Builder),
    Float(Float64Builder),
    Float32(Float32Builder),
    Boolean(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
}

impl Builder {
    fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Integer32 => Self::Integer32(Int32Builder::new()),
            ColumnType::Float => Self::Float(Float64Builder::new()),
            ColumnType::Float32 => Self::Float32(Float32Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
        }
    }

    fn append(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(value)) => builder.append_value(value),
            (Self::Integer(builder), Cell::Integer(value)) => builder.append_value(value),
            (Self::Integer32(builder), Cell::Integer32(value)) => builder.append_value(value),
            (Self::Float(builder), Cell::Float(value)) => builder.append_value(value),
            (Self::Float32(builder), Cell::Float32(value)) => builder.append_value(value),
            (Self::Boolean(builder), Cell::Boolean(value)) => builder.append_value(value),
            (Self::Time(builder), Cell::Time(value)) => builder.append_value(value.as_microsecond()),
            (builder, cell) => {
                debug_assert!(matches!(cell, Cell::Empty), "{cell:?} does not fit its column");
                builder.append_empty();
            }
        }
    }

    fn append_empty(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Integer32(builder) => builder.append_null(),
            Self::Float(builder) => builder.append_null(),
            Self::Float32(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
            Self::Time(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Integer32(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Float32(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Rows of one table.
pub(super) struct Rows {
    table: &'static TableDefinition,
    builders: Vec<Builder>,
    count: usize,
}

impl Rows {
    pub(super) fn new(table: &'static TableDefinition) -> Self {
        let builders = table.columns.iter().map(|column| Builder::new(column.column_type)).collect();
        Self { table, builders, count: 0 }
    }

    /// Adds a row, the cells in the order of the table's columns, and hands a full batch on.
    pub(super) fn push<const N: usize>(&mut self, cells: [Cell<'_>; N], sink: &mut dyn Sink) -> Result<(), SinkError> {
        debug_assert_eq!(N, self.builders.len(), "{} has another number of columns", self.table.name);
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.append(cell);
        }
        self.count += 1;
        if self.count >= BATCH_ROWS { self.flush(sink) } else { Ok(()) }
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), SinkError> {
        if self.count == 0 {
            return Ok(());
        }
        self.count = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(self.table.schema(), columns)
            .map_err(|error| SinkError(format!("table {}: {error}", self.table.name)))?;
        sink.records(self.table.name, batch)
    }
}
