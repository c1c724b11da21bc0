use std::collections::BTreeMap;

use oikos_model::FindingKey;
use proptest::prelude::*;

use super::*;
use crate::testing::{FakeEngine, Ping, desk, hour, request, span, stays};
use crate::{Supersession, supersession};

fn run(engine: &mut FakeEngine, request: &RunRequest) -> RunOutcome {
    run_detector(engine, &desk(), &stays(), request).unwrap()
}

/// What findings say, by key; the run that gave them does not count.
fn said(findings: &[Finding]) -> BTreeMap<FindingKey, oikos_model::FindingRevision> {
    findings.iter().map(|finding| (finding.key, finding.revision())).collect()
}

/// Ships a, b and c in the order of time, each inside or not.
fn any_pings() -> impl Strategy<Value = Vec<Ping>> {
    let ping = (prop::sample::select(vec!["a", "b", "c"]), 0i64..40, any::<bool>());
    prop::collection::vec(ping, 0..60)
}

proptest! {
    #[test]
    fn two_spans_with_a_checkpoint_equal_one_replay(
        pings in any_pings(), from in 6i64..20, first in 1i64..15, second in 1i64..15, one in 1usize..70, other in 1usize..70,
    ) {
        let (cut, to) = (from + first, from + first + second);
        let whole = run(&mut FakeEngine::with_pings(one, &pings), &request(span(from, to)));

        let begun = run(&mut FakeEngine::with_pings(other, &pings), &request(span(from, cut)));
        let checkpoint = begun.checkpoints.first().cloned();
        prop_assert_eq!(checkpoint.as_ref().unwrap().fed_up_to, hour(cut));
        let mut engine = FakeEngine::with_pings(other, &pings);
        let resumed = run(&mut engine, &RunRequest { checkpoint, ..request(span(cut, to)) });

        prop_assert!(resumed.resumed);
        let in_span = pings.iter().filter(|ping| cut <= ping.1 && ping.1 < to).count();
        prop_assert_eq!(engine.rows_fed, in_span);
        prop_assert_eq!(&resumed.checkpoints, &whole.checkpoints);
        let mut together = said(&begun.findings);
        together.extend(said(&resumed.findings));
        prop_assert_eq!(together, said(&whole.findings));
    }

    #[test]
    fn running_again_gives_no_change(pings in any_pings(), one in 1usize..70, other in 1usize..70) {
        let first = run(&mut FakeEngine::with_pings(one, &pings), &request(span(10, 30)));
        let again = run(&mut FakeEngine::with_pings(other, &pings), &request(span(10, 30)));
        prop_assert_eq!(said(&again.findings), said(&first.findings));
        prop_assert_eq!(&again.checkpoints, &first.checkpoints);
        let earlier = first.findings.iter().map(|finding| (finding.key, finding.occurred_to)).collect();
        prop_assert_eq!(supersession(&earlier, &again.findings, span(10, 30)), Supersession::default());
    }
}

/// A stay from hour 8 to hour 14 and on.
const STAY: &[Ping] = &[("a", 7, false), ("a", 8, true), ("a", 11, true), ("a", 14, true), ("a", 21, false)];

fn checkpoint_at(at: i64) -> Checkpoint {
    let outcome = run(&mut FakeEngine::with_pings(3, STAY), &request(span(at - 2, at)));
    outcome.checkpoints.into_iter().next().unwrap()
}

#[test]
fn a_stay_is_one_finding_whatever_the_spans() {
    let first = run(&mut FakeEngine::with_pings(3, STAY), &request(span(10, 12)));
    let checkpoint = first.checkpoints.first().cloned();
    let second = run(&mut FakeEngine::with_pings(3, STAY), &RunRequest { checkpoint, ..request(span(12, 24)) });
    let ends = |outcome: &RunOutcome| outcome.findings.iter().map(|finding| finding.occurred_to).collect::<Vec<_>>();
    assert_eq!((ends(&first), ends(&second)), (vec![hour(11)], vec![hour(14)]));
    assert_eq!(first.findings[0].key, second.findings[0].key);
    assert_eq!(first.marking, Some(crate::testing::marking()));
}

#[test]
fn steps_read_from_the_checkpoint_on_or_from_the_lookback() {
    let mut engine = FakeEngine::with_pings(3, STAY);
    run(&mut engine, &request(span(12, 24)));
    assert_eq!(engine.read_from, [hour(6), hour(6)]);
    let mut engine = FakeEngine::with_pings(3, STAY);
    run(&mut engine, &RunRequest { checkpoint: Some(checkpoint_at(12)), ..request(span(12, 24)) });
    assert_eq!(engine.read_from, [hour(12), hour(12)]);
}

