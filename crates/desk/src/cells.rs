//! Columns of a result, read value by value. An engine may give a text or a number in several Arrow types; here each has one.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, GenericListArray, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use oikos_model::Timestamp;
use std::sync::Arc;

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing: every value is empty.
    Empty,
    /// Text.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Yes or no.
    Boolean,
    /// Moments; those without a zone are in UTC.
    Time,
    /// Lists of one of the others.
    List(Box<Shape>),
}

impl Shape {
    /// The shape of an Arrow type; `None` for those that no finding can hold.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        use DataType as T;
        Some(match data_type {
            T::Null => Self::Empty,
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Self::Text,
            T::Dictionary(_, values) => Self::of(values)?,
            T::Boolean => Self::Boolean,
            T::Timestamp(..) | T::Date32 | T::Date64 => Self::Time,
            whole if whole.is_integer() => Self::Integer,
            number if number.is_floating() || matches!(number, T::Decimal128(..) | T::Decimal256(..)) => Self::Number,
            T::List(item) | T::LargeList(item) => match Self::of(item.data_type())? {
                Self::List(_) => return None,
                shape => Self::List(Box::new(shape)),
            },
            _ => return None,
        })
    }

    /// The one Arrow type in which values of this shape are read.
    fn arrow(&self) -> DataType {
        match self {
            Self::Empty => DataType::Null,
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::List(item) => DataType::List(Arc::new(Field::new_list_field(item.arrow(), true))),
        }
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Time(Timestamp),
    List(Vec<Cell<'a>>),
}

/// A column of one batch.
pub(crate) enum Cells {
    Empty,
    Text(StringArray),
    Integer(Int64Array),
    Number(Float64Array),
    Boolean(BooleanArray),
    Time(TimestampMicrosecondArray),
    List(GenericListArray<i32>, Box<Cells>),
}

impl Cells {
    /// Reads a column, changing its type to the one of its shape. A value that does not fit is an error, never an empty one.
    pub(crate) fn of(column: &ArrayRef) -> Result<Self, String> {
        let data_type = column.data_type();
        let shape = Shape::of(data_type).ok_or_else(|| format!("values of type {data_type} cannot be part of a finding"))?;
        // Moments are counted in UTC whatever zone they are shown in, so only their unit changes.
        let wanted = match data_type {
            DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
            _ => shape.arrow(),
        };
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        let column = cast_with_options(column, &wanted, &strict).map_err(|error| error.to_string())?;
        Ok(match shape {
            Shape::Empty => Self::Empty,
            Shape::Text => Self::Text(column.as_string::<i32>().clone()),
            Shape::Integer => Self::Integer(column.as_primitive::<Int64Type>().clone()),
            Shape::Number => Self::Number(column.as_primitive::<Float64Type>().clone()),
            Shape::Boolean => Self::Boolean(column.as_boolean().clone()),
            Shape::Time => Self::Time(column.as_primitive::<TimestampMicrosecondType>().clone()),
            Shape::List(_) => {
                let list = column.as_list::<i32>().clone();
                let items = Self::of(list.values())?;
                Self::List(list, Box::new(items))
            }
        })
    }

    /// The value in this row.
    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Text(column) if column.is_valid(row) => Cell::Text(column.value(row)),
            Self::Integer(column) if column.is_valid(row) => Cell::Integer(column.value(row)),
            Self::Number(column) if column.is_valid(row) => Cell::Number(column.value(row)),
            Self::Boolean(column) if column.is_valid(row) => Cell::Boolean(column.value(row)),
            // A moment beyond the year 9999 is no moment anyone recorded.
            Self::Time(column) if column.is_valid(row) => {
                Timestamp::from_microsecond(column.value(row)).map_or(Cell::Empty, Cell::Time)
            }
            Self::List(lists, items) if lists.is_valid(row) => {
                let range = lists.value_offsets()[row]..lists.value_offsets()[row + 1];
                Cell::List(range.filter_map(|at| usize::try_from(at).ok()).map(|at| items.cell(at)).collect())
            }
            _ => Cell::Empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int32Array, LargeStringArray, ListArray, NullArray, TimestampNanosecondArray, UInt64Array};

    use super::*;

    fn cells(column: impl Array + 'static) -> Result<Cells, String> {
        Cells::of(&(Arc::new(column) as ArrayRef))
    }

    #[test]
    fn one_shape_for_many_types() {
        assert_eq!(cells(Int32Array::from(vec![7])).unwrap().cell(0), Cell::Integer(7));
        assert_eq!(cells(LargeStringArray::from(vec!["x"])).unwrap().cell(0), Cell::Text("x"));
        assert_eq!(cells(NullArray::new(1)).unwrap().cell(0), Cell::Empty);
        assert_eq!(cells(Int64Array::from(vec![None])).unwrap().cell(0), Cell::Empty);
        let at = Timestamp::from_microsecond(1_500_000).unwrap();
        assert_eq!(cells(TimestampNanosecondArray::from(vec![1_500_000_000])).unwrap().cell(0), Cell::Time(at));
        let zoned = TimestampNanosecondArray::from(vec![1_500_000_000]).with_timezone("+02:00");
        assert_eq!(cells(zoned).unwrap().cell(0), Cell::Time(at));
    }

    #[test]
    fn a_number_that_does_not_fit_is_an_error() {
        assert!(cells(UInt64Array::from(vec![u64::MAX])).is_err());
    }

    #[test]
    fn lists_keep_their_rows_apart() {
        let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), Some(2)]), None, Some(vec![Some(3)])]);
        let cells = cells(lists).unwrap();
        assert_eq!(cells.cell(0), Cell::List(vec![Cell::Integer(1), Cell::Integer(2)]));
        assert_eq!(cells.cell(1), Cell::Empty);
        assert_eq!(cells.cell(2), Cell::List(vec![Cell::Integer(3)]));
    }
}
