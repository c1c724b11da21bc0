//! A JSON document as a stream: the elements of its long arrays one by one, its other members whole. Never more than one of them is in
//! memory, and none beyond its limit.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::ReadError;
use crate::reading::lines::encoding_problem;

/// What a document may be at most.
#[derive(Debug, Clone, Copy)]
pub struct JsonLimits {
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes of one element or member. Buffering adds some KiB.
    pub piece_bytes: u64,
}

/// A part of the document.
#[derive(Debug)]
pub enum JsonPiece<'a> {
    /// An element of one of the arrays asked for; the array's name is empty where the document itself is the array.
    Element {
        /// The member that holds the array.
        array: &'a str,
        /// Its place among all elements of the document, from 1.
        number: u64,
        /// The element.
        value: Value,
    },
    /// Any other member of the document.
    Member {
        /// Its name.
        name: &'a str,
        /// Its value.
        value: Value,
    },
}

/// What takes the parts.
pub type TakePiece<'a> = dyn FnMut(JsonPiece<'_>) -> Result<(), ReadError> + 'a;

/// Reads a document that is an object, or an array. Gives the bytes read.
///
/// # Errors
/// When it is no JSON, is larger or deeper than allowed, or `take` gives an error.
pub fn read_json(
    input: &mut dyn BufRead,
    limits: JsonLimits,
    arrays: &[&str],
    take: &mut TakePiece<'_>,
) -> Result<u64, ReadError> {
    let beginning = input.fill_buf().map_err(|source| ReadError::Io { offset: 0, source })?;
    if let Some(problem) = encoding_problem(beginning) {
        return Err(ReadError::Format { place: "byte 0".into(), problem: problem.into() });
    }
    if beginning.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let budget =
        Budget { file_bytes: Cell::new(limits.file_bytes), piece_bytes: Cell::new(limits.piece_bytes), over: Cell::new(None) };
    let mut walk = Walk { budget: &budget, limits, arrays, take, elements: 0, stopped: None };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(Limited { input, budget: &budget }));
    let read = Document(&mut walk).deserialize(&mut json).and_then(|()| json.end());
    if let Err(error) = read {
        return Err(walk.stopped.take().unwrap_or_else(|| problem_of(&error, &budget, limits)));
    }
    Ok(limits.file_bytes - budget.file_bytes.get())
}

/// Which limit was reached.
#[derive(Clone, Copy)]
enum Over {
    File,
    Piece,
}

struct Budget {
    file_bytes: Cell<u64>,
    piece_bytes: Cell<u64>,
    over: Cell<Option<Over>>,
}

fn problem_of(error: &serde_json::Error, budget: &Budget, limits: JsonLimits) -> ReadError {
    let mebibytes = |bytes: u64| bytes / 1_024 / 1_024;
    let problem = match budget.over.get() {
        Some(Over::File) => format!("the file has more than {} MiB; split it", mebibytes(limits.file_bytes)),
        Some(Over::Piece) => format!("one element has more than {} MiB", mebibytes(limits.piece_bytes)),
        None => error.to_string(),
    };
    ReadError::Format { place: format!("line {}, column {}", error.line(), error.column()), problem }
}

/// Ends the input at its limits, and remembers which it was.
struct Limited<'a> {
    input: &'a mut dyn BufRead,
    budget: &'a Budget,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.budget.file_bytes.get().min(self.budget.piece_bytes.get());
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            if !self.input.fill_buf()?.is_empty() {
                self.budget.over.set(Some(if self.budget.file_bytes.get() == 0 { Over::File } else { Over::Piece }));
            }
            return Ok(0);
        }
        let read = self.input.read(&mut buffer[..most])?;
        self.budget.file_bytes.set(self.budget.file_bytes.get() - read as u64);
        self.budget.piece_bytes.set(self.budget.piece_bytes.get() - read as u64);
        Ok(read)
    }
}

struct Walk<'w, 't> {
    budget: &'w Budget,
    limits: JsonLimits,
    arrays: &'w [&'w str],
    take: &'w mut TakePiece<'t>,
    elements: u64,
    /// Why reading stopped for a reason that is not in the JSON.
    stopped: Option<ReadError>,
}

