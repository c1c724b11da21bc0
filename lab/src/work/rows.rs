//! Writes position rows as one plain Parquet file: the common source of the lake benchmark, in nobody's own format.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use arrow::array::RecordBatch;
use oikos_desk::{Reject, Sink, SinkError};
use oikos_desk_sea::SEA;
use oikos_model::StatementDraft;
use parquet::arrow::ArrowWriter;

use super::Found;
use super::decode::{ais_reader, source};
use crate::Failure;

struct Rows {
    writer: ArrowWriter<File>,
    written: usize,
    most: usize,
}

/// Writes the first `most` positions of the files to `target`.
pub(super) fn run(target: &Path, most: usize, files: &[&str]) -> Result<Found, Failure> {
    let table = SEA.table("ais_positions").ok_or("the sea desk has no table ais_positions")?;
    let mut rows = Rows { writer: ArrowWriter::try_new(File::create(target)?, table.schema(), None)?, written: 0, most };
    for (file, import_number) in files.iter().zip(1..) {
        ais_reader()?.read(&source(file, import_number)?, &mut BufReader::new(File::open(file)?), &mut rows)?;
    }
    rows.writer.close()?;
    Ok(Found::facts([("rows", rows.written as i64)]))
}

impl Sink for Rows {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        if table != "ais_positions" {
            return Ok(());
        }
        let taken = batch.slice(0, batch.num_rows().min(self.most - self.written));
        self.written += taken.num_rows();
        self.writer.write(&taken).map_err(|error| SinkError(error.to_string()))
    }

    fn statements(&mut self, _: Vec<StatementDraft>) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, _: Reject) -> Result<(), SinkError> {
        Ok(())
    }

    fn progress(&mut self, _: u64) {}
}
