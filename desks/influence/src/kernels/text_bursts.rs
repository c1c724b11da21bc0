//! Bursts in which many accounts published one text.
//!
//! Input: copies with `fingerprint`, `account`, `at` and `record_id`, partitioned by `fingerprint`, ordered by `at`. An account
//! counts with its first copy. Copies with less than `reference_hours` between them are one episode; of each episode, the
//! `burst_minutes` with the most accounts are its burst.
//!
//! **How surprising a burst is.** What people copy by themselves is copied most at the beginning and falls off as a power of time
//! (Crane & Sornette 2008, PNAS 105:15649). With the exponent 1, a share of p = ln(1 + burst) / ln(1 + reference), both in
//! minutes, of the copies of one reference time falls into the burst. If n of the N accounts around are in the burst, the
//! surprise is −ln P(X ≥ n), X binomial (N, p), less ln N for having looked at N windows. So a story that goes on being copied is
//! no surprise, however many copy it.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, Kernel, KernelError, KernelRun, Output, Parameters};

use super::columns::Columns;
use super::{at_least, micros};

const NAME: &str = "text_bursts";
/// The most copies of one text in one episode.
const MOST_COPIES: usize = 2_000_000;
/// Records kept of a burst.
const MOST_EVIDENCE: usize = 1_000;

/// Finds bursts.
pub(crate) struct TextBursts;

impl Kernel for TextBursts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        let time = ColumnType::Time.arrow();
        let item = Arc::new(Field::new_list_field(DataType::Int64, true));
        Arc::new(Schema::new(vec![
            Field::new("fingerprint", DataType::Utf8, false),
            Field::new("burst_from", time.clone(), false),
            Field::new("burst_to", time, false),
            Field::new("burst_accounts", DataType::Int64, false),
            Field::new("accounts_around", DataType::Int64, false),
            Field::new("surprise_nats", DataType::Float64, false),
            Field::new("record_ids", DataType::List(item), false),
        ]))
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let burst_minutes = at_least(NAME, parameters, "burst_minutes", 1.0)?;
        let reference_hours = at_least(NAME, parameters, "reference_hours", burst_minutes / 30.0)?;
        Ok(Box::new(Run {
            burst_micros: micros(burst_minutes * 60.0),
            reference_micros: micros(reference_hours * 3_600.0),
            organic_share: burst_minutes.ln_1p() / (reference_hours * 60.0).ln_1p(),
            least_accounts: at_least(NAME, parameters, "least_accounts", 2.0)? as usize,
            fingerprint: String::new(),
            seen: HashSet::new(),
            copies: Vec::new(),
            last: i64::MIN,
            bursts: Bursts::default(),
        }))
    }
}

/// The first copy of an account in an episode.
#[derive(Debug, Clone, Copy)]
struct Copied {
    at: i64,
    record_id: i64,
}

struct Run {
    burst_micros: i64,
    reference_micros: i64,
    organic_share: f64,
    least_accounts: usize,
    fingerprint: String,
    /// The accounts of the episode.
    seen: HashSet<String>,
    copies: Vec<Copied>,
    last: i64,
    bursts: Bursts,
}

impl Run {
    fn see(&mut self, fingerprint: &str, account: &str, copied: Copied) -> Result<(), KernelError> {
        if fingerprint != self.fingerprint || copied.at.saturating_sub(self.last) > self.reference_micros {
            self.end_episode();
            fingerprint.clone_into(&mut self.fingerprint);
        }
        self.last = copied.at;
        if self.seen.insert(account.to_owned()) {
            self.copies.push(copied);
        }
        if self.copies.len() > MOST_COPIES {
            let problem = format!("more than {MOST_COPIES} accounts copied one text; take a shorter time");
            return Err(KernelError::Limit { kernel: NAME, problem });
        }
        Ok(())
    }

