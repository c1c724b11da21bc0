//! Parts of parcels that are still arriving: what a cut link leaves behind, so that the sender can go on from there.

use oikos_model::{ContentHash, NodeId, Timestamp};

use crate::StoreError;

/// How far a parcel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkProgress {
    /// Bytes that are here, from the parcel's beginning.
    pub arrived: u64,
    /// Bytes of the whole parcel.
    pub whole_length: u64,
}

/// Chunks.
pub trait Chunks {
    /// How far a parcel from `partner` has come; `None` where nothing of it is here.
    ///
    /// # Errors
    /// When the database fails.
    fn chunk_progress(&self, partner: &NodeId, parcel: ContentHash) -> Result<Option<ChunkProgress>, StoreError>;

    /// Adds the bytes that follow those that are here.
    ///
    /// # Errors
    /// When they do not begin where the others end, reach beyond the whole, or the whole has another length; or when the database fails.
    fn put_chunk(
        &mut self,
        partner: &NodeId,
        parcel: ContentHash,
        start: u64,
        whole_length: u64,
        bytes: &[u8],
        at: Timestamp,
    ) -> Result<ChunkProgress, StoreError>;

    /// The bytes that are here, in order.
    ///
    /// # Errors
    /// When the database fails.
    fn joined_chunks(&self, partner: &NodeId, parcel: ContentHash) -> Result<Vec<u8>, StoreError>;

    /// How many bytes of unfinished parcels from `partner` are kept.
    ///
    /// # Errors
    /// When the database fails.
    fn chunk_bytes(&self, partner: &NodeId) -> Result<u64, StoreError>;

    /// Removes what is here of one parcel.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_chunks(&mut self, partner: &NodeId, parcel: ContentHash) -> Result<(), StoreError>;

    /// Removes unfinished parcels of which nothing arrived since `before`. Returns how many chunks.
    ///
    /// # Errors
    /// When the database fails.
    fn erase_chunks(&mut self, before: Timestamp) -> Result<usize, StoreError>;
}
