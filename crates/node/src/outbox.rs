//! The outbox, and parcels that travel in parts: what may leave now, what a partner fetches, what has arrived of a long one.

use std::ops::RangeInclusive;

use oikos_exchange::{MAXIMUM_PARCEL_LENGTH, Partner, Receipt};
use oikos_exchange_transport::{CHUNK_LENGTH, Chunk, Fetch, Piece, Progress, Refused};
use oikos_model::{Action, ContentHash, NodeId, Timestamp};
use oikos_registry::{OutboxQuery, OutgoingParcel, Transaction};

use crate::{Caller, Node, NodeError, Noted};

/// The most bytes of unfinished parcels that are kept for one partner.
const UNFINISHED_BYTES_MAXIMUM: u64 = 2 * MAXIMUM_PARCEL_LENGTH as u64;
/// Days after which an unfinished parcel is given up: longer than a weekend without a link.
const UNFINISHED_DAYS: i64 = 7;

impl Node {
    /// Every partner whose card and agreement verify. One whose row is damaged is left out; listing partners names it.
    pub(crate) fn verified_partners(&self) -> Result<Vec<Partner>, NodeError> {
        let act = self.itself().act(Action::ReadPartners, self.clock().now());
        let snapshot = self.store().snapshot(&act)?;
        let rows = snapshot.partners()?;
        Ok(rows.iter().filter_map(|row| self.partner(snapshot.as_ref(), &row.node).ok()).collect())
    }

    /// The first parcel behind a number that may leave to this partner: its journal entry is in a checkpoint of this size.
    pub(crate) fn next_ready(&self, partner: &Partner, published: i64, after: u64) -> Result<Option<OutgoingParcel>, NodeError> {
        let act = self.itself().act(Action::DeliverParcel, self.clock().now());
        let snapshot = self.store().snapshot(&act)?;
        let query = OutboxQuery { partner: partner.node(), sequenced_below: published, after, limit: 1 };
        Ok(oikos_exchange::ready(snapshot.as_ref(), &query)?.pop())
    }

    /// Takes a parcel out of the outbox on the partner's signed receipt; the disclosure is in the journal with its recipient.
    pub(crate) fn acknowledge(&self, to: &NodeId, parcel: ContentHash, receipt: &Receipt) -> Result<(), NodeError> {
        let itself: Caller = self.itself();
        let now = self.clock().now();
        self.write(&itself, Action::DeliverParcel, |tx| {
            let partner = self.partner(tx, to)?;
            oikos_exchange::acknowledge(tx, self.identity(), &partner, parcel, receipt, now)
                .map_err(|error| NodeError::Invalid(error.to_string()))?;
            tx.note_link(to, now, None)?;
            let noted = Noted::about(vec![format!("parcel:{parcel}")]).with_recipient(to.clone());
            Ok(((), noted.with_detail(serde_json::json!({ "receipt": receipt }))))
        })
    }

    /// Notes how the link to a partner fares.
    pub(crate) fn note_link(&self, partner: &NodeId, problem: Option<&str>) -> Result<(), NodeError> {
        let now = self.clock().now();
        self.housekeeping(Action::DeliverParcel, |tx| Ok(tx.note_link(partner, now, problem)?))
    }

    /// Notes how far a partner's clock is ahead: it stamped a receipt just now, on the same link.
    pub(crate) fn note_clock(&self, partner: &NodeId, stamped: Timestamp) -> Result<(), NodeError> {
        let ahead_seconds = stamped.as_second() - self.clock().now().as_second();
        self.housekeeping(Action::DeliverParcel, |tx| Ok(tx.note_clock(partner, ahead_seconds)?))
    }

    /// The numbers that are missing from a partner, and the highest that came.
    pub(crate) fn missing_and_newest(&self, partner: &NodeId) -> Result<(Vec<RangeInclusive<u64>>, u64), NodeError> {
        let act = self.itself().act(Action::ReceiveParcel, self.clock().now());
        let snapshot = self.store().snapshot(&act)?;
        let newest = snapshot.received_sequences(partner)?.pop().unwrap_or(0);
        Ok((oikos_exchange::missing_from(snapshot.as_ref(), partner)?, newest))
    }

    /// How far a parcel has come that a partner sends in chunks.
    pub(crate) fn chunk_progress(&self, partner: &NodeId, parcel: ContentHash) -> Result<Progress, Refused> {
        let act = self.itself().act(Action::ReceiveParcel, self.clock().now());
        let read = || -> Result<Progress, NodeError> {
            let progress = self.store().snapshot(&act)?.chunk_progress(partner, parcel)?;
            Ok(Progress { arrived: progress.map_or(0, |progress| progress.arrived), receipt: None })
        };
        read().map_err(unavailable)
    }