    fn end_episode(&mut self) {
        if let Some((first, end)) = busiest(&self.copies, self.burst_micros)
            && end - first >= self.least_accounts
        {
            let burst = &self.copies[first..end];
            let (from, to) = (burst[0].at, burst[burst.len() - 1].at);
            let reference = from.saturating_sub(self.reference_micros)..=to.saturating_add(self.reference_micros);
            let around = self.copies.iter().filter(|copied| reference.contains(&copied.at)).count();
            let surprise = (-ln_binomial_tail(around, burst.len(), self.organic_share) - (around as f64).ln()).max(0.0);
            self.bursts.add(&self.fingerprint, burst, around, surprise);
        }
        self.seen.clear();
        self.copies.clear();
    }
}

/// The first and the end of the most copies within `width`; of several, the earliest.
fn busiest(copies: &[Copied], width: i64) -> Option<(usize, usize)> {
    let mut end = 0;
    let mut best: Option<(usize, usize)> = None;
    for first in 0..copies.len() {
        while copies.get(end).is_some_and(|copied| copied.at - copies[first].at <= width) {
            end += 1;
        }
        if best.is_none_or(|(from, to)| end - first > to - from) {
            best = Some((first, end));
        }
    }
    best
}

/// ln P(X ≥ least) for X binomial (trials, p). Where `least` is no more than the mean it is 0: no surprise.
fn ln_binomial_tail(trials: usize, least: usize, p: f64) -> f64 {
    if least as f64 <= trials as f64 * p {
        return 0.0;
    }
    // ln of the probability of exactly `least`, then the sum of the terms after it as a share of that one; they fall off
    // geometrically.
    let ln_choose: f64 = (1..=least).map(|k| ((trials - least + k) as f64 / k as f64).ln()).sum();
    let ln_exactly = ln_choose + least as f64 * p.ln() + (trials - least) as f64 * (-p).ln_1p();
    let (mut term, mut sum) = (1.0, 1.0);
    for k in least..trials {
        term *= (trials - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        sum += term;
        if term < sum * 1e-15 {
            break;
        }
    }
    ln_exactly + f64::ln(sum)
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (fingerprints, accounts) = (columns.texts("fingerprint")?, columns.texts("account")?);
        let (at, ids) = (columns.moments("at")?, columns.integers("record_id")?);
        for row in (0..batch.num_rows()).filter(|row| accounts.is_valid(*row) && at.is_valid(*row)) {
            let copied = Copied { at: at.value(row), record_id: ids.value(row) };
            self.see(fingerprints.value(row), accounts.value(row), copied)?;
        }
        self.bursts.emit(output)
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.end_episode();
        self.bursts.emit(output)
    }

    fn memory_bytes(&self) -> usize {
        self.copies.len() * 96
    }
}

/// Bursts on their way out.
#[derive(Default)]
struct Bursts {
    rows: usize,
    fingerprint: StringBuilder,
    times: [Vec<i64>; 2],
    counts: [Int64Builder; 2],
    surprise: Float64Builder,
    record_ids: ListBuilder<Int64Builder>,
}

