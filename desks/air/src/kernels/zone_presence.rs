//! Positions of aircraft in zones over critical assets.
//!
//! Inputs: zones, periods and assets with the columns of their tables; then positions with `record_id`, `source`, `drone`, `at`, `latitude`, `longitude`,
//! `altitude_amsl_m`, `altitude_ellipsoid_m`, `height_above_ground_m` and `height_above_takeoff_m`. A zone counts when an asset lies in its projection. A
//! row comes out for each position and each zone volume that it lies in, by place, height and time, with the asset of that volume nearest to it.

use std::collections::HashMap;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, float, integer, text};
use oikos_desk::{BATCH_ROWS, Column, ColumnType, Kernel, KernelError, KernelRun, Output, Parameters, RowBatch, schema_of};
use oikos_model::Timestamp;

use super::heights::{Heights, Limit, Reference, Site};
use super::periods::{Period, applies, days};
use crate::sphere::{Point, Polygon};

const NAME: &str = "zone_presence";
const MAX_ZONES: usize = 200_000;
const MAX_ASSETS: usize = 100_000;

const fn column(name: &'static str, column_type: ColumnType, nullable: bool, description: &'static str) -> Column {
    Column { name, column_type, nullable, description }
}

const OUTPUT: &[Column] = &[
    column("record_id", ColumnType::Integer, false, "The position's record."),
    column("source", ColumnType::Text, false, "Where the position comes from."),
    column("drone", ColumnType::Text, false, "The aircraft."),
    column("at", ColumnType::Time, false, "When."),
    column("latitude", ColumnType::Float, false, "Degrees north."),
    column("longitude", ColumnType::Float, false, "Degrees east."),
    column("height_above_ground_m", ColumnType::Float, true, "Height above the ground, where it could be told."),
    column("height_known", ColumnType::Text, false, "Whether the zone's limits were compared: exactly, roughly, no."),
    column("time_by_sun", ColumnType::Boolean, false, "Whether only the sun would say exactly that the zone applies."),
    column("zone_record_id", ColumnType::Integer, false, "The zone volume's record."),
    column("zone", ColumnType::Text, false, "The zone."),
    column("zone_name", ColumnType::Text, true, "The zone's name."),
    column("restriction", ColumnType::Text, false, "The zone's restriction."),
    column("asset_record_id", ColumnType::Integer, false, "The asset's record."),
    column("asset", ColumnType::Text, false, "The asset's code."),
    column("asset_name", ColumnType::Text, true, "The asset's name."),
    column("asset_distance_m", ColumnType::Float, false, "Distance on the ground."),
];

/// Finds positions in zones.
pub(crate) struct ZonePresence;

impl Kernel for ZonePresence {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        4
    }

    fn output_schema(&self) -> SchemaRef {
        schema_of(OUTPUT)
    }

    fn start(&self, _parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run {
            volumes: Vec::new(),
            periods: HashMap::new(),
            assets: Vec::new(),
            joined: false,
            rows: RowBatch::new(OUTPUT),
        }))
    }
}

struct Volume {
    record_id: i64,
    /// Country and identifier.
    key: (String, String),
    name: Option<String>,
    restriction: String,
    lower: Option<Limit>,
    upper: Option<Limit>,
    shape: Shape,
    /// The assets in its projection, by their place in the list.
    assets: Vec<usize>,
}

enum Shape {
    Circle { center: Point, radius_m: f64 },
    Polygon(Polygon),
}

impl Shape {
    fn contains(&self, point: Point) -> bool {
        match self {
            Self::Circle { center, radius_m } => center.distance_m(point) <= *radius_m,
            Self::Polygon(polygon) => polygon.contains(point),
        }
    }
}

struct Asset {
    record_id: i64,
    code: String,
    name: Option<String>,
    point: Point,
    site: Site,
}

struct Run {
    volumes: Vec<Volume>,
    periods: HashMap<(String, String), Vec<Period>>,
    assets: Vec<Asset>,
    /// Whether it is settled which assets lie in which zone.
    joined: bool,
    rows: RowBatch,
}

