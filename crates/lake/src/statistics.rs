//! Least and greatest values of a file's columns: gathered while it is written, kept in the catalogue as text in DuckLake's form
//! (specification 1.0, `ducklake_file_column_stats`), and given to the query engine so that it leaves files out without opening them.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{max, max_boolean, max_string, min, min_boolean, min_string};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type, Schema, TimestampMicrosecondType};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics as EngineColumnStatistics, ScalarValue, Statistics};
use oikos_model::Timestamp;
use oikos_registry::{ColumnStatistics, DataFile};

/// A text longer than this is not kept as a bound: the catalogue is no second copy of the records.
const LONGEST_TEXT_BYTES: usize = 64;

/// Least and greatest value, widened to the largest type of their sort.
#[derive(Debug, Clone, PartialEq)]
enum Bounds {
    Whole(i64, i64),
    Number(f64, f64),
    Text(String, String),
    Truth(bool, bool),
    Time(i64, i64),
}

impl Bounds {
    /// The bounds of an array's values; `None` where it has none, or none that can be ordered.
    fn of(array: &ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Int64 => pair(min(array.as_primitive::<Int64Type>()), max(array.as_primitive::<Int64Type>()), Self::Whole),
            DataType::Int32 => {
                let array = array.as_primitive::<Int32Type>();
                pair(min(array).map(i64::from), max(array).map(i64::from), Self::Whole)
            }
            DataType::Float64 => {
                pair(min(array.as_primitive::<Float64Type>()), max(array.as_primitive::<Float64Type>()), Self::Number)
            }
            DataType::Float32 => {
                let array = array.as_primitive::<Float32Type>();
                pair(min(array).map(f64::from), max(array).map(f64::from), Self::Number)
            }
            DataType::Utf8 => {
                let array = array.as_string::<i32>();
                pair(min_string(array).map(str::to_owned), max_string(array).map(str::to_owned), Self::Text)
            }
            DataType::Boolean => pair(min_boolean(array.as_boolean()), max_boolean(array.as_boolean()), Self::Truth),
            DataType::Timestamp(..) => {
                let array = array.as_primitive::<TimestampMicrosecondType>();
                pair(min(array), max(array), Self::Time)
            }
            _ => None,
        }
    }

    fn join(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Whole(a, b), Self::Whole(c, d)) => Self::Whole(a.min(c), b.max(d)),
            (Self::Number(a, b), Self::Number(c, d)) => Self::Number(a.min(c), b.max(d)),
            (Self::Text(a, b), Self::Text(c, d)) => Self::Text(a.min(c), b.max(d)),
            (Self::Truth(a, b), Self::Truth(c, d)) => Self::Truth(a && c, b || d),
            (Self::Time(a, b), Self::Time(c, d)) => Self::Time(a.min(c), b.max(d)),
            _ => return None,
        })
    }

    /// Whether both ends can stand in the catalogue: a value that is no number has no place in the order of numbers.
    fn is_kept(&self) -> bool {
        match self {
            Self::Number(least, greatest) => least.is_finite() && greatest.is_finite(),
            Self::Text(least, greatest) => least.len().max(greatest.len()) <= LONGEST_TEXT_BYTES,
            Self::Time(least, greatest) => time_text(*least).is_some() && time_text(*greatest).is_some(),
            Self::Whole(..) | Self::Truth(..) => true,
        }
    }

    fn texts(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Whole(least, greatest) => (Some(least.to_string()), Some(greatest.to_string())),
            Self::Number(least, greatest) => (Some(least.to_string()), Some(greatest.to_string())),
            Self::Text(least, greatest) => (Some(least), Some(greatest)),
            Self::Truth(least, greatest) => (Some(least.to_string()), Some(greatest.to_string())),
            Self::Time(least, greatest) => (time_text(least), time_text(greatest)),
        }
    }
}

fn pair<T>(least: Option<T>, greatest: Option<T>, bounds: impl Fn(T, T) -> Bounds) -> Option<Bounds> {
    Some(bounds(least?, greatest?))
}

/// A moment as DuckDB writes a `TIMESTAMP WITH TIME ZONE` in UTC.
fn time_text(microsecond: i64) -> Option<String> {
    let at = Timestamp::from_microsecond(microsecond).ok()?;
    Some(at.strftime("%Y-%m-%d %H:%M:%S%.f+00").to_string())
}

/// Gathers one column's statistics over the batches of one file.
#[derive(Debug, Clone)]
pub(crate) struct ColumnGatherer {
    bounds: Option<Bounds>,
    /// A value was seen that has no place in the order, so there are no bounds.
    unbounded: bool,
    null_count: i64,
}

impl ColumnGatherer {
    pub(crate) const fn new() -> Self {
        Self { bounds: None, unbounded: false, null_count: 0 }
    }

    pub(crate) fn add(&mut self, array: &ArrayRef) {
        self.null_count += i64::try_from(array.null_count()).unwrap_or(i64::MAX);
        let Some(added) = Bounds::of(array) else { return };
        self.unbounded |= !added.is_kept();
        self.bounds = match self.bounds.take() {
            Some(bounds) => bounds.join(added),
            None => Some(added),
        };
    }

