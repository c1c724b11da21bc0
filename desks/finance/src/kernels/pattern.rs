//! What every search of the graph gives: a pattern of transfers around one account, as a row with its money flow as evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use oikos_desk::{ColumnType, KernelError, Output};

use super::graph::{Edge, Graph, Node};
use super::hours_between;

/// Amounts that differ from the median by no more than this share of it are alike.
const ALIKE_SHARE: f64 = 0.1;
/// A pattern's route names so many accounts.
const ROUTE_ACCOUNTS: usize = 12;
const BATCH_ROWS: usize = 1_024;

/// A pattern that was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    /// The account around which it is.
    pub(super) subject: Node,
    /// Its other end, where it has one.
    pub(super) other: Option<Node>,
    /// Its accounts in the order in which the money takes them, where they have one.
    pub(super) route: Vec<Node>,
    /// Its transfers.
    pub(super) edges: Vec<Edge>,
    /// Accounts between, hops or layers: what the pattern counts.
    pub(super) size: usize,
    /// What is usual for the subject, where the search says.
    pub(super) usual: Option<Usual>,
    /// Transfers that one of several accounts repeated to the same account within the hours that count as a split.
    pub(super) split_transfers: usize,
    /// Whether hubs or limits cut the search, so that there may be more of it.
    pub(super) is_capped: bool,
}

/// A pattern's busiest window beside the other windows of its account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usual {
    /// Transfers in the busiest window.
    pub(super) peak_transfers: f64,
    /// Transfers in a window of the time read outside of the busiest one, on average.
    pub(super) transfers: f64,
    /// Share of the busiest window's other accounts that the account deals with in other windows too.
    pub(super) known_share: f64,
}

impl Pattern {
    /// Of an account, with nothing but its transfers.
    pub(super) fn of(subject: Node, size: usize, mut edges: Vec<Edge>) -> Self {
        edges.sort_unstable();
        edges.dedup();
        Self { subject, other: None, route: vec![], edges, size, usual: None, split_transfers: 0, is_capped: false }
    }
}

/// The columns of every search.
pub(super) fn schema() -> SchemaRef {
    let time = ColumnType::Time.arrow();
    let texts = DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
    let numbers = DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true)));
    Arc::new(Schema::new(vec![
        Field::new("subject", DataType::Utf8, false),
        Field::new("other", DataType::Utf8, true),
        Field::new("route", DataType::Utf8, false),
        Field::new("first_at", time.clone(), false),
        Field::new("last_at", time, false),
        Field::new("size", DataType::Int64, false),
        Field::new("transfer_count", DataType::Int64, false),
        Field::new("account_count", DataType::Int64, false),
        Field::new("sender_count", DataType::Int64, false),
        Field::new("receiver_count", DataType::Int64, false),
        Field::new("split_count", DataType::Int64, false),
        Field::new("activity_count", DataType::Int64, false),
        Field::new("amount_sum", DataType::Float64, false),
        Field::new("amount_in", DataType::Float64, false),
        Field::new("amount_out", DataType::Float64, false),
        Field::new("alike_share", DataType::Float64, false),
        Field::new("activity_share", DataType::Float64, false),
        Field::new("duration_hours", DataType::Float64, false),
        Field::new("peak_transfers", DataType::Float64, true),
        Field::new("usual_transfers", DataType::Float64, true),
        Field::new("known_share", DataType::Float64, true),
        Field::new("is_capped", DataType::Boolean, false),
        Field::new("accounts", texts.clone(), false),
        Field::new("ibans", texts.clone(), false),
        Field::new("wallets", texts, false),
        Field::new("record_ids", numbers, false),
    ]))
}

/// Patterns on their way out.
pub(super) struct PatternRows<'a> {
    graph: &'a Graph,
    output: &'a mut dyn Output,
    rows: usize,
    texts: [StringBuilder; 3],
    times: [TimestampMicrosecondBuilder; 2],
    integers: [Int64Builder; 7],
    numbers: [Float64Builder; 9],
    is_capped: BooleanBuilder,
    lists: [ListBuilder<StringBuilder>; 3],
    record_ids: ListBuilder<Int64Builder>,
}

