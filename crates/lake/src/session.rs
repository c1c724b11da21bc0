//! Sessions: what one act sees of one snapshot of the lake.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::{MemTable, TableProvider, ViewTable};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use futures::StreamExt;
use futures::future::{Either, select};
use oikos_desk::{Batches, Engine, EngineError, KernelStep, ParameterValue, Parameters};
use oikos_model::{LabelId, Marking, Timestamp};
use oikos_registry::{Catalogue, DataFile, SnapshotId};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use crate::files_table::FilesTable;
use crate::lake::EngineParts;
use crate::{ColumnsPermit, LakeError, Permits, SessionLimits, columns, functions, kernel_step, sql};

/// How many batches a query may be ahead of its reader.
const BATCHES_AHEAD: usize = 2;

/// What one act sees of one snapshot of the lake. It is used from threads that may wait.
pub struct Session {
    pub(crate) engine: Arc<EngineParts>,
    pub(crate) context: SessionContext,
    limits: SessionLimits,
    snapshot: SnapshotId,
    now: Timestamp,
    files: BTreeMap<String, Vec<SeenFile>>,
    labels: BTreeMap<LabelId, Marking>,
    visible: BTreeMap<String, SchemaRef>,
    /// When the session's time as a whole is over.
    ends: Instant,
    /// Says when the work is to be given up.
    stop: Option<watch::Receiver<bool>>,
    /// Memory of what kernels emitted; it is given back with the session.
    kept: Vec<MemoryReservation>,
}

/// What a session needs to know of a file it sees.
struct SeenFile {
    label: LabelId,
    begin_snapshot: SnapshotId,
    time_minimum: Option<Timestamp>,
}

/// What a person's query gave.
#[derive(Debug, Clone)]
pub struct QueryResult {
    /// Columns.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
    /// Whether there were more rows than the limits let through.
    pub truncated: bool,
}

impl Session {
    pub(crate) fn open(
        engine: Arc<EngineParts>,
        catalogue: &dyn Catalogue,
        permits: &Permits,
        limits: SessionLimits,
    ) -> Result<Self, LakeError> {
        let snapshot = catalogue.current_snapshot()?;
        let mut session = Self {
            context: SessionContext::new_with_state(session_state(&engine)),
            engine,
            ends: Instant::now() + Duration::from_secs(limits.whole_limit_seconds),
            stop: None,
            limits,
            snapshot,
            now: permits.now,
            files: BTreeMap::new(),
            labels: BTreeMap::new(),
            visible: BTreeMap::new(),
            kept: Vec::new(),
        };
        for table in catalogue.tables()? {
            let Some(permit) = permits.tables.get(table.name.as_str()) else { continue };
            let schema = columns::schema_of(&table, |column| ColumnsPermit::allows(permit, column))?;
            let mut files = catalogue.data_files(&table.name, snapshot)?;
            files.retain(|file| permits.marking(file.label).is_some());
            session.add_files(permits, &files, table.name.as_str());
            let provider = Arc::new(FilesTable::new(schema, &files));
            session.register(table.name.as_str(), provider).map_err(|error| LakeError::Engine(error.to_string()))?;
        }
        Ok(session)
    }

    fn add_files(&mut self, permits: &Permits, files: &[DataFile], table: &str) {
        for file in files {
            if let Some(marking) = permits.marking(file.label) {
                self.labels.entry(file.label).or_insert_with(|| marking.clone());
            }
        }
        let seen = |file: &DataFile| SeenFile {
            label: file.label,
            begin_snapshot: file.begin_snapshot,
            time_minimum: file.time_minimum,
        };
        self.files.insert(table.to_owned(), files.iter().map(seen).collect());
    }

