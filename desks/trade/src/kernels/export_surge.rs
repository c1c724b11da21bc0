//! `export_surge`: months in which a series is far above its own history.
//!
//! The test is the prediction interval of one further observation (Hahn and Meeker, Statistical Intervals, section 4.8) on logarithms:
//! with y = ln(value + floor) over the n months before, t = (y₀ − ȳ) / (s √(1 + 1/n)) is Student's with n − 1 degrees of freedom where the
//! logarithms are normal and independent. s is at least `least_spread`, so that a dull series does not shout. A month of the reporter
//! without a row of the series is a month of zero. Each p-value is multiplied by the number of tests of the run (Bonferroni).

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, float, integer};
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::student::upper_tail;
use super::within;

const NAME: &str = "export_surge";
/// A month this likely by itself is never shown, however few are tested.
const CANDIDATE_P: f64 = 0.05;
const MOST_CANDIDATES: usize = 1_000_000;

/// Input: series by `reporter`, `partner` and `hs6`, ordered by `month_number` (the reporter's months counted without gaps), with
/// `period_from`, `period_to` and `value_eur`. Output: months of the span that rose with p ≤ 0.05 and `least_ratio`. Parameters: `history_months`,
/// `least_history_months`, `least_active_months`, `floor_eur`, `least_spread`, `least_ratio`.
pub(crate) struct ExportSurge;

