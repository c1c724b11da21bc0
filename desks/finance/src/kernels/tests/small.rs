//! Small graphs with known answers.

use std::collections::BTreeSet;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use oikos_desk::Kernel;
use proptest::prelude::*;

use super::super::HOUR_MICROS;
use super::super::cycles::{CycleQuery, CycleSearch};
use super::super::{
    FAN_IN, FAN_OUT, GATHER_SCATTER, PASS_THROUGH, ROUND_TRIPS, SCATTER_GATHER, TEMPORAL_CYCLES, TransferFeatures,
};
use super::{Row, batch, run};

const FAN: [(&str, f64); 4] =
    [("window_hours", 48.0), ("least_accounts", 3.0), ("least_split_accounts", 2.0), ("split_hours", 12.0)];
const CYCLE: [(&str, f64); 4] =
    [("window_hours", 48.0), ("most_hops", 4.0), ("hub_transfers", 100.0), ("tolerance_percent", 10.0)];

#[test]
fn a_fan_is_as_wide_as_its_window() {
    let rows = [
        (0, "a", "x", 10.0),
        (10, "b", "x", 10.0),
        (20, "c", "x", 10.0),
        (20, "x", "d", 30.0),
        (200, "a", "x", 1.0),
        (249, "b", "x", 1.0),
        (298, "c", "x", 1.0),
    ];
    let found = run(&FAN_IN, &FAN, &[batch(&rows)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].subject.as_str(), found[0].size, found[0].senders, found[0].amount_in), ("x", 3, 3, 30.0));
    assert_eq!(found[0].records, [0, 1, 2]);
    let turned: Vec<Row<'_>> = rows.iter().map(|(at, from, to, amount)| (*at, *to, *from, *amount)).collect();
    let found = run(&FAN_OUT, &FAN, &[batch(&turned)]);
    assert_eq!((found.len(), found[0].receivers), (1, 3));
}

#[test]
fn fewer_accounts_that_split_are_a_fan_too() {
    let rows = [
        (0, "a", "x", 9.0),
        (1, "a", "x", 8.0),
        (20, "b", "x", 9.0),
        (21, "b", "x", 7.0),
        (22, "c", "x", 900.0),
        (30, "d", "x", 8.0),
    ];
    let narrow = [("window_hours", 48.0), ("least_accounts", 9.0), ("least_split_accounts", 2.0), ("split_hours", 12.0)];
    let found = run(&FAN_IN, &narrow, &[batch(&rows)]);
    assert_eq!((found.len(), found[0].size), (1, 3));
    assert_eq!(
        found[0].records,
        [0, 1, 2, 3, 5],
        "what is about as large as the parts belongs to them, the large payment does not"
    );
}

#[test]
fn a_temporal_cycle_only_moves_forward() {
    let forward = [(0, "a", "b", 100.0), (10, "b", "c", 90.0), (10, "b", "c", 5.0), (20, "c", "a", 80.0)];
    let found = run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&forward)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].subject.as_str(), found[0].size, found[0].route.as_str()), ("a", 3, "a → b → c → a"));
    assert_eq!(found[0].records, [0, 1, 2, 3], "parallel transfers are members, not cycles");
    let backward = [(0, "c", "a", 80.0), (10, "b", "c", 90.0), (20, "a", "b", 100.0)];
    assert!(run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&backward)]).is_empty());
    let at_once = [(0, "a", "b", 1.0), (0, "b", "a", 1.0)];
    assert!(run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&at_once)]).is_empty(), "what happens at once is in no order");
    let slow = [(0, "a", "b", 100.0), (49, "b", "a", 100.0)];
    assert!(run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&slow)]).is_empty());
    let long = [(0, "a", "b", 1.0), (1, "b", "c", 1.0), (2, "c", "d", 1.0), (3, "d", "e", 1.0), (4, "e", "a", 1.0)];
    assert!(run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&long)]).is_empty());
}

#[test]
fn a_round_trip_is_of_like_amounts_in_any_order() {
    let rows = [(0, "c", "a", 95.0), (10, "b", "c", 100.0), (20, "a", "b", 98.0), (21, "b", "a", 10.0)];
    let found = run(&ROUND_TRIPS, &CYCLE, &[batch(&rows)]);
    assert_eq!((found.len(), found[0].size), (1, 3));
    assert_eq!(found[0].records, [0, 1, 2]);
}

