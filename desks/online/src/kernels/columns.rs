//! Columns of a batch by name and kind. SQL may hand a number or a text in any width; it is cast where it differs.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use arrow::record_batch::RecordBatch;
use oikos_desk::KernelError;

/// A batch with the kernel and input it belongs to, for messages.
pub(super) struct Columns<'a> {
    kernel: &'static str,
    input: usize,
    batch: &'a RecordBatch,
}

impl<'a> Columns<'a> {
    pub(super) fn new(kernel: &'static str, input: usize, batch: &'a RecordBatch) -> Self {
        Self { kernel, input, batch }
    }

    fn cast(&self, name: &str, to: &DataType) -> Result<Arc<dyn Array>, KernelError> {
        let missing =
            || KernelError::Column { kernel: self.kernel, input: self.input, column: name.to_owned(), expected: to.to_string() };
        let column = self.batch.column_by_name(name).ok_or_else(missing)?;
        if column.data_type() == to { Ok(Arc::clone(column)) } else { cast(column, to).map_err(|_| missing()) }
    }

    /// Whole numbers.
    pub(super) fn integers(&self, name: &str) -> Result<Int64Array, KernelError> {
        Ok(self.cast(name, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// Texts.
    pub(super) fn texts(&self, name: &str) -> Result<StringArray, KernelError> {
        Ok(self.cast(name, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    /// Moments, in microseconds since 1970.
    pub(super) fn moments(&self, name: &str) -> Result<Int64Array, KernelError> {
        let in_utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let moments = self.cast(name, &in_utc)?;
        Ok(cast(&moments, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }
}
