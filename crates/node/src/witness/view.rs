//! What people see of witnesses: who cosigned what and when, how old the newest trusted checkpoint is, and what is wrong.

use std::collections::BTreeSet;

use oikos_journal::{Checkpoint, CosignatureVerifier, cosigned_by};
use oikos_model::{NodeId, Timestamp};
use oikos_registry::{Transaction, WitnessedLog};
use serde::Serialize;

use super::keys_of;
use crate::findings::seconds;
use crate::{Node, NodeError};

/// A witness of this node's journal.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WitnessLine {
    /// The partner.
    pub node: String,
    /// The newest size it cosigned, as far as cosignatures are kept.
    pub size: Option<u64>,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// With which algorithms.
    pub algorithms: Vec<String>,
    /// Its verifier keys, for checking proofs without a node.
    pub keys: Vec<String>,
    /// What it refuses, where it does.
    pub refuses: Option<String>,
}

/// The newest checkpoint that enough witnesses cosigned.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrustedCheckpoint {
    /// Entries it covers.
    pub size: u64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// The last cosignature it needed, RFC 3339.
    pub at: String,
    /// How long ago that is.
    pub age_seconds: i64,
    /// The witnesses that cosigned it.
    pub witnesses: Vec<String>,
}

/// A partner's journal that this node watches as a witness.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WatchedLogLine {
    /// The partner.
    pub node: String,
    /// Entries of the newest checkpoint cosigned here.
    pub size: u64,
    /// When, RFC 3339.
    pub cosigned_at: Option<String>,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Whether the problem is proven: two signed checkpoints that contradict each other are kept.
    pub proven: bool,
}

/// A partner with its witness keys.
pub(crate) struct Witness {
    pub(crate) node: NodeId,
    pub(crate) verifiers: Vec<CosignatureVerifier>,
}

/// A kept checkpoint with the witnesses that cosigned it.
pub(crate) struct CosignedCheckpoint {
    pub(crate) note: String,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) by: Vec<(NodeId, Timestamp, Vec<String>)>,
}

impl Node {
    /// Partners whose witness keys are known.
    pub(crate) fn witnesses(&self, tx: &dyn Transaction) -> Result<Vec<Witness>, NodeError> {
        let known = tx.witnessed_logs()?;
        known.iter().map(|log| Ok(Witness { node: log.node.clone(), verifiers: keys_of(log)?.witness_verifiers()? })).collect()
    }

    /// The cosigned checkpoints that are kept and still are this journal's, newest first.
    pub(crate) fn cosigned_checkpoints(&self, witnesses: &[Witness]) -> Result<Vec<CosignedCheckpoint>, NodeError> {
        let folder = self.folder().journal();
        let mut kept = Vec::new();
        for size in oikos_journal::cosigned_sizes(&folder).map_err(NodeError::internal)? {
            let Some(note) = oikos_journal::cosigned_note(&folder, size).map_err(NodeError::internal)? else { continue };
            let Ok(checkpoint) = Checkpoint::open(&note, self.sequencer().verifier()) else { continue };
            let mut by = Vec::new();
            for witness in witnesses {
                let cosigned = cosigned_by(&note, &witness.verifiers).unwrap_or_default();
                let last = cosigned.iter().map(|cosigned| cosigned.at).max();
                let algorithms = cosigned.into_iter().map(|cosigned| cosigned.algorithm).collect();
                by.extend(last.map(|at| (witness.node.clone(), at, algorithms)));
            }
            kept.push(CosignedCheckpoint { note, checkpoint, by });
        }
        Ok(kept)
    }

    /// What each witness last did.
    pub(crate) fn witness_lines(&self, witnesses: &[Witness], kept: &[CosignedCheckpoint]) -> Vec<WitnessLine> {
        let newest_of = |node: &NodeId| {
            let found = |kept: &CosignedCheckpoint| {
                let by = kept.by.iter().find(|(by, ..)| by == node)?;
                Some((kept.checkpoint.size, by.1, by.2.clone()))
            };
            kept.iter().find_map(found)
        };
        let line = |witness: &Witness| {
            let newest = newest_of(&witness.node);
            WitnessLine {
                node: witness.node.to_string(),
                size: newest.as_ref().map(|newest| newest.0),
                at: newest.as_ref().map(|newest| seconds(newest.1)),
                algorithms: newest.map(|newest| newest.2).unwrap_or_default(),
                keys: witness.verifiers.iter().map(ToString::to_string).collect(),
                refuses: self.witness_refusals(|refusals| refusals.get(&witness.node).cloned()),
            }
        };
        witnesses.iter().map(line).collect()
    }

    /// The newest checkpoint that as many witnesses cosigned as the settings ask for.
    pub(crate) fn trusted_checkpoint(&self, kept: &[CosignedCheckpoint]) -> Option<TrustedCheckpoint> {
        let needed = self.config().witnesses.max(1);
        let enough = |kept: &&CosignedCheckpoint| kept.by.iter().map(|(node, ..)| node).collect::<BTreeSet<_>>().len() >= needed;
        let trusted = kept.iter().find(enough)?;
        let mut times: Vec<Timestamp> = trusted.by.iter().map(|(_, at, _)| *at).collect();
        times.sort();
        let at = *times.get(needed - 1)?;
        Some(TrustedCheckpoint {
            size: trusted.checkpoint.size,
            root: trusted.checkpoint.root.to_string(),
            at: seconds(at),
            age_seconds: self.clock().now().as_second() - at.as_second(),
            witnesses: trusted.by.iter().map(|(node, ..)| node.to_string()).collect(),
        })
    }

    /// The partners' journals that this node watches.
    pub(crate) fn watched_logs(&self, tx: &dyn Transaction) -> Result<Vec<WatchedLogLine>, NodeError> {
        Ok(tx.witnessed_logs()?.into_iter().map(watched_log).collect())
    }
}

/// A partner's journal as people see it.
pub(super) fn watched_log(log: WitnessedLog) -> WatchedLogLine {
    WatchedLogLine {
        node: log.node.to_string(),
        size: log.size,
        cosigned_at: log.cosigned_at.map(seconds),
        problem: log.problem,
        proven: log.evidence.is_some(),
    }
}
