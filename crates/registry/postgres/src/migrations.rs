//! The schema: one statement per numbered file in `migrations/`, compiled in, applied once and in order.

use oikos_registry::StoreError;
use postgres::{Client, IsolationLevel};

macro_rules! migrations {
    ($($name:literal,)+) => {
        &[$(($name, include_str!(concat!("../migrations/", $name, ".sql"))),)+]
    };
}

/// Every migration by name, oldest first. A file that has been released is never changed; a change is a new file.
const MIGRATIONS: &[(&str, &str)] = migrations![
    "0001_label",
    "0002_statement",
    "0003_statement_by_entity",
    "0004_statement_by_record",
    "0005_statement_selector",
    "0006_statement_selector_by_value",
    "0007_judgement",
    "0008_journal_entry",
];

/// Brings the database to the newest schema, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer version of Oikos made it; otherwise when the database fails.
pub(crate) fn migrate(client: &mut Client) -> Result<(), StoreError> {
    let failed = |source| StoreError::database("preparing its tables", source);
    let known = MIGRATIONS.len() as i64;
    let mut transaction = client.build_transaction().isolation_level(IsolationLevel::Serializable).start().map_err(failed)?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").map_err(failed)?;
    let rows = transaction.query("SELECT version FROM schema_version", &[]).map_err(failed)?;
    let found = rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(failed)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    if found < known {
        for (_, statement) in MIGRATIONS.iter().skip(found as usize) {
            transaction.batch_execute(statement).map_err(failed)?;
        }
        transaction.execute("DELETE FROM schema_version", &[]).map_err(failed)?;
        transaction.execute("INSERT INTO schema_version (version) VALUES ($1)", &[&known]).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_compiled_in_and_holds_one_statement() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut on_disk: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        on_disk.sort();
        let listed: Vec<String> = MIGRATIONS.iter().map(|(name, _)| format!("{name}.sql")).collect();
        assert_eq!(on_disk, listed);
        for (name, statement) in MIGRATIONS {
            let without_comments = statement.lines().filter(|line| !line.starts_with("--"));
            assert_eq!(without_comments.filter(|line| line.contains(';')).count(), 1, "{name} must hold one statement");
        }
    }
}
