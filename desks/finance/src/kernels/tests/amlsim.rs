//! AMLSim's set of 200 fan-in and 200 cycle patterns: which of their accounts are found, and how many others.
//!
//! `nodes.csv` marks 1,804 accounts, but 576 of them make none of their pattern's transfers within the 149 steps of the set:
//! nothing in it tells them from others. Transfers of patterns are not marked; they are those below 50, where ordinary ones begin
//! at 80 (below 6 of a fan-in, the others of a cycle). Only the truth uses this; the searches do not look at how large an amount
//! is.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{FAN_IN, ROUND_TRIPS};
use super::{Found, run};
use crate::readers::TransfersCsv;
use crate::readers::test_sink::{read, shared};

/// The whole set is one window: its patterns take up to 149 steps of a day.
const WHOLE_HOURS: f64 = 150.0 * 24.0;

struct Truth {
    marked: BTreeSet<String>,
    /// Accounts with a transfer of a pattern in the set.
    active: BTreeSet<String>,
    /// Accounts of fan-ins with two senders or more in the set.
    fan_in: BTreeSet<String>,
    /// Accounts of cycles all of whose transfers are in the set.
    cycles: BTreeSet<String>,
}

fn truth(transactions: &str, nodes: &str) -> Truth {
    let account = |number: &str| format!("account:{number}");
    let rows: Vec<(String, String, f64)> = transactions
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|fields| (account(fields[0]), account(fields[1]), fields[2].parse().unwrap()))
        .filter(|(_, _, amount)| *amount < 50.0)
        .collect();
    let marked = nodes.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let marked = marked.filter(|fields| fields[1] == "1").map(|fields| account(fields[0])).collect();
    let active = rows.iter().flat_map(|(from, to, _)| [from.clone(), to.clone()]).collect();
    let mut fans: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut circles: BTreeMap<u64, Vec<(&str, &str)>> = BTreeMap::new();
    for (from, to, amount) in &rows {
        if *amount < 6.0 {
            fans.entry(to).or_default().insert(from);
        } else {
            circles.entry(amount.to_bits()).or_default().push((from, to));
        }
    }
    let fans = fans.into_iter().filter(|(_, senders)| senders.len() >= 2);
    let fan_in = fans.flat_map(|(to, senders)| senders.into_iter().chain([to])).map(str::to_owned).collect();
    let ends = |pairs: &[(&str, &str)]| -> (BTreeSet<String>, BTreeSet<String>) {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).unzip()
    };
    let cycles = circles.values().map(|pairs| ends(pairs)).filter(|(from, to)| from == to).flat_map(|(from, _)| from).collect();
    Truth { marked, active, fan_in, cycles }
}

fn accounts(found: &[Found]) -> BTreeSet<String> {
    found.iter().flat_map(|found| found.accounts.clone()).collect()
}

/// Recall of what should be found, and precision against all marked accounts.
fn measure(name: &str, found: &BTreeSet<String>, sought: &BTreeSet<String>, marked: &BTreeSet<String>) -> (f64, f64) {
    let recall = found.intersection(sought).count() as f64 / sought.len() as f64;
    let precision = found.intersection(marked).count() as f64 / found.len() as f64;
    println!("{name}: recall {recall:.3} of {} accounts, precision {precision:.3} of {}", sought.len(), found.len());
    (recall, precision)
}

#[test]
fn accounts_of_patterns_are_found() {
    let (Some(transactions), Some(nodes)) = (shared("finance/amlsim/transactions.csv"), shared("finance/amlsim/nodes.csv"))
    else {
        return;
    };
    let truth = truth(&transactions, &nodes);
    assert_eq!((truth.marked.len(), truth.active.len()), (1_804, 1_228));
    let (sink, _) = read(&TransfersCsv, transactions.as_bytes());
    let batches: Vec<_> = sink.batches.into_iter().map(|(_, batch)| batch).collect();
    // Everybody in this set is paid by about six accounts in a window this long: only splits tell a fan.
    let fan = [("window_hours", WHOLE_HOURS), ("least_accounts", 1_000_000.0), ("split_hours", 12.0)];
    let fans = |least: f64| accounts(&run(&FAN_IN, &[fan.as_slice(), &[("least_split_accounts", least)]].concat(), &batches));
    let circle = [("window_hours", WHOLE_HOURS), ("most_hops", 5.0), ("hub_transfers", 1_000.0), ("tolerance_percent", 0.01)];
    let circles = accounts(&run(&ROUND_TRIPS, &circle, &batches));

    let wide = measure("fan-in of two or more that split", &fans(2.0), &truth.fan_in, &truth.marked);
    let closed = measure("round trips of like amounts", &circles, &truth.cycles, &truth.marked);
    let both: BTreeSet<String> = fans(1.0).union(&circles).cloned().collect();
    let all = measure("splits and round trips, accounts with a pattern's transfer", &both, &truth.active, &truth.marked);
    measure("splits and round trips, all marked accounts", &both, &truth.marked, &truth.marked);
    for (recall, precision) in [wide, closed, all] {
        assert!(recall >= 0.9 && precision >= 0.9, "recall {recall}, precision {precision}");
    }
}
