//! What must hold in a detector file beyond its form.

use std::collections::BTreeSet;

use super::{Detector, DetectorError};
use crate::template::Template;
use crate::{Desk, ParameterDefinition, ParameterValue, Step, StepKind, parameters, units};

type Checked = Result<(), DetectorError>;

/// All that can be checked without knowing the desk.
pub(super) fn without_desk(detector: &Detector) -> Checked {
    texts(detector)?;
    hours(detector)?;
    for (name, definition) in &detector.head.parameters {
        parameter(name, definition)
            .map_err(|(field, problem)| detector.error_at(&[&["parameters", name.as_str()], field].concat(), &problem))?;
    }
    finding(detector)?;
    steps(detector)
}

fn texts(detector: &Detector) -> Checked {
    let head = &detector.head;
    for (field, text) in [("finds", &head.finds), ("why", &head.why), ("legal_basis", &head.legal_basis)] {
        if text.trim().is_empty() {
            return Err(detector.error_at(&[field], "must say something"));
        }
    }
    for (field, list) in [("tables", &head.tables), ("false_positives", &head.false_positives)] {
        if list.is_empty() {
            return Err(detector.error_at(&[field], "needs at least one entry"));
        }
    }
    Ok(())
}

fn hours(detector: &Detector) -> Checked {
    let head = &detector.head;
    for (field, hours) in [("lookback_hours", head.lookback_hours), ("lateness_hours", head.lateness_hours)] {
        if !(0.0..=parameters::MOST_HOURS).contains(&hours) {
            let most = parameters::MOST_HOURS;
            return Err(detector.error_at(&[field], &format!("{hours} is not between 0 and {most} hours (ten years)")));
        }
    }
    Ok(())
}

/// A parameter's problem and the field in which it is.
fn parameter(name: &str, definition: &ParameterDefinition) -> Result<(), (&'static [&'static str], String)> {
    if parameters::SPAN_NAMES.contains(&name) {
        return Err((&[], "this name is the span's own".to_owned()));
    }
    let slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(slug) {
        return Err((&[], "a parameter's name is of a-z, 0-9 and '_' and begins with a letter".to_owned()));
    }
    if !units::name_ends_in_unit(name, &definition.unit) {
        let endings = units::endings(&definition.unit).unwrap_or_default().join("` or `_");
        return Err((&["unit"], format!("the unit is {:?}, so the name must end in `_{endings}`", definition.unit)));
    }
    for (field, bound) in [("minimum", definition.minimum), ("maximum", definition.maximum)] {
        if bound.is_some_and(|bound| !bound.is_finite() || !matches!(definition.default, ParameterValue::Number(_))) {
            let field: &'static [&'static str] = if field == "minimum" { &["minimum"] } else { &["maximum"] };
            return Err((field, "a bound is a finite number, and only numbers have bounds".to_owned()));
        }
    }
    parameters::check_value(definition, &definition.default).map_err(|problem| (["default"].as_slice(), problem))
}

fn finding(detector: &Detector) -> Checked {
    let finding = &detector.head.finding;
    let error = |field: &str, problem: String| Err(detector.error_at(&["finding", field], &problem));
    if finding.key.is_empty() {
        return error("key", "needs at least one column: what makes two findings the same".to_owned());
    }
    if !finding.prior_bits.is_finite() {
        return error("prior_bits", "must be a finite number".to_owned());
    }
    if finding.reasons.is_empty() {
        return error("reasons", "needs at least one: a finding must be explained".to_owned());
    }
    if let Err(problem) = Template::parse(&finding.title) {
        return error("title", problem);
    }
    let mut names = BTreeSet::new();
    for reason in &finding.reasons {
        if !names.insert(&reason.name) {
            return error("reasons", format!("the name {:?} stands twice", reason.name));
        }
        if let Err(problem) = Template::parse(&reason.text) {
            return error("reasons", format!("{}: {problem}", reason.name));
        }
    }
    names.clear();
    for fact in &finding.facts {
        if !names.insert(&fact.name) {
            return error("facts", format!("the name {:?} stands twice", fact.name));
        }
        if fact.unit.is_some() && fact.selector.is_some() {
            return error("facts", format!("{}: an identifier has no unit", fact.name));
        }
    }
    if let Some(problem) = finding.purposes.iter().find_map(|code| oikos_model::Purpose::new(code.as_str()).err()) {
        return error("purposes", problem.to_string());
    }
    if let Some(evidence) = finding.evidence.iter().find(|evidence| !detector.head.tables.contains(&evidence.table)) {
        return error("evidence", format!("the table {:?} is not among the head's tables", evidence.table));
    }
    Ok(())
}

