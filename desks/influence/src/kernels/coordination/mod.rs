//! Sets of accounts that share the same objects at nearly the same time, again and again.
//!
//! Input: shares with `kind` and `object` (what was shared), `account`, `post`, `at` and `record_id`, in any order. The parameter
//! `method` says what counts as an edge between two accounts:
//!
//! - `surprise`: together on `least_objects` objects or more, with `least_surprise_nats` in sum (`surprise`);
//! - `co-share-counts`: the counts of CooRTweet's `detect_groups` (`co_share_counts`), to compare with it; it knows no virality.
//!
//! Accounts connected by edges are a set; sets of `least_accounts` or more are emitted. A set's `anchor` is its first account in
//! the order of the alphabet: the finding's identity, which is hashed and never shown.

mod co_share_counts;
mod sets;
mod shares;
mod surprise;

use arrow::array::Array;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use oikos_desk::{Kernel, KernelError, KernelRun, Output, Parameters};

use self::shares::Shares;
use super::columns::Columns;
use super::{at_least, micros};

const NAME: &str = "coordination";

/// Finds sets.
pub(crate) struct Coordination;

impl Kernel for Coordination {
    fn name(&self) -> &'static str {
        NAME
    }

    fn output_schema(&self) -> SchemaRef {
        sets::schema()
    }

    fn start(&self, parameters: &Parameters) -> Result<Box<dyn KernelRun>, KernelError> {
        let number = |name, least| at_least(NAME, parameters, name, least);
        let window_micros = micros(number("window_seconds", 0.0)?);
        let least_objects = number("least_objects", 1.0)? as usize;
        let method = match parameters.text("method") {
            Some("surprise") => Method::Surprise(surprise::Limits {
                window_micros,
                least_objects,
                least_surprise_nats: number("least_surprise_nats", 0.0)?,
            }),
            Some("co-share-counts") => Method::CoShareCounts { window_micros, least_participation: least_objects },
            _ => {
                let problem = "expected surprise or co-share-counts".to_owned();
                return Err(KernelError::Parameter { kernel: NAME, parameter: "method".into(), problem });
            }
        };
        Ok(Box::new(Run { method, least_accounts: number("least_accounts", 2.0)? as usize, shares: Shares::default() }))
    }
}

enum Method {
    Surprise(surprise::Limits),
    CoShareCounts { window_micros: i64, least_participation: usize },
}

struct Run {
    method: Method,
    least_accounts: usize,
    shares: Shares,
}

/// Two accounts, the lesser number first, on one object.
#[derive(Debug, Clone, Copy, PartialEq)]
struct CoShare {
    accounts: (u32, u32),
    object: u32,
    /// Places of the two shares in the order of objects and time.
    shares: (u32, u32),
    surprise_nats: f64,
}

impl KernelRun for Run {
    fn push(&mut self, input: usize, batch: &RecordBatch, _output: &mut dyn Output) -> Result<(), KernelError> {
        let columns = Columns::new(NAME, input, batch);
        let (kinds, objects) = (columns.texts("kind")?, columns.texts("object")?);
        let (accounts, posts) = (columns.texts("account")?, columns.texts("post")?);
        let (at, ids) = (columns.moments("at")?, columns.integers("record_id")?);
        let whole = |row: &usize| accounts.is_valid(*row) && objects.is_valid(*row) && at.is_valid(*row);
        for row in (0..batch.num_rows()).filter(whole) {
            let object = (kinds.value(row), objects.value(row));
            self.shares.add(object, accounts.value(row), posts.value(row), at.value(row), ids.value(row))?;
        }
        Ok(())
    }

    fn finish(&mut self, output: &mut dyn Output) -> Result<(), KernelError> {
        self.shares.sort();
        let together = match &self.method {
            Method::Surprise(limits) => surprise::edges(&self.shares, limits)?,
            Method::CoShareCounts { window_micros, least_participation } => {
                co_share_counts::edges(&self.shares, *window_micros, *least_participation)?
            }
        };
        sets::emit(&self.shares, &together, self.least_accounts, output)
    }

    fn memory_bytes(&self) -> usize {
        self.shares.memory_bytes()
    }
}

/// Refuses more co-shares than are held at once.
fn check_count(co_shares: usize) -> Result<(), KernelError> {
    const MOST_CO_SHARES: usize = 20_000_000;
    if co_shares <= MOST_CO_SHARES {
        return Ok(());
    }
    let problem =
        format!("more than {MOST_CO_SHARES} pairs of shares within the window; make it shorter, or take a shorter time");
    Err(KernelError::Limit { kernel: NAME, problem })
}

#[cfg(test)]
mod tests;
