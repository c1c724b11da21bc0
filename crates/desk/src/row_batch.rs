//! Rows of named columns on their way to becoming a batch: a reader's records, a kernel's output.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use oikos_model::Timestamp;

use crate::{Column, ColumnType};

/// How many rows a batch should hold before it is handed on.
pub const BATCH_ROWS: usize = 8_192;

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub enum CellValue<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(&'a str),
    /// Whole number.
    Integer(i64),
    /// Whole number of 32 bits.
    Integer32(i32),
    /// Number.
    Float(f64),
    /// Number of single precision.
    Float32(f32),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Time(Timestamp),
}

macro_rules! value_from {
    ($($type:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$type> for CellValue<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+
    };
}

value_from!(i64 => Integer, i32 => Integer32, f64 => Float, f32 => Float32, bool => Boolean, Timestamp => Time);

impl<'a> From<&'a str> for CellValue<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for CellValue<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a, T: Into<CellValue<'a>>> From<Option<T>> for CellValue<'a> {
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

    fn append(&mut self, value: CellValue<'_>) {
        match (self, value) {
            (Self::Text(builder), CellValue::Text(value)) => builder.append_value(value),
            (Self::Integer(builder), CellValue::Integer(value)) => builder.append_value(value),
            (Self::Integer32(builder), CellValue::Integer32(value)) => builder.append_value(value),
            (Self::Float(builder), CellValue::Float(value)) => builder.append_value(value),
            (Self::Float32(builder), CellValue::Float32(value)) => builder.append_value(value),
            (Self::Boolean(builder), CellValue::Boolean(value)) => builder.append_value(value),
            (Self::Time(builder), CellValue::Time(value)) => builder.append_value(value.as_microsecond()),
            (builder, value) => {
                debug_assert!(matches!(value, CellValue::Empty), "{value:?} does not fit its column");
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

/// The schema of these columns in Arrow.
pub fn schema_of(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| Field::new(column.name, column.column_type.arrow(), column.nullable);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows that become one batch.
pub struct RowBatch {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl RowBatch {
    /// No rows of these columns.
    pub fn new(columns: &[Column]) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column.column_type)).collect();
        Self { schema: schema_of(columns), builders, rows: 0 }
    }

    /// Adds a row, the values in the order of the columns. A value of another type than its column's counts as empty, and fails a test.
    pub fn push<const N: usize>(&mut self, values: [CellValue<'_>; N]) {
        debug_assert_eq!(N, self.builders.len(), "another number of columns");
        for (builder, value) in self.builders.iter_mut().zip(values) {
            builder.append(value);
        }
        self.rows += 1;
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows as a batch, and none are left. `None` where there are none.
    ///
    /// # Errors
    /// When a column that may not be empty is.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column { name: "record_id", column_type: ColumnType::Integer, nullable: false, description: "Id." },
        Column { name: "name", column_type: ColumnType::Text, nullable: true, description: "Name." },
    ];

    #[test]
    fn rows_become_a_batch_once() {
        let mut rows = RowBatch::new(COLUMNS);
        assert!(rows.take().unwrap().is_none());
        rows.push([1i64.into(), "a".into()]);
        rows.push([2i64.into(), None::<&str>.into()]);
        let batch = rows.take().unwrap().unwrap();
        assert_eq!((batch.num_rows(), batch.column(1).null_count(), rows.rows()), (2, 1, 0));
        assert_eq!(batch.schema(), schema_of(COLUMNS));
        rows.push([CellValue::Empty, CellValue::Empty]);
        assert!(rows.take().unwrap_err().to_string().contains("record_id"));
    }
}
