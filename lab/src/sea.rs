//! Benchmark `sea`: decoding AIS against pyais and libais; importing a million positions and running both detectors in bounded memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oikos_scenario::{ScenarioOptions, generate};

use crate::measure::{self, Measured, Position};
use crate::row::{Benchmark, Comparison};
use crate::{Failure, peers, root, say};

/// A seed nothing was tuned on.
const SEED: u64 = 260_615;
/// So many ships send a little more than a million positions in 30 days.
pub(crate) const VESSELS: usize = 420;
/// What a small office's machine can spare.
const MEMORY_LIMIT_MEBIBYTES: f64 = 1536.0;
/// Peers, and their scripts with the first arguments.
const DECODERS: [(&str, &[&str]); 3] = [
    ("pyais", &["decode_pyais.py"]),
    ("libais stream", &["decode_libais.py", "stream"]),
    ("libais direct", &["decode_libais.py", "direct"]),
];
/// The message types that the peers and ours are compared on.
const POSITION_TYPES: [i64; 6] = [1, 2, 3, 18, 19, 27];

/// Runs the benchmark in `folder`.
pub(crate) fn run(folder: &Path) -> Result<Benchmark, Failure> {
    let mut benchmark = Benchmark::default();
    let scenario = Scenario::write(folder)?;
    decode(&mut benchmark, &scenario)?;
    events(&mut benchmark, &scenario, &folder.join("node"))?;
    Ok(benchmark)
}

/// A generated scenario.
pub(crate) struct Scenario {
    /// The AIS files, oldest day first.
    pub(crate) nmea: Vec<PathBuf>,
    others: [PathBuf; 2],
    sentences: u64,
}

impl Scenario {
    /// Writes Quiet Tide with more ships below `folder`.
    pub(crate) fn write(folder: &Path) -> Result<Self, Failure> {
        let folder = folder.join("scenario");
        let truth = generate(&folder, &ScenarioOptions { vessels: VESSELS, ..ScenarioOptions::standard(SEED) })?;
        let ais: Vec<_> = truth.files.iter().filter(|file| file.format == "ais-nmea").collect();
        Ok(Self {
            nmea: ais.iter().map(|file| folder.join(&file.path)).collect(),
            others: [folder.join("fi/vessel_register.csv"), folder.join("fi/corridors.geojson")],
            sentences: ais.iter().map(|file| file.entries).sum(),
        })
    }
}

fn decode(benchmark: &mut Benchmark, scenario: &Scenario) -> Result<(), Failure> {
    let ours = measure::ours("decode", &scenario.nmea)?;
    let truth = GpsdSample::read();
    let our_accuracy = truth.as_ref().map(|truth| truth.ours()).transpose()?;
    let input = format!("{} sentences, {} positions", scenario.sentences, ours.fact("positions").unwrap_or_default());
    for (name, words) in DECODERS {
        let peer = run_peer(words, scenario.nmea.iter().map(PathBuf::as_path));
        let peer_accuracy = peer.as_ref().and(truth.as_ref()).and_then(|truth| truth.peer(words));
        let comparison = Comparison {
            benchmark: "sea",
            work: "decode",
            peer_name: Some(name),
            input: &input,
            accuracy: (our_accuracy, peer_accuracy),
            same: &["positions", "latitude_sum", "longitude_sum"],
        };
        benchmark.compare(&comparison, &ours, peer.as_ref());
    }
    benchmark.notes.push(
        "decode: files of NMEA sentences with TAG blocks and damaged lines in, nothing stored. Same work: the number of position reports \
         (types 1, 2, 3, 18, 19, 27) and the exact sums of their coordinates. Ours also decodes identities, makes Arrow batches and \
         statements, and names every refused line. The peers run in Python as their documentation shows; libais decodes in C++, and its \
         lines are taken apart in Python: by its own module (stream), or by a regular expression of ours (direct)."
            .to_owned(),
    );
    benchmark.notes.push(
        "decode, accuracy: share of gpsd's expected positions for its sample of real messages (MMSI, type and coordinates equal) among \
         all that either gives. The sample is small: a dozen positions."
            .to_owned(),
    );
    Ok(())
}

fn run_peer<'a>(words: &'a [&'a str], files: impl IntoIterator<Item = &'a Path>) -> Option<Measured> {
    let (script, rest) = words.split_first()?;
    peers::run(script, rest.iter().map(Path::new).chain(files))
}