impl Run {
    fn read_zones(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 0, batch);
        let ids = input.integers("record_id")?;
        let [zones, countries, names, restrictions] = texts(&input, ["zone", "country", "name", "restriction"])?;
        let [lower_references, upper_references, rings] = texts(&input, ["lower_reference", "upper_reference", "rings"])?;
        let [lower, upper, latitudes, longitudes, radii] =
            floats(&input, ["lower_limit_m", "upper_limit_m", "center_latitude", "center_longitude", "radius_m"])?;
        for row in 0..batch.num_rows() {
            let circle = (|| Some((float(&latitudes, row)?, float(&longitudes, row)?, float(&radii, row)?)))();
            let shape = match circle {
                Some((latitude, longitude, radius_m)) => {
                    Some(Shape::Circle { center: Point::from_degrees(latitude, longitude), radius_m })
                }
                None => text(&rings, row).and_then(polygon).map(Shape::Polygon),
            };
            let (Some(shape), Some(record_id)) = (shape, integer(&ids, row)) else { continue };
            let limit = |metres: Option<f64>, reference: Option<&str>| {
                Some(Limit { metres: metres?, reference: Reference::from_code(reference?)? })
            };
            self.volumes.push(Volume {
                record_id,
                key: (countries.value(row).to_owned(), zones.value(row).to_owned()),
                name: text(&names, row).map(str::to_owned),
                restriction: restrictions.value(row).to_owned(),
                lower: limit(float(&lower, row), text(&lower_references, row)),
                upper: limit(float(&upper, row), text(&upper_references, row)),
                shape,
                assets: Vec::new(),
            });
        }
        limited(self.volumes.len(), MAX_ZONES, "zones")
    }

    fn read_periods(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 1, batch);
        let [zones, countries, day_codes] = texts(&input, ["zone", "country", "days"])?;
        let (valid_from, valid_to) = (input.moments("valid_from")?, input.moments("valid_to")?);
        let (from_seconds, to_seconds) = (input.integers("from_seconds")?, input.integers("to_seconds")?);
        let by_sun = input.booleans("by_sun")?;
        for row in 0..batch.num_rows() {
            let second = |micros: i64| micros.div_euclid(1_000_000);
            let key = (countries.value(row).to_owned(), zones.value(row).to_owned());
            self.periods.entry(key).or_default().push(Period {
                valid_from: integer(&valid_from, row).map(second),
                valid_to: integer(&valid_to, row).map(second),
                days: days(text(&day_codes, row)),
                from_seconds: integer(&from_seconds, row),
                to_seconds: integer(&to_seconds, row),
                by_sun: by_sun.value(row),
            });
        }
        Ok(())
    }

    fn read_assets(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 2, batch);
        let ids = input.integers("record_id")?;
        let [codes, names] = texts(&input, ["code", "name"])?;
        let [latitudes, longitudes, ground, geoid] =
            floats(&input, ["latitude", "longitude", "ground_amsl_m", "geoid_height_m"])?;
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let Some(record_id) = integer(&ids, row) else { continue };
            self.assets.push(Asset {
                record_id,
                code: codes.value(row).to_owned(),
                name: text(&names, row).map(str::to_owned),
                point: Point::from_degrees(latitude, longitude),
                site: Site { ground_amsl_m: float(&ground, row), geoid_height_m: float(&geoid, row) },
            });
        }
        limited(self.assets.len(), MAX_ASSETS, "assets")
    }

    /// Keeps the zones that hold an asset.
    fn join(&mut self) {
        if std::mem::replace(&mut self.joined, true) {
            return;
        }
        for volume in &mut self.volumes {
            let inside = self.assets.iter().enumerate().filter(|(_, asset)| volume.shape.contains(asset.point));
            volume.assets = inside.map(|(place, _)| place).collect();
        }
        self.volumes.retain(|volume| !volume.assets.is_empty());
    }

    fn read_positions(&mut self, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        self.join();
        let input = KernelInput::new(NAME, 3, batch);
        let (ids, moments) = (input.integers("record_id")?, input.moments("at")?);
        let [sources, drones] = texts(&input, ["source", "drone"])?;
        let [latitudes, longitudes, amsl, ellipsoid, ground, takeoff] = floats(
            &input,
            [
                "latitude",
                "longitude",
                "altitude_amsl_m",
                "altitude_ellipsoid_m",
                "height_above_ground_m",
                "height_above_takeoff_m",
            ],
        )?;
        for row in 0..batch.num_rows() {
            let (Some(latitude), Some(longitude)) = (float(&latitudes, row), float(&longitudes, row)) else { continue };
            let (Some(record_id), Some(micros)) = (integer(&ids, row), integer(&moments, row)) else { continue };
            let Ok(at) = Timestamp::from_microsecond(micros) else { continue };
            let heights = Heights {
                above_ground_m: float(&ground, row),
                above_takeoff_m: float(&takeoff, row),
                amsl_m: float(&amsl, row),
                ellipsoid_m: float(&ellipsoid, row),
            };
            let (source, drone) = (sources.value(row), drones.value(row));
            self.place(&Position { record_id, source, drone, at, latitude, longitude, heights }, output)?;
        }
        Ok(())
    }

    fn place(&mut self, position: &Position<'_>, output: &mut dyn Output) -> Result<(), KernelError> {
        let point = Point::from_degrees(position.latitude, position.longitude);
        for volume in self.volumes.iter().filter(|volume| volume.shape.contains(point)) {
            let periods = self.periods.get(&volume.key).map_or(&[][..], Vec::as_slice);
            let Some(time_by_sun) = applies(periods, position.at.as_second()) else { continue };
            let distances = volume.assets.iter().map(|place| (&self.assets[*place], self.assets[*place].point.distance_m(point)));
            let Some((asset, distance_m)) = distances.min_by(|one, other| one.1.total_cmp(&other.1)) else { continue };
            let Some(known) = position.heights.between(volume.lower, volume.upper, asset.site) else { continue };
            self.rows.push([
                position.record_id.into(),
                position.source.into(),
                position.drone.into(),
                position.at.into(),
                position.latitude.into(),
                position.longitude.into(),
                position.heights.above_ground(asset.site).map(|(height, _)| height).into(),
                known.code().into(),
                time_by_sun.into(),
                volume.record_id.into(),
                (&volume.key.1).into(),
                volume.name.as_ref().into(),
                (&volume.restriction).into(),
                asset.record_id.into(),
                (&asset.code).into(),
                asset.name.as_ref().into(),
                distance_m.into(),
            ]);
        }
        if self.rows.rows() >= BATCH_ROWS { self.hand_on(output) } else { Ok(()) }
    }

    fn hand_on(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch))
    }
}

