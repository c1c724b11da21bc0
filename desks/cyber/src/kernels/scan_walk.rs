//! Scans by sequential hypothesis testing: threshold random walk (Jung, Paxson, Berger, Balakrishnan: Fast portscan detection using sequential
//! hypothesis testing, IEEE Symposium on Security and Privacy 2004).
//!
//! Of each source only first contacts count: whether the first connection to a destination came about (Y = 0) or failed (Y = 1). With θ0 and θ1 the chances of
//! success for a harmless source and for a scanner, each contact multiplies the likelihood ratio by θ1/θ0 or by (1 − θ1)/(1 − θ0), here added as bits. From
//! η1 = P_D / P_F on it is a scanner; from η0 = (1 − P_D)/(1 − P_F) down it is harmless, and the walk begins again, as a source may turn.
//! With the paper's θ0 = 0.8 and θ1 = 0.2 each contact is worth two bits, and four failures without a success are enough for P_D = 0.99, P_F = 0.01.
//!
//! The paper's destinations are hosts. Here they are services, a host with a port, so that one host whose ports are tried is found too; a failed retry
//! of the same service still counts once. A source that pauses for `scan_gap_minutes` begins anew.
//!
//! Input: `source_ip`, `destination_ip`, `destination_port`, `at`, `failed`, partitioned by `source_ip` and ordered by `at`. A row comes out for each
//! episode in which the upper threshold was crossed.

use std::collections::HashSet;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::kernel_input::{KernelInput, integer, text};
use oikos_desk::{BATCH_ROWS, Column, ColumnType, Kernel, KernelError, KernelRun, Output, Parameters, RowBatch, schema_of};
use oikos_model::Timestamp;

use super::{column, positive};

const NAME: &str = "scan_walk";
/// First contacts remembered of one source. A source with more has been judged long before.
const MAX_SERVICES: usize = 1_000_000;

const OUTPUT: &[Column] = &[
    column("source_ip", ColumnType::Text, false, "Who scanned."),
    column("scan_from", ColumnType::Time, false, "The episode's first contact."),
    column("scan_to", ColumnType::Time, false, "Its last contact."),
    column("detected_at", ColumnType::Time, false, "When the threshold was crossed."),
    column("hosts", ColumnType::Integer, false, "Distinct hosts."),
    column("services", ColumnType::Integer, false, "Distinct hosts with their ports."),
    column("failed", ColumnType::Integer, false, "First contacts that failed."),
    column("established", ColumnType::Integer, false, "First contacts that came about."),
    column("likelihood_bits", ColumnType::Float, false, "The greatest log-likelihood ratio of the walk, in bits."),
];

/// Finds scans.
pub(crate) struct ScanWalk;

impl Kernel for ScanWalk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        schema_of(OUTPUT)
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        Ok(Box::new(Run { walk: Walk::new(parameters)?, source: None, rows: RowBatch::new(OUTPUT) }))
    }
}

/// The test's constants, in bits.
#[derive(Debug, Clone, Copy)]
struct Walk {
    success_bits: f64,
    failure_bits: f64,
    upper_bits: f64,
    lower_bits: f64,
    gap_micros: i64,
}

impl Walk {
    fn new(parameters: &Parameters) -> Result<Self, KernelError> {
        let chance = |name: &str| {
            let chance = positive(NAME, parameters, name)?;
            let problem = format!("{chance} is no chance between 0 and 1");
            if chance < 1.0 { Ok(chance) } else { Err(KernelError::Parameter { kernel: NAME, parameter: name.into(), problem }) }
        };
        let (harmless, scanner) = (chance("harmless_success_chance")?, chance("scanner_success_chance")?);
        let (detection, false_alarm) = (chance("detection_chance")?, chance("false_alarm_chance")?);
        if scanner >= harmless || false_alarm >= detection {
            let problem = "a scanner must succeed less often than others, and a false alarm be rarer than a detection".into();
            return Err(KernelError::Parameter { kernel: NAME, parameter: "scanner_success_chance".into(), problem });
        }
        Ok(Self {
            success_bits: (scanner / harmless).log2(),
            failure_bits: ((1.0 - scanner) / (1.0 - harmless)).log2(),
            upper_bits: (detection / false_alarm).log2(),
            lower_bits: ((1.0 - detection) / (1.0 - false_alarm)).log2(),
            // The cast saturates; no parameter in range comes near the ends.
            gap_micros: (positive(NAME, parameters, "scan_gap_minutes")? * 60e6).round() as i64,
        })
    }
}

