//! The schema: one statement per numbered file in `migrations/`, compiled in, applied once and in order.

use oikos_registry::StoreError;
use postgres::error::SqlState;
use postgres::{Client, Error};

use crate::failure::failed;

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
    "0008_finding",
    "0009_finding_selector",
    "0010_finding_selector_by_value",
    "0011_finding_selector_by_finding",
    "0012_derivation",
    "0013_derivation_by_derived",
    "0014_decision",
    "0015_decision_by_finding",
    "0016_lead",
    "0017_counter",
    "0018_import",
    "0019_import_by_source",
    "0020_run",
    "0021_checkpoint",
    "0022_job",
    "0023_account",
    "0024_partner",
    "0025_outgoing_parcel",
    "0026_incoming_parcel",
    "0027_incoming_parcel_by_sequence",
    "0028_release",
    "0029_release_by_what",
    "0030_recall_notice",
    "0031_newest_sequence",
    "0032_journal_entry",
    "0033_ducklake_metadata",
    "0034_ducklake_snapshot",
    "0035_ducklake_snapshot_changes",
    "0036_ducklake_schema",
    "0037_ducklake_table",
    "0038_ducklake_view",
    "0039_ducklake_tag",
    "0040_ducklake_column_tag",
    "0041_ducklake_data_file",
    "0042_ducklake_file_column_stats",
    "0043_ducklake_file_variant_stats",
    "0044_ducklake_delete_file",
    "0045_ducklake_column",
    "0046_ducklake_table_stats",
    "0047_ducklake_table_column_stats",
    "0048_ducklake_partition_info",
    "0049_ducklake_partition_column",
    "0050_ducklake_file_partition_value",
    "0051_ducklake_files_scheduled_for_deletion",
    "0052_ducklake_inlined_data_tables",
    "0053_ducklake_column_mapping",
    "0054_ducklake_name_mapping",
    "0055_ducklake_schema_versions",
    "0056_ducklake_macro",
    "0057_ducklake_macro_impl",
    "0058_ducklake_macro_parameters",
    "0059_ducklake_sort_info",
    "0060_ducklake_sort_expression",
    "0061_ducklake_file_column_stats_by_file",
    "0062_oikos_data_file",
    "0063_ask_reference",
    "0064_ask_reference_by_value",
    "0065_ask_count",
    "0066_ask_hit",
    "0067_release_request",
    "0068_release_request_by_due",
    "0069_session",
    "0070_session_purpose",
    "0071_second_factor",
    "0072_recovery_code",
    "0073_passkey",
    "0074_challenge",
    "0075_subject",
    "0076_sign_in_attempts",
    "0077_approval",
    "0078_journal_term",
    "0079_journal_term_by_position",
    "0080_journal_entry_by_time",
    "0081_witnessed_log",
    "0082_bundle",
    "0083_subject_request",
    "0084_finding_hold",
    "0085_release_by_partner",
    "0086_release_by_time",
    "0087_notice",
    "0088_rectification",
    "0089_parcel_chunk",
    "0090_link",
    "0091_finding_by_receipt",
    "0092_release_by_shown_as",
    "0093_finding_for_inbox",
    "0094_finding_by_desk",
    "0095_work_event",
    "0096_work_event_by_finding",
    "0097_work_event_by_kind",
    "0098_desk_budget",
    "0099_saved_filters",
    "0100_case_file",
    "0101_case_file_by_change",
    "0102_case_item",
    "0103_case_item_by_reference",
    "0104_case_task",
    "0105_case_task_by_case",
    "0106_case_event",
    "0107_statement_name",
    "0108_statement_name_by_word",
    "0109_finding_by_word_of_title",
    "0110_statement_reference",
    "0111_statement_reference_by_entity",
    "0112_detector",
    "0113_detector_change",
    "0114_detector_run",
    "0115_finding_by_first_record",
    "0116_access_review",
    "0117_screening_decision",
    "0118_screening_set",
    "0119_screened_subject",
];

/// The newest schema.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The one row of this table is also the writers' turn.
const MAKE_VERSION: &str = "CREATE TABLE IF NOT EXISTS schema_version (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)";
const BEGIN_VERSION: &str = "INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING";

/// Brings the database to the newest schema, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer version of Oikos made it; otherwise when the database fails.
pub(crate) fn migrate(client: &mut Client) -> Result<(), StoreError> {
    // The usual case, without waiting for another process that writes.
    if matches!(version(client), Ok(SCHEMA)) {
        return Ok(());
    }
    apply(client, MIGRATIONS)
}

fn apply(client: &mut Client, migrations: &[(&str, &str)]) -> Result<(), StoreError> {
    let failed = |source| failed("preparing its tables", source);
    make_version(client).map_err(failed)?;
    let known = migrations.len() as i64;
    let mut transaction = client.transaction().map_err(failed)?;
    let found = transaction.query_one("SELECT version FROM schema_version FOR UPDATE", &[]).map_err(failed)?;
    let found: i64 = found.try_get(0).map_err(failed)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for (_, statement) in migrations.iter().skip(found as usize) {
        transaction.batch_execute(statement).map_err(failed)?;
    }
    if found < known {
        transaction.execute("UPDATE schema_version SET version = $1", &[&known]).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Makes the table of the version. Where another process makes it at the same moment, this one fails, and finds it made.
fn make_version(client: &mut Client) -> Result<(), Error> {
    match client.batch_execute(MAKE_VERSION) {
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) || error.code() == Some(&SqlState::DUPLICATE_TABLE) => {}
        made => made?,
    }
    client.batch_execute(BEGIN_VERSION)
}

fn version(client: &mut Client) -> Result<i64, Error> {
    client.query_one("SELECT version FROM schema_version", &[])?.try_get(0)
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
        assert!(MIGRATIONS.is_sorted_by(|(one, _), (next, _)| one[..4] < next[..4]), "numbers go up");
        for (name, statement) in MIGRATIONS {
            let without_comments = statement.lines().filter(|line| !line.starts_with("--"));
            assert_eq!(without_comments.filter(|line| line.contains(';')).count(), 1, "{name} must hold one statement");
            assert!(statement.ends_with(";\n"), "{name} must end with its statement");
        }
    }

    /// A text that is ordered or compared must give what SQLite gives, whatever the language of the database.
    #[test]
    fn text_is_compared_by_its_bytes() {
        for (name, statement) in MIGRATIONS {
            let texts = statement.lines().filter(|line| line.contains(" TEXT"));
            assert!(texts.into_iter().all(|line| line.contains(" TEXT COLLATE \"C\"")), "{name}");
        }
    }
}