impl<'a> PatternRows<'a> {
    pub(super) fn new(graph: &'a Graph, output: &'a mut dyn Output) -> Self {
        Self {
            graph,
            output,
            rows: 0,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            times: std::array::from_fn(|_| TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            integers: Default::default(),
            numbers: Default::default(),
            is_capped: BooleanBuilder::new(),
            lists: std::array::from_fn(|_| ListBuilder::new(StringBuilder::new())),
            record_ids: ListBuilder::new(Int64Builder::new()),
        }
    }

    /// Takes a pattern. One without a transfer is none.
    pub(super) fn add(&mut self, pattern: &Pattern) -> Result<(), KernelError> {
        let (Some(first), Some(last)) = (pattern.edges.first(), pattern.edges.last()) else { return Ok(()) };
        let graph = self.graph;
        let (first_at, last_at) = (graph.at(*first), graph.at(*last));
        self.texts[0].append_value(graph.name(pattern.subject));
        self.texts[1].append_option(pattern.other.map(|other| graph.name(other)));
        self.texts[2].append_value(self.route(pattern));
        for (builder, at) in self.times.iter_mut().zip([first_at, last_at]) {
            builder.append_value(at);
        }
        let flow = Flow::of(graph, pattern);
        let activity = graph.out(pattern.subject).len() + graph.into(pattern.subject).len();
        let counts = [
            pattern.size,
            pattern.edges.len(),
            flow.accounts.len(),
            flow.senders.len(),
            flow.receivers.len(),
            pattern.split_transfers,
            activity,
        ];
        for (builder, count) in self.integers.iter_mut().zip(counts) {
            builder.append_value(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let numbers = [
            Some(flow.sum),
            Some(flow.in_sum),
            Some(flow.out_sum),
            Some(alike_share(graph, &pattern.edges)),
            Some(flow.own_transfers as f64 / activity.max(1) as f64),
            Some(hours_between(first_at, last_at)),
            pattern.usual.map(|usual| usual.peak_transfers),
            pattern.usual.map(|usual| usual.transfers),
            pattern.usual.map(|usual| usual.known_share),
        ];
        for (builder, number) in self.numbers.iter_mut().zip(numbers) {
            builder.append_option(number);
        }
        self.is_capped.append_value(pattern.is_capped);
        self.add_lists(&flow.accounts, pattern);
        self.rows += 1;
        if self.rows >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn add_lists(&mut self, accounts: &BTreeSet<Node>, pattern: &Pattern) {
        let mut names: Vec<&str> = accounts.iter().map(|node| self.graph.name(*node)).collect();
        names.sort_unstable();
        let [all, ibans, wallets] = &mut self.lists;
        for name in names {
            all.values().append_value(name);
            if let Some(iban) = name.strip_prefix("iban:") {
                ibans.values().append_value(iban);
            }
            if let Some(wallet) = name.strip_prefix("wallet:") {
                wallets.values().append_value(wallet);
            }
        }
        self.lists.iter_mut().for_each(|list| list.append(true));
        for edge in &pattern.edges {
            self.record_ids.values().append_value(self.graph.edges.record_id[*edge as usize]);
        }
        self.record_ids.append(true);
    }

    fn route(&self, pattern: &Pattern) -> String {
        let shown = pattern.route.iter().take(ROUTE_ACCOUNTS).map(|node| self.graph.name(*node)).collect::<Vec<_>>().join(" → ");
        match pattern.route.len().saturating_sub(ROUTE_ACCOUNTS) {
            0 => shown,
            more => format!("{shown} → {more} more"),
        }
    }

    /// Hands on what is left.
    pub(super) fn flush(&mut self) -> Result<(), KernelError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(26);
        columns.extend(self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.extend(self.times.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.extend(self.integers.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.extend(self.numbers.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.push(Arc::new(self.is_capped.finish()));
        columns.extend(self.lists.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef));
        columns.push(Arc::new(self.record_ids.finish()));
        self.output.emit(RecordBatch::try_new(schema(), columns)?)
    }
}

/// How the money of a pattern flows, seen from its subject.
struct Flow {
    accounts: BTreeSet<Node>,
    senders: BTreeSet<Node>,
    receivers: BTreeSet<Node>,
    sum: f64,
    in_sum: f64,
    out_sum: f64,
    own_transfers: usize,
}

impl Flow {
    fn of(graph: &Graph, pattern: &Pattern) -> Self {
        let mut flow = Self {
            accounts: BTreeSet::new(),
            senders: BTreeSet::new(),
            receivers: BTreeSet::new(),
            sum: 0.0,
            in_sum: 0.0,
            out_sum: 0.0,
            own_transfers: 0,
        };
        for edge in &pattern.edges {
            let (from, to, amount) = (graph.from(*edge), graph.to(*edge), graph.amount(*edge));
            flow.accounts.extend([from, to]);
            flow.sum += amount;
            if to == pattern.subject {
                flow.senders.insert(from);
                flow.in_sum += amount;
            }
            if from == pattern.subject {
                flow.receivers.insert(to);
                flow.out_sum += amount;
            }
            flow.own_transfers += usize::from(from == pattern.subject || to == pattern.subject);
        }
        flow
    }
}

/// The share of transfers whose amounts lie near the median.
fn alike_share(graph: &Graph, edges: &[Edge]) -> f64 {
    let mut amounts: Vec<f64> = edges.iter().map(|edge| graph.amount(*edge)).collect();
    amounts.sort_by(f64::total_cmp);
    let Some(median) = amounts.get(amounts.len() / 2).copied() else { return 0.0 };
    amounts.iter().filter(|amount| (**amount - median).abs() <= ALIKE_SHARE * median).count() as f64 / amounts.len() as f64
}
