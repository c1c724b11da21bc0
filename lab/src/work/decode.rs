//! Reads NMEA files with the sea desk's reader and counts positions; nothing is stored.

use std::fs::File;
use std::io::BufReader;

use arrow::array::{AsArray, PrimitiveArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int32Type};
use oikos_desk::{Reader, Reject, Sink, SinkError, Source};
use oikos_desk_sea::SEA;
use oikos_model::{StatementDraft, Timestamp};

use super::Found;
use crate::Failure;
use crate::measure::Position;

/// AIS states positions in so many parts of a degree (ITU-R M.1371).
const PARTS_OF_A_DEGREE: f64 = 600_000.0;

/// Counts and sums, and keeps the positions where asked to.
#[derive(Default)]
struct Count {
    positions: i64,
    latitudes: i64,
    longitudes: i64,
    rejects: i64,
    kept: Option<Vec<Position>>,
}

/// Decodes the files, one after the other.
pub(super) fn run(files: &[&str], keep: bool) -> Result<Found, Failure> {
    let mut count = Count { kept: keep.then(Vec::new), ..Count::default() };
    for (file, import_number) in files.iter().zip(1..) {
        let mut input = BufReader::with_capacity(1 << 16, File::open(file)?);
        ais_reader()?.read(&source(file, import_number)?, &mut input, &mut count)?;
    }
    let mut found = Found::facts([
        ("positions", count.positions),
        ("latitude_sum", count.latitudes),
        ("longitude_sum", count.longitudes),
        ("rejects", count.rejects),
    ]);
    found.positions = count.kept.unwrap_or_default();
    Ok(found)
}

/// The sea desk's reader of AIS.
pub(super) fn ais_reader() -> Result<&'static dyn Reader, Failure> {
    SEA.reader("ais-nmea").ok_or_else(|| "the sea desk has no reader of ais-nmea".into())
}

/// A source for a file of the lab. Files have times of their own; those without get an arbitrary one.
pub(super) fn source(file: &str, import_number: u32) -> Result<Source, Failure> {
    Ok(Source { file_name: file.to_owned(), import_number, imported_at: Timestamp::from_second(1_782_000_000)? })
}

impl Sink for Count {
    fn records(&mut self, table: &'static str, batch: RecordBatch) -> Result<(), SinkError> {
        if table != "ais_positions" {
            return Ok(());
        }
        let latitudes = column::<Float64Type>(&batch, "latitude")?;
        let longitudes = column::<Float64Type>(&batch, "longitude")?;
        let ships = column::<Int32Type>(&batch, "mmsi")?;
        let types = column::<Int32Type>(&batch, "message_type")?;
        let parts = |degrees: f64| (degrees * PARTS_OF_A_DEGREE).round() as i64;
        for row in 0..batch.num_rows() {
            let (latitude, longitude) = (parts(latitudes.value(row)), parts(longitudes.value(row)));
            self.latitudes += latitude;
            self.longitudes += longitude;
            if let Some(kept) = &mut self.kept {
                kept.push([ships.value(row).into(), types.value(row).into(), latitude, longitude]);
            }
        }
        self.positions += batch.num_rows() as i64;
        Ok(())
    }

    fn statements(&mut self, _: Vec<StatementDraft>) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, _: Reject) -> Result<(), SinkError> {
        self.rejects += 1;
        Ok(())
    }

    fn progress(&mut self, _: u64) {}
}

fn column<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<T>, SinkError> {
    let found = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<T>());
    found.ok_or_else(|| SinkError(format!("ais_positions has no column {name} of the expected type")))
}
