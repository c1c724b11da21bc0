//! Ships that linger over a corridor, as a monitor: an episode goes on from run to run and is never cut at midnight.
//!
//! Input: positions near a corridor with `record_id`, `at`, `mmsi`, `latitude`, `longitude`, `speed_knots`, `navigation_status`,
//! `corridor` and `corridor_distance_km`, ordered by `at`. Positions fall into hourly bins per ship and corridor; a bin whose mean
//! speed is below `slow_knots` is slow. Slow bins with no more than `bridge_hours` between them are one episode; a bin that is not slow ends it.
//! Episodes of `loitering_hours` or more are emitted: when they end, and at the end of the input as they stand. Such a one is open if the ship
//! was heard within `bridge_hours` of the span's end.
//!
//! Everything in the state is a whole number, so sums do not depend on order and a checkpoint reads back exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};
use serde::{Deserialize, Serialize};

use super::kernel_input::{KernelInput, float, integer};
use super::{HOUR_MICROS, hours_between, micros, positive};
use crate::sphere::Point;

const NAME: &str = "loitering";
/// Ships near corridors at one time; more is an error in the data.
const MAX_WATCHED: usize = 200_000;
/// Record ids kept of an episode: the first of each of its first bins.
const MAX_EVIDENCE: usize = 48;
/// The form of the checkpoint. A state of another form is rebuilt by replay.
const STATE_VERSION: u32 = 1;
/// Declared statuses (ITU-R M.1371): at anchor, moored, aground.
const AT_REST: [i64; 3] = [1, 5, 6];
const NOT_UNDER_COMMAND: i64 = 2;
const UNDER_WAY: i64 = 0;

/// Finds lingering ships.
pub(crate) struct Loitering;

impl Kernel for Loitering {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let time = ColumnType::Time.arrow();
        let item = Arc::new(Field::new_list_field(DataType::Int64, true));
        Arc::new(Schema::new(vec![
            Field::new("mmsi", DataType::Int32, false),
            Field::new("corridor", DataType::Utf8, false),
            Field::new("episode_from", time.clone(), false),
            Field::new("episode_to", time, false),
            Field::new("is_open", DataType::Boolean, false),
            Field::new("loitering_hours", DataType::Float64, false),
            Field::new("positions", DataType::Int64, false),
            Field::new("slow_bins", DataType::Int64, false),
            Field::new("mean_speed_knots", DataType::Float64, false),
            Field::new("latitude", DataType::Float64, false),
            Field::new("longitude", DataType::Float64, false),
            Field::new("nearest_km", DataType::Float64, false),
            Field::new("extent_km", DataType::Float64, false),
            Field::new("under_way_share", DataType::Float64, false),
            Field::new("at_rest_share", DataType::Float64, false),
            Field::new("not_under_command_share", DataType::Float64, false),
            Field::new("record_ids", DataType::List(item), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let span_to = parameters.time("span_to").ok_or_else(|| KernelError::Parameter {
            kernel: NAME,
            parameter: "span_to".into(),
            problem: "the span's end is missing".into(),
        })?;
        Ok(Box::new(Run {
            slow_milliknots: (positive(NAME, parameters, "slow_knots")? * 1e3).round() as i64,
            loitering_micros: micros(positive(NAME, parameters, "loitering_hours")?),
            bridge_micros: micros(positive(NAME, parameters, "bridge_hours")?),
            span_to: span_to.as_microsecond(),
            state: State::default(),
            episodes: Episodes::new(self.output_schema()),
        }))
    }
}

/// What a run hands to the next one.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    version: u32,
    /// The hour read last, since 1970.
    hour: i64,
    /// By ship and corridor.
    watched: BTreeMap<i64, BTreeMap<String, Watched>>,
}

/// A ship near a corridor.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Watched {
    /// The hour of the bin, since 1970.
    hour: i64,
    bin: Sums,
    /// The slow bins before it, if there are any.
    episode: Option<Sums>,
}

/// Sums over positions. Speeds in thousandths of a knot, degrees in ten-millionths, distances in metres.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sums {
    from: i64,
    to: i64,
    bins: i64,
    positions: i64,
    speeds: i64,
    speed: i64,
    latitude: i64,
    longitude: i64,
    /// South, north, west, east.
    bounds: [i64; 4],
    nearest_m: i64,
    under_way: i64,
    at_rest: i64,
    not_under_command: i64,
    record_ids: Vec<i64>,
}

