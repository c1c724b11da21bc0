//! A detector's page in the docs: what the head says, then the manual.

use std::fmt::Write as _;

use crate::{Detector, ParameterValue};

/// The detector's page as Markdown: title, what it finds and why, its law, data, parameters, reasons and facts, known false positives and
/// references, then the manual with the steps.
pub fn manual(detector: &Detector) -> String {
    let head = &detector.head;
    let mut page = format!("# {}\n\n`{}`: {} {}\n\n", detector.title, head.id, one_line(&head.finds), one_line(&head.why));
    let reads = if head.reads_received { ", and what partners released" } else { "" };
    let facts = [
        ("legal basis", one_line(&head.legal_basis)),
        ("reads", format!("{}{reads}", head.tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", "))),
        ("lookback", format!("{} h before the span", head.lookback_hours)),
        ("lateness", format!("answers for spans that ended {} h ago", head.lateness_hours)),
        ("a finding is known by", head.finding.key.join(", ")),
        ("before any reason", format!("{} bits of log-odds", head.finding.prior_bits)),
        ("calibrated", if head.finding.calibrated { "yes" } else { "no: the bits are an expert's judgement" }.to_owned()),
    ];
    table(&mut page, &["", ""], facts.map(|(name, text)| vec![name.to_owned(), text]));
    sections(&mut page, detector);
    list(&mut page, "Known false positives", &head.false_positives);
    list(&mut page, "References", &head.references);
    page.push_str("## How it works\n\n");
    page.push_str(without_title(&detector.manual).trim());
    page.push('\n');
    page
}

fn sections(page: &mut String, detector: &Detector) {
    let head = &detector.head;
    if !head.parameters.is_empty() {
        page.push_str("## Parameters\n\n");
        let rows = head.parameters.iter().map(|(name, parameter)| {
            let bound = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            let default = match &parameter.default {
                ParameterValue::Number(number) => number.to_string(),
                ParameterValue::Text(text) => text.clone(),
                ParameterValue::Time(at) => at.to_string(),
            };
            let (least, greatest) = (bound(parameter.minimum), bound(parameter.maximum));
            vec![format!("`{name}`"), default, parameter.unit.clone(), least, greatest, parameter.description.clone()]
        });
        table(page, &["name", "default", "unit", "least", "greatest", "meaning"], rows);
    }
    page.push_str("## Reasons\n\n");
    table(page, &["name", "in words"], head.finding.reasons.iter().map(|reason| vec![reason.name.clone(), reason.text.clone()]));
    if !head.finding.facts.is_empty() {
        page.push_str("## Facts that may travel\n\n");
        let rows = head.finding.facts.iter().map(|fact| {
            let kind = fact.selector.map_or_else(|| fact.unit.clone().unwrap_or_default(), |kind| kind.code().to_owned());
            let reopens = if fact.material { "a change reopens a decision" } else { "" };
            vec![fact.name.clone(), kind, reopens.to_owned()]
        });
        table(page, &["name", "unit or identifier", ""], rows);
    }
}

fn list(page: &mut String, heading: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    // Writing to a String cannot fail.
    let _ = write!(page, "## {heading}\n\n");
    for entry in entries {
        let _ = writeln!(page, "- {}", one_line(entry));
    }
    page.push('\n');
}

fn table(page: &mut String, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| one_line(cell).replace('|', "\\|")).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    };
    line(columns.iter().map(|column| (*column).to_owned()).collect());
    line(columns.iter().map(|_| "---".to_owned()).collect());
    rows.into_iter().for_each(line);
    page.push('\n');
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The manual without its first heading, which is the page's title already.
fn without_title(manual: &str) -> &str {
    use pulldown_cmark::{Event, Parser, Tag};
    let mut events = Parser::new(manual).into_offset_iter();
    let title = events.find(|(event, _)| matches!(event, Event::Start(Tag::Heading { .. })));
    match title {
        Some((_, range)) if manual[..range.start].trim().is_empty() => &manual[range.end..],
        _ => manual,
    }
}
