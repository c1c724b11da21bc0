//! This node as the witness of its partners' journals.

use oikos_exchange_transport::{WitnessAnswer, WitnessRequest};
use oikos_journal::{AddCheckpoint, Checkpoint, Entry, Outcome, Remembered, WitnessRefusal, misbehaviour};
use oikos_model::{Act, Action, ContentHash, NodeId};
use oikos_registry::{Transaction, WitnessedLog};

use super::{JournalKeys, StatedKeys, keys_of};
use crate::{Node, NodeError};

impl Node {
    /// Answers a partner, whose link was authenticated, as the witness of its journal.
    pub(crate) fn answer_witness(&self, from: &NodeId, request: WitnessRequest, body: &[u8]) -> WitnessAnswer {
        let Ok(text) = std::str::from_utf8(body) else { return WitnessAnswer::new(400, "the body is not UTF-8\n") };
        let answered = self.witness_act(from).and_then(|act| match request {
            WitnessRequest::Keys => self.take_keys(&act, from, text),
            WitnessRequest::AddCheckpoint => self.cosign(&act, from, text),
        });
        answered.unwrap_or_else(|error| match error {
            NodeError::Denied(_) => WitnessAnswer::new(403, "not allowed\n"),
            NodeError::Invalid(problem) => WitnessAnswer::new(422, format!("{problem}\n")),
            NodeError::Conflict(problem) => WitnessAnswer::new(422, format!("{problem}\n")),
            // What failed inside is not the partner's to know.
            _ => WitnessAnswer::new(503, "the witness could not answer; try again\n"),
        })
    }

    fn witness_act(&self, from: &NodeId) -> Result<Act, NodeError> {
        self.authorise(&self.partner_as_caller(from)?, Action::CosignCheckpoint)
    }

    /// Takes a partner's journal keys, and gives this node's. A log that was cosigned keeps the key it was cosigned under.
    fn take_keys(&self, act: &Act, from: &NodeId, text: &str) -> Result<WitnessAnswer, NodeError> {
        let mut tx = self.store().begin(act)?;
        let stated = self.check_stated(tx.as_ref(), from, text)?;
        self.keep_keys(tx.as_mut(), act, &stated)?;
        tx.commit()?;
        let own = serde_json::to_string(&self.stated_keys()?).map_err(NodeError::internal)?;
        Ok(WitnessAnswer::new(200, own))
    }

    /// Keeps what a partner stated, with an entry where it is news.
    pub(super) fn keep_keys(&self, tx: &mut dyn Transaction, act: &Act, stated: &StatedKeys) -> Result<(), NodeError> {
        let node = &stated.content.node;
        let known = tx.witnessed_log(node)?;
        let before = known.as_ref().map(keys_of).transpose()?;
        if before.as_ref().is_some_and(|before| before.same_keys(&stated.content)) {
            return Ok(());
        }
        let other_log = before.is_some_and(|before| before.log != stated.content.log);
        if let (true, Some(log)) = (other_log, known.as_ref().filter(|log| log.size > 0)) {
            let problem = format!("it states another journal key than the one {} entries were cosigned under", log.size);
            return self.note_problem(tx, act, log, &problem, None);
        }
        let keys = serde_json::to_value(stated).map_err(NodeError::internal)?;
        let fresh = || WitnessedLog {
            node: node.clone(),
            keys: keys.clone(),
            size: 0,
            root: Remembered::nothing().root.0,
            cosigned_at: None,
            problem: None,
            evidence: None,
        };
        let log = known.map_or_else(fresh, |log| WitnessedLog { keys: keys.clone(), ..log });
        tx.put_witnessed_log(&log)?;
        record(tx, act, node, Outcome::Allowed, serde_json::json!({ "journal_key": stated.content.log }))
    }

