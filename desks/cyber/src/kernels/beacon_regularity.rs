//! How regular the intervals between connections of one pair are.
//!
//! Programs that call home do so by a clock; people and most services do not. The statistic is robust: with m the median of the intervals, the median of their absolute
//! deviations from m, divided by m (`dispersion`). It is 0 for a clock, j/2 for one whose intervals are spread evenly over m ± j·m, and 0.69 for
//! connections at random moments (exponential intervals: median ln 2/λ, median absolute deviation 0.4812/λ). `near_share` is the share of
//! intervals within a quarter of m. Pauses, for example of a night, do not move a median.
//!
//! Connections closer than a second are one. Input: `source_ip`, `destination`, `day`, `at`, partitioned by the first three and ordered by `at`. A row comes out for
//! each series of at least `least_connections`, up to 100,000 connections of it.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, integer, text};
use oikos_desk::{BATCH_ROWS, Column, ColumnType, Kernel, KernelError, KernelRun, Output, Parameters, RowBatch, schema_of};
use oikos_model::Timestamp;

use super::{column, positive};

const NAME: &str = "beacon_regularity";
const MAX_CONNECTIONS: usize = 100_000;
const DISTINCT_MICROS: i64 = 1_000_000;
/// How near to the median an interval counts as near, as a share of the median.
const NEAR: f64 = 0.25;

const OUTPUT: &[Column] = &[
    column("source_ip", ColumnType::Text, false, "Who connects."),
    column("destination", ColumnType::Text, false, "To what."),
    column("day", ColumnType::Text, false, "On which day."),
    column("first_at", ColumnType::Time, false, "The first connection."),
    column("last_at", ColumnType::Time, false, "The last one."),
    column("connections", ColumnType::Integer, false, "How many."),
    column("interval_seconds", ColumnType::Float, false, "The median interval."),
    column("dispersion", ColumnType::Float, false, "Median absolute deviation by the median."),
    column("near_share", ColumnType::Float, false, "Share of intervals within a quarter of the median."),
];

/// Judges the regularity of connections.
pub(crate) struct BeaconRegularity;

impl Kernel for BeaconRegularity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        schema_of(OUTPUT)
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        // A count; the cast saturates.
        let least = (positive(NAME, parameters, "least_connections")?.ceil() as usize).max(3);
        Ok(Box::new(Run { least, series: None, rows: RowBatch::new(OUTPUT) }))
    }
}

struct Series {
    key: [String; 3],
    moments: Vec<i64>,
}

/// What is said of a series.
#[derive(Debug, PartialEq)]
struct Regularity {
    interval_micros: f64,
    dispersion: f64,
    near_share: f64,
}

/// `None` where all connections are of one moment.
fn regularity(moments: &[i64]) -> Option<Regularity> {
    let intervals: Vec<f64> = moments.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
    let middle = median(&intervals)?;
    let deviations: Vec<f64> = intervals.iter().map(|interval| (interval - middle).abs()).collect();
    let near = deviations.iter().filter(|deviation| **deviation <= NEAR * middle).count();
    (middle > 0.0).then(|| Regularity {
        interval_micros: middle,
        dispersion: median(&deviations).unwrap_or_default() / middle,
        near_share: near as f64 / intervals.len() as f64,
    })
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + upper) / 2.0 } else { upper })
}

struct Run {
    least: usize,
    series: Option<Series>,
    rows: RowBatch,
}

impl Run {
    fn see(&mut self, key: [&str; 3], at: i64) {
        if self.series.as_ref().is_none_or(|series| series.key != key) {
            self.end_series();
            self.series = Some(Series { key: key.map(str::to_owned), moments: Vec::new() });
        }
        let Some(series) = &mut self.series else { return };
        let is_distinct = series.moments.last().is_none_or(|last| at - last >= DISTINCT_MICROS);
        if is_distinct && series.moments.len() < MAX_CONNECTIONS {
            series.moments.push(at);
        }
    }

