//! The memory all sessions share.
//!
//! A sort that has filled its share merges what it holds before it writes it out, and the merge needs memory that cannot be written
//! out: the keys of all rows once more. In the engine's own fair pool the sorts may hold everything, so that the merge of the first
//! one finds nothing left and the query fails instead of spilling. Here, what can be written out has a share of its own.

use std::fmt;

use datafusion::error::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// A pool in which everything together stays below the limit, and what can be written to disk below two fifths of it.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    all: GreedyMemoryPool,
    spillable: FairSpillPool,
}

impl SharedMemory {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        // The keys of a row are at most about as long as the row and its sorted copy, so merging needs no more than sorting.
        Self { all: GreedyMemoryPool::new(limit_bytes), spillable: FairSpillPool::new(limit_bytes / 5 * 2) }
    }
}

impl MemoryPool for SharedMemory {
    fn name(&self) -> &str {
        "lake"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.spillable.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.spillable.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        if reservation.consumer().can_spill() {
            self.spillable.grow(reservation, additional);
        }
        self.all.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        if reservation.consumer().can_spill() {
            self.spillable.shrink(reservation, shrink);
        }
        self.all.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if !reservation.consumer().can_spill() {
            return self.all.try_grow(reservation, additional);
        }
        self.spillable.try_grow(reservation, additional)?;
        self.all.try_grow(reservation, additional).inspect_err(|_| self.spillable.shrink(reservation, additional))
    }

    fn reserved(&self) -> usize {
        self.all.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.all.memory_limit()
    }
}

impl fmt::Display for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lake, {} and {}", self.all, self.spillable)
    }
}
