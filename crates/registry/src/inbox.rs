//! The inbox: findings as a ranked list with a line for each desk's alert budget, counted by what people filter by.

use std::collections::BTreeMap;

use oikos_model::{DetectorId, FindingKey, FindingState, LabelId, NodeId, Timestamp, Tlp, UserName};
use serde::{Deserialize, Serialize};

use crate::{StoreError, StoredFinding, WorkState};

/// Whose findings to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignedTo<'a> {
    /// This person's.
    Person(&'a UserName),
    /// Nobody's.
    Nobody,
}

/// Where a desk's budget ends: the last finding within it, by the inbox's order.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetLine {
    /// The desk.
    pub desk: String,
    /// The score of the last finding within the budget.
    pub score_bits: f64,
    /// When it ended in the world.
    pub occurred_to: Timestamp,
    /// Its key.
    pub key: FindingKey,
    /// Its origin.
    pub origin: NodeId,
}

/// On which side of the budget.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// At or above its desk's line. What is decided or asleep has no place in a budget and is above no line.
    Within(&'a [BudgetLine]),
    /// Everything else.
    Beyond(&'a [BudgetLine]),
}

/// Which findings the inbox shows. Empty options do not restrict.
#[derive(Debug, Clone)]
pub struct InboxQuery<'a> {
    /// Labels the reader may see.
    pub labels: &'a [LabelId],
    /// The present moment: what sleeps until later is asleep.
    pub now: Timestamp,
    /// Of this desk.
    pub desk: Option<&'a str>,
    /// By this detector.
    pub detector: Option<&'a DetectorId>,
    /// In one of these states.
    pub states: Option<&'a [FindingState]>,
    /// Own (`false`) or received (`true`).
    pub received: Option<bool>,
    /// Somebody's, or nobody's.
    pub assigned: Option<AssignedTo<'a>>,
    /// Asleep (`true`) or awake (`false`).
    pub snoozed: Option<bool>,
    /// With this traffic light.
    pub tlp: Option<Tlp>,
    /// First recorded at or after this moment.
    pub since: Option<Timestamp>,
    /// With this text in the title, whatever the case of its ASCII letters.
    pub text: Option<&'a str>,
    /// On this side of the budget.
    pub side: Option<Side<'a>>,
    /// Skips so many of the ordered result.
    pub offset: usize,
    /// At most so many; 0 means no limit.
    pub limit: usize,
}

impl<'a> InboxQuery<'a> {
    /// Everything with these labels.
    pub const fn new(labels: &'a [LabelId], now: Timestamp) -> Self {
        Self {
            labels,
            now,
            desk: None,
            detector: None,
            states: None,
            received: None,
            assigned: None,
            snoozed: None,
            tlp: None,
            since: None,
            text: None,
            side: None,
            offset: 0,
            limit: 0,
        }
    }
}

/// One line of the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRow {
    /// The finding.
    pub stored: StoredFinding,
    /// Who works on it, until when it sleeps.
    pub work: WorkState,
}

/// How many findings are alike in everything people filter by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxGroup {
    /// The desk.
    pub desk: String,
    /// The detector.
    pub detector: String,
    /// Where they stand.
    pub state: FindingState,
    /// Whether partners released them.
    pub received: bool,
    /// Traffic light.
    pub tlp: Tlp,
    /// Who works on them.
    pub assignee: Option<UserName>,
    /// Whether they sleep.
    pub snoozed: bool,
    /// How many.
    pub count: u64,
}

/// How many findings the people of a desk can work on per day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRow {
    /// The desk.
    pub desk: String,
    /// Findings per day.
    pub per_day: u32,
    /// Who set it.
    pub set_by: UserName,
    /// When.
    pub set_at: Timestamp,
}

/// The inbox.
pub trait Inbox {
    /// Reads lines: highest score first, then those that ended last in the world, then by key.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn inbox(&self, query: &InboxQuery<'_>) -> Result<Vec<InboxRow>, StoreError>;

    /// How many lines a query matches, without its limit and offset.
    ///
    /// # Errors
    /// When the database fails.
    fn count_inbox(&self, query: &InboxQuery<'_>) -> Result<u64, StoreError>;

    /// The lines a query matches, without its limit and offset, counted by everything people filter by.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn inbox_groups(&self, query: &InboxQuery<'_>) -> Result<Vec<InboxGroup>, StoreError>;

    /// Where the budget of a desk ends for a reader of these labels, if `findings` of it are within; `None` where none is.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn budget_line(
        &self,
        desk: &str,
        labels: &[LabelId],
        now: Timestamp,
        findings: u64,
    ) -> Result<Option<BudgetLine>, StoreError>;

    /// Sets how many findings a desk's people can work on per day.
    ///
    /// # Errors
    /// When the database fails.
    fn put_budget(&mut self, budget: &BudgetRow) -> Result<(), StoreError>;

    /// The budgets that were set, by desk.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    fn budgets(&self) -> Result<BTreeMap<String, BudgetRow>, StoreError>;

    /// Keeps a person's saved filters, in the node's JSON form, instead of those before.
    ///
    /// # Errors
    /// When the database fails.
    fn put_saved_filters(&mut self, user: &UserName, filters: &serde_json::Value) -> Result<(), StoreError>;

    /// A person's saved filters.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    fn saved_filters(&self, user: &UserName) -> Result<Option<serde_json::Value>, StoreError>;
}
