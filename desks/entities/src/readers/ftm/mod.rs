//! Reader of FollowTheMoney as OpenSanctions and others export it, JSON lines in any of three forms, which may even be mixed:
//!
//! - **entities**: `{"id", "schema", "properties": {name: [values]}}`; with nesting, a value may be an entity itself;
//! - **entities with statements**: `{"id", "schema", "statements": [{…}]}`;
//! - **statements**: `{"entity_id" or "canonical_id", "schema", "prop", "value", "dataset", "first_seen", "last_seen", …}`, one
//! per line.

mod land;
mod schema;

use std::io::BufRead;

use oikos_desk::{Coverage, Format, ReadError, ReadSummary, Reader, Sink, Source};
use serde_json::{Map, Value};

use super::json::{Objects, Piece};
use super::landing::{Fault, Landing};
use crate::tables::{ENTRIES, RELATIONS};

/// Reads FollowTheMoney. It holds one object and a batch of rows at a time.
#[derive(Debug, Clone, Copy)]
pub struct FtmReader;

impl Reader for FtmReader {
    fn format(&self) -> Format {
        Format {
            name: "ftm",
            description: "FollowTheMoney entities or statements, JSON lines (OpenSanctions' exports)",
            extensions: &["json", "jsonl", "ijson", "ftm"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let has = |word: &[u8]| beginning.windows(word.len()).any(|window| window == word);
        let is_entity = has(b"\"properties\"") || has(b"\"statements\"") || has(b"\"prop\"");
        has(b"\"schema\"") && is_entity && !has(b"\"statementId\"")
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut objects = Objects::new(input)?;
        let mut landing = Landing::new(source, sink)?;
        while let Some(piece) = objects.next()? {
            let place = format!("line {}", piece.line);
            landing.row(piece.ordinal, &place, &piece.bytes, |landing| {
                let object = object(&piece)?;
                land_object(landing, piece.ordinal, &object)
            })?;
            landing.breathe(objects.bytes_read())?;
        }
        // The last line of a file that was cut off at a line's end looks like any other.
        let tables = &[ENTRIES.name, RELATIONS.name];
        let coverage = if objects.is_closed() { Coverage::Unsaid { tables } } else { Coverage::Part };
        landing.finish(objects.bytes_read(), coverage)
    }
}

fn object(piece: &Piece) -> Result<Map<String, Value>, Fault> {
    if let Some(problem) = piece.broken {
        return Err(Fault::new("", problem));
    }
    serde_json::from_slice(&piece.bytes).map_err(|error| Fault::new("", error.to_string()))
}

fn land_object(landing: &mut Landing<'_>, ordinal: u64, object: &Map<String, Value>) -> Result<(), Fault> {
    if object.contains_key("properties") {
        return land::entity(landing, ordinal, object);
    }
    if let Some(statements) = object.get("statements").and_then(Value::as_array) {
        return land::entity_of_statements(landing, ordinal, object, statements);
    }
    if object.contains_key("prop") {
        return land::statement(landing, ordinal, object);
    }
    Err(Fault::new("properties", "expected an entity with properties or statements, or a statement with prop and value"))
}
