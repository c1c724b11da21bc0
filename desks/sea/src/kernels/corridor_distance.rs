//! The nearest corridor of each position within reach.
//!
//! Inputs: corridors (`record_id`, `code`, `name`, `part_number`, `vertex_number`, `latitude`, `longitude`, ordered by `record_id`), then
//! anything with `record_id`, `latitude` and `longitude`. Emits a row for each position within `corridor_km` of a corridor, and
//! none for the others. Lines are straight in degrees between vertices, as RFC 7946 has it, and take the short way around.
//!
//! Lines are cut into pieces of a quarter of a degree at most, and each piece is entered in the grid cells it can be near to. A
//! position then looks at the pieces of its own cell only.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Float64Builder, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use super::kernel_input::{KernelInput, float, integer};
use super::positive;
use crate::sphere::{EARTH_RADIUS_KM, Point};

const NAME: &str = "corridor_distance";
const CELL_DEGREES: f64 = 0.25;
const CELLS_AROUND: i32 = 1_440;
const MAX_PIECES: usize = 2_000_000;
const MAX_ENTRIES: usize = 20_000_000;
/// A reach beyond this makes the grid useless.
const MAX_CORRIDOR_KM: f64 = 100.0;

/// Finds nearest corridors.
pub(crate) struct CorridorDistance;

impl Kernel for CorridorDistance {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("record_id", DataType::Int64, false),
            Field::new("corridor", DataType::Utf8, false),
            Field::new("corridor_name", DataType::Utf8, true),
            Field::new("corridor_record_id", DataType::Int64, false),
            Field::new("corridor_distance_km", DataType::Float64, false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let corridor_km = positive(NAME, parameters, "corridor_km")?;
        if corridor_km > MAX_CORRIDOR_KM {
            return Err(KernelError::Parameter {
                kernel: NAME,
                parameter: "corridor_km".into(),
                problem: format!("{corridor_km} km; at most {MAX_CORRIDOR_KM} km is looked at"),
            });
        }
        Ok(Box::new(Run {
            schema: self.output_schema(),
            corridor_km,
            corridors: Vec::new(),
            pieces: Vec::new(),
            cells: HashMap::new(),
            entries: 0,
            last: None,
        }))
    }
}

struct Corridor {
    code: String,
    name: Option<String>,
}

struct Piece {
    corridor: u32,
    record_id: i64,
    start: Point,
    end: Point,
}

/// The vertex read last.
struct Vertex {
    record_id: i64,
    corridor: u32,
    part: i64,
    number: i64,
    latitude: f64,
    longitude: f64,
}

impl Vertex {
    fn is_followed_by(&self, next: &Self) -> bool {
        self.corridor == next.corridor && self.part == next.part && self.number + 1 == next.number
    }
}

struct Run {
    schema: SchemaRef,
    corridor_km: f64,
    corridors: Vec<Corridor>,
    pieces: Vec<Piece>,
    /// Pieces by cell: row from the south pole, column from the date line.
    cells: HashMap<(i32, i32), Vec<u32>>,
    entries: usize,
    last: Option<Vertex>,
}

