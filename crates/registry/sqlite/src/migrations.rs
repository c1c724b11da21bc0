//! The schema: one statement per numbered file in `migrations/`, compiled in, applied once and in order.

use oikos_registry::StoreError;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

macro_rules! migrations {
    ($($name:literal,)+) => {
        &[$(($name, include_str!(concat!("../migrations/", $name, ".sql"))),)+]
    };
}

/// Every migration by name, oldest first. A file that has been released is never changed; a change is a new file.
const MIGRATIONS: &[(&str, &str)] = migrations![
    "0001_schema_version",
    "0002_label",
    "0003_statement",
    "0004_statement_by_entity",
    "0005_statement_by_record",
    "0006_statement_selector",
    "0007_statement_selector_by_value",
    "0008_judgement",
    "0009_finding",
    "0010_finding_by_score",
    "0011_finding_selector",
    "0012_finding_selector_by_finding",
    "0013_derivation",
    "0014_derivation_by_derived",
    "0015_decision",
    "0016_decision_by_finding",
    "0017_lead",
    "0018_counter",
    "0019_import",
    "0020_import_by_source",
    "0021_run",
    "0022_checkpoint",
    "0023_job",
    "0024_account",
    "0025_session",
    "0026_partner",
    "0027_outgoing_parcel",
    "0028_incoming_parcel",
    "0029_incoming_parcel_by_sequence",
    "0030_release",
    "0031_release_by_what",
    "0032_recall_notice",
    "0033_newest_sequence",
    "0034_journal_entry",
    "0035_ducklake_metadata",
    "0036_ducklake_snapshot",
    "0037_ducklake_snapshot_changes",
    "0038_ducklake_schema",
    "0039_ducklake_table",
    "0040_ducklake_view",
    "0041_ducklake_tag",
    "0042_ducklake_column_tag",
    "0043_ducklake_data_file",
    "0044_ducklake_file_column_stats",
    "0045_ducklake_file_variant_stats",
    "0046_ducklake_delete_file",
    "0047_ducklake_column",
    "0048_ducklake_table_stats",
    "0049_ducklake_table_column_stats",
    "0050_ducklake_partition_info",
    "0051_ducklake_partition_column",
    "0052_ducklake_file_partition_value",
    "0053_ducklake_files_scheduled_for_deletion",
    "0054_ducklake_inlined_data_tables",
    "0055_ducklake_column_mapping",
    "0056_ducklake_name_mapping",
    "0057_ducklake_schema_versions",
    "0058_ducklake_macro",
    "0059_ducklake_macro_impl",
    "0060_ducklake_macro_parameters",
    "0061_ducklake_sort_info",
    "0062_ducklake_sort_expression",
    "0063_ducklake_file_column_stats_by_file",
    "0064_oikos_data_file",
    "0065_ask_reference",
    "0066_ask_count",
    "0067_ask_hit",
    "0068_release_request",
    "0069_release_request_by_due",
    "0080_session_without_proof",
    "0081_session_with_proof",
    "0082_session_purpose",
    "0083_second_factor",
    "0084_recovery_code",
    "0085_passkey",
    "0086_challenge",
    "0087_subject",
    "0088_sign_in_attempts",
    "0089_approval",
    "0090_journal_term",
    "0091_journal_term_by_position",
    "0092_journal_term_of_older_entries",
    "0093_journal_entry_by_time",
    "0094_witnessed_log",
    "0095_bundle",
    "0096_subject_request",
    "0097_finding_hold",
    "0100_release_shown_as",
    "0101_release_by_partner",
    "0102_release_by_time",
    "0103_outgoing_parcel_brings",
    "0104_notice",
    "0105_rectification",
    "0106_parcel_chunk",
    "0107_link",
    "0108_finding_by_receipt",
    "0109_release_by_shown_as",
    "0110_finding_assignee",
    "0111_finding_snoozed_until",
    "0112_finding_title",
    "0113_finding_tlp",
    "0114_finding_for_inbox",
    "0115_finding_by_desk",
    "0116_work_event",
    "0117_work_event_by_finding",
    "0118_work_event_by_kind",
    "0119_desk_budget",
    "0120_saved_filters",
    "0121_case_file",
    "0122_case_file_by_change",
    "0123_case_item",
    "0124_case_item_by_reference",
    "0125_case_task",
    "0126_case_task_by_case",
    "0127_case_event",
    "0128_drop_finding_by_score",
    "0130_statement_name",
    "0131_statement_name_of_older_statements",
    "0132_name_index",
    "0133_name_index_erases",
    "0134_name_index_of_older_statements",
    "0135_name_index_grows",
    "0136_name_index_shrinks",
    "0137_finding_title",
    "0138_finding_title_of_older_findings",
    "0139_title_index",
    "0140_title_index_erases",
    "0141_title_index_of_older_findings",
    "0142_title_index_grows",
    "0143_title_index_shrinks",
    "0144_statement_reference",
    "0145_statement_reference_by_entity",
    "0146_statement_reference_of_older_statements",
    "0150_detector",
    "0151_detector_change",
    "0152_detector_run",
    "0153_finding_by_first_record",
    "0170_access_review",
    "0171_link_clock",
    "0180_screening_decision",
    "0181_screening_set",
    "0182_screened_subject",
];

/// Brings the database to the newest schema, in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer version of Oikos made it; otherwise when the database fails.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let failed = |source| StoreError::database("preparing its tables", source);
    let known = MIGRATIONS.len() as i64;
    // The usual case, without waiting for another process that writes.
    if version(connection).map_err(failed)? == known {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found = version(&transaction).map_err(failed)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    if found < known {
        for (_, statement) in MIGRATIONS.iter().skip(found as usize) {
            transaction.execute(statement, []).map_err(failed)?;
        }
        transaction.execute("DELETE FROM schema_version", []).map_err(failed)?;
        transaction.execute("INSERT INTO schema_version (version) VALUES (?1)", [known]).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    let made = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
    if connection.query_row(made, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    connection.query_row("SELECT version FROM schema_version", [], |row| row.get(0))
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
            let number = name.split('_').next().unwrap_or_default();
            assert!(number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()), "{name} must be numbered");
            let without_comments = statement.lines().filter(|line| !line.starts_with("--"));
            assert_eq!(without_comments.filter(|line| line.contains(';')).count(), 1, "{name} must hold one statement");
            assert!(statement.ends_with(";\n"), "{name} must end with its statement");
        }
    }

    #[test]
    fn a_schema_is_made_once_and_a_newer_one_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE schema_version SET version = version + 1", []).unwrap();
        assert!(matches!(migrate(&mut connection), Err(StoreError::NewerSchema { .. })));
    }

    #[test]
    fn an_older_schema_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().unwrap();
        for (_, statement) in &MIGRATIONS[..3] {
            connection.execute(statement, []).unwrap();
        }
        connection.execute("INSERT INTO schema_version (version) VALUES (3)", []).unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), MIGRATIONS.len() as i64);
    }
}