    /// Gives up whatever is being read once `stop` says so, or nobody is left who could.
    #[must_use]
    pub fn stopped_by(mut self, stop: watch::Receiver<bool>) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Runs a person's query and gathers at most `row_limit` rows of at most `byte_limit` bytes. `$now` is the session's present.
    ///
    /// # Errors
    /// When the query is not in order or names what the session does not see, with what it does see; or when memory or time runs out.
    pub fn query(&self, query: &str, row_limit: usize, byte_limit: usize) -> Result<QueryResult, EngineError> {
        let parameters = Parameters(BTreeMap::from([("now".to_owned(), ParameterValue::Time(self.now))]));
        let step = "query";
        let plan = self.plan(step, query, &parameters)?;
        let frame = DataFrame::new(self.context.state(), plan);
        let frame = frame.limit(0, Some(row_limit.saturating_add(1))).map_err(|error| engine_error(step, &error))?;
        let mut result = QueryResult { schema: plain_schema(frame.schema().inner()), batches: Vec::new(), truncated: false };
        let (mut rows_left, mut bytes_left) = (row_limit, byte_limit);
        for batch in self.batches(step, frame)? {
            let batch = batch?;
            let bytes = batch.get_array_memory_size();
            if batch.num_rows() > rows_left || bytes > bytes_left {
                result.truncated = true;
                if bytes <= bytes_left {
                    result.batches.push(batch.slice(0, rows_left));
                }
                break;
            }
            rows_left -= batch.num_rows();
            bytes_left -= bytes;
            result.batches.push(batch);
        }
        Ok(result)
    }

    /// The tables and steps the session sees, with their schemas.
    pub const fn visible(&self) -> &BTreeMap<String, SchemaRef> {
        &self.visible
    }

    /// Makes a table known under a name that must be free.
    pub(crate) fn register(&mut self, name: &str, provider: Arc<dyn TableProvider>) -> Result<(), EngineError> {
        if self.visible.contains_key(name) {
            return Err(query_error(name, "the name is taken by a table or an earlier step; choose another".to_owned()));
        }
        let schema = plain_schema(&provider.schema());
        self.context.register_table(TableReference::bare(name), provider).map_err(|error| engine_error(name, &error))?;
        self.visible.insert(name.to_owned(), schema);
        Ok(())
    }

    /// A table or step as something that can be sorted and read.
    pub(crate) fn frame(&self, step: &str, name: &str) -> Result<DataFrame, EngineError> {
        if !self.visible.contains_key(name) {
            return Err(query_error(step, self.no_such_table(name)));
        }
        let context = self.context.clone();
        let name = TableReference::bare(name);
        let frame = self.wait(step, async move { context.table(name).await })?;
        frame.map_err(|error| engine_error(step, &error))
    }