impl Run {
    fn read_corridors(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, 0, batch);
        let (ids, codes, names) = (columns.integers("record_id")?, columns.texts("code")?, columns.texts("name")?);
        let (parts, numbers) = (columns.integers("part_number")?, columns.integers("vertex_number")?);
        let (latitudes, longitudes) = (columns.floats("latitude")?, columns.floats("longitude")?);
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let (Some(record_id), Some(part)) = (integer(&ids, row), integer(&parts, row)) else { continue };
            let Some(number) = integer(&numbers, row) else { continue };
            let name = arrow::array::Array::is_valid(&names, row).then(|| names.value(row));
            let corridor = self.corridor(codes.value(row), name);
            let vertex = Vertex { record_id, corridor, part, number, latitude, longitude };
            if let Some(last) = self.last.take().filter(|last| last.is_followed_by(&vertex)) {
                self.add_line(&last, &vertex)?;
            }
            self.last = Some(vertex);
        }
        Ok(())
    }

    /// The number of the corridor; its vertices come in a row.
    fn corridor(&mut self, code: &str, name: Option<&str>) -> u32 {
        if self.corridors.last().is_none_or(|last| last.code != code) {
            self.corridors.push(Corridor { code: code.to_owned(), name: name.map(str::to_owned) });
        }
        // There are fewer corridors than pieces, and those are limited.
        (self.corridors.len() - 1) as u32
    }

    fn add_line(&mut self, from: &Vertex, to: &Vertex) -> Result<(), KernelError> {
        let north = to.latitude - from.latitude;
        let east = (to.longitude - from.longitude + 540.0).rem_euclid(360.0) - 180.0;
        let count = (north.abs().max(east.abs()) / CELL_DEGREES).ceil().max(1.0);
        let at = |part: f64| (from.latitude + north * part, from.longitude + east * part);
        for index in 0..count as usize {
            self.add_piece(from, at(index as f64 / count), at((index + 1) as f64 / count))?;
        }
        Ok(())
    }

    fn add_piece(&mut self, from: &Vertex, start: (f64, f64), end: (f64, f64)) -> Result<(), KernelError> {
        let piece = self.pieces.len() as u32;
        self.pieces.push(Piece {
            corridor: from.corridor,
            record_id: from.record_id,
            start: Point::from_degrees(start.0, start.1),
            end: Point::from_degrees(end.0, end.1),
        });
        let reach_north = (self.corridor_km / EARTH_RADIUS_KM).to_degrees();
        let most_poleward = (start.0.abs().max(end.0.abs()) + reach_north).min(89.9);
        let reach_east = reach_north / most_poleward.to_radians().cos();
        let rows = row_of(start.0.min(end.0) - reach_north)..=row_of(start.0.max(end.0) + reach_north);
        let west = column_of(start.1.min(end.1) - reach_east);
        // Near a pole a piece reaches all around.
        let east = column_of(start.1.max(end.1) + reach_east).min(west + CELLS_AROUND - 1);
        for row in rows {
            for column in west..=east {
                self.cells.entry((row, column.rem_euclid(CELLS_AROUND))).or_default().push(piece);
                self.entries += 1;
            }
        }
        if self.pieces.len() > MAX_PIECES || self.entries > MAX_ENTRIES {
            return Err(KernelError::Limit {
                kernel: NAME,
                problem: format!(
                    "the corridors have more than {MAX_PIECES} pieces of {CELL_DEGREES} degrees; leave some out, or lower corridor_km"
                ),
            });
        }
        Ok(())
    }

    /// The nearest piece within reach. Of two as near, the one read first.
    fn nearest(&self, latitude: f64, longitude: f64) -> Option<(&Piece, f64)> {
        let cell = (row_of(latitude), column_of(longitude).rem_euclid(CELLS_AROUND));
        let point = Point::from_degrees(latitude, longitude);
        let near = self.cells.get(&cell)?.iter().map(|piece| {
            let piece = &self.pieces[*piece as usize];
            (piece, point.distance_to_arc_km(piece.start, piece.end))
        });
        near.filter(|(_, distance_km)| *distance_km <= self.corridor_km).min_by(|left, right| left.1.total_cmp(&right.1))
    }

    fn read_positions(&self, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = KernelInput::new(NAME, 1, batch);
        let ids = columns.integers("record_id")?;
        let (latitudes, longitudes) = (columns.floats("latitude")?, columns.floats("longitude")?);
        let mut found = Found::default();
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let Some(record_id) = integer(&ids, row) else { continue };
            if let Some((piece, distance_km)) = self.nearest(latitude, longitude) {
                found.add(record_id, &self.corridors[piece.corridor as usize], piece.record_id, distance_km);
            }
        }
        if found.rows > 0 { output.emit(found.batch(&self.schema)?) } else { Ok(()) }
    }
}

fn row_of(latitude: f64) -> i32 {
    ((latitude + 90.0) / CELL_DEGREES).floor() as i32
}

fn column_of(longitude: f64) -> i32 {
    ((longitude + 180.0) / CELL_DEGREES).floor() as i32
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        if input == 0 { self.read_corridors(batch) } else { self.read_positions(batch, output) }
    }

    fn finish(&mut self, _output: &mut dyn Output) -> Result<(), KernelError> {
        Ok(())
    }

    fn memory_bytes(&self) -> usize {
        self.pieces.capacity() * size_of::<Piece>() + self.entries * 8 + self.cells.capacity() * 48
    }
}

#[derive(Default)]
struct Found {
    rows: usize,
    record_ids: Int64Builder,
    codes: StringBuilder,
    names: StringBuilder,
    corridor_record_ids: Int64Builder,
    distances_km: Float64Builder,
}

impl Found {
    fn add(&mut self, record_id: i64, corridor: &Corridor, corridor_record_id: i64, distance_km: f64) {
        self.rows += 1;
        self.record_ids.append_value(record_id);
        self.codes.append_value(&corridor.code);
        self.names.append_option(corridor.name.as_deref());
        self.corridor_record_ids.append_value(corridor_record_id);
        self.distances_km.append_value(distance_km);
    }

