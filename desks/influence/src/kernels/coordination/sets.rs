//! Edges to sets of accounts, and sets to rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, KernelError, Output};

use super::CoShare;
use super::shares::{Share, Shares};

/// Records kept of a set.
const MOST_EVIDENCE: usize = 1_000;

pub(super) fn schema() -> SchemaRef {
    let time = ColumnType::Time.arrow();
    let item = Arc::new(Field::new_list_field(DataType::Int64, true));
    let count = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        Field::new("anchor", DataType::Utf8, false),
        Field::new("together_from", time.clone(), false),
        Field::new("together_to", time, false),
        count("accounts"),
        count("edges"),
        count("co_shares"),
        count("objects"),
        count("reshared_objects"),
        count("other_accounts"),
        Field::new("median_surprise_nats", DataType::Float64, false),
        Field::new("record_ids", DataType::List(item), false),
    ]))
}

/// Emits the sets that the co-shares connect.
pub(super) fn emit(
    shares: &Shares,
    together: &[CoShare],
    least_accounts: usize,
    output: &mut dyn Output,
) -> Result<(), KernelError> {
    let mut roots = Roots((0..shares.accounts.count() as u32).collect());
    for co_share in together {
        roots.join(co_share.accounts.0, co_share.accounts.1);
    }
    let mut sets: BTreeMap<u32, Vec<&CoShare>> = BTreeMap::new();
    for co_share in together {
        sets.entry(roots.root(co_share.accounts.0)).or_default().push(co_share);
    }
    let mut rows: Vec<Set<'_>> = sets.values().map(|co_shares| Set::of(shares, co_shares)).collect();
    rows.retain(|set| set.accounts.len() >= least_accounts);
    rows.sort_by_key(|set| set.anchor);
    if rows.is_empty() { Ok(()) } else { output.emit(batch(&rows)?) }
}

/// Union-find: of each account, an account of its set with no greater number.
struct Roots(Vec<u32>);

impl Roots {
    fn root(&mut self, mut account: u32) -> u32 {
        while self.0[account as usize] != account {
            let above = self.0[self.0[account as usize] as usize];
            self.0[account as usize] = above;
            account = above;
        }
        account
    }

    fn join(&mut self, left: u32, right: u32) {
        let (left, right) = (self.root(left), self.root(right));
        self.0[left.max(right) as usize] = left.min(right);
    }
}

/// A set of accounts and what they did together.
struct Set<'a> {
    anchor: &'a str,
    from: i64,
    to: i64,
    accounts: BTreeSet<u32>,
    edges: usize,
    co_shares: usize,
    objects: BTreeSet<u32>,
    reshared_objects: usize,
    other_accounts: usize,
    median_surprise_nats: f64,
    record_ids: BTreeSet<i64>,
}

impl<'a> Set<'a> {
    fn of(shares: &'a Shares, co_shares: &[&CoShare]) -> Self {
        let accounts: BTreeSet<u32> = co_shares.iter().flat_map(|pair| [pair.accounts.0, pair.accounts.1]).collect();
        let objects: BTreeSet<u32> = co_shares.iter().map(|pair| pair.object).collect();
        let mut by_edge: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for pair in co_shares {
            *by_edge.entry(pair.accounts).or_default() += pair.surprise_nats;
        }
        let places = || co_shares.iter().flat_map(|pair| [pair.shares.0, pair.shares.1]);
        let used = |place: u32| shares.all[place as usize];
        let mut surprises: Vec<f64> = by_edge.values().copied().collect();
        surprises.sort_unstable_by(f64::total_cmp);
        Self {
            anchor: accounts.iter().map(|account| shares.accounts.name(*account)).min().unwrap_or_default(),
            from: places().map(|place| used(place).at).min().unwrap_or_default(),
            to: places().map(|place| used(place).at).max().unwrap_or_default(),
            edges: by_edge.len(),
            co_shares: co_shares.len(),
            reshared_objects: objects.iter().filter(|object| shares.objects.name(**object).starts_with("object:")).count(),
            other_accounts: others(shares, &objects, &accounts),
            median_surprise_nats: surprises.get(surprises.len() / 2).copied().unwrap_or_default(),
            record_ids: places().map(|place| used(place).record_id).collect(),
            accounts,
            objects,
        }
    }
}

/// How many accounts outside the set shared its objects.
fn others(shares: &Shares, objects: &BTreeSet<u32>, accounts: &BTreeSet<u32>) -> usize {
    let of_object = |object: &u32| {
        let from = shares.all.partition_point(|share| share.object < *object);
        let to = shares.all.partition_point(|share| share.object <= *object);
        shares.all[from..to].iter().map(|share: &Share| share.account)
    };
    let others: BTreeSet<u32> = objects.iter().flat_map(of_object).filter(|account| !accounts.contains(account)).collect();
    others.len()
}

fn batch(sets: &[Set<'_>]) -> Result<RecordBatch, KernelError> {
    let time = |moment: &dyn Fn(&Set<'_>) -> i64| -> Arc<dyn Array> {
        let mut builder = TimestampMicrosecondBuilder::new().with_timezone("UTC");
        sets.iter().for_each(|set| builder.append_value(moment(set)));
        Arc::new(builder.finish())
    };
    let count = |count: &dyn Fn(&Set<'_>) -> usize| -> Arc<dyn Array> {
        let mut builder = Int64Builder::new();
        sets.iter().for_each(|set| builder.append_value(i64::try_from(count(set)).unwrap_or(i64::MAX)));
        Arc::new(builder.finish())
    };
    let (mut anchors, mut surprises) = (StringBuilder::new(), Float64Builder::new());
    let mut record_ids = ListBuilder::new(Int64Builder::new());
    for set in sets {
        anchors.append_value(set.anchor);
        surprises.append_value(set.median_surprise_nats);
        record_ids.append_value(set.record_ids.iter().take(MOST_EVIDENCE).map(|record_id| Some(*record_id)));
    }
    let columns: Vec<Arc<dyn Array>> = vec![
        Arc::new(anchors.finish()),
        time(&|set| set.from),
        time(&|set| set.to),
        count(&|set| set.accounts.len()),
        count(&|set| set.edges),
        count(&|set| set.co_shares),
        count(&|set| set.objects.len()),
        count(&|set| set.reshared_objects),
        count(&|set| set.other_accounts),
        Arc::new(surprises.finish()),
        Arc::new(record_ids.finish()),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}
