//! Ids that the node makes: UUIDv7, so that they sort by time.

use oikos_model::Timestamp;

/// A new id.
pub(crate) fn new_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let moment = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.subsec_nanosecond().unsigned_abs());
    uuid::Uuid::new_v7(moment).to_string()
}
