//! Quiet Tide: writes the raw files of a fictional campaign, in real formats, with its ground truth, from a seed.
//!
//! Written now are event 1 (Austria, a deal just below the step) and event 5 (Finland, a ship that loiters over a cable and goes
//! silent), with the traffic and the companies around them and two decoys: a ferry's repair stop and an honest buyer of 24.9 %.
//! Nothing here writes a finding: what the desks do not detect is not there. The same options give the same bytes.
//!
//! All names are fictional. XY is an invented state. MMSIs use prefixes that the ITU has not assigned to any state, IMO numbers a
//! range that was never given to ships; their check digits, and those of the LEIs, hold. Ports, cables and receivers are synthetic.

mod bods;
mod cast;
mod coverage;
mod deals;
mod error;
mod fleet;
mod geography;
mod identifiers;
mod itinerary;
mod names;
mod nmea;
mod options;
mod output;
mod random;
mod register;
mod traffic;
mod truth;

pub use error::ScenarioError;
pub use options::ScenarioOptions;
pub use truth::{CompanyTruth, Decoy, Event, FileTruth, GroundTruth, Lead, Outage, VesselTruth};

use std::path::Path;

use cast::Cast;
use output::Folder;

/// Writes the scenario below `folder` and returns its ground truth, which is also written as `truth.json`.
///
/// Files: `fi/ais/<date>.nmea`, one per day; `fi/vessel_register.csv`; `fi/corridors.geojson`; `at/register.json`;
/// `at/notified_deals.json`; `truth.json`. Memory holds one day of traffic at a time.
///
/// # Errors
/// When an option is out of its bounds, a file cannot be written, or a message cannot be encoded.
pub fn generate(folder: &Path, options: &ScenarioOptions) -> Result<GroundTruth, ScenarioError> {
    options.check()?;
    let cast = Cast::new(options);
    let folder = Folder::new(folder);
    let mut files = Vec::new();

    let fleet = fleet::Fleet::new(options, &cast);
    files.extend(traffic::write(&folder, options, &fleet)?);
    files.push(fleet.write_register(&folder, options)?);
    files.push(geography::write_corridors(&folder)?);

    let register = register::Register::new(options, &cast, &fleet);
    files.push(register.write(&folder, options)?);
    let deals = deals::Deals::new(options, &cast, &register);
    files.push(deals.write(&folder, options)?);

    let truth = GroundTruth::new(options, &cast, &fleet, &deals, files);
    folder.write_json("truth.json", &truth)?;
    Ok(truth)
}