    /// Takes a chunk, and the parcel with its last one. What is not whole is kept for some days, within a limit for each partner.
    pub(crate) fn take_chunk(&self, from: &NodeId, chunk: &Chunk) -> Result<Progress, Refused> {
        let now = self.clock().now();
        if chunk.whole_length == 0 || chunk.whole_length > MAXIMUM_PARCEL_LENGTH as u64 {
            let refusal = Refused::finally("oversized", format!("a parcel has at most {MAXIMUM_PARCEL_LENGTH} bytes"));
            self.journal_turned_away(from, &refusal);
            return Err(refusal);
        }
        let arrived =
            self.housekeeping(Action::ReceiveParcel, |tx| self.keep_chunk(tx, from, chunk, now)).map_err(unavailable)?;
        if arrived < chunk.whole_length {
            return Ok(Progress { arrived, receipt: None });
        }
        let act = self.itself().act(Action::ReceiveParcel, now);
        let joined = || -> Result<Vec<u8>, NodeError> { Ok(self.store().snapshot(&act)?.joined_chunks(from, chunk.parcel)?) };
        let bytes = joined().map_err(unavailable)?;
        let outcome = match ContentHash::of_bytes(&bytes) == chunk.parcel {
            true => self.receive_parcel(from, &bytes),
            false => {
                let refusal = Refused::finally("hash", "the chunks do not make the parcel they were said to be parts of");
                self.journal_turned_away(from, &refusal);
                Err(refusal)
            }
        };
        if !matches!(&outcome, Err(refusal) if refusal.try_again) {
            self.housekeeping(Action::ReceiveParcel, |tx| Ok(tx.remove_chunks(from, chunk.parcel)?)).map_err(unavailable)?;
        }
        outcome.map(|receipt| Progress { arrived, receipt: Some(receipt) })
    }

    fn keep_chunk(&self, tx: &mut dyn Transaction, from: &NodeId, chunk: &Chunk, now: Timestamp) -> Result<u64, NodeError> {
        let here = tx.chunk_progress(from, chunk.parcel)?.map_or(0, |progress| progress.arrived);
        if chunk.bytes.is_empty() || chunk.start != here {
            // The sender goes on from where the parcel is.
            return Ok(here);
        }
        tx.erase_chunks(oldest_unfinished(now))?;
        if tx.chunk_bytes(from)? + chunk.bytes.len() as u64 > UNFINISHED_BYTES_MAXIMUM {
            return Err(NodeError::Conflict("too much of unfinished parcels is kept already".into()));
        }
        Ok(tx.put_chunk(from, chunk.parcel, chunk.start, chunk.whole_length, &chunk.bytes, now)?.arrived)
    }

    /// Gives a partner who fetches the next piece of what waits for it, by the same rules by which parcels are delivered.
    pub(crate) fn give_piece(&self, to: &NodeId, fetch: Fetch) -> Result<Option<Piece>, Refused> {
        let caller = self.partner_as_caller(to).map_err(unavailable)?;
        self.authorise(&caller, Action::DeliverParcel).map_err(|error| Refused::finally(error.code(), error.to_string()))?;
        let give = || -> Result<Option<Piece>, NodeError> {
            let published = i64::try_from(self.publish_journal()?).map_err(NodeError::internal)?;
            let act = self.itself().act(Action::DeliverParcel, self.clock().now());
            let partner = self.partner(self.store().snapshot(&act)?.as_ref(), to)?;
            let mut after = fetch.after;
            while let Some(parcel) = self.next_ready(&partner, published, after)? {
                after = parcel.sequence;
                if parcel.brings && partner.check_in_force(self.clock().now()).is_err() {
                    continue;
                }
                let piece = piece_of(parcel, fetch);
                if piece.start + piece.bytes.len() as u64 == piece.whole_length {
                    self.write(&caller, Action::DeliverParcel, |_| Ok(((), fetched_entry(&piece, to))))?;
                }
                return Ok(Some(piece));
            }
            Ok(None)
        };
        give().map_err(unavailable)
    }

    /// Erases unfinished parcels of which nothing came for days. Returns how many chunks.
    pub(crate) fn erase_unfinished(&self, tx: &mut dyn Transaction, now: Timestamp) -> Result<usize, NodeError> {
        Ok(tx.erase_chunks(oldest_unfinished(now))?)
    }

    /// Writes down that a partner was turned away before there was a parcel to open.
    pub(crate) fn journal_turned_away(&self, partner: &NodeId, refusal: &Refused) {
        let Ok(caller) = self.partner_as_caller(partner) else { return };
        let act = caller.act(Action::ReceiveParcel, self.clock().now());
        // The partner is refused all the same.
        let _ = self.journal_denial(&act, &[format!("parcel refused: {refusal}")], vec![format!("partner:{partner}")]);
    }
}

fn oldest_unfinished(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second() - UNFINISHED_DAYS * 86_400).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn piece_of(parcel: OutgoingParcel, fetch: Fetch) -> Piece {
    let whole = parcel.bytes.len();
    let begun = fetch.begun.filter(|(begun, _)| *begun == parcel.id).map_or(0, |(_, start)| start);
    // One who has everything but the receipt gets the last byte again, and so an answer.
    let start = usize::try_from(begun).unwrap_or(usize::MAX).min(whole.saturating_sub(1));
    let bytes = parcel.bytes.get(start..whole.min(start + CHUNK_LENGTH)).unwrap_or_default().to_vec().into();
    Piece { parcel: parcel.id, sequence: parcel.sequence, start: start as u64, whole_length: whole as u64, bytes }
}

fn fetched_entry(piece: &Piece, to: &NodeId) -> Noted {
    let detail = serde_json::json!({ "fetched": true, "sequence": piece.sequence });
    Noted::about(vec![format!("parcel:{}", piece.parcel)]).with_recipient(to.clone()).with_detail(detail)
}

/// What fails inside is not the partner's to know.
fn unavailable(error: NodeError) -> Refused {
    match error {
        NodeError::Conflict(reason) => Refused::for_now("conflict", reason),
        _ => Refused::for_now("store", "the node could not do it"),
    }
}