fn events(benchmark: &mut Benchmark, scenario: &Scenario, node: &Path) -> Result<(), Failure> {
    let arguments: Vec<&Path> =
        [node].into_iter().chain(scenario.nmea.iter().chain(&scenario.others).map(PathBuf::as_path)).collect();
    let import = measure::ours("import-files", &arguments)?;
    let detect = measure::ours("detect", [node])?;
    let positions = import.fact("positions").unwrap_or_default();
    let found: Vec<String> = detect.report.facts.iter().map(|(detector, findings)| format!("{findings} of {detector}")).collect();
    for (work, input, measured) in [
        ("import", format!("{} files, {positions} positions", arguments.len() - 1), &import),
        ("detect", format!("{positions} positions; findings: {}", found.join(", ")), &detect),
    ] {
        let comparison = Comparison { benchmark: "sea", work, peer_name: None, input: &input, accuracy: (None, None), same: &[] };
        benchmark.compare(&comparison, measured, None);
        check_memory(benchmark, work, measured);
    }
    if positions < 1_000_000 {
        benchmark.failures.push(format!("events: only {positions} positions, not a million"));
    }
    benchmark.notes.push(format!(
        "import: AIS, register and corridors through the readers into the lake, a transaction a file; statements are counted, not stored. \
         detect: both detectors over the whole time in one run each. Neither may hold more than {MEMORY_LIMIT_MEBIBYTES:.0} MiB, which \
         the run checks. No peer was run: pipe-gaps and \
         MovingPandas have gaps of their own definition and were not tried."
    ));
    Ok(())
}

fn check_memory(benchmark: &mut Benchmark, work: &str, measured: &Measured) {
    let within = measured.peak_mebibytes().is_some_and(|peak| peak <= MEMORY_LIMIT_MEBIBYTES);
    if !within {
        let peak = measured.peak_mebibytes();
        benchmark
            .failures
            .push(format!("{work}: peak memory of {peak:.0?} MiB is above {MEMORY_LIMIT_MEBIBYTES:.0} MiB or unknown"));
    }
}

/// Real messages with what gpsd says of them.
struct GpsdSample {
    file: PathBuf,
    expected: Vec<Position>,
}

impl GpsdSample {
    /// The sample, or a loud note that it is not there.
    fn read() -> Option<Self> {
        let folder = root().join("../shared/data/sea");
        let checked = folder.join("gpsd_sample.aivdm.ju.chk");
        match std::fs::read_to_string(&checked) {
            Ok(text) => {
                Some(Self { file: folder.join("gpsd_sample.aivdm"), expected: text.lines().filter_map(expected).collect() })
            }
            Err(error) => {
                say(&format!("NO ACCURACY: {} is not there ({error})", checked.display()));
                None
            }
        }
    }

    fn arguments(&self) -> [&Path; 2] {
        [Path::new("--list"), &self.file]
    }

    fn ours(&self) -> Result<f64, Failure> {
        Ok(agreement(&self.expected, &measure::ours("decode", self.arguments())?.report.positions))
    }

    fn peer(&self, words: &[&str]) -> Option<f64> {
        Some(agreement(&self.expected, &run_peer(words, self.arguments())?.report.positions))
    }
}

/// The position in a line of gpsd's unscaled output; `None` where the message has none.
fn expected(line: &str) -> Option<Position> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let number = |name: &str| message.get(name)?.as_i64();
    let (message_type, latitude, longitude) = (number("type")?, number("lat")?, number("lon")?);
    // Type 27 is sent in 1/600 of a degree.
    let scale = if message_type == 27 { 1_000 } else { 1 };
    let (latitude, longitude) = (latitude * scale, longitude * scale);
    let is_position = POSITION_TYPES.contains(&message_type) && latitude.abs() <= 54_000_000 && longitude.abs() <= 108_000_000;
    is_position.then_some([number("mmsi")?, message_type, latitude, longitude])
}

/// How many positions both lists have, of all that either has.
fn agreement(expected: &[Position], given: &[Position]) -> f64 {
    let mut balance: BTreeMap<Position, (usize, usize)> = BTreeMap::new();
    for position in expected {
        balance.entry(*position).or_default().0 += 1;
    }
    for position in given {
        balance.entry(*position).or_default().1 += 1;
    }
    let (both, either) = balance.values().fold((0, 0), |(both, either), (a, b)| (both + a.min(b), either + a.max(b)));
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_counts_what_is_missing_and_what_is_too_much() {
        let (a, b, c) = ([1, 1, 0, 0], [2, 1, 0, 0], [3, 1, 0, 0]);
        assert!((agreement(&[a, b], &[a, b]) - 1.0).abs() < 1e-12);
        assert!((agreement(&[a, b], &[b, c]) - 1.0 / 3.0).abs() < 1e-12);
        assert!((agreement(&[a, a], &[a]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn gpsd_lines_without_a_position_are_left_out() {
        let line = |message_type: i64, lat: i64| format!(r#"{{"type":{message_type},"mmsi":9,"lon":600,"lat":{lat}}}"#);
        assert_eq!(expected(&line(1, 500)), Some([9, 1, 500, 600]));
        assert_eq!(expected(&line(27, 5)), Some([9, 27, 5_000, 600_000]));
        assert_eq!(expected(&line(1, 54_600_000)), None);
        assert_eq!(expected(&line(4, 500)), None);
    }
}