/// A source at work.
struct Episode {
    source_ip: String,
    from: i64,
    to: i64,
    bits: f64,
    greatest_bits: f64,
    detected_at: Option<i64>,
    hosts: HashSet<String>,
    services: HashSet<(String, i64)>,
    failed: i64,
    established: i64,
}

impl Episode {
    fn new(source_ip: &str, at: i64) -> Self {
        Self {
            source_ip: source_ip.to_owned(),
            from: at,
            to: at,
            bits: 0.0,
            greatest_bits: 0.0,
            detected_at: None,
            hosts: HashSet::new(),
            services: HashSet::new(),
            failed: 0,
            established: 0,
        }
    }

    fn contact(&mut self, walk: Walk, host: &str, port: i64, at: i64, has_failed: bool) {
        self.to = at;
        if self.services.len() >= MAX_SERVICES || !self.services.insert((host.to_owned(), port)) {
            return;
        }
        if !self.hosts.contains(host) {
            self.hosts.insert(host.to_owned());
        }
        self.failed += i64::from(has_failed);
        self.established += i64::from(!has_failed);
        self.bits += if has_failed { walk.failure_bits } else { walk.success_bits };
        self.greatest_bits = self.greatest_bits.max(self.bits);
        if self.bits >= walk.upper_bits {
            self.detected_at.get_or_insert(at);
        } else if self.bits <= walk.lower_bits {
            self.bits = 0.0;
        }
    }
}

struct Run {
    walk: Walk,
    source: Option<Episode>,
    rows: RowBatch,
}

