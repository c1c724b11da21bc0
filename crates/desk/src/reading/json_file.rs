//! Tables as a JSON object of arrays, `{"assets": [{…}, …], "dependencies": […]}`, one row in memory at a time.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::lines::encoding_problem;
use super::record::{Problem, Record, Refusal};
use super::record_position;
use crate::{ReadError, ReadSummary, Reject, Sink};

const FILE_MAX_BYTES: u64 = 64 * 1_024 * 1_024;

/// An array of rows in a document.
#[derive(Debug, Clone, Copy)]
pub struct JsonArray {
    /// The member's name.
    pub name: &'static str,
    /// The names of its rows' members.
    pub columns: &'static [&'static str],
}

/// Takes a row: the array's number, the row, its ordinal in the file, and where it goes.
type Take<'a> = dyn FnMut(usize, &Record<'_>, u32, &mut dyn Sink) -> Result<(), Refusal> + 'a;

/// Reads the arrays of a document row by row. Other members of the document are passed over; a row with a member that is no column
/// is refused, because a misspelt one would else be lost.
///
/// # Errors
/// When the document is no such object, is too large, or `take` stops.
pub fn read_json(
    arrays: &[JsonArray],
    input: &mut dyn BufRead,
    sink: &mut dyn Sink,
    take: &mut Take<'_>,
) -> Result<ReadSummary, ReadError> {
    let beginning = input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?;
    if let Some(problem) = encoding_problem(beginning) {
        return Err(ReadError::Format { place: "byte 0".into(), problem: problem.into() });
    }
    if beginning.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    // One byte more than the limit shows that the file is too large.
    let mut limited = input.take(FILE_MAX_BYTES + 1);
    let mut reading = Reading { arrays, sink, take, rows: 0, stopped: None };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(&mut limited));
    let read = Document(&mut reading).deserialize(&mut json).and_then(|()| json.end());
    drop(json);
    let Reading { sink, rows, stopped, .. } = reading;
    let bytes = FILE_MAX_BYTES + 1 - limited.limit();
    if bytes > FILE_MAX_BYTES {
        let problem = format!("the file has more than {} MiB; split it", FILE_MAX_BYTES / 1_024 / 1_024);
        return Err(ReadError::Format { place: "the end".into(), problem });
    }
    if let Err(error) = read {
        return Err(stopped.unwrap_or_else(|| {
            let names: Vec<&str> = arrays.iter().map(|array| array.name).collect();
            ReadError::Format {
                place: format!("line {}, column {}", error.line(), error.column()),
                problem: format!("{error}; expected a JSON object with the arrays {}", names.join(", ")),
            }
        }));
    }
    sink.progress(bytes);
    Ok(ReadSummary { rows, ..ReadSummary::default() })
}

struct Reading<'r, 't> {
    arrays: &'r [JsonArray],
    sink: &'r mut dyn Sink,
    take: &'r mut Take<'t>,
    rows: u64,
    /// Why reading stopped for a reason that is not in the JSON.
    stopped: Option<ReadError>,
}

impl Reading<'_, '_> {
    fn row(&mut self, array: usize, row: &Value) -> Result<(), ReadError> {
        self.rows += 1;
        let columns = self.arrays[array].columns;
        let position = record_position(self.rows)?;
        let places: Vec<Option<usize>> = (0..columns.len()).map(Some).collect();
        let taken = match fields(columns, row) {
            Ok(fields) => Record::new(columns, &places, &fields)
                .map_err(Refusal::from)
                .and_then(|record| (self.take)(array, &record, position, self.sink)),
            Err(problem) => Err(problem.into()),
        };
        match taken {
            Ok(()) => Ok(()),
            Err(Refusal::Row(problem)) => {
                let shown = row.to_string();
                Ok(self.sink.reject(Reject::new(self.rows, problem.field, problem.reason, shown.as_bytes()))?)
            }
            Err(Refusal::Stop(error)) => Err(error),
        }
    }
}

/// The members of a row as texts, in the order of the columns.
fn fields(columns: &'static [&'static str], row: &Value) -> Result<csv::StringRecord, Problem> {
    let Value::Object(members) = row else { return Err(Problem::row("a row is a JSON object")) };
    if let Some(unknown) = members.keys().find(|name| !columns.contains(&name.as_str())) {
        let shown: String = unknown.chars().take(60).collect();
        return Err(Problem::row(format!("{shown:?} is no member of this format; it has {}", columns.join(", "))));
    }
    let text = |column: &'static str| match members.get(column) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
        Some(_) => Err(Problem::field(column, "expected a text, a number, or true or false")),
    };
    columns.iter().map(|column| text(column)).collect()
}

struct Document<'d, 'r, 't>(&'d mut Reading<'r, 't>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object of arrays")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut found = false;
        while let Some(name) = map.next_key::<String>()? {
            match self.0.arrays.iter().position(|array| array.name == name) {
                Some(array) => {
                    map.next_value_seed(Rows { reading: self.0, array })?;
                    found = true;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if found { Ok(()) } else { Err(M::Error::custom("none of the arrays is there")) }
    }
}

struct Rows<'d, 'r, 't> {
    reading: &'d mut Reading<'r, 't>,
    array: usize,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut rows: S) -> Result<(), S::Error> {
        while let Some(row) = rows.next_element::<Value>()? {
            if let Err(error) = self.reading.row(self.array, &row) {
                let shown = error.to_string();
                self.reading.stopped = Some(error);
                return Err(S::Error::custom(shown));
            }
        }
        Ok(())
    }
}