/// A position of an aircraft.
struct Position<'a> {
    record_id: i64,
    source: &'a str,
    drone: &'a str,
    at: Timestamp,
    latitude: f64,
    longitude: f64,
    heights: Heights,
}

fn texts<const N: usize>(input: &KernelInput<'_>, names: [&str; N]) -> Result<[arrow::array::StringArray; N], KernelError> {
    let columns = names.into_iter().map(|name| input.texts(name)).collect::<Result<Vec<_>, _>>()?;
    all_of(columns)
}

fn floats<const N: usize>(input: &KernelInput<'_>, names: [&str; N]) -> Result<[arrow::array::Float64Array; N], KernelError> {
    let columns = names.into_iter().map(|name| input.floats(name)).collect::<Result<Vec<_>, _>>()?;
    all_of(columns)
}

fn all_of<T, const N: usize>(columns: Vec<T>) -> Result<[T; N], KernelError> {
    columns.try_into().map_err(|_| KernelError::Limit { kernel: NAME, problem: "columns were lost".into() })
}

fn limited(count: usize, most: usize, what: &str) -> Result<(), KernelError> {
    if count <= most {
        return Ok(());
    }
    Err(KernelError::Limit { kernel: NAME, problem: format!("more than {most} {what}; import fewer, or narrow the query") })
}

