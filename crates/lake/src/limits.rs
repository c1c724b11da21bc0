//! Limits: on memory, disk, files, time and the text of queries.

/// What one lake may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeLimits {
    /// Memory of all sessions together: sorts, joins, kernels and what kernels emitted.
    pub memory_bytes: usize,
    /// Disk for sorts and joins that do not fit in memory.
    pub spill_bytes: u64,
    /// Threads and partitions of a query.
    pub target_partitions: usize,
    /// Rows of a Parquet row group: the unit that is read or skipped.
    pub row_group_rows: usize,
    /// Encoded bytes of a row group while it is written: what one staging holds in memory.
    pub row_group_bytes: usize,
    /// A file that has become so long is followed by another.
    pub file_bytes: usize,
}

impl Default for LakeLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 768 << 20,
            spill_bytes: 32 << 30,
            target_partitions: 2,
            row_group_rows: 128 << 10,
            row_group_bytes: 32 << 20,
            file_bytes: 128 << 20,
        }
    }
}

/// What one session may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLimits {
    /// Time for one query or step, its reading included.
    pub time_limit_seconds: u64,
    /// Length of the text of a query.
    pub query_bytes: usize,
    /// Time for everything the session does together, from when it is opened.
    pub whole_limit_seconds: u64,
    /// Words, signs and values in a query. A query nests at most so deep, so this bounds the stack too.
    pub query_tokens: usize,
}

impl SessionLimits {
    /// For detectors: an hour for a step, and a day for all of them.
    pub const fn for_detectors() -> Self {
        Self { time_limit_seconds: 3600, whole_limit_seconds: 86_400, query_bytes: 64 << 10, query_tokens: 3000 }
    }

    /// For detectors that are tried on history: ten minutes for all steps.
    pub const fn for_trials() -> Self {
        Self { time_limit_seconds: 600, whole_limit_seconds: 600, ..Self::for_detectors() }
    }

    /// For detectors that are being written, and whoever writes them waits: twenty seconds for all steps.
    pub const fn for_previews() -> Self {
        Self { time_limit_seconds: 20, whole_limit_seconds: 20, ..Self::for_detectors() }
    }

    /// For people who wait: a minute for a query.
    pub const fn for_people() -> Self {
        Self { time_limit_seconds: 60, whole_limit_seconds: 600, ..Self::for_detectors() }
    }
}
