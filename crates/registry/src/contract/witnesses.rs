//! Witnessed logs.

use super::sample::{at, hash, node};
use crate::{WitnessedLog, Witnesses};

/// A witnessed log comes back as it was last put.
pub fn witnessed_logs_come_back<T: Witnesses + ?Sized>(transaction: &mut T) {
    assert_eq!(transaction.witnessed_log(&node("at.fdi")).unwrap(), None);
    let log = WitnessedLog {
        node: node("at.fdi"),
        keys: serde_json::json!({ "log": "a key" }),
        size: 0,
        root: hash("").0,
        cosigned_at: None,
        problem: None,
        evidence: None,
    };
    transaction.put_witnessed_log(&log).unwrap();
    let problem = Some("two histories".to_owned());
    let later = WitnessedLog { size: 7, cosigned_at: Some(at(1)), problem, evidence: Some("a note".to_owned()), ..log };
    transaction.put_witnessed_log(&later).unwrap();
    assert_eq!(transaction.witnessed_log(&node("at.fdi")).unwrap().as_ref(), Some(&later));
    assert_eq!(transaction.witnessed_logs().unwrap(), [later]);
}
