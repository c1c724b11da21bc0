//! Builds findings from the rows of a detector's last step, as the head's `finding` section says.

mod columns;
mod rows;

use std::collections::BTreeSet;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use oikos_model::{Finding, FindingKey, Marking, NodeId, RunId, TableName};

use crate::template::Template;
use crate::{Detector, RunError, Span};

/// Most findings a run may give.
pub const MOST_FINDINGS: usize = 100_000;

/// Most records, and most selectors, a finding lists. What is left out is said in a reason of 0 bits.
pub const MOST_LISTED: usize = 1_000;

/// What all findings of a run have in common.
pub(crate) struct Common<'a> {
    pub(crate) detector: &'a Detector,
    pub(crate) origin: &'a NodeId,
    pub(crate) run: RunId,
    pub(crate) span: Span,
    pub(crate) marking: &'a Marking,
}

/// Takes rows, gives findings.
pub(crate) struct FindingBuilder<'a> {
    common: Common<'a>,
    title: Template,
    reason_texts: Vec<Template>,
    evidence_tables: Vec<TableName>,
    keys: BTreeSet<FindingKey>,
    findings: Vec<Finding>,
}

impl<'a> FindingBuilder<'a> {
    /// Checks the columns that the head names against the last step's schema, all of them.
    pub(crate) fn new(common: Common<'a>, schema: &Schema) -> Result<Self, RunError> {
        let definition = &common.detector.head.finding;
        columns::check(definition, schema).map_err(|problems| RunError::Columns {
            detector: common.detector.head.id.clone(),
            step: last_step(common.detector),
            problems: problems.join("; "),
        })?;
        let template = |text: &str| Template::parse(text).map_err(|problem| common.detector.error_at(&["finding"], &problem));
        let table = |name: &str| {
            TableName::new(name).map_err(|problem| common.detector.error_at(&["finding", "evidence"], &problem.to_string()))
        };
        Ok(Self {
            title: template(&definition.title)?,
            reason_texts: definition.reasons.iter().map(|reason| template(&reason.text)).collect::<Result<_, _>>()?,
            evidence_tables: definition.evidence.iter().map(|evidence| table(&evidence.table)).collect::<Result<_, _>>()?,
            common,
            keys: BTreeSet::new(),
            findings: Vec::new(),
        })
    }

    /// Takes the rows of a batch.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<(), RunError> {
        let error = |row: Option<usize>, column: &str, problem: String| RunError::Row {
            detector: self.common.detector.head.id.clone(),
            step: last_step(self.common.detector),
            row: row.map_or_else(|| "any".to_owned(), |row| row.to_string()),
            column: column.to_owned(),
            problem,
        };
        let columns = columns::Columns::of(&self.common.detector.head.finding, batch)
            .map_err(|(column, problem)| error(None, &column, problem))?;
        for row in 0..batch.num_rows() {
            let row = rows::Row { columns: &columns, row };
            let Some(finding) =
                self.finding(&row).map_err(|rows::RowProblem { column, problem }| error(Some(row.row), &column, problem))?
            else {
                continue;
            };
            if self.findings.len() == MOST_FINDINGS {
                return Err(RunError::TooManyFindings { detector: self.common.detector.head.id.clone() });
            }
            if !self.keys.insert(finding.key) {
                let key = self.common.detector.head.finding.key.join(", ");
                let problem = format!("another row has the same values ({:?}); each finding needs its own", finding.title);
                return Err(error(Some(row.row), &key, problem));
            }
            self.findings.push(finding);
        }
        Ok(())
    }

    /// The findings, in the order of time, then of their keys, whatever the order of the rows.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| (finding.occurred_from, finding.occurred_to, finding.key));
        self.findings
    }

    /// The finding that a row is; `None` if it does not belong to the span.
    fn finding(&self, row: &rows::Row<'_>) -> Result<Option<Finding>, rows::RowProblem> {
        let Common { detector, origin, run, span, marking } = self.common;
        let definition = &detector.head.finding;
        let (occurred_from, occurred_to) = row.times(definition, span)?;
        if !span.answers_for(occurred_from, occurred_to) {
            return Ok(None);
        }
        let (selectors, selectors_in_all) = row.selectors(definition)?;
        let (evidence, evidence_in_all) = row.evidence(definition, &self.evidence_tables)?;
        let mut reasons = row.reasons(definition, &self.reason_texts)?;
        reasons.extend(rows::left_out("selectors", selectors.len(), selectors_in_all));
        reasons.extend(rows::left_out("records", evidence.len(), evidence_in_all));
        Ok(Some(Finding {
            key: row.key(detector)?,
            origin: origin.clone(),
            detector: detector.head.id.clone(),
            desk: detector.desk().to_owned(),
            run: Some(run),
            title: self.title.fill(|column| row.cell(column)),
            occurred_from,
            occurred_to,
            place: row.place(definition)?,
            prior_bits: definition.prior_bits,
            reasons,
            calibrated: definition.calibrated,
            selectors,
            facts: row.facts(definition, marking)?,
            evidence,
            derived_from: Vec::new(),
            marking: marking.clone(),
        }))
    }
}

fn last_step(detector: &Detector) -> String {
    detector.steps.last().map(|step| step.name.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
