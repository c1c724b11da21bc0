//! Checks that a desk is whole: what its lists name exists, once, in the right form.

use std::collections::BTreeSet;
use std::fmt;

use oikos_model::{DatasetId, LegalBasis, Purpose, TableName, Vocabulary};

use crate::{ColumnType, DatasetDefinition, Desk, Detector, TableDefinition};

/// Everything about a desk that is not in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskError {
    /// The desk.
    pub desk: &'static str,
    /// What is not in order, one each.
    pub problems: Vec<String>,
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "desk {}:", self.desk)?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl std::error::Error for DeskError {}

/// Checks a desk: ids and names in form and unique, formats and tables that are named exist, purposes are in the vocabulary,
/// `record_id` comes first, detector files are in order. A node's test calls it for every desk.
///
/// # Errors
/// Everything that is not in order.
pub fn check(desk: &Desk) -> Result<(), DeskError> {
    let mut problems = Vec::new();
    match Vocabulary::load() {
        Ok(vocabulary) => {
            card(desk, &vocabulary, &mut problems);
            for dataset in desk.datasets {
                check_dataset(desk, dataset, &vocabulary, &mut problems);
            }
            purposes_of_findings(desk, &vocabulary, &mut problems);
        }
        Err(error) => problems.push(error.to_string()),
    }
    names(desk, &mut problems);
    for table in desk.tables {
        check_table(table, &mut problems);
    }
    detectors(desk, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(DeskError { desk: desk.name, problems }) }
}

fn card(desk: &Desk, vocabulary: &Vocabulary, problems: &mut Vec<String>) {
    // A desk's name is the first part of dotted ids.
    if DatasetId::new(desk.name).is_err() || desk.name.contains('.') {
        problems.push(format!("the desk's name {:?} must be of a-z, 0-9, '-' and '_', beginning with a letter", desk.name));
    }
    if desk.question.trim().is_empty() {
        problems.push("the desk's question must say who asks what".to_owned());
    }
    if !vocabulary.knows_purpose(desk.purpose) {
        problems.push(format!("the desk's purpose {:?} is not in the vocabulary", desk.purpose));
    }
    if let Err(error) = LegalBasis::new(desk.legal_basis) {
        problems.push(error.to_string());
    }
}

fn check_dataset(desk: &Desk, dataset: &DatasetDefinition, vocabulary: &Vocabulary, problems: &mut Vec<String>) {
    let mut problem = |text: String| problems.push(format!("dataset {}: {text}", dataset.id));
    if let Err(error) = DatasetId::new(dataset.id) {
        problem(error.to_string());
    }
    if dataset.id.strip_prefix(desk.name).is_none_or(|rest| rest.len() < 2 || !rest.starts_with('.')) {
        problem(format!("the id must begin with \"{}.\"", desk.name));
    }
    for format in dataset.formats.iter().filter(|format| desk.reader(format).is_none()) {
        problem(format!("no reader of the desk reads the format {format:?}"));
    }
    if dataset.purposes.is_empty() {
        problem("has no purpose, so it could be used for nothing".to_owned());
    }
    for purpose in dataset.purposes {
        if Purpose::new(*purpose).is_err() || !vocabulary.knows_purpose(purpose) {
            problem(format!("the purpose {purpose:?} is not in the vocabulary"));
        }
    }
    if dataset.retention_days == 0 {
        problem("is kept for no day".to_owned());
    }
}

/// A detector narrows its findings to purposes that are known.
fn purposes_of_findings(desk: &Desk, vocabulary: &Vocabulary, problems: &mut Vec<String>) {
    for detector in desk.detectors.iter().filter_map(|(file, text)| Detector::parse(file, text).ok()) {
        let unknown = detector.head.finding.purposes.iter().filter(|code| !vocabulary.knows_purpose(code));
        problems.extend(unknown.map(|code| format!("{}: the purpose {code:?} is not in the vocabulary", detector.head.id)));
    }
}

/// Everything that is named is named once, and every format goes somewhere.
fn names(desk: &Desk, problems: &mut Vec<String>) {
    let tables = desk.tables.iter().map(|table| table.name).chain(desk.references.iter().map(|reference| reference.name));
    once("table", tables, problems);
    once("dataset", desk.datasets.iter().map(|dataset| dataset.id), problems);
    once("format", desk.readers.iter().map(|reader| reader.format().name), problems);
    once("kernel", desk.kernels.iter().map(|kernel| kernel.name()), problems);
    once("detector file", desk.detectors.iter().map(|(file, _)| *file), problems);
    for reader in desk.readers {
        let format = reader.format().name;
        if !desk.datasets.iter().any(|dataset| dataset.formats.contains(&format)) {
            problems.push(format!("format {format}: no dataset lists it, so an import would not know where to go"));
        }
    }
}

