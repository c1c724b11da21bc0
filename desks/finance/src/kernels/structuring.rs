//! Structuring: one account pays another several amounts just below a step of the law, within a window.
//!
//! Input: transfers with `record_id`, `at`, `step_name`, `step_eur`, `from_account`, `to_account` and `amount_eur`, partitioned
//! by `step_name`, `from_account` and `to_account`, ordered by `at`. Parameters: `band_percent`, the least share of the step that
//! counts as just below it; `least_transfers`; `window_hours`. Windows that hold enough and overlap are one episode.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};

use super::columns::{Columns, float, integer};
use super::{count, hours_between, micros, positive};

const NAME: &str = "structuring";
/// The transfers of one pair are held together; a pair with more in the time read is a settlement account, not a person who
/// splits.
const PAIR_TRANSFERS_MAX: usize = 1_000_000;
/// About what rows on their way out take.
const ROWS_BYTES: usize = 1 << 20;

/// Finds amounts that stay below a step.
pub(crate) struct Structuring;

impl Kernel for Structuring {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let time = ColumnType::Time.arrow();
        Arc::new(Schema::new(vec![
            Field::new("step_name", DataType::Utf8, false),
            Field::new("from_account", DataType::Utf8, false),
            Field::new("to_account", DataType::Utf8, false),
            Field::new("first_at", time.clone(), false),
            Field::new("last_at", time, false),
            Field::new("below_count", DataType::Int64, false),
            Field::new("pair_above_count", DataType::Int64, false),
            Field::new("pair_count", DataType::Int64, false),
            Field::new("step_eur", DataType::Float64, false),
            Field::new("below_sum_eur", DataType::Float64, false),
            Field::new("smallest_eur", DataType::Float64, false),
            Field::new("largest_eur", DataType::Float64, false),
            Field::new("duration_hours", DataType::Float64, false),
            Field::new("gap_spread", DataType::Float64, false),
            Field::new("record_ids", DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true))), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run {
            band_share: positive(NAME, parameters, "band_percent")? / 100.0,
            least_transfers: count(NAME, parameters, "least_transfers")?,
            window: micros(positive(NAME, parameters, "window_hours")?),
            pair: Pair::default(),
            rows: Rows::default(),
        }))
    }
}

/// The transfers from one account to another, under one step.
#[derive(Default)]
struct Pair {
    key: [String; 3],
    step_eur: f64,
    transfers: Vec<Transfer>,
}

#[derive(Clone, Copy)]
struct Transfer {
    record_id: i64,
    at: i64,
    amount_eur: f64,
}

struct Run {
    band_share: f64,
    least_transfers: usize,
    window: i64,
    pair: Pair,
    rows: Rows,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let texts = [columns.texts("step_name")?, columns.texts("from_account")?, columns.texts("to_account")?];
        let (ids, at) = (columns.integers("record_id")?, columns.moments("at")?);
        let (steps, amounts) = (columns.floats("step_eur")?, columns.floats("amount_eur")?);
        for row in 0..batch.num_rows() {
            let (Some(record_id), Some(at)) = (integer(&ids, row), integer(&at, row)) else { continue };
            let (Some(step_eur), Some(amount_eur)) = (float(&steps, row), float(&amounts, row)) else { continue };
            if texts.iter().zip(&self.pair.key).any(|(column, key)| column.value(row) != key) {
                self.leave_pair(output)?;
                self.pair.key = [0, 1, 2].map(|at| texts[at].value(row).to_owned());
            }
            self.pair.step_eur = step_eur;
            if self.pair.transfers.len() == PAIR_TRANSFERS_MAX {
                let problem =
                    format!("{} pays {} more than a million times; run a shorter span", self.pair.key[1], self.pair.key[2]);
                return Err(KernelError::Limit { kernel: NAME, problem });
            }
            self.pair.transfers.push(Transfer { record_id, at, amount_eur });
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.leave_pair(output)?;
        self.rows.flush(output)
    }

