//! Amounts just below a step.

use std::sync::Arc;

use arrow::array::{AsArray, Float64Array, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use oikos_desk::Kernel;

use super::super::Structuring;
use super::{Collected, Row, batch, parameters};

fn with_step(rows: &[Row<'_>]) -> RecordBatch {
    let plain = batch(rows);
    let column = |name: &str| Arc::clone(plain.column_by_name(name).unwrap());
    RecordBatch::try_from_iter([
        ("record_id", column("record_id")),
        ("at", column("at")),
        ("from_account", column("from_account")),
        ("to_account", column("to_account")),
        ("amount_eur", column("amount")),
        ("step_name", Arc::new(StringArray::from(vec!["wallet"; rows.len()])) as Arc<dyn arrow::array::Array>),
        ("step_eur", Arc::new(Float64Array::from(vec![1_000.0; rows.len()]))),
    ])
    .unwrap()
}

/// Pairs, transfers below the step and at or above it, and what those below sum to.
fn episodes(rows: &[Row<'_>]) -> Vec<(String, i64, i64, f64)> {
    let numbers = [("band_percent", 80.0), ("least_transfers", 3.0), ("window_hours", 168.0)];
    let mut run = Structuring.start(&parameters(&numbers)).unwrap();
    let mut output = Collected::default();
    run.push(0, &with_step(rows), &mut output).unwrap();
    run.finish(&mut output).unwrap();
    let of = |batch: &RecordBatch, row: usize| {
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(row);
        let pair = batch.column_by_name("from_account").unwrap().as_string::<i32>().value(row).to_owned();
        let sum = batch.column_by_name("below_sum_eur").unwrap().as_primitive::<Float64Type>().value(row);
        (pair, number("below_count"), number("pair_above_count"), sum)
    };
    output.0.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| of(batch, row)).collect::<Vec<_>>()).collect()
}

#[test]
fn only_what_stays_below_the_step_within_the_window_counts() {
    let rows = [
        (0, "a", "w", 950.0),
        (24, "a", "w", 999.99),
        (48, "a", "w", 1_000.0),
        (72, "a", "w", 800.0),
        (80, "a", "w", 799.99),
        (0, "b", "w", 950.0),
        (200, "b", "w", 950.0),
        (400, "b", "w", 950.0),
        (0, "c", "w", 900.0),
        (1, "c", "w", 900.0),
        (2, "c", "w", 900.0),
        (500, "c", "w", 900.0),
        (501, "c", "w", 900.0),
        (502, "c", "w", 900.0),
    ];
    let found = episodes(&rows);
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].0.as_str(), found[0].1, found[0].2), ("a", 3, 1));
    assert!((found[0].3 - 2_749.99).abs() < 1e-6);
    assert_eq!(found[1..].iter().map(|episode| (episode.0.as_str(), episode.1)).collect::<Vec<_>>(), [("c", 3), ("c", 3)]);
}