    /// Cosigns a checkpoint that continues what was cosigned before. The check, the new state and the signature are one transaction, so
    /// two requests at once never get two histories signed.
    fn cosign(&self, act: &Act, from: &NodeId, text: &str) -> Result<WitnessAnswer, NodeError> {
        let mut tx = self.store().begin(act)?;
        let refused = |refusal: &WitnessRefusal| match refusal {
            WitnessRefusal::OtherSize(size) => WitnessAnswer::new(409, format!("{size}\n")),
            other => WitnessAnswer::new(other.status(), format!("{other}\n")),
        };
        let Some(log) = tx.witnessed_log(from)? else { return Ok(refused(&WitnessRefusal::UnknownLog)) };
        let keys = keys_of(&log)?;
        let remembered = Remembered { size: log.size, root: ContentHash(log.root) };
        let request: AddCheckpoint = match text.parse() {
            Ok(request) => request,
            Err(refusal) => return Ok(refused(&refusal)),
        };
        let checkpoint = match request.examine(&keys.log_verifier()?, &remembered) {
            Ok(checkpoint) => checkpoint,
            Err(refusal) => {
                if let Some((problem, evidence)) = problem_shown(&request, &refusal, &keys, &remembered)? {
                    self.note_problem(tx.as_mut(), act, &log, &problem, evidence)?;
                    tx.commit()?;
                }
                return Ok(refused(&refusal));
            }
        };
        let lines = self.cosigner().sign(&text_of(&request, &keys)?, act.at).map_err(NodeError::internal)?;
        // Two histories stay proven; anything else the log has just cleared up.
        let problem = log.problem.filter(|_| log.evidence.is_some());
        let (size, root, cosigned_at) = (checkpoint.size, checkpoint.root.0, Some(act.at));
        tx.put_witnessed_log(&WitnessedLog { size, root, cosigned_at, problem, ..log })?;
        tx.commit()?;
        Ok(WitnessAnswer::new(200, lines))
    }

    /// Keeps what is wrong with a log, with an entry where it is news: a partner that asks again and again fills no journal.
    fn note_problem(
        &self,
        tx: &mut dyn Transaction,
        act: &Act,
        log: &WitnessedLog,
        problem: &str,
        evidence: Option<String>,
    ) -> Result<(), NodeError> {
        if log.problem.as_deref() == Some(problem) || log.evidence.is_some() {
            return Ok(());
        }
        let detail = serde_json::json!({ "cosigned_size": log.size, "evidence": evidence });
        tx.put_witnessed_log(&WitnessedLog { problem: Some(problem.to_owned()), evidence, ..log.clone() })?;
        let reason = format!("the journal of {} is not cosigned: {problem}", log.node);
        record(tx, act, &log.node, Outcome::Denied { reason }, detail)
    }
}

/// What a refused request shows against the log, if anything, with the signed checkpoint that proves it. A request that is merely not in
/// order shows nothing.
fn problem_shown(
    request: &AddCheckpoint,
    refusal: &WitnessRefusal,
    keys: &JournalKeys,
    remembered: &Remembered,
) -> Result<Option<(String, Option<String>)>, NodeError> {
    let Ok(checkpoint) = Checkpoint::open(&request.note, &keys.log_verifier()?) else { return Ok(None) };
    if let Some(problem) = misbehaviour(&checkpoint, remembered) {
        // Two roots for one size are proof for ever; that entries were taken back may yet turn out as a request that came late.
        let proven = (checkpoint.size == remembered.size).then(|| request.note.clone());
        return Ok(Some((problem, proven)));
    }
    let inconsistent = matches!(refusal, WitnessRefusal::Inconsistent(_));
    Ok(inconsistent.then(|| (format!("it could not prove that {} entries continue {}", checkpoint.size, remembered.size), None)))
}

/// The signed text of the request's note.
fn text_of(request: &AddCheckpoint, keys: &JournalKeys) -> Result<String, NodeError> {
    let verifier = keys.log_verifier()?;
    Ok(verifier.open(&request.note).map_err(NodeError::internal)?.to_owned())
}

fn record(
    tx: &mut dyn Transaction,
    act: &Act,
    partner: &NodeId,
    outcome: Outcome,
    detail: serde_json::Value,
) -> Result<(), NodeError> {
    let subjects = vec![format!("partner:{partner}")];
    let entry = Entry { act: act.clone(), outcome, subjects, recipient: None, detail };
    oikos_journal::record(tx, &entry).map(drop).map_err(NodeError::internal)
}