impl Run {
    fn end_episode(&mut self) {
        let Some(episode) = self.source.take() else { return };
        let moment = |micros: i64| Timestamp::from_microsecond(micros).ok();
        let times =
            episode.detected_at.and_then(|detected_at| Some((moment(episode.from)?, moment(episode.to)?, moment(detected_at)?)));
        let Some((from, to, detected_at)) = times else { return };
        // Sets are limited, so their sizes fit.
        let (hosts, services) = (episode.hosts.len() as i64, episode.services.len() as i64);
        self.rows.push([
            (&episode.source_ip).into(),
            from.into(),
            to.into(),
            detected_at.into(),
            hosts.into(),
            services.into(),
            episode.failed.into(),
            episode.established.into(),
            episode.greatest_bits.into(),
        ]);
    }
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let input = KernelInput::new(NAME, input, batch);
        let (sources, hosts, ports) =
            (input.texts("source_ip")?, input.texts("destination_ip")?, input.integers("destination_port")?);
        let (moments, failed) = (input.moments("at")?, input.integers("failed")?);
        for row in 0..batch.num_rows() {
            let (Some(source), Some(host), Some(at)) = (text(&sources, row), text(&hosts, row), integer(&moments, row)) else {
                continue;
            };
            let Some(failed) = integer(&failed, row) else { continue };
            let goes_on = |episode: &Episode| episode.source_ip == source && at - episode.to <= self.walk.gap_micros;
            if !self.source.as_ref().is_some_and(goes_on) {
                self.end_episode();
            }
            let episode = self.source.get_or_insert_with(|| Episode::new(source, at));
            episode.contact(self.walk, host, integer(&ports, row).unwrap_or(-1), at, failed != 0);
        }
        if self.rows.rows() >= BATCH_ROWS { self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch)) } else { Ok(()) }
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.end_episode();
        self.rows.take()?.map_or(Ok(()), |batch| output.emit(batch))
    }

    fn memory_bytes(&self) -> usize {
        self.source.as_ref().map_or(0, |episode| episode.services.capacity() * 64 + episode.hosts.capacity() * 48)
            + BATCH_ROWS * 100
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_input::{at, parameters};
    use super::*;
    use oikos_desk::collected::{JsonRow, run_kernel};
    use proptest::prelude::*;

    const CONTACTS: &[Column] = &[
        column("source_ip", ColumnType::Text, false, "."),
        column("destination_ip", ColumnType::Text, false, "."),
        column("destination_port", ColumnType::Integer32, true, "."),
        column("at", ColumnType::Time, false, "."),
        column("failed", ColumnType::Integer, true, "."),
    ];

    fn with(numbers: &[(&str, f64)]) -> Parameters {
        let paper = [
            ("harmless_success_chance", 0.8),
            ("scanner_success_chance", 0.2),
            ("detection_chance", 0.99),
            ("false_alarm_chance", 0.01),
            ("scan_gap_minutes", 10.0),
        ];
        parameters(&[paper.as_slice(), numbers].concat())
    }

    /// Contacts as (source, host, port, seconds, failed).
    fn scans(contacts: &[(&str, &str, i32, f64, bool)], batch_rows: usize) -> Vec<JsonRow> {
        let mut rows = RowBatch::new(CONTACTS);
        for (source, host, port, seconds, failed) in contacts {
            rows.push([(*source).into(), (*host).into(), (*port).into(), at(*seconds).into(), i64::from(*failed).into()]);
        }
        let inputs: Vec<_> = rows.take().unwrap().into_iter().collect();
        run_kernel(&ScanWalk, &with(&[]), &inputs, batch_rows).unwrap()
    }

    /// The paper's figures: 2 bits a contact, η1 = 99, so the fourth failure in a row decides.
    #[test]
    fn four_failures_without_a_success_are_a_scan() {
        let walk = Walk::new(&with(&[])).unwrap();
        assert!((walk.failure_bits - 2.0).abs() < 1e-12 && (walk.success_bits + 2.0).abs() < 1e-12);
        assert!((walk.upper_bits - 99f64.log2()).abs() < 1e-12 && (walk.lower_bits + 99f64.log2()).abs() < 1e-12);
        let failing = |count: i32| -> Vec<JsonRow> {
            let contacts: Vec<_> = (0..count).map(|port| ("a", "h", port, f64::from(port), true)).collect();
            scans(&contacts, 2)
        };
        assert!(failing(3).is_empty());
        let found = failing(10);
        assert_eq!((found.len(), found[0]["services"].as_i64(), found[0]["hosts"].as_i64()), (1, Some(10), Some(1)));
        assert_eq!(found[0]["detected_at"], at(3.0).to_string());
        assert_eq!(
            (found[0]["scan_from"].as_str(), found[0]["scan_to"].as_str()),
            (Some(&*at(0.0).to_string()), Some(&*at(9.0).to_string()))
        );
    }

    #[test]
    fn retries_successes_and_pauses_do_not_make_a_scan() {
        let retries: Vec<_> = (0..50).map(|second| ("a", "h", 443, f64::from(second), true)).collect();
        assert!(scans(&retries, 7).is_empty());
        let mixed: Vec<_> = (0..50).map(|port| ("a", "h", port, f64::from(port), port % 2 == 0)).collect();
        assert!(scans(&mixed, 7).is_empty());
        let slow: Vec<_> = (0..50).map(|port| ("a", "h", port, f64::from(port) * 700.0, true)).collect();
        assert!(scans(&slow, 7).is_empty());
        let by_turns: Vec<_> =
            (0..12).map(|port| (["a", "b", "c", "d"][port as usize / 3], "h", port, f64::from(port), true)).collect();
        assert!(scans(&by_turns, 7).is_empty());
    }

    #[test]
    fn chances_out_of_order_are_refused() {
        for bad in
            [("scanner_success_chance", 0.9), ("false_alarm_chance", 0.999), ("detection_chance", 1.0), ("scan_gap_minutes", 0.0)]
        {
            assert!(ScanWalk.start(&with(&[bad])).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn the_size_of_batches_does_not_count(
            contacts in prop::collection::vec((0..3usize, 0..5i32, 0..900u32, any::<bool>()), 0..80), one in 1..50usize, other in 1..50usize,
        ) {
            let mut contacts: Vec<_> = contacts;
            contacts.sort_by_key(|contact| (contact.0, contact.2));
            let contacts: Vec<_> = contacts.iter().map(|(source, port, second, failed)| (["a", "b", "c"][*source], "h", *port, f64::from(*second), *failed)).collect();
            prop_assert_eq!(scans(&contacts, one), scans(&contacts, other));
        }
    }
}
