use super::*;
use crate::corpus::CaseInput;
use crate::testing::{desk, stays};
use crate::{Desk, Detector};

#[test]
fn the_page_says_what_the_head_says_and_then_the_manual() {
    let page = manual(&stays());
    assert!(page.starts_with("# Ships that stay\n\n`toy.stays`: A ship that stayed inside the zone. Staying is"), "{page}");
    for expected in [
        "| legal basis | Dir. 2002/59/EC Art. 16 |",
        "| reads | `pings` |",
        "| `stay_hours` | 2 | h | 0 | 100 | How long a stay must last. |",
        "| long | It stayed for {hours} h. |",
        "| hours | h | a change reopens a decision |",
        "## Known false positives\n\n- A ship at anchor for weather | or repairs.\n",
        "## How it works\n\nThe toy monitor joins pings",
        "```monitor found\nrun: toy_stays",
    ] {
        assert!(page.contains(expected), "{expected:?} is not in\n{page}");
    }
    assert_eq!(page.matches("# Ships that").count(), 1, "the title stands once");
}

#[test]
fn a_new_detector_is_in_order_from_the_start() {
    let files = detector_template(&desk(), "busy-day").unwrap();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "desks/toy/detectors/busy-day.md",
            "desks/toy/corpus/busy-day/positive.in.json",
            "desks/toy/corpus/busy-day/negative.in.json",
            "desks/toy/corpus/busy-day/empty.in.json",
            "desks/toy/corpus/busy-day/malformed.in.json",
        ]
    );
    let detector = Detector::parse("busy-day.md", &files[0].1).unwrap();
    detector.check(&desk()).unwrap();
    assert_eq!(detector.head.id.as_str(), "toy.busy-day");
    for (path, text) in &files[1..] {
        CaseInput::parse(text, &detector).map_err(|problem| format!("{path}: {problem}")).unwrap();
    }
}

#[test]
fn a_name_must_be_one_and_free() {
    for bad in ["", "Busy", "../x", "busy day", "1st", &"x".repeat(41)] {
        assert!(matches!(detector_template(&desk(), bad), Err(ScaffoldError::Name { .. })), "{bad:?}");
    }
    assert!(matches!(detector_template(&desk(), "stays"), Err(ScaffoldError::Taken { .. })));
    let empty = Desk { tables: &[], ..desk() };
    assert_eq!(detector_template(&empty, "x").unwrap_err(), ScaffoldError::NoTable { desk: "toy" });
}
