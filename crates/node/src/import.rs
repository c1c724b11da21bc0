//! Importing one file: recognise it, read it, and land records, statements, the import's row and the journal entry in one transaction.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use oikos_desk::{Coverage, DatasetDefinition, Desk, Reader, Reject, Source};
use oikos_model::{Action, DatasetId, Label, LabelId, NodeId, Scope, SourceId, Statement, StatementId, Timestamp};
use oikos_registry::{ImportRow, StatementQuery, Transaction};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::sink::{Collected, ImportSink};
use crate::uploads::{BEGINNING_BYTES, recognising};
use crate::{Caller, Node, NodeError, Noted};

/// Largest file that is read.
const FILE_BYTES_MAXIMUM: u64 = 64 * 1024 * 1024 * 1024;

/// What to import, and how far to let the reader guess.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The file.
    pub path: PathBuf,
    /// The dataset it goes into; `None`: the first that carries its format.
    pub dataset: Option<DatasetId>,
    /// The format; `None`: recognised from the beginning.
    pub format: Option<String>,
    /// What the file is called; `None`: as its path says.
    pub name: Option<String>,
}

impl ImportRequest {
    /// The file's name, for lists and messages.
    fn shown_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| display_name(&self.path))
    }

    /// The file as whoever asked knows it: by its path, or by the name under which it was sent.
    fn known_as(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.path.display().to_string())
    }
}

/// What came of an import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// The file.
    pub file: String,
    /// The format it was read as.
    pub format: String,
    /// The dataset it went into.
    pub dataset: String,
    /// Whether the same bytes had been imported before; then nothing changed.
    pub unchanged: bool,
    /// Number of the import.
    pub import_number: u32,
    /// Rows looked at.
    pub rows: u64,
    /// Rows that landed in the lake.
    pub records: u64,
    /// Statements that were new.
    pub statements: u64,
    /// Statements that ended, because the file is all its source says and no longer says them.
    pub ended: u64,
    /// Rows that did not land.
    pub rejects: u64,
    /// Rows in order that carry nothing Oikos reads yet, by what they are.
    pub ignored: std::collections::BTreeMap<String, u64>,
    /// The reject file.
    pub reject_file: Option<String>,
    /// The first refused rows.
    #[schema(value_type = Vec<Object>)]
    pub first_rejects: Vec<Reject>,
}

struct Recognised {
    desk: &'static Desk,
    reader: &'static dyn Reader,
    dataset: &'static DatasetDefinition,
}

