//! Asking partners to cosign this node's journal, with the delivery round.

use oikos_exchange::IdentityCard;
use oikos_exchange_transport::{Connection, WitnessAnswer, WitnessRequest};
use oikos_journal::{AddCheckpoint, Checkpoint, CosignatureVerifier, cosigned_by};
use oikos_model::{Action, NodeId};

use super::keys_of;
use crate::{LinkedNode, Node, NodeError};

/// A partner that has not cosigned the newest checkpoint yet.
struct Asked {
    node: NodeId,
    card: IdentityCard,
    /// Its witness keys, where they are known.
    verifiers: Vec<CosignatureVerifier>,
    /// The newest size it is known to have cosigned.
    old_size: u64,
}

impl LinkedNode {
    /// Has the newest published checkpoint cosigned by every partner that has not. Who cannot be reached is asked in the next round; what
    /// a witness refuses shows in the journal and wherever the journal is verified.
    ///
    /// # Errors
    /// When this node's own journal cannot be read.
    pub async fn ask_witnesses(&self) -> Result<(), NodeError> {
        let (note, checkpoint, asked) = self.blocking(Node::to_be_asked).await?;
        let asking = asked.into_iter().map(|partner| self.ask(partner, &note, &checkpoint));
        for (node, outcome) in futures::future::join_all(asking).await {
            let problem = match outcome {
                Ok(problem) => problem,
                // The link's troubles are the link's to show.
                Err(_) => continue,
            };
            self.blocking(move |own| own.note_refusal(&node, problem)).await?;
        }
        Ok(())
    }

    async fn ask(&self, partner: Asked, note: &str, checkpoint: &Checkpoint) -> (NodeId, Result<Option<String>, NodeError>) {
        let node = partner.node.clone();
        (node, self.cosigned_by(partner, note, checkpoint).await)
    }

