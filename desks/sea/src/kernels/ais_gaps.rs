//! Silences of ships: for each, the last position before and the first after, and how densely the ship reported before.
//!
//! Input: positions with `record_id`, `at`, `mmsi`, `message_type`, `latitude`, `longitude`, `speed_knots` and
//! `navigation_status`, partitioned by `mmsi` and ordered by `at`. A silence that lasts to the end of the span is open: its end
//! is the span's, and what comes after it is empty. Parameters: `gap_hours`, and the span's end.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};

use super::kernel_input::{KernelInput, float, integer};
use super::{HOUR_MICROS, hours_between, micros, positive};
use crate::sphere::{KM_PER_NAUTICAL_MILE, Point};

const NAME: &str = "ais_gaps";
/// How far back positions before a gap are counted, as Global Fishing Watch does.
const PRIOR_MICROS: i64 = 12 * HOUR_MICROS;
/// Positions closer than this are one transmission that several stations heard, or two in one slot frame.
const DISTINCT_MICROS: i64 = 1_000_000;
/// The count of positions before a gap stops here: 12 hours at the highest rate of 2 seconds.
const MAX_PRIOR: usize = 21_600;
const BATCH_ROWS: usize = 8_192;

/// Finds silences.
pub(crate) struct AisGaps;

impl Kernel for AisGaps {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let time = ColumnType::Time.arrow();
        Arc::new(Schema::new(vec![
            Field::new("mmsi", DataType::Int32, false),
            Field::new("gap_from", time.clone(), false),
            Field::new("gap_to", time, false),
            Field::new("is_open", DataType::Boolean, false),
            Field::new("gap_hours", DataType::Float64, false),
            Field::new("from_record_id", DataType::Int64, false),
            Field::new("to_record_id", DataType::Int64, true),
            Field::new("from_latitude", DataType::Float64, false),
            Field::new("from_longitude", DataType::Float64, false),
            Field::new("from_speed_knots", DataType::Float64, true),
            Field::new("from_navigation_status", DataType::Int64, true),
            Field::new("from_message_type", DataType::Int64, true),
            Field::new("to_latitude", DataType::Float64, true),
            Field::new("to_longitude", DataType::Float64, true),
            Field::new("to_speed_knots", DataType::Float64, true),
            Field::new("distance_km", DataType::Float64, true),
            Field::new("implied_speed_knots", DataType::Float64, true),
            Field::new("positions_before", DataType::Int64, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let span_to = parameters.time("span_to").ok_or_else(|| KernelError::Parameter {
            kernel: NAME,
            parameter: "span_to".into(),
            problem: "the span's end is missing".into(),
        })?;
        Ok(Box::new(Run {
            gap_micros: micros(positive(NAME, parameters, "gap_hours")?),
            span_to: span_to.as_microsecond(),
            vessel: None,
            prior: VecDeque::new(),
            gaps: Gaps::new(self.output_schema()),
        }))
    }
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    record_id: i64,
    at: i64,
    mmsi: i32,
    message_type: Option<i64>,
    latitude: f64,
    longitude: f64,
    speed_knots: Option<f64>,
    navigation_status: Option<i64>,
}

impl Seen {
    fn point(&self) -> Point {
        Point::from_degrees(self.latitude, self.longitude)
    }
}

struct Run {
    gap_micros: i64,
    span_to: i64,
    /// The position seen last.
    vessel: Option<Seen>,
    /// When the vessel was seen in the 12 hours up to its last position.
    prior: VecDeque<i64>,
    gaps: Gaps,
}

impl Run {
    fn see(&mut self, seen: Seen) {
        match self.vessel {
            Some(last) if last.mmsi == seen.mmsi => {
                if seen.at - last.at >= self.gap_micros {
                    self.gaps.add(&last, Some(&seen), seen.at, self.prior.len());
                }
            }
            _ => {
                self.leave_vessel();
                self.prior.clear();
            }
        }
        if self.prior.back().is_none_or(|last| seen.at - last >= DISTINCT_MICROS) {
            self.prior.push_back(seen.at);
        }
        while self.prior.len() > MAX_PRIOR || self.prior.front().is_some_and(|first| seen.at - first > PRIOR_MICROS) {
            self.prior.pop_front();
        }
        self.vessel = Some(seen);
    }

    fn leave_vessel(&mut self) {
        if let Some(last) = self.vessel.take()
            && self.span_to - last.at >= self.gap_micros
        {
            self.gaps.add(&last, None, self.span_to, self.prior.len());
        }
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, input, batch);
        let (ids, at, mmsi) = (columns.integers("record_id")?, columns.moments("at")?, columns.integers("mmsi")?);
        let (latitudes, longitudes) = (columns.floats("latitude")?, columns.floats("longitude")?);
        let speeds = columns.floats("speed_knots")?;
        let (types, statuses) = (columns.integers("message_type")?, columns.integers("navigation_status")?);
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let Some(mmsi) = integer(&mmsi, row).and_then(|mmsi| i32::try_from(mmsi).ok()) else { continue };
            let (Some(at), Some(record_id)) = (integer(&at, row), integer(&ids, row)) else { continue };
            self.see(Seen {
                record_id,
                at,
                mmsi,
                message_type: integer(&types, row),
                latitude,
                longitude,
                speed_knots: float(&speeds, row),
                navigation_status: integer(&statuses, row),
            });
            if self.gaps.rows >= BATCH_ROWS {
                output.emit(self.gaps.batch()?)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.leave_vessel();
        if self.gaps.rows > 0 {
            output.emit(self.gaps.batch()?)?;
        }
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.prior.capacity() * size_of::<i64>() + BATCH_ROWS * 150
    }
}

/// Gaps on their way out.
struct Gaps {
    schema: SchemaRef,
    rows: usize,
    mmsi: Int32Builder,
    times: [TimestampMicrosecondBuilder; 2],
    is_open: BooleanBuilder,
    numbers: [Float64Builder; 9],
    integers: [Int64Builder; 5],
}

impl Gaps {
    fn new(schema: SchemaRef) -> Self {
        Self {
            schema,
            rows: 0,
            mmsi: Int32Builder::new(),
            times: std::array::from_fn(|_| TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            is_open: BooleanBuilder::new(),
            numbers: Default::default(),
            integers: Default::default(),
        }
    }

    fn add(&mut self, before: &Seen, after: Option<&Seen>, to: i64, positions_before: usize) {
        let gap_hours = hours_between(before.at, to);
        let distance_km = after.map(|after| before.point().distance_km(after.point()));
        let implied_speed_knots = distance_km.map(|distance_km| distance_km / KM_PER_NAUTICAL_MILE / gap_hours);
        self.rows += 1;
        self.mmsi.append_value(before.mmsi);
        for (builder, at) in self.times.iter_mut().zip([before.at, to]) {
            builder.append_value(at);
        }
        self.is_open.append_value(after.is_none());
        let numbers = [
            Some(gap_hours),
            Some(before.latitude),
            Some(before.longitude),
            before.speed_knots,
            after.map(|after| after.latitude),
            after.map(|after| after.longitude),
            after.and_then(|after| after.speed_knots),
            distance_km,
            implied_speed_knots,
        ];
        for (builder, number) in self.numbers.iter_mut().zip(numbers) {
            builder.append_option(number);
        }
        let integers = [
            Some(before.record_id),
            after.map(|after| after.record_id),
            before.navigation_status,
            before.message_type,
            i64::try_from(positions_before).ok(),
        ];
        for (builder, integer) in self.integers.iter_mut().zip(integers) {
            builder.append_option(integer);
        }
    }

    fn batch(&mut self) -> Result<RecordBatch, KernelError> {
        self.rows = 0;
        let [gap_from, gap_to] = &mut self.times;
        let [hours, from_lat, from_lon, from_speed, to_lat, to_lon, to_speed, distance, implied] = &mut self.numbers;
        let [from_id, to_id, status, message_type, positions] = &mut self.integers;
        let columns: Vec<Arc<dyn arrow::array::Array>> = vec![
            Arc::new(self.mmsi.finish()),
            Arc::new(gap_from.finish()),
            Arc::new(gap_to.finish()),
            Arc::new(self.is_open.finish()),
            Arc::new(hours.finish()),
            Arc::new(from_id.finish()),
            Arc::new(to_id.finish()),
            Arc::new(from_lat.finish()),
            Arc::new(from_lon.finish()),
            Arc::new(from_speed.finish()),
            Arc::new(status.finish()),
            Arc::new(message_type.finish()),
            Arc::new(to_lat.finish()),
            Arc::new(to_lon.finish()),
            Arc::new(to_speed.finish()),
            Arc::new(distance.finish()),
            Arc::new(implied.finish()),
            Arc::new(positions.finish()),
        ];
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{positions, run, with_span_to};
    use proptest::prelude::*;

    fn parameters() -> Parameters {
        with_span_to(&[("gap_hours", 6.0)], 100.0)
    }

    #[test]
    fn a_silence_has_its_two_ends() {
        let rows = [(1, 0.0, 60.0, 20.0), (1, 1.0, 60.0, 20.0), (1, 9.0, 60.0, 21.0), (1, 97.0, 60.0, 21.0)];
        let found = run(&AisGaps, &parameters(), &[positions(&rows)], 2);
        assert_eq!(found.len(), 2);
        let gap = &found[0];
        assert_eq!((gap["gap_hours"].as_f64(), gap["is_open"].as_bool()), (Some(8.0), Some(false)));
        assert_eq!((gap["from_record_id"].as_i64(), gap["to_record_id"].as_i64()), (Some(1), Some(2)));
        assert_eq!(gap["positions_before"], 2);
        let distance_km = gap["distance_km"].as_f64().unwrap();
        assert!((distance_km - 55.596).abs() < 0.01, "{distance_km}");
        assert!((gap["implied_speed_knots"].as_f64().unwrap() - distance_km / 1.852 / 8.0).abs() < 1e-9);
        // All three lie in the 12 hours before the second.
        assert_eq!(found[1]["positions_before"], 3);
    }

    #[test]
    fn a_silence_to_the_end_of_the_span_is_open_and_vessels_do_not_mix() {
        let rows = [(1, 90.0, 60.0, 20.0), (2, 95.0, 0.0, 0.0), (3, 10.0, 5.0, 5.0), (3, 99.0, 5.0, 5.0)];
        let found = run(&AisGaps, &parameters(), &[positions(&rows)], 1);
        let ends: Vec<_> = found.iter().map(|gap| (gap["mmsi"].as_i64().unwrap(), gap["is_open"].as_bool().unwrap())).collect();
        assert_eq!(ends, [(1, true), (3, false)]);
        assert!(!found[0].contains_key("to_record_id") && !found[0].contains_key("implied_speed_knots"));
        assert_eq!(found[0]["gap_hours"], 10.0);
    }

    #[test]
    fn two_stations_hear_one_transmission() {
        let rows = [(1, 0.0, 60.0, 20.0), (1, 0.000_1, 60.0, 20.0), (1, 0.01, 60.0, 20.0)];
        let found = run(&AisGaps, &parameters(), &[positions(&rows)], 10);
        assert_eq!(found[0]["positions_before"], 2);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(AisGaps.start(&Parameters::default()).err().unwrap().to_string().contains("span_to"));
        let error = AisGaps.start(&with_span_to(&[("gap_hours", -1.0)], 1.0)).err().unwrap();
        assert!(error.to_string().contains("gap_hours"), "{error}");
    }

    proptest! {
        #[test]
        fn gaps_are_as_long_as_asked_and_do_not_depend_on_batches(
            mut rows in prop::collection::vec((1..4i32, 0.0..99.0f64, -80.0..80.0f64, -180.0..180.0f64), 0..60),
            one in 1..20usize, other in 1..20usize,
        ) {
            rows.sort_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
            let found = run(&AisGaps, &parameters(), &[positions(&rows)], one);
            prop_assert_eq!(&found, &run(&AisGaps, &parameters(), &[positions(&rows)], other));
            for gap in &found {
                prop_assert!(gap["gap_hours"].as_f64().unwrap() >= 6.0);
                prop_assert!(gap["positions_before"].as_i64().unwrap() >= 1);
            }
            let by_hand = rows.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 > 6.001).count();
            prop_assert!(found.iter().filter(|gap| gap["is_open"] == false).count() >= by_hand);
        }
    }
}
