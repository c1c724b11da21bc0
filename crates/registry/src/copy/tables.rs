//! The tables of a registry, alike in every backend.

use oikos_model::{ContentHash, StatementId};

use super::Cell;
use crate::StoreError;

/// A table with the columns that hold something of their own; what a backend computes of them is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of their cells.
    pub columns: &'static [&'static str],
}

impl Table {
    /// A cell of a row, by the name of its column.
    ///
    /// # Errors
    /// When the table has no such column, or the row no such cell.
    pub fn cell<'row>(&self, row: &'row [Cell], name: &str) -> Result<&'row Cell, StoreError> {
        let cell = self.columns.iter().position(|column| *column == name).and_then(|place| row.get(place));
        cell.ok_or_else(|| StoreError::corrupt(self.name, format!("a row has no {name}")))
    }

    /// A text of a row, by the name of its column.
    ///
    /// # Errors
    /// When there is none.
    pub fn text<'row>(&self, row: &'row [Cell], name: &str) -> Result<&'row str, StoreError> {
        match self.cell(row, name)? {
            Cell::Text(text) => Ok(text),
            _ => Err(StoreError::corrupt(self.name, format!("the {name} of a row is no text"))),
        }
    }

    /// The id of a row of the table `statement`.
    ///
    /// # Errors
    /// When it is none.
    pub fn statement_id(&self, row: &[Cell]) -> Result<StatementId, StoreError> {
        let id = match self.cell(row, "id")? {
            Cell::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        };
        id.map(|id| StatementId(ContentHash(id))).ok_or_else(|| StoreError::corrupt(self.name, "an id has not 32 bytes"))
    }
}

