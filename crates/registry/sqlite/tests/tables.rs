//! What is copied from one registry to another is everything: each table and column of the schema is listed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use oikos_registry::TABLES;
use oikos_registry_sqlite::SqliteStore;

/// Indexes that are tables too, and the version of the schema.
const NOT_COPIED: &[&str] =
    &["schema_version", "statement_selector", "statement_name", "statement_reference", "finding_title", "sqlite_"];

#[test]
fn every_table_and_column_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.sqlite");
    SqliteStore::open(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    // Columns that are computed are hidden, and the tables inside of a word index belong to it.
    let sql = "SELECT list.name, columns.name FROM pragma_table_list AS list JOIN pragma_table_info(list.name) AS columns \
               WHERE list.type = 'table' ORDER BY list.name, columns.cid";
    let mut there: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut statement = connection.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        there.entry(row.get(0).unwrap()).or_default().push(row.get(1).unwrap());
    }
    there.retain(|table, _| !NOT_COPIED.iter().any(|not| table.starts_with(not)));
    let listed =
        TABLES.iter().map(|table| (table.name.to_owned(), table.columns.iter().map(|column| (*column).to_owned()).collect()));
    assert_eq!(there, listed.collect());
}
