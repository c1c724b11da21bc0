//! The demonstration as anyone runs it: its exit code and summary are the scenario's conditions.

use std::process::Command;

#[test]
fn quiet_tide_holds_for_the_events_played_so_far() {
    let output = Command::new(env!("CARGO_BIN_EXE_oikos")).args(["demo", "--once", "--json", "--seed", "1"]).output().unwrap();
    let summary = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{summary}\n{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    for (field, expected) in
        [("leads", 1), ("campaigns", 0), ("decoys_joined", 0), ("single_node_campaigns", 0), ("fields_crossed_unreleased", 0)]
    {
        assert_eq!(summary[field], expected, "{field} in {summary}");
    }
    assert_eq!(summary["journal_verified"], true);
    for node in ["at.investment-screening", "fi.coast-guard"] {
        assert!(summary["findings"][node].as_u64().unwrap() > 0, "{node} found nothing");
    }
}
