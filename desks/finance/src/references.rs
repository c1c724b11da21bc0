//! Reference data: amounts at which the law asks for more, as dated rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use oikos_desk::ReferenceTable;

const STEPS: &str = include_str!("../reference/reporting_steps.csv");

/// The least amounts at which the law asks for a check, with the transfers it asks it of and the days between which it does.
/// Where the law says "above 1,000 EUR" the least amount is 1,000.01.
pub(crate) const REPORTING_STEPS: ReferenceTable = ReferenceTable {
    name: "reporting_steps",
    description: "Amounts at which the law asks for a check of a transfer, with dates; the README says what was verified.",
    rows: reporting_steps,
};

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
fn reporting_steps() -> RecordBatch {
    parse(STEPS).expect("the compiled-in reporting steps are in order")
}

/// Reads `name,applies_to,step_eur,valid_from,valid_to,source`; only the source, which comes last, may hold commas.
fn parse(text: &str) -> Result<RecordBatch, String> {
    let (mut names, mut classes, mut steps, mut from, mut to, mut sources) = (vec![], vec![], vec![], vec![], vec![], vec![]);
    for (index, line) in text.lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.splitn(6, ',').collect();
        let [name, applies_to, step, valid_from, valid_to, source] = fields.as_slice() else {
            return Err(format!("line {}: expected six columns", index + 1));
        };
        let wrong = |what: &str| format!("line {}: {what}", index + 1);
        names.push(*name);
        classes.push(*applies_to);
        steps.push(step.parse::<f64>().map_err(|_| wrong("step_eur is no number"))?);
        from.push(Some(microsecond(valid_from).ok_or_else(|| wrong("valid_from is no date"))?));
        to.push(match *valid_to {
            "" => None,
            date => Some(microsecond(date).ok_or_else(|| wrong("valid_to is no date"))?),
        });
        sources.push(*source);
    }
    let time = |values: Vec<Option<i64>>| Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(names)),
        Arc::new(StringArray::from(classes)),
        Arc::new(Float64Array::from(steps)),
        time(from),
        time(to),
        Arc::new(StringArray::from(sources)),
    ];
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = Schema::new(vec![
        Field::new("name", DataType::Utf8, false),
        Field::new("applies_to", DataType::Utf8, false),
        Field::new("step_eur", DataType::Float64, false),
        Field::new("valid_from", at.clone(), false),
        Field::new("valid_to", at, true),
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
    use arrow::datatypes::Float64Type;
    use std::collections::BTreeSet;

    #[test]
    fn the_compiled_in_steps_are_in_order() {
        let rows = parse(STEPS).unwrap();
        assert!(rows.column(2).as_primitive::<Float64Type>().values().iter().all(|step| *step > 0.0));
        let names: BTreeSet<_> = rows.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!(names.len(), rows.num_rows(), "a step's name is part of a finding's key");
        let known = ["any", "cash", "self-hosted-wallet"];
        assert!(rows.column(1).as_string::<i32>().iter().all(|class| class.is_some_and(|class| known.contains(&class))));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        assert_eq!(parse("head\na,any,ten,2020-07-25,,x").unwrap_err(), "line 2: step_eur is no number");
        assert_eq!(parse("head\na,any").unwrap_err(), "line 2: expected six columns");
    }
}
