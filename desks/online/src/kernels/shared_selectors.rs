//! Checked identifiers that stand in adverts of several advertisers.
//!
//! Input: `kind`, `value`, `advertiser`, `site`, `at`, `record_id` and `selectors_of_advert`, partitioned by `kind` and `value`,
//! ordered by `at`. Emits a row for each identifier in adverts of 2 to `most_advertisers` advertisers.
//!
//! **Guard against over-correlation.** What more advertisers share is a market's own wallet or its help desk's address, and says
//! nothing about any of them. An advert with more than `most_selectors` identifiers is a list, for example of wallets to beware
//! of: it links nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};

use super::at_least;
use super::columns::Columns;

const NAME: &str = "shared_selectors";
/// Records kept of an identifier.
const MOST_EVIDENCE: usize = 1_000;

/// Finds shared identifiers.
pub(crate) struct SharedSelectors;

impl Kernel for SharedSelectors {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let time = ColumnType::Time.arrow();
        let list = |item: DataType| DataType::List(Arc::new(Field::new_list_field(item, true)));
        Arc::new(Schema::new(vec![
            Field::new("kind", DataType::Utf8, false),
            Field::new("value", DataType::Utf8, false),
            Field::new("first_at", time.clone(), false),
            Field::new("last_at", time, false),
            Field::new("adverts", DataType::Int64, false),
            Field::new("advertisers", DataType::Int64, false),
            Field::new("sites", DataType::Int64, false),
            Field::new("advertiser_names", list(DataType::Utf8), false),
            Field::new("record_ids", list(DataType::Int64), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run {
            most_advertisers: at_least(NAME, parameters, "most_advertisers", 2.0)? as usize,
            most_selectors: at_least(NAME, parameters, "most_selectors", 1.0)? as i64,
            shared: None,
            rows: Rows::default(),
        }))
    }
}

/// An identifier and where it stands.
struct Shared {
    kind: String,
    value: String,
    first_at: i64,
    last_at: i64,
    /// At most one more than the guard allows.
    advertisers: BTreeSet<String>,
    sites: BTreeSet<String>,
    adverts: i64,
    record_ids: Vec<i64>,
}

struct Run {
    most_advertisers: usize,
    most_selectors: i64,
    shared: Option<Shared>,
    rows: Rows,
}

impl Run {
    fn end(&mut self) {
        if let Some(shared) = self.shared.take()
            && (2..=self.most_advertisers).contains(&shared.advertisers.len())
        {
            self.rows.add(&shared);
        }
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (kinds, values) = (columns.texts("kind")?, columns.texts("value")?);
        let (advertisers, sites) = (columns.texts("advertiser")?, columns.texts("site")?);
        let (at, ids, lengths) =
            (columns.moments("at")?, columns.integers("record_id")?, columns.integers("selectors_of_advert")?);
        let most_selectors = self.most_selectors;
        for row in (0..batch.num_rows()).filter(|row| lengths.value(*row) <= most_selectors) {
            let (kind, value) = (kinds.value(row), values.value(row));
            if self.shared.as_ref().is_none_or(|shared| shared.kind != kind || shared.value != value) {
                self.end();
            }
            let shared = self.shared.get_or_insert_with(|| Shared {
                kind: kind.to_owned(),
                value: value.to_owned(),
                first_at: at.value(row),
                last_at: at.value(row),
                advertisers: BTreeSet::new(),
                sites: BTreeSet::new(),
                adverts: 0,
                record_ids: Vec::new(),
            });
            shared.last_at = at.value(row);
            shared.adverts += 1;
            if shared.advertisers.len() <= self.most_advertisers {
                shared.advertisers.insert(advertisers.value(row).to_owned());
                shared.sites.insert(sites.value(row).to_owned());
            }
            if shared.record_ids.len() < MOST_EVIDENCE {
                shared.record_ids.push(ids.value(row));
            }
        }
        self.rows.emit(output)
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.end();
        self.rows.emit(output)
    }

    fn memory_bytes(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.advertisers.len() * 256 + shared.record_ids.len() * 8)
    }
}

#[derive(Default)]
struct Rows {
    count: usize,
    kinds: StringBuilder,
    values: StringBuilder,
    times: [Vec<i64>; 2],
    counts: [Int64Builder; 3],
    names: ListBuilder<StringBuilder>,
    record_ids: ListBuilder<Int64Builder>,
}

impl Rows {
    fn add(&mut self, shared: &Shared) {
        self.count += 1;
        self.kinds.append_value(&shared.kind);
        self.values.append_value(&shared.value);
        self.times[0].push(shared.first_at);
        self.times[1].push(shared.last_at);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let counts = [shared.adverts, count(shared.advertisers.len()), count(shared.sites.len())];
        self.counts.iter_mut().zip(counts).for_each(|(builder, count)| builder.append_value(count));
        self.names.append_value(shared.advertisers.iter().map(Some));
        self.record_ids.append_value(shared.record_ids.iter().map(|record_id| Some(*record_id)));
    }

    fn emit(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if std::mem::take(&mut self.count) == 0 {
            return Ok(());
        }
        let time = |values: &mut Vec<i64>| -> Arc<dyn Array> {
            let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            builder.append_slice(&std::mem::take(values));
            Arc::new(builder.finish())
        };
        let mut columns: Vec<Arc<dyn Array>> = vec![Arc::new(self.kinds.finish()), Arc::new(self.values.finish())];
        columns.extend(self.times.iter_mut().map(time));
        for builder in &mut self.counts {
            columns.push(Arc::new(builder.finish()));
        }
        columns.push(Arc::new(self.names.finish()));
        columns.push(Arc::new(self.record_ids.finish()));
        output.emit(RecordBatch::try_new(SharedSelectors.output_schema(), columns)?)
    }
}

#[cfg(test)]
#[path = "shared_selectors_tests.rs"]
mod tests;
