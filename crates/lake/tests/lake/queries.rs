//! Queries: parameters, limits, and files that are never opened.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use oikos_desk::{Engine, EngineError, ParameterValue, Parameters};
use oikos_lake::SessionLimits;
use oikos_model::Tlp;

use crate::house::{House, act, at, label, number, numbers, permits, positions, read};
use oikos_registry::Store;

fn parameters() -> Parameters {
    Parameters(BTreeMap::from([
        ("span_from".into(), ParameterValue::Time(at(100))),
        ("least_knots".into(), ParameterValue::Number(1.0)),
        ("name".into(), ParameterValue::Text("Ship 1' OR '1'='1".into())),
    ]))
}

#[test]
fn parameters_have_their_types_and_text_stays_text() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    house.import(1, &open, &[positions(1, 1, &[(1, 99), (1, 100), (2, 101)])]);
    let mut session = house.session(&[&open]);
    session.sql("late", "SELECT * FROM positions WHERE at >= $span_from", &parameters()).unwrap();
    assert_eq!(read(&session, "late").num_rows(), 2);
    session
        .sql("fast", "SELECT speed_knots * $least_knots AS x FROM late WHERE speed_knots >= $least_knots", &parameters())
        .unwrap();
    assert_eq!(read(&session, "fast").num_rows(), 2);
    session.sql("named", "SELECT * FROM positions WHERE ship_name = $name", &parameters()).unwrap();
    assert_eq!(read(&session, "named").num_rows(), 0);
    session.sql("shown", "SELECT $name AS name, $span_from AS at, $least_knots AS knots", &parameters()).unwrap();
    let types: Vec<_> = session.schema("shown").unwrap().fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types, ["Utf8", "Timestamp(µs, \"UTC\")", "Float64"]);
}

#[test]
fn a_file_outside_of_the_span_is_never_opened() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let old = house.import(1, &open, &[positions(1, 1, &[(1, 1), (1, 50)])]);
    house.import(2, &open, &[positions(2, 1, &[(1, 200)])]);
    fs::write(house.folder.path().join("lake").join(&old[0].path), b"no Parquet at all").unwrap();
    let mut session = house.session(&[&open]);
    assert!(session.query("SELECT * FROM positions WHERE speed_knots > 0", 10, 1 << 20).is_err(), "the file is damaged");
    session.sql("late", "SELECT * FROM positions WHERE at >= $span_from", &parameters()).unwrap();
    assert_eq!(read(&session, "late").num_rows(), 1);
    assert_eq!(number(&session, "SELECT count(*) FROM positions WHERE mmsi = 7 AND speed_knots > 0"), 0);
}

#[test]
fn a_persons_query_is_cut_at_its_limits() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    let rows: Vec<_> = (0..100).map(|row| (1, row)).collect();
    house.import(1, &open, &[positions(1, 1, &rows)]);
    let session = house.session(&[&open]);
    let ask = |rows, bytes| session.query("SELECT * FROM positions", rows, bytes).unwrap();
    let count = |rows, bytes| ask(rows, bytes).batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!((count(10, 1 << 20), ask(10, 1 << 20).truncated), (10, true));
    assert_eq!((count(100, 1 << 20), ask(100, 1 << 20).truncated), (100, false));
    assert_eq!((count(100, 10), ask(100, 10).truncated), (0, true));
    assert_eq!(number(&session, "SELECT count(*) FROM positions WHERE at < $now"), 100);
}

#[test]
fn a_query_without_end_is_ended() {
    let house = House::new();
    let transaction = house.store.snapshot(&act()).unwrap();
    let limits = SessionLimits { time_limit_seconds: 1, ..SessionLimits::for_people() };
    let session = house.lake.session(transaction.as_ref(), &permits([], &[]), limits).unwrap();
    let endless = "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let error = session.query(endless, 10, 1 << 20).unwrap_err();
    assert!(matches!(&error, EngineError::Limit { problem, .. } if problem.contains("seconds")), "{error}");
}

#[test]
fn a_session_ends_as_a_whole_and_when_it_is_stopped() {
    let house = House::new();
    let transaction = house.store.snapshot(&act()).unwrap();
    let limits = SessionLimits { whole_limit_seconds: 0, ..SessionLimits::for_people() };
    let session = house.lake.session(transaction.as_ref(), &permits([], &[]), limits).unwrap();
    let endless = "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    assert!(session.query(endless, 10, 1 << 20).unwrap_err().to_string().contains("seconds"));
    let session = house.lake.session(transaction.as_ref(), &permits([], &[]), SessionLimits::for_people()).unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let session = session.stopped_by(stopped);
    let stopper = std::thread::spawn(move || stop.send(true).map(|()| stop));
    let error = session.query(endless, 10, 1 << 20).unwrap_err();
    assert!(matches!(&error, EngineError::Limit { problem, .. } if problem.contains("stopped")), "{error}");
    drop(stopper.join().unwrap());
}

#[test]
fn the_deepest_query_that_is_read_breaks_nothing() {
    let house = House::new();
    let session = house.session(&[]);
    assert_eq!(number(&session, &format!("SELECT 1{}", " + 1".repeat(1490))), 1491);
    let union = vec!["SELECT 1 AS one"; 490].join(" UNION ALL ");
    assert_eq!(number(&session, &format!("SELECT count(*) FROM ({union})")), 490);
}

#[test]
fn references_and_steps_read_each_other() {
    let house = House::new();
    let mut session = house.session(&[]);
    let schema = Arc::new(Schema::new(vec![Field::new("share", DataType::Int64, false)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(vec![25, 50]))]).unwrap();
    session.add_reference("steps", batch.clone()).unwrap();
    assert!(session.add_reference("steps", batch).is_err());
    session.sql("doubled", "SELECT share * 2 AS share FROM steps", &Default::default()).unwrap();
    session.sql("sorted", "SELECT share FROM doubled ORDER BY share", &Default::default()).unwrap();
    assert_eq!(numbers(&read(&session, "sorted"), "share"), [50, 100]);
}

#[test]
fn text_has_one_type_outside_of_the_engine() {
    let house = House::new();
    let open = label(Tlp::Green, None);
    house.import(1, &open, &[positions(1, 1, &[(1, 1)])]);
    let mut session = house.session(&[&open]);
    let query = "SELECT arrow_cast(ship_name, 'Utf8View') AS a, upper(ship_name) AS b, array_agg(arrow_cast(ship_name, 'Utf8View')) AS c \
                 FROM positions GROUP BY ship_name";
    session.sql("texts", query, &Default::default()).unwrap();
    let batch = read(&session, "texts");
    assert_eq!(batch.column(0).data_type(), &DataType::Utf8);
    assert_eq!(batch.column(1).data_type(), &DataType::Utf8);
    assert!(matches!(batch.column(2).data_type(), DataType::List(item) if item.data_type() == &DataType::Utf8));
}
