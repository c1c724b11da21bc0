use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, Int64Array, ListArray, NullArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use oikos_model::{ContentHash, FactValue, Selector, SelectorKind};
use proptest::prelude::*;

use super::*;
use crate::testing::{hour, marking, span, stays};

fn times(hours: &[Option<i64>]) -> ArrayRef {
    let micros = hours.iter().map(|hours| hours.map(|hours| hour(hours).as_microsecond()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

/// One row as the toy detector's last step gives it, with some columns replaced.
fn rows(replaced: &[(&str, ArrayRef)]) -> RecordBatch {
    let records = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(8), Some(7), Some(8)])]);
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("ship", Arc::new(StringArray::from(vec!["230000001"]))),
        ("first_at", times(&[Some(11)])),
        ("last_at", times(&[Some(14)])),
        ("hours", Arc::new(Float64Array::from(vec![3.0]))),
        ("long_bits", Arc::new(Float64Array::from(vec![1.5]))),
        ("short_bits", Arc::new(Float64Array::from(vec![Some(-0.75)]))),
        ("record_ids", Arc::new(records)),
    ];
    for (name, column) in replaced {
        let place = columns.iter_mut().find(|(known, _)| known == name).unwrap();
        place.1 = column.clone();
    }
    RecordBatch::try_from_iter(columns).unwrap()
}

fn build_as(detector: &Detector, batches: &[RecordBatch]) -> Result<Vec<Finding>, RunError> {
    let origin = NodeId::new("fi.coast-guard").unwrap();
    let marking = marking();
    let run = RunId(ContentHash::of_bytes(b"run"));
    let common = Common { detector, origin: &origin, run, span: span(10, 20), marking: &marking };
    let mut builder = FindingBuilder::new(common, &batches[0].schema())?;
    batches.iter().try_for_each(|batch| builder.add(batch))?;
    Ok(builder.finish())
}

fn build(replaced: &[(&str, ArrayRef)]) -> Result<Vec<Finding>, RunError> {
    build_as(&stays(), &[rows(replaced)])
}

fn one(replaced: &[(&str, ArrayRef)]) -> Finding {
    build(replaced).unwrap().pop().unwrap()
}

#[test]
fn a_row_becomes_a_finding() {
    let finding = one(&[]);
    let key = [String::from("230000001"), hour(11).to_string()];
    assert_eq!(finding.key, FindingKey::new(&stays().head.id, key.iter().map(String::as_str)));
    assert_eq!(finding.title, "230000001 stayed for 3 h from 2026-01-01T11:00:00Z");
    assert_eq!((finding.occurred_from, finding.occurred_to), (hour(11), hour(14)));
    assert_eq!((finding.desk.as_str(), finding.calibrated), ("toy", false));
    let reasons: Vec<(&str, f64, &str)> =
        finding.reasons.iter().map(|reason| (reason.name.as_str(), reason.bits, reason.text.as_str())).collect();
    assert_eq!(reasons, [("long", 1.5, "It stayed for 3 h."), ("short", -0.75, "Under 4 h is often waiting.")]);
    assert_eq!(finding.selectors, [Selector { kind: SelectorKind::Mmsi, value: "230000001".into() }]);
    assert_eq!(finding.fact("hours").unwrap().value, FactValue::Number { number: 3.0, unit: "h".into() });
    assert_eq!(finding.fact("since").unwrap().value, FactValue::Time(hour(11)));
    assert!(finding.facts.iter().all(|fact| fact.marking == marking()));
    assert_eq!(finding.evidence.iter().map(|record| record.record_id).collect::<Vec<_>>(), [7, 8]);
}

#[test]
fn an_empty_reason_does_not_apply() {
    let finding = one(&[("short_bits", Arc::new(Float64Array::from(vec![None])))]);
    assert_eq!(finding.reasons.len(), 1);
    let finding = one(&[("short_bits", Arc::new(NullArray::new(1)))]);
    assert_eq!(finding.reasons.len(), 1);
}

proptest! {
    #[test]
    fn reasons_add_up_to_the_score(long in prop::option::of(-50f64..50.0), short in prop::option::of(-50f64..50.0)) {
        let column = |bits: Option<f64>| Arc::new(Float64Array::from(vec![bits])) as ArrayRef;
        let finding = one(&[("long_bits", column(long)), ("short_bits", column(short))]);
        let expected = -3.0 + long.unwrap_or(0.0) + short.unwrap_or(0.0);
        prop_assert!((finding.score_bits() - expected).abs() < 1e-9);
    }
}

