//! A registry is copied from SQLite to PostgreSQL and back, and is the same.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says so when it is skipped")]

mod house;
mod server;

use std::collections::BTreeMap;

use house::{entry, label, statement};
use oikos_registry::contract::{self, act};
use oikos_registry::{Cell, CopiedTable, CopyProgress, Store, StoreError, TABLES, Table, Transaction, copy_registry};
use oikos_registry_postgres::PostgresStore;
use oikos_registry_sqlite::SqliteStore;
use postgres::{Client, NoTls};

/// A test of the contract, which leaves something behind.
type Test = (&'static str, fn(&mut dyn Transaction));

macro_rules! tests {
    ($($name:ident,)+) => { &[$((stringify!($name), |transaction| contract::$name(transaction)),)+] };
}

const TESTS: &[Test] = tests![
    statements_are_filtered,
    statements_end_once,
    selectors_find_entities,
    judgements_keep_their_order,
    revisions_keep_the_state,
    findings_are_filtered_and_ordered,
    decisions_stay_with_their_finding,
    erasing_findings_leaves_nothing,
    leads_are_replaced,
    import_numbers_are_never_reused,
    imports_are_found_until_erased,
    runs_and_jobs_come_back,
    checkpoints_are_found_by_time,
    accounts_come_back,
    purposes_are_stated_per_case,
    second_factors_come_back_and_recovery_codes_count_once,
    a_passkey_has_one_owner,
    a_challenge_is_taken_once,
    a_subject_is_bound_once,
    failed_sign_ins_are_kept_and_bounded,
    approvals_come_back,
    partners_come_back,
    parcels_are_numbered_and_delivered,
    notices_are_acknowledged_by_their_parcels,
    corrections_are_kept,
    chunks_follow_each_other,
    links_remember,
    received_parcels_count_once,
    recalls_reach_those_who_have_it,
    a_recalled_statement_arrives_ended,
    references_belong_to_one_partner,
    counts_of_asks_add_up,
    hits_come_back_until_they_expire,
    requests_are_answered_once_and_expire,
    files_are_seen_from_their_snapshot_on,
    an_erased_file_is_seen_by_no_snapshot,
    journal_entries_have_no_gaps_and_can_lose_their_content,
    journal_entries_are_found_by_their_terms,
    witnessed_logs_come_back,
    reviews_come_back,
    bundles_and_requests_come_back,
    a_held_finding_stays_as_it_was_decided,
    work_states_stay_with_their_finding,
    budgets_and_saved_filters_come_back,
    cases_come_back_with_what_is_in_them,
    tasks_and_events_go_with_their_case,
    findings_are_found_by_title,
    relationships_are_found_from_their_ends,
    detectors_keep_their_settings_and_history,
    only_the_newest_runs_are_kept,
];

fn copy(from: &dyn Store, to: &dyn Store) -> Vec<CopiedTable> {
    copy_registry(from, to, &act(), &mut |_| {}).unwrap()
}

#[test]
fn whatever_the_contract_leaves_behind_is_copied_there_and_back() {
    let Some(server) = server::server() else { return };
    let mut filled = 0;
    for (name, test) in TESTS {
        let (first, last) = (SqliteStore::in_memory().unwrap(), SqliteStore::in_memory().unwrap());
        let mut transaction = first.begin(&act()).unwrap();
        test(&mut *transaction);
        transaction.commit().unwrap();
        let between = PostgresStore::connect(&server.new_database(), None).unwrap();
        let (there, back) = (copy(&first, &between), copy(&between, &last));
        assert_eq!(there, back, "{name}");
        filled += usize::from(there.iter().any(|copied| copied.rows > 0));
    }
    // A test that erases everything again leaves nothing to copy.
    assert!(filled > TESTS.len() * 3 / 4, "{filled} of {} tests left something behind", TESTS.len());
}

/// The columns of every table with their types, as the server says.
fn columns(address: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let sql = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
               WHERE table_schema = 'public' ORDER BY ordinal_position";
    let mut columns: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in Client::connect(address, NoTls).unwrap().query(sql, &[]).unwrap() {
        columns.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
    }
    columns
}

/// A row of a table that refers to the rows of the tables before: the same number, text or bytes everywhere.
fn row_of(table: &Table, columns: &[(String, String)], finding: &Cell) -> Vec<Cell> {
    let cell = |column: &&str| match columns.iter().find(|(name, _)| name == column).map(|(_, kind)| kind.as_str()) {
        _ if (table.name, *column) == ("finding", "content") => finding.clone(),
        Some("bigint") => Cell::Integer(1),
        Some("double precision") => Cell::Number(0.1),
        Some("text") => Cell::Text("1".to_owned()),
        Some("bytea") => Cell::Bytes(vec![1; 32]),
        other => unreachable!("{} {column} {other:?}", table.name),
    };
    table.columns.iter().map(cell).collect()
}

#[test]
fn a_row_of_every_table_is_copied_there_and_back() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let columns = columns(&address);
    let (other, first, last) =
        (SqliteStore::in_memory().unwrap(), SqliteStore::in_memory().unwrap(), SqliteStore::in_memory().unwrap());
    let mut transaction = other.begin(&act()).unwrap();
    contract::revisions_keep_the_state(&mut *transaction);
    let findings = TABLES.iter().find(|table| table.name == "finding").unwrap();
    let mut finding = Cell::Absent;
    let mut keep = |row: Vec<Cell>| {
        finding = findings.cell(&row, "content")?.clone();
        Ok(())
    };
    transaction.each_row(findings, &mut keep).unwrap();
    let mut transaction = first.begin(&act()).unwrap();
    for table in TABLES {
        transaction.put_rows(table, &[row_of(table, &columns[table.name], &finding)]).unwrap();
    }
    transaction.commit().unwrap();
    let between = PostgresStore::connect(&address, None).unwrap();
    let (there, back) = (copy(&first, &between), copy(&between, &last));
    assert_eq!(there, back);
    assert!(there.iter().all(|copied| copied.rows == 1));
}