    /// Asks one partner: states keys first where the partner does not know them, and proves from where the partner is. What it refuses,
    /// in words, or `None`.
    async fn cosigned_by(&self, partner: Asked, note: &str, checkpoint: &Checkpoint) -> Result<Option<String>, NodeError> {
        let unreachable = |error: oikos_exchange_transport::DeliveryError| NodeError::Conflict(error.to_string());
        let mut link = self.client().connect(&partner.card).await.map_err(unreachable)?;
        let Asked { node, mut verifiers, mut old_size, .. } = partner;
        if verifiers.is_empty() {
            verifiers = self.exchange_keys(&mut link, &node).await?;
        }
        // Once for keys that are not known there any more, once for another size.
        for _ in 0..3 {
            let answer = self.add_checkpoint(&mut link, old_size, note, checkpoint).await?;
            match answer.status {
                200 => return self.keep_lines(checkpoint.size, &verifiers, answer.body).await.map(|()| None),
                404 => verifiers = self.exchange_keys(&mut link, &node).await?,
                409 => match answer.body.trim().parse::<u64>() {
                    Ok(size) if size <= checkpoint.size && size != old_size => old_size = size,
                    Ok(size) => {
                        return Ok(Some(format!("it cosigned {size} entries; this journal has {}", checkpoint.size)));
                    }
                    Err(_) => return Ok(Some("its answer is not in the protocol's form".into())),
                },
                403 | 422 => return Ok(Some(answer.body.trim().chars().take(300).collect())),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    async fn add_checkpoint(
        &self,
        link: &mut Connection,
        old_size: u64,
        note: &str,
        checkpoint: &Checkpoint,
    ) -> Result<WitnessAnswer, NodeError> {
        let (checkpoint, note) = (checkpoint.clone(), note.to_owned());
        let request = self
            .blocking(move |node| {
                let proof = match old_size {
                    0 => Vec::new(),
                    _ => {
                        let proof = oikos_journal::prove_consistency(node.folder().journal(), old_size, &checkpoint);
                        proof.map_err(NodeError::internal)?.hashes
                    }
                };
                Ok(AddCheckpoint { old_size, proof, note }.to_string())
            })
            .await?;
        link.witness(WitnessRequest::AddCheckpoint, request).await.map_err(|error| NodeError::Conflict(error.to_string()))
    }

    /// States this node's journal keys and keeps the partner's.
    async fn exchange_keys(&self, link: &mut Connection, node: &NodeId) -> Result<Vec<CosignatureVerifier>, NodeError> {
        let own = self.blocking(|node| serde_json::to_string(&node.stated_keys()?).map_err(NodeError::internal)).await?;
        let answer = link.witness(WitnessRequest::Keys, own).await.map_err(|error| NodeError::Conflict(error.to_string()))?;
        if answer.status != 200 {
            return Err(NodeError::Conflict(answer.body));
        }
        let from = node.clone();
        self.blocking(move |node| {
            let act = node.authorise(&node.partner_as_caller(&from)?, Action::CosignCheckpoint)?;
            let mut tx = node.store().begin(&act)?;
            let stated = node.check_stated(tx.as_ref(), &from, &answer.body)?;
            node.keep_keys(tx.as_mut(), &act, &stated)?;
            tx.commit()?;
            stated.content.witness_verifiers()
        })
        .await
    }

    /// Keeps a witness's lines beside the checkpoint, if they are its own and verify; lines by other keys are passed over.
    async fn keep_lines(&self, size: u64, verifiers: &[CosignatureVerifier], lines: String) -> Result<(), NodeError> {
        let verifiers = verifiers.to_vec();
        self.blocking(move |node| node.keep_cosignature(size, &verifiers, &lines)).await
    }
}

impl Node {
    /// The newest published checkpoint, and the partners in force that have not cosigned it.
    fn to_be_asked(&self) -> Result<(String, Checkpoint, Vec<Asked>), NodeError> {
        let now = self.clock().now();
        let act = self.itself().act(Action::CosignCheckpoint, now);
        let note = oikos_journal::published_note(self.folder().journal()).map_err(NodeError::internal)?;
        let note = note.ok_or_else(|| NodeError::Conflict("the journal has no checkpoint yet".into()))?;
        let checkpoint = Checkpoint::open(&note, self.sequencer().verifier()).map_err(NodeError::internal)?;
        let tx = self.store().snapshot(&act)?;
        let mut asked = Vec::new();
        for row in tx.partners()? {
            let partner = self.partner(tx.as_ref(), &row.node)?;
            if partner.check_in_force(now).is_err() {
                continue;
            }
            let known = tx.witnessed_log(&row.node)?.map(|log| keys_of(&log)).transpose()?;
            let verifiers = known.map_or(Ok(Vec::new()), |keys| keys.witness_verifiers())?;
            let old_size = self.newest_cosigned_by(&verifiers)?;
            if old_size < checkpoint.size {
                asked.push(Asked { node: row.node, card: partner.card().clone(), verifiers, old_size });
            }
        }
        Ok((note, checkpoint, asked))
    }

    /// The largest size that this witness cosigned, as far as its cosignatures are kept; 0 where there is none.
    fn newest_cosigned_by(&self, verifiers: &[CosignatureVerifier]) -> Result<u64, NodeError> {
        let folder = self.folder().journal();
        for size in oikos_journal::cosigned_sizes(&folder).map_err(NodeError::internal)? {
            let note = oikos_journal::cosigned_note(&folder, size).map_err(NodeError::internal)?.unwrap_or_default();
            if cosigned_by(&note, verifiers).is_ok_and(|cosigned| !cosigned.is_empty()) {
                return Ok(size);
            }
        }
        Ok(0)
    }

    fn keep_cosignature(&self, size: u64, verifiers: &[CosignatureVerifier], lines: &str) -> Result<(), NodeError> {
        let folder = self.folder().journal();
        let kept = oikos_journal::cosigned_note(&folder, size).map_err(NodeError::internal)?;
        let published = || oikos_journal::published_note(&folder).map_err(NodeError::internal);
        let Some(note) = kept.map_or_else(published, |note| Ok(Some(note)))? else { return Ok(()) };
        let checkpoint = Checkpoint::open(&note, self.sequencer().verifier()).map_err(NodeError::internal)?;
        if checkpoint.size != size {
            return Ok(()); // a newer checkpoint was published meanwhile; the next round asks for that
        }
        let ours: String = lines
            .split_inclusive('\n')
            .filter(|line| verifiers.iter().any(|key| line.starts_with(&format!("— {} ", key.name()))))
            .take(verifiers.len())
            .collect();
        let note = format!("{note}{ours}");
        match cosigned_by(&note, verifiers) {
            Ok(cosigned) if !cosigned.is_empty() => {
                oikos_journal::keep_cosigned(&folder, size, &note).map_err(NodeError::internal)
            }
            _ => Err(NodeError::Conflict("the witness's cosignature does not verify".into())),
        }
    }

    /// Remembers what a witness refused, and journals it where it is news.
    fn note_refusal(&self, witness: &NodeId, problem: Option<String>) -> Result<(), NodeError> {
        let news = self.witness_refusals(|refusals| match &problem {
            Some(problem) => refusals.insert(witness.clone(), problem.clone()).as_ref() != Some(problem),
            None => {
                refusals.remove(witness);
                false
            }
        });
        if let (true, Some(problem)) = (news, problem) {
            let act = self.itself().act(Action::CosignCheckpoint, self.clock().now());
            let reason = format!("{witness} does not cosign this journal: {problem}");
            self.journal_denial(&act, &[reason], vec![format!("partner:{witness}")])?;
        }
        Ok(())
    }
}
