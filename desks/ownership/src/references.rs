//! Reference data: the screening steps of some states, as dated rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use oikos_desk::ReferenceTable;

const STEPS: &str = include_str!("../reference/screening_steps.csv");

/// Shares at which a state's law asks for a notification or an authorisation, with the days between which it does.
pub const SCREENING_STEPS: ReferenceTable = ReferenceTable {
    name: "screening_steps",
    description: "Shares at which a state screens a foreign investment, with its dates; the desk's README says which were verified.",
    rows: screening_steps,
};

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn screening_steps() -> RecordBatch {
    parse(STEPS).expect("the compiled-in screening steps are in order")
}

/// Reads `state,step_percent,applies_from,applies_to,source`; only the source, which comes last, may hold commas.
fn parse(text: &str) -> Result<RecordBatch, String> {
    let (mut states, mut steps, mut from, mut to, mut sources) = (vec![], vec![], vec![], vec![], vec![]);
    for (index, line) in text.lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [state, step, applies_from, applies_to, source] = fields.as_slice() else {
            return Err(format!("line {}: expected five columns", index + 1));
        };
        let wrong = |what: &str| format!("line {}: {what}", index + 1);
        states.push(*state);
        steps.push(step.parse::<f64>().map_err(|_| wrong("step_percent is no number"))?);
        from.push(Some(microsecond(applies_from).ok_or_else(|| wrong("applies_from is no date"))?));
        to.push(match *applies_to {
            "" => None,
            date => Some(microsecond(date).ok_or_else(|| wrong("applies_to is no date"))?),
        });
        sources.push(*source);
    }
    let time = |values: Vec<Option<i64>>| Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(states)),
        Arc::new(Float64Array::from(steps)),
        time(from),
        time(to),
        Arc::new(StringArray::from(sources)),
    ];
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = Schema::new(vec![
        Field::new("state", DataType::Utf8, false),
        Field::new("step_percent", DataType::Float64, false),
        Field::new("applies_from", at.clone(), false),
        Field::new("applies_to", at, true),
        Field::new("source", DataType::Utf8, false),
    ]);
    RecordBatch::try_new(Arc::new(schema), columns).map_err(|error| error.to_string())
}

fn microsecond(date: &str) -> Option<i64> {
    let date: Date = date.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::datatypes::{Float64Type, TimestampMicrosecondType};

    #[test]
    fn the_compiled_in_steps_are_in_order() {
        let rows = parse(STEPS).unwrap();
        assert!(rows.num_rows() > 0);
        let steps = rows.column(1).as_primitive::<Float64Type>();
        assert!(steps.values().iter().all(|step| (0.0..100.0).contains(step)));
        let (from, to) = (
            rows.column(2).as_primitive::<TimestampMicrosecondType>(),
            rows.column(3).as_primitive::<TimestampMicrosecondType>(),
        );
        assert!(from.iter().zip(to).all(|(from, to)| to.is_none_or(|to| from < Some(to))));
        let states = rows.column(0).as_string::<i32>();
        assert!(states.iter().all(|state| state.is_some_and(|state| state.len() == 2)));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        assert_eq!(parse("head\nAT,ten,2020-07-25,,x").unwrap_err(), "line 2: step_percent is no number");
        assert_eq!(parse("head\nAT,10").unwrap_err(), "line 2: expected five columns");
    }
}