/// A position near a corridor.
#[derive(Debug, Clone, Copy)]
struct Seen {
    record_id: i64,
    at: i64,
    latitude: i64,
    longitude: i64,
    speed: Option<i64>,
    status: Option<i64>,
    distance_m: i64,
}

impl Sums {
    fn of(seen: &Seen) -> Self {
        let is = |status: i64| i64::from(seen.status == Some(status));
        Self {
            from: seen.at,
            to: seen.at,
            bins: 1,
            positions: 1,
            speeds: i64::from(seen.speed.is_some()),
            speed: seen.speed.unwrap_or_default(),
            latitude: seen.latitude,
            longitude: seen.longitude,
            bounds: [seen.latitude, seen.latitude, seen.longitude, seen.longitude],
            nearest_m: seen.distance_m,
            under_way: is(UNDER_WAY),
            at_rest: i64::from(seen.status.is_some_and(|status| AT_REST.contains(&status))),
            not_under_command: is(NOT_UNDER_COMMAND),
            record_ids: vec![seen.record_id],
        }
    }

    /// Adds sums of the same bin.
    fn add_within_bin(&mut self, other: &Self) {
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.positions += other.positions;
        self.speeds += other.speeds;
        self.speed += other.speed;
        self.latitude += other.latitude;
        self.longitude += other.longitude;
        let [south, north, west, east] = other.bounds;
        self.bounds = [self.bounds[0].min(south), self.bounds[1].max(north), self.bounds[2].min(west), self.bounds[3].max(east)];
        self.nearest_m = self.nearest_m.min(other.nearest_m);
        self.under_way += other.under_way;
        self.at_rest += other.at_rest;
        self.not_under_command += other.not_under_command;
    }

    /// Adds a later bin.
    fn add_bin(&mut self, bin: &Self) {
        self.add_within_bin(bin);
        self.bins += bin.bins;
        if self.record_ids.len() < MAX_EVIDENCE {
            self.record_ids.extend(&bin.record_ids);
        }
    }

    /// The mean of the speeds that were reported, in thousandths of a knot. Where none was, nothing says the ship was slow.
    fn mean_speed(&self) -> i64 {
        if self.speeds > 0 { self.speed / self.speeds } else { i64::MAX }
    }
}

struct Run {
    slow_milliknots: i64,
    loitering_micros: i64,
    bridge_micros: i64,
    span_to: i64,
    state: State,
    episodes: Episodes,
}

impl Run {
    fn see(&mut self, mmsi: i64, corridor: &str, seen: &Seen) -> Result<(), KernelError> {
        let hour = seen.at.div_euclid(HOUR_MICROS);
        if hour > self.state.hour {
            self.state.hour = hour;
            self.leave_the_gone(seen.at);
        }
        let corridors = self.state.watched.entry(mmsi).or_default();
        let Some(watched) = corridors.get_mut(corridor) else {
            corridors.insert(corridor.to_owned(), Watched { hour, bin: Sums::of(seen), episode: None });
            return self.check_limit();
        };
        if watched.hour == hour {
            watched.bin.add_within_bin(&Sums::of(seen));
            return Ok(());
        }
        let next = Watched { hour, bin: Sums::of(seen), episode: None };
        let before = std::mem::replace(watched, next);
        let episode = with_bin(before, self.slow_milliknots);
        match episode {
            Lingering::Goes(episode) if seen.at - episode.to <= self.bridge_micros => watched.episode = Some(episode),
            Lingering::Goes(episode) | Lingering::Ended(Some(episode)) => {
                self.episodes.add(mmsi, corridor, &episode, false, self.loitering_micros);
            }
            Lingering::Ended(None) => {}
        }
        Ok(())
    }

