//! Proofs to hand out: that an entry is in the journal, checked by anyone without a node.

use oikos_journal::{DisclosedEntry, OfflineProof};
use oikos_model::{Action, ContentHash};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};

use crate::{Caller, Node, NodeError, Noted};

/// Which entry to prove.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofRequest {
    /// Its position.
    pub index: i64,
    /// Disclose the entry and its salt too. Without them the proof shows a commitment that says nothing.
    #[serde(default)]
    pub with_entry: bool,
}

/// A proof, and the entry where it was asked for.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProofView {
    /// The proof in C2SP's `tlog-proof` form.
    pub proof: String,
    /// The entry with its salt.
    #[schema(value_type = Option<Object>)]
    pub entry: Option<DisclosedEntry>,
}

impl Node {
    /// Publishes what is new and proves that an entry is in the journal, against the newest checkpoint that witnesses cosigned, or the
    /// newest of all where none covers the entry.
    ///
    /// # Errors
    /// When policy refuses, there is no such entry, or its content was erased and is asked for.
    pub fn prove_entry(&self, caller: &Caller, request: &ProofRequest) -> Result<ProofView, NodeError> {
        let disclosed = self.write(caller, Action::ReadJournal, |tx| {
            let entry = if request.with_entry { Some(disclosed_entry(tx, request.index)?) } else { None };
            commitment(tx, request.index)?;
            let subjects = vec![format!("journal-entry:{}", request.index)];
            let detail = serde_json::json!({ "proof": true, "with_entry": request.with_entry });
            Ok((entry, Noted::about(subjects).with_detail(detail)))
        })?;
        let act = caller.act(Action::ReadJournal, self.clock().now());
        let tx = oikos_registry::Store::snapshot(self.store(), &act)?;
        let proof = self.offline_proof(tx.as_ref(), request.index)?;
        Ok(ProofView { proof: proof.to_string(), entry: disclosed })
    }

    /// The proof of one entry; publishes the journal first where no checkpoint covers it yet.
    pub(crate) fn offline_proof(&self, tx: &dyn Transaction, index: i64) -> Result<OfflineProof, NodeError> {
        let commitment = commitment(tx, index)?;
        let position = u64::try_from(index).map_err(|_| NodeError::NotFound(format!("journal entry {index}")))?;
        let folder = self.folder().journal();
        let kept = self.cosigned_checkpoints(&self.witnesses(tx)?)?;
        let most = kept.iter().filter(|kept| kept.checkpoint.size > position).max_by_key(|kept| kept.by.len());
        let note = match most {
            Some(kept) => kept.note.clone(),
            None => {
                self.publish_journal()?;
                let note = oikos_journal::published_note(&folder).map_err(NodeError::internal)?;
                note.ok_or_else(|| NodeError::internal("the journal has no checkpoint"))?
            }
        };
        oikos_journal::prove_offline(&folder, &note, self.sequencer().verifier(), position, commitment)
            .map_err(NodeError::internal)
    }
}

fn row(tx: &dyn Transaction, index: i64) -> Result<oikos_registry::JournalRow, NodeError> {
    let row = tx.journal_rows(index.max(0), 1)?.pop().filter(|row| row.index == index);
    row.ok_or_else(|| NodeError::NotFound(format!("journal entry {index}")))
}

fn commitment(tx: &dyn Transaction, index: i64) -> Result<ContentHash, NodeError> {
    Ok(ContentHash(row(tx, index)?.commitment))
}

/// The private half of an entry.
pub(crate) fn disclosed_entry(tx: &dyn Transaction, index: i64) -> Result<DisclosedEntry, NodeError> {
    let row = row(tx, index)?;
    match (row.content, row.salt) {
        (Some(content), Some(salt)) => Ok(DisclosedEntry { index: row.index.unsigned_abs(), content, salt: hex::encode(salt) }),
        _ => Err(NodeError::Conflict(format!("what journal entry {index} said was erased; only its commitment is left"))),
    }
}
