//! Inserts a million rows shaped like statements and prints how long it took. The way is chosen by feature and argument:
//! `rusqlite`: `rows` (one prepared statement) or `json` (`json_each`, a batch at a time); `sqlx`: the same two.

use std::time::Instant;

const ROWS: usize = 1_000_000;
const BATCH: usize = 1_000;
const TABLE: &str = "CREATE TABLE statement (id BLOB NOT NULL PRIMARY KEY, origin TEXT NOT NULL, dataset TEXT NOT NULL, \
                     entity TEXT NOT NULL, kind TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, record_id BIGINT, \
                     recorded_at BIGINT NOT NULL, label BLOB NOT NULL)";
const INDEX: &str = "CREATE INDEX statement_by_entity ON statement (entity)";
const INSERT: &str = "INSERT INTO statement VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
const INSERT_JSON: &str = "INSERT INTO statement SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, \
                           value ->> 5, value ->> 6, value ->> 7, value ->> 8, unhex(value ->> 9) FROM json_each(?1) WHERE true \
                           ON CONFLICT (id) DO NOTHING";

struct Row {
    id: [u8; 32],
    entity: String,
    value: String,
    record_id: i64,
}

/// A row whose id is spread like a hash (splitmix64).
fn row(number: usize) -> Row {
    let mut id = [0; 32];
    for (position, chunk) in id.chunks_exact_mut(8).enumerate() {
        let mut mixed = ((number * 4 + position) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes());
    }
    Row { id, entity: format!("test.register/vessel-{}", number / 4), value: format!("value {number}"), record_id: number as i64 }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A batch as a JSON array of arrays. Nothing in it needs escaping.
fn json(batch: &[Row], label: &str) -> String {
    let row = |row: &Row| {
        let Row { id, entity, value, record_id } = row;
        format!(r#"["{}","fi.test","test.register","{entity}","vessel","name","{value}",{record_id},0,"{label}"]"#, hex(id))
    };
    format!("[{}]", batch.iter().map(row).collect::<Vec<_>>().join(","))
}

#[cfg(feature = "rusqlite")]
fn insert(path: &std::path::Path, rows: &[Row], by_row: bool) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA journal_mode = WAL; PRAGMA cache_size = -131072; {TABLE}; {INDEX}; BEGIN")).unwrap();
    let label = [7u8; 32];
    if by_row {
        let mut statement = connection.prepare(INSERT).unwrap();
        for Row { id, entity, value, record_id } in rows {
            let values =
                rusqlite::params![id, "fi.test", "test.register", entity, "vessel", "name", value, record_id, 0, label];
            statement.execute(values).unwrap();
        }
    } else {
        let mut statement = connection.prepare(INSERT_JSON).unwrap();
        for batch in rows.chunks(BATCH) {
            statement.execute([json(batch, &hex(&label))]).unwrap();
        }
    }
    connection.execute_batch("COMMIT").unwrap();
}

#[cfg(feature = "sqlx")]
fn insert(path: &std::path::Path, rows: &[Row], by_row: bool) {
    use sqlx::ConnectOptions as _;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        let mut connection = options.pragma("cache_size", "-131072").connect().await.unwrap();
        for statement in [TABLE, INDEX, "BEGIN"] {
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        let label = [7u8; 32];
        if by_row {
            for Row { id, entity, value, record_id } in rows {
                let query = sqlx::query(INSERT).bind(&id[..]).bind("fi.test").bind("test.register").bind(entity).bind("vessel");
                let query = query.bind("name").bind(value).bind(record_id).bind(0).bind(&label[..]);
                query.execute(&mut connection).await.unwrap();
            }
        } else {
            for batch in rows.chunks(BATCH) {
                sqlx::query(INSERT_JSON).bind(json(batch, &hex(&label))).execute(&mut connection).await.unwrap();
            }
        }
        sqlx::query("COMMIT").execute(&mut connection).await.unwrap();
    });
}

/// User and system seconds of the whole process, at the usual hundred ticks a second.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

fn main() {
    let by_row = std::env::args().nth(1).as_deref() != Some("json");
    let rows: Vec<Row> = (0..ROWS).map(row).collect();
    let folder = tempfile::tempdir().unwrap();
    let (start, used) = (Instant::now(), processor_seconds());
    insert(&folder.path().join("spike.sqlite"), &rows, by_row);
    let (passed, used) = (start.elapsed().as_secs_f64(), processor_seconds() - used);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("{}: {passed:.1} s, of it {used:.1} s on a processor, {peak}", if by_row { "rows" } else { "json" });
}