/// Puts a little of what is searched, counted and found by an index.
fn fill(store: &dyn Store) {
    let mut transaction = store.begin(&act()).unwrap();
    contract::findings_are_found_by_title(&mut *transaction);
    let label = label(&mut *transaction);
    let odd = statement(1, 1, "name", "Grey\tPetrél\\N \n'\"\r", label);
    transaction.put_statements(&[odd, statement(1, 2, "imo", "9074729", label)]).unwrap();
    transaction.append_journal(&entry("entry")).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn what_was_copied_is_found_by_every_index() {
    let Some(store) = server::fresh_store() else { return };
    let first = SqliteStore::in_memory().unwrap();
    fill(&first);
    let last = SqliteStore::in_memory().unwrap();
    copy(&first, &store);
    copy(&store, &last);
    let stores: [&dyn Store; 3] = [&first, &store, &last];
    let seen = stores.map(|store| {
        let snapshot = store.snapshot(&act()).unwrap();
        let labels: Vec<_> = snapshot.labels().unwrap().into_iter().map(|(id, _)| id).collect();
        let imo = oikos_model::Selector { kind: oikos_model::SelectorKind::Imo, value: "9074729".to_owned() };
        (
            snapshot.entities_named("petrel", &labels, 10).unwrap(),
            snapshot.findings_titled("silent", &labels, 10).unwrap(),
            snapshot.entities_with(&imo, &labels).unwrap(),
            snapshot.statements(&oikos_registry::StatementQuery::default()).unwrap(),
            snapshot.findings(&oikos_registry::FindingQuery::default()).unwrap(),
        )
    });
    assert!(!seen[0].0.is_empty() && !seen[0].1.is_empty() && !seen[0].2.is_empty());
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    // What comes next goes on where the other registry stopped.
    let mut transaction = store.begin(&act()).unwrap();
    assert_eq!(transaction.append_journal(&entry("next")).unwrap(), 1);
}

#[test]
fn only_an_empty_registry_is_copied_into_and_progress_reaches_its_end() {
    let Some(store) = server::fresh_store() else { return };
    let first = SqliteStore::in_memory().unwrap();
    fill(&first);
    let mut seen: Vec<CopyProgress> = Vec::new();
    copy_registry(&first, &store, &act(), &mut |progress| seen.push(progress)).unwrap();
    assert!(seen.is_sorted_by_key(|progress| progress.done));
    assert_eq!(seen.last().map(|progress| (progress.done, progress.checking)), Some((seen[0].total, true)));
    let again = copy_registry(&first, &store, &act(), &mut |_| {});
    assert!(matches!(&again, Err(StoreError::Conflict(why)) if why.contains("not empty")), "{again:?}");
}

#[test]
fn what_cannot_be_copied_whole_is_not_copied_at_all() {
    let Some(store) = server::fresh_store() else { return };
    let first = SqliteStore::in_memory().unwrap();
    fill(&first);
    let mut transaction = first.begin(&act()).unwrap();
    // SQLite keeps it; PostgreSQL does not.
    transaction.append_journal(&entry("a\0b")).unwrap();
    transaction.commit().unwrap();
    assert!(matches!(copy_registry(&first, &store, &act(), &mut |_| {}), Err(StoreError::Conflict(_))));
    let snapshot = store.snapshot(&act()).unwrap();
    assert!(TABLES.iter().all(|table| snapshot.count_rows(table).unwrap() == 0));
}

#[test]
fn every_table_and_column_is_copied() {
    let Some(server) = server::server() else { return };
    let there = columns(&server.new_database()).into_iter();
    let names = |columns: Vec<(String, String)>| columns.into_iter().map(|(name, _)| name).collect();
    let mut there: BTreeMap<String, Vec<String>> = there.map(|(table, columns)| (table, names(columns))).collect();
    for made in ["schema_version", "statement_selector", "statement_name", "statement_reference"] {
        assert!(there.remove(made).is_some(), "{made}");
    }
    let computed = ["title", "title_words", "tlp", "latitude", "longitude"];
    there.get_mut("finding").unwrap().retain(|column| !computed.contains(&column.as_str()));
    let sorted = |mut columns: Vec<String>| {
        columns.sort();
        columns
    };
    let there: BTreeMap<_, _> = there.into_iter().map(|(table, columns)| (table, sorted(columns))).collect();
    let listed = TABLES
        .iter()
        .map(|table| (table.name.to_owned(), sorted(table.columns.iter().map(|column| (*column).to_owned()).collect())));
    assert_eq!(there, listed.collect());
}
