//! Gaps and surges worked by hand.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::record_batch::RecordBatch;
use oikos_desk::collected::run_kernel;
use oikos_desk::{ParameterValue, Parameters};
use oikos_model::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::export_surge::Test;
use super::*;

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<Float64Array>())
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<Int64Array>())
}

fn parameters(numbers: &[(&str, f64)]) -> Parameters {
    Parameters(numbers.iter().map(|(name, number)| ((*name).to_owned(), ParameterValue::Number(*number))).collect())
}

const COMPLETENESS: [(&str, f64); 2] = [("least_partners_percent", 80.0), ("least_imports_percent", 50.0)];

/// Imports as (reporter, year, partner, is country, value).
type Bought<'a> = (&'a str, i64, &'a str, bool, f64);

fn gaps(sold: &[(&str, i64, f64)], bought: &[Bought<'_>]) -> Vec<Map<String, Value>> {
    let exports = RecordBatch::try_from_iter(vec![
        ("partner", texts(sold.iter().map(|row| row.0))),
        ("product", texts(sold.iter().map(|_| "TOTAL"))),
        ("year", integers(sold.iter().map(|row| row.1))),
        ("value_eur", floats(sold.iter().map(|row| row.2))),
        ("record_id", integers((1..).take(sold.len()))),
    ])
    .unwrap();
    let is_country: ArrayRef = Arc::new(bought.iter().map(|row| Some(row.3)).collect::<BooleanArray>());
    let imports = RecordBatch::try_from_iter(vec![
        ("reporter", texts(bought.iter().map(|row| row.0))),
        ("product", texts(bought.iter().map(|_| "TOTAL"))),
        ("year", integers(bought.iter().map(|row| row.1))),
        ("partner", texts(bought.iter().map(|row| row.2))),
        ("partner_is_country", is_country),
        ("value_eur", floats(bought.iter().map(|row| row.4))),
        ("record_id", integers((101..).take(bought.len()))),
    ])
    .unwrap();
    let inputs = [exports, imports];
    let whole = run_kernel(&MirrorGaps, &parameters(&COMPLETENESS), &inputs, 1_000).unwrap();
    assert_eq!(run_kernel(&MirrorGaps, &parameters(&COMPLETENESS), &inputs, 1).unwrap(), whole, "batches do not matter");
    whole
}

#[test]
fn the_gap_is_exports_over_the_sum_of_member_states() {
    let bought = [
        ("KG", 2020, "DE", true, 60.0),
        ("KG", 2020, "FR", true, 40.0),
        ("KG", 2020, "CN", true, 500.0),
        ("KG", 2020, "EU27", false, 110.0),
        ("KG", 2020, "WORLD", false, 700.0),
        ("KG", 2021, "DE", true, 50.0),
        ("KG", 2021, "FR", true, 50.0),
        ("KG", 2021, "CN", true, 600.0),
    ];
    let found = gaps(&[("KG", 2020, 105.0), ("KG", 2021, 300.0), ("KZ", 2021, 10.0)], &bought);
    assert_eq!(found.len(), 2, "what only one side reports has no gap");
    let number = |row: usize, name: &str| found[row][name].as_f64().unwrap();
    assert!((number(0, "gap") - 1.05).abs() < 1e-12 && (number(1, "gap") - 3.0).abs() < 1e-12);
    assert!((number(0, "union_line_differs_percent") - 10.0).abs() < 1e-9, "its own line says 110");
    assert!(!found[0].contains_key("baseline_gap") && (number(1, "baseline_gap") - 1.05).abs() < 1e-12);
    assert_eq!((found[1]["members_reported"].as_i64(), found[1]["partner_count"].as_i64()), (Some(2), Some(3)));
    assert_eq!(found[0]["records"].as_array().unwrap().len(), 3, "the export, and the two Member States");
}

#[test]
fn a_year_that_was_cut_short_is_flagged_and_forgotten() {
    let mut bought = Vec::new();
    for year in 2019..2023 {
        for partner in ["DE", "FR", "IT", "ES", "PL", "CN", "RU", "TR", "US", "IR"] {
            bought.push(("AM", year, partner, true, if year == 2022 { 1.0 } else { 10.0 }));
        }
    }
    // 2021 has too few partners; 2022 all of them, but a tenth of the value.
    bought.retain(|row| row.1 != 2021 || ["DE", "FR", "IT", "ES", "PL", "CN", "RU"].contains(&row.2));
    let sold: Vec<_> = (2019..2023).map(|year| ("AM", year, 50.0)).collect();
    let found = gaps(&sold, &bought);
    let incomplete: Vec<_> = found.iter().map(|row| row["is_incomplete"].as_bool().unwrap()).collect();
    assert_eq!(incomplete, [false, false, true, false], "2022 has no whole year right before it");
    assert!((found[2]["partners_percent"].as_f64().unwrap() - 70.0).abs() < 1e-9);
    assert_eq!(found[3]["baseline_years"].as_i64(), Some(2), "the year that was cut short is no baseline");
    bought.retain(|row| row.1 != 2021);
    bought.iter_mut().filter(|row| row.1 == 2022).for_each(|row| row.1 = 2021);
    let found = gaps(&sold, &bought);
    assert_eq!(found[2]["is_incomplete"].as_bool(), Some(true));
    assert!((found[2]["imports_change_percent"].as_f64().unwrap() + 90.0).abs() < 1e-9);
}

/// One series, month by month from January 2024, as (month number, value).
fn surges(months: &[(i64, f64)], span_from: &str, overrides: &[(&str, f64)]) -> Vec<Map<String, Value>> {
    let first: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let at = |month: i64| first.as_microsecond() + (month - 1) * 30 * 86_400_000_000;
    let moments = |offset: i64| -> ArrayRef {
        let moments: TimestampMicrosecondArray = months.iter().map(|(month, _)| Some(at(*month + offset))).collect();
        Arc::new(moments.with_timezone("UTC"))
    };
    let batch = RecordBatch::try_from_iter(vec![
        ("reporter", texts(months.iter().map(|_| "NL"))),
        ("partner", texts(months.iter().map(|_| "XY"))),
        ("hs6", texts(months.iter().map(|_| "852691"))),
        ("period_from", moments(0)),
        ("period_to", moments(1)),
        ("month_number", integers(months.iter().map(|(month, _)| *month))),
        ("value_eur", floats(months.iter().map(|(_, value)| *value))),
    ])
    .unwrap();
    let defaults = [
        ("history_months", 24.0),
        ("least_history_months", 12.0),
        ("least_active_months", 6.0),
        ("floor_eur", 1_000.0),
        ("least_spread", 0.2),
        ("least_ratio", 3.0),
    ];
    let mut parameters = parameters(&[&defaults, overrides].concat());
    parameters.0.insert("span_from".into(), ParameterValue::Time(span_from.parse().unwrap()));
    let inputs = [batch];
    let whole = run_kernel(&ExportSurge, &parameters, &inputs, 1_000).unwrap();
    assert_eq!(run_kernel(&ExportSurge, &parameters, &inputs, 1).unwrap(), whole, "batches do not matter");
    whole
}

/// 24 months around 100,000 EUR, then a month.
fn steady_then(value: f64) -> Vec<(i64, f64)> {
    (1..=24).map(|month| (month, if month % 2 == 0 { 110_000.0 } else { 90_000.0 })).chain([(25, value)]).collect()
}

#[test]
fn a_ninefold_month_is_found_with_its_counts() {
    let found = surges(&steady_then(900_000.0), "2025-12-21T00:00:00Z", &[]);
    assert_eq!(found.len(), 1);
    let row = &found[0];
    assert_eq!(
        (row["history_months"].as_i64(), row["active_months"].as_i64(), row["tests"].as_i64()),
        (Some(24), Some(24), Some(1))
    );
    // By hand: the logarithms differ by ±0.1 only, so the least spread of 0.2 holds.
    let mean = f64::midpoint(111_000.0_f64.ln(), 91_000.0_f64.ln());
    let t = (901_000.0_f64.ln() - mean) / (0.2 * (1.0_f64 + 1.0 / 24.0).sqrt());
    assert!((row["t"].as_f64().unwrap() - t).abs() < 1e-9);
    assert!((row["ratio"].as_f64().unwrap() - 901_000.0 / mean.exp()).abs() < 1e-9);
    assert!(row["surprise_bits"].as_f64().unwrap() > 20.0);
    assert!(surges(&steady_then(150_000.0), "2025-12-21T00:00:00Z", &[]).is_empty(), "half as much again is growth");
}

#[test]
fn what_was_never_traded_or_too_short_a_history_is_no_surge() {
    let new: Vec<(i64, f64)> = vec![(1, 50_000.0), (25, 900_000.0)];
    assert!(surges(&new, "2025-12-21T00:00:00Z", &[]).is_empty(), "one month above zero is no history");
    let short: Vec<(i64, f64)> = (1..=8).map(|month| (month, 100_000.0)).chain([(9, 900_000.0)]).collect();
    assert!(surges(&short, "2024-08-01T00:00:00Z", &[]).is_empty());
}

#[test]
fn months_without_a_row_are_months_of_zero() {
    // Ten deliveries in 24 months: the same month's value is no longer far out.
    let sparse: Vec<(i64, f64)> =
        (1..=24).filter(|month| month % 5 < 2).map(|month| (month, 100_000.0)).chain([(25, 200_000.0)]).collect();
    assert!(surges(&sparse, "2025-12-21T00:00:00Z", &[]).is_empty());
    let dense: Vec<(i64, f64)> = (1..=24).map(|month| (month, 100_000.0)).chain([(25, 400_000.0)]).collect();
    assert_eq!(surges(&dense, "2025-12-21T00:00:00Z", &[]).len(), 1);
}

proptest! {
    #[test]
    fn more_is_never_less_surprising(history in prop::collection::vec(0.0..1e6f64, 12..30), value in 0.0..1e7f64) {
        let less = Test::of(&history, value, 1_000.0, 0.2).unwrap();
        let more = Test::of(&history, value * 2.0, 1_000.0, 0.2).unwrap();
        prop_assert!(more.p <= less.p && (0.0..=1.0).contains(&less.p) && more.ratio >= less.ratio);
    }

    /// Under the test's own assumptions its p-values are what they say: no more than twice the share below 5 %.
    #[test]
    fn false_alarms_are_as_rare_as_stated(seed in any::<u64>()) {
        let mut state = seed | 1;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 / (1u64 << 53) as f64).clamp(1e-12, 1.0 - 1e-12)
        };
        let mut value = || ((-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos() * 0.5 + 11.0).exp();
        let alarms = (0..2_000).filter(|_| {
            let history: Vec<f64> = (0..24).map(|_| value()).collect();
            Test::of(&history, value(), 1.0, 0.01).unwrap().p < 0.05
        }).count();
        prop_assert!((50..=160).contains(&alarms), "{alarms} of 2,000 at 5 %");
    }
}
