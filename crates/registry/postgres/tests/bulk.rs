//! How long a million statements take, and the ways of sending rows side by side. Run by hand:
//! `cargo test -p oikos-registry-postgres --test bulk -- --ignored --nocapture --test-threads=1`.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a measurement prints what it measured")]

mod house;
mod server;

use std::io::Write;
use std::time::Instant;

use house::{label, statement};
use oikos_model::{LabelId, Statement};
use oikos_registry::contract::act;
use oikos_registry::{StatementQuery, Store};
use oikos_registry_postgres::PostgresStore;
use postgres::{Client, NoTls};

const STATEMENTS: u32 = 1_000_000;
const COMPARED: u32 = 200_000;
const BATCH: u32 = 10_000;

fn of_vessel(number: u32, label: LabelId) -> Statement {
    let property = ["name", "imo", "flag", "ship_type"][(number % 4) as usize];
    statement(1, number / 4, property, &format!("{property} {number}"), label)
}

fn batches(count: u32, label: LabelId) -> Vec<Vec<Statement>> {
    let batch = |batch| (batch * BATCH..(batch + 1) * BATCH).map(|number| of_vessel(number, label)).collect();
    (0..count / BATCH).map(batch).collect()
}

/// A stopwatch for time passed, and for time on a processor here and in the server's sessions of one database.
struct Watch {
    client: Client,
    began: Instant,
    here: f64,
    there: f64,
}

impl Watch {
    fn start(address: &str) -> Self {
        let mut client = Client::connect(address, NoTls).unwrap();
        let (here, there) = (seconds_of("self"), Self::there(&mut client));
        Self { client, began: Instant::now(), here, there }
    }

    fn there(client: &mut Client) -> f64 {
        let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        client.query(sql, &[]).unwrap().iter().map(|row| seconds_of(&row.get::<_, i32>(0).to_string())).sum()
    }

    fn print(mut self, what: &str) {
        let (passed, here) = (self.began.elapsed().as_secs_f64(), seconds_of("self") - self.here);
        let there = Self::there(&mut self.client) - self.there;
        println!("{what}: {passed:.1} s; on a processor {here:.1} s here and {there:.1} s in the server");
    }
}

