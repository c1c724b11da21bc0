//! STIX patterns over single events, for indicators that are more than a value.
//!
//! Inputs: patterns (`record_id`, `value`), then events with the columns of `network_events`. An event is an observation of a connection with its two ends, and of a
//! domain, a URL and a file where the log has them. A row comes out for each event that a pattern fits. What cannot be compared does not fit.

use std::net::IpAddr;

use arrow::array::{Int64Array, StringArray};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, integer, text};
use oikos_desk::{BATCH_ROWS, Column, ColumnType, Kernel, KernelError, KernelRun, Output, Parameters, RowBatch, schema_of};
use oikos_model::Timestamp;
use serde_json::{Map, json};

use super::column;
use crate::stix::{Observation, Pattern, Version, matches, parse};

const NAME: &str = "stix_patterns";
/// Each event is tried against every pattern.
const MAX_PATTERNS: usize = 5_000;

const OUTPUT: &[Column] = &[
    column("entry_record_id", ColumnType::Integer, false, "The pattern's indicator."),
    column("record_id", ColumnType::Integer, false, "The event."),
];

/// Tries patterns.
pub(crate) struct StixPatterns;

impl Kernel for StixPatterns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn input_count(&self) -> usize {
        2
    }

    fn output_schema(&self) -> SchemaRef {
        schema_of(OUTPUT)
    }

    fn start(&self, _parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run { patterns: Vec::new(), rows: RowBatch::new(OUTPUT) }))
    }
}

struct Run {
    patterns: Vec<(i64, Pattern)>,
    rows: RowBatch,
}

impl Run {
    fn read_patterns(&mut self, batch: &RecordBatch) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, 0, batch);
        let (ids, values) = (input.integers("record_id")?, input.texts("value")?);
        for row in 0..batch.num_rows() {
            let (Some(record_id), Some(value)) = (integer(&ids, row), text(&values, row)) else { continue };
            // The reader has checked it; the looser version reads whatever the stricter one does.
            let Ok(pattern) = parse(value, Version::V20) else { continue };
            self.patterns.push((record_id, pattern));
        }
        if self.patterns.len() > MAX_PATTERNS {
            let problem = format!("more than {MAX_PATTERNS} patterns that are no look-ups; leave some sources out");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        Ok(())
    }

    fn read_events(&mut self, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        if self.patterns.is_empty() {
            return Ok(());
        }
        let events = Events::new(batch)?;
        for row in 0..batch.num_rows() {
            let Some((record_id, observation)) = events.observation(row) else { continue };
            let observed = std::slice::from_ref(&observation);
            for (entry, _) in self.patterns.iter().filter(|(_, pattern)| matches(pattern, observed) == Ok(true)) {
                self.rows.push([(*entry).into(), record_id.into()]);
            }
            if self.rows.rows() >= BATCH_ROWS {
                self.hand_on(output)?;
            }
        }
        Ok(())
    }

    fn hand_on(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch))
    }
}

/// The columns an observation is made of.
struct Events {
    ids: Int64Array,
    moments: Int64Array,
    ports: [Int64Array; 2],
    ends: [StringArray; 2],
    protocol: StringArray,
    service: StringArray,
    domain: StringArray,
    url: StringArray,
    file_hash: StringArray,
}

impl Events {
    fn new(batch: &RecordBatch) -> Result<Self, KernelError> {
        let input = KernelInput::new(NAME, 1, batch);
        Ok(Self {
            ids: input.integers("record_id")?,
            moments: input.moments("at")?,
            ports: [input.integers("source_port")?, input.integers("destination_port")?],
            ends: [input.texts("source_ip")?, input.texts("destination_ip")?],
            protocol: input.texts("protocol")?,
            service: input.texts("service")?,
            domain: input.texts("domain")?,
            url: input.texts("url")?,
            file_hash: input.texts("file_hash")?,
        })
    }

