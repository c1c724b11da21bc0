//! What the fuzzers of lists and registers share: readers by their format, and a sink that looks at what lands.

use arrow::record_batch::RecordBatch;
use oikos_desk::{Coverage, Reject, Sink, SinkError, Source};
use oikos_desk_entities::ENTITIES;
use oikos_model::{StatementDraft, Timestamp};

struct Looking {
    rejects: u64,
}

impl Sink for Looking {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        assert_eq!(ENTITIES.table(table).map(|table| table.schema()), Some(batch.schema()));
        Ok(())
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        for one in &statements {
            assert!(!one.value.is_empty() && !one.value.contains(char::is_control), "{one:?}");
        }
        Ok(())
    }

    fn reject(&mut self, _reject: Reject) -> Result<(), SinkError> {
        self.rejects += 1;
        Ok(())
    }

    fn progress(&mut self, _bytes_read: u64) {}
}

/// Reads the bytes as each of these formats. A file with a refused row is never whole.
pub fn read(formats: &[&str], bytes: &[u8]) {
    let source = Source { file_name: "fuzz".into(), import_number: 1, imported_at: Timestamp::UNIX_EPOCH };
    for format in formats {
        let reader = ENTITIES.reader(format).unwrap();
        reader.recognises(bytes);
        let mut sink = Looking { rejects: 0 };
        if let Ok(summary) = reader.read(&source, &mut &bytes[..], &mut sink) {
            assert!(sink.rejects == 0 || summary.coverage == Coverage::Part);
        }
    }
}
