//! Columns of a kernel's input by name and kind. SQL may hand a number or a text in any width; it is cast where it differs.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit};
use arrow::record_batch::RecordBatch;

use crate::KernelError;

/// A batch with the kernel and input it belongs to, for messages.
pub struct KernelInput<'a> {
    kernel: &'static str,
    input: usize,
    batch: &'a RecordBatch,
}

impl<'a> KernelInput<'a> {
    /// A batch of a kernel's input, counted from 0.
    pub fn new(kernel: &'static str, input: usize, batch: &'a RecordBatch) -> Self {
        Self { kernel, input, batch }
    }

    fn cast(&self, name: &str, to: &DataType) -> Result<Arc<dyn Array>, KernelError> {
        let missing =
            || KernelError::Column { kernel: self.kernel, input: self.input, column: name.to_owned(), expected: to.to_string() };
        let column = self.batch.column_by_name(name).ok_or_else(missing)?;
        if column.data_type() == to { Ok(Arc::clone(column)) } else { cast(column, to).map_err(|_| missing()) }
    }

    /// Numbers.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else. So it is with all of these.
    pub fn floats(&self, name: &str) -> Result<Float64Array, KernelError> {
        Ok(self.cast(name, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
    }

    /// Whole numbers.
    ///
    /// # Errors
    /// As [`floats`](Self::floats).
    pub fn integers(&self, name: &str) -> Result<Int64Array, KernelError> {
        Ok(self.cast(name, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// Texts.
    ///
    /// # Errors
    /// As [`floats`](Self::floats).
    pub fn texts(&self, name: &str) -> Result<StringArray, KernelError> {
        Ok(self.cast(name, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    /// Yes or no.
    ///
    /// # Errors
    /// As [`floats`](Self::floats).
    pub fn booleans(&self, name: &str) -> Result<BooleanArray, KernelError> {
        Ok(self.cast(name, &DataType::Boolean)?.as_boolean().clone())
    }

    /// Moments, in microseconds since 1970.
    ///
    /// # Errors
    /// As [`floats`](Self::floats).
    pub fn moments(&self, name: &str) -> Result<Int64Array, KernelError> {
        let in_utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let moments = self.cast(name, &in_utc)?;
        Ok(cast(&moments, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }
}

/// The finite number in a row, if it has one.
pub fn float(array: &Float64Array, row: usize) -> Option<f64> {
    array.is_valid(row).then(|| array.value(row)).filter(|value| value.is_finite())
}

/// The whole number or moment in a row, if it has one.
pub fn integer(array: &Int64Array, row: usize) -> Option<i64> {
    array.is_valid(row).then(|| array.value(row))
}

/// The text in a row, if it has one.
pub fn text(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int32Array, LargeStringArray};

    use super::*;

    #[test]
    fn columns_are_cast_and_a_missing_one_is_named() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("count", Arc::new(Int32Array::from(vec![Some(1), None]))),
            ("name", Arc::new(LargeStringArray::from(vec!["a", "b"]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let input = KernelInput::new("toy", 1, &batch);
        let counts = input.integers("count").unwrap();
        assert_eq!((integer(&counts, 0), integer(&counts, 1)), (Some(1), None));
        assert_eq!(text(&input.texts("name").unwrap(), 1), Some("b"));
        let error = input.floats("speed").unwrap_err().to_string();
        assert_eq!(error, "kernel toy: input 1 needs the column speed of type Float64");
    }
}
