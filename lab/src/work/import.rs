//! Imports into a lake: raw files through the sea desk's readers, or rows that are there already.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use arrow::array::RecordBatch;
use oikos_desk::{Reject, Sink, SinkError, TableDefinition};
use oikos_desk_sea::SEA;
use oikos_lake::Staging;
use oikos_model::StatementDraft;
use oikos_registry::DataFile;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Found;
use super::decode::source;
use super::node::Node;
use crate::Failure;

/// Rows handed to the lake at once.
const BATCH_ROWS: usize = 8_192;

/// Stages records; statements and rejects are counted.
struct Import<'a> {
    node: &'a Node,
    number: u32,
    tables: BTreeMap<&'static str, Staging>,
    positions: i64,
    statements: i64,
    rejects: i64,
}

/// Imports raw files, each in a transaction of its own. A file is read by the reader that `.nmea`, `.csv` or `.geojson` names.
pub(super) fn files(folder: &Path, files: &[&str]) -> Result<Found, Failure> {
    let node = Node::open(folder)?;
    let (mut positions, mut statements, mut rejects) = (0, 0, 0);
    for (file, number) in files.iter().zip(1..) {
        let format = match Path::new(file).extension().and_then(|extension| extension.to_str()) {
            Some("csv") => "vessel-register",
            Some("geojson") => "corridors",
            _ => "ais-nmea",
        };
        let reader = SEA.reader(format).ok_or_else(|| format!("the sea desk has no reader of {format}"))?;
        let mut import = Import { node: &node, number, tables: BTreeMap::new(), positions: 0, statements: 0, rejects: 0 };
        reader.read(&source(file, number)?, &mut BufReader::with_capacity(1 << 16, File::open(file)?), &mut import)?;
        positions += import.positions;
        statements += import.statements;
        rejects += import.rejects;
        node.commit(&import.finish()?, SEA.tables)?;
    }
    Ok(Found::facts([("positions", positions), ("statements", statements), ("rejects", rejects)]))
}

/// Imports the position rows of a Parquet file in one transaction.
pub(super) fn rows(folder: &Path, path: &Path) -> Result<Found, Failure> {
    let node = Node::open(folder)?;
    let table = positions_table()?;
    let mut staging = node.lake.stage(table, 1, node.label.id())?;
    let mut rows = 0;
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(BATCH_ROWS).build()? {
        let batch = batch?;
        rows += batch.num_rows() as i64;
        staging.append(&batch)?;
    }
    let files = staging.finish()?;
    node.commit(&files, &[*table])?;
    let bytes = files.iter().map(|file| file.file_size_bytes).sum();
    Ok(Found::facts([("rows", rows), ("bytes", bytes)]))
}

fn positions_table() -> Result<&'static TableDefinition, Failure> {
    SEA.table("ais_positions").ok_or_else(|| "the sea desk has no table ais_positions".into())
}

impl Import<'_> {
    fn finish(self) -> Result<Vec<DataFile>, Failure> {
        let mut files = Vec::new();
        for staging in self.tables.into_values() {
            files.extend(staging.finish()?);
        }
        Ok(files)
    }

    fn stage(&mut self, table: &'static str, batch: &RecordBatch) -> Result<(), Failure> {
        if !self.tables.contains_key(table) {
            let definition = SEA.table(table).ok_or_else(|| format!("the sea desk has no table {table}"))?;
            self.tables.insert(table, self.node.lake.stage(definition, self.number, self.node.label.id())?);
        }
        self.tables.get_mut(table).map_or(Ok(()), |staging| Ok(staging.append(batch)?))
    }
}

impl Sink for Import<'_> {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        if table == "ais_positions" {
            self.positions += batch.num_rows() as i64;
        }
        self.stage(table, &batch).map_err(|error| SinkError(error.to_string()))
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.statements += statements.len() as i64;
        Ok(())
    }

    fn reject(&mut self, _: Reject) -> Result<(), SinkError> {
        self.rejects += 1;
        Ok(())
    }

    fn progress(&mut self, _: u64) {}
}
