//! The journal as people use it: read, search, verify, prove, take a part out, and erase what an entry says.

mod erasure;
mod export;
mod files;
mod proof;
mod search;

use oikos_journal::Extent;
use oikos_model::Action;
use oikos_registry::JournalRow;
use serde::Serialize;

use crate::witness::{TrustedCheckpoint, WatchedLogLine, WitnessLine};
use crate::{Caller, Node, NodeError, Noted};

pub use erasure::EntryErasureRequest;
pub use export::JournalExportRequest;
pub(crate) use files::text_file;
pub use files::{FileView, FolderView};
pub(crate) use proof::disclosed_entry;
pub use proof::{ProofRequest, ProofView};
pub use search::{JournalSearch, JournalSearchPage};

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
    /// Entries there are.
    pub entries: u64,
    /// The first entry that was checked; those before it were checked another time.
    pub checked_from: u64,
    /// Of the checked ones, entries whose private half was erased.
    pub erased: u64,
    /// Size of the newest signed checkpoint.
    pub checkpoint_size: u64,
    /// Its root, in hexadecimal.
    pub checkpoint_root: Option<String>,
    /// What does not match, first things first.
    pub problems: Vec<String>,
    /// The journal's verifier keys: Ed25519, and ML-DSA-44.
    pub keys: Vec<String>,
    /// How many witnesses make a checkpoint trusted here.
    pub witnesses_needed: usize,
    /// The newest checkpoint that so many witnesses cosigned (at least one).
    pub trusted: Option<TrustedCheckpoint>,
    /// Each witness of this journal, and what it cosigned.
    pub witnesses: Vec<WitnessLine>,
    /// Partners' journals that this node watches.
    pub watched: Vec<WatchedLogLine>,
}

impl Node {
    /// Entries from position `from` on. Reading the journal leaves an entry too.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn read_journal(&self, caller: &Caller, from: i64, limit: usize) -> Result<Vec<JournalLine>, NodeError> {
        self.write(caller, Action::ReadJournal, |tx| {
            let rows = tx.journal_rows(from.max(0), limit.clamp(1, 1_000))?;
            let lines = rows.into_iter().map(journal_line).collect::<Result<Vec<_>, _>>()?;
            let detail = serde_json::json!({ "from": from, "entries": lines.len() });
            Ok((lines, Noted::about(vec!["journal:entries".into()]).with_detail(detail)))
        })
    }

    /// Publishes what is new, then recomputes commitments, tiles, root and signature: all of them, or those since the last time they held.
    /// Says which witnesses cosigned what, and what is wrong with the partners' journals that this node watches.
    ///
    /// # Errors
    /// When policy refuses or the journal cannot be read; what does not match is a problem in the answer, no error.
    pub fn verify_journal(&self, caller: &Caller, full: bool) -> Result<JournalVerification, NodeError> {
        self.write(caller, Action::ReadJournal, |_| Ok(((), Noted::about(vec!["journal:entries".into()]))))?;
        self.publish_journal()?;
        let act = caller.act(Action::ReadJournal, self.clock().now());
        let extent = if full { Extent::Full } else { Extent::SinceLastTime };
        let report = oikos_journal::verify(self.folder().journal(), self.store(), &act, self.sequencer().verifier(), extent)
            .map_err(NodeError::internal)?;
        let tx = self.store().snapshot(&act)?;
        let witnesses = self.witnesses(tx.as_ref())?;
        let kept = self.cosigned_checkpoints(&witnesses)?;
        let post_quantum = self.sequencer().post_quantum_verifier().map(|key| key.to_string());
        Ok(JournalVerification {
            verified: report.problems.is_empty(),
            entries: report.entries,
            checked_from: report.from,
            erased: report.erased,
            checkpoint_size: report.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size),
            checkpoint_root: report.checkpoint.map(|checkpoint| checkpoint.root.to_string()),
            problems: report.problems.iter().map(ToString::to_string).collect(),
            keys: std::iter::once(self.sequencer().verifier().to_string()).chain(post_quantum).collect(),
            witnesses_needed: self.config().witnesses,
            trusted: self.trusted_checkpoint(&kept),
            witnesses: self.witness_lines(&witnesses, &kept),
            watched: self.watched_logs(tx.as_ref())?,
        })
    }
}

fn journal_line(row: JournalRow) -> Result<JournalLine, NodeError> {
    let entry = row.content.as_deref().map(serde_json::from_str).transpose().map_err(NodeError::internal)?;
    let (at, commitment) = (crate::findings::seconds(row.at), hex::encode(row.commitment));
    Ok(JournalLine { index: row.index, at, entry, commitment })
}
