//! The list of desks: sources, detectors, last runs, how many alerts.

use std::collections::BTreeMap;

use oikos_desk::{ColumnType, DatasetDefinition, Desk};
use oikos_model::{Action, DatasetId, DetectorId, Timestamp};
use oikos_registry::{DetectorRunRow, FindingsOfDay, ImportRow, Transaction};
use serde::Serialize;

use crate::detectors::LoadedDetector;
use crate::{Caller, Node, NodeError};

/// How far back alerts are counted.
const VOLUME_DAYS: i64 = 30;
const DAY_SECONDS: i64 = 86_400;

/// A desk: its card and how it does.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeskStatus {
    /// Name.
    pub name: String,
    /// Who asks what of it.
    pub question: String,
    /// The purpose its detectors run for.
    pub purpose: String,
    /// The legal basis its detectors run on.
    pub legal_basis: String,
    /// File formats it reads.
    pub formats: Vec<FormatView>,
    /// What it imports into, and how that stands.
    pub datasets: Vec<DatasetStatus>,
    /// Tables of records and reference tables, as detectors read them.
    pub tables: Vec<TableView>,
    /// Kernels that detectors may name.
    pub kernels: Vec<String>,
    /// Its detectors.
    pub detectors: Vec<DetectorStatus>,
}

/// A file format.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FormatView {
    /// The name by which people ask for it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Usual endings of file names.
    pub extensions: Vec<String>,
}

/// A dataset and its imports. Erased imports do not count.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DatasetStatus {
    /// Id.
    pub id: String,
    /// What it is.
    pub description: String,
    /// Formats that carry it.
    pub formats: Vec<String>,
    /// Kept so many days.
    pub retention_days: u32,
    /// Imports there are.
    pub imports: u64,
    /// Rows in the lake that they brought.
    pub records: u64,
    /// Rows that were refused.
    pub rejects: u64,
    /// When the last one landed, RFC 3339.
    pub last_import_at: Option<String>,
    /// The time of the newest record, RFC 3339; absent where records carry none.
    pub newest_record_at: Option<String>,
}

/// A table as steps of detectors read it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TableView {
    /// Name.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// Whether it is reference data and no records.
    pub reference: bool,
    /// Its columns.
    pub columns: Vec<TableColumnView>,
}

/// A column.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TableColumnView {
    /// Name.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub column_type: String,
    /// What it means.
    pub description: String,
    /// Whether a preview leaves it out.
    pub restricted: bool,
}

/// A detector and how it does.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DetectorStatus {
    /// Id.
    pub id: String,
    /// Title of its manual page.
    pub title: String,
    /// What it finds.
    pub finds: String,
    /// Whether it is the node's own.
    pub own: bool,
    /// Whether it runs.
    pub enabled: bool,
    /// Whether the node saved parameters that differ from the defaults.
    pub adjusted: bool,
    /// Why it cannot run at all: a detector of the node's own that no longer fits its desk.
    pub broken: Option<String>,
    /// The last run.
    pub last_run: Option<RunStatus>,
    /// New findings of the last 30 days.
    pub alerts: u64,
    /// The same by day, days without any left out.
    pub alerts_by_day: Vec<VolumeOfDay>,
}

/// How a run went.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunStatus {
    /// When it began, RFC 3339.
    pub began_at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// The span it answered for; absent where there was nothing to answer for.
    pub from: Option<String>,
    /// The end of that span.
    pub to: Option<String>,
    /// Findings that were new.
    pub new: u64,
    /// That had changed.
    pub revised: u64,
    /// That no longer followed from the records.
    pub superseded: u64,
    /// Why it failed. Only those who may run detectors see it: it can quote records.
    pub failed: Option<String>,
}

/// How many findings were new on one day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VolumeOfDay {
    /// The day, `YYYY-MM-DD` (UTC).
    pub day: String,
    /// How many.
    pub findings: u64,
}

impl Node {
    /// All desks.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_desks(&self, caller: &Caller) -> Result<Vec<DeskStatus>, NodeError> {
        let set = self.detector_set();
        let sees_failures = self.may_detect(caller);
        self.read(caller, Action::ReadDesks, |tx| {
            let since = Timestamp::from_second(self.clock().now().as_second() - VOLUME_DAYS * DAY_SECONDS);
            let labels = self.permitted_labels(tx, caller, Action::ReadDesks)?;
            let volumes = tx.findings_by_day(&labels, since.map_err(NodeError::internal)?)?;
            let imports: Vec<ImportRow> = tx.imports()?.into_iter().filter(|import| !import.erased).collect();
            let mut desks = Vec::with_capacity(oikos_desks::DESKS.len());
            for desk in oikos_desks::DESKS {
                let mut view = card(desk);
                view.datasets = datasets(tx, desk, &imports)?;
                for loaded in set.detectors.iter().filter(|loaded| loaded.desk.name == desk.name) {
                    let last = tx.detector_runs(&loaded.detector.head.id, 1)?.into_iter().next();
                    view.detectors.push(status(loaded, last.map(|run| run_status(run, sees_failures)), &volumes));
                }
                let broken = set.broken.iter().filter(|broken| broken.id.as_str().split('.').next() == Some(desk.name));
                view.detectors.extend(broken.map(|broken| broken_status(&broken.id, &broken.problem)));
                desks.push(view);
            }
            Ok(desks)
        })
    }

    /// Whether the caller is one of those who run detectors: what a failed run or a job says can quote records.
    pub(crate) fn may_detect(&self, caller: &Caller) -> bool {
        self.may_ever(caller, Action::Detect)
    }
}

