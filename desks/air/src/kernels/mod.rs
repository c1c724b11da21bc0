//! What SQL cannot say well: which zone a position lies in, at which height and time.

mod heights;
mod periods;
mod zone_presence;

pub(crate) use zone_presence::ZonePresence;
