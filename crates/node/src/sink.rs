//! Where a reader's streams go during an import: records into staged Parquet files, statements into a spool on disk, refused rows
//! into the reject file. Memory stays bounded whatever the size of the file; nothing is visible before the commit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use oikos_desk::{Desk, Reject, Sink, SinkError};
use oikos_lake::{Lake, Staging};
use oikos_model::{LabelId, StatementDraft, TableName};
use oikos_registry::DataFile;

use crate::NodeError;

/// Most rows one file may be refused for; beyond that the file is not what it was taken for.
const REJECTS_MAXIMUM: u64 = 1_000_000;
/// Most statements one file may bring.
const STATEMENTS_MAXIMUM: u64 = 50_000_000;

/// Collects what one import brings.
pub(crate) struct ImportSink<'a> {
    lake: &'a Lake,
    desk: &'static Desk,
    import_number: u32,
    label: LabelId,
    tables: BTreeMap<&'static str, Staging>,
    spool: BufWriter<File>,
    reject_path: PathBuf,
    reject_file: Option<BufWriter<File>>,
    progress: &'a mut dyn FnMut(u64),
    pub(crate) records: u64,
    pub(crate) statements: u64,
    pub(crate) rejects: u64,
    first_rejects: Vec<Reject>,
}

/// What an import collected, ready for one transaction.
pub(crate) struct Collected {
    pub(crate) files: Vec<DataFile>,
    pub(crate) spool: StatementSpool,
    pub(crate) records: u64,
    pub(crate) rejects: u64,
    /// The finished reject file, where there is one. It still has its temporary name.
    pub(crate) reject_file: Option<PathBuf>,
    pub(crate) first_rejects: Vec<Reject>,
}

impl<'a> ImportSink<'a> {
    pub(crate) fn new(
        lake: &'a Lake,
        desk: &'static Desk,
        import_number: u32,
        label: LabelId,
        rejects_folder: &Path,
        progress: &'a mut dyn FnMut(u64),
    ) -> Result<Self, NodeError> {
        let spool = tempfile::tempfile_in(rejects_folder)
            .map_err(|source| NodeError::io("making room for statements in", rejects_folder, source))?;
        Ok(Self {
            lake,
            desk,
            import_number,
            label,
            tables: BTreeMap::new(),
            spool: BufWriter::new(spool),
            reject_path: rejects_folder.join(format!("{import_number:06}.jsonl.part")),
            reject_file: None,
            progress,
            records: 0,
            statements: 0,
            rejects: 0,
            first_rejects: Vec::new(),
        })
    }

    /// Finishes the staged files. They are on disk, but no snapshot sees them yet.
    pub(crate) fn finish(self) -> Result<Collected, NodeError> {
        let mut files = Vec::new();
        for staging in self.tables.into_values() {
            files.extend(staging.finish().map_err(NodeError::internal)?);
        }
        let reject_file = match self.reject_file {
            Some(mut file) => {
                file.flush()
                    .and_then(|()| file.get_ref().sync_all())
                    .map_err(|source| NodeError::io("writing the reject file", &self.reject_path, source))?;
                Some(self.reject_path)
            }
            None => None,
        };
        let spool = self.spool.into_inner().map_err(|error| NodeError::internal(error.error()))?;
        Ok(Collected {
            files,
            spool: StatementSpool(spool),
            records: self.records,
            rejects: self.rejects,
            reject_file,
            first_rejects: self.first_rejects,
        })
    }

    fn staging(&mut self, table: &'static str) -> Result<&mut Staging, SinkError> {
        if !self.tables.contains_key(table) {
            let definition = self
                .desk
                .tables
                .iter()
                .find(|definition| definition.name == table)
                .ok_or_else(|| SinkError(format!("the desk {} has no table {table}", self.desk.name)))?;
            let staging =
                self.lake.stage(definition, self.import_number, self.label).map_err(|error| SinkError(error.to_string()))?;
            self.tables.insert(table, staging);
        }
        self.tables.get_mut(table).ok_or_else(|| SinkError(format!("the table {table} is not staged")))
    }
}

impl Sink for ImportSink<'_> {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        TableName::new(table).map_err(|error| SinkError(error.to_string()))?;
        self.records += batch.num_rows() as u64;
        self.staging(table)?.append(&batch).map_err(|error| SinkError(error.to_string()))
    }

    fn statements(&mut self, statements: Vec<StatementDraft>) -> Result<(), SinkError> {
        self.statements += statements.len() as u64;
        if self.statements > STATEMENTS_MAXIMUM {
            return Err(SinkError(format!("more than {STATEMENTS_MAXIMUM} statements: split the file")));
        }
        for statement in &statements {
            serde_json::to_writer(&mut self.spool, statement).map_err(|error| SinkError(error.to_string()))?;
            self.spool.write_all(b"\n").map_err(|error| SinkError(error.to_string()))?;
        }
        Ok(())
    }

    fn reject(&mut self, reject: Reject) -> Result<(), SinkError> {
        self.rejects += 1;
        if self.rejects > REJECTS_MAXIMUM {
            return Err(SinkError(format!(
                "more than {REJECTS_MAXIMUM} rows are refused: this is not the format it was taken for"
            )));
        }
        if self.reject_file.is_none() {
            let file = File::create(&self.reject_path).map_err(|error| SinkError(error.to_string()))?;
            self.reject_file = Some(BufWriter::new(file));
        }
        if let Some(file) = &mut self.reject_file {
            serde_json::to_writer(&mut *file, &reject).map_err(|error| SinkError(error.to_string()))?;
            file.write_all(b"\n").map_err(|error| SinkError(error.to_string()))?;
        }
        const SHOWN: usize = 5;
        if self.first_rejects.len() < SHOWN {
            self.first_rejects.push(reject);
        }
        Ok(())
    }

    fn progress(&mut self, bytes_read: u64) {
        (self.progress)(bytes_read);
    }
}

/// Statements on disk, read back in chunks.
pub(crate) struct StatementSpool(File);

impl StatementSpool {
    /// Hands the statements to `take`, a few thousand at a time.
    pub(crate) fn drain(mut self, mut take: impl FnMut(Vec<StatementDraft>) -> Result<(), NodeError>) -> Result<(), NodeError> {
        const CHUNK: usize = 5_000;
        self.0.seek(SeekFrom::Start(0)).map_err(NodeError::internal)?;
        let mut chunk = Vec::with_capacity(CHUNK);
        for line in BufReader::new(self.0).lines() {
            let line = line.map_err(NodeError::internal)?;
            chunk.push(serde_json::from_str(&line).map_err(NodeError::internal)?);
            if chunk.len() == CHUNK {
                take(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))?;
            }
        }
        if chunk.is_empty() { Ok(()) } else { take(chunk) }
    }
}
