//! A lake, a registry and one table, for the tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use oikos_desk::{Column, ColumnType, Engine, EngineError, TableDefinition};
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits, Session, SessionLimits, catalogue_table};
use oikos_model::{
    Act, Action, Actor, Label, LabelId, LegalBasis, Marking, NodeId, Purpose, RecordReference, Regime, Scope, Timestamp, Tlp,
    UserName,
};
use oikos_registry::{DataFile, Store, Transaction};
use oikos_registry_sqlite::SqliteStore;
use tempfile::TempDir;

const fn column(name: &'static str, column_type: ColumnType, nullable: bool) -> Column {
    Column { name, column_type, nullable, description: "for tests" }
}

/// Positions of ships.
pub(crate) const POSITIONS: TableDefinition = TableDefinition {
    name: "positions",
    description: "One report of a ship",
    columns: &[
        column("record_id", ColumnType::Integer, false),
        column("mmsi", ColumnType::Integer, false),
        column("at", ColumnType::Time, false),
        column("speed_knots", ColumnType::Float, true),
        column("ship_name", ColumnType::Text, true),
        column("crew_note", ColumnType::Text, true),
    ],
    time_column: Some("at"),
    restricted_columns: &["crew_note"],
};

/// A table that most sessions do not see.
pub(crate) const SECRETS: TableDefinition = TableDefinition {
    name: "secrets",
    description: "What is not for everyone",
    columns: &[column("record_id", ColumnType::Integer, false), column("hidden_word", ColumnType::Text, true)],
    time_column: None,
    restricted_columns: &[],
};

/// The node's folder, its registry and its lake.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) store: SqliteStore,
    pub(crate) lake: Lake,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with_limits(LakeLimits::default())
    }

    pub(crate) fn with_limits(limits: LakeLimits) -> Self {
        let folder = TempDir::new().unwrap();
        let (store, lake) = open(folder.path(), limits);
        Self { folder, store, lake }
    }

    pub(crate) fn begin(&self) -> Box<dyn Transaction + '_> {
        self.store.begin(&act()).unwrap()
    }

    /// Imports rows under a label, in files of the given batches.
    pub(crate) fn import(&self, number: u32, label: &Label, batches: &[RecordBatch]) -> Vec<DataFile> {
        let mut staging = self.lake.stage(&POSITIONS, number, label.id()).unwrap();
        batches.iter().for_each(|batch| staging.append(batch).unwrap());
        let files = staging.finish().unwrap();
        let mut transaction = self.begin();
        transaction.intern_label(label).unwrap();
        transaction.add_data_files(&files, at(0)).unwrap();
        transaction.commit().unwrap();
        files
    }

    /// A session that sees all of both tables under these labels.
    pub(crate) fn session(&self, labels: &[&Label]) -> Session {
        let tables = [POSITIONS, SECRETS].map(|table| (table.name.to_owned(), ColumnsPermit::All));
        self.session_with(&permits(tables, labels))
    }

    pub(crate) fn session_with(&self, permits: &Permits) -> Session {
        let transaction = self.store.snapshot(&act()).unwrap();
        self.lake.session(transaction.as_ref(), permits, SessionLimits::for_people()).unwrap()
    }
}

pub(crate) fn open(folder: &Path, limits: LakeLimits) -> (SqliteStore, Lake) {
    let store = SqliteStore::open(folder.join("registry.sqlite")).unwrap();
    let lake = Lake::open(&folder.join("lake"), limits).unwrap();
    let mut transaction = store.begin(&act()).unwrap();
    for table in [POSITIONS, SECRETS] {
        transaction.ensure_table(&catalogue_table(&table).unwrap(), at(0)).unwrap();
    }
    transaction.commit().unwrap();
    (store, lake)
}

pub(crate) fn permits(tables: impl IntoIterator<Item = (String, ColumnsPermit)>, labels: &[&Label]) -> Permits {
    Permits {
        tables: tables.into_iter().collect(),
        labels: labels.iter().map(|label| (label.id(), label.marking.clone())).collect::<BTreeMap<LabelId, Marking>>(),
        now: at(1_000_000),
    }
}

pub(crate) fn act() -> Act {
    Act {
        actor: Actor::Person(UserName::new("anna.virtanen").unwrap()),
        action: Action::Import,
        purpose: Purpose::new("maritime-safety").unwrap(),
        legal_basis: LegalBasis::new("Act on Ships, section 1").unwrap(),
        case: None,
        at: at(0),
    }
}

/// So many seconds after the beginning of the tests' world.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

pub(crate) fn label(tlp: Tlp, expires: Option<Timestamp>) -> Label {
    let marking = Marking::new(Regime::Gdpr, tlp, [Purpose::new("maritime-safety").unwrap()]);
    Label { marking: Marking { expires, ..marking }, origin: NodeId::new("fi.coast-guard").unwrap(), scope: Scope::Node }
}

/// Rows (mmsi, second) of an import, from this position in the file.
pub(crate) fn positions(import: u32, first: u32, rows: &[(i64, i64)]) -> RecordBatch {
    let ids = (first..).zip(rows).map(|(position, _)| RecordReference::record_id(import, position));
    let times = rows.iter().map(|(_, second)| at(*second).as_microsecond());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(ids)),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(mmsi, _)| *mmsi))),
        Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC")),
        Arc::new(Float64Array::from_iter(rows.iter().map(|(_, second)| (second % 7 != 0).then_some(*second as f64 / 8.0)))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(mmsi, _)| format!("Ship {mmsi}")))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|_| "sick cook"))),
    ];
    RecordBatch::try_new(POSITIONS.schema(), columns).unwrap()
}

/// Reads a table or step to its end.
pub(crate) fn read(session: &Session, name: &str) -> RecordBatch {
    let batches: Vec<_> = session.read(name).unwrap().collect::<Result<_, EngineError>>().unwrap();
    concat_batches(&session.schema(name).unwrap(), &batches).unwrap()
}

/// The values of a column of whole numbers.
pub(crate) fn numbers(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let column = batch.column_by_name(column).unwrap();
    assert_eq!(column.null_count(), 0);
    column.as_primitive::<Int64Type>().values().to_vec()
}

/// The single whole number a query gives.
pub(crate) fn number(session: &Session, query: &str) -> i64 {
    let result = session.query(query, 10, 1 << 20).unwrap_or_else(|error| panic!("{query:.200}: {error}"));
    let batch = concat_batches(&result.schema, &result.batches).unwrap();
    assert_eq!((batch.num_rows(), batch.num_columns()), (1, 1), "{query:.200}");
    batch.column(0).as_primitive::<Int64Type>().value(0)
}
