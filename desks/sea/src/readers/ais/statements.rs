//! What a ship says of itself, as statements: once per distinct value and file, however often it is broadcast.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use oikos_model::StatementDraft;

use super::decode::Identity;
use crate::readers::Origin;

/// Distinct values remembered. When there are more, it forgets all and may repeat itself: a statement said twice is one.
const MAX_REMEMBERED: usize = 1_000_000;

/// What was said already.
#[derive(Default)]
pub(super) struct Said(HashSet<u64>);

impl Said {
    /// Statements about the ship that were not made before.
    pub(super) fn new_statements(&mut self, identity: &Identity, origin: &Origin<'_>) -> Vec<StatementDraft> {
        let mmsi = format!("{:09}", identity.mmsi);
        let entity = format!("mmsi-{mmsi}");
        let length = identity.dimensions.length_m().map(|length| length.to_string());
        let properties = [
            ("mmsi", Some(mmsi.as_str())),
            ("name", identity.name.as_deref()),
            ("imo", identity.imo.as_deref()),
            ("call_sign", identity.call_sign.as_deref()),
            ("ship_type", identity.ship_type.map(ship_type_words)),
            ("length", length.as_deref()),
        ];
        let mut statements = Vec::new();
        for (property, value) in properties {
            let Some(value) = value else { continue };
            if self.is_new(identity.mmsi, property, value) {
                statements.extend(origin.statement(&entity, "vessel", property, value));
            }
        }
        statements
    }

    fn is_new(&mut self, mmsi: i32, property: &str, value: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        (mmsi, property, value).hash(&mut hasher);
        if self.0.len() >= MAX_REMEMBERED {
            self.0.clear();
        }
        self.0.insert(hasher.finish())
    }
}

/// Ship and cargo types in words (ITU-R M.1371-5 table 53). The second digit of a cargo ship says what dangerous goods it
/// carries, which is no kind of ship.
fn ship_type_words(code: i32) -> &'static str {
    match code {
        20..=29 => "wing in ground",
        30 => "fishing",
        31 | 32 => "towing",
        33 => "dredging or underwater operations",
        34 => "diving operations",
        35 => "military operations",
        36 => "sailing",
        37 => "pleasure craft",
        40..=49 => "high-speed craft",
        50 => "pilot vessel",
        51 => "search and rescue",
        52 => "tug",
        53 => "port tender",
        54 => "anti-pollution",
        55 => "law enforcement",
        58 => "medical transport",
        59 => "ship of a state not party to a conflict",
        60..=69 => "passenger",
        70..=79 => "cargo",
        80..=89 => "tanker",
        90..=99 => "other",
        _ => "reserved or local type",
    }
}