    /// Starts reading. The engine works ahead on its own threads; batches come in the engine's plain types.
    pub(crate) fn batches<'a>(&'a self, step: &str, frame: DataFrame) -> Result<Batches<'a>, EngineError> {
        let deadline = self.ends.min(Instant::now() + Duration::from_secs(self.limits.time_limit_seconds));
        if self.stop.as_ref().is_some_and(|stop| *stop.borrow()) {
            return Err(stopped(step));
        }
        let mut stream = self
            .wait(step, async move { timeout_at(deadline, frame.execute_stream()).await })?
            .map_err(|_| self.out_of_time(step))?
            .map_err(|error| engine_error(step, &error))?;
        let (sender, mut receiver) = mpsc::channel(BATCHES_AHEAD);
        let mut stop = self.stop.clone();
        let is_stopped = |stop: &Option<watch::Receiver<bool>>| stop.as_ref().is_some_and(|stop| *stop.borrow());
        let asked = self.stop.clone();
        let task = self.engine.workers.spawn(async move {
            loop {
                let reading = std::pin::pin!(timeout_at(deadline, stream.next()));
                let next = match select(reading, std::pin::pin!(until_stopped(stop.as_mut()))).await {
                    Either::Left((Ok(Some(batch)), _)) => batch.map_err(Some),
                    Either::Left((Ok(None), _)) => return,
                    Either::Left((Err(_), _)) | Either::Right(_) => Err(None),
                };
                let failed = next.is_err();
                if sender.send(next).await.is_err() || failed {
                    return;
                }
            }
        });
        let step = step.to_owned();
        let mut task = Some(task);
        let next = move || match futures::executor::block_on(receiver.recv()) {
            Some(Ok(batch)) => Some(plain_batch(&batch).map_err(|error| engine_error(&step, &error))),
            Some(Err(Some(error))) => Some(Err(engine_error(&step, &error))),
            Some(Err(None)) if is_stopped(&asked) => Some(Err(stopped(&step))),
            Some(Err(None)) => Some(Err(self.out_of_time(&step))),
            // The channel ends with the task: either all was read, or the engine broke down.
            None => futures::executor::block_on(task.take()?).err().map(|error| Err(query_error(&step, broke_down(&error)))),
        };
        Ok(Box::new(std::iter::from_fn(next)))
    }

    /// Memory in the lake's pool that the session keeps until it is dropped.
    pub(crate) fn keep(&mut self, reservation: MemoryReservation) {
        self.kept.push(reservation);
    }

    /// A reservation in the lake's memory pool.
    pub(crate) fn reservation(&self, name: &str) -> MemoryReservation {
        MemoryConsumer::new(name).register(&self.engine.environment.memory_pool)
    }

    fn plan(&self, step: &str, query: &str, parameters: &Parameters) -> Result<LogicalPlan, EngineError> {
        let (query, parameters, limits) = (query.to_owned(), parameters.clone(), self.limits.clone());
        let statement = self.wait(step, async move { sql::parse(&query, &parameters, &limits) })?;
        let statement = statement.map_err(|problem| query_error(step, problem))?;
        let state = self.context.state();
        self.check_tables(step, &state, &statement)?;
        let plan = self.wait(step, async move {
            let plan = state.statement_to_plan(statement).await?;
            let read_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            read_only.verify_plan(&plan)?;
            Ok::<_, DataFusionError>(plan)
        })?;
        plan.map_err(|error| engine_error(step, &error))
    }

    /// Refuses names that are not in the session before the engine looks them up in its own way.
    fn check_tables(&self, step: &str, state: &SessionState, statement: &Statement) -> Result<(), EngineError> {
        let references = state.resolve_table_references(statement).map_err(|error| engine_error(step, &error))?;
        for reference in references {
            let known = matches!(&reference, TableReference::Bare { table } if self.visible.contains_key(table.as_ref()));
            if !known {
                return Err(query_error(step, self.no_such_table(&reference.to_string())));
            }
        }
        Ok(())
    }

    fn no_such_table(&self, name: &str) -> String {
        let shown = |(name, schema): (&String, &SchemaRef)| {
            let columns: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            format!("{name} ({})", columns.join(", "))
        };
        let visible: Vec<_> = self.visible.iter().map(shown).collect();
        format!("there is no table {name}; there are: {}", visible.join("; "))
    }

    fn out_of_time(&self, step: &str) -> EngineError {
        let seconds = self.limits.time_limit_seconds.min(self.limits.whole_limit_seconds);
        let problem = format!("it took longer than {seconds} seconds; ask for a shorter span or fewer columns");
        EngineError::Limit { step: step.to_owned(), problem }
    }

    fn wait<T: Send + 'static>(&self, step: &str, future: impl Future<Output = T> + Send + 'static) -> Result<T, EngineError> {
        self.engine.workers.wait(future).map_err(|error| query_error(step, broke_down(&error)))
    }
}

impl Engine for Session {
    fn sql(&mut self, name: &str, query: &str, parameters: &Parameters) -> Result<(), EngineError> {
        let plan = self.plan(name, query, parameters)?;
        self.register(name, Arc::new(ViewTable::new(plan, None)))
    }

    fn kernel(&mut self, step: &KernelStep<'_>) -> Result<Option<Vec<u8>>, EngineError> {
        kernel_step::run(self, step)
    }

