//! What a session does not see looks as if it did not exist.

use std::fs;

use oikos_desk::Engine;
use oikos_lake::{ColumnsPermit, Session};
use oikos_model::Tlp;

use crate::house::{House, POSITIONS, SECRETS, at, label, number, permits, positions};

/// A session of a person: one table, without its restricted column, and one label of three.
fn narrow_session(house: &House) -> Session {
    let open = label(Tlp::Green, None);
    let closed = label(Tlp::Red, None);
    let expired = label(Tlp::Green, Some(at(10)));
    house.import(1, &open, &[positions(1, 1, &[(1, 1), (1, 2)])]);
    house.import(2, &closed, &[positions(2, 1, &[(2, 1), (2, 2), (2, 3)])]);
    house.import(3, &expired, &[positions(3, 1, &[(3, 1)])]);
    let table = (POSITIONS.name.to_owned(), ColumnsPermit::unrestricted(&POSITIONS));
    // Policy allows the expired label, too: the session must still not see it.
    house.session_with(&permits([table], &[&open, &expired]))
}

#[test]
fn only_permitted_labels_that_have_not_expired_are_there() {
    let house = House::new();
    let session = narrow_session(&house);
    assert_eq!(number(&session, "SELECT count(*) FROM positions"), 2);
    assert_eq!(number(&session, "SELECT max(mmsi) FROM positions"), 1);
    assert_eq!(session.marking_of(&["positions".into()]), Some(label(Tlp::Green, None).marking));
}

#[test]
fn restricted_columns_are_not_there() {
    let house = House::new();
    let session = narrow_session(&house);
    let result = session.query("SELECT * FROM positions", 10, 1 << 20).unwrap();
    let names: Vec<_> = result.schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["record_id", "mmsi", "at", "speed_knots", "ship_name"]);
    for query in ["SELECT crew_note FROM positions", "SELECT 1 FROM positions WHERE crew_note = 'x'"] {
        let error = session.query(query, 10, 1 << 20).unwrap_err().to_string();
        assert!(error.contains("ship_name"), "the error names what is there: {error}");
    }
}

#[test]
fn a_hidden_table_is_refused_in_the_words_of_a_missing_one() {
    let house = House::new();
    let session = narrow_session(&house);
    let refusal = |table: &str| session.query(&format!("SELECT * FROM {table}"), 10, 1 << 20).unwrap_err().to_string();
    assert_eq!(refusal(SECRETS.name).replace(SECRETS.name, "X"), refusal("nothing").replace("nothing", "X"));
    assert!(refusal("nothing").contains("positions (record_id, mmsi, at, speed_knots, ship_name)"));
    assert!(session.schema(SECRETS.name).is_err());
    assert!(session.read(SECRETS.name).is_err());
}

#[test]
fn no_query_leaves_the_session() {
    let house = House::new();
    let mut session = narrow_session(&house);
    let folder = house.folder.path().join("lake");
    let file = fs::read_dir(folder.join("positions")).unwrap().next().unwrap().unwrap().path();
    let file = file.display();
    let copied = house.folder.path().join("copied.parquet");
    let hostile = [
        "SELECT * FROM '/etc/passwd'".to_owned(),
        "SELECT * FROM \"/etc/passwd\"".to_owned(),
        format!("SELECT * FROM '{file}'"),
        format!("SELECT * FROM \"file://{file}\""),
        "SELECT * FROM \"lake://data/positions/\"".to_owned(),
        format!("SELECT * FROM read_parquet('{file}')"),
        "SELECT * FROM parquet_metadata('x')".to_owned(),
        "SELECT * FROM information_schema.tables".to_owned(),
        "SELECT * FROM information_schema.df_settings".to_owned(),
        "SELECT * FROM oikos.lake.positions".to_owned(),
        "SELECT * FROM lake.positions".to_owned(),
        "SELECT * FROM generate_series(1, 10)".to_owned(),
        format!("COPY positions TO '{}'", copied.display()),
        format!("COPY (SELECT * FROM positions) TO '{}'", copied.display()),
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'".to_owned(),
        "CREATE TABLE x AS SELECT * FROM positions".to_owned(),
        "CREATE VIEW x AS SELECT * FROM positions".to_owned(),
        "SELECT * INTO x FROM positions".to_owned(),
        "INSERT INTO positions SELECT * FROM positions".to_owned(),
        "DELETE FROM positions".to_owned(),
        "UPDATE positions SET mmsi = 1".to_owned(),
        "WITH gone AS (DELETE FROM positions RETURNING *) SELECT * FROM gone".to_owned(),
        "DROP TABLE positions".to_owned(),
        "TRUNCATE TABLE positions".to_owned(),
        "SET datafusion.catalog.information_schema = true".to_owned(),
        "RESET datafusion.catalog.information_schema".to_owned(),
        "SHOW TABLES".to_owned(),
        "SHOW ALL".to_owned(),
        "DESCRIBE positions".to_owned(),
        "EXPLAIN SELECT * FROM positions".to_owned(),
        "PREPARE x AS SELECT 1".to_owned(),
        "EXECUTE x".to_owned(),
        "BEGIN".to_owned(),
        "CREATE FUNCTION f(int) RETURNS int RETURN $1".to_owned(),
        "SELECT input_file_name() FROM positions".to_owned(),
        "SELECT version()".to_owned(),
        "SELECT now()".to_owned(),
        "SELECT current_timestamp".to_owned(),
        "SELECT random()".to_owned(),
        "SELECT repeat('x', 1000000000)".to_owned(),
        "SELECT generate_series(1, 1000000000)".to_owned(),
        "SELECT 1; DROP TABLE positions".to_owned(),
        "SELECT @@version".to_owned(),
        "SELECT * FROM positions, secrets".to_owned(),
        "SELECT (SELECT max(hidden_word) FROM secrets)".to_owned(),
        "SELECT * FROM positions WHERE EXISTS (SELECT 1 FROM secrets)".to_owned(),
        "WITH x AS (SELECT * FROM secrets) SELECT * FROM x".to_owned(),
        "SELECT * FROM positions UNION ALL SELECT * FROM secrets".to_owned(),
        "TABLE secrets".to_owned(),
    ];
    for query in &hostile {
        let Err(error) = session.query(query, 10, 1 << 20) else { panic!("{query} was answered") };
        let error = error.to_string();
        assert!(!error.contains("hidden_word") || query.contains("hidden_word"), "{query}: {error}");
        assert!(!error.contains("crew_note"), "{query}: {error}");
        assert!(session.sql("step", query, &Default::default()).is_err(), "{query} was taken as a step");
    }
    assert_eq!(number(&session, "SELECT count(*) FROM positions"), 2);
    assert!(!copied.exists());
}

#[test]
fn a_step_sees_no_more_than_its_session() {
    let house = House::new();
    let mut session = narrow_session(&house);
    session.sql("fast", "SELECT * FROM positions WHERE speed_knots > 0", &Default::default()).unwrap();
    assert!(session.schema("fast").unwrap().field_with_name("crew_note").is_err());
    let error = session.sql("fast", "SELECT 1 AS one", &Default::default()).unwrap_err().to_string();
    assert!(error.contains("taken"), "{error}");
    assert!(session.sql("positions", "SELECT 1 AS one", &Default::default()).is_err());
}
