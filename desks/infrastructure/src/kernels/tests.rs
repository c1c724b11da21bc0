//! Cascades worked by hand, and against the model's equilibrium.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::collected::run_kernel;
use oikos_desk::{Kernel, ParameterValue, Parameters};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::diim::{InoperabilityModel, Matrix};

type Dependency<'a> = (&'a str, &'a str, f64, f64);

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn floats(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

fn dependencies(rows: &[Dependency<'_>]) -> RecordBatch {
    let ids: ArrayRef = Arc::new((1..).take(rows.len()).collect::<Vec<i64>>().into_iter().collect::<Int64Array>());
    RecordBatch::try_from_iter(vec![
        ("dependent", texts(rows.iter().map(|row| row.0))),
        ("supplier", texts(rows.iter().map(|row| row.1))),
        ("kind", texts(rows.iter().map(|_| "physical"))),
        ("strength", floats(rows.iter().map(|row| Some(row.2)))),
        ("buffer_hours", floats(rows.iter().map(|row| Some(row.3)))),
        ("record_id", ids),
    ])
    .unwrap()
}

fn incident(asset: &str, impact: f64, lasts_hours: Option<f64>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(vec![
        ("incident", texts(["I"].into_iter()), false),
        ("asset", texts([asset].into_iter()), false),
        ("impact", floats([Some(impact)].into_iter()), true),
        ("lasts_hours", floats([lasts_hours].into_iter()), true),
    ])
    .unwrap()
}

fn parameters(numbers: &[(&str, f64)]) -> Parameters {
    Parameters(numbers.iter().map(|(name, number)| ((*name).to_owned(), ParameterValue::Number(*number))).collect())
}

fn cascade(rows: &[Dependency<'_>], asset: &str, impact: f64, lasts_hours: Option<f64>) -> Vec<Map<String, Value>> {
    let parameters = parameters(&[("failure_percent", 50.0), ("horizon_hours", 72.0)]);
    let inputs = [dependencies(rows), incident(asset, impact, lasts_hours)];
    let whole = run_kernel(&Cascade, &parameters, &inputs, 1_000).unwrap();
    assert_eq!(run_kernel(&Cascade, &parameters, &inputs, 1).unwrap(), whole, "batches do not matter");
    whole
}

#[test]
fn a_chain_fails_in_the_order_of_its_buffers_with_its_path() {
    let rows = [("HUB", "CABLE", 0.9, 4.0), ("PORT", "HUB", 0.8, 2.0), ("BANK", "CABLE", 0.7, 48.0), ("SHOP", "PORT", 0.5, 0.0)];
    let found = cascade(&rows, "CABLE", 1.0, None);
    let order: Vec<_> =
        found.iter().map(|row| (row["asset"].as_str().unwrap(), row.get("fails_after_hours").and_then(Value::as_f64))).collect();
    assert_eq!(order, [("HUB", Some(4.0)), ("PORT", Some(6.0)), ("BANK", Some(48.0)), ("SHOP", None)]);
    assert_eq!(found[1]["path"], "CABLE > HUB (physical 0.9, after 4 h) > PORT (physical 0.8, after 2 h)");
    assert_eq!(found[1]["path_records"], json!([1, 2]));
    assert!((found[1]["inoperability"].as_f64().unwrap() - 0.72).abs() < 1e-12);
    assert!((found[3]["inoperability"].as_f64().unwrap() - 0.36).abs() < 1e-12, "affected, but it does not fail");
}

#[test]
fn an_incident_that_ends_before_the_buffer_takes_nothing_with_it() {
    let rows = [("HUB", "CABLE", 0.9, 4.0), ("PORT", "HUB", 0.8, 2.0)];
    assert_eq!(cascade(&rows, "CABLE", 1.0, Some(3.0)).len(), 0);
    assert_eq!(cascade(&rows, "CABLE", 1.0, Some(5.0)).len(), 1);
    assert_eq!(cascade(&rows, "CABLE", 1.0, Some(7.0)).len(), 2);
    assert_eq!(cascade(&rows, "ELSEWHERE", 1.0, None).len(), 0);
}

#[test]
fn two_half_losses_make_a_whole_failure_and_the_greater_is_the_cause() {
    let rows = [("A", "S", 1.0, 0.0), ("B", "S", 1.0, 0.0), ("T", "A", 0.2, 0.0), ("T", "B", 0.35, 0.0)];
    let found = cascade(&rows, "S", 1.0, None);
    let target = found.iter().find(|row| row["asset"] == "T").unwrap();
    assert!((target["inoperability"].as_f64().unwrap() - 0.55).abs() < 1e-12);
    assert_eq!(target["path"], "S > B (physical 1, at once) > T (physical 0.35, at once)");
}

#[test]
fn a_cycle_of_full_strength_ends_and_its_path_does_not_run_round() {
    let rows = [("A", "S", 0.6, 1.0), ("B", "A", 1.0, 1.0), ("A", "B", 1.0, 1.0), ("C", "B", 1.0, 1.0)];
    let found = cascade(&rows, "S", 1.0, None);
    assert_eq!(found.len(), 3);
    assert!(
        found.iter().all(|row| (row["inoperability"].as_f64().unwrap() - 1.0).abs() < 1e-9),
        "they drive each other to the end"
    );
    assert!(found.iter().all(|row| row["path"].as_str().unwrap().starts_with("S > A")), "{found:?}");
}

#[test]
fn the_sectors_of_the_two_sector_example() {
    let cells = RecordBatch::try_from_iter(vec![
        ("table_name", texts(["lian"; 4].into_iter())),
        ("role", texts(["coefficient"; 4].into_iter())),
        ("row_sector", texts(["one", "one", "two", "two"].into_iter())),
        ("column_sector", texts(["one", "two", "one", "two"].into_iter())),
        ("value", floats([0.15, 0.50, 0.10, 0.05].into_iter().map(Some))),
    ])
    .unwrap();
    let shocks = RecordBatch::try_from_iter_with_nullable(vec![
        ("incident", texts(["I", "J"].into_iter()), false),
        ("sector", texts(["two", "three"].into_iter()), false),
        ("perturbation", floats([Some(0.1), Some(0.1)].into_iter()), true),
        ("lasts_days", floats([None, None].into_iter()), true),
    ])
    .unwrap();
    let mut parameters = parameters(&[("recovery_days", 30.0), ("outage_days", 7.0), ("horizon_days", 90.0)]);
    parameters.0.insert("mode".into(), ParameterValue::Text("demand".into()));
    let found = run_kernel(&SectorInoperability, &parameters, &[cells, shocks], 3).unwrap();
    assert_eq!(found.len(), 2, "no table knows the sector three");
    for (row, (q, dependency)) in found.iter().zip([(0.066, 0.5), (0.112, 0.1)]) {
        assert!((row["inoperability"].as_f64().unwrap() - q).abs() < 1e-3);
        assert!((row["dependency"].as_f64().unwrap() - dependency).abs() < 1e-12);
        assert!(!row.contains_key("loss"), "coefficients say nothing of money");
    }
    parameters.0.insert("mode".into(), ParameterValue::Text("both".into()));
    assert!(SectorInoperability.start(&parameters).is_err());
}

proptest! {
    /// Without buffers a cascade ends where the inoperability model stands.
    #[test]
    fn a_cascade_ends_at_the_equilibrium(strengths in prop::collection::vec(0.0..0.3f64, 16), impact in 0.1..1.0f64) {
        const NAMES: [&str; 4] = ["A", "B", "C", "D"];
        let mut rows: Vec<Dependency<'_>> = Vec::new();
        for (at, strength) in strengths.iter().enumerate().filter(|(at, _)| at / 4 != at % 4) {
            rows.push((NAMES[at / 4], NAMES[at % 4], *strength, 0.0));
        }
        let found = cascade(&rows, "A", impact, None);
        let a = Matrix::from_fn(4, |row, column| if row == column { 0.0 } else { strengths[row * 4 + column] }).unwrap();
        let q = InoperabilityModel::new(a).unwrap().inoperability(&[impact, 0.0, 0.0, 0.0]).unwrap();
        // Where something is wholly lost the cascade hands on no more than that, and the linear model would.
        prop_assume!(q.iter().all(|q| *q < 1.0));
        for (name, q) in NAMES.iter().zip(&q).skip(1) {
            let level = found.iter().find(|row| row["asset"] == *name).map_or(0.0, |row| row["inoperability"].as_f64().unwrap());
            prop_assert!((level - q).abs() < 1e-3, "{name}: {level} {q}");
        }
    }
}