impl Node {
    /// Imports one file. `progress` hears (bytes read, bytes in all).
    ///
    /// # Errors
    /// When policy refuses, the file cannot be read or recognised, or storing fails; then nothing of it landed.
    pub fn import(
        &self,
        caller: &Caller,
        request: &ImportRequest,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<ImportReport, NodeError> {
        self.authorise(caller, Action::Import)?;
        let mut file = open_regular(&request.path)?;
        let total = file.metadata().map_err(|source| NodeError::io("reading", &request.path, source))?.len();
        if total > FILE_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!(
                "{}: {total} bytes are more than the {FILE_BYTES_MAXIMUM} that are read; split the file",
                request.known_as()
            )));
        }
        let recognised = recognise(&mut file, request)?;
        let source = hash_file(&mut file, &request.path)?;
        let dataset = DatasetId::new(recognised.dataset.id).map_err(NodeError::internal)?;
        if let Some(earlier) = self.read(caller, Action::ReadJobs, |tx| Ok(tx.import_of(source, &dataset)?))? {
            return Ok(unchanged(request, &recognised, &earlier));
        }
        self.read_and_land(caller, request, &recognised, file, (source, total), progress)
    }

    fn read_and_land(
        &self,
        caller: &Caller,
        request: &ImportRequest,
        recognised: &Recognised,
        file: File,
        (source_id, total): (SourceId, u64),
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<ImportReport, NodeError> {
        let imported_at = self.clock().now();
        let label = Label {
            marking: recognised.dataset.marking(imported_at),
            origin: self.id().clone(),
            scope: Scope::Desk(recognised.desk.name.to_owned()),
        };
        let (import_number, label_id) =
            self.housekeeping(Action::Import, |tx| Ok((tx.reserve_import_number()?, tx.intern_label(&label)?)))?;
        let source = Source { file_name: request.shown_name(), import_number, imported_at };
        let mut report_progress = |bytes| progress(bytes, total);
        let mut sink = ImportSink::new(
            self.lake(),
            recognised.desk,
            import_number,
            label_id,
            &self.folder().rejects(),
            &mut report_progress,
        )?;
        let summary = recognised
            .reader
            .read(&source, &mut BufReader::with_capacity(1 << 18, file), &mut sink)
            .map_err(|error| NodeError::Invalid(format!("{}: {error}", request.known_as())))?;
        let collected = sink.finish()?;
        let reject_file = self.reject_file_name(import_number, &source.file_name, collected.reject_file.as_deref());
        let mut row = ImportRow {
            number: import_number,
            source: source_id,
            file_name: source.file_name.clone(),
            format: recognised.reader.format().name.to_owned(),
            dataset: DatasetId::new(recognised.dataset.id).map_err(NodeError::internal)?,
            label: label_id,
            records: collected.records,
            statements: 0,
            rejects: collected.rejects,
            at: imported_at,
            erased: false,
        };
        let temporary = collected.reject_file.clone();
        let first_rejects = collected.first_rejects.clone();
        let mut ended = 0;
        self.write(caller, Action::Import, |tx| {
            let noted = Noted::about(vec![format!("import:{import_number}")]);
            // Records are their desk's, what they say of entities is the node's: two desks' findings meet over statements.
            let statements = tx.intern_label(&Label { scope: Scope::Node, ..label.clone() })?;
            ended = land(tx, self.id(), collected, statements, &mut row, &summary.coverage)?;
            let detail = serde_json::json!({ "format": row.format, "dataset": row.dataset, "records": row.records,
                "statements": row.statements, "ended": ended, "rejects": row.rejects, "source": row.source });
            Ok(((), noted.with_detail(detail)))
        })?;
        if let (Some(from), Some(to)) = (temporary, &reject_file) {
            std::fs::rename(&from, to).map_err(|source| NodeError::io("keeping the reject file", to, source))?;
        }
        Ok(ImportReport {
            file: source.file_name,
            format: row.format,
            dataset: row.dataset.to_string(),
            unchanged: false,
            import_number,
            rows: summary.rows,
            records: row.records,
            statements: row.statements,
            ended,
            rejects: row.rejects,
            ignored: summary.ignored,
            reject_file: reject_file.map(|path| path.display().to_string()),
            first_rejects,
        })
    }

    fn reject_file_name(&self, import_number: u32, file_name: &str, temporary: Option<&Path>) -> Option<PathBuf> {
        temporary?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
        let name: String = file_name.chars().map(plain).take(80).collect();
        Some(self.folder().rejects().join(format!("{import_number:06}-{name}.jsonl")))
    }
}

/// Puts everything an import brought into one transaction. Returns how many statements ended by it.
fn land(
    tx: &mut dyn Transaction,
    origin: &NodeId,
    collected: Collected,
    label: LabelId,
    row: &mut ImportRow,
    coverage: &Coverage,
) -> Result<u64, NodeError> {
    if !collected.files.is_empty() {
        tx.add_data_files(&collected.files, row.at)?;
    }
    let (dataset, at) = (row.dataset.clone(), row.at);
    let mut new_statements = 0u64;
    let mut said: HashSet<StatementId> = HashSet::new();
    collected.spool.drain(|drafts| {
        let statements: Vec<Statement> =
            drafts.into_iter().map(|draft| Statement::record(draft, origin.clone(), dataset.clone(), label, at)).collect();
        new_statements += tx.put_statements(&statements)? as u64;
        if matches!(coverage, Coverage::Whole { .. }) {
            let ids: Vec<StatementId> = statements.iter().map(|statement| statement.id).collect();
            // Somebody who was taken off a list may be put on it again.
            tx.resume_statements(&ids)?;
            said.extend(ids);
        }
        Ok(())
    })?;
    row.statements = new_statements;
    let ended = match coverage {
        Coverage::Whole { tables, made_at } => end_unsaid(tx, origin, row, tables, *made_at, &said)?,
        Coverage::Part | Coverage::Unsaid { .. } => 0,
    };
    tx.put_import(row)?;
    Ok(ended)
}

