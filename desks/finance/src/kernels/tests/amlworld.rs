//! AMLworld's laundering attempts (HI-Small) among ordinary transfers.
//!
//! The set holds the attempts alone. The background is generated: the attempts' own accounts and others pay each other over the
//! same days, few of them often and most seldom. An attempt counts as found if findings of its pattern hold at least half of its
//! transfers. Many attempts are not what their name says: a "fan" of one transfer, or a "bipartite" of pairs that have nothing in
//! common. So recall is stated for all attempts, and for those large enough to be a pattern.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::super::{FAN_IN, FAN_OUT, GATHER_SCATTER, HOUR_MICROS, SCATTER_GATHER, TEMPORAL_CYCLES};
use super::{Row, batch, run};
use crate::readers::TransfersCsv;
use crate::readers::test_sink::{read, shared};

const BACKGROUND_TRANSFERS: usize = 50_000;
const BACKGROUND_ACCOUNTS: usize = 10_000;
const LEAST_ACCOUNTS: usize = 3;

const PARAMETERS: [(&str, f64); 6] = [
    ("window_hours", 16.0 * 24.0),
    ("least_accounts", LEAST_ACCOUNTS as f64),
    ("least_split_accounts", 1_000_000.0),
    ("split_hours", 24.0),
    ("hub_transfers", 500.0),
    ("most_hops", 15.0),
];

/// A transfer as hour, payer, payee and amount.
type Moved = (i64, String, String, f64);

/// An attempt: its pattern and its transfers.
struct Attempt {
    pattern: String,
    transfers: Vec<Moved>,
}

impl Attempt {
    /// How many accounts the pattern's widest account has on one side, or the transfers of a cycle.
    fn width(&self) -> usize {
        let mut sides: BTreeMap<(&str, bool), BTreeSet<&str>> = BTreeMap::new();
        for (_, from, to, _) in &self.transfers {
            sides.entry((from, true)).or_default().insert(to);
            sides.entry((to, false)).or_default().insert(from);
        }
        let of = |out: bool| {
            sides.iter().filter(|((_, side), _)| *side == out).map(|(_, others)| others.len()).max().unwrap_or_default()
        };
        match self.pattern.as_str() {
            "FAN-IN" => of(false),
            "FAN-OUT" => of(true),
            "CYCLE" => self.transfers.len() + 1,
            _ => of(false).min(of(true)),
        }
    }
}

fn attempts(text: &str) -> Vec<Attempt> {
    let (sink, _) = read(&TransfersCsv, text.as_bytes());
    let mut rows = sink.rows("transfers").into_iter();
    let mut attempts: Vec<Attempt> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("END")) {
        if let Some(name) = line.strip_prefix("BEGIN LAUNDERING ATTEMPT - ") {
            attempts.push(Attempt { pattern: name.split(':').next().unwrap().trim().to_owned(), transfers: vec![] });
            continue;
        }
        let row = rows.next().unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        // Minutes: the tests' batches count in hours, so a minute stands for an hour and windows are scaled.
        let at: oikos_model::Timestamp = text("at").parse().unwrap();
        let transfer = (at.as_second() / 60, text("from_account"), text("to_account"), row["amount"].as_f64().unwrap());
        attempts.last_mut().unwrap().transfers.push(transfer);
    }
    attempts
}

/// Ordinary transfers among these accounts: the lower an account's number, the more it is chosen.
fn background(accounts: &[String], from: i64, to: i64) -> Vec<Moved> {
    let mut state = 7u64;
    let mut random = move || {
        // Knuth's linear congruential generator, its upper half.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut one = || {
        let chosen = [random(), random()].map(|share| (share * share * (accounts.len() - 1) as f64) as usize);
        let at = from + (random() * (to - from) as f64) as i64;
        (at, accounts[chosen[0]].clone(), accounts[chosen[1]].clone(), 10.0 + 5_000.0 * random())
    };
    (0..BACKGROUND_TRANSFERS).map(|_| one()).collect()
}