    fn batch(mut self, schema: &SchemaRef) -> Result<RecordBatch, KernelError> {
        let columns: Vec<Arc<dyn arrow::array::Array>> = vec![
            Arc::new(self.record_ids.finish()),
            Arc::new(self.codes.finish()),
            Arc::new(self.names.finish()),
            Arc::new(self.corridor_record_ids.finish()),
            Arc::new(self.distances_km.finish()),
        ];
        Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{batch, floats, ids, integers, positions, run, texts, with_span_to};
    use proptest::prelude::*;

    fn parameters(corridor_km: f64) -> Parameters {
        with_span_to(&[("corridor_km", corridor_km)], 1.0)
    }

    /// Vertices as (code, part, number, latitude, longitude).
    fn corridors(rows: &[(&str, i32, i32, f64, f64)]) -> RecordBatch {
        batch(vec![
            ("record_id", ids(rows.len())),
            ("code", texts(rows.iter().map(|row| row.0))),
            ("name", texts(rows.iter().map(|row| row.0))),
            ("part_number", integers(rows.iter().map(|row| row.1))),
            ("vertex_number", integers(rows.iter().map(|row| row.2))),
            ("latitude", floats(rows.iter().map(|row| row.3))),
            ("longitude", floats(rows.iter().map(|row| row.4))),
        ])
    }

    fn near(corridor_km: f64, lines: &[(&str, i32, i32, f64, f64)], places: &[(f64, f64)]) -> Vec<(i64, String, f64)> {
        let rows: Vec<_> = places.iter().map(|(latitude, longitude)| (1, 0.0, *latitude, *longitude)).collect();
        let found = run(&CorridorDistance, &parameters(corridor_km), &[corridors(lines), positions(&rows)], 1);
        let read = |row: &crate::kernels::test_output::Row| {
            let distance_km = row["corridor_distance_km"].as_f64().unwrap();
            (row["record_id"].as_i64().unwrap(), row["corridor"].as_str().unwrap().to_owned(), distance_km)
        };
        found.iter().map(read).collect()
    }

    const LINES: &[(&str, i32, i32, f64, f64)] = &[
        ("A", 1, 1, 60.0, 20.0),
        ("A", 1, 2, 60.0, 24.0),
        ("A", 2, 1, 61.0, 20.0),
        ("A", 2, 2, 61.0, 20.5),
        ("B", 3, 1, 60.1, 22.0),
        ("B", 3, 2, 59.0, 22.0),
    ];

    #[test]
    fn the_nearest_line_within_reach_is_found() {
        // Beside A, on B, between the parts of A (which are not joined), far away.
        let found = near(10.0, LINES, &[(60.05, 21.0), (59.5, 22.0), (60.5, 22.2), (10.0, 10.0)]);
        assert_eq!(found.iter().map(|(id, code, _)| (*id, code.as_str())).collect::<Vec<_>>(), [(0, "A"), (1, "B")]);
        assert!((found[0].2 - 0.05f64.to_radians() * EARTH_RADIUS_KM).abs() < 0.05, "{}", found[0].2);
        assert!(found[1].2 < 1e-6);
    }

    #[test]
    fn lines_cross_the_date_line_the_short_way() {
        let lines = [("P", 1, 1, 50.0, 179.0), ("P", 1, 2, 50.0, -179.0)];
        let found = near(5.0, &lines, &[(50.0, 180.0), (50.0, -180.0), (50.0, 0.0), (50.0, -179.5)]);
        assert_eq!(found.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [0, 1, 3]);
    }

    #[test]
    fn no_corridors_no_rows() {
        assert!(near(5.0, &[], &[(50.0, 0.0)]).is_empty());
        assert!(CorridorDistance.start(&parameters(1_000.0)).is_err());
    }

    proptest! {
        #[test]
        fn the_grid_finds_what_looking_at_every_piece_finds(
            latitude in -85.0..85.0f64, longitude in -180.0..180.0f64, north in -3.0..3.0f64, east in -3.0..3.0f64,
            places in prop::collection::vec((-3.5..3.5f64, -3.5..3.5f64), 1..20), corridor_km in 0.5..60.0f64,
        ) {
            let mut read = CorridorDistance.start(&parameters(corridor_km)).unwrap();
            let lines = corridors(&[("A", 1, 1, latitude, longitude), ("A", 1, 2, (latitude + north).clamp(-90.0, 90.0), longitude + east)]);
            read.push(0, &lines, &mut crate::kernels::test_output::Collected::default()).unwrap();
            let mut whole = Run {
                schema: CorridorDistance.output_schema(), corridor_km, corridors: vec![], pieces: vec![], cells: HashMap::new(),
                entries: 0, last: None,
            };
            whole.read_corridors(&lines).unwrap();
            for (up, right) in places {
                let (up, right) = ((latitude + up).clamp(-90.0, 90.0), (longitude + right + 540.0).rem_euclid(360.0) - 180.0);
                let point = Point::from_degrees(up, right);
                let distances = whole.pieces.iter().map(|piece| point.distance_to_arc_km(piece.start, piece.end));
                let nearest_km = distances.fold(f64::INFINITY, f64::min);
                let found = whole.nearest(up, right).map(|(_, distance_km)| distance_km);
                prop_assert_eq!(found, (nearest_km <= corridor_km).then_some(nearest_km));
            }
        }
    }
}
