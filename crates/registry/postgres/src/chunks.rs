//! Parts of parcels that are still arriving.

use oikos_model::{ContentHash, NodeId, Timestamp};
use oikos_registry::{ChunkProgress, Chunks, StoreError};

use crate::columns::{count, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const TABLE: &str = "parcel_chunk";

impl Chunks for PostgresTransaction<'_> {
    fn chunk_progress(&self, partner: &NodeId, parcel: ContentHash) -> Result<Option<ChunkProgress>, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT), MAX(whole_length) FROM parcel_chunk WHERE partner = $1 AND parcel = $2";
        let progress = self.read_one(TABLE, sql, params![partner.as_str(), parcel.0], |columns| {
            let whole = columns.optional::<i64>(1)?;
            whole.map(|_| Ok(ChunkProgress { arrived: columns.number(0)?, whole_length: columns.number(1)? })).transpose()
        })?;
        Ok(progress.flatten())
    }

    fn put_chunk(
        &mut self,
        partner: &NodeId,
        parcel: ContentHash,
        start: u64,
        whole_length: u64,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<ChunkProgress, StoreError> {
        let standing = self.chunk_progress(partner, parcel)?.unwrap_or(ChunkProgress { arrived: 0, whole_length });
        let progress = ChunkProgress { arrived: start.saturating_add(bytes.len() as u64), whole_length };
        if start != standing.arrived || whole_length != standing.whole_length || progress.arrived > whole_length {
            let problem = format!("{} of {} bytes of the parcel are here", standing.arrived, standing.whole_length);
            return Err(StoreError::Conflict(problem));
        }
        let sql = "INSERT INTO parcel_chunk (partner, parcel, start, length, whole_length, received_at, bytes) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (start, length, whole) = (count(start)?, count(bytes.len() as u64)?, count(whole_length)?);
        let row = params![partner.as_str(), parcel.0, start, length, whole, microseconds(at), bytes];
        self.execute("keeping a part of a parcel", sql, row)?;
        Ok(progress)
    }

    fn joined_chunks(&self, partner: &NodeId, parcel: ContentHash) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT bytes FROM parcel_chunk WHERE partner = $1 AND parcel = $2 ORDER BY start";
        let chunks = self.read_all(TABLE, sql, params![partner.as_str(), parcel.0], |columns| columns.value::<Vec<u8>>(0))?;
        Ok(chunks.concat())
    }

    fn chunk_bytes(&self, partner: &NodeId) -> Result<u64, StoreError> {
        let sql = "SELECT CAST(SUM(length) AS BIGINT) FROM parcel_chunk WHERE partner = $1";
        Ok(self.read_number(TABLE, sql, params![partner.as_str()])?.unsigned_abs())
    }

    fn remove_chunks(&mut self, partner: &NodeId, parcel: ContentHash) -> Result<(), StoreError> {
        let sql = "DELETE FROM parcel_chunk WHERE partner = $1 AND parcel = $2";
        self.execute("removing parts of a parcel", sql, params![partner.as_str(), parcel.0]).map(drop)
    }

    fn erase_chunks(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        let sql = "DELETE FROM parcel_chunk WHERE (partner, parcel) IN \
                   (SELECT partner, parcel FROM parcel_chunk GROUP BY partner, parcel HAVING MAX(received_at) < $1)";
        self.execute("erasing parts of parcels", sql, params![microseconds(before)])
    }
}
