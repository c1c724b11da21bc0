//! Releases and recalls, the outbox and the inbox.

use oikos_model::{ContentHash, DerivedFrom, FindingKey, NodeId, Timestamp};
use oikos_registry::{IncomingParcel, OutboxQuery, OutgoingParcel, Parcels, ReleaseQuery, ReleaseRow, StoreError, Waiting};

use crate::columns::{count, json, microseconds};
use crate::derivations::Source;
use crate::filter::{Filter, at_most, page};
use crate::transaction::PostgresTransaction;
use crate::values::params;

impl Parcels for PostgresTransaction<'_> {
    fn next_sequence(&self, partner: &NodeId) -> Result<u64, StoreError> {
        let sql = "SELECT MAX(sequence) FROM outgoing_parcel WHERE partner = $1";
        Ok(self.read_number("outgoing_parcel", sql, params![partner.as_str()])?.unsigned_abs() + 1)
    }

    fn put_outgoing(&mut self, parcel: &OutgoingParcel) -> Result<(), StoreError> {
        self.writing()?;
        let next = self.next_sequence(&parcel.partner)?;
        if parcel.sequence != next {
            return Err(StoreError::Conflict(format!("parcel {} to {} must be {next}", parcel.sequence, parcel.partner)));
        }
        let sql = "INSERT INTO outgoing_parcel (id, partner, sequence, bytes, journal_index, queued_at, delivered_at, brings) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = params![
            parcel.id.0,
            parcel.partner.as_str(),
            count(parcel.sequence)?,
            parcel.bytes,
            parcel.journal_index,
            microseconds(parcel.queued_at),
            parcel.delivered_at.map(microseconds),
            parcel.brings,
        ];
        self.execute("queueing a parcel", sql, row).map(drop)
    }

    fn undelivered(&self, query: &OutboxQuery<'_>) -> Result<Vec<OutgoingParcel>, StoreError> {
        let sql = "SELECT id, partner, sequence, bytes, journal_index, queued_at, brings FROM outgoing_parcel \
                   WHERE partner = $1 AND sequence > $2 AND delivered_at IS NULL AND journal_index < $3 ORDER BY sequence LIMIT $4";
        let asked = params![query.partner.as_str(), count(query.after)?, query.sequenced_below, at_most(query.limit)];
        self.read_all("outgoing_parcel", sql, asked, |columns| {
            Ok(OutgoingParcel {
                id: columns.hash(0)?,
                partner: columns.identifier(1)?,
                sequence: columns.number(2)?,
                bytes: columns.value(3)?,
                journal_index: columns.value(4)?,
                queued_at: columns.timestamp(5)?,
                delivered_at: None,
                brings: columns.flag(6)?,
            })
        })
    }

    fn waiting(&self, partner: &NodeId) -> Result<Option<Waiting>, StoreError> {
        let sql = "SELECT COUNT(*), MIN(queued_at) FROM outgoing_parcel WHERE partner = $1 AND delivered_at IS NULL";
        let waiting = self.read_one("outgoing_parcel", sql, params![partner.as_str()], |columns| {
            let since = columns.optional_timestamp(1)?;
            since.map(|since| Ok(Waiting { parcels: columns.number(0)?, since })).transpose()
        })?;
        Ok(waiting.flatten())
    }

    fn delivered_at(&self, id: ContentHash) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT delivered_at FROM outgoing_parcel WHERE id = $1";
        Ok(self.read_one("outgoing_parcel", sql, params![id.0], |columns| columns.optional_timestamp(0))?.flatten())
    }

    fn mark_delivered(&mut self, id: ContentHash, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE outgoing_parcel SET delivered_at = $2, bytes = NULL WHERE id = $1 AND delivered_at IS NULL";
        self.execute("noting a delivery", sql, params![id.0, microseconds(at)]).map(drop)
    }

    fn put_incoming(&mut self, parcel: &IncomingParcel) -> Result<bool, StoreError> {
        let sql = "INSERT INTO incoming_parcel (id, partner, sequence, received_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (id) DO NOTHING";
        let row = params![parcel.id.0, parcel.partner.as_str(), count(parcel.sequence)?, microseconds(parcel.received_at)];
        Ok(self.execute("recording a received parcel", sql, row)? > 0)
    }

    fn received_sequences(&self, partner: &NodeId) -> Result<Vec<u64>, StoreError> {
        let sql = "SELECT DISTINCT sequence FROM incoming_parcel WHERE partner = $1 ORDER BY sequence";
        self.read_all("incoming_parcel", sql, params![partner.as_str()], |columns| columns.number(0))
    }

    fn put_release(&mut self, release: &ReleaseRow) -> Result<(), StoreError> {
        let what = Source::from(&release.what);
        let sql = "INSERT INTO release (id, what_kind, what_origin, what_id, partner, released_at, recalled_at, content, shown_as) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
        let row = params![
            release.id,
            what.kind,
            what.origin,
            what.id.0,
            release.partner.as_str(),
            microseconds(release.at),
            release.recalled_at.map(microseconds),
            json(release)?,
            release.shown_as.map(|key| key.0.0),
        ];
        self.execute("recording a release", sql, row).map(drop)
    }

    fn releases(&self, query: &ReleaseQuery<'_>) -> Result<Vec<ReleaseRow>, StoreError> {
        let mut filter = Filter::default();
        filter.with_some("partner = ?", query.partner.map(ToString::to_string));
        if let Some(what) = query.what.map(Source::from) {
            filter.with("what_kind = ?", what.kind.to_owned());
            filter.with("what_origin = ?", what.origin.to_owned());
            filter.with("what_id = ?", what.id.0.to_vec());
        }
        filter.with_some("shown_as = ?", query.shown_as.map(|key| key.0.0.to_vec()));
        let after = "(released_at, id) > (SELECT released_at, id FROM release AS before WHERE before.id = ?)";
        filter.with_some(after, query.after.map(str::to_owned));
        let sql = format!(
            "SELECT content, recalled_at FROM release {} ORDER BY released_at, id {}",
            filter.clause(),
            page(query.limit, 0)
        );
        self.read_all("release", &sql, filter.values(), |columns| {
            Ok(ReleaseRow { recalled_at: columns.optional_timestamp(1)?, ..columns.json(0)? })
        })
    }

    fn mark_recalled(&mut self, what: &DerivedFrom, at: Timestamp) -> Result<Vec<NodeId>, StoreError> {
        let what = Source::from(what);
        let sql = "SELECT DISTINCT partner FROM release WHERE what_kind = $1 AND what_origin = $2 AND what_id = $3 \
                   AND recalled_at IS NULL ORDER BY partner";
        let of_what = params![what.kind, what.origin, what.id.0];
        let partners = self.read_all("release", sql, of_what, |columns| columns.identifier(0))?;
        let sql = "UPDATE release SET recalled_at = $4 WHERE what_kind = $1 AND what_origin = $2 AND what_id = $3 \
                   AND recalled_at IS NULL";
        self.execute("noting a recall", sql, params![what.kind, what.origin, what.id.0, microseconds(at)])?;
        Ok(partners)
    }

    fn put_recall_notice(&mut self, what: &DerivedFrom, at: Timestamp) -> Result<(), StoreError> {
        let what = Source::from(what);
        let sql = "INSERT INTO recall_notice (what_kind, what_origin, what_id, recalled_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (what_kind, what_origin, what_id) DO NOTHING";
        self.execute("noting a recall", sql, params![what.kind, what.origin, what.id.0, microseconds(at)]).map(drop)
    }

    fn has_recall_notice(&self, what: &DerivedFrom) -> Result<bool, StoreError> {
        let what = Source::from(what);
        let sql = "SELECT 1 FROM recall_notice WHERE what_kind = $1 AND what_origin = $2 AND what_id = $3";
        Ok(self.read_one("recall_notice", sql, params![what.kind, what.origin, what.id.0], |_| Ok(()))?.is_some())
    }

    fn newest_sequence_of(&self, partner: &NodeId, key: FindingKey) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT sequence FROM newest_sequence WHERE partner = $1 AND finding_key = $2";
        self.read_one("newest_sequence", sql, params![partner.as_str(), key.0.0], |columns| columns.number(0))
    }

    fn set_newest_sequence_of(&mut self, partner: &NodeId, key: FindingKey, sequence: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO newest_sequence (partner, finding_key, sequence) VALUES ($1, $2, $3) \
                   ON CONFLICT (partner, finding_key) DO UPDATE SET sequence = excluded.sequence";
        self.execute("noting a sequence number", sql, params![partner.as_str(), key.0.0, count(sequence)?]).map(drop)
    }
}
