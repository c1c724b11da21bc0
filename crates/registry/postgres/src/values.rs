//! Values on their way into the database. Each names its type, so that a statement needs no round trip to be prepared first.

use postgres::types::{ToSql, Type};

/// A value of a statement's parameter.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A number without fraction.
    Integer(Option<i64>),
    /// A number.
    Number(Option<f64>),
    /// Text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// Many texts, for `= ANY`.
    Texts(Vec<String>),
    /// Many byte strings, for `= ANY`.
    ByteStrings(Vec<Vec<u8>>),
}

impl Value {
    /// As the driver takes it.
    pub(crate) fn sent(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Integer(number) => (number, Type::INT8),
            Self::Number(number) => (number, Type::FLOAT8),
            Self::Text(text) => (text, Type::TEXT),
            Self::Bytes(bytes) => (bytes, Type::BYTEA),
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Self::ByteStrings(bytes) => (bytes, Type::BYTEA_ARRAY),
        }
    }

    /// Whether PostgreSQL can keep it: its text has no NUL.
    pub(crate) fn can_be_kept(&self) -> bool {
        match self {
            Self::Text(Some(text)) => !text.contains('\0'),
            Self::Texts(texts) => texts.iter().all(|text| !text.contains('\0')),
            _ => true,
        }
    }
}

/// What can be kept in a column.
pub(crate) trait Kept {
    /// As it is kept; `None` keeps nothing.
    fn kept(value: Option<&Self>) -> Value;
}

macro_rules! kept {
    ($($type:ty: $value:ident => $kept:expr, $kind:ident;)+) => {
        $(impl Kept for $type {
            fn kept(value: Option<&Self>) -> Value {
                Value::$kind(value.map(|$value| $kept))
            }
        })+
    };
}

kept! {
    i64: number => *number, Integer;
    u32: number => i64::from(*number), Integer;
    bool: flag => i64::from(*flag), Integer;
    f64: number => *number, Number;
    str: text => text.to_owned(), Text;
    String: text => text.clone(), Text;
    [u8]: bytes => bytes.to_vec(), Bytes;
    Vec<u8>: bytes => bytes.clone(), Bytes;
    [u8; 16]: bytes => bytes.to_vec(), Bytes;
    [u8; 32]: bytes => bytes.to_vec(), Bytes;
}

impl Kept for Vec<String> {
    fn kept(value: Option<&Self>) -> Value {
        Value::Texts(value.cloned().unwrap_or_default())
    }
}

impl<T: Kept + ?Sized> Kept for &T {
    fn kept(value: Option<&Self>) -> Value {
        T::kept(value.copied())
    }
}

impl<T: Kept> Kept for Option<T> {
    fn kept(value: Option<&Self>) -> Value {
        T::kept(value.and_then(Option::as_ref))
    }
}

/// The parameters of a statement, in the order of their places.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::values::Kept::kept(Some(&$value))),*] };
}

pub(crate) use params;
