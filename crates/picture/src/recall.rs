//! Recall: everything that rests on what was taken back.

use std::collections::BTreeSet;

use oikos_model::{ContentHash, DerivedFrom, FindingKey, NodeId};
use oikos_registry::{StoreError, Transaction};

/// Findings and leads that were derived from `source`, whatever its revision, over any number of steps: `finding:<origin>/<key>` and
/// `lead:<id>`, nearest first. `source` itself is not among them, even where derivations go round in a circle.
///
/// # Errors
/// When the database fails, or lists something that is neither.
pub fn recall_walk(transaction: &dyn Transaction, source: &DerivedFrom) -> Result<Vec<String>, StoreError> {
    let mut seen: BTreeSet<String> = name_of(source).into_iter().collect();
    let mut found = Vec::new();
    let mut level = vec![source.clone()];
    while !level.is_empty() {
        let mut next = Vec::new();
        for source in &level {
            for derived in transaction.derived_directly_from(source)? {
                if seen.insert(derived.clone()) {
                    next.extend(finding(&derived)?);
                    found.push(derived);
                }
            }
        }
        level = next;
    }
    Ok(found)
}

fn name_of(source: &DerivedFrom) -> Option<String> {
    match source {
        DerivedFrom::Finding { origin, key, .. } => Some(format!("finding:{origin}/{key}")),
        DerivedFrom::Statement { .. } => None,
    }
}

/// The finding as a source of others; nothing derives from a lead.
fn finding(derived: &str) -> Result<Option<DerivedFrom>, StoreError> {
    if derived.starts_with("lead:") {
        return Ok(None);
    }
    let parts = derived.strip_prefix("finding:").and_then(|rest| rest.split_once('/'));
    let parsed = parts.and_then(|(origin, key)| Some((origin.parse::<NodeId>().ok()?, key.parse::<FindingKey>().ok()?)));
    let (origin, key) =
        parsed.ok_or_else(|| StoreError::corrupt("derivation", format!("{derived:?} is neither finding nor lead")))?;
    // The store does not look at the revision here.
    Ok(Some(DerivedFrom::Finding { origin, key, revision: ContentHash([0; 32]) }))
}