/// How long a process was on a processor, as Linux counts it in hundredths of a second; 0 elsewhere.
fn seconds_of(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in parentheses may hold spaces: fields 14 and 15 are the 12th and 13th after it.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

#[test]
#[ignore = "a measurement"]
fn a_million_statements() {
    let Some(server) = server::server() else { return };
    let address = server.new_database();
    let store = PostgresStore::connect(&address, None).unwrap();
    let mut transaction = store.begin(&act()).unwrap();
    let label = label(&mut *transaction);
    let batches = batches(STATEMENTS, label);
    let watch = Watch::start(&address);
    for batch in &batches {
        assert_eq!(transaction.put_statements(batch).unwrap(), batch.len());
    }
    transaction.commit().unwrap();
    watch.print("put and committed a million statements");
    let watch = Watch::start(&address);
    let snapshot = store.snapshot(&act()).unwrap();
    let read = snapshot.statements(&StatementQuery { property: Some("imo"), ..Default::default() }).unwrap();
    watch.print(&format!("read {} of them by property", read.len()));
    drop(snapshot);
    let watch = Watch::start(&address);
    let mut transaction = store.begin(&act()).unwrap();
    assert_eq!(transaction.erase_statements_of_import(1).unwrap(), STATEMENTS as usize);
    transaction.commit().unwrap();
    watch.print("erased them");
}

/// A table shaped like that of statements, with its key and two of its indexes.
const SHAPE: &str = "CREATE TABLE shaped (id BYTEA NOT NULL PRIMARY KEY, entity TEXT COLLATE \"C\" NOT NULL, kind TEXT COLLATE \"C\" NOT NULL, \
                     property TEXT COLLATE \"C\" NOT NULL, value TEXT COLLATE \"C\" NOT NULL, record_id BIGINT, recorded_at BIGINT NOT NULL); \
                     CREATE INDEX shaped_by_entity ON shaped (entity); CREATE INDEX shaped_by_record ON shaped (record_id)";

/// Three ways of sending the same rows, each leaving those that are there already.
#[test]
#[ignore = "a measurement"]
fn rows_one_by_one_in_arrays_and_copied() {
    let Some(server) = server::server() else { return };
    let batches = batches(COMPARED, LabelId(oikos_model::ContentHash([1; 32])));
    for (what, send) in WAYS {
        let address = server.new_database();
        let mut client = Client::connect(&address, NoTls).unwrap();
        client.batch_execute(SHAPE).unwrap();
        let watch = Watch::start(&address);
        let mut transaction = client.transaction().unwrap();
        batches.iter().for_each(|batch| send(&mut transaction, batch));
        transaction.commit().unwrap();
        watch.print(what);
        let count: i64 = client.query_one("SELECT COUNT(*) FROM shaped", &[]).unwrap().get(0);
        assert_eq!(count, i64::from(COMPARED));
    }
}

type Way = fn(&mut postgres::Transaction<'_>, &[Statement]);

const WAYS: &[(&str, Way)] = &[
    ("200,000 rows one by one, prepared", |transaction, batch| {
        let sql = "INSERT INTO shaped VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        let prepared = transaction.prepare(sql).unwrap();
        for statement in batch {
            let content = &statement.content;
            let (id, entity) = (statement.id.0.0.as_slice(), content.entity.as_str());
            let record_id = content.record.as_ref().map(|record| record.record_id);
            let (kind, property, value) = (&content.kind, &content.property, &content.value);
            transaction.execute(&prepared, &[&id, &entity, kind, property, value, &record_id, &0_i64]).unwrap();
        }
    }),
    ("200,000 rows in arrays", |transaction, batch| {
        let sql = "INSERT INTO shaped SELECT * FROM UNNEST($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], \
                   $7::bigint[]) ON CONFLICT (id) DO NOTHING";
        for batch in batch.chunks(5_000) {
            let contents = || batch.iter().map(|statement| &statement.content);
            let ids: Vec<_> = batch.iter().map(|statement| statement.id.0.0.as_slice()).collect();
            let entities: Vec<_> = contents().map(|content| content.entity.as_str()).collect();
            let kinds: Vec<_> = contents().map(|content| &content.kind).collect();
            let properties: Vec<_> = contents().map(|content| &content.property).collect();
            let values: Vec<_> = contents().map(|content| &content.value).collect();
            let records: Vec<_> = contents().map(|content| content.record.as_ref().map(|record| record.record_id)).collect();
            let times = vec![0_i64; batch.len()];
            transaction.execute(sql, &[&ids, &entities, &kinds, &properties, &values, &records, &times]).unwrap();
        }
    }),
    ("200,000 rows copied beside, then inserted", |transaction, batch| {
        transaction.batch_execute("CREATE TEMPORARY TABLE beside (LIKE shaped) ON COMMIT DROP").unwrap();
        let mut writer = transaction.copy_in("COPY beside FROM STDIN").unwrap();
        for statement in batch {
            let content = &statement.content;
            let record_id = content.record.as_ref().map_or(0, |record| record.record_id);
            let (id, entity) = (statement.id.0, &content.entity);
            let (kind, property, value) = (&content.kind, &content.property, &content.value);
            writeln!(writer, "\\\\x{id}\t{entity}\t{kind}\t{property}\t{value}\t{record_id}\t0").unwrap();
        }
        writer.finish().unwrap();
        let sql = "INSERT INTO shaped SELECT * FROM beside ON CONFLICT (id) DO NOTHING; DROP TABLE beside";
        transaction.batch_execute(sql).unwrap();
    }),
];
