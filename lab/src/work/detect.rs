//! Runs every detector of the sea desk once over everything that was imported.

use std::collections::BTreeMap;
use std::path::Path;

use oikos_desk::{RunRequest, Span, detectors_of, parameters, run_detector};
use oikos_desk_sea::SEA;
use oikos_model::{ContentHasher, RunId, TableName, Timestamp};

use super::Found;
use super::node::Node;
use crate::Failure;

/// Runs the detectors, each in a session of its own. The facts are the number of findings by detector.
pub(super) fn run(folder: &Path) -> Result<Found, Failure> {
    let node = Node::open(folder)?;
    let transaction = node.snapshot()?;
    let files = transaction.data_files(&TableName::new("ais_positions")?, transaction.current_snapshot()?)?;
    let earliest = files.iter().filter_map(|file| file.time_minimum).min().ok_or("no positions were imported")?;
    let latest = files.iter().filter_map(|file| file.time_maximum).max().ok_or("no positions were imported")?;
    let span = Span { from: earliest, to: Timestamp::from_second(latest.as_second() + 1)? };
    let mut found = Found::default();
    for detector in detectors_of(&SEA)? {
        let mut session = node.session(transaction.as_ref(), detector.head.tables.iter().map(String::as_str))?;
        let request = RunRequest {
            origin: node.origin(),
            span,
            parameters: parameters::resolve(&detector.head, &BTreeMap::new())?,
            run: RunId(ContentHasher::new("run").field(detector.head.id.as_str().as_bytes()).finish()),
            checkpoint: None,
        };
        let outcome = run_detector(&mut session, &SEA, &detector, &request)?;
        found.facts.insert(detector.head.id.to_string(), outcome.findings.len() as i64);
    }
    Ok(found)
}
