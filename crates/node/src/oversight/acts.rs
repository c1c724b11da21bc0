//! Acts of people, as the journal has them.

use oikos_journal::{Entry, Outcome};
use oikos_model::{Action, Actor, CaseId, Timestamp, UserName};
use oikos_registry::{JournalQuery, JournalRow, Transaction};
use serde_json::Value;

use crate::NodeError;

/// More entries than this are not read at once; the answer says so.
const ENTRIES_MAXIMUM: usize = 200_000;
const ROWS_AT_ONCE: usize = 1_000;
const DAY_SECONDS: i64 = 86_400;

/// One act of a person on data.
#[derive(Debug, Clone)]
pub(crate) struct PersonAct {
    pub(crate) index: i64,
    pub(crate) at: Timestamp,
    pub(crate) who: UserName,
    pub(crate) action: Action,
    pub(crate) is_denied: bool,
    pub(crate) case: Option<CaseId>,
    pub(crate) subjects: Vec<String>,
    pub(crate) detail: Value,
}

/// What a span of the journal says of people's acts on data, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    pub(crate) acts: Vec<PersonAct>,
    /// Entries that were read, of whatever kind.
    pub(crate) entries: usize,
    /// Whether older entries of the span were left out.
    pub(crate) is_cut: bool,
}

impl PersonAct {
    /// The act of an entry, where a person did it on data.
    fn of(row: JournalRow) -> Result<Option<Self>, NodeError> {
        let Some(content) = row.content else { return Ok(None) };
        let entry: Entry = serde_json::from_str(&content).map_err(NodeError::internal)?;
        let Entry { act, outcome, subjects, detail, .. } = entry;
        let Actor::Person(who) = act.actor else { return Ok(None) };
        if !crate::caller::is_on_case_data(act.action) || act.action.is_oversight() {
            return Ok(None);
        }
        let is_denied = matches!(outcome, Outcome::Denied { .. });
        Ok(Some(Self { index: row.index, at: row.at, who, action: act.action, is_denied, case: act.case, subjects, detail }))
    }

    /// Day since 1970-01-01, UTC.
    pub(crate) fn day(&self) -> i64 {
        self.at.as_second().div_euclid(DAY_SECONDS)
    }

    /// Hour of the day, UTC, from 0 to 23.
    pub(crate) fn hour(&self) -> usize {
        usize::try_from(self.at.as_second().rem_euclid(DAY_SECONDS) / 3_600).unwrap_or(0)
    }

    /// Whether the act only looked.
    pub(crate) fn is_consultation(&self) -> bool {
        let code = self.action.code();
        code.starts_with("read_") || code.starts_with("search") || self.action == Action::QueryLake
    }
}

impl Acts {
    /// Reads the acts entered from this moment on.
    pub(crate) fn since(tx: &dyn Transaction, from: Timestamp) -> Result<Self, NodeError> {
        let query = JournalQuery { from: Some(from), limit: ENTRIES_MAXIMUM + 1, ..JournalQuery::default() };
        let mut positions = tx.search_journal(&query)?;
        let is_cut = positions.len() > ENTRIES_MAXIMUM;
        positions.truncate(ENTRIES_MAXIMUM);
        let Some(oldest) = positions.last().copied() else { return Ok(Self::default()) };
        let mut read = Self { acts: Vec::new(), entries: positions.len(), is_cut };
        let mut next = oldest;
        loop {
            let rows = tx.journal_rows(next, ROWS_AT_ONCE)?;
            let Some(last) = rows.last() else { return Ok(read) };
            next = last.index + 1;
            for row in rows {
                read.acts.extend(PersonAct::of(row)?);
            }
        }
    }
}