impl Kernel for ExportSurge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        Arc::new(Schema::new(vec![
            Field::new("reporter", DataType::Utf8, false),
            Field::new("partner", DataType::Utf8, false),
            Field::new("hs6", DataType::Utf8, false),
            Field::new("period_from", at, false),
            Field::new("month_number", DataType::Int64, false),
            Field::new("value_eur", DataType::Float64, false),
            Field::new("history_months", DataType::Int64, false),
            Field::new("active_months", DataType::Int64, false),
            Field::new("history_eur", DataType::Float64, false),
            Field::new("ratio", DataType::Float64, false),
            Field::new("t", DataType::Float64, false),
            Field::new("p_value", DataType::Float64, false),
            Field::new("tests", DataType::Int64, false),
            Field::new("adjusted_p", DataType::Float64, false),
            Field::new("surprise_bits", DataType::Float64, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let number = |name, least, most| within(NAME, parameters, name, least, most);
        let span_from = parameters.time("span_from").ok_or_else(|| KernelError::Parameter {
            kernel: NAME,
            parameter: "span_from".into(),
            problem: "the span is missing".into(),
        })?;
        Ok(Box::new(Run {
            span_from: span_from.as_microsecond(),
            history_months: number("history_months", 6.0, 120.0)? as i64,
            least_history_months: number("least_history_months", 3.0, 120.0)? as usize,
            least_active_months: number("least_active_months", 1.0, 120.0)? as usize,
            floor_eur: number("floor_eur", 1.0, 1e9)?,
            least_spread: number("least_spread", 0.01, 10.0)?,
            least_ratio: number("least_ratio", 1.0, 1e6)?,
            series: Series::default(),
            tests: 0,
            candidates: Vec::new(),
        }))
    }
}

/// A series as far as it was read.
#[derive(Default)]
struct Series {
    reporter: String,
    partner: String,
    hs6: String,
    /// Month number and value, in order.
    months: Vec<(i64, f64)>,
}

struct Candidate {
    reporter: String,
    partner: String,
    hs6: String,
    period_from: i64,
    month_number: i64,
    value_eur: f64,
    test: Test,
}

/// A month against its history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Test {
    pub(super) months: usize,
    /// Months above zero.
    pub(super) active: usize,
    pub(super) usual_eur: f64,
    pub(super) ratio: f64,
    pub(super) t: f64,
    pub(super) p: f64,
}

impl Test {
    /// `None` where every value is the floor.
    pub(super) fn of(history: &[f64], value: f64, floor: f64, least_spread: f64) -> Option<Self> {
        let n = history.len() as f64;
        if history.len() < 2 {
            return None;
        }
        let logs: Vec<f64> = history.iter().map(|value| (value + floor).ln()).collect();
        let mean = logs.iter().sum::<f64>() / n;
        let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let spread = variance.sqrt().max(least_spread);
        let t = ((value + floor).ln() - mean) / (spread * (1.0 + 1.0 / n).sqrt());
        let usual_eur = mean.exp() - floor;
        let ratio = (value + floor) / mean.exp();
        let active = history.iter().filter(|value| **value > 0.0).count();
        t.is_finite().then(|| Self {
            months: history.len(),
            active,
            usual_eur: usual_eur.max(0.0),
            ratio,
            t,
            p: upper_tail(t, n - 1.0),
        })
    }
}

struct Run {
    span_from: i64,
    history_months: i64,
    least_history_months: usize,
    least_active_months: usize,
    floor_eur: f64,
    least_spread: f64,
    least_ratio: f64,
    series: Series,
    tests: i64,
    candidates: Vec<Candidate>,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, input, batch);
        let (reporters, partners, products) = (columns.texts("reporter")?, columns.texts("partner")?, columns.texts("hs6")?);
        let (months, values) = (columns.integers("month_number")?, columns.floats("value_eur")?);
        let (periods, ends) = (columns.moments("period_from")?, columns.moments("period_to")?);
        for row in 0..batch.num_rows() {
            let (reporter, partner, hs6) = (reporters.value(row), partners.value(row), products.value(row));
            if (reporter, partner, hs6) != (self.series.reporter.as_str(), &self.series.partner, &self.series.hs6) {
                let [reporter, partner, hs6] = [reporter, partner, hs6].map(str::to_owned);
                self.series = Series { reporter, partner, hs6, months: Vec::new() };
            }
            let (Some(month), Some(value)) = (integer(&months, row), float(&values, row)) else { continue };
            // A month belongs to the span when any of it does.
            if let (Some(from), Some(_)) = (integer(&periods, row), integer(&ends, row).filter(|to| *to > self.span_from)) {
                self.test(month, from, value)?;
            }
            self.series.months.push((month, value));
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        let candidates = std::mem::take(&mut self.candidates);
        if candidates.is_empty() {
            return Ok(());
        }
        let adjusted: Vec<f64> = candidates.iter().map(|found| (found.test.p * self.tests as f64).min(1.0)).collect();
        let texts = |of: fn(&Candidate) -> &str| -> ArrayRef {
            Arc::new(candidates.iter().map(|found| Some(of(found))).collect::<StringArray>())
        };
        let floats = |of: fn(&Candidate) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from(candidates.iter().map(of).collect::<Vec<_>>()))
        };
        let integers = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
        let periods: TimestampMicrosecondArray = candidates.iter().map(|found| Some(found.period_from)).collect();
        let columns: Vec<ArrayRef> = vec![
            texts(|found| &found.reporter),
            texts(|found| &found.partner),
            texts(|found| &found.hs6),
            Arc::new(periods.with_timezone("UTC")),
            integers(candidates.iter().map(|found| found.month_number).collect()),
            floats(|found| found.value_eur),
            integers(candidates.iter().map(|found| i64::try_from(found.test.months).unwrap_or(i64::MAX)).collect()),
            integers(candidates.iter().map(|found| i64::try_from(found.test.active).unwrap_or(i64::MAX)).collect()),
            floats(|found| found.test.usual_eur),
            floats(|found| found.test.ratio),
            floats(|found| found.test.t),
            floats(|found| found.test.p),
            integers(vec![self.tests; candidates.len()]),
            Arc::new(Float64Array::from(adjusted.clone())),
            Arc::new(Float64Array::from(adjusted.iter().map(|p| -p.max(1e-300).log2()).collect::<Vec<_>>())),
        ];
        output.emit(RecordBatch::try_new(ExportSurge.output_schema(), columns)?)
    }

    fn memory_bytes(&self) -> usize {
        self.candidates.len() * 200 + self.series.months.len() * 16
    }
}

impl Run {
    /// Tests a month against the months before it; those without a row are zero.
    fn test(&mut self, month: i64, period_from: i64, value: f64) -> Result<(), KernelError> {
        let first = (month - self.history_months).max(1);
        let mut history = vec![0.0; usize::try_from(month - first).unwrap_or_default()];
        for (number, value) in self.series.months.iter().rev().take_while(|(number, _)| *number >= first) {
            if let Some(slot) = usize::try_from(number - first).ok().and_then(|at| history.get_mut(at)) {
                *slot += value;
            }
        }
        if history.len() < self.least_history_months {
            return Ok(());
        }
        self.tests += 1;
        let Some(test) = Test::of(&history, value, self.floor_eur, self.least_spread) else { return Ok(()) };
        if test.p > CANDIDATE_P || test.ratio < self.least_ratio || test.active < self.least_active_months {
            return Ok(());
        }
        if self.candidates.len() >= MOST_CANDIDATES {
            let problem = format!("more than {MOST_CANDIDATES} months rose; run over a shorter span");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        let Series { reporter, partner, hs6, .. } = &self.series;
        let [reporter, partner, hs6] = [reporter, partner, hs6].map(Clone::clone);
        self.candidates.push(Candidate { reporter, partner, hs6, period_from, month_number: month, value_eur: value, test });
        Ok(())
    }
}
