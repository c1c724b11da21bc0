//! Rows of the two tables, gathered into Arrow batches. The order of the columns is that of `tables`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::record_batch::RecordBatch;
use oikos_desk::{SinkError, TableDefinition};
use oikos_model::Timestamp;

use crate::tables::{ENTITIES, INTERESTS};

macro_rules! rows {
    ($(#[$doc:meta])* $rows:ident of $row:ident in $table:ident { $($field:ident: $kind:ident),+ $(,)? }) => {
        pub(super) struct $row<'a> { $(pub(super) $field: rows!(@type $kind),)+ }

        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $rows { length: usize, $($field: rows!(@builder $kind),)+ }

        impl $rows {
            pub(super) fn len(&self) -> usize {
                self.length
            }

            pub(super) fn push(&mut self, row: &$row<'_>) {
                self.length += 1;
                $(rows!(@append $kind, self.$field, row.$field);)+
            }

            /// The rows so far as one batch, and begins anew.
            pub(super) fn take(&mut self) -> Result<RecordBatch, SinkError> {
                self.length = 0;
                batch(&$table, vec![$(rows!(@finish $kind, self.$field)),+])
            }
        }
    };
    (@type integer) => { i64 };
    (@type text) => { &'a str };
    (@type maybe_text) => { Option<&'a str> };
    (@type maybe_number) => { Option<f64> };
    (@type flag) => { bool };
    (@type time) => { Timestamp };
    (@type maybe_time) => { Option<Timestamp> };
    (@builder integer) => { Int64Builder };
    (@builder text) => { StringBuilder };
    (@builder maybe_text) => { StringBuilder };
    (@builder maybe_number) => { Float64Builder };
    (@builder flag) => { BooleanBuilder };
    (@builder time) => { TimestampMicrosecondBuilder };
    (@builder maybe_time) => { TimestampMicrosecondBuilder };
    (@append time, $builder:expr, $value:expr) => { $builder.append_value($value.as_microsecond()) };
    (@append maybe_time, $builder:expr, $value:expr) => { $builder.append_option($value.map(|at| at.as_microsecond())) };
    (@append maybe_text, $builder:expr, $value:expr) => { $builder.append_option($value) };
    (@append maybe_number, $builder:expr, $value:expr) => { $builder.append_option($value) };
    (@append $kind:ident, $builder:expr, $value:expr) => { $builder.append_value($value) };
    (@finish time, $builder:expr) => { Arc::new($builder.finish().with_timezone("UTC")) as ArrayRef };
    (@finish maybe_time, $builder:expr) => { Arc::new($builder.finish().with_timezone("UTC")) as ArrayRef };
    (@finish $kind:ident, $builder:expr) => { Arc::new($builder.finish()) as ArrayRef };
}

rows! {
    /// Rows of `ownership_entities`.
    EntityRows of EntityRow in ENTITIES {
        record_id: integer,
        statement: text,
        publisher: text,
        entity: text,
        kind: text,
        entity_type: text,
        name: maybe_text,
        person_name: maybe_text,
        lei: maybe_text,
        company_number: maybe_text,
        country: maybe_text,
        founded_on: maybe_time,
        dissolved_on: maybe_time,
        is_component: flag,
        record_status: text,
        stated_at: time,
    }
}

rows! {
    /// Rows of `ownership_interests`.
    InterestRows of InterestRow in INTERESTS {
        record_id: integer,
        statement: text,
        publisher: text,
        relationship: text,
        subject: maybe_text,
        interested_party: maybe_text,
        unspecified_reason: maybe_text,
        interest: maybe_text,
        share_percent: maybe_number,
        share_minimum_percent: maybe_number,
        share_maximum_percent: maybe_number,
        directness: maybe_text,
        start_on: maybe_time,
        end_on: maybe_time,
        component_count: integer,
        is_component: flag,
        record_status: text,
        stated_at: time,
    }
}

fn batch(table: &TableDefinition, columns: Vec<ArrayRef>) -> Result<RecordBatch, SinkError> {
    RecordBatch::try_new(table.schema(), columns).map_err(|error| SinkError(format!("rows of {}: {error}", table.name)))
}