#[test]
fn a_hub_is_capped_and_says_so() {
    let names: Vec<String> = (0..150).map(|at| format!("n{at}")).collect();
    let mut rows: Vec<Row<'_>> = vec![(0, "a", "hub", 5.0)];
    rows.extend(names.iter().map(|name| (1, "hub", name.as_str(), 1.0)));
    rows.extend([(2, "hub", "b", 5.0), (3, "b", "a", 5.0), (3, "hub", "a", 1.0), (4, "a", "q", 5.0), (5, "q", "a", 5.0)]);
    let found = run(&TEMPORAL_CYCLES, &CYCLE, &[batch(&rows)]);
    assert!(found.iter().all(|found| !found.accounts.contains("b")), "no cycle goes through the hub: {found:?}");
    assert!(found.iter().any(|found| found.is_capped && found.accounts.contains("q")));
    let wide = [("window_hours", 48.0), ("most_hops", 4.0), ("hub_transfers", 1_000.0), ("tolerance_percent", 10.0)];
    assert!(run(&TEMPORAL_CYCLES, &wide, &[batch(&rows)]).iter().any(|found| found.accounts.contains("b")));
}

#[test]
fn money_is_scattered_before_it_is_gathered() {
    let rows = [
        (0, "s", "m1", 10.0),
        (1, "s", "m2", 10.0),
        (2, "s", "m3", 10.0),
        (5, "m1", "t", 9.0),
        (6, "m2", "t", 9.0),
        (7, "m3", "t", 9.0),
    ];
    let three = [("window_hours", 48.0), ("least_accounts", 3.0), ("hub_transfers", 100.0)];
    let found = run(&SCATTER_GATHER, &three, &[batch(&rows)]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].subject.as_str(), found[0].other.as_deref(), found[0].size), ("s", Some("t"), 3));
    assert_eq!(found[0].records, [0, 1, 2, 3, 4, 5]);
    let mut gathered_first = rows;
    gathered_first.iter_mut().for_each(|row| row.0 = 10 - row.0);
    gathered_first.sort_by_key(|row| row.0);
    assert!(run(&SCATTER_GATHER, &three, &[batch(&gathered_first)]).is_empty());
}

#[test]
fn many_pay_one_that_pays_many() {
    let rows = [
        (0, "a", "x", 10.0),
        (1, "b", "x", 10.0),
        (2, "c", "x", 10.0),
        (5, "x", "d", 9.0),
        (6, "x", "e", 9.0),
        (7, "x", "f", 9.0),
    ];
    let found = run(&GATHER_SCATTER, &FAN, &[batch(&rows)]);
    assert_eq!((found.len(), found[0].subject.as_str(), found[0].senders, found[0].receivers), (1, "x", 3, 3));
    assert!(run(&GATHER_SCATTER, &FAN, &[batch(&rows[..5])]).is_empty());
}

#[test]
fn what_comes_in_goes_out() {
    let pass = [("hold_hours", 24.0), ("keep_percent", 10.0), ("least_transfers", 3.0)];
    let rows = [(0, "a", "x", 100.0), (1, "b", "x", 50.0), (5, "x", "c", 145.0), (500, "a", "x", 70.0)];
    let found = run(&PASS_THROUGH, &pass, &[batch(&rows)]);
    assert_eq!((found.len(), found[0].subject.as_str(), found[0].records.as_slice()), (1, "x", [0, 1, 2].as_slice()));
    let kept = [(0, "a", "x", 100.0), (1, "b", "x", 50.0), (5, "x", "c", 100.0)];
    assert!(run(&PASS_THROUGH, &pass, &[batch(&kept)]).is_empty());
    let refunded = [(0, "a", "x", 100.0), (1, "a", "x", 50.0), (5, "x", "a", 150.0)];
    assert!(run(&PASS_THROUGH, &pass, &[batch(&refunded)]).is_empty(), "money that goes back to who sent it was not passed on");
    let lent = [(0, "x", "c", 145.0), (1, "a", "x", 100.0), (5, "b", "x", 50.0)];
    assert!(run(&PASS_THROUGH, &pass, &[batch(&lent)]).is_empty(), "money that went out first was not passed on");
}

#[test]
fn a_transfer_knows_the_patterns_it_closes_and_not_the_future() {
    let hours = [
        ("fan_window_hours", 48.0),
        ("scatter_window_hours", 48.0),
        ("cycle_window_hours", 48.0),
        ("most_hops", 4.0),
        ("hub_transfers", 100.0),
    ];
    let rows = [
        (0, "a", "b", 1.0),
        (1, "a", "c", 1.0),
        (2, "b", "d", 1.0),
        (3, "c", "d", 1.0),
        (4, "d", "a", 1.0),
        (100, "d", "a", 1.0),
    ];
    let mut run = TransferFeatures.start(&super::parameters(&hours)).unwrap();
    let mut output = super::Collected::default();
    run.push(0, &batch(&rows), &mut output).unwrap();
    run.finish(&mut output).unwrap();
    let column = |name: &str| output.0[0].column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec();
    assert_eq!(column("fan_out"), [1, 2, 1, 1, 1, 1]);
    assert_eq!(column("fan_in"), [1, 1, 1, 2, 1, 1]);
    assert_eq!(column("scatter_gather_accounts"), [0, 0, 0, 2, 0, 0]);
    assert_eq!(column("temporal_cycle_count"), [0, 0, 0, 0, 2, 0]);
    assert_eq!(column("temporal_cycle_hops"), [0, 0, 0, 0, 3, 0]);
    assert_eq!(column("simple_cycle_count"), [0, 0, 0, 0, 2, 0]);
}