#[test]
fn a_row_that_is_no_finding_says_which_column() {
    let number = |number: f64| Arc::new(Float64Array::from(vec![number])) as ArrayRef;
    let refused = |column: &str, values: ArrayRef| build(&[(column, values)]).unwrap_err().to_string();
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let message = refused("long_bits", number(bad));
        assert!(message.starts_with("toy.stays: step found, row 0 of its batch, column long_bits: is not a finite"), "{message}");
        assert!(refused("hours", number(bad)).contains("column hours"));
    }
    assert!(refused("ship", Arc::new(StringArray::from(vec![None::<&str>]))).contains("part of the finding's identity"));
    assert!(refused("first_at", times(&[None])).contains("needs a beginning"));
    assert!(refused("first_at", times(&[Some(15)])).contains("before it begins"));
    assert!(refused("record_ids", Arc::new(Int64Array::from(vec![-1]))).contains("no record id"));
    assert!(refused("ship", Arc::new(StringArray::from(vec!["x".repeat(300)]))).contains("no normalised identifier"));
}

#[test]
fn columns_are_checked_all_at_once() {
    let text = Arc::new(StringArray::from(vec!["1.5"])) as ArrayRef;
    let message = build(&[("long_bits", text.clone()), ("first_at", text)]).unwrap_err().to_string();
    assert!(message.contains("reason long: column \"long_bits\" holds Utf8; expected numbers"), "{message}");
    assert!(message.contains("from: column \"first_at\" holds Utf8; expected moments"), "{message}");
    let text =
        crate::testing::STAYS.replace("{hours} h from", "{knots} kn from").replace("column: record_ids", "column: records");
    let message = build_as(&Detector::parse("stays.md", &text).unwrap(), &[rows(&[])]).unwrap_err().to_string();
    assert!(message.contains("title: there is no column \"knots\""), "{message}");
    assert!(message.contains("evidence pings: there is no column \"records\""), "{message}");
    assert!(message.contains("the columns are ship, first_at"), "{message}");
}

#[test]
fn a_fraction_is_no_identity() {
    let text = crate::testing::STAYS.replace("key: [ship, first_at]", "key: [ship, hours]");
    let message = build_as(&Detector::parse("stays.md", &text).unwrap(), &[rows(&[])]).unwrap_err().to_string();
    assert!(message.contains("a fraction is no identity"), "{message}");
}

#[test]
fn an_empty_end_is_still_open() {
    let finding = one(&[("last_at", times(&[None]))]);
    assert_eq!(finding.occurred_to, hour(20));
}

#[test]
fn rows_outside_the_span_belong_to_other_runs() {
    assert!(build(&[("first_at", times(&[Some(2)])), ("last_at", times(&[Some(9)]))]).unwrap().is_empty());
    assert!(build(&[("first_at", times(&[Some(20)])), ("last_at", times(&[Some(21)]))]).unwrap().is_empty());
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let many = ListArray::from_iter_primitive::<Int64Type, _, _>([Some((0..5_000i64).map(Some))]);
    let finding = one(&[("record_ids", Arc::new(many))]);
    assert_eq!(finding.evidence.len(), MOST_LISTED);
    let reason = finding.reasons.last().unwrap();
    assert_eq!((reason.name.as_str(), reason.bits), ("records_left_out", 0.0));
    assert_eq!(reason.text, "Only the first 1000 of 5000 records are listed.");
}

#[test]
fn selectors_may_come_in_lists() {
    let mut lists = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
    lists.append_value([Some("2"), Some("1"), Some("2"), None, Some("")]);
    let text = crate::testing::STAYS.replace("key: [ship, first_at]", "key: [first_at]");
    let batch = rows(&[("ship", Arc::new(lists.finish()))]);
    let finding = build_as(&Detector::parse("stays.md", &text).unwrap(), &[batch]).unwrap().pop().unwrap();
    assert_eq!(finding.selectors.iter().map(|selector| selector.value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(finding.title, "2, 1, 2, unknown,  stayed for 3 h from 2026-01-01T11:00:00Z");
}

#[test]
fn two_rows_are_never_one_finding() {
    let message = build_as(&stays(), &[rows(&[]), rows(&[])]).unwrap_err().to_string();
    assert!(message.contains("column ship, first_at: another row has the same values"), "{message}");
}

#[test]
fn a_run_has_a_limit() {
    let ships: StringArray = (0..=MOST_FINDINGS).map(|ship| Some(ship.to_string())).collect();
    let count = ships.len();
    let repeat =
        |column: &ArrayRef| arrow::compute::take(column, &arrow::array::UInt32Array::from(vec![0; count]), None).unwrap();
    let columns: Vec<ArrayRef> = rows(&[]).columns().iter().map(repeat).collect();
    let mut batch = RecordBatch::try_new(rows(&[]).schema(), columns).unwrap();
    batch = {
        let mut columns = batch.columns().to_vec();
        columns[0] = Arc::new(ships);
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    };
    let message = build_as(&stays(), std::slice::from_ref(&batch)).unwrap_err().to_string();
    assert_eq!(message, "toy.stays: more than 100000 findings in one run; run a shorter span, or make the detector stricter");
}
