//! Reading and verifying the journal.

use oikos_model::Action;
use serde::Serialize;

use crate::{Caller, Node, NodeError, Noted};

/// An entry as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JournalLine {
    /// Position, from 0.
    pub index: i64,
    /// When, RFC 3339.
    pub at: String,
    /// The entry; absent once erased.
    #[schema(value_type = Object)]
    pub entry: Option<serde_json::Value>,
    /// The commitment that stands in the public log, in hexadecimal.
    pub commitment: String,
}

/// Whether the journal is what it was.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JournalVerification {
    /// Whether everything matches.
    pub verified: bool,
    /// Entries checked.
    pub entries: u64,
    /// Entries whose private half was erased.
    pub erased: u64,
    /// Size of the newest signed checkpoint.
    pub checkpoint_size: u64,
    /// What does not match, first things first.
    pub problems: Vec<String>,
}

impl Node {
    /// Entries from position `from` on. Reading the journal leaves an entry too.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn read_journal(&self, caller: &Caller, from: i64, limit: usize) -> Result<Vec<JournalLine>, NodeError> {
        self.write(caller, Action::ReadJournal, |tx| {
            let mut lines = Vec::new();
            for row in tx.journal_rows(from.max(0), limit.clamp(1, 1_000))? {
                let entry = row.content.as_deref().map(serde_json::from_str).transpose().map_err(NodeError::internal)?;
                let (at, commitment) = (crate::findings::seconds(row.at), hex::encode(row.commitment));
                lines.push(JournalLine { index: row.index, at, entry, commitment });
            }
            let detail = serde_json::json!({ "from": from, "entries": lines.len() });
            Ok((lines, Noted::about(vec!["journal:entries".into()]).with_detail(detail)))
        })
    }

    /// Publishes what is new, then recomputes every commitment, tile, root and signature.
    ///
    /// # Errors
    /// When policy refuses or the journal cannot be read; what does not match is a problem in the answer, no error.
    pub fn verify_journal(&self, caller: &Caller) -> Result<JournalVerification, NodeError> {
        self.write(caller, Action::ReadJournal, |_| Ok(((), Noted::about(vec!["journal:entries".into()]))))?;
        self.publish_journal()?;
        let act = caller.act(Action::ReadJournal, self.clock().now());
        let report = oikos_journal::verify(self.folder().journal(), self.store(), &act, self.sequencer().verifier())
            .map_err(NodeError::internal)?;
        Ok(JournalVerification {
            verified: report.problems.is_empty(),
            entries: report.entries,
            erased: report.erased,
            checkpoint_size: report.checkpoint.map_or(0, |checkpoint| checkpoint.size),
            problems: report.problems.iter().map(ToString::to_string).collect(),
        })
    }
}