fn card(desk: &Desk) -> DeskStatus {
    let format = |format: oikos_desk::Format| FormatView {
        name: format.name.to_owned(),
        description: format.description.to_owned(),
        extensions: format.extensions.iter().map(|ending| (*ending).to_owned()).collect(),
    };
    DeskStatus {
        name: desk.name.to_owned(),
        question: desk.question.to_owned(),
        purpose: desk.purpose.to_owned(),
        legal_basis: desk.legal_basis.to_owned(),
        formats: desk.readers.iter().map(|reader| format(reader.format())).collect(),
        datasets: Vec::new(),
        tables: tables(desk),
        kernels: desk.kernels.iter().map(|kernel| kernel.name().to_owned()).collect(),
        detectors: Vec::new(),
    }
}

fn tables(desk: &Desk) -> Vec<TableView> {
    let records = desk.tables.iter().map(|table| TableView {
        name: table.name.to_owned(),
        description: table.description.to_owned(),
        reference: false,
        columns: table
            .columns
            .iter()
            .map(|column| TableColumnView {
                name: column.name.to_owned(),
                column_type: type_name(column.column_type).to_owned(),
                description: column.description.to_owned(),
                restricted: table.restricted_columns.contains(&column.name),
            })
            .collect(),
    });
    let references = desk.references.iter().map(|reference| TableView {
        name: reference.name.to_owned(),
        description: reference.description.to_owned(),
        reference: true,
        columns: (reference.rows)()
            .schema()
            .fields()
            .iter()
            .map(|field| TableColumnView {
                name: field.name().clone(),
                column_type: field.data_type().to_string(),
                description: String::new(),
                restricted: false,
            })
            .collect(),
    });
    records.chain(references).collect()
}

const fn type_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "text",
        ColumnType::Integer | ColumnType::Integer32 => "integer",
        ColumnType::Float | ColumnType::Float32 => "number",
        ColumnType::Boolean => "boolean",
        ColumnType::Time => "time",
    }
}

fn datasets(tx: &dyn Transaction, desk: &Desk, imports: &[ImportRow]) -> Result<Vec<DatasetStatus>, NodeError> {
    let mut newest: BTreeMap<u32, Timestamp> = BTreeMap::new();
    let snapshot = tx.current_snapshot()?;
    for table in desk.tables {
        let table = oikos_model::TableName::new(table.name).map_err(NodeError::internal)?;
        for file in tx.data_files(&table, snapshot)? {
            let Some(time) = file.time_maximum else { continue };
            let known = newest.entry(file.import_number).or_insert(time);
            *known = time.max(*known);
        }
    }
    desk.datasets.iter().map(|definition| dataset(definition, imports, &newest)).collect()
}

fn dataset(
    definition: &DatasetDefinition,
    imports: &[ImportRow],
    newest: &BTreeMap<u32, Timestamp>,
) -> Result<DatasetStatus, NodeError> {
    let id = DatasetId::new(definition.id).map_err(NodeError::internal)?;
    let own: Vec<&ImportRow> = imports.iter().filter(|import| import.dataset == id).collect();
    Ok(DatasetStatus {
        id: definition.id.to_owned(),
        description: definition.description.to_owned(),
        formats: definition.formats.iter().map(|format| (*format).to_owned()).collect(),
        retention_days: definition.retention_days,
        imports: own.len() as u64,
        records: own.iter().map(|import| import.records).sum(),
        rejects: own.iter().map(|import| import.rejects).sum(),
        last_import_at: own.iter().map(|import| import.at).max().map(|at| at.to_string()),
        newest_record_at: own.iter().filter_map(|import| newest.get(&import.number)).max().map(ToString::to_string),
    })
}

fn status(loaded: &LoadedDetector, last_run: Option<RunStatus>, volumes: &[FindingsOfDay]) -> DetectorStatus {
    let head = &loaded.detector.head;
    let own = volumes.iter().filter(|day| day.detector == head.id);
    DetectorStatus {
        id: head.id.to_string(),
        title: loaded.detector.title.clone(),
        finds: head.finds.clone(),
        own: loaded.own,
        enabled: loaded.enabled,
        adjusted: !loaded.parameters.is_empty(),
        broken: None,
        last_run,
        alerts: own.clone().map(|day| day.findings).sum(),
        alerts_by_day: own.filter_map(|day| Some(VolumeOfDay { day: day_name(day.day)?, findings: day.findings })).collect(),
    }
}

fn broken_status(id: &DetectorId, problem: &str) -> DetectorStatus {
    DetectorStatus {
        id: id.to_string(),
        title: id.to_string(),
        finds: String::new(),
        own: true,
        enabled: false,
        adjusted: false,
        broken: Some(problem.to_owned()),
        last_run: None,
        alerts: 0,
        alerts_by_day: Vec::new(),
    }
}

fn day_name(day: i64) -> Option<String> {
    let at = Timestamp::from_second(day.checked_mul(DAY_SECONDS)?).ok()?;
    Some(at.to_string().chars().take("YYYY-MM-DD".len()).collect())
}

/// How a run went, with or without why it failed.
pub(super) fn run_status(run: DetectorRunRow, sees_failures: bool) -> RunStatus {
    let number = |name: &str| run.content[name].as_u64().unwrap_or_default();
    let text = |name: &str| run.content[name].as_str().map(str::to_owned);
    let failed = text("failed");
    RunStatus {
        began_at: run.began_at.to_string(),
        duration_ms: u64::try_from(run.ended_at.duration_since(run.began_at).as_millis()).unwrap_or_default(),
        from: text("from"),
        to: text("to"),
        new: number("new"),
        revised: number("revised"),
        superseded: number("superseded"),
        failed: if sees_failures { failed } else { failed.map(|_| String::new()) },
    }
}