#[test]
fn input_out_of_order_and_bad_parameters_are_refused() {
    let kernel = &FAN_IN as &dyn Kernel;
    assert!(kernel.start(&super::parameters(&FAN[..3])).is_err());
    assert!(kernel.start(&super::parameters(&[("window_hours", -1.0)])).is_err());
    let mut started = kernel.start(&super::parameters(&FAN)).unwrap();
    let error = started.push(0, &batch(&[(5, "a", "b", 1.0), (4, "a", "b", 1.0)]), &mut super::Collected::default()).unwrap_err();
    assert!(error.to_string().contains("ordered"));
}

/// Every cycle by trying all ways, as the accounts from the one that the closing transfer pays: distinct accounts that transfers
/// join, with increasing times if `ordered`, and closed by the last of them within the window.
fn cycles_by_trying(rows: &[Row<'_>], window: i64, hops: usize, ordered: bool) -> BTreeSet<(usize, Vec<String>)> {
    let mut found = BTreeSet::new();
    for (closing, (end, payer, payee, _)) in rows.iter().enumerate() {
        let mut ways: Vec<Vec<usize>> = vec![vec![]];
        while let Some(way) = ways.pop() {
            let here = way.last().map_or(*payee, |edge| rows[*edge].2);
            for (next, (at, from, to, _)) in rows[..closing].iter().enumerate() {
                let in_order = !ordered || (at < end && way.last().is_none_or(|edge| rows[*edge].0 < *at));
                let on_way = to == payee || way.iter().any(|edge| rows[*edge].2 == *to);
                if *from != here || end - at > window || way.len() + 2 > hops || !in_order {
                    continue;
                }
                if to == payer {
                    let accounts = way.iter().chain([&next]).map(|edge| rows[*edge].1.to_owned()).chain([(*payer).to_owned()]);
                    found.insert((closing, accounts.collect()));
                } else if !on_way {
                    ways.push(way.iter().copied().chain([next]).collect());
                }
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn cycles_are_those_that_trying_all_ways_finds(
        edges in proptest::collection::vec((0i64..30, 0usize..6, 0usize..6), 0..25),
        ordered: bool,
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let moved = edges.iter().filter(|(_, from, to)| from != to);
        let mut rows: Vec<Row<'_>> = moved.map(|(at, from, to)| (*at, names[*from], names[*to], 1.0)).collect();
        rows.sort_by_key(|row| row.0);
        let graph = super::graph(&[batch(&rows)]);
        let window = 12;
        let query = CycleQuery {
            window: window * HOUR_MICROS,
            hops: 5,
            ordered,
            hub_transfers: 1_000,
            most_cycles: 10_000,
            amount_tolerance: f64::INFINITY,
        };
        let mut search = CycleSearch::new(&graph, query);
        let mut ours = BTreeSet::new();
        for edge in 0..u32::try_from(graph.edge_count()).unwrap() {
            for cycle in search.closed_by(edge, edge + 1) {
                ours.insert((edge as usize, cycle.nodes.iter().map(|node| graph.name(*node).to_owned()).collect::<Vec<_>>()));
            }
        }
        prop_assert_eq!(ours, cycles_by_trying(&rows, window, 5, ordered));
    }

    #[test]
    fn the_size_of_batches_changes_nothing(
        edges in proptest::collection::vec((0i64..60, 0usize..8, 0usize..8, 1u32..50), 0..60),
        size in 1usize..20,
    ) {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let row = |(at, from, to, amount): &(i64, usize, usize, u32)| (*at, names[*from], names[*to], f64::from(*amount));
        let mut rows: Vec<Row<'_>> = edges.iter().map(row).collect();
        rows.sort_by_key(|row| row.0);
        let whole = batch(&rows);
        let part = |at: usize| whole.slice(at, size.min(whole.num_rows() - at));
        let parts: Vec<_> = (0..whole.num_rows()).step_by(size).map(part).collect();
        let pass = [("hold_hours", 24.0), ("keep_percent", 10.0), ("least_transfers", 2.0)];
        let all = [FAN.as_slice(), CYCLE.as_slice(), &pass].concat();
        for kernel in [&FAN_IN, &FAN_OUT, &GATHER_SCATTER, &PASS_THROUGH, &ROUND_TRIPS, &SCATTER_GATHER, &TEMPORAL_CYCLES] {
            let (once, again) = (run(kernel, &all, std::slice::from_ref(&whole)), run(kernel, &all, &parts));
            prop_assert_eq!(format!("{once:?}"), format!("{again:?}"));
        }
    }
}