/// Recall of attempts by pattern, of all and of those that are wide enough, and the share of findings with an attempt's transfer
/// in them.
#[test]
fn attempts_are_found_by_their_pattern() {
    let Some(text) = shared("finance/amlworld/HI-Small_Patterns.txt") else { return };
    let attempts = attempts(&text);
    assert_eq!(attempts.len(), 370);
    let times = || attempts.iter().flat_map(|attempt| attempt.transfers.iter().map(|transfer| transfer.0));
    let (from, to) = (times().min().unwrap(), times().max().unwrap());
    let own: BTreeSet<String> =
        attempts.iter().flat_map(|attempt| &attempt.transfers).flat_map(|row| [row.1.clone(), row.2.clone()]).collect();
    // Every account of an attempt is an ordinary one too, spread over the busy and the quiet.
    let mut accounts: Vec<String> = (0..BACKGROUND_ACCOUNTS).map(|number| format!("account:{number}")).collect();
    let step = accounts.len() / own.len().max(1);
    own.iter().enumerate().for_each(|(place, name)| accounts[place * step] = name.clone());
    let mut all: Vec<(Option<usize>, Moved)> = background(&accounts, from, to).into_iter().map(|row| (None, row)).collect();
    for (number, attempt) in attempts.iter().enumerate() {
        all.extend(attempt.transfers.iter().cloned().map(|row| (Some(number), row)));
    }
    all.sort_by_key(|row| row.1.0);
    let rows: Vec<Row<'_>> = all.iter().map(|(_, row)| (row.0, row.1.as_str(), row.2.as_str(), row.3)).collect();
    let batches: [RecordBatch; 1] = [batch(&rows)];
    let scaled: Vec<(&str, f64)> =
        PARAMETERS.iter().map(|(name, value)| (*name, if name.ends_with("hours") { value * 60.0 } else { *value })).collect();
    assert_eq!(HOUR_MICROS, 3_600_000_000);

    let kernels = [
        ("FAN-IN", &FAN_IN),
        ("FAN-OUT", &FAN_OUT),
        ("CYCLE", &TEMPORAL_CYCLES),
        ("GATHER-SCATTER", &GATHER_SCATTER),
        ("SCATTER-GATHER", &SCATTER_GATHER),
    ];
    for (pattern, kernel) in kernels {
        let findings = run(kernel, &scaled, &batches);
        let mut held: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
        let mut with_attempt = 0usize;
        for finding in &findings {
            let numbers: Vec<(usize, i64)> =
                finding.records.iter().filter_map(|record| Some((all[*record as usize].0?, *record))).collect();
            with_attempt += usize::from(!numbers.is_empty());
            for (number, record) in numbers {
                held.entry(number).or_default().insert(record);
            }
        }
        let sought: Vec<(usize, &Attempt)> =
            attempts.iter().enumerate().filter(|(_, attempt)| attempt.pattern == pattern).collect();
        let is_found = |(number, attempt): &(usize, &Attempt)| {
            held.get(number).is_some_and(|records| 2 * records.len() >= attempt.transfers.len())
        };
        let recall =
            |sought: &[(usize, &Attempt)]| sought.iter().filter(|attempt| is_found(attempt)).count() as f64 / sought.len() as f64;
        let wide: Vec<(usize, &Attempt)> =
            sought.iter().copied().filter(|(_, attempt)| attempt.width() >= LEAST_ACCOUNTS).collect();
        println!(
            "{pattern}: recall {:.3} of {} attempts, {:.3} of the {} with {LEAST_ACCOUNTS} accounts or more; {} findings, \
             {:.3} of them hold an attempt's transfer",
            recall(&sought),
            sought.len(),
            recall(&wide),
            wide.len(),
            findings.len(),
            with_attempt as f64 / findings.len().max(1) as f64
        );
        assert!(recall(&wide) >= 0.9, "{pattern}");
    }
}
