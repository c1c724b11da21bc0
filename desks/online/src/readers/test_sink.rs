//! A sink that keeps everything, for tests.

use std::io::BufReader;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ReadError, ReadSummary, Reader, Reject, Sink, SinkError, Source};
use oikos_model::{StatementDraft, Timestamp};
use serde_json::{Map, Value, json};

#[derive(Default)]
pub(crate) struct TestSink {
    pub(crate) batches: Vec<(&'static str, RecordBatch)>,
    pub(crate) rejects: Vec<Reject>,
}

impl Sink for TestSink {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        let definition = crate::ONLINE.tables.iter().find(|definition| definition.name == table).expect("a table of the desk");
        assert_eq!(batch.schema(), definition.schema());
        self.batches.push((table, batch));
        Ok(())
    }

    /// No reader of the desk says anything of entities: accounts are people.
    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        assert!(statements.is_empty());
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.rejects.push(reject);
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

impl TestSink {
    /// The rows of a table as JSON objects, empty cells left out.
    pub(crate) fn rows(&self, table: &str) -> Vec<Map<String, Value>> {
        self.batches.iter().filter(|(name, _)| *name == table).flat_map(|(_, batch)| rows_of(batch)).collect()
    }
}

fn rows_of(batch: &RecordBatch) -> Vec<Map<String, Value>> {
    let mut rows = vec![Map::new(); batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| !column.is_null(*index)) {
            let value = match field.data_type() {
                DataType::Utf8 => json!(column.as_string::<i32>().value(index)),
                DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(index)),
                DataType::Int32 => json!(column.as_primitive::<Int32Type>().value(index)),
                DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(index)),
                DataType::Float32 => json!(column.as_primitive::<Float32Type>().value(index)),
                DataType::Boolean => json!(column.as_boolean().value(index)),
                DataType::Timestamp(..) => {
                    let micros = column.as_primitive::<TimestampMicrosecondType>().value(index);
                    json!(Timestamp::from_microsecond(micros).expect("a time").to_string())
                }
                other => panic!("no table has columns of type {other}"),
            };
            row.insert(field.name().clone(), value);
        }
    }
    rows
}

pub(crate) fn source() -> Source {
    Source { file_name: "test".into(), import_number: 7, imported_at: "2026-03-01T12:00:00Z".parse().expect("a time") }
}

/// Reads bytes through a small buffer.
pub(crate) fn read(reader: &dyn Reader, bytes: &[u8]) -> (TestSink, Result<ReadSummary, ReadError>) {
    let mut sink = TestSink::default();
    let mut input = BufReader::with_capacity(61, bytes);
    let summary = reader.read(&source(), &mut input, &mut sink);
    (sink, summary)
}

/// The shared test data, or a loud note that it is not there.
pub(crate) fn shared(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
    match std::fs::read(format!("{root}{path}")) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            eprintln!("SKIPPED: {root}{path} is not there ({error}); this test needs the shared data");
            None
        }
    }
}