#[test]
fn steps_after_the_monitor_see_the_lookback() {
    let more = format!("{}\n```sql last\nselect * from found\n```\n", crate::testing::STAYS);
    let detector = Detector::parse("stays.md", &more).unwrap();
    let mut engine = FakeEngine::with_pings(3, STAY);
    let request = RunRequest { checkpoint: Some(checkpoint_at(12)), ..request(span(12, 24)) };
    run_detector(&mut engine, &desk(), &detector, &request).unwrap();
    assert_eq!(engine.read_from, [hour(12), hour(12), hour(6)]);
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_replayed() {
    let replayed = run(&mut FakeEngine::with_pings(3, STAY), &request(span(12, 24)));
    let good = checkpoint_at(12);
    let mut late = FakeEngine::with_pings(3, STAY);
    (late.late_rows, late.snapshot) = (true, 2);
    let stale = run(&mut late, &RunRequest { checkpoint: Some(good.clone()), ..request(span(12, 24)) });
    assert!(!stale.resumed);
    assert_eq!(stale.findings, replayed.findings);
    for bad in [
        Checkpoint { state: b"{".to_vec(), ..good.clone() },
        Checkpoint { step: "other".into(), ..good.clone() },
        Checkpoint { fed_up_to: hour(13), ..good.clone() },
        Checkpoint { fed_up_to: hour(5), ..good },
    ] {
        let outcome = run(&mut FakeEngine::with_pings(3, STAY), &RunRequest { checkpoint: Some(bad), ..request(span(12, 24)) });
        assert_eq!(outcome, replayed);
    }
}

#[test]
fn an_older_checkpoint_within_the_lookback_is_fed_from_where_it_stopped() {
    let mut engine = FakeEngine::with_pings(3, STAY);
    let outcome = run(&mut engine, &RunRequest { checkpoint: Some(checkpoint_at(10)), ..request(span(12, 24)) });
    assert!(outcome.resumed);
    assert_eq!(engine.read_from, [hour(10), hour(10)]);
    let replayed = run(&mut FakeEngine::with_pings(3, STAY), &request(span(12, 24)));
    assert_eq!(outcome.checkpoints, replayed.checkpoints);
    assert_eq!(outcome.findings, replayed.findings);
}

#[test]
fn a_span_answers_for_what_ended_in_it_or_is_still_open() {
    let answers = |from, to| span(10, 20).answers_for(hour(from), hour(to));
    assert!(!answers(0, 9), "ended before");
    assert!(answers(0, 10), "ended at the first moment");
    assert!(answers(0, 19) && answers(12, 12), "ended inside");
    assert!(answers(0, 20) && answers(19, 90), "still open at the end");
    assert!(!answers(20, 20) && !answers(20, 30), "begins after");
}

#[test]
fn nothing_in_the_lake_gives_no_finding_and_no_marking() {
    let outcome = run(&mut FakeEngine::with_pings(3, &[]), &request(span(12, 24)));
    assert!(outcome.findings.is_empty());
    assert_eq!(outcome.marking, None);
    assert_eq!(outcome.checkpoints.len(), 1);
}

#[test]
fn reference_data_is_added_for_the_steps() {
    fn rows() -> arrow::record_batch::RecordBatch {
        crate::testing::pings(STAY)
    }
    const ZONES: crate::ReferenceTable = crate::ReferenceTable { name: "zones", description: "Zones.", rows };
    let desk = Desk { references: &[ZONES], ..desk() };
    let text = crate::testing::STAYS.replace("select * from pings", "select * from zones");
    let detector = Detector::parse("stays.md", &text).unwrap();
    let mut engine = FakeEngine::with_pings(3, STAY);
    assert_eq!(run_detector(&mut engine, &desk, &detector, &request(span(12, 24))).unwrap().findings.len(), 1);
    let mut engine = FakeEngine::with_pings(3, &[]);
    let error = run_detector(&mut engine, &desk, &detector, &request(span(12, 24))).unwrap_err().to_string();
    assert!(error.contains("nothing says how a finding is marked"), "{error}");
}

#[test]
fn an_empty_span_and_a_foreign_detector_are_refused() {
    let mut engine = FakeEngine::with_pings(3, STAY);
    let refused = |engine: &mut FakeEngine, desk: &Desk, span| {
        run_detector(engine, desk, &stays(), &request(span)).unwrap_err().to_string()
    };
    assert!(refused(&mut engine, &desk(), span(12, 12)).contains("must end after it begins"));
    let sea = Desk { name: "sea", ..desk() };
    assert!(refused(&mut engine, &sea, span(12, 24)).contains("must begin with the desk's name"));
}

#[test]
fn a_head_narrows_its_findings_purposes_and_adds_none() {
    let mut detector = stays();
    let run = |detector: &Detector| {
        let mut engine = FakeEngine::with_pings(7, STAY);
        run_detector(&mut engine, &desk(), detector, &request(span(6, 30))).unwrap().findings.remove(0)
    };
    let inputs = run(&detector).marking;
    assert!(!inputs.purposes.is_empty());
    let allowed = inputs.purposes.first().unwrap().to_string();
    detector.head.finding.purposes = vec![allowed.clone(), "anti-money-laundering".into()];
    let finding = run(&detector);
    let purposes: Vec<String> = finding.marking.purposes.iter().map(ToString::to_string).collect();
    assert_eq!(purposes, [allowed]);
    assert!(finding.facts.iter().all(|fact| fact.marking == finding.marking));
}