fn polygon(rings: &str) -> Option<Polygon> {
    Polygon::new(&serde_json::from_str::<Vec<Vec<[f64; 2]>>>(rings).ok()?)
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        match input {
            0 => self.read_zones(batch),
            1 => self.read_periods(batch),
            2 => self.read_assets(batch),
            _ => self.read_positions(batch, output),
        }
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.hand_on(output)
    }

    fn memory_bytes(&self) -> usize {
        self.volumes.capacity() * 1_024 + self.assets.capacity() * 200 + self.periods.len() * 200 + BATCH_ROWS * 250
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oikos_desk::CellValue;
    use oikos_desk::collected::{JsonRow, run_kernel};

    use crate::tables::{AIR_ASSETS, AIR_ZONE_PERIODS, AIR_ZONES};

    const POSITIONS: &[Column] = &[
        column("record_id", ColumnType::Integer, false, "."),
        column("source", ColumnType::Text, false, "."),
        column("drone", ColumnType::Text, false, "."),
        column("at", ColumnType::Time, false, "."),
        column("latitude", ColumnType::Float, false, "."),
        column("longitude", ColumnType::Float, false, "."),
        column("altitude_amsl_m", ColumnType::Float, true, "."),
        column("altitude_ellipsoid_m", ColumnType::Float, true, "."),
        column("height_above_ground_m", ColumnType::Float, true, "."),
        column("height_above_takeoff_m", ColumnType::Float, true, "."),
    ];

    fn zone<'a>(zone: &'a str, circle: Option<(f64, f64, f64)>, rings: Option<&'a str>) -> [CellValue<'a>; 17] {
        let mut values = [CellValue::Empty; 17];
        values[0] = 1i64.into();
        values[1] = zone.into();
        values[2] = "POL".into();
        values[4] = "authorisation".into();
        values[8] = 1i32.into();
        (values[11], values[12]) = (120.0.into(), "AGL".into());
        let (latitude, longitude, radius_m) = circle.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), Some(c)));
        (values[13], values[14], values[15], values[16]) = (latitude.into(), longitude.into(), radius_m.into(), rings.into());
        values
    }

    fn presence(heights_m: &[f64], at: &str, places: &[(f64, f64)]) -> Vec<JsonRow> {
        let mut zones = RowBatch::new(AIR_ZONES.columns);
        zones.push(zone("CIRCLE", Some((52.1, 21.2, 1_000.0)), None));
        zones.push(zone("SQUARE", None, Some("[[[21.3,52.1],[21.4,52.1],[21.4,52.2],[21.3,52.2]]]")));
        zones.push(zone("EMPTY", Some((40.0, 10.0, 1_000.0)), None));
        let mut periods = RowBatch::new(AIR_ZONE_PERIODS.columns);
        let (days, by_sun): (CellValue<'_>, CellValue<'_>) = ("SAT".into(), false.into());
        let empty = CellValue::Empty;
        periods.push([1i64.into(), "SQUARE".into(), "POL".into(), empty, empty, days, empty, empty, by_sun]);
        let mut assets = RowBatch::new(AIR_ASSETS.columns);
        for (code, latitude, longitude) in [("SUB-7", 52.1, 21.2), ("SUB-8", 52.105, 21.2), ("PORT", 52.15, 21.35)] {
            assets.push([1i64.into(), code.into(), empty, empty, latitude.into(), longitude.into(), 110.0.into(), 31.5.into()]);
        }
        let mut positions = RowBatch::new(POSITIONS);
        for (id, (latitude, longitude)) in (0i64..).zip(places) {
            for height_m in heights_m {
                let at: Timestamp = at.parse().unwrap();
                let height = (*height_m).into();
                positions.push([
                    id.into(),
                    "track".into(),
                    "t".into(),
                    at.into(),
                    (*latitude).into(),
                    (*longitude).into(),
                    empty,
                    empty,
                    height,
                    empty,
                ]);
            }
        }
        let inputs = [zones, periods, assets, positions].map(|mut rows| rows.take().unwrap().unwrap());
        run_kernel(&ZonePresence, &Parameters::default(), &inputs, 2).unwrap()
    }

    /// Position, zone and asset of each row.
    fn found(rows: &[JsonRow]) -> Vec<(i64, &str, &str)> {
        rows.iter()
            .map(|row| (row["record_id"].as_i64().unwrap(), row["zone"].as_str().unwrap(), row["asset"].as_str().unwrap()))
            .collect()
    }

    #[test]
    fn place_height_and_time_decide_and_the_nearest_asset_is_named() {
        // Over the first asset, near the second, in the square, over a zone without an asset, outside.
        let places = [(52.1001, 21.2), (52.1049, 21.2), (52.15, 21.35), (40.0, 10.0), (52.12, 21.2)];
        let rows = presence(&[50.0], "2026-03-07T12:00:00Z", &places);
        assert_eq!(found(&rows), [(0, "CIRCLE", "SUB-7"), (1, "CIRCLE", "SUB-8"), (2, "SQUARE", "PORT")]);
        assert!((rows[0]["asset_distance_m"].as_f64().unwrap() - 11.1).abs() < 0.1);
        // The square applies on Saturdays only.
        assert_eq!(found(&presence(&[50.0], "2026-03-09T12:00:00Z", &places)).len(), 2);
        assert!(presence(&[121.0], "2026-03-07T12:00:00Z", &places).is_empty());
    }
}