impl Bursts {
    fn add(&mut self, fingerprint: &str, burst: &[Copied], around: usize, surprise: f64) {
        self.rows += 1;
        self.fingerprint.append_value(fingerprint);
        for (times, copied) in self.times.iter_mut().zip([burst[0], burst[burst.len() - 1]]) {
            times.push(copied.at);
        }
        for (builder, count) in self.counts.iter_mut().zip([burst.len(), around]) {
            builder.append_value(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.surprise.append_value(surprise);
        self.record_ids.append_value(burst.iter().take(MOST_EVIDENCE).map(|copied| Some(copied.record_id)));
    }

    fn emit(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let time = |values: &mut Vec<i64>| -> Arc<dyn Array> {
            let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            builder.append_slice(&std::mem::take(values));
            Arc::new(builder.finish())
        };
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(self.fingerprint.finish()),
            time(&mut self.times[0]),
            time(&mut self.times[1]),
            Arc::new(self.counts[0].finish()),
            Arc::new(self.counts[1].finish()),
            Arc::new(self.surprise.finish()),
            Arc::new(self.record_ids.finish()),
        ];
        output.emit(RecordBatch::try_new(TextBursts.output_schema(), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::test_output::{Row, batch, ids, parameters, run, texts, times};
    use proptest::prelude::*;

    /// Copies as (fingerprint, account, minute).
    fn bursts(copies: &[(&str, String, f64)], batch_rows: usize) -> Vec<Row> {
        let input = batch(vec![
            ("record_id", ids(copies.len())),
            ("fingerprint", texts(copies.iter().map(|copy| copy.0))),
            ("account", texts(copies.iter().map(|copy| copy.1.as_str()))),
            ("at", times(copies.iter().map(|copy| copy.2 * 60.0))),
        ]);
        let parameters = parameters(&[("burst_minutes", 15.0), ("reference_hours", 24.0), ("least_accounts", 3.0)]);
        run(&TextBursts, &parameters, &[input], batch_rows)
    }

    fn accounts(count: usize, minute: impl Fn(usize) -> f64) -> Vec<(&'static str, String, f64)> {
        (0..count).map(|account| ("f", format!("x:{account}"), minute(account))).collect()
    }

    #[test]
    fn sixty_two_accounts_in_eleven_minutes_are_a_surprise() {
        let found = bursts(&accounts(62, |account| account as f64 * 11.0 / 61.0), 7);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["burst_accounts"], &found[0]["accounts_around"]), (&62.into(), &62.into()));
        // 62 × −ln(ln 16 / ln 1441) less ln 62.
        let expected = -62.0 * (16f64.ln() / 1441f64.ln()).ln() - 62f64.ln();
        assert!((found[0]["surprise_nats"].as_f64().unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_story_that_falls_off_as_a_power_of_time_is_none() {
        // Times at which a density of 1 / (t + 1 min) over a day gives one copy each.
        let copies = accounts(2_000, |account| 1441f64.powf((account as f64 + 0.5) / 2_000.0) - 1.0);
        let found = bursts(&copies, 100);
        assert!(found[0]["surprise_nats"].as_f64().unwrap() < 3.0, "{found:?}");
        assert_eq!(found[0]["accounts_around"], 2_000);
    }

    #[test]
    fn one_account_counts_once_and_texts_and_days_are_kept_apart() {
        let mut copies: Vec<_> = (0..50).map(|minute| ("a", "x:same".to_owned(), f64::from(minute) / 10.0)).collect();
        assert!(bursts(&copies, 10).is_empty());
        copies.extend((0..3).map(|account| ("b", format!("x:{account}"), 1.0)));
        copies.extend((0..3).map(|account| ("b", format!("x:{account}"), 3_000.0)));
        let found = bursts(&copies, 10);
        assert_eq!(found.iter().map(|row| row["burst_from"].as_f64().unwrap()).collect::<Vec<_>>(), [60.0, 180_000.0]);
    }

    #[test]
    fn the_binomial_tail_is_exact() {
        // P(X ≥ 8), X binomial (10, 1/2): (45 + 10 + 1) / 1024.
        assert!((ln_binomial_tail(10, 8, 0.5).exp() - 56.0 / 1024.0).abs() < 1e-12);
        assert_eq!(ln_binomial_tail(10, 5, 0.5), 0.0);
        assert!((ln_binomial_tail(3, 3, 0.1).exp() - 0.001).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn surprise_is_finite_and_batches_change_nothing(mut minutes in prop::collection::vec(0.0..4_000f64, 1..80), batch_rows in 1usize..90) {
            minutes.sort_by(f64::total_cmp);
            let copies = accounts(minutes.len(), |account| minutes[account]);
            let found = bursts(&copies, batch_rows);
            prop_assert_eq!(&found, &bursts(&copies, 1_000));
            prop_assert!(found.iter().all(|row| row["surprise_nats"].as_f64().is_some_and(|nats| nats >= 0.0)));
        }
    }
}