    fn schema(&self, name: &str) -> Result<SchemaRef, EngineError> {
        self.visible.get(name).cloned().ok_or_else(|| query_error(name, self.no_such_table(name)))
    }

    fn read<'a>(&'a self, name: &str) -> Result<Batches<'a>, EngineError> {
        self.batches(name, self.frame(name, name)?)
    }

    fn add_reference(&mut self, name: &str, batch: RecordBatch) -> Result<(), EngineError> {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(|error| engine_error(name, &error))?;
        self.register(name, Arc::new(table))
    }

    fn marking_of(&self, tables: &[String]) -> Option<Marking> {
        let files = tables.iter().filter_map(|table| self.files.get(table)).flatten();
        files
            .filter_map(|file| self.labels.get(&file.label))
            .fold(None, |joined, marking| Some(joined.map_or_else(|| marking.clone(), |joined: Marking| joined.join(marking))))
    }

    fn snapshot(&self) -> i64 {
        self.snapshot
    }

    fn has_late_rows(&self, tables: &[String], since: i64, before: Timestamp) -> bool {
        // A file whose rows carry no time may hold any.
        let is_early = |file: &SeenFile| file.time_minimum.is_none_or(|earliest| earliest < before);
        let mut files = tables.iter().filter_map(|table| self.files.get(table)).flatten();
        files.any(|file| file.begin_snapshot > since && is_early(file))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("snapshot", &self.snapshot).field("visible", &self.visible.keys()).finish_non_exhaustive()
    }
}

/// The engine with nothing in it: no tables, no catalogue of tables, no file formats, no table functions.
fn session_state(engine: &EngineParts) -> SessionState {
    let mut config = SessionConfig::new()
        .with_target_partitions(engine.target_partitions)
        .with_information_schema(false)
        .with_default_catalog_and_schema("oikos", "lake");
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".to_owned());
    // Set aside by each sort for merging what it spilled; the engine's 10 MB would be much of a small lake's memory.
    options.execution.sort_spill_reservation_bytes = (engine.memory_bytes / 64).clamp(1 << 20, 10 << 20);
    // Text is one type in the whole house.
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.parquet.schema_force_view_types = false;
    SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::clone(&engine.environment))
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(functions::scalar_functions())
        .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
        .with_window_functions(SessionStateDefaults::default_window_functions())
        .build()
}

pub(crate) fn query_error(step: &str, problem: String) -> EngineError {
    EngineError::Query { step: step.to_owned(), problem }
}

/// Done once the work is to be given up; never where nobody can say so.
async fn until_stopped(stop: Option<&mut watch::Receiver<bool>>) {
    match stop {
        Some(stop) => drop(stop.wait_for(|stop| *stop).await),
        None => std::future::pending().await,
    }
}

fn stopped(step: &str) -> EngineError {
    EngineError::Limit { step: step.to_owned(), problem: "it was stopped".to_owned() }
}

/// Tells limits from mistakes.
pub(crate) fn engine_error(step: &str, error: &DataFusionError) -> EngineError {
    let problem = error.strip_backtrace();
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => {
            let problem = format!("{problem}; ask for a shorter span or give the node more memory");
            EngineError::Limit { step: step.to_owned(), problem }
        }
        _ => query_error(step, problem),
    }
}

fn broke_down(error: &tokio::task::JoinError) -> String {
    format!("the query engine broke down: {error}")
}

/// Text has more than one form inside of the engine; outside there is one.
fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::List(item) => DataType::List(plain_field(item)),
        other => other.clone(),
    }
}

fn plain_field(field: &FieldRef) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(plain_type(field.data_type())))
}

pub(crate) fn plain_schema(schema: &SchemaRef) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(plain_field).collect::<Vec<_>>()))
}

fn plain_batch(batch: &RecordBatch) -> Result<RecordBatch, DataFusionError> {
    let schema = plain_schema(&batch.schema());
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| arrow::compute::cast(column, field.data_type())).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
}
