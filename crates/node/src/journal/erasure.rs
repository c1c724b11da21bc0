//! Erasing what a journal entry says. Its commitment stays, so the log still verifies; the erasure is an entry of its own.

use oikos_model::Action;
use serde::Deserialize;

use super::JournalLine;
use crate::{Caller, Node, NodeError, Noted};

/// Which entry, and why.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryErasureRequest {
    /// Its position.
    pub index: i64,
    /// Why, without what the entry said.
    pub reason: String,
}

impl Node {
    /// Erases what an entry says, and the words it was found by.
    ///
    /// # Errors
    /// When policy refuses, no reason is given, or there is no such entry.
    pub fn erase_journal_entry(&self, caller: &Caller, request: &EntryErasureRequest) -> Result<JournalLine, NodeError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.len() > 1_000 {
            return Err(NodeError::Invalid("say why in 1 to 1,000 bytes, without what the entry said".into()));
        }
        self.write(caller, Action::EraseJournalEntry, |tx| {
            let found = tx.journal_rows(request.index.max(0), 1)?.pop().filter(|row| row.index == request.index);
            let row = found.ok_or_else(|| NodeError::NotFound(format!("journal entry {}", request.index)))?;
            oikos_journal::erase(tx, row.index).map_err(NodeError::internal)?;
            let line = super::journal_line(oikos_registry::JournalRow { content: None, salt: None, ..row })?;
            let noted = Noted::about(vec![format!("journal-entry:{}", line.index)]);
            Ok((line, noted.with_detail(serde_json::json!({ "reason": reason }))))
        })
    }
}
