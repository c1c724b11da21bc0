//! Settings of detectors, their history, their runs, and how many findings they raise.

use oikos_model::DetectorId;

use super::sample::{at, finding, interned};
use crate::{DetectorChangeRow, DetectorRow, DetectorRunRow, Detectors, Findings, Labels};

fn id(text: &str) -> DetectorId {
    DetectorId::new(text).unwrap()
}

/// A detector's row is replaced, its changes are numbered and stay when it is removed.
pub fn detectors_keep_their_settings_and_history<T: Detectors + ?Sized>(transaction: &mut T) {
    let row = |name: &str, enabled, text: Option<&str>| DetectorRow {
        detector: id(name),
        enabled,
        parameters: serde_json::json!({ "gap_hours": 4.5 }),
        text: text.map(str::to_owned),
        changed_at: at(3),
    };
    assert_eq!(transaction.detector(&id("sea.gap")).unwrap(), None);
    transaction.put_detector(&row("sea.gap", true, None)).unwrap();
    transaction.put_detector(&row("sea.own", false, Some("---\n"))).unwrap();
    transaction.put_detector(&row("sea.gap", false, None)).unwrap();
    assert_eq!(transaction.detector(&id("sea.gap")).unwrap(), Some(row("sea.gap", false, None)));
    assert_eq!(transaction.detectors().unwrap(), [row("sea.gap", false, None), row("sea.own", false, Some("---\n"))]);
    let change = |name: &str, number, why: &str| DetectorChangeRow {
        number,
        detector: id(name),
        at: at(number),
        content: serde_json::json!({ "reason": why }),
    };
    for (number, (name, why)) in (1..).zip([("sea.gap", "one"), ("sea.own", "two"), ("sea.gap", "three")]) {
        assert_eq!(transaction.put_detector_change(&change(name, number, why)).unwrap(), number);
    }
    assert_eq!(
        transaction.detector_changes(&id("sea.gap"), 9).unwrap(),
        [change("sea.gap", 3, "three"), change("sea.gap", 1, "one")]
    );
    assert_eq!(transaction.detector_changes(&id("sea.gap"), 1).unwrap().len(), 1);
    assert!(transaction.remove_detector(&id("sea.own")).unwrap() && !transaction.remove_detector(&id("sea.own")).unwrap());
    assert_eq!(transaction.detector_changes(&id("sea.own"), 9).unwrap().len(), 1);
}

/// Runs come back newest first; of each detector only the newest are kept.
pub fn only_the_newest_runs_are_kept<T: Detectors + ?Sized>(transaction: &mut T) {
    let run = |name: &str, second| DetectorRunRow {
        detector: id(name),
        began_at: at(second),
        ended_at: at(second + 1),
        content: serde_json::json!({ "new": second }),
    };
    transaction.put_detector_run(&run("sea.other", 1), 2).unwrap();
    for second in 1..=4 {
        transaction.put_detector_run(&run("sea.gap", second), 2).unwrap();
    }
    assert_eq!(transaction.detector_runs(&id("sea.gap"), 9).unwrap(), [run("sea.gap", 4), run("sea.gap", 3)]);
    assert_eq!(transaction.detector_runs(&id("sea.other"), 9).unwrap(), [run("sea.other", 1)]);
}

/// Own findings are counted by detector and day; what carries another label is not counted, nor what came from a partner.
pub fn findings_are_counted_by_day<T: Labels + Findings + Detectors + ?Sized>(transaction: &mut T) {
    const DAY: i64 = 86_400;
    let (sea, other) = (interned(transaction, "sea"), interned(transaction, "other"));
    for (name, label, received, second) in [
        ("a", sea, false, 0),
        ("b", sea, false, DAY),
        ("c", sea, false, DAY + 1),
        ("d", other, false, DAY),
        ("e", sea, true, DAY),
    ] {
        transaction.put_finding(&finding(name), label, received, at(second)).unwrap();
    }
    let counted = |labels: &[_], since| -> Vec<u64> {
        transaction.findings_by_day(labels, at(since)).unwrap().iter().map(|day| day.findings).collect()
    };
    assert_eq!(counted(&[sea], 0), [1, 2]);
    assert_eq!(counted(&[sea], DAY), [2]);
    assert_eq!(counted(&[sea, other], DAY), [3]);
    assert!(counted(&[], 0).is_empty());
    let days = transaction.findings_by_day(&[sea], at(0)).unwrap();
    assert_eq!(days[1].day - days[0].day, 1);
    assert_eq!(days[0].detector, finding("a").detector);
}
