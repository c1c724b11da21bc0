//! Staging: the files of one import into one table, before the catalogue knows them.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::TableDefinition;
use oikos_model::{LabelId, TableName};
use oikos_registry::DataFile;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::lake::Folders;
use crate::statistics::ColumnGatherer;
use crate::{LakeError, LakeLimits, columns};

/// The files of one import into one table. They become visible when what [`finish`](Self::finish) returns is added to the
/// catalogue and committed. Dropped before that, it removes them.
#[derive(Debug)]
pub struct Staging {
    folders: Arc<Folders>,
    limits: LakeLimits,
    table: TableName,
    schema: SchemaRef,
    time_column: Option<usize>,
    import_number: u32,
    label: LabelId,
    open: Option<OpenFile>,
    finished: Vec<DataFile>,
}

/// The file that is being written.
#[derive(Debug)]
struct OpenFile {
    path: String,
    writer: ArrowWriter<File>,
    columns: Vec<ColumnGatherer>,
    record_count: i64,
}

impl Staging {
    pub(crate) fn new(
        folders: Arc<Folders>,
        limits: LakeLimits,
        table: &TableDefinition,
        import_number: u32,
        label: LabelId,
    ) -> Result<Self, LakeError> {
        let schema = columns::file_schema(table);
        let time_column = table.time_column.and_then(|name| schema.index_of(name).ok());
        let table = columns::table_name(table)?;
        Ok(Self { folders, limits, table, schema, time_column, import_number, label, open: None, finished: Vec::new() })
    }

    /// Writes rows. They are not visible yet.
    ///
    /// # Errors
    /// When the batch does not have the table's schema or the file system refuses.
    pub fn append(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let batch = self.checked(batch)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let file = match &mut self.open {
            Some(file) => file,
            open => open.insert(OpenFile::create(
                &self.folders,
                format!("{}/{:010}-{:04}.parquet", self.table, self.import_number, self.finished.len()),
                &self.schema,
                &self.limits,
            )?),
        };
        file.append(&batch, &self.folders)?;
        if file.writer.bytes_written() >= self.limits.file_bytes {
            self.close_file()?;
        }
        Ok(())
    }

    /// Ends writing: every file and its folder is on disk when this returns. What it returns goes to
    /// [`Catalogue::add_data_files`](oikos_registry::Catalogue::add_data_files) in the import's transaction. When that transaction
    /// does not commit, hand the files to [`Lake::discard`](crate::Lake::discard); else the next start of the node removes them.
    ///
    /// # Errors
    /// When the file system refuses; then the files are removed.
    pub fn finish(mut self) -> Result<Vec<DataFile>, LakeError> {
        self.close_file()?;
        if let Some(first) = self.finished.first() {
            self.folders.sync_folder_of(&first.path)?;
        }
        Ok(std::mem::take(&mut self.finished))
    }

    /// The batch with the file's schema, or what differs.
    fn checked(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let given = batch.schema();
        let names = |schema: &SchemaRef| schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        if names(&given) != names(&self.schema) {
            let problem = format!("expected the columns {:?}, not {:?}", names(&self.schema), names(&given));
            return Err(LakeError::Schema { table: self.table.to_string(), problem });
        }
        RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())
            .map_err(|error| LakeError::Schema { table: self.table.to_string(), problem: error.to_string() })
    }

    fn close_file(&mut self) -> Result<(), LakeError> {
        // The file stays in its place until it is finished, so that dropping the staging removes it after an error.
        let Some(file) = &mut self.open else { return Ok(()) };
        let (file_size_bytes, footer_size_bytes) = file.finish(&self.folders)?;
        let Some(file) = self.open.take() else { return Ok(()) };
        let times = self.time_column.and_then(|column| file.columns[column].time_bounds());
        let gathered = file.columns.into_iter().zip(self.schema.fields());
        self.finished.push(DataFile {
            id: 0,
            table: self.table.clone(),
            path: file.path,
            record_count: file.record_count,
            file_size_bytes,
            footer_size_bytes,
            import_number: self.import_number,
            label: self.label,
            time_minimum: times.map(|(earliest, _)| earliest),
            time_maximum: times.map(|(_, latest)| latest),
            begin_snapshot: 0,
            statistics: gathered.map(|(gatherer, field)| gatherer.finish(field.name())).collect(),
        });
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let open = self.open.take().map(|file| file.path);
        for path in self.finished.drain(..).map(|file| file.path).chain(open) {
            // What cannot be removed now is removed by the next sweep: the catalogue does not know it.
            let _ = self.folders.remove_staged(&path);
        }
    }
}

impl OpenFile {
    fn create(folders: &Folders, path: String, schema: &SchemaRef, limits: &LakeLimits) -> Result<Self, LakeError> {
        let full = folders.create_table_folder(&path)?;
        folders.note_staged(&path);
        let file = OpenOptions::new()
            .create_new(true)
            .read(true)
            .write(true)
            .open(&full)
            .map_err(|error| LakeError::file("creating", &full, error))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(limits.row_group_rows))
            .set_max_row_group_bytes(Some(limits.row_group_bytes))
            .set_created_by("oikos".to_owned())
            .build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(schema), options)
            .map_err(|source| LakeError::Parquet { path: full, source })?;
        let columns = vec![ColumnGatherer::new(); schema.fields().len()];
        Ok(Self { path, writer, columns, record_count: 0 })
    }

    fn append(&mut self, batch: &RecordBatch, folders: &Folders) -> Result<(), LakeError> {
        self.writer.write(batch).map_err(|source| LakeError::Parquet { path: folders.data_path(&self.path), source })?;
        for (gatherer, column) in self.columns.iter_mut().zip(batch.columns()) {
            gatherer.add(column);
        }
        self.record_count += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        Ok(())
    }

    /// Writes the footer and syncs. Returns the lengths of the file and of its footer.
    fn finish(&mut self, folders: &Folders) -> Result<(i64, i64), LakeError> {
        let path = folders.data_path(&self.path);
        self.writer.finish().map_err(|source| LakeError::Parquet { path: path.clone(), source })?;
        self.writer.inner().sync_all().map_err(|error| LakeError::file("syncing", &path, error))?;
        lengths(&path).map_err(|error| LakeError::file("reading the footer of", &path, error))
    }
}

/// The length of a Parquet file and that of its footer, which stands in the four bytes before the last four (Apache Parquet,
/// "File format").
fn lengths(path: &Path) -> std::io::Result<(i64, i64)> {
    let mut file = File::open(path)?;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::End(-8))?;
    let mut footer = [0u8; 4];
    file.read_exact(&mut footer)?;
    Ok((i64::try_from(size).unwrap_or(i64::MAX), i64::from(u32::from_le_bytes(footer))))
}

/// Makes what was created or removed in a folder lasting.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| LakeError::file("syncing", folder, error))
}

/// Creates a folder, if it is not there, and makes that lasting.
pub(crate) fn create_folder(folder: &Path) -> Result<(), LakeError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| LakeError::file("creating", folder, error))?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// Removes a file; one that is not there is removed already.
pub(crate) fn remove_file(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LakeError::file("removing", path, error)),
        _ => Ok(()),
    }
}

/// A path below the data folder, as the catalogue names it: a table and a file name, nothing that leads elsewhere.
pub(crate) fn is_data_path(path: &str) -> bool {
    let mut parts = path.split('/');
    let table = parts.next().is_some_and(|name| TableName::new(name).is_ok());
    let file = parts.next().is_some_and(|name| name.ends_with(".parquet") && TableName::new(format!("f{name}")).is_ok());
    table && file && parts.next().is_none() && PathBuf::from(path).is_relative()
}
