//! One reader per format, streaming, in bounded memory.

mod indicator;
mod kev;
mod logs;
mod misp;
mod network_assets;
mod stix_bundle;
mod warninglist;

pub(crate) use kev::KnownExploited;
pub(crate) use logs::{NetworkJson, ZeekLog};
pub(crate) use misp::MispJson;
pub(crate) use network_assets::NetworkAssets;
pub(crate) use stix_bundle::StixBundle;
pub(crate) use warninglist::WarningList;

use oikos_desk::intake::JsonLimits;
use oikos_model::Timestamp;
use serde_json::Value;

/// What a JSON document of threat intelligence may be at most.
const LIMITS: JsonLimits = JsonLimits { file_bytes: 2_048 * 1_024 * 1_024, piece_bytes: 64 * 1_024 * 1_024 };

/// A text member; `None` where it is empty or something else.
fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value[member].as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A moment in RFC 3339, or in seconds since 1970 as a number or text.
fn moment(value: &Value) -> Option<Timestamp> {
    let seconds = |seconds: f64| {
        let nanos = (seconds * 1e6).round();
        // The cast saturates, and what is beyond is no moment.
        Timestamp::from_microsecond(nanos as i64).ok()
    };
    match value {
        Value::Number(number) => seconds(number.as_f64()?),
        Value::String(text) => text.parse().ok().or_else(|| seconds(text.trim().parse().ok()?)),
        _ => None,
    }
}

/// What the tests share.
#[cfg(test)]
pub(crate) mod test_file {
    use std::io::BufReader;

    use oikos_desk::collected::CollectedSink;
    use oikos_desk::{ReadError, ReadSummary, Reader, Source};

    /// Reads bytes through a small buffer.
    pub(crate) fn read(reader: &dyn Reader, bytes: &[u8]) -> (CollectedSink, Result<ReadSummary, ReadError>) {
        let imported_at = "2026-03-01T12:00:00Z".parse().expect("a time");
        let source = Source { file_name: "test".into(), import_number: 7, imported_at };
        let mut sink = CollectedSink::default();
        let summary = reader.read(&source, &mut BufReader::with_capacity(61, bytes), &mut sink);
        (sink, summary)
    }

    /// The shared test data, or a loud note that it is not there.
    pub(crate) fn shared(path: &str) -> Option<String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");
        match std::fs::read_to_string(format!("{root}{path}")) {
            Ok(text) => Some(text),
            Err(error) => {
                eprintln!("SKIPPED: {root}{path} is not there ({error}); this test needs the shared data");
                None
            }
        }
    }
}
