//! The desks of this build, as one explicit list.

use oikos_desk::Desk;

/// Every desk, in the order in which people see them.
pub const DESKS: &[&Desk] = &[&oikos_desk_ownership::OWNERSHIP, &oikos_desk_sea::SEA, &oikos_desk_influence::INFLUENCE, &oikos_desk_online::ONLINE];