/// Ends what earlier imports of the dataset read into these tables and this file, which is whole, no longer says. A file that is older
/// than what is there ends nothing.
fn end_unsaid(
    tx: &mut dyn Transaction,
    origin: &NodeId,
    row: &ImportRow,
    tables: &[&str],
    made_at: Option<Timestamp>,
    said: &HashSet<StatementId>,
) -> Result<u64, NodeError> {
    const PAGE: usize = 50_000;
    let (mut unsaid, mut after) = (Vec::new(), None);
    loop {
        let query =
            StatementQuery { origin: Some(origin), dataset: Some(&row.dataset), after, limit: PAGE, ..StatementQuery::default() };
        let page = tx.statements(&query)?;
        let of_tables = |statement: &&Statement| {
            let record = statement.content.record.as_ref();
            record.is_some_and(|record| tables.contains(&record.table.as_str()))
        };
        for statement in page.iter().filter(of_tables).filter(|statement| !said.contains(&statement.id)) {
            if made_at.is_some_and(|made| statement.content.stated_at.is_some_and(|stated| stated > made)) {
                return Ok(0);
            }
            unsaid.push(statement.id);
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.id),
            _ => return Ok(tx.end_statements(&unsaid, row.at)? as u64),
        }
    }
}

fn open_regular(path: &Path) -> Result<File, NodeError> {
    let file = File::open(path).map_err(|source| NodeError::io("opening", path, source))?;
    let metadata = file.metadata().map_err(|source| NodeError::io("reading", path, source))?;
    if metadata.is_file() { Ok(file) } else { Err(NodeError::Invalid(format!("{} is not a file", path.display()))) }
}

fn display_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn hash_file(file: &mut File, path: &Path) -> Result<SourceId, NodeError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 18];
    let outcome = (|| {
        file.seek(SeekFrom::Start(0))?;
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
        }
        file.seek(SeekFrom::Start(0))
    })();
    outcome.map_err(|source| NodeError::io("reading", path, source))?;
    Ok(SourceId(oikos_model::ContentHash(hasher.finalize().into())))
}

fn read_beginning(file: &mut File, path: &Path) -> Result<Vec<u8>, NodeError> {
    let mut beginning = Vec::with_capacity(BEGINNING_BYTES);
    file.take(BEGINNING_BYTES as u64).read_to_end(&mut beginning).map_err(|source| NodeError::io("reading", path, source))?;
    Ok(beginning)
}

/// Finds reader and dataset: the named ones, or the first reader that recognises the beginning and the first dataset that carries its format.
fn recognise(file: &mut File, request: &ImportRequest) -> Result<Recognised, NodeError> {
    let beginning = read_beginning(file, &request.path)?;
    let all = || oikos_desks::DESKS.iter().flat_map(|desk| desk.readers.iter().map(move |reader| (*desk, *reader)));
    let fitting = match &request.format {
        Some(format) => all().find(|(_, reader)| reader.format().name == format),
        None => recognising(&beginning).into_iter().next(),
    };
    let (desk, reader) = fitting.ok_or_else(|| unknown_format(request, &beginning))?;
    let format = reader.format().name;
    let carries = |dataset: &&DatasetDefinition| dataset.formats.contains(&format);
    let dataset = match &request.dataset {
        Some(named) => desk.datasets.iter().filter(carries).find(|dataset| dataset.id == named.as_str()),
        None => desk.datasets.iter().find(carries),
    };
    let dataset = dataset.ok_or_else(|| {
        let known: Vec<&str> = desk.datasets.iter().filter(carries).map(|dataset| dataset.id).collect();
        NodeError::Invalid(format!("{}: the format {format} goes into {}", request.known_as(), known.join(" or ")))
    })?;
    Ok(Recognised { desk, reader, dataset })
}

fn unknown_format(request: &ImportRequest, beginning: &[u8]) -> NodeError {
    let formats: Vec<&str> = oikos_desks::DESKS.iter().flat_map(|desk| desk.readers).map(|reader| reader.format().name).collect();
    let known = formats.join(", ");
    let file = request.known_as();
    NodeError::Invalid(match &request.format {
        Some(format) => format!("{file}: there is no format {format:?}; known are {known}"),
        None if beginning.is_empty() => format!("{file} is empty"),
        None => format!("{file}: no reader recognises the beginning of this file; name the format with --format ({known})"),
    })
}

fn unchanged(request: &ImportRequest, recognised: &Recognised, earlier: &ImportRow) -> ImportReport {
    ImportReport {
        file: request.shown_name(),
        format: recognised.reader.format().name.to_owned(),
        dataset: recognised.dataset.id.to_owned(),
        unchanged: true,
        import_number: earlier.number,
        rows: 0,
        records: earlier.records,
        statements: 0,
        ended: 0,
        rejects: earlier.rejects,
        ignored: std::collections::BTreeMap::new(),
        reject_file: None,
        first_rejects: Vec::new(),
    }
}