const fn table(name: &'static str, columns: &'static [&'static str]) -> Table {
    Table { name, columns }
}

/// Every table, each after those that its rows refer to. Indexes over them that are tables too are not here: backends fill them.
pub const TABLES: &[Table] = &[
    table("label", &["id", "content"]),
    table(
        "statement",
        &[
            "id",
            "origin",
            "dataset",
            "entity",
            "kind",
            "property",
            "value",
            "valid_from",
            "valid_to",
            "stated_at",
            "record_table",
            "record_id",
            "person_category",
            "assessment",
            "source_grade",
            "information_grade",
            "recorded_at",
            "ended_at",
            "label",
        ],
    ),
    table("judgement", &["number", "content"]),
    table(
        "finding",
        &[
            "origin",
            "finding_key",
            "revision",
            "detector",
            "desk",
            "state",
            "label",
            "received",
            "score_bits",
            "occurred_from",
            "occurred_to",
            "first_recorded_at",
            "revised_at",
            "expires_at",
            "content",
            "assignee",
            "snoozed_until",
        ],
    ),
    table("finding_selector", &["kind", "value", "origin", "finding_key"]),
    table("derivation", &["source_kind", "source_origin", "source_id", "derived"]),
    table("decision", &["number", "origin", "finding_key", "content"]),
    table("lead", &["id", "label", "score_bits", "first_seen_at", "content"]),
    table("counter", &["name", "last"]),
    table(
        "import",
        &[
            "number",
            "source",
            "file_name",
            "format",
            "dataset",
            "label",
            "records",
            "statements",
            "rejects",
            "imported_at",
            "erased",
        ],
    ),
    table(
        "run",
        &["id", "detector", "detector_hash", "parameter_hash", "snapshot", "span_from", "span_to", "findings", "ran_at"],
    ),
    table("checkpoint", &["detector_hash", "parameter_hash", "step", "fed_up_to", "snapshot", "state"]),
    table("job", &["id", "kind", "state", "done", "total", "result", "started_at", "ended_at"]),
    table("account", &["name", "display_name", "roles", "password_hash", "disabled"]),
    table("partner", &["node", "identity", "agreement", "accepted_at", "left_at"]),
    table("outgoing_parcel", &["id", "partner", "sequence", "bytes", "journal_index", "queued_at", "delivered_at", "brings"]),
    table("incoming_parcel", &["id", "partner", "sequence", "received_at"]),
    table(
        "release",
        &["id", "what_kind", "what_origin", "what_id", "partner", "released_at", "recalled_at", "content", "shown_as"],
    ),
    table("recall_notice", &["what_kind", "what_origin", "what_id", "recalled_at"]),
    table("newest_sequence", &["partner", "finding_key", "sequence"]),
    table("journal_entry", &["position", "content", "salt", "commitment", "entered_at"]),
    table("ducklake_metadata", &["key", "value", "scope", "scope_id"]),
    table("ducklake_snapshot", &["snapshot_id", "snapshot_time", "schema_version", "next_catalog_id", "next_file_id"]),
    table("ducklake_snapshot_changes", &["snapshot_id", "changes_made", "author", "commit_message", "commit_extra_info"]),
    table(
        "ducklake_schema",
        &["schema_id", "schema_uuid", "begin_snapshot", "end_snapshot", "schema_name", "path", "path_is_relative"],
    ),
    table(
        "ducklake_table",
        &["table_id", "table_uuid", "begin_snapshot", "end_snapshot", "schema_id", "table_name", "path", "path_is_relative"],
    ),
    table(
        "ducklake_view",
        &["view_id", "view_uuid", "begin_snapshot", "end_snapshot", "schema_id", "view_name", "dialect", "sql", "column_aliases"],
    ),
    table("ducklake_tag", &["object_id", "begin_snapshot", "end_snapshot", "key", "value"]),
    table("ducklake_column_tag", &["table_id", "column_id", "begin_snapshot", "end_snapshot", "key", "value"]),
    table(
        "ducklake_data_file",
        &[
            "data_file_id",
            "table_id",
            "begin_snapshot",
            "end_snapshot",
            "file_order",
            "path",
            "path_is_relative",
            "file_format",
            "record_count",
            "file_size_bytes",
            "footer_size",
            "row_id_start",
            "partition_id",
            "encryption_key",
            "mapping_id",
            "partial_max",
        ],
    ),
    table(
        "ducklake_file_column_stats",
        &[
            "data_file_id",
            "table_id",
            "column_id",
            "column_size_bytes",
            "value_count",
            "null_count",
            "min_value",
            "max_value",
            "contains_nan",
            "extra_stats",
        ],
    ),
    table(
        "ducklake_file_variant_stats",
        &[
            "data_file_id",
            "table_id",
            "column_id",
            "variant_path",
            "shredded_type",
            "column_size_bytes",
            "value_count",
            "null_count",
            "min_value",
            "max_value",
            "contains_nan",
            "extra_stats",
        ],
    ),
    table(
        "ducklake_delete_file",
        &[
            "delete_file_id",
            "table_id",
            "begin_snapshot",
            "end_snapshot",
            "data_file_id",
            "path",
            "path_is_relative",
            "format",
            "delete_count",
            "file_size_bytes",
            "footer_size",
            "encryption_key",
            "partial_max",
        ],
    ),
    table(
        "ducklake_column",
        &[
            "column_id",
            "begin_snapshot",
            "end_snapshot",
            "table_id",
            "column_order",
            "column_name",
            "column_type",
            "initial_default",
            "default_value",
            "nulls_allowed",
            "parent_column",
            "default_value_type",
            "default_value_dialect",
        ],
    ),
    table("ducklake_table_stats", &["table_id", "record_count", "next_row_id", "file_size_bytes"]),
    table(
        "ducklake_table_column_stats",
        &["table_id", "column_id", "contains_null", "contains_nan", "min_value", "max_value", "extra_stats"],
    ),
    table("ducklake_partition_info", &["partition_id", "table_id", "begin_snapshot", "end_snapshot"]),
    table("ducklake_partition_column", &["partition_id", "table_id", "partition_key_index", "column_id", "transform"]),
    table("ducklake_file_partition_value", &["data_file_id", "table_id", "partition_key_index", "partition_value"]),
    table("ducklake_files_scheduled_for_deletion", &["data_file_id", "path", "path_is_relative", "schedule_start"]),
    table("ducklake_inlined_data_tables", &["table_id", "table_name", "schema_version"]),
    table("ducklake_column_mapping", &["mapping_id", "table_id", "type"]),
    table(
        "ducklake_name_mapping",
        &["mapping_id", "column_id", "source_name", "target_field_id", "parent_column", "is_partition"],
    ),
    table("ducklake_schema_versions", &["begin_snapshot", "schema_version", "table_id"]),
    table("ducklake_macro", &["schema_id", "macro_id", "macro_name", "begin_snapshot", "end_snapshot"]),
    table("ducklake_macro_impl", &["macro_id", "impl_id", "dialect", "sql", "type"]),
    table(
        "ducklake_macro_parameters",
        &["macro_id", "impl_id", "column_id", "parameter_name", "parameter_type", "default_value", "default_value_type"],
    ),
    table("ducklake_sort_info", &["sort_id", "table_id", "begin_snapshot", "end_snapshot"]),
    table(
        "ducklake_sort_expression",
        &["sort_id", "table_id", "sort_key_index", "expression", "dialect", "sort_direction", "null_order"],
    ),
    table("oikos_data_file", &["data_file_id", "import_number", "label", "time_minimum", "time_maximum"]),
    table("ask_reference", &["partner", "reference", "purpose", "kind", "value", "made_at"]),
    table("ask_count", &["partner", "direction", "purpose", "class", "day", "points"]),
    table("ask_hit", &["partner", "reference", "purpose", "label", "last_seen_at", "expires_at", "content"]),
    table("release_request", &["direction", "partner", "id", "label", "state", "due_at", "expires_at", "content"]),
    table("session", &["token_hash", "account", "proof", "opened_at", "used_at", "expires_at"]),
    table("session_purpose", &["token_hash", "case_id", "purpose", "legal_basis", "stated_at"]),
    table("second_factor", &["account", "secret", "confirmed", "last_step", "enrolled_at"]),
    table("recovery_code", &["account", "code_hash"]),
    table("passkey", &["credential", "account", "name", "public_key", "sign_count", "registered_at", "used_at"]),
    table("challenge", &["id", "kind", "account", "content", "expires_at"]),
    table("subject", &["issuer", "subject", "account", "bound_by", "bound_at"]),
    table("sign_in_attempts", &["source", "failures", "last_failure_at", "delays", "delayed_until", "unheard"]),
    table("approval", &["id", "state", "requested_at", "content"]),
    table("journal_term", &["term", "position"]),
    table("witnessed_log", &["node", "keys", "size", "root", "cosigned_at", "problem", "evidence"]),
    table("bundle", &["id", "state", "prepared_at", "content"]),
    table("subject_request", &["id", "state", "received_at", "due_at", "content"]),
    table("finding_hold", &["origin", "finding_key", "label"]),
    table("notice", &["kind", "what_kind", "what_origin", "what_id", "partner", "parcel", "noticed_at", "content"]),
    table("rectification", &["what_kind", "what_origin", "what_id", "partner", "sequence", "content"]),
    table("parcel_chunk", &["partner", "parcel", "start", "length", "whole_length", "received_at", "bytes"]),
    table("link", &["partner", "seen_at", "failed_at", "problem", "clock_ahead_seconds"]),
    table("work_event", &["number", "origin", "finding_key", "kind", "actor", "at", "content"]),
    table("desk_budget", &["desk", "per_day", "set_by", "set_at"]),
    table("saved_filters", &["account", "content"]),
    table("case_file", &["id", "label", "open", "owner", "opened_at", "changed_at", "content"]),
    table("case_item", &["case_id", "kind", "reference", "added_by", "added_at"]),
    table("case_task", &["id", "case_id", "due_at", "done_at", "content"]),
    table("case_event", &["case_id", "number", "at", "content"]),
    table("detector", &["id", "enabled", "parameters", "file_text", "changed_at"]),
    table("detector_change", &["number", "detector", "changed_at", "content"]),
    table("detector_run", &["detector", "began_at", "ended_at", "content"]),
    table("access_review", &["indicator", "newest_entry", "reviewed_by", "reviewed_at", "reason"]),
    table(
        "screening_decision",
        &["subject", "origin", "dataset", "entity", "label", "verdict", "decided_by", "decided_at", "expires_at", "content"],
    ),
    table("screening_set", &["id", "label", "owner", "created_at", "screened_at", "content"]),
    table("screened_subject", &["set_id", "position", "content"]),
];
