//! Tests of the searches: small graphs with known answers, the public sets, and GFP's own counts as an oracle.

mod amlsim;
mod amlworld;
mod gfp;
mod npz;
mod small;
mod structuring;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array, Int64Array, ListArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, Output, ParameterValue, Parameters};

use super::graph::{Edges, Graph};

#[derive(Default)]
struct Collected(Vec<RecordBatch>);

impl Output for Collected {
    fn emit(&mut self, batch: RecordBatch) -> Result<(), KernelError> {
        self.0.push(batch);
        Ok(())
    }
}

/// A transfer: hours, from, to, amount.
type Row<'a> = (i64, &'a str, &'a str, f64);

fn batch(rows: &[Row<'_>]) -> RecordBatch {
    let time =
        rows.iter().map(|row| Some(row.0 * super::HOUR_MICROS)).collect::<TimestampMicrosecondArray>().with_timezone("UTC");
    RecordBatch::try_from_iter([
        (
            "record_id",
            Arc::new((0..).take(rows.len()).collect::<Vec<i64>>().into_iter().collect::<Int64Array>()) as Arc<dyn Array>,
        ),
        ("at", Arc::new(time)),
        ("from_account", Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>())),
        ("to_account", Arc::new(rows.iter().map(|row| Some(row.2)).collect::<StringArray>())),
        ("amount", Arc::new(rows.iter().map(|row| Some(row.3)).collect::<Float64Array>())),
    ])
    .unwrap()
}

fn graph(batches: &[RecordBatch]) -> Graph {
    let mut edges = Edges::default();
    batches.iter().try_for_each(|batch| edges.push("test", 0, batch)).unwrap();
    Graph::new(edges)
}

fn parameters(numbers: &[(&str, f64)]) -> Parameters {
    Parameters(numbers.iter().map(|(name, number)| ((*name).to_owned(), ParameterValue::Number(*number))).collect())
}

fn run(kernel: &dyn Kernel, numbers: &[(&str, f64)], batches: &[RecordBatch]) -> Vec<Found> {
    let mut run = kernel.start(&parameters(numbers)).unwrap();
    let mut output = Collected::default();
    for batch in batches {
        run.push(0, batch, &mut output).unwrap();
    }
    run.finish(&mut output).unwrap();
    output.0.iter().flat_map(found).collect()
}

/// What the tests look at of a pattern.
#[derive(Debug, Clone)]
struct Found {
    subject: String,
    other: Option<String>,
    route: String,
    size: i64,
    senders: i64,
    receivers: i64,
    amount_in: f64,
    is_capped: bool,
    accounts: BTreeSet<String>,
    records: Vec<i64>,
}

fn found(batch: &RecordBatch) -> Vec<Found> {
    assert_eq!(batch.schema(), super::pattern::schema());
    let text = |name: &str, row: usize| {
        let column = batch.column_by_name(name).unwrap().as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    let integer = |name: &str, row: usize| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(row);
    let list = |name: &str| -> &ListArray { batch.column_by_name(name).unwrap().as_list() };
    (0..batch.num_rows())
        .map(|row| Found {
            subject: text("subject", row).unwrap(),
            other: text("other", row),
            route: text("route", row).unwrap(),
            size: integer("size", row),
            senders: integer("sender_count", row),
            receivers: integer("receiver_count", row),
            amount_in: batch.column_by_name("amount_in").unwrap().as_primitive::<Float64Type>().value(row),
            is_capped: batch.column_by_name("is_capped").unwrap().as_boolean().value(row),
            accounts: list("accounts").value(row).as_string::<i32>().iter().flatten().map(str::to_owned).collect(),
            records: list("record_ids").value(row).as_primitive::<Int64Type>().values().to_vec(),
        })
        .collect()
}