impl Walk<'_, '_> {
    fn begin_piece(&self) {
        self.budget.piece_bytes.set(self.limits.piece_bytes);
    }

    fn hand_on<E: Error>(&mut self, piece: JsonPiece<'_>) -> Result<(), E> {
        (self.take)(piece).map_err(|error| {
            let shown = error.to_string();
            self.stopped = Some(error);
            E::custom(shown)
        })
    }
}

struct Document<'a, 'w, 't>(&'a mut Walk<'w, 't>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object or array")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let walk = self.0;
        walk.begin_piece();
        while let Some(name) = map.next_key::<String>()? {
            if walk.arrays.contains(&name.as_str()) {
                map.next_value_seed(Elements { walk: &mut *walk, array: &name })?;
            } else {
                let value = map.next_value()?;
                walk.hand_on(JsonPiece::Member { name: &name, value })?;
            }
            walk.begin_piece();
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, seq: S) -> Result<(), S::Error> {
        Elements { walk: self.0, array: "" }.visit_seq(seq)
    }
}

struct Elements<'a, 'w, 't> {
    walk: &'a mut Walk<'w, 't>,
    array: &'a str,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array in {:?}", self.array)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        let Self { walk, array } = self;
        walk.begin_piece();
        while let Some(value) = elements.next_element::<Value>()? {
            walk.elements += 1;
            let number = walk.elements;
            walk.hand_on(JsonPiece::Element { array, number, value })?;
            walk.begin_piece();
        }
        Ok(())
    }

    /// A single object where an array is usual stands for an array of one.
    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        let Self { walk, array } = self;
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        walk.elements += 1;
        let number = walk.elements;
        walk.hand_on(JsonPiece::Element { array, number, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: JsonLimits = JsonLimits { file_bytes: 64 * 1_024, piece_bytes: 20_000 };

    fn read(text: &[u8]) -> Result<Vec<String>, String> {
        let mut pieces = Vec::new();
        let mut take = |piece: JsonPiece<'_>| {
            pieces.push(match piece {
                JsonPiece::Element { array, number, value } => format!("{array}[{number}]={value}"),
                JsonPiece::Member { name, value } => format!("{name}={value}"),
            });
            Ok(())
        };
        read_json(&mut BufReader::with_capacity(7, text), LIMITS, &["objects", "more"], &mut take)
            .map_err(|error| error.to_string())?;
        Ok(pieces)
    }

    #[test]
    fn elements_come_one_by_one_and_members_whole() {
        let text = "\u{feff}{\"id\": 1, \"objects\": [{\"a\": 1}, 2], \"more\": {\"b\": [3]}, \"x\": [4]}";
        assert_eq!(
            read(text.as_bytes()).unwrap(),
            ["id=1", "objects[1]={\"a\":1}", "objects[2]=2", "more[3]={\"b\":[3]}", "x=[4]"]
        );
        assert_eq!(read(b"[1, [2]]").unwrap(), ["[1]=1", "[2]=[2]"]);
        assert!(read(b"[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for text in ["", "7", "{\"a\":", "{\"objects\":[1,", "[1]]", "{\"objects\":7}"] {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(error.starts_with("at line 1"), "{text:?}: {error}");
        }
        assert!(read(format!("[{}", "[".repeat(10_000)).as_bytes()).unwrap_err().contains("recursion limit"));
        assert!(read(b"\xff\xfe[\0").unwrap_err().contains("UTF-16"));
    }

    #[test]
    fn limits_hold_for_the_file_and_for_each_piece() {
        let element = format!("\"{}\"", "a".repeat(9_000));
        let many = format!("[{}]", [element.as_str(); 8].join(","));
        assert!(read(many.as_bytes()).unwrap_err().contains("the file has more than"));
        let six = format!("[{}]", [element.as_str(); 6].join(","));
        assert_eq!(read(six.as_bytes()).unwrap().len(), 6);
        let large = format!("[\"{}\"]", "a".repeat(40_000));
        assert!(read(large.as_bytes()).unwrap_err().contains("one element has more than"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..40usize) {
            let _ = read(&bytes);
            let text = b"{\"objects\": [{\"a\": [1, null]}], \"b\": \"c\"}";
            let _ = read(&text[..cut.min(text.len())]);
        }
    }
}