    /// Ends the episodes of ships that were not seen near the corridor for longer than is bridged. It looks whenever a new hour
    /// begins, so it does not depend on the batches.
    fn leave_the_gone(&mut self, now: i64) {
        let (slow, bridge, least) = (self.slow_milliknots, self.bridge_micros, self.loitering_micros);
        let episodes = &mut self.episodes;
        self.state.watched.retain(|mmsi, corridors| {
            corridors.retain(|corridor, watched| {
                if now - watched.bin.to <= bridge {
                    return true;
                }
                if let Lingering::Goes(episode) | Lingering::Ended(Some(episode)) = with_bin(watched.clone(), slow) {
                    episodes.add(*mmsi, corridor, &episode, false, least);
                }
                false
            });
            !corridors.is_empty()
        });
    }

    fn check_limit(&self) -> Result<(), KernelError> {
        if self.state.watched.len() <= MAX_WATCHED {
            return Ok(());
        }
        let problem = format!("more than {MAX_WATCHED} ships near corridors at one time; make corridor_km smaller");
        Err(KernelError::Limit { kernel: NAME, problem })
    }
}

/// Whether an episode goes on after its last bin.
enum Lingering {
    Goes(Sums),
    Ended(Option<Sums>),
}

/// The episode with its last bin counted in, if that was slow.
fn with_bin(watched: Watched, slow: i64) -> Lingering {
    let Watched { bin, episode, .. } = watched;
    if bin.mean_speed() >= slow {
        return Lingering::Ended(episode);
    }
    match episode {
        Some(mut episode) => {
            episode.add_bin(&bin);
            Lingering::Goes(episode)
        }
        None => Lingering::Goes(bin),
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, input, batch);
        let (ids, at, mmsi) = (columns.integers("record_id")?, columns.moments("at")?, columns.integers("mmsi")?);
        let (latitudes, longitudes) = (columns.floats("latitude")?, columns.floats("longitude")?);
        let (speeds, statuses) = (columns.floats("speed_knots")?, columns.integers("navigation_status")?);
        let (corridors, distances_km) = (columns.texts("corridor")?, columns.floats("corridor_distance_km")?);
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let (Some(at), Some(record_id)) = (integer(&at, row), integer(&ids, row)) else { continue };
            let (Some(mmsi), Some(distance_km)) = (integer(&mmsi, row), float(&distances_km, row)) else { continue };
            let seen = Seen {
                record_id,
                at,
                latitude: whole(latitude, 1e7),
                longitude: whole(longitude, 1e7),
                speed: float(&speeds, row).map(|speed| whole(speed, 1e3)),
                status: integer(&statuses, row),
                distance_m: whole(distance_km, 1e3),
            };
            self.see(mmsi, corridors.value(row), &seen)?;
        }
        self.episodes.emit(output)
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        for (mmsi, corridors) in &self.state.watched {
            for (corridor, watched) in corridors {
                let (episode, is_open) = match with_bin(watched.clone(), self.slow_milliknots) {
                    // A ship that was gone for long before the span ended is not there any more, though nothing came after it to say so.
                    Lingering::Goes(episode) => {
                        let is_open = self.span_to - episode.to <= self.bridge_micros;
                        (episode, is_open)
                    }
                    Lingering::Ended(Some(episode)) => (episode, false),
                    Lingering::Ended(None) => continue,
                };
                self.episodes.add(*mmsi, corridor, &episode, is_open, self.loitering_micros);
            }
        }
        self.episodes.emit(output)
    }

    fn memory_bytes(&self) -> usize {
        self.state.watched.len() * (2 * size_of::<Watched>() + 8 * MAX_EVIDENCE)
    }

    fn checkpoint(&self) -> Option<Vec<u8>> {
        let state = State { version: STATE_VERSION, hour: self.state.hour, watched: self.state.watched.clone() };
        // Maps with whole numbers and texts as keys always have a JSON form.
        serde_json::to_vec(&state).ok()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), KernelError> {
        let problem = |problem: String| KernelError::Checkpoint { kernel: NAME, problem };
        let state: State = serde_json::from_slice(state).map_err(|error| problem(error.to_string()))?;
        if state.version != STATE_VERSION {
            return Err(problem(format!("it has version {}, not {STATE_VERSION}", state.version)));
        }
        self.state = state;
        Ok(())
    }
}

