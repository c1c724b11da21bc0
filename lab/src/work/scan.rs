//! Three queries over the positions: how many; by ship how many, first and last; how many in an area and a span of time.

use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use oikos_lake::{QueryResult, Session};

use super::Found;
use super::node::Node;
use crate::Failure;

/// Most rows and bytes a query may give here.
const MOST_ROWS: usize = 1_000_000;
const MOST_BYTES: usize = 256 << 20;
/// A Mersenne prime: `lab/peers/lake_duckdb.py` computes the same.
const MODULUS: i128 = (1 << 61) - 1;

/// Runs the queries so often, each time in a session of its own, as a node does for every person's question.
pub(super) fn run(folder: &Path, repeat: usize, area: &[&str]) -> Result<Found, Failure> {
    let &[south, north, west, east, begin, end] = area else {
        return Err("an area has six values: south, north, west, east, begin, end".into());
    };
    let inside_query = format!(
        "SELECT count(*) FROM ais_positions WHERE latitude BETWEEN {south} AND {north} AND longitude BETWEEN {west} AND {east} \
         AND at >= TIMESTAMP '{begin}' AND at < TIMESTAMP '{end}'"
    );
    let ships_query = "SELECT mmsi, count(*), min(at), max(at) FROM ais_positions GROUP BY mmsi ORDER BY mmsi";
    let node = Node::open(folder)?;
    let mut found = Found::default();
    for _ in 0..repeat {
        let transaction = node.snapshot()?;
        let session = node.session(transaction.as_ref(), ["ais_positions"])?;
        let rows = count(&query(&session, "SELECT count(*) FROM ais_positions")?)?;
        let (ships, ships_fingerprint) = fingerprint(&query(&session, ships_query)?)?;
        let inside = count(&query(&session, &inside_query)?)?;
        found = Found::facts([("rows", rows), ("ships", ships), ("ships_fingerprint", ships_fingerprint), ("inside", inside)]);
    }
    Ok(found)
}

fn query(session: &Session, text: &str) -> Result<Vec<RecordBatch>, Failure> {
    let QueryResult { batches, truncated, .. } = session.query(text, MOST_ROWS, MOST_BYTES)?;
    if truncated { Err("a query gave more than the benchmark expects".into()) } else { Ok(batches) }
}

fn count(batches: &[RecordBatch]) -> Result<i64, Failure> {
    let column = batches.first().and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
    column.filter(|column| column.len() == 1).map(|column| column.value(0)).ok_or_else(|| "a count gave no number".into())
}

/// How many rows, and one number for all their values in their order.
fn fingerprint(batches: &[RecordBatch]) -> Result<(i64, i64), Failure> {
    let unexpected = || "the ships' columns have other types than expected";
    let (mut rows, mut mark) = (0, 0_i128);
    for batch in batches {
        let ships = batch.column(0).as_primitive_opt::<Int32Type>().ok_or_else(unexpected)?;
        let counts = batch.column(1).as_primitive_opt::<Int64Type>().ok_or_else(unexpected)?;
        let first = batch.column(2).as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(unexpected)?;
        let last = batch.column(3).as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(unexpected)?;
        for row in 0..batch.num_rows() {
            for value in [i64::from(ships.value(row)), counts.value(row), first.value(row), last.value(row)] {
                mark = (mark * 1_000_003 + i128::from(value)) % MODULUS;
            }
        }
        rows += batch.num_rows() as i64;
    }
    Ok((rows, i64::try_from(mark)?))
}