    /// The earliest and latest moment, of a column of moments.
    pub(crate) fn time_bounds(&self) -> Option<(Timestamp, Timestamp)> {
        match self.bounds {
            Some(Bounds::Time(least, greatest)) => {
                Some((Timestamp::from_microsecond(least).ok()?, Timestamp::from_microsecond(greatest).ok()?))
            }
            _ => None,
        }
    }

    pub(crate) fn finish(self, column: &str) -> ColumnStatistics {
        let kept = self.bounds.filter(|_| !self.unbounded);
        let (minimum, maximum) = kept.map_or((None, None), Bounds::texts);
        ColumnStatistics { column: column.to_owned(), minimum, maximum, null_count: self.null_count }
    }
}

/// A file's statistics as the engine wants them: in the order of `schema`, with nothing about columns that are not in it.
pub(crate) fn engine_statistics(file: &DataFile, schema: &Schema) -> Statistics {
    let columns = schema.fields().iter().map(|field| {
        let Some(known) = file.statistics.iter().find(|known| &known.column == field.name()) else {
            return EngineColumnStatistics::new_unknown();
        };
        EngineColumnStatistics::new_unknown()
            .with_null_count(exact(usize::try_from(known.null_count).ok()))
            .with_min_value(exact(known.minimum.as_deref().and_then(|text| value_of(text, field.data_type()))))
            .with_max_value(exact(known.maximum.as_deref().and_then(|text| value_of(text, field.data_type()))))
    });
    Statistics {
        num_rows: exact(usize::try_from(file.record_count).ok()),
        total_byte_size: Precision::Absent,
        column_statistics: columns.collect(),
    }
}

fn exact<T: std::fmt::Debug + Clone + PartialEq + Eq + PartialOrd>(value: Option<T>) -> Precision<T> {
    value.map_or(Precision::Absent, Precision::Exact)
}

/// Reads a bound back; `None` where it does not read, and then the file is simply not left out.
fn value_of(text: &str, data_type: &DataType) -> Option<ScalarValue> {
    match data_type {
        DataType::Int64 => text.parse().ok().map(|value| ScalarValue::Int64(Some(value))),
        DataType::Int32 => text.parse().ok().map(|value| ScalarValue::Int32(Some(value))),
        DataType::Float64 => text.parse().ok().map(|value| ScalarValue::Float64(Some(value))),
        DataType::Float32 => text.parse().ok().map(|value| ScalarValue::Float32(Some(value))),
        DataType::Utf8 => Some(ScalarValue::Utf8(Some(text.to_owned()))),
        DataType::Boolean => text.parse().ok().map(|value| ScalarValue::Boolean(Some(value))),
        DataType::Timestamp(_, zone) => {
            let at: Timestamp = text.parse().ok()?;
            Some(ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), zone.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BooleanArray, Float32Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };

    use super::*;

    fn gathered(arrays: &[ArrayRef]) -> ColumnStatistics {
        let mut gatherer = ColumnGatherer::new();
        arrays.iter().for_each(|array| gatherer.add(array));
        gatherer.finish("x")
    }

    #[test]
    fn bounds_cover_every_batch_and_read_back_as_they_were() {
        let times = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), None]).with_timezone("UTC");
        let arrays: [ArrayRef; 7] = [
            Arc::new(Int64Array::from(vec![Some(-3), None, Some(9)])),
            Arc::new(Int32Array::from(vec![Some(i32::MIN), None])),
            Arc::new(Float64Array::from(vec![Some(0.1), None, Some(1e300)])),
            Arc::new(Float32Array::from(vec![Some(0.1), None])),
            Arc::new(StringArray::from(vec![Some("ä"), None, Some("b")])),
            Arc::new(BooleanArray::from(vec![Some(true), None])),
            Arc::new(times),
        ];
        for array in arrays {
            let statistics = gathered(&[array.slice(0, 1), array.slice(1, array.len() - 1)]);
            assert_eq!(statistics.null_count, 1);
            let least = value_of(&statistics.minimum.unwrap(), array.data_type()).unwrap();
            let greatest = value_of(&statistics.maximum.unwrap(), array.data_type()).unwrap();
            for row in (0..array.len()).filter(|row| array.is_valid(*row)) {
                let value = ScalarValue::try_from_array(&array, row).unwrap();
                assert!(least <= value && value <= greatest, "{least} <= {value} <= {greatest}");
            }
        }
    }

    #[test]
    fn moments_are_written_as_duckdb_writes_them() {
        assert_eq!(time_text(1_700_000_000_000_000).unwrap(), "2023-11-14 22:13:20+00");
        assert_eq!(time_text(1_700_000_000_120_000).unwrap(), "2023-11-14 22:13:20.12+00");
    }

    #[test]
    fn what_has_no_place_in_the_order_leaves_no_bounds() {
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
        assert_eq!(gathered(&[numbers]).maximum, None);
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a".to_owned(), "b".repeat(65)]));
        let statistics = gathered(&[texts]);
        assert_eq!((statistics.minimum, statistics.maximum), (None, None));
    }
}
