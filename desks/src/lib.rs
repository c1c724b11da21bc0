//! The desks of this build, as one explicit list.

use oikos_desk::Desk;

pub use oikos_desk_entities as entities;

/// Every desk, in the order in which people see them.
pub const DESKS: &[&Desk] = &[
    &oikos_desk_ownership::OWNERSHIP,
    &oikos_desk_entities::ENTITIES,
    &oikos_desk_sea::SEA,
    &oikos_desk_finance::FINANCE,
    &oikos_desk_trade::TRADE,
    &oikos_desk_customs::CUSTOMS,
    &oikos_desk_infrastructure::INFRASTRUCTURE,
    &oikos_desk_cyber::CYBER,
    &oikos_desk_air::AIR,
    &oikos_desk_online::ONLINE,
    &oikos_desk_influence::INFLUENCE,
    &oikos_desk_hybrid::HYBRID,
];