    fn observation(&self, row: usize) -> Option<(i64, Observation)> {
        let at = Timestamp::from_microsecond(integer(&self.moments, row)?).ok()?;
        let mut objects = Map::new();
        let protocols: Vec<&str> = [&self.protocol, &self.service].into_iter().filter_map(|column| text(column, row)).collect();
        let mut traffic = json!({ "type": "network-traffic", "protocols": protocols });
        for (end, port, id, names) in [
            (&self.ends[0], &self.ports[0], "1", ["src_ref", "src_port"]),
            (&self.ends[1], &self.ports[1], "2", ["dst_ref", "dst_port"]),
        ] {
            if let Some(address) = text(end, row) {
                let object_type =
                    if address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) { "ipv6-addr" } else { "ipv4-addr" };
                objects.insert(id.into(), json!({ "type": object_type, "value": address }));
                traffic[names[0]] = json!(id);
            }
            if let Some(port) = integer(port, row) {
                traffic[names[1]] = json!(port);
            }
        }
        objects.insert("0".into(), traffic);
        for (column, object_type, id) in [(&self.domain, "domain-name", "3"), (&self.url, "url", "4")] {
            if let Some(value) = text(column, row) {
                objects.insert(id.into(), json!({ "type": object_type, "value": value }));
            }
        }
        if let Some(hash) = text(&self.file_hash, row) {
            objects.insert("5".into(), json!({ "type": "file", "hashes": { hash_name(hash): hash } }));
        }
        Some((integer(&self.ids, row)?, Observation { first: at, last: at, times: 1, objects }))
    }
}

/// The kind of a hash by its length, as STIX calls it.
fn hash_name(hash: &str) -> &'static str {
    match hash.len() {
        32 => "MD5",
        40 => "SHA-1",
        128 => "SHA-512",
        _ => "SHA-256",
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        if input == 0 { self.read_patterns(batch) } else { self.read_events(batch, output) }
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.hand_on(output)
    }

    fn memory_bytes(&self) -> usize {
        self.patterns.capacity() * 2_048 + BATCH_ROWS * 16
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_input::at;
    use super::*;
    use crate::tables::NETWORK_EVENTS;
    use oikos_desk::CellValue;
    use oikos_desk::collected::run_kernel;

    const PATTERNS: &[Column] =
        &[column("record_id", ColumnType::Integer, false, "."), column("value", ColumnType::Text, false, ".")];

    #[test]
    fn an_event_is_a_connection_with_its_ends_and_what_was_asked_for() {
        let mut patterns = RowBatch::new(PATTERNS);
        for (id, pattern) in (0i64..).zip([
            "[network-traffic:dst_ref.value = '203.0.113.44' AND network-traffic:dst_port = 443]",
            "[network-traffic:dst_ref.value = '203.0.113.44' AND network-traffic:dst_port = 80]",
            "[ipv6-addr:value = '2001:db8::1' AND domain-name:value LIKE '%.example']",
            "[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND url:value MATCHES '/a$']",
            "[network-traffic:start > t'2026-01-01T00:00:00Z' AND network-traffic:protocols[*] = 'tls']",
        ]) {
            patterns.push([id.into(), pattern.into()]);
        }
        let mut events = RowBatch::new(NETWORK_EVENTS.columns);
        let mut event = [CellValue::Empty; 18];
        (event[0], event[1], event[2]) = (7i64.into(), at(0.0).into(), "conn".into());
        (event[4], event[6], event[7], event[9]) = ("2001:db8::1".into(), "203.0.113.44".into(), 443i32.into(), "tls".into());
        (event[10], event[11], event[12]) =
            ("a.example".into(), "http://a.example/a".into(), "cead3f77f6cda6ec00f57d76c9a6879f".into());
        events.push(event);
        let inputs = [patterns, events].map(|mut rows| rows.take().unwrap().unwrap());
        let rows = run_kernel(&StixPatterns, &Parameters::default(), &inputs, 2).unwrap();
        let found: Vec<_> =
            rows.iter().map(|row| (row["entry_record_id"].as_i64().unwrap(), row["record_id"].as_i64().unwrap())).collect();
        assert_eq!(found, [(0, 7), (2, 7), (3, 7)]);
    }
}