fn steps(detector: &Detector) -> Checked {
    let whole_file = |problem: String| Err(DetectorError { file: detector.file.clone(), line: 1, problem });
    if detector.steps.is_empty() {
        return whole_file("there is no step; write one as ```sql <name>".to_owned());
    }
    if detector.steps.len() > Detector::MOST_STEPS {
        return whole_file(format!("there are more than {} steps", Detector::MOST_STEPS));
    }
    let mut names = BTreeSet::new();
    for (position, step) in detector.steps.iter().enumerate() {
        let error = |problem: &str| Err(detector.error_in_step(position, problem));
        if !names.insert(step.name.as_str()) {
            return error("two steps have this name");
        }
        if detector.head.tables.contains(&step.name) {
            return error("a table has this name; a step needs its own");
        }
        match &step.kind {
            StepKind::Sql { query } => {
                if query.is_empty() {
                    return error("the query is empty");
                }
                if let Some(unknown) = unknown_parameter(detector, query) {
                    return error(&format!("`${unknown}` is no parameter of the head, nor one of the span's"));
                }
            }
            StepKind::Kernel { inputs, partition_by, order_by, .. } => {
                if inputs.is_empty() {
                    return error("inputs: a kernel needs at least one");
                }
                if !partition_by.is_empty() && order_by.is_empty() {
                    return error("order_by: a partition needs an order, so that a run can be repeated");
                }
            }
            StepKind::Monitor { inputs, order_by, .. } => {
                if let Err(problem) = monitor(&detector.steps[..position], inputs, order_by) {
                    return error(&problem);
                }
            }
        }
    }
    Ok(())
}

/// The first `$name` in a query that names no parameter.
fn unknown_parameter<'a>(detector: &Detector, query: &'a str) -> Option<&'a str> {
    let names = query.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    });
    let known = |name: &str| parameters::SPAN_NAMES.contains(&name) || detector.head.parameters.contains_key(name);
    names.into_iter().find(|name| !known(name))
}

fn monitor(before: &[Step], inputs: &[String], order_by: &[String]) -> Result<(), String> {
    let [input] = inputs else {
        return Err(format!("inputs: a monitor has exactly one, not {}", inputs.len()));
    };
    if order_by.is_empty() {
        return Err("order_by: a monitor needs the column of time, then whatever decides between equal times".to_owned());
    }
    if before.iter().any(|step| matches!(step.kind, StepKind::Monitor { .. })) {
        return Err("a detector has at most one monitor; write a second detector".to_owned());
    }
    if !before.iter().any(|step| step.name == *input) {
        return Err(format!("inputs: {input:?} is no earlier step; a monitor is fed by an sql step that keeps to the span"));
    }
    let keeps_to_span = |step: &Step| match &step.kind {
        StepKind::Sql { query } => query.contains("$read_from") && query.contains("$span_to"),
        _ => false,
    };
    if !before.iter().any(keeps_to_span) {
        return Err("no sql step before the monitor keeps to the span with `at >= $read_from and at < $span_to`; \
                    without that, rows would be fed twice"
            .to_owned());
    }
    Ok(())
}

/// All that needs the desk.
pub(super) fn with_desk(detector: &Detector, desk: &Desk) -> Checked {
    let head = &detector.head;
    if head.id.as_str().strip_prefix(desk.name).is_none_or(|rest| rest.len() < 2 || !rest.starts_with('.')) {
        let problem = format!("{:?} must begin with the desk's name, {:?}, and a dot", head.id.as_str(), desk.name);
        return Err(detector.error_at(&["id"], &problem));
    }
    if let Some(unknown) = head.tables.iter().find(|table| desk.table(table).is_none()) {
        let known: Vec<&str> = desk.tables.iter().map(|table| table.name).collect();
        let problem = format!("the desk has no table {unknown:?}; it has {}", known.join(", "));
        return Err(detector.error_at(&["tables"], &problem));
    }
    let references = desk.references.iter().map(|reference| reference.name);
    let mut readable: BTreeSet<&str> = head.tables.iter().map(String::as_str).chain(references).collect();
    for (position, step) in detector.steps.iter().enumerate() {
        let taken = desk.table(&step.name).is_some() || !readable.insert(&step.name);
        let problem = if taken { Err("a table of the desk has this name".to_owned()) } else { kernel(step, desk, &readable) };
        problem.map_err(|problem| detector.error_in_step(position, &problem))?;
    }
    Ok(())
}

/// Checks a step's kernel and inputs. `readable` holds tables, references, earlier steps and the step itself.
fn kernel(step: &Step, desk: &Desk, readable: &BTreeSet<&str>) -> Result<(), String> {
    let (StepKind::Kernel { kernel, inputs, .. } | StepKind::Monitor { kernel, inputs, .. }) = &step.kind else {
        return Ok(());
    };
    let Some(known) = desk.kernel(kernel) else {
        let known: Vec<&str> = desk.kernels.iter().map(|kernel| kernel.name()).collect();
        return Err(format!("run: the desk has no kernel {kernel:?}; it has {}", known.join(", ")));
    };
    if inputs.len() != known.input_count() {
        return Err(format!("inputs: the kernel {kernel} takes {}, not {}", known.input_count(), inputs.len()));
    }
    match inputs.iter().find(|input| **input == step.name || !readable.contains(input.as_str())) {
        Some(unknown) => Err(format!("inputs: {unknown:?} is neither a table of the head nor an earlier step")),
        None => Ok(()),
    }
}