    fn memory_bytes(&self) -> usize {
        self.pair.transfers.capacity() * size_of::<Transfer>() + ROWS_BYTES
    }
}

impl Run {
    fn leave_pair(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let step = self.pair.step_eur;
        let is_below = |transfer: &&Transfer| transfer.amount_eur < step && transfer.amount_eur >= self.band_share * step;
        let below: Vec<Transfer> = self.pair.transfers.iter().filter(is_below).copied().collect();
        let above = self.pair.transfers.iter().filter(|transfer| transfer.amount_eur >= step).count();
        for range in self.episodes(&below) {
            self.rows.add(&self.pair, &below[range], above);
        }
        self.pair.transfers.clear();
        self.rows.hand_on(output)
    }

    fn episodes(&self, below: &[Transfer]) -> Vec<Range<usize>> {
        let mut episodes: Vec<Range<usize>> = Vec::new();
        let mut left = 0;
        for (right, transfer) in below.iter().enumerate() {
            while transfer.at - below[left].at > self.window {
                left += 1;
            }
            if right + 1 - left < self.least_transfers {
                continue;
            }
            match episodes.last_mut().filter(|episode| episode.end > left) {
                Some(episode) => episode.end = right + 1,
                None => episodes.push(left..right + 1),
            }
        }
        episodes
    }
}

/// How far the gaps between transfers differ: their standard deviation over their mean. A standing order is near 0.
fn gap_spread(transfers: &[Transfer]) -> f64 {
    let gaps: Vec<f64> = transfers.windows(2).map(|pair| (pair[1].at - pair[0].at) as f64).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
    if mean <= 0.0 {
        return 1.0;
    }
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    variance.sqrt() / mean
}

/// Episodes on their way out.
#[derive(Default)]
struct Rows {
    count: usize,
    texts: [StringBuilder; 3],
    times: [Vec<i64>; 2],
    integers: [Int64Builder; 3],
    numbers: [Float64Builder; 6],
    record_ids: ListBuilder<Int64Builder>,
}

impl Rows {
    const BATCH: usize = 1_024;

    fn add(&mut self, pair: &Pair, episode: &[Transfer], above: usize) {
        let (Some(first), Some(last)) = (episode.first(), episode.last()) else { return };
        self.count += 1;
        for (builder, text) in self.texts.iter_mut().zip(&pair.key) {
            builder.append_value(text);
        }
        for (times, at) in self.times.iter_mut().zip([first.at, last.at]) {
            times.push(at);
        }
        for (builder, count) in self.integers.iter_mut().zip([episode.len(), above, pair.transfers.len()]) {
            builder.append_value(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let amounts = || episode.iter().map(|transfer| transfer.amount_eur);
        let numbers = [
            pair.step_eur,
            amounts().sum(),
            amounts().fold(f64::INFINITY, f64::min),
            amounts().fold(0.0, f64::max),
            hours_between(first.at, last.at),
            gap_spread(episode),
        ];
        for (builder, number) in self.numbers.iter_mut().zip(numbers) {
            builder.append_value(number);
        }
        for transfer in episode {
            self.record_ids.values().append_value(transfer.record_id);
        }
        self.record_ids.append(true);
    }

    fn hand_on(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.count >= Self::BATCH { self.flush(output) } else { Ok(()) }
    }

    fn flush(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.count == 0 {
            return Ok(());
        }
        self.count = 0;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(15);
        columns.extend(self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        for times in &mut self.times {
            let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            std::mem::take(times).into_iter().for_each(|at| builder.append_value(at));
            columns.push(Arc::new(builder.finish()));
        }
        columns.extend(self.integers.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.extend(self.numbers.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.push(Arc::new(self.record_ids.finish()));
        output.emit(RecordBatch::try_new(Structuring.output_schema(), columns)?)
    }
}