    fn end_series(&mut self) {
        let Some(series) = self.series.take().filter(|series| series.moments.len() >= self.least) else { return };
        let moment = |micros: Option<&i64>| micros.and_then(|micros| Timestamp::from_microsecond(*micros).ok());
        let ends = moment(series.moments.first()).zip(moment(series.moments.last()));
        let (Some((first, last)), Some(found)) = (ends, regularity(&series.moments)) else { return };
        let [source, destination, day] = &series.key;
        self.rows.push([
            source.into(),
            destination.into(),
            day.into(),
            first.into(),
            last.into(),
            // At most MAX_CONNECTIONS.
            (series.moments.len() as i64).into(),
            (found.interval_micros / 1e6).into(),
            found.dispersion.into(),
            found.near_share.into(),
        ]);
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, input, batch);
        let (sources, destinations, days) = (input.texts("source_ip")?, input.texts("destination")?, input.texts("day")?);
        let moments = input.moments("at")?;
        for row in 0..batch.num_rows() {
            let (Some(source), Some(destination)) = (text(&sources, row), text(&destinations, row)) else { continue };
            let (Some(day), Some(at)) = (text(&days, row), integer(&moments, row)) else { continue };
            self.see([source, destination, day], at);
        }
        if self.rows.rows() >= BATCH_ROWS { self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch)) } else { Ok(()) }
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.end_series();
        self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch))
    }

    fn memory_bytes(&self) -> usize {
        self.series.as_ref().map_or(0, |series| series.moments.capacity() * 8) + BATCH_ROWS * 120
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_input::{at, parameters};
    use super::*;
    use oikos_desk::collected::{JsonRow, run_kernel};
    use proptest::prelude::*;

    const CONNECTIONS: &[Column] = &[
        column("source_ip", ColumnType::Text, false, "."),
        column("destination", ColumnType::Text, false, "."),
        column("day", ColumnType::Text, false, "."),
        column("at", ColumnType::Time, false, "."),
    ];

    fn series(moments: &[(&str, f64)], batch_rows: usize) -> Vec<JsonRow> {
        let mut rows = RowBatch::new(CONNECTIONS);
        for (source, seconds) in moments {
            rows.push([(*source).into(), "203.0.113.44".into(), "2026-01-01".into(), at(*seconds).into()]);
        }
        let inputs: Vec<_> = rows.take().unwrap().into_iter().collect();
        run_kernel(&BeaconRegularity, &parameters(&[("least_connections", 12.0)]), &inputs, batch_rows).unwrap()
    }

    #[test]
    fn a_clock_has_no_dispersion_even_with_a_pause() {
        let clock: Vec<_> =
            (0..20).map(|tick| ("a", f64::from(tick) * 300.0 + if tick >= 10 { 20_000.0 } else { 0.0 })).collect();
        let found = series(&clock, 3);
        assert_eq!(
            (found[0]["connections"].as_i64(), found[0]["interval_seconds"].as_f64(), found[0]["dispersion"].as_f64()),
            (Some(20), Some(300.0), Some(0.0))
        );
        assert!((found[0]["near_share"].as_f64().unwrap() - 18.0 / 19.0).abs() < 1e-12);
        assert!(series(&clock[..11], 3).is_empty());
    }

    /// Exponential intervals by their quantiles: the ratio of the two medians, and the share within a quarter.
    #[test]
    fn connections_at_random_moments_are_far_from_a_clock() {
        let mut second = 0.0;
        let mut moments = vec![0];
        for step in 0..9_999u32 {
            // A permutation of the quantiles, so that no order helps.
            let quantile = (f64::from(step * 7_919 % 9_999) + 0.5) / 9_999.0;
            second += -(1.0 - quantile).ln() * 1e6;
            moments.push((second * 1e3) as i64);
        }
        let found = regularity(&moments).unwrap();
        assert!((found.dispersion - 0.4812 / 2f64.ln()).abs() < 0.01, "{found:?}");
        let expected_near = (-0.75 * 2f64.ln()).exp() - (-1.25 * 2f64.ln()).exp();
        assert!((found.near_share - expected_near).abs() < 0.01, "{found:?}");
    }

    proptest! {
        #[test]
        fn order_of_magnitude_and_batches_do_not_count(
            gaps in prop::collection::vec(2.0..1_000.0f64, 12..60), scale in 1.0..50.0f64, one in 1..30usize, other in 1..30usize,
        ) {
            let sum = |scale: f64| -> Vec<(&str, f64)> {
                gaps.iter().scan(0.0, |at, gap| { *at += gap * scale; Some(("a", *at)) }).collect()
            };
            let (plain, scaled) = (series(&sum(1.0), one), series(&sum(scale), other));
            let number = |rows: &[JsonRow], name: &str| rows[0][name].as_f64().unwrap();
            prop_assert!((number(&plain, "dispersion") - number(&scaled, "dispersion")).abs() < 1e-4);
            prop_assert_eq!(series(&sum(1.0), one), series(&sum(1.0), other));
        }
    }
}