fn once<'a>(what: &str, names: impl Iterator<Item = &'a str>, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    problems.extend(names.filter(|name| !seen.insert(*name)).map(|name| format!("{what} {name}: named twice")));
}

fn check_table(table: &TableDefinition, problems: &mut Vec<String>) {
    let mut problem = |text: String| problems.push(format!("table {}: {text}", table.name));
    if let Err(error) = TableName::new(table.name) {
        problem(error.to_string());
    }
    if table.name.contains(['.', '-']) {
        problem("a name in SQL has no '.' and no '-'".to_owned());
    }
    let first = table.columns.first();
    if first.is_none_or(|column| column.name != "record_id" || column.column_type != ColumnType::Integer || column.nullable) {
        problem("the first column must be record_id, Integer, never empty".to_owned());
    }
    let mut seen = BTreeSet::new();
    for column in table.columns {
        if !seen.insert(column.name) {
            problem(format!("column {}: named twice", column.name));
        }
        let slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !column.name.starts_with(|c: char| c.is_ascii_lowercase()) || !column.name.bytes().all(slug) {
            problem(format!("column {:?}: a name is of a-z, 0-9 and '_' and begins with a letter", column.name));
        }
        if column.description.trim().is_empty() {
            problem(format!("column {}: the description must say something", column.name));
        }
    }
    if let Some(time) = table.time_column
        && !table.columns.iter().any(|column| column.name == time && column.column_type == ColumnType::Time)
    {
        problem(format!("the time column {time:?} is no column of type Time"));
    }
    for restricted in table.restricted_columns.iter().filter(|name| !seen.contains(*name)) {
        problem(format!("the restricted column {restricted:?} is no column"));
    }
}

fn detectors(desk: &Desk, problems: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for (file, text) in desk.detectors {
        let detector = match Detector::parse(file, text) {
            Ok(detector) => detector,
            Err(error) => {
                problems.push(error.to_string());
                continue;
            }
        };
        problems.extend(detector.check(desk).err().map(|error| error.to_string()));
        if *file != format!("{}.md", detector.name()) {
            problems.push(format!("{file}: the file of {} must be called {}.md", detector.head.id, detector.name()));
        }
        if !ids.insert(detector.head.id.clone()) {
            problems.push(format!("{file}: another file has the id {}", detector.head.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PINGS, STAYS, desk};
    use crate::{Column, ReferenceTable};

    fn problems(desk: &Desk) -> String {
        check(desk).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_desk_has_no_problem() {
        check(&desk()).unwrap();
    }

    #[test]
    fn what_a_desk_names_must_exist_once() {
        const DATASET: DatasetDefinition = DatasetDefinition {
            id: "sea.pings",
            description: "",
            formats: &["pongs"],
            regime: oikos_model::Regime::Gdpr,
            tlp: oikos_model::Tlp::Clear,
            purposes: &["curiosity"],
            permitted: &[],
            handling: &[],
            retention_days: 0,
        };
        const BAD: TableDefinition = TableDefinition {
            name: "bad-table",
            description: "Bad.",
            columns: &[Column { name: "At", column_type: ColumnType::Text, nullable: true, description: "" }],
            time_column: Some("At"),
            restricted_columns: &["owner"],
        };
        const PINGS_TOO: ReferenceTable = ReferenceTable {
            name: "pings",
            description: "",
            rows: || arrow::record_batch::RecordBatch::new_empty(PINGS.schema()),
        };
        let bad = Desk {
            name: "toy.desk",
            question: " ",
            purpose: "curiosity",
            legal_basis: "",
            datasets: &[DATASET],
            tables: &[PINGS, BAD],
            references: &[PINGS_TOO],
            detectors: &[("stays.md", STAYS), ("other.md", STAYS), ("broken.md", "")],
            ..desk()
        };
        let problems = problems(&bad);
        for expected in [
            "the desk's name \"toy.desk\" must be",
            "question must say",
            "the desk's purpose \"curiosity\" is not in the vocabulary",
            "is not a legal basis",
            "dataset sea.pings: the id must begin with \"toy.desk.\"",
            "dataset sea.pings: no reader of the desk reads the format \"pongs\"",
            "dataset sea.pings: the purpose \"curiosity\" is not in the vocabulary",
            "dataset sea.pings: is kept for no day",
            "table pings: named twice",
            "format pings: no dataset lists it",
            "table bad-table: a name in SQL has no '.' and no '-'",
            "table bad-table: the first column must be record_id",
            "table bad-table: column \"At\": a name is of a-z",
            "table bad-table: column At: the description must say something",
            "table bad-table: the time column \"At\" is no column of type Time",
            "table bad-table: the restricted column \"owner\" is no column",
            "other.md: the file of toy.stays must be called stays.md",
            "other.md: another file has the id toy.stays",
            "broken.md:1: the file must begin with front matter",
        ] {
            assert!(problems.contains(expected), "{expected:?} is not in\n{problems}");
        }
    }
}