fn whole(number: f64, units: f64) -> i64 {
    (number * units).round() as i64
}

/// Episodes on their way out.
struct Episodes {
    schema: SchemaRef,
    rows: usize,
    mmsi: Int32Builder,
    corridors: StringBuilder,
    times: [TimestampMicrosecondBuilder; 2],
    is_open: BooleanBuilder,
    hours: Float64Builder,
    counts: [Int64Builder; 2],
    numbers: [Float64Builder; 8],
    record_ids: ListBuilder<Int64Builder>,
}

impl Episodes {
    fn new(schema: SchemaRef) -> Self {
        Self {
            schema,
            rows: 0,
            mmsi: Int32Builder::new(),
            corridors: StringBuilder::new(),
            times: std::array::from_fn(|_| TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            is_open: BooleanBuilder::new(),
            hours: Float64Builder::new(),
            counts: Default::default(),
            numbers: Default::default(),
            record_ids: ListBuilder::new(Int64Builder::new()),
        }
    }

    /// Adds an episode if it is long enough.
    fn add(&mut self, mmsi: i64, corridor: &str, episode: &Sums, is_open: bool, least_micros: i64) {
        let Ok(mmsi) = i32::try_from(mmsi) else { return };
        if episode.to - episode.from < least_micros {
            return;
        }
        self.rows += 1;
        self.mmsi.append_value(mmsi);
        self.corridors.append_value(corridor);
        for (builder, at) in self.times.iter_mut().zip([episode.from, episode.to]) {
            builder.append_value(at);
        }
        self.is_open.append_value(is_open);
        self.hours.append_value(hours_between(episode.from, episode.to));
        for (builder, count) in self.counts.iter_mut().zip([episode.positions, episode.bins]) {
            builder.append_value(count);
        }
        for (builder, number) in self.numbers.iter_mut().zip(numbers(episode)) {
            builder.append_value(number);
        }
        self.record_ids.values().append_slice(&episode.record_ids);
        self.record_ids.append(true);
    }

    fn emit(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let [from, to] = &mut self.times;
        let [positions, bins] = &mut self.counts;
        let mut columns: Vec<Arc<dyn arrow::array::Array>> = vec![
            Arc::new(self.mmsi.finish()),
            Arc::new(self.corridors.finish()),
            Arc::new(from.finish()),
            Arc::new(to.finish()),
            Arc::new(self.is_open.finish()),
            Arc::new(self.hours.finish()),
            Arc::new(positions.finish()),
            Arc::new(bins.finish()),
        ];
        for builder in &mut self.numbers {
            columns.push(Arc::new(builder.finish()));
        }
        columns.push(Arc::new(self.record_ids.finish()));
        output.emit(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

/// Mean speed, mean place, distances and shares, in the order of the output's columns.
fn numbers(episode: &Sums) -> [f64; 8] {
    let mean = |sum: i64, count: i64, units: f64| sum as f64 / count.max(1) as f64 / units;
    let [south, north, west, east] = episode.bounds.map(|degrees| degrees as f64 / 1e7);
    let extent_km = Point::from_degrees(south, west).distance_km(Point::from_degrees(north, east));
    [
        mean(episode.speed, episode.speeds, 1e3),
        mean(episode.latitude, episode.positions, 1e7),
        mean(episode.longitude, episode.positions, 1e7),
        episode.nearest_m as f64 / 1e3,
        extent_km,
        mean(episode.under_way, episode.positions, 1.0),
        mean(episode.at_rest, episode.positions, 1.0),
        mean(episode.not_under_command, episode.positions, 1.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{Collected, Row, batch, floats, ids, integers, push, run, texts, times, with_span_to};
    use proptest::prelude::*;

    fn parameters(span_to_hours: f64) -> Parameters {
        with_span_to(&[("slow_knots", 2.0), ("loitering_hours", 4.0), ("bridge_hours", 2.0)], span_to_hours)
    }

    /// A position: ship, hours, speed, corridor.
    type Near = (i32, f64, f64, &'static str);

    fn near(rows: &[Near]) -> RecordBatch {
        batch(vec![
            ("record_id", ids(rows.len())),
            ("at", times(rows.iter().map(|row| row.1))),
            ("mmsi", integers(rows.iter().map(|row| row.0))),
            ("latitude", floats(rows.iter().map(|row| 60.0 + row.1 / 1e4))),
            ("longitude", floats(rows.iter().map(|_| 20.0))),
            ("speed_knots", floats(rows.iter().map(|row| row.2))),
            ("navigation_status", integers(rows.iter().map(|row| row.0 % 7))),
            ("corridor", texts(rows.iter().map(|row| row.3))),
            ("corridor_distance_km", floats(rows.iter().map(|row| row.2 + 0.25))),
        ])
    }

    fn steady(ship: i32, from: f64, to: f64, speed: f64) -> Vec<Near> {
        let count = ((to - from) * 2.0) as usize;
        (0..=count).map(|step| (ship, from + step as f64 / 2.0, speed, "A")).collect()
    }

    fn spans(rows: &[Row]) -> Vec<(f64, f64, bool)> {
        let hours = |row: &Row, name: &str| row[name].as_f64().unwrap();
        rows.iter().map(|row| (hours(row, "episode_from"), hours(row, "episode_to"), row["is_open"].as_bool().unwrap())).collect()
    }

    #[test]
    fn an_episode_is_not_cut_at_midnight_and_ends_with_speed_or_silence() {
        let mut rows = steady(1, 20.25, 29.75, 0.5);
        rows.extend(steady(1, 30.0, 31.0, 12.0));
        rows.extend(steady(1, 40.0, 45.0, 0.5));
        rows.extend(steady(1, 50.0, 55.0, 0.5));
        let found = run(&Loitering, &parameters(56.0), &[near(&rows)], 3);
        assert_eq!(spans(&found), [(20.25, 29.75, false), (40.0, 45.0, false), (50.0, 55.0, true)]);
        let first = &found[0];
        assert_eq!(first["slow_bins"], 10);
        assert!((first["mean_speed_knots"].as_f64().unwrap() - 0.5).abs() < 1e-9);
        assert!((first["nearest_km"].as_f64().unwrap() - 0.75).abs() < 1e-9);
        assert_eq!(first["record_ids"].as_array().unwrap().len(), 10);
    }

    #[test]
    fn fast_short_and_unknown_speeds_are_no_loitering() {
        assert!(run(&Loitering, &parameters(56.0), &[near(&steady(1, 0.0, 20.0, 2.0))], 100).is_empty());
        assert!(run(&Loitering, &parameters(56.0), &[near(&steady(1, 0.0, 3.5, 0.1))], 100).is_empty());
        let unknown: Vec<Near> = steady(1, 0.0, 20.0, f64::NAN);
        assert!(run(&Loitering, &parameters(56.0), &[near(&unknown)], 100).is_empty());
    }

    #[test]
    fn a_short_silence_is_bridged_and_a_long_one_ends() {
        let mut rows = steady(1, 0.0, 3.0, 0.5);
        rows.extend(steady(1, 5.0, 8.0, 0.5));
        assert_eq!(spans(&run(&Loitering, &parameters(9.0), &[near(&rows)], 2)), [(0.0, 8.0, true)]);
        let mut rows = steady(1, 0.0, 4.0, 0.5);
        rows.extend(steady(1, 6.5, 8.0, 0.5));
        assert_eq!(spans(&run(&Loitering, &parameters(56.0), &[near(&rows)], 2)), [(0.0, 4.0, false)]);
    }

    #[test]
    fn a_ship_that_left_long_before_the_end_is_not_there_any_more() {
        let rows = steady(1, 0.0, 8.0, 0.5);
        assert_eq!(spans(&run(&Loitering, &parameters(10.0), &[near(&rows)], 2)), [(0.0, 8.0, true)]);
        assert_eq!(spans(&run(&Loitering, &parameters(10.1), &[near(&rows)], 2)), [(0.0, 8.0, false)]);
    }

    #[test]
    fn ships_and_corridors_are_kept_apart_and_the_gone_are_forgotten() {
        let mut rows: Vec<Near> = steady(1, 0.0, 5.0, 0.5);
        rows.extend(steady(1, 0.0, 5.0, 0.5).into_iter().map(|row| (row.0, row.1, row.2, "B")));
        rows.extend(steady(2, 0.0, 50.0, 0.5));
        rows.sort_by(|left, right| left.1.total_cmp(&right.1));
        let mut kernel = Loitering.start(&parameters(56.0)).unwrap();
        let mut output = Collected::default();
        push(kernel.as_mut(), 0, &near(&rows), 7, &mut output);
        assert_eq!(spans(&output.0), [(0.0, 5.0, false), (0.0, 5.0, false)]);
        let state = String::from_utf8(kernel.checkpoint().unwrap()).unwrap();
        assert!(state.contains("\"2\"") && !state.contains("\"1\":{\"A\""), "{state}");
    }

    #[test]
    fn a_damaged_checkpoint_is_refused() {
        let mut kernel = Loitering.start(&parameters(56.0)).unwrap();
        assert!(kernel.restore(b"{").is_err());
        assert!(kernel.restore(b"{\"version\":0,\"hour\":0,\"watched\":{}}").is_err());
        let good = kernel.checkpoint().unwrap();
        assert!(kernel.restore(&good).is_ok());
    }

    fn any_rows() -> impl Strategy<Value = Vec<Near>> {
        let row = (1..4i32, 0.0..60.0f64, prop_oneof![Just(0.5), Just(1.9), Just(9.0)], prop_oneof![Just("A"), Just("B")]);
        prop::collection::vec(row, 0..300).prop_map(|mut rows| {
            rows.sort_by(|left, right| left.1.total_cmp(&right.1));
            rows
        })
    }

    proptest! {
        #[test]
        fn batches_and_interruptions_change_nothing(rows in any_rows(), one in 1..50usize, other in 1..50usize, cut in 0..300usize) {
            let all = near(&rows);
            let mut whole = Loitering.start(&parameters(56.0)).unwrap();
            let mut expected = Collected::default();
            push(whole.as_mut(), 0, &all, one, &mut expected);
            let state = whole.checkpoint();
            whole.finish(&mut expected).unwrap();

            let cut = cut.min(all.num_rows());
            let mut found = Collected::default();
            let mut first = Loitering.start(&parameters(56.0)).unwrap();
            push(first.as_mut(), 0, &all.slice(0, cut), other, &mut found);
            let mut second = Loitering.start(&parameters(56.0)).unwrap();
            second.restore(&first.checkpoint().unwrap()).unwrap();
            push(second.as_mut(), 0, &all.slice(cut, all.num_rows() - cut), other, &mut found);
            prop_assert_eq!(second.checkpoint(), state);
            second.finish(&mut found).unwrap();
            prop_assert_eq!(found.0, expected.0);
        }

        #[test]
        fn what_is_found_is_slow_and_long_enough(rows in any_rows()) {
            for episode in run(&Loitering, &parameters(56.0), &[near(&rows)], 64) {
                prop_assert!(episode["loitering_hours"].as_f64().unwrap() >= 4.0);
                prop_assert!(episode["mean_speed_knots"].as_f64().unwrap() < 2.0);
                prop_assert!(episode["positions"].as_i64().unwrap() >= episode["slow_bins"].as_i64().unwrap());
            }
        }
    }
}
