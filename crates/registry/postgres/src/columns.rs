//! From values to columns and back. A column that does not read back names its table.

use std::str::FromStr;

use oikos_model::{ContentHash, Timestamp};
use oikos_registry::StoreError;
use postgres::Row;
use postgres::types::FromSql;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A moment as it is kept: microseconds since 1970 in UTC.
pub(crate) fn microseconds(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A value as it is kept in a JSON column.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::database("writing JSON", source))
}

/// A value of an enumeration as it is kept in a column: its JSON form without the quotes.
pub(crate) fn code(value: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => Ok(code),
        Ok(other) => Err(StoreError::Conflict(format!("{other} is not a code"))),
        Err(source) => Err(StoreError::database("writing a code", source)),
    }
}

/// A count as it is kept.
pub(crate) fn count(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Conflict(format!("{value} is too large to be kept")))
}

/// One row, column by column, from 0.
pub(crate) struct Columns<'row> {
    table: &'static str,
    row: &'row Row,
}

impl<'row> Columns<'row> {
    pub(crate) fn new(table: &'static str, row: &'row Row) -> Self {
        Self { table, row }
    }

    fn damaged(&self, column: usize, problem: impl std::fmt::Display) -> StoreError {
        StoreError::corrupt(self.table, format!("column {column}: {problem}"))
    }

    /// A column of a plain type.
    pub(crate) fn value<T: FromSql<'row>>(&self, column: usize) -> Result<T, StoreError> {
        self.row.try_get(column).map_err(|problem| self.damaged(column, problem))
    }

    /// A column of a plain type that may be empty.
    pub(crate) fn optional<T: FromSql<'row>>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.value(column)
    }

    /// So many bytes.
    pub(crate) fn bytes<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        self.optional_bytes(column)?.ok_or_else(|| self.damaged(column, "it is empty"))
    }

    /// So many bytes, or none.
    pub(crate) fn optional_bytes<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, StoreError> {
        let bytes: Option<&[u8]> = self.value(column)?;
        bytes.map(|bytes| bytes.try_into().map_err(|_| self.damaged(column, format!("expected {N} bytes")))).transpose()
    }

    /// A number that is never negative and fits the type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: usize) -> Result<T, StoreError> {
        let number = self.value::<i64>(column)?;
        T::try_from(number).map_err(|_| self.damaged(column, format!("{number} is out of range")))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.value::<i64>(column)? != 0)
    }

    /// A moment.
    pub(crate) fn timestamp(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.value(column)?).map_err(|problem| self.damaged(column, problem))
    }

    /// A moment that may be absent.
    pub(crate) fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        self.optional::<i64>(column)?.map(|_| self.timestamp(column)).transpose()
    }

    /// A hash.
    pub(crate) fn hash(&self, column: usize) -> Result<ContentHash, StoreError> {
        self.bytes(column).map(ContentHash)
    }

    /// An identifier, checked again.
    pub(crate) fn identifier<T: FromStr<Err: std::fmt::Display>>(&self, column: usize) -> Result<T, StoreError> {
        self.value::<&str>(column)?.parse().map_err(|problem| self.damaged(column, problem))
    }

    /// A JSON column.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.value(column)?).map_err(|problem| self.damaged(column, problem))
    }

    /// A value of an enumeration.
    pub(crate) fn code<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        let text: &str = self.value(column)?;
        let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
            serde::de::IntoDeserializer::into_deserializer(text);
        T::deserialize(deserializer).map_err(|problem| self.damaged(column, problem))
    }
}
